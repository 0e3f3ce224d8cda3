"""How much of a processor the command line takes, beside a bare start of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.benchmarks.conftest import ROOT, Scripts, repeat
from tests.benchmarks.figures import Bound
from tests.interchange.reading import CASES

if TYPE_CHECKING:
    from cartoonmix_desktop.storage.locations import Locations

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="asks what a child has used"),
]

_STARTS = 15
_COMMANDS = {
    "--version": (["--version"], 2),
    "recipe of one file": (["recipe", "--json", str(CASES / "swarm_multi.png")], 4),
    "search in 100,000 tasks": (["search", "fox"], 5),
}


def used(environ: dict[str, str], *arguments: str) -> float:
    """Seconds of processor time."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def test_commands(scripts: Scripts, large: Locations, figures: Any) -> None:
    environ = scripts.environ | {"CARTOONMIX_HOME": str(large.data.parent)}
    ours = ("-m", "cartoonmix_desktop")
    bare, *taken = repeat(
        _STARTS,
        partial(used, environ, "-c", "pass"),
        *(partial(used, environ, *ours, *words) for words, _ in _COMMANDS.values()),
    )
    for (name, (_, most)), times in zip(_COMMANDS.items(), taken, strict=True):
        figures.compare_times(
            f"{name}, processor time",
            times,
            bare,
            bound=Bound(times=most),
            against="python -c pass",
        )
