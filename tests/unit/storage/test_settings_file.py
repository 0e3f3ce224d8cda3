from __future__ import annotations

import json
import os

import pytest

from cartoonmix_desktop.core.errors import DiskFull, FolderUnusable
from cartoonmix_desktop.storage.settings import Settings


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "settings.json"


def test_what_is_set_is_there_after_a_restart(path):
    settings = Settings(path)
    recipe = {"prompt": "雪の城 \ud800", "steps": 20}
    settings.set("recipe", recipe)
    settings.set("theme", "dark")
    again = Settings(path)
    assert again.get("recipe", {}) == recipe
    assert again.get("theme", "system") == "dark"
    assert settings.get("theme", "system") == "dark"


def test_nothing_is_written_by_reading(path):
    assert Settings(path).get("theme", "system") == "system"
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("stored", "default"),
    [("4", 4), (1, True), (True, 1), (None, "x"), ([], {}), (4.5, 4), ({}, "")],
)
def test_another_type_gives_the_default(path, stored, default):
    path.write_text(json.dumps({"key": stored}))
    got = Settings(path).get("key", default)
    assert got == default
    assert type(got) is type(default)


def test_whole_numbers_serve_as_decimals(path):
    path.write_text('{"zoom": 2}')
    got = Settings(path).get("zoom", 1.0)
    assert got == 2.0
    assert isinstance(got, float)


def test_without_a_type_to_compare_anything_is_given(path):
    path.write_text('{"geometry": [1, 2]}')
    assert Settings(path).get("geometry", None) == [1, 2]


def test_keys_of_other_versions_and_processes_stay(path):
    path.write_text('{"from_the_future": {"a": [1]}}')
    first, second = Settings(path), Settings(path)
    first.set("a", 1)
    second.set("b", 2)
    assert json.loads(path.read_text()) == {
        "format": 1,
        "from_the_future": {"a": [1]},
        "a": 1,
        "b": 2,
    }


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe\x00", b"[" * 100_000, b'{"a": 1} trailing'],
    ids=["empty", "cut", "list", "null", "binary", "deep", "trailing"],
)
def test_a_damaged_file_is_set_aside_and_never_deleted(path, damage):
    for number in (1, 2):
        path.write_bytes(damage)
        settings = Settings(path)
        assert settings.get("theme", "system") == "system"
        assert path.with_name(f"settings.json.damaged-{number}").read_bytes() == damage
        settings.set("theme", "light")
        assert json.loads(path.read_text()) == {"format": 1, "theme": "light"}


@pytest.mark.parametrize("newer", [2, 10**9, "1", None, 1.5, []])
def test_settings_of_a_newer_version_are_kept_as_they_are(path, newer):
    content = json.dumps({"format": newer, "theme": {"name": "dusk"}})
    path.write_text(content)
    settings = Settings(path)
    assert settings.get("theme", "system") == "system"
    assert settings.quarantined is not None
    assert settings.quarantined.reason == "newer"
    assert settings.quarantined.path.read_text() == content
    settings.set("theme", "light")
    assert json.loads(path.read_text()) == {"format": 1, "theme": "light"}
    assert Settings(path).quarantined is None, "it is said once"
    assert settings.quarantined.path.read_text() == content


def test_newer_settings_that_cannot_be_set_aside_are_not_written_over(path, monkeypatch):
    content = '{"format": 2, "theme": "dusk"}'
    path.write_text(content)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "rename", refuse)
    settings = Settings(path)
    settings.set("theme", "light")
    settings.set("zoom", 2)
    assert (settings.get("theme", ""), settings.get("zoom", 0)) == ("light", 2)
    assert path.read_text() == content
    assert settings.quarantined is None


def test_a_folder_in_the_way_does_not_stop_reading(path):
    path.mkdir()
    settings = Settings(path)
    assert settings.get("theme", "system") == "system"
    with pytest.raises(FolderUnusable):
        settings.set("theme", "dark")


def test_a_full_disk_leaves_the_file_as_it_was(path, monkeypatch):
    settings = Settings(path)
    settings.set("theme", "dark")

    def no_room(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as fault:
        fault.setattr(os, "fsync", no_room)
        with pytest.raises(DiskFull) as caught:
            settings.set("theme", "light")
    assert caught.value.path == str(path)
    assert settings.get("theme", "") == "dark"
    assert Settings(path).get("theme", "") == "dark"
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_what_json_cannot_hold_is_our_bug_and_changes_nothing(path):
    settings = Settings(path)
    settings.set("a", 1)
    with pytest.raises(TypeError):
        settings.set("b", object())
    assert json.loads(path.read_text()) == {"format": 1, "a": 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among files")
@pytest.mark.parametrize("kind", ["pipe", "endless", "huge"])
def test_what_is_no_file_of_settings_is_set_aside(tmp_path, kind):
    path = tmp_path / "settings.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"{" + b" " * (2 * 1024 * 1024) + b"}")
    settings = Settings(path)
    assert settings.get("theme", "dark") == "dark"
    assert settings.quarantined.reason == "damaged"
    settings.set("theme", "light")
    assert Settings(path).get("theme", "dark") == "light"
