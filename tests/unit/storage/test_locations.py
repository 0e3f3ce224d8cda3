from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cartoonmix_desktop.core.errors import DiskFull, FolderUnusable
from cartoonmix_desktop.storage.library_location import (
    LibraryLocation,
    read_location,
    write_location,
)
from cartoonmix_desktop.storage.locations import Locations


def test_a_home_of_its_own_holds_everything(tmp_path):
    places = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path)})
    assert places == Locations(
        tmp_path / "data", tmp_path / "pictures", tmp_path / "cache", tmp_path / "logs"
    )


def folders(places):
    return (places.data, places.pictures, places.cache, places.logs)


@pytest.mark.parametrize("home", [{}, {"CARTOONMIX_HOME": "  "}])
def test_otherwise_the_platform_decides(home):
    places = Locations.from_environment(home)
    assert all(path.is_absolute() for path in folders(places))
    assert places.pictures.name == "CartoonMix"
    assert len(set(folders(places))) == 4


def test_the_home_may_be_relative_or_start_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    here = Locations.from_environment({"CARTOONMIX_HOME": "here"})
    assert here.data == tmp_path / "here" / "data"
    there = Locations.from_environment({"CARTOONMIX_HOME": "~/there"})
    assert there.data == tmp_path / "there" / "data"


def test_a_tilde_of_nobody_known_is_a_folder_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places = Locations.from_environment({"CARTOONMIX_HOME": "~nobody-of-this-name/x"})
    assert places.data == tmp_path / "~nobody-of-this-name" / "x" / "data"


def test_nothing_is_made_before_it_is_asked_for(tmp_path):
    places = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "new")})
    assert not (tmp_path / "new").exists()
    places.create()
    places.create()
    assert all(path.is_dir() for path in folders(places))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_data_is_for_its_owner_alone(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    places = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path)})
    places.create()
    assert places.data.stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    places = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path)})
    with pytest.raises(FolderUnusable) as caught:
        places.create()
    assert caught.value.path == str(tmp_path / "cache")


def test_no_room_is_told_as_such(tmp_path, monkeypatch):
    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", no_room)
    with pytest.raises(DiskFull) as caught:
        Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path)}).create()
    assert caught.value.path == str(tmp_path / "data")
    assert "No space left" in caught.value.detail


def test_the_library_is_where_the_person_put_it(tmp_path):
    home = {"CARTOONMIX_HOME": str(tmp_path)}
    places = Locations.from_environment(home)
    places.create()
    write_location(places.data, LibraryLocation(tmp_path / "elsewhere"))
    again = Locations.from_environment(home)
    assert (again.pictures, again.chosen) == (tmp_path / "elsewhere", True)
    again.create()
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_given_from_here_is_recorded_from_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_location(tmp_path, LibraryLocation(Path("pictures")))
    assert read_location(tmp_path).folder == tmp_path / "pictures"


def test_a_record_that_cannot_be_read_makes_no_library(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "library.json").write_text("{")
    places = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path)})
    places.create()
    assert places.chosen
    assert not places.pictures.exists()


def test_a_library_that_was_there_once_is_not_made_anew(tmp_path):
    places = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path)})
    places.create()
    (places.data / "history.sqlite3").touch()
    places.pictures.rmdir()
    places.create()
    assert not places.pictures.exists()


@pytest.mark.parametrize("folder", ["pictures", "../pictures", "~/pictures"])
def test_a_library_that_is_nowhere_for_certain_is_not_believed(tmp_path, folder):
    record = {"format": 1, "folder": folder, "leftovers": []}
    (tmp_path / "library.json").write_text(json.dumps(record))
    location = read_location(tmp_path)
    assert location.folder is None
    assert not location.readable
