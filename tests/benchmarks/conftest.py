"""Tables at the end of the run, homes of known size, and programs in processes of their own."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.benchmarks.big_library import build, build_once
from tests.benchmarks.figures import Figures, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cartoonmix_desktop.storage.locations import Locations

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent / "scripts"

_figures = Figures()
_counts = Table("What was tried, and what came of it", ("proof", "count", "of what"))

TASKS = 100_000


@pytest.fixture
def figures() -> Iterator[Figures]:
    """The table of the benchmarks; a test whose figures break their bounds fails at its end."""
    before = len(_figures.broken)
    yield _figures
    broken = _figures.broken[before:]
    assert not broken, "; ".join(broken)


@pytest.fixture(scope="session")
def counts() -> Table:
    """The table of the proofs."""
    return _counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for table in (_figures, _counts):
        for line in table.lines():
            terminalreporter.write_line(line)


@dataclass(frozen=True)
class Scripts:
    """Starts the scripts beside this file, the program among them.

    Attributes:
        environ: what each finds in its environment.
    """

    environ: dict[str, str]

    def start(self, name: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start one; its streams are piped."""
        return subprocess.Popen(
            [sys.executable, str(SCRIPTS / name), *arguments],
            cwd=ROOT,
            env=self.environ | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(
        self, name: str, *arguments: str, timeout: float = 200, **variables: str
    ) -> dict[str, Any]:
        """Run one to its end; the JSON object that it prints last, and when it began."""
        began = time.monotonic()
        with self.start(name, *arguments, **variables) as process:
            try:
                told, log = process.communicate(timeout=timeout)
            finally:
                process.kill()
        assert process.returncode == 0, log
        assert told.strip(), log
        return {"began": began, **json.loads(told.splitlines()[-1])}


@pytest.fixture
def seed() -> int:
    """Where chance starts: told, and taken from ``PROOF_SEED`` to repeat a failure."""
    chosen = int(os.environ.get("PROOF_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"PROOF_SEED={chosen} ")
    return chosen


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Scripts:
    """Scripts on a large offscreen screen, with compiled modules as an installed program has."""
    folder = tmp_path_factory.mktemp("scripts")
    screen = {"x": 0, "y": 0, "width": 1920, "height": 1080, "logicalDpi": 96, "dpr": 1}
    (folder / "screen.json").write_text(json.dumps({"screens": [screen]}))
    return Scripts(
        {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        | {
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "QT_QPA_PLATFORM": f"offscreen:configfile={folder / 'screen.json'}",
            "QT_LOGGING_RULES": "qt.qpa.*=false",
        }
    )


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locations]:
    """A home with 100,000 tasks and 400,000 pictures."""
    folder = tmp_path_factory.mktemp("large")
    yield build_once(ROOT / "build" / "bench", folder / "cartoonmix", TASKS)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Locations:
    """A home with ten tasks."""
    return build(tmp_path_factory.mktemp("small") / "cartoonmix", 10, drawn=1)


@pytest.fixture(scope="session")
def displays(scripts: Scripts) -> Iterator[dict[str, dict[str, str]]]:
    """Where windows can be shown: name, and the variables that lead there."""
    found = {"offscreen": {"QT_QPA_PLATFORM": scripts.environ["QT_QPA_PLATFORM"]}}
    if shutil.which("Xvfb") is None:
        yield found
        return
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [
            *("Xvfb", "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset"),
            *("-displayfd", str(writer)),
        ],
        pass_fds=(writer,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as lines:
        number = lines.readline().strip()
    if number:
        found["xcb"] = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}"}
    yield found
    server.terminate()
    server.wait(10)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A home where nothing is yet."""
    return tmp_path / "empty"


def repeat(times: int, *works: Callable[[], Any]) -> list[list[Any]]:
    """What each of ``works`` gives, done in turns so that a busy moment hits them alike.

    The first of all is left out: it fills the caches.
    """
    rounds = [[work() for work in works] for _ in range(times + 1)][1:]
    return [list(column) for column in zip(*rounds, strict=True)]
