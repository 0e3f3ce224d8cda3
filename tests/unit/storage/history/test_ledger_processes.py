"""The history under several processes, and under their sudden deaths."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest

from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.history.ledger import Ledger

# Each task that it says on its output is one that its caller was told is stored.
_WRITER = """
import itertools, sys, uuid
from pathlib import Path
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.history.ledger import Ledger

ledger = Ledger(Path(sys.argv[1]))
limit = int(sys.argv[2])
request = GenerationRequest.build({"prompt": "castle " * 200})
for number in itertools.count() if limit == 0 else range(limit):
    task = ledger.add(request, "a", sys.argv[3], at=float(number), uid=uuid.uuid4().hex)
    ledger.move(task.id, TaskState.SENDING, at=1.0)
    task = ledger.move(task.id, TaskState.ACCEPTED, at=2.0, remote_id=task.uid)
    ledger.set_outputs(task.id, ["a", "b"])
    print(task.id, task.uid, flush=True)
ledger.close()
"""


def writer(history, limit, owner="writer"):
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(history), str(limit), owner],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def acknowledged(output):
    lines = (line.split() for line in output.splitlines(keepends=True) if line.endswith("\n"))
    return {int(number): uid for number, uid in lines}


def check(history, expected):
    connection = apsw.Connection(str(history))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    # The index of the prompts is in step with the tasks.
    connection.execute("INSERT INTO task_text(task_text) VALUES ('integrity-check')")
    connection.close()
    ledger = Ledger(history)
    found = {task.id: task for task in ledger.tasks(sorted(expected))}
    assert {number: task.uid for number, task in found.items()} == expected
    assert {task.state for task in found.values()} == {TaskState.ACCEPTED}
    assert {task.remote_id for task in found.values()} == set(expected.values())
    assert all(len(task.outputs) == 2 for task in found.values())
    assert len(ledger.ids(Query("castle"))) == len(ledger.ids())
    ledger.close()


def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(history):
    chance = random.Random(7)
    expected = {}
    for _ in range(6):
        process = writer(history, 0)
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))  # the moment of death is the fault under test
        process.kill()
        rest, errors = process.communicate()
        assert process.returncode == -signal.SIGKILL, errors
        expected |= acknowledged(first + rest)
        check(history, expected)
    assert len(expected) >= 6


def test_processes_that_start_and_write_at_once_all_succeed(history):
    processes = [writer(history, 25, f"owner{number}") for number in range(4)]
    expected = {}
    for process in processes:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        expected |= acknowledged(output)
    assert len(expected) == 100
    check(history, expected)
    ledger = Ledger(history)
    assert ledger.owners() == {f"owner{number}" for number in range(4)}
    ledger.close()


def test_a_new_history_opened_from_several_sides_at_once_opens_for_all(tmp_path):
    sides = 6
    barrier = threading.Barrier(sides, timeout=30)

    def opening(path):
        barrier.wait()
        Ledger(path).close()

    with ThreadPoolExecutor(sides) as pool:
        for number in range(60):
            path = tmp_path / f"{number}.sqlite3"
            for opened in [pool.submit(opening, path) for _ in range(sides)]:
                opened.result()


def test_opening_it_again_does_not_drop_the_locks_that_are_held(history):
    # On POSIX, closing any descriptor of a file drops all locks of the process on it.
    ledger = Ledger(history)
    script = (
        "import apsw, sys\n"
        "try: apsw.Connection(sys.argv[1]).execute('BEGIN IMMEDIATE')\n"
        "except apsw.BusyError: print('busy')\n"
        "else: print('free')\n"
    )
    command = [sys.executable, "-c", script, str(history)]
    with ledger._database.writing():
        Ledger(history).close()
        held = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    free = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (held, free) == ("busy\n", "free\n")
    ledger.close()


def test_two_connections_of_one_process_see_each_other(history):
    first, second = Ledger(history), Ledger(history)
    first.set_state("a", "1")
    with first._database.writing():
        second._database._connection.set_busy_timeout(0)
        with pytest.raises(FolderUnusable):
            second.set_state("a", "2")
    second.set_state("a", "3")
    assert first.state("a") == "3"
    first.close()
    second.close()


_FULL = """
import resource, sys
from pathlib import Path
from cartoonmix_desktop.core.errors import DiskFull
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.storage.history.ledger import Ledger

path = Path(sys.argv[1])
ledger = Ledger(path)
request = GenerationRequest.build({"prompt": "castle " * 50_000})
first = ledger.add(request, "a", "o", at=1.0, uid="1")
room = max(file.stat().st_size for file in path.parent.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
try:
    ledger.add(request, "a", "o", at=2.0, uid="2")
except DiskFull as error:
    print(error.path == str(path))
assert ledger.unfinished() == [first]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
ledger.add(request, "a", "o", at=2.0, uid="2")
print(len(ledger.ids()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_system_that_gives_no_more_room_is_a_full_disk(tmp_path):
    folder = tmp_path / "odd %20 name #1? 雪"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(folder / "history.sqlite3")],
        capture_output=True,
        text=True,
    )
    assert (done.stdout.split(), done.stderr) == (["True", "2"], "")
