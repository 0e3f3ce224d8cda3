"""Changes the program in small ways, one at a time, and tells which changes no test notices.

`make mutate` changes every function of `ALL`, and of the rest of `core/` as many places as `DRAWN`,
drawn by a fixed seed. A change that no test notices is a survivor: it is either worth a test, or
stands with its reason in ``survivors.toml``. `make mutate ARGS=cartoonmix_desktop.core.task.doubt`
takes modules by name. What was found stays in ``mutants/`` until code or tests change.
"""

from __future__ import annotations

import fnmatch
import random
import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import libcst as cst
from mutmut import __main__ as mutmut
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from tests.mutation.survivors import Survivor, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

PACKAGE = "cartoonmix_desktop"
ALL = (
    f"{PACKAGE}.core.task.task",
    f"{PACKAGE}.core.task.remote",
    f"{PACKAGE}.core.task.doubt",
    f"{PACKAGE}.wiro.refusals",
    f"{PACKAGE}.wiro.replies",
    f"{PACKAGE}.storage.history.ledger",
    f"{PACKAGE}.services.sending.sender",
    f"{PACKAGE}.services.sending.follower",
    f"{PACKAGE}.services.sending.fetcher",
    f"{PACKAGE}.services.sending.reconciling",
)
"""Modules of which every change is tried."""

BAR = 0.85
"""The part of the changes of each of these that tests must notice."""

DRAWN, SEED = 300, 20260101
LONGEST = 45.0
"""Seconds of tests that are run for one change; the quickest come first."""

WORKERS = 4  # on two cores: the tests of services wait half of their time


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


# --- which tests are run for a change ------------------------------------------------------------


def chosen(tests: Iterable[str], seconds: dict[str, float]) -> list[str]:
    """The quickest of the tests, file by file, so that none starts its sandbox twice."""
    taken, total = [], 0.0
    for test in sorted(tests, key=lambda test: (seconds.get(test, 0.0), test)):
        total += seconds.get(test, 0.0)
        if taken and total > LONGEST:
            break
        taken.append(test)
    of_file: dict[str, float] = defaultdict(float)
    for test in taken:
        of_file[test.partition("::")[0]] += seconds.get(test, 0.0)
    return sorted(taken, key=lambda test: (of_file[test.partition("::")[0]], test))


def _choose_tests() -> None:
    run = PytestRunner.run_tests

    def run_chosen(runner: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        if mutant_name is not None and "__mutmut_" in mutant_name:
            tests = chosen(tests, state().duration_by_test)
        return run(runner, mutant_name=mutant_name, tests=tests)

    PytestRunner.run_tests = run_chosen  # type: ignore[method-assign]


# --- what came of it -----------------------------------------------------------------------------


def _results() -> dict[str, tuple[Path, int | None]]:
    found = {}
    for path in mutmut.walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found |= {name: (path, code) for name, code in data.exit_code_by_key.items()}
    return found


def _module(mutant: str) -> str:
    return mutant.rpartition(".")[0]


def survivor(mutant: str, path: Path) -> Survivor:
    """What a change was, in words that hold when lines move."""
    lines = get_diff_for_mutant(mutant, path=path).splitlines()[2:]
    function, owner = orig_function_and_class_names_from_key(mutant)
    return Survivor(
        module=_module(mutant),
        function=f"{owner}.{function}" if owner else function,
        old="\n".join(line[1:].strip() for line in lines if line.startswith("-")),
        new="\n".join(line[1:].strip() for line in lines if line.startswith("+")),
    )


def tell(names: Sequence[str]) -> int:
    """Print scores and survivors; 1 if a bar is missed or a list does not fit, else 0."""
    results = _results()
    known = listed()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    unexplained, alive = [], set()
    for name in names:
        path, code = results[name]
        status = status_by_exit_code[code]
        killed = status in {"killed", "timeout", "segfault", "suspicious"}
        module = _module(name)
        counts[module if module in ALL else "the rest of core"]["killed" if killed else "left"] += 1
        if not killed:
            one = survivor(name, path)
            alive.add(one)
            if one not in known:
                unexplained.append((name, status, one))
    for name, status, one in unexplained:
        print(f"\n{status}: {name}\n{one.function}")
        print("\n".join(f"- {line}" for line in one.old.splitlines()))
        print("\n".join(f"+ {line}" for line in one.new.splitlines()))
    gone = [one for one in known if one.module in counts and one not in alive]
    for one in gone:
        print(f"\nlisted, but noticed by now: {one.module} {one.function}\n+ {one.new}")
    print()
    low = False
    for module, count in sorted(counts.items()):
        score = count["killed"] / count.total()
        low |= module in ALL and score < BAR
        print(f"{score:6.1%}  {count['killed']:4} of {count.total():4}  {module}")
    print(f"{len(unexplained)} survivors without a reason, {len(gone)} reasons without a survivor")
    return 1 if low or unexplained or gone else 0


def main(patterns: Sequence[str]) -> int:
    """Try all that match; the exit status."""
    _look_into_properties()
    _choose_tests()
    wanted = [f"{pattern}.x*" for pattern in patterns or ALL]
    mutmut._run(wanted, WORKERS)
    names = [name for name in _results() if any(fnmatch.fnmatch(name, w) for w in wanted)]
    if not patterns:
        rest = sorted(
            name
            for name in _results()
            if name.startswith(f"{PACKAGE}.core.") and _module(name) not in ALL
        )
        drawn = random.Random(SEED).sample(rest, DRAWN)
        mutmut._run(drawn, WORKERS)
        names += drawn
    return tell(names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
