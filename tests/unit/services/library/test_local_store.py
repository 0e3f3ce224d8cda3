"""What there is, without all that works on it: as the window shows it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cartoonmix_desktop.core.errors import DatabaseDamaged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from tests.unit.services.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path


def local_store_at(home: Path) -> LocalStore:
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
    return LocalStore(locations, Settings(locations.data / "settings.json"))


async def test_it_can_be_browsed_by_itself(tmp_path):
    made = await Shelf(tmp_path / "home").open()
    task = await made.add("a fox", pictures=2)
    await made.close()
    local_store = local_store_at(tmp_path / "home")
    await local_store.open()
    await local_store.open()  # as the studio does once more
    found = await local_store.history.ids()
    assert list(found.ids) == [task.id]
    [read] = await local_store.history.tasks(found.ids)
    assert read.request.prompt == "a fox"
    assert all(await local_store.library.thumbnails(read.outputs))
    await local_store.close()


async def test_a_damaged_history_can_be_set_aside_and_the_rest_opened(tmp_path):
    data = tmp_path / "home" / "data"
    data.mkdir(parents=True)
    (data / "history.sqlite3").write_bytes(b"no database at all" * 100)
    local_store = local_store_at(tmp_path / "home")
    with pytest.raises(DatabaseDamaged):
        await local_store.open()
    aside = await local_store.backups.begin_anew()
    assert aside.exists()
    await local_store.open()
    assert not (await local_store.history.ids()).ids
    await local_store.close()
