"""Kills and quits at any moment: nothing is lost, and nothing is paid twice."""

from __future__ import annotations

import queue
import random
import signal
import threading
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from cartoonmix_desktop.core.task import TaskState
from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.judging import Home, examine, judge

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

pytestmark = [pytest.mark.proof, pytest.mark.timeout(400)]

_WORKER_KILLS = 60
_PROGRAM_KILLS = 15
_QUITS = 5
_UNDER_WAY = 50
_DOWNLOADING = 10  # of them
_QUIT_LIMIT = 3.5


class Lines:
    """What a process prints, read as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def until(self, is_so: Callable[[list[str]], Any], within: float = 40) -> None:
        """Read on until the lines so far are as wanted."""
        deadline = time.monotonic() + within
        while not is_so(self.seen):
            try:
                self.seen.append(self._lines.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"waited {within} s after {self.seen[-5:]}") from None

    def end(self) -> list[str]:
        """All lines, once the process is gone."""
        self._process.wait(30)
        self._thread.join()
        while not self._lines.empty():
            self.seen.append(self._lines.get())
        return self.seen

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # a kill may cut the last
                self._lines.put(line.strip())


@pytest.fixture
def locations(tmp_path) -> Locations:
    return Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})


def environment(locations: Locations, sandbox: Any) -> dict[str, str]:
    """A home, and the sandbox server as Wiro."""
    return {
        "CARTOONMIX_HOME": str(locations.data.parent),
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }


def drain(scripts: Any, variables: dict[str, str]) -> None:
    """Start once more, and wait until nothing is under way."""
    with scripts.start("worker.py", "drain", **variables) as worker:
        try:
            _, log = worker.communicate(timeout=120)
        finally:
            worker.kill()
    assert worker.returncode == 0, log


def at_rest(home: Home, acknowledged: set[int], unknown: int) -> None:
    """Everything was picked up; at most ``unknown`` tasks were cut off while being sent."""
    assert not home.unfinished
    assert not home.strays, "each picture has found its task"
    assert set(home.count()) <= {"kept", "unknown"}
    assert home.count()["unknown"] <= unknown
    kept = {task_id for task_id, state in home.states.items() if state is TaskState.KEPT}
    assert len(acknowledged - kept) <= unknown


def test_kills_of_a_worker(scripts, start_sandbox, locations, seed, counts):
    sandbox = start_sandbox("--limit", "6", speed=100)
    variables = environment(locations, sandbox)
    moments = random.Random(seed)
    acknowledged: set[int] = set()
    cut = Counter[str]()
    started = strays = 0
    for _ in range(_WORKER_KILLS):
        with scripts.start("worker.py", "generate", **variables) as worker:
            lines = Lines(worker)
            time.sleep(moments.uniform(0.3, 2.4))
            worker.kill()
            told = lines.end()
            assert worker.returncode == -signal.SIGKILL, worker.stderr.read()
        acknowledged |= {int(line) for line in told if line != "started"}
        if not (locations.data / "history.sqlite3").exists():
            continue
        home = examine(locations)
        judge(home, sandbox.ledger(), acknowledged)
        if "started" in told:
            started += 1
            assert len(home.owners) <= 1, "the next start takes everything over"
        cut.update(home.states[task_id].value for task_id in home.unfinished)
        strays += home.strays
    drain(scripts, variables)
    home = examine(locations)
    judge(home, sandbox.ledger(), acknowledged)
    at_rest(home, acknowledged, _WORKER_KILLS)
    assert started > _WORKER_KILLS / 2
    assert len(acknowledged) > _WORKER_KILLS
    proof = "worker killed"
    counts.add(proof, _WORKER_KILLS, f"kills; seed {seed}")
    counts.add(proof, started, "of them after the start")
    counts.add(proof, cut.total(), f"tasks cut off: {told_of(cut)}")
    counts.add(proof, strays, "pictures cut off between their name and their record")
    count_the_end(counts, proof, home, acknowledged)


def test_kills_of_the_whole_program(scripts, start_sandbox, locations, seed, counts):
    sandbox = start_sandbox("--limit", "6", speed=20)
    variables = environment(locations, sandbox)
    moments = random.Random(seed)
    acknowledged: set[int] = set()
    cut = Counter[str]()
    for _ in range(_PROGRAM_KILLS):
        with scripts.start("clicking_program.py", **variables) as program:
            lines = Lines(program)
            lines.until(lambda seen: "ready" in seen)
            click(program, 8)
            time.sleep(moments.uniform(0.0, 2.5))
            program.kill()
            told = lines.end()
            assert program.returncode == -signal.SIGKILL, program.stderr.read()
        acknowledged |= {int(line.split()[0]) for line in told if line != "ready"}
        home = examine(locations)
        judge(home, sandbox.ledger(), acknowledged)
        cut.update(home.states[task_id].value for task_id in home.unfinished)
    drain(scripts, variables)
    home = examine(locations)
    judge(home, sandbox.ledger(), acknowledged)
    at_rest(home, acknowledged, _PROGRAM_KILLS)
    assert len(acknowledged) > _PROGRAM_KILLS
    proof = "program killed"
    counts.add(proof, _PROGRAM_KILLS, f"kills; seed {seed}")
    counts.add(proof, cut.total(), f"tasks cut off: {told_of(cut)}")
    count_the_end(counts, proof, home, acknowledged)


def test_quitting_with_a_server_that_hangs(scripts, start_sandbox, tmp_path, counts):
    taken = []
    for number in range(_QUITS):
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
        drain(scripts, variables)
        home = examine(locations)
        judge(home, sandbox.ledger(), range(1, _UNDER_WAY + 2))
        assert home.count() == {"kept": _UNDER_WAY, "unknown": 1}
        sandbox.stop()
    proof = "quit, server hung"
    counts.add(proof, _QUITS, f"quits with {_UNDER_WAY} tasks at the server and one being sent")
    counts.add(proof, f"{max(taken):.1f} s", f"to the end at most, wanted ≤ {_QUIT_LIMIT} s")
    counts.add(proof, _QUITS * _UNDER_WAY, "tasks picked up by the next start, and kept")
    counts.add(proof, _QUITS, "tasks told as unknown: those being sent")
    counts.add(proof, 0, "tasks lost, or paid twice")


def count_the_end(counts: Any, proof: str, home: Home, acknowledged: set[int]) -> None:
    counts.add(proof, len(acknowledged), f"tasks acknowledged, in the end {told_of(home.count())}")
    counts.add(proof, home.pictures, "pictures, each with the bytes that are recorded")
    counts.add(proof, 0, "tasks lost, or paid twice")


def hang(sandbox: Any, *endpoints: str) -> None:
    sandbox.faults([{"endpoint": name, "hang": True, "times": 10_000} for name in endpoints])


def tasks_told(lines: list[str], state: str) -> int:
    """How many tasks have been in a state."""
    return len({line.split()[0] for line in lines if line.endswith(f" {state}")})


def click(program: subprocess.Popen[str], times: int) -> None:
    assert program.stdin is not None
    for _ in range(times):
        program.stdin.write(f"{uuid.uuid4().hex}\n")
        program.stdin.flush()


def told_of(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
