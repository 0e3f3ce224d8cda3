"""What stands under Generate when the same pictures would be paid for once more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import SANDBOX
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.recipe.generate_area import TimesDialog
from cartoonmix_desktop.ui.shell.controller import Controller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from cartoonmix_desktop.ui.widgets.theme import Theme

# The whole window is made on the loop here; the program shows it before the loop begins.
pytestmark = pytest.mark.long_turns

SAME = "Same recipe and seed as a waiting task"


class Whole:
    """The whole program but its loop, on the local sandbox, with a held queue."""

    def __init__(self, home: Path) -> None:
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        self.settings = Settings(locations.data / "settings.json")
        self.studio = Studio(LocalStore(locations, self.settings), {})
        self.controller = Controller(self.studio)
        self.window = self.controller.window
        self.recipe = self.window.recipe
        self.same = self.recipe.area.same

    async def begin(self) -> None:
        self.window.widget.show()
        self.window.widget.activateWindow()
        await self.studio.open()
        await self.controller.show_history()
        await self.studio.start()
        await self.studio.sender.hold()

    async def end(self) -> None:
        await self.controller.close()
        await self.studio.close()
        self.window.widget.deleteLater()

    def seeds(self) -> list[str]:
        return [str(task.request["seed"]) for task in self.studio.sender.pending.tasks]

    def button(self, name: str) -> QAbstractButton:
        return next(b for b in self.same.findChildren(QAbstractButton) if b.text() == name)


@pytest.fixture
async def whole(theme: Theme, tmp_path: Path) -> AsyncIterator[Whole]:
    made = Whole(tmp_path / "cartoonmix")
    await made.begin()
    yield made
    await made.end()


@pytest.fixture
async def asked(whole: Whole, until: Callable[..., Any]) -> Whole:
    """One task waits, Generate was pressed again with the same recipe, and the question stands."""
    whole.recipe.set_raw({"prompt": "a fox", "seed": "7"})
    whole.recipe.focus_prompt()
    await until(lambda: QApplication.focusWidget() is not None)
    whole.recipe.generate()
    await until(lambda: whole.seeds() == ["7"])
    whole.recipe.generate()
    await until(whole.same.isVisible)
    return whole


def focused() -> QAbstractButton:
    widget = QApplication.focusWidget()
    assert isinstance(widget, QAbstractButton), widget
    return widget


async def test_the_press_sends_nothing_and_return_is_a_new_seed(asked, until):
    assert asked.seeds() == ["7"]
    assert focused() is asked.button("New seed")
    assert focused().accessibleDescription() == SAME
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    await until(lambda: len(asked.seeds()) == 2)
    assert asked.seeds()[1] == asked.recipe.raw()["seed"] != "7"
    assert not asked.same.isVisible()
    assert QApplication.focusWidget().accessibleName() == "Prompt"
    assert not asked.recipe.new_seed_each_time


async def test_generate_again_is_a_new_seed_too(asked, until):
    asked.recipe.generate()
    await until(lambda: len(asked.seeds()) == 2)
    assert len(set(asked.seeds())) == 2
    assert not asked.same.isVisible()


async def test_again_anyway_sends_the_very_same(asked, until):
    asked.button("Again anyway").click()
    await until(lambda: asked.seeds() == ["7", "7"])
    assert not asked.same.isVisible()


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.recipe.set_raw({"steps": 21}),
        lambda w: QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape),
        lambda w: w.recipe.begin_edit({"prompt": "a waiting one"}),
    ],
)
async def test_the_question_goes_with_what_it_is_about(asked, change):
    change(asked)
    assert not asked.same.isVisible()
    assert asked.seeds() == ["7"]
    assert not isinstance(QApplication.focusWidget(), QAbstractButton)


async def test_who_has_gone_on_writing_presses_no_button(whole, until):
    whole.recipe.set_raw({"prompt": "a fox", "seed": "7"})
    whole.recipe.focus_prompt()
    whole.recipe.generate()
    await until(lambda: whole.seeds() == ["7"])
    whole.recipe.generate()
    whole.recipe.set_raw({"prompt": "a fox in"})  # before the answer is there
    await until(whole.same.isVisible)
    assert QApplication.focusWidget().accessibleName() == "Prompt"
    whole.button("Again anyway").click()
    await until(lambda: len(whole.seeds()) == 2)
    tasks = whole.studio.sender.pending.tasks
    assert [task.request.prompt for task in tasks] == ["a fox"] * 2


async def test_a_second_click_where_generate_stood_answers_nothing(whole, until):
    whole.recipe.set_raw({"prompt": "a fox", "seed": "7"})
    generate = whole.recipe.area.button
    place = generate.mapTo(whole.window.widget, generate.rect().center())

    def click(at: QPoint) -> None:
        under = whole.window.widget.childAt(at)
        QTest.mouseClick(
            under, Qt.MouseButton.LeftButton, pos=under.mapFrom(whole.window.widget, at)
        )

    click(place)
    await until(lambda: whole.seeds() == ["7"])
    click(place)
    await until(lambda: whole.same.isVisible() and whole.same.height() > 40)
    again = whole.button("Again anyway")
    await until(lambda: whole.window.widget.childAt(place) is again)  # Generate has made room
    click(place)
    click(place)
    assert whole.same.isVisible()
    assert whole.seeds() == ["7"]
    corner = again.mapTo(whole.window.widget, again.rect().topLeft()) + QPoint(6, 6)
    click(corner)  # aimed at it
    await until(lambda: whole.seeds() == ["7", "7"])


@pytest.mark.parametrize(("key", "text"), [(Qt.Key.Key_Space, " "), (Qt.Key.Key_X, "x")])
async def test_who_writes_on_where_it_was_asked_writes(asked, key, text):
    prompt = asked.recipe._fields["prompt"].control
    prompt.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(focused(), key)
    assert asked.recipe.raw()["prompt"] == "a fox" + text
    assert QApplication.focusWidget() is prompt
    assert not asked.same.isVisible()
    assert asked.seeds() == ["7"]


async def test_space_presses_the_answer_that_was_gone_to(asked, until):
    QTest.keyClick(focused(), Qt.Key.Key_Tab)
    QTest.keyClick(focused(), Qt.Key.Key_Backtab)
    assert focused() is asked.button("New seed")
    QTest.keyClick(focused(), Qt.Key.Key_Space)
    await until(lambda: len(asked.seeds()) == 2)
    assert asked.recipe.raw()["prompt"] == "a fox"


async def test_a_hidden_panel_comes_back_to_ask(asked, until):
    asked.same.leave()
    asked.window.commands[Command.SHOW_RECIPE_PANEL].setChecked(False)
    asked.recipe.generate()
    await until(asked.same.isVisible)


async def test_several_ask_nothing(asked, until):
    asked.recipe.generate_several(2)
    await until(lambda: asked.seeds() == ["7", "7", "8"])


# --- the lock ------------------------------------------------------------------------------------


async def test_a_new_library_has_a_new_seed_each_time(whole, until):
    assert whole.recipe.new_seed_each_time
    assert whole.recipe.raw()["seed"] == "123456"
    for _ in range(3):
        whole.recipe.generate()
    await until(lambda: len(whole.seeds()) == 3)
    assert len(set(whole.seeds())) == 3
    assert not whole.same.isVisible()


@pytest.mark.parametrize("chosen", [True, False])
async def test_a_choice_is_kept(theme, tmp_path, chosen):
    first = Whole(tmp_path / "cartoonmix")
    await first.begin()
    first.recipe.new_seed_each_time = chosen
    await first.end()
    second = Whole(tmp_path / "cartoonmix")
    await second.begin()
    assert second.recipe.new_seed_each_time is chosen
    await second.end()


async def test_a_library_older_than_the_choice_keeps_its_seed(theme, tmp_path):
    made = Whole(tmp_path / "cartoonmix")
    await made.studio.open()
    await made.studio.history.add(GenerationRequest.build({"prompt": "a fox"}), SANDBOX)
    await made.begin()
    assert not made.recipe.new_seed_each_time
    await made.end()


async def test_a_seed_that_is_written_is_kept(whole, until):
    seed = next(w for w in whole.recipe.findChildren(object) if _named(w, "Seed"))
    lock = next(w for w in whole.recipe.findChildren(object) if _named(w, "New seed each time"))
    assert lock.isChecked()
    whole.recipe._seed.throw()
    assert lock.isChecked()
    seed.setText("77")
    assert not lock.isChecked()
    whole.recipe.generate()
    await until(lambda: whole.seeds() == ["77"])
    lock.click()
    whole.recipe.reset()
    assert lock.isChecked()
    whole.recipe.set_raw({"seed": "123456"})
    assert not lock.isChecked()
    assert "kept" in lock.toolTip()


def _named(widget: Any, name: str) -> bool:
    return bool(hasattr(widget, "accessibleName") and widget.accessibleName() == name)


# --- how many times ------------------------------------------------------------------------------


async def test_several_times_begins_with_few_and_tells_the_pictures(whole, until):
    whole.recipe.area.ask_times()
    dialog = whole.window.widget.findChild(TimesDialog)
    assert dialog.times.value() == 4
    assert "16 pictures in 4 runs" in said(dialog)
    dialog.times.setValue(10)
    assert "40 pictures in 10 runs" in said(dialog)
    QTest.keyClick(dialog.times, Qt.Key.Key_Return)
    await until(lambda: len(whole.seeds()) == 10)
    await asyncio.sleep(0)
    whole.recipe.set_raw({"samples": "many"})
    whole.recipe.area.ask_times()
    dialog = whole.window.widget.findChildren(TimesDialog)[-1]
    assert not any("pictures" in each for each in said(dialog))
    dialog.reject()


def said(dialog: TimesDialog) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [shown.text() for shown in dialog.findChildren(QLabel)]
