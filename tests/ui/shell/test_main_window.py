from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton

from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import PendingChanged
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.picture.filmstrip import Filmstrip
from cartoonmix_desktop.ui.recipe.inspirations import Card
from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow
from cartoonmix_desktop.ui.shell.first_rooms import FirstRooms
from cartoonmix_desktop.ui.shell.main_window import MainWindow
from cartoonmix_desktop.wording.common import NoticeAction, Offer

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def window(theme, owned, qtbot, list_source, drawings) -> Callable[..., MainWindow]:
    """Makes main windows over an empty history."""

    def make(look: dict[str, Any] | None = None) -> MainWindow:
        empty = EmptyWindow(look)
        qtbot.addWidget(empty)
        rooms = FirstRooms(empty, HistoryModel(list_source([]), owned.spawn, empty))
        return MainWindow(rooms, drawings.path, drawings.thumbnails, owned.spawn)

    return make


def entry(window: MainWindow, text: str) -> QAction:
    return next(action for action in window.widget.findChildren(QAction) if action.text() == text)


async def test_a_narrow_start_forgets_no_wide_sizes(window):
    first = window()
    narrow = first.state()
    first.widget.resize(800, 600)
    narrow["geometry"] = bytes(first.widget.saveGeometry().toBase64().data()).decode()
    narrow["inner"] = {"wide": [700, 400], "narrow": [300, 200]}
    second = window(narrow)
    assert second.state()["inner"]["wide"] == [700, 400]


async def test_a_window_made_small_and_large_again_has_its_history_as_wide_as_before(window, until):
    shown = window()
    shown.widget.resize(1440, 900)
    shown.widget.show()
    await until(shown.widget.windowHandle().isExposed)
    wide = shown.history.width()
    for width in (1110, 760, 1440):
        shown.widget.resize(width, 600)
        await until(lambda width=width: shown.widget.width() == width)
    await until(lambda: shown.history.width() == wide)


async def test_menus_offer_what_can_be_done(window, new_task, drawings, owned):
    shown = window()
    commands = (Command.SAVE_PICTURE, Command.COPY_PICTURE, Command.FIT, Command.USE_RECIPE)

    def offered() -> list[bool]:
        return [shown.commands[command].isEnabled() for command in commands]

    assert offered() == [False, False, False, False]
    shown.pane.show_task(new_task(1, TaskState.FAILED))
    assert offered() == [False, False, False, True]
    shown.pane.show_task(new_task(2, outputs=drawings.outputs(2, 1)))
    await owned.settle()
    assert offered() == [True, True, True, True]


async def test_editing_the_prompt_brings_its_panel_back(window):
    shown = window({"recipe": False, "history": False})
    shown.widget.show()
    assert not shown.recipe.isVisible()
    entry(shown, "Edit prompt").trigger()
    assert shown.recipe.isVisible()
    entry(shown, "Find in history").trigger()
    assert shown.history.isVisible()


async def test_tab_goes_from_the_top_through_recipe_picture_and_history(window, new_task, until):
    shown = window()
    shown.widget.show()
    shown.widget.activateWindow()
    await until(shown.widget.isActiveWindow)
    shown.banner.show_banner("info", "Sandbox.", [Offer(NoticeAction.SIGN_IN, "Sign in")])
    shown.pane.show_task(new_task(1, TaskState.RUNNING, samples=2))
    (first,) = [b for b in shown.banner.findChildren(QPushButton) if b.isVisible()]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    turns: list[str] = []
    while not turns or QApplication.focusWidget() is not first:
        at = QApplication.focusWidget()
        assert at is not None
        turns.append(at.accessibleName() or getattr(at, "text", str)())
        assert len(turns) < 100
        QTest.keyClick(at, Qt.Key.Key_Tab)
    wanted = [
        *("Sign in", "Close this message", "Prompt", "Generate", "Cancel", "Use this recipe"),
        *("Picture 1 of 2: not there yet", "Picture 2 of 2: not there yet"),
        *("Search history", "History"),
    ]
    assert [name for name in turns if name in wanted] == wanted


