from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from cartoonmix_desktop.core.errors import (
    CopyDiffers,
    DiskFull,
    FolderUnusable,
    LibraryMissing,
    LibraryMoving,
    LocationUnsuitable,
)
from cartoonmix_desktop.core.journal.lines import FILE as JOURNAL
from cartoonmix_desktop.core.journal.lines import Kind, written
from cartoonmix_desktop.storage.files import moving as module
from cartoonmix_desktop.storage.files.moving import Cancelled, LibraryMove, sweep
from cartoonmix_desktop.storage.library_location import (
    LibraryLocation,
    moving,
    read_location,
    wait_for_move,
    write_location,
)
from tests.unit.storage.files.mover import FILES, RECORDED, fill, held, no_link

HERE = Path(__file__).resolve().parent


@pytest.fixture
def data(tmp_path):
    made = tmp_path / "data"
    made.mkdir()
    return made


@pytest.fixture
def source(tmp_path, data):
    fill(tmp_path / "old")
    write_location(data, LibraryLocation(tmp_path / "old"))
    return tmp_path / "old"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new"


@pytest.fixture
def move(data, source, target):
    return LibraryMove(data, read_location(data), source, target, RECORDED)


@pytest.fixture(params=["link", "copy"])
def how(request, monkeypatch):
    if request.param == "copy":
        monkeypatch.setattr(os, "link", no_link)
    return request.param


def carry_out(move):
    move.copy()
    move.switch()
    return move.clear_away()


def test_every_file_is_in_the_new_folder_and_nowhere_else(move, data, source, target, how):
    before = {name: (source / name).stat().st_mtime_ns for name in FILES}
    files = held(source)
    assert carry_out(move) is None
    assert held(target) == files
    assert {name: (target / name).stat().st_mtime_ns for name in FILES} == before
    assert not source.exists()
    assert read_location(data) == LibraryLocation(target)
    assert (move.files, move.files_done) == (len(FILES), len(FILES))
    assert move.bytes == move.bytes_done == sum(map(len, files.values()))
    assert list((target / ".incoming").iterdir()) == []


def test_what_is_not_of_the_library_stays_where_it_is(move, source, target, how):
    (source / "notes.txt").write_text("mine")
    (source / "Sketches").mkdir()
    (source / "Sketches" / "one.kra").write_text("mine too")
    assert carry_out(move) == source
    assert sorted(held(source)) == ["Sketches/one.kra", "notes.txt"]
    assert sorted(held(target)) == sorted(FILES)


def test_an_empty_folder_that_is_there_will_do(move, target):
    target.mkdir()
    assert carry_out(move) is None


def test_what_changes_while_the_rest_is_copied_is_copied_again(move, source, target, monkeypatch):
    monkeypatch.setattr(os, "link", no_link)
    real = LibraryMove._copy

    def copy(self, name):
        real(self, name)
        if name == "2026-11/b.png":
            (source / "2026-10/a.png").write_bytes(b"painted over")
            (source / "2026-11/new.png").write_bytes(b"new")
            (source / "2026-10/late.png").write_bytes(b"late")
            monkeypatch.setattr(LibraryMove, "_copy", real)

    monkeypatch.setattr(LibraryMove, "_copy", copy)
    carry_out(move)
    assert (target / "2026-10/a.png").read_bytes() == b"painted over"
    assert {"2026-11/new.png", "2026-10/late.png"} < set(held(target))
    assert not source.exists()


def test_what_changed_after_it_was_copied_is_not_removed(move, source, target, monkeypatch):
    monkeypatch.setattr(os, "link", no_link)
    move.copy()
    (source / "2026-10/a.png").write_bytes(b"painted over")
    move.switch()
    assert move.clear_away() == source
    assert held(source) == {"2026-10/a.png": b"painted over"}


@pytest.mark.parametrize("at", range(5))
def test_cancelled_all_is_as_it_was(move, data, source, target, monkeypatch, how, at):
    files = held(source)
    real = LibraryMove._copy
    left = at

    def copy(self, name):
        nonlocal left
        if left == 0:
            self.cancel()
        left -= 1
        real(self, name)

    monkeypatch.setattr(LibraryMove, "_copy", copy)
    with suppress(Cancelled):  # links are made at once: the last is there before it is heard
        move.copy()
    move.abandon()
    assert held(source) == files
    assert not target.exists()
    assert read_location(data) == LibraryLocation(source)


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("old", "same"),
        ("old/../old", "same"),
        ("old/2026-11/here", "inside"),
        ("link/deep", "inside"),
        (".", "around"),
        ("full", "not_empty"),
        ("file", "not_a_folder"),
    ],
)
def test_places_that_cannot_be(data, source, tmp_path, where, reason):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(source)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LocationUnsuitable) as caught:
        LibraryMove(data, read_location(data), source, tmp_path / where, RECORDED).copy()
    assert caught.value.reason == reason
    assert sorted(tmp_path.rglob("*")) == before
    assert read_location(data) == LibraryLocation(source)


