"""The picture alone, in a window on a real history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.picture.filmstrip import _Frame
from tests.ui.marks.test_marks import Whole

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cartoonmix_desktop.ui.widgets.theme import Theme


@pytest_asyncio.fixture
async def whole(theme: Theme, tmp_path: Path) -> AsyncIterator[Whole]:
    made = Whole(tmp_path)
    made.window.widget.show()
    await made.begin()
    yield made
    await made.controller.close()
    await made.studio.close()
    made.window.widget.deleteLater()


def shown(whole: Whole) -> tuple[int, int]:
    """Which task, counted from the newest, and which picture of it."""
    task, output = whole.pane.task, whole.pane.current
    if task is None or output is None:
        return -1, -1
    return whole.controller._model.row_of(task.id), task.outputs.index(output)


def press(whole: Whole, key: Qt.Key) -> None:
    QTest.keyClick(whole.window.widget.focusWidget() or whole.window.widget, key)


async def test_alone_through_all_pictures_and_back(whole: Whole, until):
    window, pane, mode = whole.window.widget, whole.pane, whole.window.full_screen
    await until(lambda: shown(whole) == (0, 0))
    before = whole.window.state()
    pane.recipe_wanted = True
    whole.window.commands[Command.FULL_SCREEN].trigger()
    assert window.isFullScreen()
    assert pane.width() == window.width()
    assert not window.menuBar().isVisible()
    assert not whole.window.history.isVisible()
    assert not whole.window.recipe.isVisible()
    assert not pane.recipe.isVisible()
    assert whole.window.state() == {**before, "recipe_of_picture": True}
    await until(lambda: pane.ahead.at_hand(pane.task.outputs[1]))
    press(whole, Qt.Key.Key_Right)
    assert shown(whole) == (0, 1)
    assert pane._loaded is pane.current, "it was decoded ahead"
    press(whole, Qt.Key.Key_Right)
    await until(lambda: shown(whole) == (1, 0))
    press(whole, Qt.Key.Key_Left)
    await until(lambda: shown(whole) == (0, 1))
    press(whole, Qt.Key.Key_4)
    await until(lambda: pane.task.outputs[1].rating == 4)
    assert pane.task.outputs[0].rating == 0
    press(whole, Qt.Key.Key_I)
    assert pane.recipe.isVisible()
    press(whole, Qt.Key.Key_Escape)
    assert not mode.on
    assert not window.isFullScreen()
    assert whole.window.history.isVisible()
    assert window.menuBar().isVisible()
    assert pane.recipe_wanted
    assert pane.isVisible()
    assert whole.window._first._inner.indexOf(pane) == 0
    assert not pane.ahead._begun


async def test_in_the_grid_it_walks_as_the_grid_does(whole: Whole, until):
    history, pane = whole.window.history, whole.pane
    await until(lambda: shown(whole) == (0, 0))
    history.view_options.pictures = True
    await until(lambda: history.gallery.rowCount() == 10 and history.pictures.current.picture)
    history.pictures.enlarge_requested.emit()
    for turned in ((0, 1), (1, 0), (1, 1)):
        press(whole, Qt.Key.Key_Right)
        await until(lambda turned=turned: shown(whole) == turned)
    assert history.pictures.current.picture == pane.current.id
    press(whole, Qt.Key.Key_Escape)
    assert history.pictures.isVisible()
    assert history.pictures.hasFocus()
    assert not pane.isVisible()


async def test_a_double_click_in_the_strip_and_what_ends_it(whole: Whole, until):
    pane, mode = whole.pane, whole.window.full_screen
    await until(lambda: shown(whole) == (0, 0))
    frame = pane.findChildren(_Frame)[1]
    QTest.mouseDClick(frame, Qt.MouseButton.LeftButton)
    assert mode.on
    whole.window.widget.showNormal()  # as a window manager does
    whole.window.widget.resized.emit()
    assert not mode.on
    mode._enter()
    whole.locations.pictures.joinpath(pane.task.outputs[1].path).unlink()
    pane.ahead.want(())
    pane.next_picture()
    await until(lambda: "missing" in (pane._problem or ("",))[0])
    assert pane.hasFocus(), "keys go on, though there is no picture to have the focus"
    whole.window.commands[Command.SHOW_PICTURES].setChecked(True)
    assert not mode.on, "who asks for more than the picture gets it"
