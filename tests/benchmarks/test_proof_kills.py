"""Kills and quits at any moment: nothing is lost, and nothing is paid twice."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import pytest

from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.judging import Home, examine, is_begun, judge
from tests.benchmarks.programs import Lines, click, drain, environment, hang, told_of

pytestmark = pytest.mark.timeout(1500)

# A share of each proof runs with all other tests, the whole of it on its own.
_WORKER_KILLS = [4, pytest.param(60, marks=pytest.mark.proof)]
_DEATHS_A_POINT = [1, pytest.param(20, marks=pytest.mark.proof)]
_PROGRAM_KILLS = [4, pytest.param(200, marks=pytest.mark.proof)]
_QUITS = [1, pytest.param(10, marks=pytest.mark.proof)]
_LANES = 2  # homes at a time
_BACK_TO_WORK = 2.0  # seconds from the start of the process, in the usual case
_UNDER_WAY = 50
_DOWNLOADING = 10  # of them
_QUIT_LIMIT = 3.0
POINTS = ("stored", "sending", "sent", "answered", "accepted", "downloading")
"""Of `scripts/dying_worker.py`."""


@pytest.fixture
def locations(tmp_path) -> Locations:
    return Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})


def at_rest(home: Home, ledger: list[dict[str, Any]], unknown: int, told: str) -> None:
    """Everything was picked up, and what was paid is kept.

    Args:
        home: after a start that ended by itself.
        ledger: the server's.
        unknown: tasks that may have been cut off while being sent.
        told: by `drain`.
    """
    assert not home.unfinished
    assert not home.strays, "each picture has found its task"
    assert set(home.count()) <= {"kept", "unknown"}, home.count()
    assert home.count()["unknown"] <= unknown
    paid = {entry["parameters"]["prompt"] for entry in ledger}
    for task_id, state in home.states.items():
        assert (state is TaskState.KEPT) == (home.prompts[task_id] in paid), (task_id, told)


@pytest.mark.parametrize("kills", _WORKER_KILLS)
def test_kills_of_a_worker(scripts, start_sandbox, locations, seed, counts, kills):
    # Faster, and the last tasks that a server lists would not reach back to one that was cut off.
    sandbox = start_sandbox("--limit", "6", speed=50)
    variables = environment(locations, sandbox)
    moments = random.Random(seed)
    acknowledged: set[int] = set()
    cut = Counter[str]()
    started = strays = 0
    for _ in range(kills):
        with scripts.start("worker.py", "generate", **variables) as worker:
            lines = Lines(worker)
            time.sleep(moments.uniform(0.3, 2.4))
            worker.kill()
            told = lines.end()
            assert worker.returncode == -signal.SIGKILL, worker.stderr.read()
        acknowledged |= {int(line) for line in told if line != "started"}
        if not acknowledged and not is_begun(locations):
            continue
        home = examine(locations)
        judge(home, sandbox.ledger(), acknowledged)
        if "started" in told:
            started += 1
            assert len(home.owners) <= 1, "the next start takes everything over"
        cut.update(home.states[task_id].value for task_id in home.unfinished)
        strays += home.strays
    told_last = drain(scripts, variables)
    home = examine(locations)
    judge(home, sandbox.ledger(), acknowledged)
    at_rest(home, sandbox.ledger(), kills, told_last)
    if kills > 10:  # of a few, all may come too early
        assert started > kills / 2
        assert len(acknowledged) > kills
    proof = "worker killed"
    counts.add(proof, kills, f"kills; seed {seed}")
    counts.add(proof, started, "of them after the start")
    counts.add(proof, cut.total(), f"tasks cut off: {told_of(cut)}")
    counts.add(proof, strays, "pictures cut off between their name and their record")
    count_the_end(counts, proof, home, acknowledged)


@pytest.mark.parametrize("times", _DEATHS_A_POINT)
def test_deaths_at_each_point_of_the_protocol(scripts, start_sandbox, tmp_path, counts, times):
    sandbox = start_sandbox("--limit", "100", speed=100)
    proof = "charge safety, dying"
    for point in POINTS:
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / point)})
        variables = environment(locations, sandbox)
        before = len(sandbox.ledger())
        acknowledged: set[int] = set()
        cut: set[int] = set()  # while they were sent, also those of the one that died before
        for _ in range(times):
            with scripts.start("dying_worker.py", point, **variables) as worker:
                try:
                    told, log = worker.communicate(timeout=60)
                finally:
                    worker.kill()
                assert worker.returncode == -signal.SIGKILL, log
            acknowledged |= {int(line) for line in told.split()}
            states = examine(locations).states
            cut |= {task_id for task_id, state in states.items() if state is TaskState.SENDING}
        assert len(acknowledged) == times
        told_last = drain(scripts, variables)
        home = examine(locations)
        ledger = sandbox.ledger()[before:]
        judge(home, ledger, acknowledged)
        at_rest(home, ledger, len(cut), told_last)
        end = told_of(home.count())
        counts.add(proof, times, f"deaths when {point}: {len(ledger)} paid, in the end {end}")


@pytest.mark.parametrize("kills", _PROGRAM_KILLS)
def test_kills_of_the_whole_program(scripts, start_sandbox, tmp_path, seed, counts, kills):
    def lane(number: int) -> tuple[Home, set[int], Counter[str], list[float]]:
        home = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / str(number))})
        chance = random.Random(seed + number)
        sandbox = start_sandbox("--limit", "6", speed=20)
        return kill_again_and_again(scripts, sandbox, home, chance, kills // _LANES)

    with ThreadPoolExecutor(_LANES) as pool:
        lanes = list(pool.map(lane, range(_LANES)))
    proof = "program killed"
    back = sorted(moment for *_, moments in lanes for moment in moments)
    counts.add(proof, kills, f"kills; seed {seed}")
    counts.add(
        proof,
        f"{median(back):.2f} s",
        f"from a start to being at work again, {back[-1]:.2f} s at most; wanted ≤ {_BACK_TO_WORK}",
    )
    for home, acknowledged, cut, _ in lanes:
        counts.add(proof, cut.total(), f"tasks cut off: {told_of(cut)}")
        count_the_end(counts, proof, home, acknowledged)
    if kills > 10:  # a few starts may all be those of a busy moment
        assert median(back) <= _BACK_TO_WORK


def kill_again_and_again(
    scripts: Any, sandbox: Any, locations: Locations, chance: random.Random, kills: int
) -> tuple[Home, set[int], Counter[str], list[float]]:
    """One home and its server; returns what was left, what was promised, cut off, and waited."""
    variables = environment(locations, sandbox)
    acknowledged: set[int] = set()
    cut = Counter[str]()
    back: list[float] = []
    for number in range(kills):
        began = time.monotonic()
        with scripts.start("clicking_program.py", **variables) as program:
            lines = Lines(program)
            lines.until(lambda seen: "at work" in seen)
            back.append(time.monotonic() - began)
            click(program, 4)
            if number % 2:  # else it may end before anything was promised
                lines.until(lambda seen: any(line[0].isdigit() for line in seen))
            time.sleep(chance.uniform(0.0, 1.2))
            program.kill()
            told = lines.end()
            assert program.returncode == -signal.SIGKILL, program.stderr.read()
        acknowledged |= {int(line.split()[0]) for line in told if line[0].isdigit()}
        home = examine(locations)
        judge(home, sandbox.ledger(), acknowledged)
        cut.update(home.states[task_id].value for task_id in home.unfinished)
    told_last = drain(scripts, variables)
    home = examine(locations)
    judge(home, sandbox.ledger(), acknowledged)
    at_rest(home, sandbox.ledger(), kills, told_last)
    assert len(acknowledged) >= kills // 2
    return home, acknowledged, cut, back


@pytest.mark.parametrize("quits", _QUITS)
def test_quitting_with_a_server_that_hangs(scripts, start_sandbox, tmp_path, counts, quits):
    taken = []
    for number in range(quits):
        sandbox = start_sandbox("--limit", "100", speed=5)
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / str(number))})
        variables = environment(locations, sandbox)
        with scripts.start("clicking_program.py", **variables) as program:
            lines = Lines(program)
            lines.until(lambda seen: "ready" in seen)
            hang(sandbox, "files")
            click(program, _DOWNLOADING)
            lines.until(lambda seen: tasks_told(seen, "downloading") == _DOWNLOADING)
            hang(sandbox, "Task/Detail", "socket")
            click(program, _UNDER_WAY - _DOWNLOADING)
            lines.until(lambda seen: tasks_told(seen, "accepted") == _UNDER_WAY)
            hang(sandbox, "Run")
            click(program, 1)
            lines.until(lambda seen: f"{_UNDER_WAY + 1} sending" in seen)
            began = time.monotonic()
            program.terminate()
            lines.end()
            taken.append(time.monotonic() - began)
            assert program.returncode == 0, program.stderr.read()
        assert taken[-1] <= _QUIT_LIMIT
        home = examine(locations)
        judge(home, sandbox.ledger(), range(1, _UNDER_WAY + 2))
        assert len(home.unfinished) == _UNDER_WAY + 1, home.count()
        sandbox.clear_faults()
        told_last = drain(scripts, variables)
        home = examine(locations)
        judge(home, sandbox.ledger(), range(1, _UNDER_WAY + 2))
        at_rest(home, sandbox.ledger(), 1, told_last)
        sandbox.stop()
    proof = "quit, server hung"
    counts.add(proof, quits, f"quits with {_UNDER_WAY} tasks at the server and one being sent")
    counts.add(proof, f"{max(taken):.1f} s", f"to the end at most, wanted ≤ {_QUIT_LIMIT} s")
    counts.add(proof, quits * _UNDER_WAY, "tasks picked up by the next start, and kept")
    counts.add(proof, quits, "tasks cut off while being sent, and found at the server or told")
    counts.add(proof, 0, "tasks lost, or paid twice")


def count_the_end(counts: Any, proof: str, home: Home, acknowledged: set[int]) -> None:
    counts.add(proof, len(acknowledged), f"tasks acknowledged, in the end {told_of(home.count())}")
    counts.add(proof, home.pictures, "pictures, each with the bytes that are recorded")
    counts.add(proof, 0, "tasks lost, or paid twice")


def tasks_told(lines: list[str], state: str) -> int:
    """How many tasks have been in a state."""
    return len({line.split()[0] for line in lines if line.endswith(f" {state}")})
