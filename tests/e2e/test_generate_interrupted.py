"""Ctrl+C while ``cartoonmix-desktop generate`` is at work: what was sent is kept, nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.owners import dead_owners, does_one_job
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--samples", "1", "--width", "64", "--height", "64")

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def wiro(sandbox):
    """The sandbox server in Wiro's place."""
    return {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }


@pytest.fixture
def ledger(home):
    """The history as the command writes it."""
    folder = home / "cartoonmix" / "data"
    folder.mkdir(parents=True)
    opened = Ledger(folder / "history.sqlite3")
    yield opened
    opened.close()


def interrupted(environ, ledger, *states, owed=False):
    """Press Ctrl+C once the task is in one of the states; ``(exit status, result, the task)``.

    With ``owed``, once the server has ended it and owes something.
    """
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
    with subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "generate", "--prompt", "x", *SMALL, "--json"],
        env=clean | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 30
        while not (
            [task for task, _owner in ledger.in_aftercare() if task.at_rest]
            if owed
            else [task for task in ledger.unfinished() if task.state in states]
        ):
            assert time.monotonic() < deadline, process.poll()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    [task_id] = ledger.ids()
    return process.returncode, json.loads(out), ledger.task(task_id)


def test_while_it_waits_for_pictures_they_may_still_come(sandbox, wiro, ledger):
    sandbox.faults([{"endpoint": "task", "outputs_after": [99]}])
    code, result, task = interrupted(wiro, ledger, owed=True)
    assert (code, result["outcome"]) == (4, "unknown")  # not a failure: it would be paid again
    assert task.is_owed(Owed.OUTPUTS)


def test_while_it_waits_for_the_charge_the_pictures_are_here(sandbox, wiro, ledger):
    sandbox.faults([{"endpoint": "task", "costs": [[0, None]]}])
    code, result, task = interrupted(wiro, ledger, owed=True)
    assert (result["outcome"], len(result["outputs"])) == ("succeeded", 1)
    assert Path(result["outputs"][0]).is_file()
    assert task.is_owed(Owed.CHARGE)
    assert code == 1


def test_after_it_was_accepted_the_result_names_the_task(sandbox, wiro, ledger):
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    code, result, task = interrupted(wiro, ledger, TaskState.ACCEPTED, TaskState.RUNNING)
    assert (code, result["outcome"]) == (4, "unknown")
    assert result["taskid"] == task.remote_id
    assert "picked up" in result["error"]


def test_a_run_on_its_way_is_given_a_moment_to_be_answered(wiro, ledger, sandbox):
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    sandbox.faults([{"endpoint": "Run", "slow": 1}])
    code, result, task = interrupted(wiro, ledger, TaskState.SENDING)
    assert (code, result["outcome"]) == (4, "unknown")
    assert task.state is TaskState.ACCEPTED
    assert result["taskid"] == task.remote_id


def test_before_it_was_sent_it_never_will_be(wiro, ledger):
    with socket.socket() as closed:  # bound and not listening: refused for as long as it is held
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        code, result, task = interrupted(
            wiro | {"CARTOONMIX_API_URL": nowhere}, ledger, TaskState.QUEUED, TaskState.SENDING
        )
    assert (code, result["outcome"]) == (1, "cancelled")
    assert result["taskid"] is None
    assert task.state is TaskState.CANCELLED


def test_killed_before_it_was_sent_it_never_will_be(wiro, ledger, sandbox, home):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
    command = [sys.executable, str(ROOT / "main.py"), "generate", "--prompt", "x", *SMALL]
    with socket.socket() as closed:  # bound and not listening
        closed.bind(("127.0.0.1", 0))
        nowhere = {"CARTOONMIX_API_URL": f"http://127.0.0.1:{closed.getsockname()[1]}/v1"}
        with subprocess.Popen(command, env=clean | wiro | nowhere) as process:
            deadline = time.monotonic() + 30
            while not [t for t in ledger.unfinished() if t.state is TaskState.QUEUED]:
                assert time.monotonic() < deadline, process.poll()
                time.sleep(0.01)
            process.kill()
    [task] = ledger.unfinished()
    assert task.state is TaskState.QUEUED
    owners = ledger.owners()
    assert all(does_one_job(owner) for owner in owners)
    assert set(dead_owners(home / "cartoonmix" / "data" / "runs", owners, "")) == owners
    before = len(sandbox.ledger())

    async def look():
        locations = Locations.from_environment(os.environ)
        studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")), wiro)
        await studio.open()
        await studio.start()
        try:
            return await studio.history.task(task.id)
        finally:
            await studio.close()

    assert asyncio.run(look()).state is TaskState.CANCELLED
    assert len(sandbox.ledger()) == before