@pytest.mark.parametrize(
    ("look", "width"),
    [({}, 1440), ({}, 900), ({"recipe": False}, 1440)],
    ids=["usual", "narrow", "without recipe"],
)
async def test_the_history_stays_where_it_is_when_the_rest_comes(
    look, width, theme, qtbot, until, owned, list_source, drawings
):
    """It is there first; a person may be about to click on it."""
    empty = EmptyWindow(look)
    qtbot.addWidget(empty)
    empty.resize(width, 900)
    empty.show()
    await until(empty.windowHandle().isExposed)
    first = FirstRooms(empty, HistoryModel(list_source([]), owned.spawn, empty))
    history = first.history
    await until(lambda: history.isVisible() and history.height() > 100)
    before = history.geometry(), history.mapTo(empty, QPoint(0, 0))
    shown = MainWindow(first, drawings.path, drawings.thumbnails, owned.spawn)
    await until(shown.recipe.isVisible if "recipe" not in look else shown.pane.isVisible)
    await asyncio.sleep(0)  # Qt lays out
    assert (history.geometry(), history.mapTo(empty, QPoint(0, 0))) == before


async def test_a_hidden_history_is_hidden_from_the_start(
    theme, qtbot, until, owned, list_source, drawings
):
    empty = EmptyWindow({"history": False})
    qtbot.addWidget(empty)
    empty.show()
    await until(empty.windowHandle().isExposed)
    first = FirstRooms(empty, HistoryModel(list_source([]), owned.spawn, empty))
    assert not first.history.isVisible()
    shown = MainWindow(first, drawings.path, drawings.thumbnails, owned.spawn)
    await until(shown.pane.isVisible)
    assert not shown.history.isVisible()


@pytest.mark.parametrize("size", [(760, 560), (1000, 600)], ids=["least", "low"])
@pytest.mark.parametrize("said", [True, False], ids=["banner", "no banner"])
async def test_all_of_a_picture_is_in_sight_in_a_low_window(
    size, said, window, new_task, drawings, owned, until
):
    shown = window()
    shown.widget.resize(*size)
    if said:
        words = (
            "Sandbox: pictures are drawn on this computer, not by CartoonMix. They cost nothing."
        )
        shown.banner.show_banner("info", words, [Offer(NoticeAction.SIGN_IN)])
    shown.history.show_trash(3)
    shown.queue.show_pending(PendingChanged((new_task(1, TaskState.QUEUED),)))
    task = new_task(2, outputs=drawings.outputs(2, 4))
    shown.pane.choose_picture(task.outputs[2].id)
    shown.pane.show_task(task)
    shown.widget.show()
    await owned.settle()
    assert shown.pane.height() >= shown.pane.minimumSizeHint().height()
    strip = shown.pane.findChild(Filmstrip)
    lower = strip.mapTo(shown.pane, strip.rect().bottomLeft()).y()
    assert lower < shown.pane.height()
    frames = strip.findChildren(QAbstractButton)
    third = next(frame for frame in frames if frame.isChecked())
    assert third.accessibleName() == "Picture 3 of 4"
    for width in (size[0], 1300, size[0]):  # also when the strip was wide in between
        shown.widget.resize(width, size[1])
        await until(lambda width=width: shown.widget.width() == width)
        await until(lambda: third.visibleRegion().boundingRect() == third.rect())
    await owned.settle()  # before the window goes


async def test_the_cards_of_a_low_window_scroll_and_keep_their_height(window, until):
    shown = window()
    shown.widget.resize(760, 560)
    shown.widget.show()
    await until(shown.widget.windowHandle().isExposed)
    cards = [card for card in shown.inspirations.findChildren(Card) if card.isVisible()]
    assert len(cards) == 4
    assert all(card.height() >= card.sizeHint().height() for card in cards)
