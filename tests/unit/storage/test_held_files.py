"""Files that another program holds for a moment, as a scanner does on Windows."""

from __future__ import annotations

import errno
import time
from pathlib import Path

import pytest

from cartoonmix_desktop.core.errors import DiskFull, FileHeld, FolderUnusable
from cartoonmix_desktop.storage import held_files
from cartoonmix_desktop.storage.exchange.exports import write_over
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from cartoonmix_desktop.storage.held_files import delete, remove_folder, rename, replace
from cartoonmix_desktop.storage.os_errors import file_errors
from cartoonmix_desktop.storage.settings import Settings

CALLS = ("unlink", "replace", "rename", "rmdir")


def denial(number):
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = number
    return error


@pytest.fixture
def scanner(monkeypatch):
    """Holds each file for the first attempts; tells how often it has denied."""

    class Scanner:
        number, times, denied = 32, 1, 0

        def __init__(self):
            self.seen = {}

    one = Scanner()
    for name in CALLS:
        as_it_is = getattr(Path, name)

        def call(path, *rest, _as_it_is=as_it_is, **named):
            attempt = one.seen[path] = one.seen.get(path, 0) + 1
            if attempt <= one.times:
                one.denied += 1
                raise denial(one.number)
            return _as_it_is(path, *rest, **named)

        monkeypatch.setattr(Path, name, call)
    monkeypatch.setattr(held_files, "_given_up", {})
    return one


@pytest.mark.parametrize("number", [5, 32, 33])
def test_each_is_tried_again(tmp_path, scanner, number):
    scanner.number = number
    scanner.times = 3
    here = tmp_path / "here"
    (here / "folder").mkdir(parents=True)
    for name in "abc":
        (here / name).write_text(name)
    assert replace(here / "a", here / "b") == here / "b"
    assert rename(here / "b", here / "d") == here / "d"
    delete(here / "c")
    remove_folder(here / "folder")
    assert {path.name: path.read_text() for path in here.iterdir()} == {"d": "a"}
    assert scanner.denied == 4 * 3


def test_what_lasts_is_raised_in_the_end_and_its_folder_not_waited_for_again(
    tmp_path, scanner, monkeypatch
):
    monkeypatch.setattr(held_files, "_PATIENCE", 0.05)
    scanner.times = 10_000
    began = time.monotonic()
    with pytest.raises(PermissionError):
        delete(tmp_path / "a")
    assert time.monotonic() - began >= 0.05
    attempts = scanner.denied
    assert attempts > 1
    with pytest.raises(PermissionError):
        delete(tmp_path / "b")
    assert scanner.denied == attempts + 1


def test_other_errors_are_raised_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        delete(tmp_path / "none", missing_ok=False)
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    with pytest.raises(OSError):  # noqa: PT011  not empty
        remove_folder(tmp_path / "folder")


@pytest.mark.parametrize(
    ("number", "kind"), [(5, FolderUnusable), (32, FileHeld), (33, FileHeld), (112, DiskFull)]
)
def test_each_denial_has_its_error(tmp_path, number, kind):
    with pytest.raises(kind) as caught, file_errors(tmp_path):
        raise denial(number)
    assert type(caught.value) is kind


def test_pictures_settings_and_exports_do_not_mind_a_scanner(tmp_path, scanner, drawing):
    png = drawing()
    folder = PictureFolder(tmp_path / "pictures")
    with folder.receive() as incoming:
        incoming.write(png)
        kept = incoming.keep(created_at=0.0, uid="0" * 32, position=0, title="a fox")
    assert folder.path(kept.path).read_bytes() == png
    settings = Settings(tmp_path / "settings.json")
    settings.set("theme", "dark")
    settings.set("theme", "light")
    assert Settings(tmp_path / "settings.json").get("theme", "") == "light"
    target = tmp_path / "export.png"
    target.write_bytes(b"older")
    write_over(target, png)
    assert target.read_bytes() == png
    assert scanner.denied == 3  # one for each
