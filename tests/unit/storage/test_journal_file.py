"""The journal as it is written: whole lines, whoever else writes and whatever is killed."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cartoonmix_desktop.core.errors import FolderUnusable, LibraryMissing, LibraryMoving
from cartoonmix_desktop.core.journal.lines import Kind, written
from cartoonmix_desktop.core.journal.records import Marks, body
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from cartoonmix_desktop.storage.journal import file as journal_file
from cartoonmix_desktop.storage.journal.file import JournalFile
from cartoonmix_desktop.storage.journal.reading import read_journal

# Each number that it says is one of which the line is on the disk.
WRITER = """
import itertools, sys
from pathlib import Path
from cartoonmix_desktop.core.journal.lines import Kind, written
from cartoonmix_desktop.core.journal.records import Marks, body
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from cartoonmix_desktop.storage.journal.file import JournalFile

journal = JournalFile(PictureFolder(Path(sys.argv[1])))
letter, count = sys.argv[2], int(sys.argv[3])
for number in range(count) if count else itertools.count():
    lines = b"".join(
        written(Kind.MARKS, f"{letter}{key:031x}", body(Marks(note=f"{number} " + "x" * 300)))
        for key in (number, 0xFFFF)
    )
    with journal.opened() as opened:
        opened.append(lines)
    print(number, flush=True)
"""


def line(number, note="fine"):
    return written(Kind.MARKS, f"{number:032x}", body(Marks(note=note)))


@pytest.fixture
def journal(tmp_path):
    return JournalFile(PictureFolder(tmp_path / "pictures"))


def append(journal, *lines):
    with journal.opened() as opened:
        opened.append(b"".join(lines))


def notes(journal):
    with read_journal(journal.path) as state:
        assert (state.lines.passed_over, state.not_understood) == (0, 0)
        return {int(task.uid, 16): task.marks.note for task in state.tasks()}


def writer(journal, letter, count=0):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(journal.path.parent), letter, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_programs_append_while_a_third_makes_it_smaller(journal):
    append(journal, line(1), line(1), line(2))
    count = 80
    with writer(journal, "a", count) as one, writer(journal, "b", count) as two:
        said = ThreadPoolExecutor(2)
        reading = [said.submit(process.stdout.read) for process in (one, two)]
        compacted = 0
        while one.poll() is None or two.poll() is None:
            journal.compact(lambda: None)
            compacted += 1
        assert [future.result().count("\n") for future in reading] == [count, count]
        said.shutdown()
    assert compacted > 2
    found = notes(journal)
    for letter in "ab":
        ours = {int(f"{letter}{number:031x}", 16): number for number in range(count)}
        assert {key: int(found[key].split()[0]) for key in ours} == ours
        assert found[int(f"{letter}{0xFFFF:031x}", 16)].split()[0] == str(count - 1)
    assert len(found) == 2 * count + 4
    before = journal.size()
    size = journal.compact(lambda: None)
    assert size == journal.size() <= before
    assert notes(journal) == found
    assert list((journal.path.parent / ".incoming").iterdir()) == []


def test_a_writer_that_is_killed_leaves_what_it_said(journal):
    generator, told = random.Random(7), 0
    for letter in "abc":
        with writer(journal, letter) as process:
            most = generator.randint(3, 60)
            said = [int(text) for text in itertools.islice(process.stdout, most)]
            process.kill()
        with read_journal(journal.path) as state:
            known = set(state.lines.every_key())
        assert {f"{letter}{number:031x}" for number in said} <= known
        told += len(said)
    append(journal, line(5))
    assert notes(journal)[5] == "fine"
    assert told > 9


@pytest.mark.parametrize("torn", [1, 20, len(line(2)) - 2])
def test_a_line_without_an_end_is_passed_over_and_the_next_is_whole(journal, torn):
    append(journal, line(1))
    with journal.path.open("ab") as file:
        file.write(line(2)[:torn])
    append(journal, line(3))
    with read_journal(journal.path) as state:
        assert [int(key, 16) for key in state.lines.every_key()] == [1, 3]
        assert state.lines.passed_over == 1
    journal.compact(lambda: None)
    assert notes(journal) == {1: "fine", 3: "fine"}


def test_a_smaller_one_that_cannot_take_its_place_changes_nothing(journal, monkeypatch):
    append(journal, line(1, "old"), line(1, "new"))
    before = journal.path.read_bytes()

    def refuse(*_paths):
        raise OSError(5, "refused")

    def stop():
        raise KeyboardInterrupt

    with monkeypatch.context() as fault:
        fault.setattr(journal_file, "replace", refuse)
        with pytest.raises(FolderUnusable):
            journal.compact(lambda: None)
    with pytest.raises(KeyboardInterrupt):
        journal.compact(stop)
    assert journal.path.read_bytes() == before
    assert list((journal.path.parent / ".incoming").iterdir()) == []
    assert journal.compact(lambda: None) == len(line(1, "new"))


@pytest.mark.skipif(os.name == "nt", reason="no such files")
def test_what_is_no_file_of_ours_is_not_written_on(journal, tmp_path):
    journal.path.parent.mkdir()
    (tmp_path / "else").write_bytes(b"theirs\n")
    journal.path.symlink_to(tmp_path / "else")
    with pytest.raises(FolderUnusable):
        append(journal, line(1))
    assert (tmp_path / "else").read_bytes() == b"theirs\n"
    journal.path.unlink()
    os.mkfifo(journal.path)
    with pytest.raises(FolderUnusable):
        append(journal, line(1))


def test_nothing_is_written_while_it_rests_or_the_library_is_away(journal, tmp_path):
    with journal.resting(), pytest.raises(LibraryMoving):
        append(journal, line(1))
    assert not journal.path.exists()
    append(journal, line(1))
    journal.path.parent.rename(tmp_path / "away")
    with pytest.raises(LibraryMissing):
        append(journal, line(2))
    (tmp_path / "away").rename(journal.path.parent)
    append(journal, line(2))
    assert notes(journal) == {1: "fine", 2: "fine"}


@pytest.mark.skipif(os.name == "nt", reason="locks are others there")
def test_where_locks_are_unknown_it_is_written_all_the_same(journal, monkeypatch):
    import fcntl

    def flock(*_args):
        raise OSError(95, "not supported")

    monkeypatch.setattr(fcntl, "flock", flock)
    append(journal, line(1))
    assert notes(journal) == {1: "fine"}


def test_a_disk_that_does_not_answer_is_waited_for_a_while_and_then_left(tmp_path, monkeypatch):
    monkeypatch.setattr(journal_file, "_PATIENCE", 0.2)
    journal = JournalFile(PictureFolder(tmp_path / "pictures"), tmp_path)
    append(journal, line(1))
    assert journal._near == journal.path.parent
    answers, hangs = threading.Event(), [False]
    away = JournalFile(PictureFolder(tmp_path / "pictures"), tmp_path)
    monkeypatch.setattr(away, "_looked_for", lambda: away._patience)  # as on another disk

    def sync(file):
        if hangs[0]:
            answers.wait(10)
        os.fsync(file)

    monkeypatch.setattr(journal_file, "sync", sync)
    append(away, line(2))
    hangs[0] = True
    for _ in range(2):
        with pytest.raises(FolderUnusable):
            append(away, line(3))
    asked = away._patience._asked
    answers.set()
    asked.result(10)
    hangs[0] = False
    append(away, line(4))
    assert sorted(notes(journal)) == [1, 2, 3, 4]
