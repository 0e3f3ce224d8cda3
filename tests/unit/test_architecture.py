"""What holds of the whole tree: layers, types, style, imports, what is kept out of it."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from cartoonmix_desktop.services.history.history import History
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.locations import Locations

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent

HEAVY = {
    *("PIL", "PySide6", "apsw", "asyncio", "httpx", "keyring", "qasync", "sqlite3"),
    *("ssl", "starlette", "uvicorn", "websockets"),
}


def check(*command: str) -> None:
    """Run a checker on the tree; what it says is the reason of a failure."""
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def tool(name: str) -> str:
    found = shutil.which(name, path=str(TOOLS))
    assert found, f"{name} is not beside {sys.executable}: install requirements-dev.lock"
    return found


@pytest.mark.timeout(300)
def test_imports_run_one_way():
    check(tool("lint-imports"), "--no-cache")


@pytest.mark.timeout(600)
def test_types_are_strict_and_sound():
    check(sys.executable, "-m", "mypy")
    check(sys.executable, "-m", "mypy", "main.py")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_types_are_sound_on_other_systems(system):
    """What is for the others cannot be reached there, and is no fault."""
    cache = f"--cache-dir=.mypy_cache/of-{system}"
    check(sys.executable, "-m", "mypy", f"--platform={system}", "--no-warn-unreachable", cache)


def test_style():
    check(tool("ruff"), "check", "--no-cache")


def test_format():
    check(tool("ruff"), "format", "--check", "--no-cache")


WIDEST = 20
LONGEST = 600
PACKAGE = ROOT / "cartoonmix_desktop"


def test_no_room_is_too_wide_and_no_file_too_long():
    files = [path for path in PACKAGE.rglob("*.py") if path.is_relative_to(PACKAGE)]
    assert len(files) > 200
    widths = Counter(path.parent for path in files)
    assert {folder: width for folder, width in widths.items() if width > WIDEST} == {}
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_no_modules_import_each_other_in_a_circle():
    """Imports for the types alone count as well."""
    graph = grimp.build_graph("cartoonmix_desktop", cache_dir=None)
    order = TopologicalSorter(
        {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    )
    order.prepare()  # names a circle, if there is one


def test_what_another_program_may_hold_is_renamed_and_deleted_patiently():
    """By `storage.held_files` alone; ``str.replace`` takes two texts, and a path one."""
    alone = PACKAGE / "storage" / "held_files.py"
    found = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path != alone
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in {"unlink", "rmdir"}
        or (call.func.attr in {"replace", "rename"} and len(call.args) == 1 and not call.keywords)
        if "ledger" not in ast.dump(call.func)  # rows, not files
    ]
    assert found == []


def test_no_coroutine_of_a_test_runs_the_loop_it_runs_in():
    """A step that comes up in there is lost: whoever waits for it does so without end."""
    running = {"processEvents", "waitUntil", "waitSignal", "waitExposed", "waitActive", "qWait"}
    found = [
        f"{path.name}:{call.lineno}"
        for path in (ROOT / "tests" / "ui").rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.AsyncFunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Attribute) and call.attr in running
    ]
    assert found == []


def names_in(path: Path) -> set[str]:
    """All that the code of a file names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                found.add(name)
            case ast.alias(name=name):
                found.update(name.split("."))
    return found


def test_the_window_has_no_way_to_the_ledger():
    """`History.read_ledger` and `write_ledger` are for services: the window asks by name."""
    assert {"read_ledger", "write_ledger"} <= vars(History).keys()
    doors = {
        str(path.relative_to(PACKAGE)): named
        for path in (PACKAGE / "ui").rglob("*.py")
        if (named := {name for name in names_in(path) if "ledger" in name.lower()})
    }
    assert doors == {}


@pytest.mark.parametrize(
    "document",
    [
        *("docs/architecture.md", "docs/debugging.md", "docs/glossary.md"),
        *("CONTRIBUTING.md", "README.md"),
    ],
)
def test_documents_name_only_what_there_is(document):
    """Files by their path from the root or from the package; names of code by where they stand."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|toml))`", text))
    named |= set(re.findall(r"\]\(((?:[\w.-]+/)*[\w.-]+\.(?:md|png|py))\)", text))
    here = (ROOT / document).parent
    missing = {
        name for name in named if not any((root / name).exists() for root in (ROOT, PACKAGE, here))
    }
    assert missing == set()
    words = set()
    for path in PACKAGE.rglob("*.py"):
        words |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    classes = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)(?:\.\w+)?(?:\(\))?`", text))
    assert classes - words == set()


# --- what is imported when -----------------------------------------------------------------------


def imported_by(*arguments: str) -> set[str]:
    """Top-level names of all that a Python process imports; it must end with exit code 0."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    names = re.findall(r"^import time:[ \d]+\|[ \d]+\| +([\w.]+)$", done.stderr, re.MULTILINE)
    return {name.partition(".")[0] for name in names}


def test_the_watch_on_imports_sees_them():
    assert {"asyncio", "ssl"} <= imported_by("-c", "import asyncio, ssl")


CORE = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (PACKAGE / "core").rglob("*.py")
    if path.stem != "__init__"
)


def test_the_core_is_light():
    assert not imported_by("-c", f"import {', '.join(CORE)}") & HEAVY


