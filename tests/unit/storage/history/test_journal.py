"""Whatever changes in the history is in the journal when the change is committed."""

from __future__ import annotations

import errno
import os
import random
import shutil
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from cartoonmix_desktop.core.errors import (
    DiskFull,
    FolderUnusable,
    LibraryMissing,
)
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.history.journal import outbox
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.journal import file as journal_file
from cartoonmix_desktop.storage.journal.reading import read_journal
from tests.unit.storage.history.journal_walk import (
    Walk,
    is_in_the_journal,
    journal_of,
    opened,
    rows,
)

SAMPLES = Path(__file__).resolve().parent / "samples"


@pytest.fixture
def beside(ledger, tmp_path):
    """The journal that the ledger writes."""
    journal = journal_of(tmp_path / "pictures")
    ledger.outbox.begin(journal)
    return journal


def waiting(path):
    return rows(path, "SELECT task_id FROM unjournaled"), rows(
        path, "SELECT kind, name FROM unjournaled_name"
    )


# --- everything is in it -------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(6))
def test_whatever_is_done_is_in_the_journal(tmp_path, monkeypatch, number):
    monkeypatch.setattr(journal_file, "sync", lambda _file: None)  # it waits for no disk here
    with opened(tmp_path) as (ledger, journal):
        walk = Walk(ledger, random.Random(number))
        for _ in range(60):
            walk.step()
        path = tmp_path / "history.sqlite3"
        assert waiting(path) == ([], [])
        is_in_the_journal(ledger, path, journal)
        before = journal.size()
        ledger.outbox.write_some()  # nothing is left to be filled in
        while ledger.outbox.write_some():
            pass
        ledger.outbox.compact(lambda: None)
        assert journal.size() <= before
        is_in_the_journal(ledger, path, journal)
        text = journal.path.read_bytes()
        for secret in (b"example", b"callbackUrl", b'"t"}', b"host"):
            assert secret not in text


def test_a_history_of_before_gets_its_journal_in_small_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "_AT_ONCE", 4)
    path = tmp_path / "history.sqlite3"
    shutil.copyfile(SAMPLES / "history-v15.sqlite3", path)
    with opened(tmp_path) as (ledger, journal):
        steps = 0
        while ledger.outbox.write_some():
            steps += 1
            assert len(waiting(path)[0]) <= 4
        assert steps > 3
        is_in_the_journal(ledger, path, journal)
        size = journal.size()
        ledger.outbox.write_some()
        assert journal.size() == size


def test_what_is_being_sent_is_written_before_all_that_waits(
    ledger, add, history, beside, monkeypatch
):
    tasks = [add() for _ in range(5)]
    monkeypatch.setattr(outbox, "_AT_ONCE", 2)
    ledger.marks.mark(Target(tasks=[task.id for task in tasks]), PictureMark.RATING, 3)
    with ledger._database.writing() as connection:
        connection.execute("UPDATE task SET estimated = 7")
    assert len(waiting(history)[0]) == 3
    ledger.move(tasks[0].id, TaskState.SENDING, at=50.0)
    with read_journal(beside.path) as state:
        assert state.task(tasks[0].uid).run.state == "sending"
    assert ledger.outbox.waits
    while ledger.outbox.write_some():
        pass
    is_in_the_journal(ledger, history, beside)


# --- the disk refuses ----------------------------------------------------------------------------


def test_while_the_library_is_away_all_waits_and_then_follows(ledger, add, history, beside):
    first = add()
    beside.path.parent.rename(beside.path.parent.with_name("elsewhere"))
    second = add()
    assert isinstance(ledger.outbox.problem, LibraryMissing)
    assert ledger.outbox.waits
    ledger.move(first.id, TaskState.SENDING, at=5.0)
    assert not beside.path.parent.exists()
    assert waiting(history)[0] == [(first.id,), (second.id,)]
    beside.path.parent.with_name("elsewhere").rename(beside.path.parent)
    while ledger.outbox.write_some():
        pass
    assert (ledger.outbox.problem, waiting(history)) == (None, ([], []))
    is_in_the_journal(ledger, history, beside)


def test_a_disk_that_fills_up_amid_a_line_leaves_whole_ones(
    ledger, add, history, beside, monkeypatch
):
    add()
    size, real = beside.size(), os.write
    room = [40]

    def write(file, data):
        if not room:
            raise OSError(errno.ENOSPC, "full")
        return real(file, data[: room.pop()])

    with monkeypatch.context() as fault:
        fault.setattr(os, "write", write)
        task = add()
    assert isinstance(ledger.outbox.problem, DiskFull)
    assert beside.size() == size
    assert ledger.task(task.id) == task
    ledger.outbox.write_some()
    is_in_the_journal(ledger, history, beside)


def test_it_is_not_asked_again_with_each_change(ledger, add, beside):
    beside.path.parent.touch()  # a file where the folder should be
    add()
    assert isinstance(ledger.outbox.problem, FolderUnusable)
    beside.path.parent.unlink()
    add()
    assert not beside.path.exists()
    ledger.outbox.write_some()
    assert beside.path.exists()


# --- the journal and the history differ ----------------------------------------------------------


