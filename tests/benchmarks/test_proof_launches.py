"""Many launches at once on one home: one window, and never a lock to take away by hand."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.programs import Lines, environment

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.timeout(600)

_AT_ONCE = 5
_WITHIN = 60  # seconds; five starts share few cores


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.proof)])
def test_one_of_many_launches_is_the_window(scripts, start_sandbox, tmp_path, counts, rounds):
    sandbox = start_sandbox()
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    variables = environment(locations, sandbox)
    for number in range(rounds):
        programs = [scripts.start("clicking_program.py", **variables) for _ in range(_AT_ONCE)]
        lines = [Lines(program) for program in programs]
        try:
            owner = the_one_that_stays(programs)
            lines[owner].until(lambda seen: "ready" in seen, _WITHIN)
            for one, program in enumerate(programs):
                if one != owner:
                    assert program.returncode == 0, program.stderr.read()
                    assert "ready" not in lines[one].end(), "it opened the history as well"
            # Every other window ends without a chance to clear up behind itself.
            programs[owner].send_signal(signal.SIGKILL if number % 2 else signal.SIGTERM)
            lines[owner].end()
        finally:
            for program in programs:
                program.kill()
                program.__exit__(None, None, None)
    proof = "launched at once"
    counts.add(proof, f"{rounds} × {_AT_ONCE}", "launches on one home, the window killed between")
    counts.add(proof, rounds, "windows: one a round; the others brought it forward and left")
    sandbox.stop()


def the_one_that_stays(programs: list[subprocess.Popen[str]]) -> int:
    """The number of the program that still runs when all others have left."""
    deadline = time.monotonic() + _WITHIN
    while time.monotonic() < deadline:
        running = [one for one, program in enumerate(programs) if program.poll() is None]
        assert running, [told(program) for program in programs]
        if len(running) == 1:
            return running[0]
        time.sleep(0.02)
    raise AssertionError(f"{len(running)} windows on one home")


def told(program: Any) -> str:
    return f"exit {program.returncode}: {program.stderr.read()}"
