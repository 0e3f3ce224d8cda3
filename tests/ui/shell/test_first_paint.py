"""The window and its history, before all else is there."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QPoint

from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow
from cartoonmix_desktop.ui.shell.first_paint import FirstPaint
from tests.unit.services.shelf import Shelf


@pytest.fixture
async def home(tmp_path):
    """With two tasks and a saved search."""
    made = await Shelf(tmp_path / "home").open()
    for prompt in ("a fox", "a cat"):
        await made.add(prompt)
    await made.studio.marks.save_search("Foxes", "fox")
    await made.close()
    return tmp_path / "home"


async def test_the_newest_are_there_first_and_stay_where_they_are(theme, home, until):
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
    local_store = LocalStore(locations, Settings(locations.data / "settings.json"))
    empty = EmptyWindow()
    empty.resize(1200, 800)
    empty.show()
    await until(empty.windowHandle().isExposed)
    first = FirstPaint(empty, local_store)
    await local_store.open()
    await first.show_history()
    view = first.rooms.history.view
    place = view.mapTo(empty, QPoint(0, 0))
    assert [first.model.task_at(row).request.prompt for row in range(2)] == ["a cat", "a fox"]

    controller = Controller(Studio(local_store, {}), first)
    await controller.show_history()
    await until(lambda: controller.window.pane.task_id == first.model.id_at(0))
    await asyncio.sleep(0)  # Qt lays out
    assert view.mapTo(empty, QPoint(0, 0)) == place
    await until(lambda: not controller._tasks._tasks)
    await controller.close()
    await local_store.close()
    empty.deleteLater()
    controller.deleteLater()
