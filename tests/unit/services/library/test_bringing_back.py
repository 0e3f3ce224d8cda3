"""A history that is lost comes back at the next start, or is told with what can be done."""

from __future__ import annotations

import os
import shutil
from contextlib import closing

import apsw
import pytest

from cartoonmix_desktop.core.errors import (
    BackupUnusable,
    DatabaseAltered,
    DatabaseDamaged,
    DatabaseForeign,
    DatabaseTooNew,
    HistoryMissing,
)
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.storage.history.queue_order import HELD_KEY
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings


@pytest.fixture
def locations(home) -> Locations:
    found = Locations.from_environment()
    found.create()
    return found


@pytest.fixture
def history(locations):
    return locations.data / "history.sqlite3"


async def opened(locations) -> LocalStore:
    store = LocalStore(locations, Settings(locations.data / "settings.json"))
    try:
        await store.open()
    except BaseException:
        await store.close()
        raise
    return store


async def filled(locations, count=3):
    store = await opened(locations)
    for number in range(count):
        request = GenerationRequest.build({"prompt": f"fox {number}"})
        await store.history.add(request, "wiro-1")
    await store.close()


async def prompts(store):
    return [task.request.prompt for task in await store.history.tasks(range(1, 30))]


def without_backups(locations):
    shutil.rmtree(locations.data / "backups", ignore_errors=True)


async def test_a_history_that_is_gone_comes_back_whole_and_its_queue_is_held(locations, history):
    await filled(locations)
    without_backups(locations)
    history.unlink()
    store = await opened(locations)
    assert await prompts(store) == ["fox 0", "fox 1", "fox 2"]
    assert (store.rebuilt.entered, store.rebuilt.waiting) == (3, 3)
    assert await store.history.state(HELD_KEY) == "held"
    await store.close()
    store = await opened(locations)
    assert store.rebuilt is None
    await store.close()


async def test_a_restored_backup_gets_what_came_later(locations, history):
    await filled(locations)
    store = await opened(locations)
    [backup, *_] = await store.backups.stored()
    assert backup.tasks == 3, "made when it was quit"
    await store.history.add(GenerationRequest.build({"prompt": "later"}), "wiro-1")
    await store.close()
    history.write_bytes(b"\0" * history.stat().st_size)
    with pytest.raises(DatabaseDamaged):
        await opened(locations)
    store = LocalStore(locations, Settings(locations.data / "settings.json"))
    await store.backups.restore(backup)
    await store.open()
    assert await prompts(store) == ["fox 0", "fox 1", "fox 2", "later"]
    assert store.rebuilt.entered == 1
    await store.close()


@pytest.mark.parametrize("rebuild", [True, False])
async def test_begun_anew_it_is_rebuilt_or_stays_empty_as_the_person_says(
    locations, history, rebuild
):
    await filled(locations)
    history.write_bytes(b"junk" * 1000)
    store = LocalStore(locations, Settings(locations.data / "settings.json"))
    assert store.backups.has_journal
    await store.backups.begin_anew(rebuild=rebuild)
    for _start in range(2):
        await store.open()
        assert len(await prompts(store)) == (3 if rebuild else 0)
        await store.close()
        store = LocalStore(locations, Settings(locations.data / "settings.json"))
    await store.close()


async def test_a_start_that_is_stopped_amid_it_goes_on(locations, history):
    await filled(locations, 3)
    without_backups(locations)
    history.unlink()
    store = LocalStore(locations, Settings(locations.data / "settings.json"))
    store.history.connect()
    store.history.write_beside(store.library.journal)

    class Killed(Exception):
        pass

    def killed(share):
        if share:
            raise Killed

    with pytest.raises(Killed):
        store.history.bring_back(store.library.journal, killed)
    await store.history.close()
    store = await opened(locations)
    assert len(await prompts(store)) == 3
    assert await store.history.state(HELD_KEY) == "held"
    await store.close()


def empty(path):
    path.write_bytes(b"")


def gone(path):
    path.unlink()


def truncated(path):
    os.truncate(path, 5000)


def folder(path):
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("mine")


def pipe(path):
    path.unlink()
    os.mkfifo(path)


def text(path):
    path.write_text("not a database at all\n" * 100)


def of_another_program(path):
    path.unlink()
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("CREATE TABLE theirs(x); PRAGMA application_id = 77")


def newer(path):
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("PRAGMA user_version = 999")


def planted(path):
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("CREATE TRIGGER loud AFTER UPDATE ON fact BEGIN DELETE FROM task; END")


@pytest.mark.parametrize(
    ("happens", "error"),
    [
        (empty, HistoryMissing),
        (gone, HistoryMissing),
        (truncated, DatabaseDamaged),
        (text, DatabaseDamaged),
        (folder, DatabaseForeign),
        (pipe, DatabaseForeign),
        (of_another_program, DatabaseForeign),
        (newer, DatabaseTooNew),
        (planted, DatabaseAltered),
    ],
    ids=lambda value: value.__name__,
)
async def test_whatever_stands_in_its_place_is_told_and_nothing_of_it_is_lost(
    locations, history, happens, error
):
    await filled(locations)
    happens(history)
    for _start in range(2):
        with pytest.raises(DatabaseDamaged if error is not DatabaseTooNew else error) as caught:
            await opened(locations)
        assert type(caught.value) is error
    store = LocalStore(locations, Settings(locations.data / "settings.json"))
    [backup] = await store.backups.stored()
    aside = await store.backups.restore(backup)
    if happens is not gone:
        assert aside.exists()
    if happens is folder:
        assert (aside / "inside").read_text() == "mine"
    await store.open()
    assert await prompts(store) == ["fox 0", "fox 1", "fox 2"]
    await store.close()


async def test_a_backup_with_a_trigger_is_not_taken(locations, history):
    await filled(locations)
    store = await opened(locations)
    [backup] = await store.backups.stored()
    await store.close()
    planted(backup.path)
    history.write_bytes(b"junk" * 1000)
    store = LocalStore(locations, Settings(locations.data / "settings.json"))
    with pytest.raises(BackupUnusable) as caught:
        await store.backups.restore(backup)
    assert "trigger loud" in caught.value.detail
    assert history.read_bytes() == b"junk" * 1000
    await store.close()