def test_the_command_line_opens_without_heavy_things():
    assert not imported_by("-c", "import cartoonmix_desktop.cli") & HEAVY


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["generate", "--help"], ["costs", "--help"]]
)
def test_help_needs_no_qt_and_no_network(arguments):
    assert not imported_by("-m", "cartoonmix_desktop", *arguments) & HEAVY


def test_costs_are_told_without_qt_a_network_or_an_event_loop(tmp_path, monkeypatch):
    monkeypatch.setenv("CARTOONMIX_HOME", str(tmp_path))
    Locations.from_environment().create()
    Ledger(tmp_path / "data" / "history.sqlite3").close()
    assert imported_by("-m", "cartoonmix_desktop", "costs", "--json") & HEAVY == {"apsw"}


def test_a_recipe_is_told_without_what_takes_as_long_to_import_as_all_the_rest():
    picture = str(ROOT / "tests" / "interchange" / "cases" / "swarm_multi.png")
    slow = HEAVY | {"datetime", "decimal", "inspect", "msgspec", "shutil", "typing"}
    assert not imported_by("-m", "cartoonmix_desktop", "recipe", "--json", picture) & slow


BEFORE_THE_FIRST_PAINT = {
    *("app", "cli", "resources", "system_locale"),
    *("core.errors.files", "core.errors.root", "core.errors.server", "core.facts"),
    *("core.log", "core.surroundings", "core.traces", "services.log_file"),
    *("storage.crash_reports", "storage.library_location", "storage.locations"),
    *("storage.held_files", "storage.os_errors", "storage.settings"),
    *("ui.app.application", "ui.app.crash_handler", "ui.app.event_loop", "ui.app.single_instance"),
    *("ui.shell.empty_window", "ui.widgets.stylesheet", "ui.widgets.theme"),
    *("wording.catalogue", "wording.commands"),
}
"""All that a start imports of the program before its window is seen, without the packages.

Each module more is seen later by everyone at every start: rather import it where it is used.
"""
OF_OTHERS = {"PySide6", "shiboken6", "qasync", "filelock"}  # likewise, without the standard library

START = """
import json, os, sys
from cartoonmix_desktop.cli import main
from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow

paint = EmptyWindow.paintEvent

def painted(self, event):
    paint(self, event)
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    print(json.dumps(files), flush=True)
    os._exit(0)

EmptyWindow.paintEvent = painted
main([])
"""


def test_only_what_it_needs_is_imported_before_the_first_paint(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", START],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "CARTOONMIX_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    files: dict[str, str | None] = json.loads(done.stdout)
    ours = {
        name.removeprefix("cartoonmix_desktop.")
        for name, file in files.items()
        if file and PACKAGE in Path(file).parents and Path(file).stem != "__init__"
    }
    assert ours == BEFORE_THE_FIRST_PAINT
    others = {
        name.partition(".")[0] for name, file in files.items() if "site-packages" in str(file)
    }
    assert others - {"_distutils_hack"} == OF_OTHERS


# --- what is in the tree -------------------------------------------------------------------------


def tracked() -> list[Path]:
    """The files of the project: in git those it has and would take, else all but what is built."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        paths = [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]
    else:
        built = {".venv", ".git", "build", "dist", "__pycache__", ".mypy_cache", ".ruff_cache"}
        paths = [path for path in ROOT.rglob("*") if not built & set(path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file()]


def holding(words: list[str]) -> dict[str, list[str]]:
    """Which files hold which of the words."""
    found: dict[str, list[str]] = {}
    for path in tracked():
        content = path.read_bytes()
        held = [word for word in words if word.encode() in content]
        if held:
            found[str(path.relative_to(ROOT))] = held
    return found


def test_the_tree_is_read():
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert {"main.py", "Makefile", "tests/unit/test_architecture.py"} <= names
    assert not any(name.startswith(".venv") for name in names)


def test_no_file_names_a_package_registry():
    ends = ["org", "com", "io"]
    names = ["pypi", "pythonhosted", "npmjs"]
    assert holding([f"{name}.{end}" for name in names for end in ends]) == {}


def test_no_file_names_a_place_on_this_machine():
    # HOME is private in tests: the person's own is asked of the system.
    homes = {str(ROOT) + os.sep}
    if os.name == "posix":
        import pwd

        homes.add(pwd.getpwuid(os.getuid()).pw_dir + os.sep)
    assert holding([home for home in homes if len(home) > 1]) == {}


# --- what is locked ------------------------------------------------------------------------------


def locked(name: str) -> dict[str, str]:
    """Each requirement of a lock with its hashes."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    return {" ".join(line.split()).partition(" ")[0]: line for line in text.splitlines() if line}


def test_the_locks_are_hashed_and_agree():
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert len(run) > 10
    for requirement, line in (run | dev | locked("requirements-uv.lock")).items():
        assert "==" in requirement
        assert "--hash=sha256:" in line
    assert run.keys() <= dev.keys()


def test_what_is_installed_is_what_is_locked():
    versions = dict(key.split("==") for key in locked("requirements-dev.lock"))
    for name in ("pyside6-essentials", "qasync", "httpx", "apsw", "pytest", "ruff", "mypy"):
        assert importlib.metadata.version(name) == versions[name]
