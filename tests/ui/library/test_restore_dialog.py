"""What a person is offered when the history is damaged."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QPushButton

from cartoonmix_desktop.core.errors import DatabaseDamaged
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.services.events import Events
from cartoonmix_desktop.services.history.backups import HistoryBackups
from cartoonmix_desktop.services.history.history import History
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.ui.library.restore_dialog import restore_history
from cartoonmix_desktop.ui.widgets.theme import Theme

DAMAGED = DatabaseDamaged("history.sqlite3")


@pytest.fixture(autouse=True)
def theme(qapp):
    Theme(qapp).apply("dark")


@pytest.fixture
def locations(home) -> Locations:
    found = Locations.from_environment()
    found.create()
    return found


async def filled(locations, *prompts: str) -> None:
    history = History(locations, Events())
    await history.open()
    for prompt in prompts:
        await history.add(GenerationRequest.build({"prompt": prompt}), "sandbox")
    await history.close()


async def prompts(locations) -> list[str]:
    history = History(locations, Events())
    await history.open()
    found = [task.request.prompt for task in await history.tasks(range(1, 10))]
    await history.close()
    return found


def press(qapp, words: str) -> None:
    (button,) = (
        found
        for window in qapp.topLevelWidgets()
        if window.isVisible()
        for found in window.findChildren(QPushButton)
        if found.text() == words and found.isVisible()
    )
    button.click()


async def until_shown(qapp) -> None:
    async with asyncio.timeout(10):
        while not any(w.isVisible() and w.isWindow() for w in qapp.topLevelWidgets()):  # noqa: ASYNC110 - Qt tells nobody
            await asyncio.sleep(0.01)


async def deciding(qapp, locations, *words: str) -> bool:
    backups = HistoryBackups(locations, Events())
    decided = asyncio.ensure_future(restore_history(DAMAGED, backups, None))
    await until_shown(qapp)
    for word in words:
        press(qapp, word)
    result = await asyncio.wait_for(decided, 10)
    backups.close()
    return result


async def test_one_press_restores_the_newest_backup(qapp, locations):
    await filled(locations, "a castle", "a fox")
    backups = HistoryBackups(locations, Events())
    backups._backups.take(1_700_000_000)
    backups.close()
    (locations.data / "history.sqlite3").write_bytes(b"gone")
    assert await deciding(qapp, locations, "Restore")
    assert await prompts(locations) == ["a castle", "a fox"]
    (aside,) = (locations.data / "damaged").glob("*/history.sqlite3")
    assert aside.read_bytes() == b"gone"


async def test_without_a_backup_one_can_begin_anew_or_leave(qapp, locations):
    (locations.data / "history.sqlite3").write_bytes(b"gone")
    assert not await deciding(qapp, locations, "Quit")
    assert (locations.data / "history.sqlite3").read_bytes() == b"gone"
    assert await deciding(qapp, locations, "Start with an empty history")
    assert await prompts(locations) == []


async def test_what_fails_is_said_and_something_else_can_be_chosen(qapp, locations):
    await filled(locations, "a castle")
    backups = HistoryBackups(locations, Events())
    for moment in (1_700_000_000, 1_700_100_000):
        backups._backups.take(moment)
    newest, oldest = await backups.stored()
    newest.path.write_bytes(b"gone as well")
    decided = asyncio.ensure_future(restore_history(DAMAGED, backups, None))
    await until_shown(qapp)
    (listed,) = (w for t in qapp.topLevelWidgets() for w in t.findChildren(QListWidget))
    assert listed.accessibleName() == "Backups"
    assert listed.count() == 2
    assert listed.currentRow() == 0
    press(qapp, "Restore")
    dialog = listed.window()
    async with asyncio.timeout(10):
        while not dialog._problem.isVisible():  # noqa: ASYNC110 - Qt tells nobody
            await asyncio.sleep(0.01)
    assert "cannot be used" in dialog._problem.accessibleName()
    listed.setCurrentRow(1)
    QTest.keyClick(listed, Qt.Key.Key_Return)
    assert await asyncio.wait_for(decided, 10)
    backups.close()
    assert await prompts(locations) == ["a castle"]
    assert oldest.path.exists()
