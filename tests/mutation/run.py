"""Changes the program in small ways, one at a time, and tells which changes no test notices.

`make mutate` tries every change of the modules of `GROUPS`, and some of the rest of the core, drawn
by a fixed seed. A change that no test notices is a survivor: it is worth a test, or stands with its
reason in ``survivors.toml``. `make mutate ARGS=core.task.doubt` tries those of some modules,
`ARGS=core` those that are drawn.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst
from msgspec import Struct
from msgspec.structs import replace
from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.mutators import operator_string
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd
from mutmut.utils.format_utils import orig_function_and_class_names_from_key
from mutmut.workers.isolation import ForkServerRunner

from tests.mutation.survivors import Survivor, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

PACKAGE = "cartoonmix_desktop"


class Group(Struct, frozen=True):
    """Modules that are proved by the same tests.

    Attributes:
        modules: dotted, without the package.
        tests: files and folders of tests that may notice a change of them; for pytest.
        workers: how many changes are tried at once; some hang, and wait to be stopped.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    workers: int = 4

    @property
    def names(self) -> list[str]:
        return [f"{PACKAGE}.{module}" for module in self.modules]


GROUPS = (
    Group(
        ("core.task.task", "core.task.remote", "core.task.doubt", "core.task.likeness"),
        ("tests/unit/core/task",),
    ),
    Group(
        ("wiro.refusals", "wiro.replies"),
        tuple(
            f"tests/unit/wiro/test_{name}.py"
            for name in ("refusals", "replies", "run_answers", "yes_or_no")
        ),
    ),
    Group(
        ("storage.history.ledger",),
        tuple(
            f"tests/unit/storage/history/test_{name}.py"
            for name in ("answers", "gallery", "ledger_steps")
        ),
    ),
    *(
        Group(
            (f"services.sending.{module}",),
            (f"tests/unit/services/sending/test_{module}_steps.py",),
        )
        for module in ("fetcher", "sender", "reconciling", "follower")
    ),
)
"""Modules of which every change is tried."""

_TIMED = "tests/unit/core/money/test_price_list.py::test_a_price_is_looked_up_within_a_keystroke"
REST = Group(("core",), ("tests/unit/core", f"--deselect={_TIMED}"))  # all is slower here
DRAWN, SEED = 300, 20260101
"""So many changes of the rest of the core are drawn."""

BAR = 0.85
"""The part of the changes of each module of `GROUPS` that tests must notice."""

LONGEST = 60.0
"""Seconds of tests that are run for one change; the quickest come first."""


# --- what the tool leaves out --------------------------------------------------------------------


def _is_property(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef) and [
        mark.decorator.value for mark in node.decorators if isinstance(mark.decorator, cst.Name)
    ] == ["property"]


def _look_into_properties() -> None:
    """It passes over all that is decorated; of a task, much of what is decided is a property."""
    skip = file_mutation.MutationVisitor._skip_node_and_children
    arrange = file_mutation.function_trampoline_arrangement

    def skip_but(visitor: Any, node: cst.CSTNode) -> bool:
        return skip(visitor, node.with_changes(decorators=()) if _is_property(node) else node)

    def arrange_bare(function: cst.FunctionDef, *rest: Any, **named: Any) -> Any:
        if not _is_property(function):
            return arrange(function, *rest, **named)
        bare = function.with_changes(decorators=())
        before, (way_in, *others), after, names = arrange(bare, *rest, **named)
        marks = [*function.decorators, *way_in.decorators]
        return before, [way_in.with_changes(decorators=marks), *others], after, names

    file_mutation.MutationVisitor._skip_node_and_children = skip_but  # type: ignore[method-assign]
    file_mutation.function_trampoline_arrangement = arrange_bare


_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|SET|FROM|WHERE|AND|GROUP|ORDER|UNION|VALUES)\b")


def _leave_letters_of_sql() -> None:
    """Capitals and small letters are one in SQL: such a change is none."""

    def strings_but(node: cst.BaseString) -> Iterator[cst.BaseString]:
        for changed in operator_string(node):
            old, new = getattr(node, "value", ""), getattr(changed, "value", "")
            if not _SQL.search(old) or old.casefold() != new.casefold():
                yield changed

    file_mutation.mutation_operators = [
        (kind, strings_but if change is operator_string else change)
        for kind, change in file_mutation.mutation_operators
    ]


# --- which tests are run for a change ------------------------------------------------------------


def chosen(tests: Iterable[str], seconds: Mapping[str, float], before: Counter[str]) -> list[str]:
    """The quickest of the tests, file by file, so that none starts its sandbox twice.

    Those that have noticed most before come first.

    All cases of a test are run: not every case's name can be given on a command line.
    """
    of_test: dict[str, float] = defaultdict(float)
    for case in tests:
        of_test[case.partition("[")[0]] += seconds.get(case, 0.0)
    taken: list[str] = []
    of_file: dict[str, float] = defaultdict(float)
    for test in sorted(of_test, key=lambda test: (of_test[test], test)):
        if taken and sum(of_file.values()) + of_test[test] > LONGEST:
            break
        taken.append(test)
        of_file[test.partition("::")[0]] += of_test[test]
    return sorted(
        taken,
        key=lambda test: (-before[test], of_file[test.partition("::")[0]], of_test[test], test),
    )


class _Noticing:
    """Notes which tests notice changes of a function: its other changes meet them first.

    Changes are tried in processes of their own, so it is noted in a file.
    """

    def __init__(self, mutant_name: str) -> None:
        self._file = Path("mutants/noticed", mutant_name.partition("__mutmut_")[0]).absolute()

    def read(self) -> Counter[str]:
        """How often each test did."""
        text = self._file.read_text("utf-8") if self._file.exists() else ""
        return Counter(line.partition("[")[0] for line in text.splitlines())

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid}\n")


