"""Copies of the history: whole, verified, few, and the way back to them."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from cartoonmix_desktop.core.errors import (
    BackupUnusable,
    DatabaseDamaged,
    DiskFull,
    FolderUnusable,
)
from cartoonmix_desktop.storage.history import backups as module
from cartoonmix_desktop.storage.history.backups import Backups
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.owners import Owner

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0


@pytest.fixture
def backups(history, tmp_path):
    return Backups(history, tmp_path / "runs")


def prompts(path):
    ledger = Ledger(path)
    found = [task.request.prompt for task in ledger.tasks(range(1, 100))]
    ledger.close()
    return found


def damage(history):
    """Break a page in the midst, as a failing disk does."""
    size = history.stat().st_size
    with history.open("rb+") as file:
        for place in range(4096, size, 4096):
            file.seek(place)
            file.write(os.urandom(2048))


def test_a_copy_holds_what_was_just_written(ledger, add, backups, history):
    add("a castle")
    backup = backups.take(NOW)
    add("a fox")  # not in it, and in nobody's way
    assert prompts(backup.path) == ["a castle"]
    assert backups.stored() == [backup]
    assert prompts(history) == ["a castle", "a fox"]
    assert not list(backups.folder.glob("*-wal")), "one file, whole by itself"


def test_a_copy_is_of_one_moment_while_others_write(ledger, add, backups, history):
    for number in range(50):
        add(f"before {number}")
    over = threading.Event()

    def write():
        other = Ledger(history)
        request = ledger.task(1).request
        while not over.is_set():
            other.add(request, "account", "owner", at=NOW, uid=os.urandom(16).hex())
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backups.take(NOW + second) for second in range(3)]
    finally:
        over.set()
        writer.join()
    for copy in copies:
        assert len(prompts(copy.path)) >= 50


def test_it_is_due_once_there_is_something_and_then_once_a_day_after_a_change(
    ledger, add, backups, history
):
    for number in range(19):
        add(f"castle {number}")
    assert not backups.is_due(NOW)
    backups.take(NOW - DAY / 4)  # before an update, say
    add("a fox")
    assert backups.is_due(NOW), "the first twenty"
    ledger.close()
    os.utime(history, (NOW, NOW))
    backups.take(NOW)
    assert not backups.is_due(NOW + DAY / 2)
    assert not backups.is_due(NOW + 2 * DAY), "nothing has changed"
    os.utime(history, (NOW + DAY, NOW + DAY))
    assert backups.is_due(NOW + 2 * DAY)
    assert backups.is_due(NOW - DAY), "a clock that was set back"


def test_a_quit_makes_one_if_it_takes_no_time_and_is_not_made_every_time(
    ledger, add, backups, history, monkeypatch
):
    add("a castle")
    ledger.close()
    now = round(history.stat().st_mtime)
    os.utime(history, (now, now))
    assert backups.is_worth_it_at_quit(now)
    backups.take(now + 1)
    assert not backups.is_worth_it_at_quit(now + 60)
    assert not backups.is_worth_it_at_quit(now + DAY), "nothing has changed"
    os.utime(history, (now + 60, now + 60))
    assert backups.is_worth_it_at_quit(now + DAY)
    monkeypatch.setattr(module, "_PACE", 1.0)
    assert not backups.is_worth_it_at_quit(now + DAY)


def test_each_tells_what_it_holds(ledger, add, backups):
    task = add("a castle")
    add("a fox")
    [output, _] = ledger.set_outputs(task.id, ["a", "b"]).outputs
    ledger.keep_output(output.id, path="a.png", size=1, sha256="0" * 64, width=1, height=1, at=NOW)
    assert backups.take(NOW) == backups.stored()[0]
    assert [(one.tasks, one.pictures) for one in backups.stored()] == [(2, 1)]
    backups.stored()[0].path.write_bytes(b"junk")
    [one] = Backups(backups._history, backups._owners).stored()
    assert (one.tasks, one.pictures) == (-1, -1)


def test_without_a_history_there_is_nothing_to_copy(backups):
    assert not backups.is_due(NOW)
    assert backups.before_opening(NOW) is None
    assert backups.stored() == []


def days(backups):
    return [round((backup.taken_at - NOW) / DAY) for backup in backups.stored()]


def test_three_stay_the_newest_two_and_what_holds_most(ledger, add, backups):
    for day in range(10):
        add(f"castle {day}")
        backups.take(NOW + day * DAY)
    assert days(backups) == [9, 8, 7]
    backups.begin_anew(NOW + 10 * DAY)
    for day in range(10, 20):
        assert backups.take(NOW + day * DAY) is not None
    assert days(backups) == [19, 18, 9], "days of an emptier one cost none that is full"


def test_a_clock_ahead_for_one_start_costs_no_more_than_a_day_and_holds_up_none(
    ledger, add, backups
):
    add("a castle")
    for day in range(5):
        backups.take(NOW + day * DAY)
    backups.take(NOW + 100 * DAY)
    assert days(backups)[0] == 100
    assert len(days(backups)) <= 4
    add("a fox")
    os.utime(backups._history, (NOW + 5.5 * DAY,) * 2)
    assert backups.is_due(NOW + 6 * DAY), "the clock is right again"
    for day in range(6, 20):
        assert backups.take(NOW + day * DAY) is not None
    assert days(backups)[:3] == [100, 19, 18]


def test_a_clock_far_behind_thins_out_none_of_the_good_ones(ledger, add, backups):
    add("a castle")
    for day in range(5):
        backups.take(NOW + day * DAY)
    before = days(backups)
    for day in range(10):
        backups.take(NOW + (day - 2000) * DAY)
    assert set(days(backups)) >= {*before, -1991, -1992}


def test_a_damaged_history_is_no_backup_and_costs_none(ledger, add, backups, history):
    for number in range(200):
        add(f"castle {number}")
    ledger.close()
    good = backups.take(NOW)
    damage(history)
    with pytest.raises(DatabaseDamaged):
        backups.take(NOW + DAY)
    assert backups.stored() == [good]
    assert [path.name for path in backups.folder.iterdir()] == [good.path.name]


def test_damage_met_once_is_looked_into_at_the_next_start(ledger, add, backups, history):
    for number in range(200):
        add(f"castle {number}")
    with ledger._database.reading() as connection:  # opening alone does not read it
        (page,) = connection.execute(
            "SELECT max(pageno) FROM dbstat WHERE name = 'move'"
        ).fetchone()
    ledger.close()
    backups.take(NOW)
    with history.open("rb+") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    Ledger(history).close()
    with pytest.raises(DatabaseDamaged):
        backups.take(NOW + DAY)
    with pytest.raises(DatabaseDamaged):
        Ledger(history)
    backups.restore(backups.stored()[0], NOW + DAY)
    assert len(prompts(history)) == 99


def test_a_suspicion_without_a_cause_is_dropped(ledger, add, history):
    add("a castle")
    ledger.close()
    mark = history.with_name("history.sqlite3.suspect")
    mark.touch()
    assert prompts(history) == ["a castle"]
    assert not mark.exists()


def test_restoring_sets_the_damaged_one_aside(ledger, add, backups, history):
    add("a castle")
    ledger.close()
    backup = backups.take(NOW)
    damaged = b"no database at all" * 100
    history.write_bytes(damaged)
    history.with_name("history.sqlite3-wal").write_bytes(b"its journal")
    place = backups.restore(backup, NOW + DAY)
    assert prompts(history) == ["a castle"]
    assert place.read_bytes() == damaged
    assert place.with_name("history.sqlite3-wal").read_bytes() == b"its journal"
    assert backups.stored() == [backup], "the copy stays"


def test_beginning_anew_sets_it_aside_too(ledger, add, backups, history):
    add("a castle")
    ledger.close()
    place = backups.begin_anew(NOW)
    assert prompts(history) == []
    assert prompts(place) == ["a castle"]
    history.write_bytes(b"again")
    assert backups.begin_anew(NOW) != place, "each has a place of its own"


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_where_copies_tell_of_a_history_its_loss_is_damage(ledger, add, backups, history, left):
    add("a castle")
    ledger.close()
    backup = backups.take(NOW)
    history.unlink()
    if left == "an empty file":  # as a power cut, or a copy to a full disk, leaves it
        history.touch()
    with pytest.raises(DatabaseDamaged):
        backups.before_opening(NOW)
    backups.restore(backup, NOW + DAY)
    assert backups.before_opening(NOW) is None
    assert prompts(history) == ["a castle"]


def test_who_began_anew_is_not_asked_again(ledger, add, backups, history):
    add("a castle")
    ledger.close()
    backups.take(NOW)
    history.write_bytes(b"")
    backups.begin_anew(NOW)
    assert backups.before_opening(NOW) is None
    assert prompts(history) == []


def test_a_journal_of_another_database_does_not_cost_the_history(ledger, add, history, tmp_path):
    add("a castle")
    ledger.close()
    sound = history.read_bytes()
    other = apsw.Connection(str(tmp_path / "other"))
    other.pragma("journal_mode", "WAL")
    other.execute("CREATE TABLE t(a)")
    for _ in range(50):
        other.execute("INSERT INTO t VALUES(zeroblob(3000))")
    shutil.copy(tmp_path / "other-wal", history.with_name("history.sqlite3-wal"))
    other.close()
    with pytest.raises(DatabaseDamaged):
        Ledger(history)
    assert history.read_bytes() == sound


def test_a_backup_that_is_damaged_itself_changes_nothing(ledger, add, backups, history):
    add("a castle")
    ledger.close()
    backup = backups.take(NOW)
    backup.path.write_bytes(b"x" * 5000)
    before = history.read_bytes()
    with pytest.raises(BackupUnusable):
        backups.restore(backup, NOW)
    assert history.read_bytes() == before
    assert not backups.quarantine_folder.exists()


def test_while_another_process_works_nothing_is_exchanged(ledger, add, backups, history, tmp_path):
    add("a castle")
    backup = backups.take(NOW)
    owner = Owner(tmp_path / "runs")
    with pytest.raises(FolderUnusable, match="another start"):
        backups.restore(backup, NOW)
    owner.release()
    ledger.close()
    backups.restore(backup, NOW)
    assert prompts(history) == ["a castle"]


def test_an_older_history_is_copied_before_it_is_upgraded(ledger, add, backups, history, tmp_path):
    add("a castle")
    ledger.close()
    assert backups.before_opening(NOW) is None, "this version's needs no change"
    shutil.copy(Path(__file__).with_name("samples") / "history-v1.sqlite3", history)
    copy = backups.before_opening(NOW)
    connection = apsw.Connection(str(copy.path))
    assert connection.pragma("user_version") == 1
    connection.close()


def test_a_copy_that_is_given_up_leaves_nothing(ledger, add, backups):
    add("a castle")
    backups.give_up()
    assert backups.take(NOW) is None
    assert list(backups.folder.iterdir()) == []


def test_no_room_for_a_copy_costs_no_older_one(ledger, add, backups, monkeypatch):
    add("a castle")
    good = backups.take(NOW)
    shutil.copy(good.path, good.path.with_name("stranger.txt"))
    monkeypatch.setattr(os, "fsync", _no_room)
    with pytest.raises(DiskFull):
        backups.take(NOW + DAY)
    assert backups.stored() == [good]


def _no_room(_descriptor):
    raise OSError(28, "No space left on device")
