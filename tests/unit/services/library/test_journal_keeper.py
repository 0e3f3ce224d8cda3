"""The journal beside the pictures: kept up, moved along, and what is told of it."""

from __future__ import annotations

import json

import pytest

from cartoonmix_desktop.core.errors import LibraryMissing
from cartoonmix_desktop.core.journal.lines import FILE
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.events import JournalChanged
from cartoonmix_desktop.services.library import journal_keeper
from cartoonmix_desktop.services.library.journal_keeper import JournalKeeper
from cartoonmix_desktop.storage.journal.reading import read_journal
from cartoonmix_desktop.wording.library import journal_waits
from tests.unit.services.shelf import Shelf


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home").open()
    yield made
    await made.close()


def told(shelf):
    return [event.problem for event in shelf.told if isinstance(event, JournalChanged)]


async def test_that_it_cannot_be_written_is_told_once_it_lasts_and_taken_back(shelf, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(journal_keeper.time, "monotonic", lambda: now[0])
    keeper = JournalKeeper(shelf.studio.history, shelf.studio.events)
    try:
        task = await shelf.add()
        while await keeper.look():
            pass
        away = shelf.root.rename(shelf.root.with_name("elsewhere"))
        await shelf.studio.marks.set_note([task.id], "meanwhile")
        for seconds, count in ((0, 0), (59, 0), (2, 1), (60, 1)):
            now[0] += seconds
            assert await keeper.look()
            assert len(told(shelf)) == count
        [problem] = told(shelf)
        assert isinstance(problem, LibraryMissing)
        words = journal_waits(problem)
        assert words.startswith(f"The library folder {shelf.root} is missing. New recipes")
        away.rename(shelf.root)
        while await keeper.look():
            pass
        assert told(shelf) == [problem, None]
        with read_journal(shelf.root / FILE) as state:
            assert state.task(task.uid).marks.note == "meanwhile"
    finally:
        keeper.close()


async def test_it_moves_with_the_library_and_is_written_there(shelf, tmp_path):
    task = await shelf.add()
    end = await shelf.studio.relocation.moving(tmp_path / "new").run()
    assert (end.moved, end.left) == (True, None)
    assert not shelf.root.exists()
    await shelf.studio.marks.set_note([task.id], "there")
    with read_journal(tmp_path / "new" / FILE) as state:
        record = state.task(task.uid)
        assert (record.marks.note, record.run.state) == ("there", "kept")
        assert len(record.run.pictures) == 2
        assert state.lines.passed_over == 0


async def test_deleted_for_good_leaves_a_line_and_undo_reaches_it(shelf):
    task, other = await shelf.add("a secret"), await shelf.add("another")
    await shelf.studio.marks.set_note([other.id], "first")
    await shelf.studio.undo.undo()
    await shelf.trash.put(Pieces(tasks=(task.id,)))
    await shelf.trash.delete(Pieces(tasks=(task.id,)))
    with read_journal(shelf.root / FILE) as state:
        assert state.task(other.uid).marks.note == ""
        gone = state.task(task.uid)
        assert (gone.recipe, gone.gone.cost, gone.gone.pictures) == (None, "0.5", 2)
    assert json.dumps("a secret").encode() in (shelf.root / FILE).read_bytes()
    while await shelf.studio.history.write_ledger(lambda ledger: ledger.outbox.write_some()):
        pass
    shelf.studio.history.compact_journal(lambda: None)
    assert b"a secret" not in (shelf.root / FILE).read_bytes()
