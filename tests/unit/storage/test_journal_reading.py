"""A journal as it lies on the disk."""

from __future__ import annotations

import os

import pytest

from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.core.journal.lines import Kind, written
from cartoonmix_desktop.core.journal.records import (
    KINDS,
    Collection,
    Gone,
    Marks,
    Run,
    Search,
    Written,
    body,
)
from cartoonmix_desktop.storage.journal.reading import read_journal

ONE, TWO, HISTORY, ROOM = (letter * 32 for letter in "abcd")


def line(key, record):
    return written(KINDS[type(record)], key, body(record))


def test_of_each_task_what_was_said_last(tmp_path):
    journal = tmp_path / "recipes.jsonl"
    gone = Gone("wiro", "7", 1.0, cost="0.5")
    lines = [
        line(ONE, Run("sending")),
        line(ONE, Marks(note="fine")),
        line(ROOM, Collection("A")),
        line(HISTORY, Collection("B")),
        line(HISTORY, Collection("B", deleted=True)),
        line(ROOM, Search("best", "rating:5")),
        line(HISTORY, Written(7)),
        line(TWO, Marks(("t",)))[:-9],  # torn, and healed
        b"\n",
        line(TWO, Run("kept")),
        line(TWO, gone),
        line(ONE, Run("kept")),
        written(Kind.MARKS, TWO, b'{"tags":7}'),
        b"\0" * 40,
    ]
    journal.write_bytes(b"".join(lines))
    with read_journal(journal) as state:
        one, two = state.tasks()
        assert (one.uid, one.run, one.marks) == (ONE, Run("kept"), Marks(note="fine"))
        assert (two.uid, two.run, two.gone, two.marks) == (TWO, None, gone, None)
        assert (state.lines.read, state.lines.passed_over, state.not_understood) == (11, 2, 1)
        assert state.collections() == ["A"]
        assert state.searches() == [Search("best", "rating:5")]
        assert (state.number(HISTORY), state.number(ONE)) == (7, 0)
        assert state.end == sum(map(len, lines))


def test_one_that_is_missing_is_empty(tmp_path):
    with read_journal(tmp_path / "recipes.jsonl") as state:
        assert (list(state.tasks()), state.collections(), state.end) == ([], [], 0)


@pytest.mark.skipif(os.name == "nt", reason="no such files")
def test_one_that_is_no_file_is_told_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(FolderUnusable), read_journal(tmp_path / name):
            pass


def test_reading_can_be_stopped(tmp_path):
    journal = tmp_path / "recipes.jsonl"
    journal.write_bytes(line(ONE, Marks()))

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), read_journal(journal, stop):
        pass
