"""How often a window at rest wakes the computer."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.benchmarks.conftest import ROOT, Scripts
from tests.benchmarks.figures import Bound

if TYPE_CHECKING:
    from cartoonmix_desktop.storage.locations import Locations

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="asks /proc"),
]

_SETTLES, _WATCHED = 40, 24  # seconds


def woken(process: subprocess.Popen[bytes]) -> int:
    """How often a thread of it has waited for something and gone on."""
    return sum(
        int(line.split()[1])
        for status in Path(f"/proc/{process.pid}/task").glob("*/status")
        for line in status.read_text("ascii", "replace").splitlines()
        if line.startswith("voluntary_ctxt_switches:")
    )


def test_a_window_at_rest(scripts: Scripts, small: Locations, figures: Any) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cartoonmix_desktop"],
        cwd=ROOT,
        env=scripts.environ | {"CARTOONMIX_HOME": str(small.data.parent)},
    )
    try:
        time.sleep(_SETTLES)
        before = woken(process)
        time.sleep(_WATCHED)
        after = woken(process)
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(10)
    figures.compare(
        "wake-ups of a window at rest",
        (after - before) / _WATCHED,
        0,
        "a second",
        bound=Bound(most=3),
        against="nothing runs",
    )