def test_what_was_written_and_not_committed_is_taken_back(ledger, add, history, beside):
    task = add()
    ledger.marks.create_collection("Here")
    real = ledger._database.before_commit

    def fail(connection):
        real(connection)
        raise MemoryError

    ledger._database.before_commit = fail
    with pytest.raises(MemoryError):
        ledger.move(task.id, TaskState.SENDING, at=5.0)
    with read_journal(beside.path) as state:
        assert state.task(task.uid).run.state == "sending"
    with pytest.raises(MemoryError):
        ledger.marks.rename_collection(1, "There")
    ledger._database.before_commit = real
    ledger.marks.save_search("any", "change")
    is_in_the_journal(ledger, history, beside)


@pytest.mark.parametrize("left", ["nothing", "a former one", "another history's"])
def test_a_journal_that_is_behind_is_written_anew(ledger, add, history, beside, left, tmp_path):
    while ledger.outbox.write_some():
        pass
    add()
    former = beside.path.read_bytes()
    ledger.marks.set_note([add().id], "new")
    if left == "nothing":
        beside.path.unlink()
    elif left == "a former one":
        beside.path.write_bytes(former)
    else:
        beside.path.unlink()
        (tmp_path / "other").mkdir()
        with closing(Ledger(tmp_path / "other" / "history.sqlite3")) as other:
            other.outbox.begin(beside)
            request = GenerationRequest("m", {"prompt": "theirs"})
            other.add(request, "wiro-3", "them", at=1.0, uid="e" * 32)
    add()
    assert ledger.outbox.waits
    while ledger.outbox.write_some():
        pass
    with read_journal(beside.path) as state:
        assert (state.task("e" * 32) is not None) == (left == "another history's")
    if left != "another history's":
        is_in_the_journal(ledger, history, beside)


def test_a_history_that_lost_something_does_not_overwrite_what_the_journal_knows(tmp_path):
    path = tmp_path / "history.sqlite3"
    with opened(tmp_path) as (ledger, journal):
        request = GenerationRequest("m", {"prompt": "a"})
        task = ledger.add(request, "wiro-1", "me", at=1.0, uid="a" * 32)
    before = path.read_bytes()
    with opened(tmp_path) as (ledger, journal):
        ledger.move(task.id, TaskState.SENDING, at=2.0)
        ledger.move(task.id, TaskState.ACCEPTED, at=3.0, remote_id="7")
    path.write_bytes(before)
    for _ in range(2):  # it stays known
        with opened(tmp_path) as (ledger, journal):
            ledger.outbox.look()
            assert ledger.outbox.lost == 1
            ledger.marks.save_search("any", "change")
            while ledger.outbox.write_some():
                pass
            with read_journal(journal.path) as state:
                assert state.task(task.uid).run.remote == "7"
    with opened(tmp_path) as (ledger, journal):
        ledger.outbox.found()
        while ledger.outbox.write_some():
            pass
        assert ledger.outbox.lost is None
        is_in_the_journal(ledger, path, journal)


# --- for good ------------------------------------------------------------------------------------


def test_what_is_deleted_for_good_leaves_its_charge_alone(ledger, add, history, beside):
    paid, other = add("a secret prompt"), add("another prompt")
    ledger.marks.change_tags([paid.id], add=["client"])
    for state, facts in (
        (TaskState.SENDING, {}),
        (TaskState.ACCEPTED, {"remote_id": "7"}),
        (TaskState.FAILED, {"cost": Decimal("0.5")}),
    ):
        ledger.move(paid.id, state, at=5.0, **facts)
    while ledger.outbox.write_some():
        pass
    ledger.outbox.compact(lambda: None)
    assert b"secret" in beside.path.read_bytes()
    ledger.trash.put(Pieces(tasks=(paid.id,)), at=9.0)
    ledger.trash.delete(Pieces(tasks=(paid.id,)))
    ledger.outbox.compact(lambda: None)  # however little it is
    text = beside.path.read_bytes()
    assert b"secret" not in text
    assert b"another prompt" in text
    with read_journal(beside.path) as state:
        gone = state.task(paid.uid).gone
        assert (gone.cost, gone.remote, gone.tags, gone.account) == (
            *("0.5", "7", ("client",)),
            "wiro-1",
        )
        assert state.task(other.uid).recipe.values["prompt"] == "another prompt"
    is_in_the_journal(ledger, history, beside)


def test_a_charge_that_is_told_after_the_task_is_gone_is_noted(ledger, add, history, beside):
    task, unsent = add(), add()
    ledger.move(task.id, TaskState.SENDING, at=5.0)
    ledger.move(task.id, TaskState.ACCEPTED, at=6.0, remote_id="7")
    ledger.move(task.id, TaskState.FAILED, at=7.0)
    ledger.move(unsent.id, TaskState.REMOVED, at=8.0)
    pieces = Pieces(tasks=(task.id, unsent.id))
    ledger.trash.put(pieces, at=9.0)
    ledger.trash.delete(pieces)
    charges = {"7": Decimal("0.5"), "": Decimal(3), "8": Decimal(4)}
    ledger.elsewhere.note_charges(charges, "wiro-2")
    assert ledger.spent_since(0.0, without_account="") == 0
    for usd in ("0.5", "0.7"):  # the first that is told
        ledger.elsewhere.note_charges(charges | {"7": Decimal(usd)}, "wiro-1")
        assert ledger.spent_since(0.0, without_account="") == Decimal("0.5")
    with read_journal(beside.path) as state:
        assert state.task(task.uid).gone.cost == "0.5"
        assert state.task(unsent.uid).gone.account == ""
    is_in_the_journal(ledger, history, beside)
