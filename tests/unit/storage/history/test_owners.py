from __future__ import annotations

import subprocess
import sys

import pytest

from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.storage.history.owners import Owner, dead_owners

_LIVE = """
import sys
from pathlib import Path
from cartoonmix_desktop.storage.history.owners import Owner
owner = Owner(Path(sys.argv[1]))
print(owner.id, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "data" / "runs"


@pytest.fixture
def other(runs):
    """Another process that owns a lock until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", _LIVE, str(runs)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        process.owner_id = process.stdout.readline().strip()
        yield process
        process.kill()


def test_a_live_process_is_not_dead_and_a_killed_one_is(runs, other):
    mine = Owner(runs)
    ids = {mine.id, other.owner_id}
    assert dead_owners(runs, ids, mine.id) == []
    other.kill()
    other.wait()
    assert dead_owners(runs, ids, mine.id) == [other.owner_id]
    assert [file.name for file in runs.iterdir()] == [f"{mine.id}.lock"]
    # Its lock file is gone now, and it is dead still.
    assert dead_owners(runs, ids, mine.id) == [other.owner_id]
    mine.release()


def test_releasing_makes_us_dead_to_others(runs):
    first, second = Owner(runs), Owner(runs)
    assert first.id != second.id
    assert dead_owners(runs, [first.id], second.id) == []
    first.release()
    first.release()
    assert dead_owners(runs, [first.id], second.id) == [first.id]
    second.release()
    assert list(runs.iterdir()) == []


def test_an_owner_released_by_another_thread_is_released(runs):
    from threading import Thread

    owner = Owner(runs)
    thread = Thread(target=owner.release)
    thread.start()
    thread.join()
    assert dead_owners(runs, [owner.id], "me") == [owner.id]


def test_a_lock_that_cannot_be_judged_counts_as_alive(runs):
    (runs / "strange.lock").mkdir(parents=True)
    assert dead_owners(runs, ["strange"], "me") == []


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(FolderUnusable) as caught:
        Owner(tmp_path / "runs")
    assert caught.value.path == str(tmp_path / "runs")