def _choose_tests() -> None:
    run = PytestRunner.run_tests

    def run_chosen(runner: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        if mutant_name is None or "__mutmut_" not in mutant_name:
            return run(runner, mutant_name=mutant_name, tests=tests)
        noticing = _Noticing(mutant_name)
        tests = chosen(tests, state().duration_by_test, noticing.read())
        # Those that are tried beside each other would clear away each other's temporary folders.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own, change_cwd("mutants"):
            arguments = [f"--basetemp={own}/tests", *runner._pytest_args_regular_run(tests)]
            return runner.execute_pytest(arguments, plugins=[noticing])

    PytestRunner.run_tests = run_chosen  # type: ignore[method-assign]
    # They have just passed, when it was learnt which of them reach what.
    ForkServerRunner.run_clean_tests = lambda _self, tests: 0  # type: ignore[method-assign]


# --- what came of it -----------------------------------------------------------------------------


class Tried(Struct, frozen=True):
    """What became of a change.

    Attributes:
        name: the tool's.
        path: of the module.
        status: the tool's word.
    """

    name: str
    path: Path
    status: str

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def noticed(self) -> bool:
        return self.status in {"killed", "timeout", "segfault"}

    def as_survivor(self) -> Survivor:
        """What the change was, in words that hold when lines move."""
        lines = get_diff_for_mutant(self.name, path=self.path).splitlines()[2:]
        function, owner = orig_function_and_class_names_from_key(self.name)
        return Survivor(
            module=self.module.removeprefix(f"{PACKAGE}."),
            function=f"{owner}.{function}" if owner else function,
            old="\n".join(line[1:].strip() for line in lines if line.startswith("-")),
            new="\n".join(line[1:].strip() for line in lines if line.startswith("+")),
        )


def _all() -> list[Tried]:
    found = []
    for path in mutmut.walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found += [
            Tried(name, path, status_by_exit_code[code])
            for name, code in data.exit_code_by_key.items()
        ]
    return found


def _apart(work: Callable[[], object]) -> None:
    """Work in a process of its own: the tool keeps what it has learned of the tests."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit("The tests fail without any change.")


def _make(group: Group) -> list[Tried]:
    """Make the changes of a group, none of them tried."""
    Path("mutants/noticed").mkdir(parents=True, exist_ok=True)
    Path("mutants/mutmut-stats.json").unlink(missing_ok=True)
    config().only_mutate = [
        f"{name.replace('.', '/')}{end}" for name in group.names for end in (".py", "/*")
    ]
    mutmut.copy_src_dir()
    _apart(lambda: mutmut.create_mutants(os.cpu_count() or 1))
    return _all()


def _try(group: Group, made: Sequence[Tried]) -> list[Tried]:
    """Try these changes of a group that was made last."""
    names = {one.name for one in made}
    config().pytest_add_cli_args_test_selection = list(group.tests)
    _apart(lambda: mutmut._run(sorted(names), group.workers))
    # Where several were tried at once, the machine may have been slow, or a worker been in the way.
    doubtful = [one.name for one in _all() if one.name in names and one.status == "timeout"]
    if doubtful:
        _apart(lambda: mutmut._run(doubtful, 1))
    return [one for one in _all() if one.name in names]


def _tell(tried: Sequence[Tried], groups: Sequence[Group]) -> bool:
    """Print scores and survivors; whether all is as it should be."""
    bound = {name for group in groups for name in group.names}
    known = listed()
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    alive = set()
    unexplained = 0
    for one in tried:
        counts[one.module if one.module in bound else "the rest of core"][one.noticed] += 1
        if one.noticed or one.module not in bound:
            continue
        survivor = one.as_survivor()
        alive.add(survivor)
        if survivor not in known:
            unexplained += 1
            print(f"\n{one.status}: {one.name}")
            print("\n".join(f"- {line}" for line in survivor.old.splitlines()))
            print("\n".join(f"+ {line}" for line in survivor.new.splitlines()))
    stale = [each for each in known if f"{PACKAGE}.{each.module}" in bound and each not in alive]
    for each in stale:
        print(f"\nlisted, but noticed or gone: {each.module} {each.function}\n+ {each.new}")
    print()
    low = False
    for module, count in sorted(counts.items()):
        score = count[True] / count.total()
        low |= module in bound and score < BAR
        print(f"{score:6.1%}  {count[True]:4} of {count.total():4}  {module}")
    print(f"{unexplained} survivors without a reason, {len(stale)} reasons without a survivor")
    return not (low or unexplained or stale)


def main(wanted: Sequence[str]) -> int:
    """Try all changes, or those of these modules; the exit status."""
    if os.access("/dev/shm", os.W_OK):  # most of what tests of the history wait for is the disk
        os.environ.setdefault("TMPDIR", "/dev/shm")
    shutil.rmtree("mutants", ignore_errors=True)
    _look_into_properties()
    _leave_letters_of_sql()
    _choose_tests()
    groups = [
        replace(group, modules=modules)
        for group in GROUPS
        if (modules := tuple(m for m in group.modules if not wanted or m in wanted))
    ]
    tried = [one for group in groups for one in _try(group, _make(group))]
    if not wanted or "core" in wanted:
        bound = {name for group in GROUPS for name in group.names}
        rest = [one for one in _make(REST) if one.module not in bound]
        rest.sort(key=lambda one: one.name)
        tried += _try(REST, random.Random(SEED).sample(rest, DRAWN))
    return 0 if _tell(tried, groups) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