def test_a_folder_in_none_is_refused(data, source, tmp_path):
    with pytest.raises(FolderUnusable):
        LibraryMove(data, read_location(data), source, tmp_path / "no" / "where", RECORDED).copy()
    assert read_location(data) == LibraryLocation(source)


def test_a_library_that_is_away_is_not_moved(move, data, source, target):
    source.rename(source.with_name("elsewhere"))
    with pytest.raises(LibraryMissing):
        move.copy()
    assert not target.exists()


def test_a_disk_that_is_taken_out_amid_is_no_empty_library(move, data, source, target, monkeypatch):
    real = LibraryMove._copy

    def copy(self, name):
        real(self, name)
        if source.exists():
            source.rename(source.with_name("elsewhere"))

    monkeypatch.setattr(LibraryMove, "_copy", copy)
    with pytest.raises(FolderUnusable):
        move.copy()
    move.abandon()
    assert read_location(data).folder == source


def test_a_copy_that_reads_otherwise_is_refused(move, data, source, target, monkeypatch):
    monkeypatch.setattr(os, "link", no_link)
    files = held(source)
    monkeypatch.setattr(module, "_hash", lambda _path: b"otherwise")
    with pytest.raises(CopyDiffers):
        move.copy()
    move.abandon()
    assert held(source) == files
    assert not target.exists()


def test_a_switch_that_fails_at_its_very_end_leaves_one_place_in_force(
    move, data, source, target, monkeypatch
):
    """The name is there and could not be synced: which of the two a power cut leaves is open."""
    files = held(source)
    move.copy()

    def refuse(_folder):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("cartoonmix_desktop.storage.library_location.sync_folder", refuse)
    with pytest.raises(FolderUnusable):
        move.switch()
    with pytest.raises(FolderUnusable):
        move.abandon()
    assert held(source) == held(target) == files


needs_mounts = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounts file systems"
)


@pytest.fixture
def small_disk(tmp_path):
    """Another file system with room for 64 KB."""
    where = tmp_path / "disk"
    where.mkdir()
    done = subprocess.run(("mount", "-t", "tmpfs", "-o", "size=64k", "none", where), check=False)
    if done.returncode:
        pytest.skip("mounts are not allowed here")
    yield where
    subprocess.run(("umount", where), check=True)


@needs_mounts
def test_a_disk_that_is_too_small_is_told_before(data, source, small_disk):
    (source / "2026-11" / "large.png").write_bytes(bytes(100_000))
    files = held(source)
    with pytest.raises(DiskFull):
        LibraryMove(data, read_location(data), source, small_disk / "new", RECORDED).copy()
    assert held(source) == files
    assert list(small_disk.iterdir()) == []
    assert read_location(data) == LibraryLocation(source)


@needs_mounts
def test_a_disk_that_fills_up_amid_is_left_as_it_was(data, source, small_disk, monkeypatch):
    monkeypatch.setattr(module, "_check_room", lambda _folder, _wanted: None)
    (source / "2026-11" / "large.png").write_bytes(bytes(100_000))
    files = held(source)
    move = LibraryMove(data, read_location(data), source, small_disk / "new", RECORDED)
    with pytest.raises(DiskFull):
        move.copy()
    move.abandon()
    assert held(source) == files
    assert list(small_disk.iterdir()) == []
    assert read_location(data) == LibraryLocation(source)


@needs_mounts
def test_another_disk_and_back(data, source, small_disk, tmp_path):
    files = held(source)
    assert (
        carry_out(LibraryMove(data, read_location(data), source, small_disk / "a", RECORDED))
        is None
    )
    assert held(small_disk / "a") == files
    back = LibraryMove(data, read_location(data), small_disk / "a", source, RECORDED)
    assert carry_out(back) is None
    assert held(source) == files


@needs_mounts
def test_a_target_that_is_read_only(data, source, small_disk):
    subprocess.run(("mount", "-o", "remount,ro", small_disk), check=True)
    with pytest.raises(FolderUnusable):
        LibraryMove(data, read_location(data), source, small_disk / "new", RECORDED).copy()
    assert read_location(data) == LibraryLocation(source)


@needs_mounts
def test_old_files_on_a_read_only_disk_are_named(data, source, small_disk, target):
    fill(small_disk / "lib")
    write_location(data, LibraryLocation(small_disk / "lib"))
    subprocess.run(("mount", "-o", "remount,ro", small_disk), check=True)
    move = LibraryMove(data, read_location(data), small_disk / "lib", target, RECORDED)
    assert carry_out(move) == small_disk / "lib"
    assert read_location(data) == LibraryLocation(target, (small_disk / "lib",))
    assert not sweep(small_disk / "lib", target, RECORDED, lambda: False)
    subprocess.run(("mount", "-o", "remount,rw", small_disk), check=True)
    assert sweep(small_disk / "lib", target, RECORDED, lambda: False)
    assert not (small_disk / "lib").exists()


