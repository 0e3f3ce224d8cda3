"""Drives ``scripts/one_flow.py``: one click on a disk that fails, again and again."""

from __future__ import annotations

import json
import signal
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import apsw

from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.judging import Home, examine, judge

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """What one process told.

    Attributes:
        exit_code: 0, or what it ended with.
        state: of its task at the end; empty if there is none.
        told: titles of what the person was told of the disk.
        operations: that changed the disk, in order.
        acknowledged: ids of tasks that it said are stored.
    """

    exit_code: int
    state: str
    told: list[str]
    operations: list[str]
    acknowledged: list[int]


class Flows:
    """Processes that each click once, or finish what another left."""

    def __init__(self, scripts: Any, sandbox: Any) -> None:
        self._sandbox = sandbox
        self._process: subprocess.Popen[str] = scripts.start(
            "one_flow.py",
            CARTOONMIX_API_URL=sandbox.api,
            CARTOONMIX_SOCKET_URL=sandbox.socket,
            CARTOONMIX_API_KEY=sandbox.credentials.key,
            CARTOONMIX_API_SECRET=sandbox.credentials.secret,
        )

    def run(self, home: Path, **job: object) -> Outcome:
        """One process to its end."""
        streams = self._process.stdin, self._process.stdout
        assert streams[0] is not None
        assert streams[1] is not None
        streams[0].write(json.dumps({"home": str(home), "prompt": "", **job}) + "\n")
        streams[0].flush()
        told: dict[str, Any] = {}
        acknowledged = []
        for line in streams[1]:
            said = json.loads(line)
            if "acknowledged" in said:
                acknowledged.append(said["acknowledged"])
            elif "ended" in said:
                return Outcome(
                    said["ended"],
                    told.get("state", ""),
                    told.get("told", []),
                    told.get("operations", []),
                    acknowledged,
                )
            else:
                told = said
        raise AssertionError(self.end())

    def judged(self, home: Path, prompt: str, acknowledged: list[int]) -> Home | None:
        """The home as the next start finds it, held against the server's ledger."""
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        path = locations.data / "history.sqlite3"
        paid = [one for one in self._sandbox.ledger() if one["parameters"]["prompt"] == prompt]
        if not path.exists() or not made(path):
            assert not acknowledged
            assert not paid
            return None
        found = examine(locations)
        judge(found, paid, acknowledged)
        return found

    def end(self) -> str:
        """End it; what it complained of."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()
        assert self._process.stderr is not None
        log = self._process.stderr.read()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        return log


def made(path: Path) -> bool:
    """Whether a history has got its tables."""
    with closing(apsw.Connection(str(path))) as connection:
        return bool(connection.pragma("user_version"))


def dies_and_is_finished(flows: Flows, home: Path, fault: str, at: int) -> str | None:
    """Click, die at one operation, start once more.

    Returns:
        How the task ended, empty if none was stored; None if there was nothing to die of.
    """
    prompt = uuid.uuid4().hex
    died = flows.run(home, prompt=prompt, fault=fault, at=at)
    if died.exit_code == 0:
        return None
    assert died.exit_code == -signal.SIGKILL, (fault, at, died)
    flows.judged(home, prompt, died.acknowledged)
    finished = flows.run(home)
    assert finished.exit_code == 0, (fault, at)
    found = flows.judged(home, prompt, died.acknowledged)
    assert found is not None
    assert not found.unfinished
    assert not found.strays
    return finished.state


def fails_and_goes_on(flows: Flows, home: Path, errno: str, at: int, span: int) -> Outcome:
    """Click on a disk that refuses some operations in a row; what was told, and the end."""
    prompt = uuid.uuid4().hex
    outcome = flows.run(home, prompt=prompt, fault=errno, at=at, span=span)
    assert outcome.exit_code == 0, (errno, at)
    found = flows.judged(home, prompt, outcome.acknowledged)
    assert found is not None
    assert outcome.state == "kept", (errno, at, outcome)
    assert not found.strays
    return outcome
