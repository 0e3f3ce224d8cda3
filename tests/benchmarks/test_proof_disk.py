"""One click from Run to thumbnail, on a disk that fails at any operation, or dying at any."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.one_flow import Flows, dies_and_is_finished, fails_and_goes_on

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]

_ERRORS = ("ENOSPC", "EIO", "EACCES")
_MOST = 2000  # operations, far more than one flow has
_REFUSALS = 35  # of each error, at points spread over the flow
_SPAN = 6  # operations that are refused, one after the other
_ROOM = (16, 48, 96, 160, 240, 320, 400, 480, 560, 700)  # KiB that a full disk still has
_MOUNTED = 4 * 1024  # KiB
_ALMOST_NOTHING = 64  # KiB, what a 64 × 64 picture takes at most


@pytest.fixture
def flows(scripts, start_sandbox):
    running = Flows(scripts, start_sandbox("--limit", "6", speed=200))
    yield running
    log = running.end()
    assert "Traceback" not in log, log[-3000:]


def test_kills_at_every_operation(flows, tmp_path, counts):
    ended: Counter[str] = Counter()
    died: Counter[str] = Counter()
    for at in range(1, _MOST):
        home = tmp_path / f"kill-{at}"
        state = dies_and_is_finished(flows, home, "kill", at)
        shutil.rmtree(home)
        if state is None:  # it has no such operation any more
            break
        ended[state or "not stored, not sent"] += 1
        died["kill"] += 1
    before = tmp_path / "before"  # making the tables was killed often enough
    assert flows.run(before).exit_code == 0
    whole = tmp_path / "whole"
    shutil.copytree(before, whole)
    for at in range(1, 1 + len(flows.run(whole, prompt=uuid.uuid4().hex).operations)):
        home = tmp_path / f"half-{at}"
        shutil.copytree(before, home)
        state = dies_and_is_finished(flows, home, "half", at)
        shutil.rmtree(home)
        if state is not None:  # else no write, so nothing to be in the midst of
            ended[state or "not stored, not sent"] += 1
            died["half"] += 1
    assert set(ended) <= {"kept", "unknown", "not stored, not sent"}
    proof = "killed at each operation"
    counts.add(proof, died["kill"], "kills: before each open, write, sync, rename, delete")
    counts.add(proof, died["half"], "kills: in the midst of each write")
    for state, count in sorted(ended.items()):
        counts.add(proof, count, f"tasks {state} after one more start")
    counts.add(proof, 0, "tasks lost or paid twice, pictures of a wrong hash")


def test_a_disk_that_refuses_at_each_point(flows, tmp_path, counts):
    whole = flows.run(tmp_path / "whole", prompt=uuid.uuid4().hex)
    assert whole.state == "kept"
    operations = len(whole.operations)
    told: Counter[str] = Counter()
    for error in _ERRORS:
        for number in range(_REFUSALS):
            at = 1 + (number * operations) // _REFUSALS
            home = tmp_path / f"{error}-{at}"
            outcome = fails_and_goes_on(flows, home, error, at, _SPAN)
            for title in outcome.told:
                told["full" if "full" in title else "cannot be written"] += 1
    proof = "disk refuses"
    counts.add(proof, len(_ERRORS) * _REFUSALS, f"points of {operations} operations × {_ERRORS}")
    for words, count in sorted(told.items()):
        counts.add(proof, count, f"times the person was told: {words}")
    counts.add(
        proof, len(_ERRORS) * _REFUSALS, "tasks kept by themselves once the disk took things"
    )
    counts.add(proof, 0, "tasks lost or paid twice, pictures of a wrong hash")


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 4 MB; skips where none may be mounted."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a file system can only be mounted by root, on Linux")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_MOUNTED}k", "tmpfs", folder], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_of_4_mb(flows, small_disk, counts):
    told = 0
    kept = {}
    for room in _ROOM:
        home = small_disk / f"home-{room}"
        old = flows.run(home, prompt=uuid.uuid4().hex, real=True)
        assert old.state == "kept"
        kept = {path: path.read_bytes() for path in home.glob("pictures/*/*.png")}
        ballast = small_disk / "ballast"
        fill(ballast, room)
        prompt = uuid.uuid4().hex
        outcome = flows.run(home, prompt=prompt, real=True, mark=str(ballast))
        assert outcome.exit_code == 0
        assert outcome.state == "kept kept", (room, outcome)
        assert {path: path.read_bytes() for path in kept} == kept, "old pictures are as they were"
        if room < _ALMOST_NOTHING:
            assert outcome.told
        told += bool(outcome.told)
        ballast.unlink(missing_ok=True)
        shutil.rmtree(home)
    proof = "disk of 4 MB"
    counts.add(proof, len(_ROOM), "clicks with 16 to 700 KiB left")
    counts.add(proof, told, "of them told to the person, who made room")
    counts.add(proof, 2 * len(_ROOM), "tasks kept, old ones as they were")


def fill(ballast: Path, room: int) -> None:
    """Take all of a file system but so many KiB."""
    stat = os.statvfs(ballast.parent)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, stat.f_bavail * stat.f_frsize - room * 1024)