@pytest.mark.skipif(os.name == "nt", reason="forks")
@pytest.mark.parametrize("how", ["link", "copy"])
def test_killed_before_every_step_one_of_the_two_is_whole(tmp_path, how):
    fast = Path("/dev/shm")  # where there is one: thousands of syncs are no matter there
    where = tempfile.mkdtemp(dir=fast if os.access(fast, os.W_OK) else tmp_path)
    done = subprocess.run(
        (sys.executable, HERE / "mover.py", where, how),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[3])},
    )
    shutil.rmtree(where)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert told["steps"] > 30
    assert set(told["ended"]) == {"old", "new"}


# --- sweeping ------------------------------------------------------------------------------------


def test_a_sweep_removes_only_what_the_library_has_too(source, tmp_path):
    left = tmp_path / "left"
    fill(left)
    (left / "2026-10/a.png").write_bytes(b"another picture")
    (left / "2026-11/only-here.png").write_bytes(b"only here")
    (left / "mine.txt").write_text("mine")
    files = held(source)
    assert sweep(left, source, RECORDED, lambda: False)
    assert sorted(held(left)) == ["2026-10/a.png", "2026-11/only-here.png", "mine.txt"]
    assert held(source) == files


def test_a_library_reached_by_two_ways_is_not_swept_away(source, tmp_path):
    (tmp_path / "link").symlink_to(source)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "2026-11").symlink_to(source / "2026-11")
    files = held(source)
    sweep(tmp_path / "link", source, RECORDED, lambda: False)
    sweep(tmp_path / "half", source, RECORDED, lambda: False)
    assert held(source) == files


def test_nothing_is_swept_while_the_library_is_away(source, tmp_path):
    left = tmp_path / "left"
    files = fill(left)
    source.rename(tmp_path / "away")
    assert not sweep(left, source, RECORDED, lambda: False)
    source.mkdir()  # where a disk is to be mounted
    assert not sweep(left, source, RECORDED, lambda: False)
    assert held(left) == files


# --- the record ----------------------------------------------------------------------------------


def test_without_a_record_the_library_is_in_its_usual_place(data):
    assert read_location(data) == LibraryLocation()
    assert read_location(data / "no" / "where") == LibraryLocation()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 2}', '{"folder": 3}'])
def test_a_record_that_cannot_be_read_says_so(data, text):
    (data / "library.json").write_text(text)
    assert read_location(data) == LibraryLocation(readable=False)
    assert (data / "library.json").read_text() == text


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")
def test_any_name_can_be_recorded(data, tmp_path):
    place = LibraryLocation(tmp_path / os.fsdecode(b"\xff b\xc3\xbccher"), (tmp_path / "x",))
    write_location(data, place)
    assert read_location(data) == place


def test_who_begins_while_another_moves_is_told(data, monkeypatch):
    monkeypatch.setattr("cartoonmix_desktop.storage.library_location._PATIENCE", 0.05)
    wait_for_move(data)
    with moving(data):
        with pytest.raises(LibraryMoving):
            wait_for_move(data)
        with pytest.raises(LibraryMoving), moving(data):
            pass
    wait_for_move(data)


# --- the journal ---------------------------------------------------------------------------------


def note(number, text):
    return written(Kind.MARKS, f"{number:032x}", b'{"note":"%b"}' % text)


def test_the_journal_comes_along_with_what_was_written_meanwhile(move, source, target, how):
    (source / JOURNAL).write_bytes(note(1, b"before"))
    move.copy()
    with (source / JOURNAL).open("ab") as file:
        file.write(note(2, b"meanwhile"))
    move.switch()
    with (target / JOURNAL).open("ab") as file:
        file.write(note(3, b"after"))
    assert move.clear_away() is None
    assert (target / JOURNAL).read_bytes() == (
        note(1, b"before") + note(2, b"meanwhile") + note(3, b"after")
    )
    assert not source.exists()


def test_a_move_that_is_given_up_leaves_the_journal_where_it_is_read(move, source, target, how):
    (source / JOURNAL).write_bytes(note(1, b"before"))
    move.copy()
    with (source / JOURNAL).open("ab") as file:
        file.write(note(2, b"meanwhile"))
    move.abandon()
    assert (source / JOURNAL).read_bytes() == note(1, b"before") + note(2, b"meanwhile")
    assert not target.exists()


@pytest.mark.parametrize(
    ("left", "is_swept"),
    [
        (note(1, b"old"), True),  # a former one
        (note(1, b"old") + b"torn", True),
        (note(2, b"known nowhere else"), False),
    ],
)
def test_a_journal_that_a_kill_left_goes_when_it_tells_nothing_more(source, target, left, is_swept):
    target.mkdir()
    (source / JOURNAL).write_bytes(note(1, b"new") + note(3, b"more"))
    (target / JOURNAL).write_bytes(left)
    sweep(target, source, RECORDED, lambda: False)
    assert (target / JOURNAL).exists() is not is_swept
    assert (source / JOURNAL).read_bytes() == note(1, b"new") + note(3, b"more")
