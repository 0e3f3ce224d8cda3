from __future__ import annotations

import io
import os
import threading

import apsw
import pytest
from PIL import Image

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.storage.files.thumbnails import Thumbnails, make_thumbnail


@pytest.fixture
def path(tmp_path):
    return tmp_path / "thumbnails.sqlite3"


@pytest.fixture
def cache(path):
    opened = Thumbnails(path, budget=1000)
    yield opened
    opened.close()


def kept(cache, name):
    return cache.get([name]).get(name)


def test_what_was_put_is_there_after_a_restart(cache, path):
    cache.put({"a": b"\0picture\xff"})
    assert kept(cache, "a") == b"\0picture\xff"
    assert kept(cache, "b") is None
    cache.put({"a": b"another"})
    cache.close()
    again = Thumbnails(path)
    assert kept(again, "a") == b"another"
    again.close()


def test_several_are_asked_and_put_at_once(cache):
    cache.put({})
    cache.put({"a": b"x", "b": b"y"})
    assert cache.get(["b", "c", "a", "b"]) == {"a": b"x", "b": b"y"}
    assert cache.get([]) == {}


def test_the_least_recently_used_go_first(cache):
    for name in "abcdefghij":
        cache.put({name: bytes(100)})
    assert kept(cache, "a")
    cache.put({"k": bytes(100)})
    held = [name for name in "abcdefghijk" if kept(cache, name)]
    assert held == ["a", "d", "e", "f", "g", "h", "i", "j", "k"]


def test_what_was_used_lately_is_known_after_a_restart(cache, path):
    for name in "abcdefghij":
        cache.put({name: bytes(100)})
    assert kept(cache, "a")
    cache.close()
    again = Thumbnails(path, budget=1000)
    again.put({"k": bytes(100)})
    assert kept(again, "a")
    assert kept(again, "b") is None
    again.close()


def test_a_smaller_budget_is_kept_to(cache, path):
    for name in "abcdefghij":
        cache.put({name: bytes(100)})
    cache.close()
    small = Thumbnails(path, budget=300)
    small.put({"k": bytes(100)})
    assert [name for name in "abcdefghijk" if kept(small, name)] == ["j", "k"]
    small.close()


def test_one_larger_than_the_budget_is_not_kept(cache):
    cache.put({"a": bytes(10)})
    cache.put({"huge": bytes(5000)})
    assert kept(cache, "huge") is None


def test_clearing_gives_the_room_back(cache):
    cache.put({"a": bytes(900_000)})
    cache.put({"b": bytes(500)})
    before = cache.size()
    assert before > 500
    cache.clear()
    assert kept(cache, "b") is None
    assert cache.size() < min(before, 100_000)
    cache.put({"b": b"again"})
    assert kept(cache, "b") == b"again"


@pytest.mark.parametrize(
    "damage", [b"not a database " * 500, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_cache_is_replaced(path, damage):
    path.write_bytes(damage)
    cache = Thumbnails(path)
    assert kept(cache, "a") is None
    cache.put({"a": b"picture"})
    assert kept(cache, "a") == b"picture"
    cache.close()


def test_a_cache_of_another_version_is_replaced(cache, path):
    cache.put({"a": b"old"})
    cache.close()
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", 99)
    connection.close()
    again = Thumbnails(path)
    assert kept(again, "a") is None
    again.put({"a": b"new"})
    assert kept(again, "a") == b"new"
    again.close()


def test_damage_met_later_starts_anew(cache, path):
    for number in range(60):
        cache.put({str(number): bytes(15)})
    cache.close()
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(content)
    again = Thumbnails(path)
    assert kept(again, "1") is None
    again.put({"1": b"new"})
    assert kept(again, "1") == b"new"
    again.close()


def test_deleted_while_in_use_it_is_made_again_at_the_next_start(cache, path):
    cache.put({"a": b"x"})
    for file in path.parent.glob("thumbnails*"):
        file.unlink()
    cache.put({"b": b"y"})
    kept(cache, "a")
    cache.close()
    again = Thumbnails(path)
    again.put({"c": b"z"})
    assert kept(again, "c") == b"z"
    again.close()


def test_without_a_place_there_are_no_thumbnails_and_no_errors(path):
    path.mkdir()
    (path / "in the way").write_text("x")
    cache = Thumbnails(path)
    cache.put({"a": b"x"})
    assert kept(cache, "a") is None
    cache.clear()
    cache.close()
    nowhere = Thumbnails(path / "no" / "where")
    assert kept(nowhere, "a") is None
    assert nowhere.size() == 0


def test_a_full_disk_costs_the_thumbnail_only(cache, monkeypatch):
    cache.put({"a": b"x"})
    connection = cache._database._connection
    connection.pragma("max_page_count", connection.pragma("page_count"))
    cache.put({"b": bytes(500_000)})
    assert kept(cache, "a") == b"x"
    assert kept(cache, "b") is None


def test_closed_it_is_empty(cache):
    cache.put({"a": b"x"})
    cache.close()
    cache.close()
    cache.put({"b": b"x"})
    assert kept(cache, "a") is None


def test_threads_and_two_instances_share_it(cache, path):
    other = Thumbnails(path, budget=1000)
    failures = []

    def work(one, name):
        try:
            for number in range(30):
                one.put({f"{name}{number % 3}": name.encode()})
                assert kept(one, f"{name}{number % 3}") in {None, name.encode()}
        except (StorageError, AssertionError) as error:
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=(one, name))
        for one, name in [(cache, "a"), (cache, "b"), (other, "c"), (other, "d")]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert kept(other, "a0") == b"a"
    other.close()


def test_a_thumbnail_is_made_from_the_picture_again(tmp_path, drawing):
    picture = tmp_path / "a.png"
    picture.write_bytes(drawing(size=(600, 300), mode="RGBA"))
    made = make_thumbnail(picture)
    assert Image.open(io.BytesIO(made)).size == (256, 128)


def test_there_is_no_thumbnail_of_what_is_no_picture(tmp_path, drawing):
    (tmp_path / "a.png").write_bytes(b"<svg/>")
    (tmp_path / "b.png").write_bytes(drawing()[:-20])
    for name in ("a.png", "b.png", "missing.png", "."):
        assert make_thumbnail(tmp_path / name) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among files")
def test_a_pipe_in_the_place_of_the_cache_is_replaced(path):
    os.mkfifo(path)
    cache = Thumbnails(path)
    cache.put({"a": b"picture"})
    assert kept(cache, "a") == b"picture"
    cache.close()
    assert path.is_file()
