"""Del, the line that offers Undo, and the trash: the real window over real files."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QToolButton
from shiboken6 import isValid

from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.trash.dialog import TrashDialog
from cartoonmix_desktop.ui.trash.list import TrashList
from cartoonmix_desktop.ui.widgets.toast import Toast
from tests.unit.services.shelf import Shelf


class Window:
    """A window over a library."""

    def __init__(self, shelf: Any, until: Any) -> None:
        self.shelf, self.until = shelf, until
        self.controller = Controller(shelf.studio)
        self.window = self.controller.window
        self.view = self.window.history.view
        self.toast = self.window.widget.findChild(Toast)

    async def open(self) -> Window:
        self.window.widget.resize(1200, 800)
        self.window.widget.show()
        self.window.widget.activateWindow()
        await self.controller.show_history()
        await self.until(lambda: self.window.pane.task_id)
        await self.until(self.window.widget.isActiveWindow)  # else no shortcut is heard
        return self

    async def press_delete(self) -> None:
        """Del, over the history."""
        self.view.setFocus()
        await self.until(self.view.hasFocus)
        QTest.keyClick(self.view, Qt.Key.Key_Delete)

    @property
    def rows(self) -> list[int]:
        model = self.window.history.model
        return [model.id_at(row) for row in range(model.rowCount())]

    async def until_rows(self, *ids: int) -> None:
        await self.until(lambda: self.rows == list(ids))

    def entry(self, text: str) -> Any:
        actions = self.window.widget.menuBar().actions()
        found = [e for menu in actions for e in menu.menu().actions() if e.text() == text]
        assert found, text
        return found[0]

    def button(self, text: str, inside: Any = None) -> Any:
        kinds = (QPushButton, QToolButton)
        every = [b for kind in kinds for b in (inside or self.window.widget).findChildren(kind)]
        return next(b for b in every if b.text() == text and b.isVisible())

    async def dialog(self) -> TrashDialog:
        self.entry("Trash…").trigger()
        await self.until(lambda: self.window.widget.findChild(TrashDialog))
        return self.window.widget.findChild(TrashDialog)

    async def answer(self, text: str) -> tuple[str, str]:
        """Press a button of the question that comes; what it said."""
        await self.until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
        box = QApplication.activeModalWidget()
        said = box.text(), box.informativeText()
        next(b for b in box.buttons() if b.text() == text).click()
        return said


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


@pytest.fixture
def opened(theme, shelf, until):
    """A window over the library for a ``with`` statement.

    It is closed within the test: pytest-qt lets Qt's events go on between test and teardown, when
    no loop runs any more.
    """

    @asynccontextmanager
    async def open_one():
        room = Window(shelf, until)
        yield await room.open()
        await until(lambda: not room.controller._tasks._tasks)
        await room.controller.close()
        room.window.widget.deleteLater()
        room.controller.deleteLater()
        await until(lambda: not isValid(room.window.widget) and not isValid(room.controller))

    return open_one


async def test_del_moves_the_task_and_undo_brings_it_back(shelf, opened, until):
    for prompt in ("a fox", "a cat", "a dog"):
        await shelf.add(prompt)
    before = shelf.files()
    async with opened() as room:
        room.view.select(2)
        await room.press_delete()
        await room.until_rows(3, 1)
        await room.until(room.toast.isVisible)
        assert room.view.selected == 1  # the next below
        assert room.toast.accessibleName() == "Moved 1 task to the trash"
        assert room.entry("Undo move 1 task to the trash").isEnabled()
        assert room.button("Trash · 1").isVisible()
        QTest.mouseClick(room.button("Undo", room.toast), Qt.MouseButton.LeftButton)
        await room.until_rows(3, 2, 1)
        await room.until(lambda: room.view.selected == 2)
        assert not room.toast.isVisible()
        assert shelf.files() == before
        room.entry("Redo move 1 task to the trash").trigger()
        await room.until_rows(3, 1)
        await room.until(lambda: shelf.studio.undo.last is not None)
        room.view.setFocus()
        QTest.keyClick(room.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await room.until_rows(3, 2, 1)
        assert shelf.files() == before


async def test_after_the_only_task_is_gone_the_keys_still_undo(shelf, opened):
    await shelf.add()
    async with opened() as room:
        await room.press_delete()
        await room.until_rows()
        await room.until(room.toast.isVisible)
        QTest.keyClick(
            QApplication.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
        )
        await room.until_rows(1)
        await room.until(room.view.hasFocus)


async def test_the_line_goes_by_itself_but_not_from_under_the_hand(shelf, opened):
    await shelf.add()
    async with opened() as room:
        await room.press_delete()
        await room.until(room.toast.isVisible)
        room.button("Undo", room.toast).setFocus()
        room.toast._clock.setInterval(1)
        room.toast._clock.start()
        await asyncio.sleep(0.02)
        assert room.toast.isVisible()
        QTest.keyClick(room.button("Undo", room.toast), Qt.Key.Key_Escape)
        assert not room.toast.isVisible()
        room.view.setFocus()
        room.toast.say("Something else")
        await room.until(lambda: not room.toast.isVisible())


async def test_del_over_the_picture_moves_the_picture(shelf, opened):
    task = await shelf.add(pictures=3)
    async with opened() as room:
        await room.until(lambda: room.window.pane.current is not None)
        room.window.pane.next_picture()
        room.window.pane.focus_picture()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
        await room.until(room.toast.isVisible)
        assert room.toast.accessibleName() == "Moved 1 picture to the trash"
        await room.until(lambda: room.window.pane.current == task.outputs[2])
        assert room.rows == [task.id]
        room.window.pane.delete_picture()
        await room.until(lambda: room.window.pane.current == task.outputs[0])
        room.window.pane.delete_picture()  # without its last picture a task is nothing
        await room.until_rows()
        await room.until(lambda: room.toast.accessibleName() == "Moved 1 task to the trash")
        for _ in range(3):
            room.window.commands[Command.UNDO].triggered.emit()
        await room.until(
            lambda: (
                room.window.pane.current is not None
                and (row := room.window.history.model.task_at(0)) is not None
                and len(row.outputs) == 3
            )
        )


async def test_a_missing_picture_is_thrown_away_and_numbers_close_up(shelf, opened):
    task = await shelf.add(pictures=3)
    (shelf.root / task.outputs[0].path).unlink()
    async with opened() as room:
        await room.until(lambda: room.window.pane.deletable == task.outputs[0])
        room.window.pane.delete_picture()
        await room.until(lambda: room.window.pane.current == task.outputs[1])
        assert "Picture 1 of 2" in room.window.pane._view.accessibleDescription()


async def test_what_is_under_way_is_cancelled_only_on_wish(shelf, opened):
    history = shelf.studio.history
    await shelf.add("a cat")
    async with opened() as room:
        task = await history.add(GenerationRequest.build({"prompt": "a fox"}), "wiro-1")
        await room.until_rows(2, 1)
        await room.press_delete()
        title, text = await room.answer("Keep")
        assert title == "This task is still in progress"
        assert "“a fox”" in text
        assert room.rows == [2, 1]
        assert (await history.task(task.id)).state is TaskState.QUEUED

        async def cancel(task_id: int) -> None:
            await history.move(task_id, TaskState.CANCELLED)

        shelf.studio.tasks.cancel = cancel  # nothing is started here that would
        room.window.widget.activateWindow()
        await room.until(room.window.widget.isActiveWindow)
        await room.press_delete()
        await room.answer("Cancel it, then delete")
        await room.until_rows(1)


async def test_the_trash_lists_restores_and_deletes(shelf, opened):
    for prompt in ("a fox", "a cat", "a dog"):
        await shelf.add(prompt)
    await shelf.trash.put(Pieces(tasks=(1, 2)))
    third = await shelf.studio.history.task(3)
    await shelf.trash.put(Pieces(pictures=(third.outputs[0].id,)))
    async with opened() as room:
        dialog = await room.dialog()
        listed = dialog.findChild(TrashList)
        model = dialog.model
        await room.until(lambda: model.rowCount() == 3)

        def words() -> list[str]:
            return [
                model.index(row).data().split(" · deleted")[0] for row in range(model.rowCount())
            ]

        await room.until(lambda: words() and not any("…" in each for each in words()))
        sizes = [each.rsplit(" · ", 1)[0] for each in words()]
        assert sizes == [
            "a dog – Picture",
            "a cat – Task · 2 pictures",
            "a fox – Task · 2 pictures",
        ]
        assert "deleted automatically after 30 more days of use" in model.index(0).data()
        assert listed.currentIndex().row() == 0
        listed.setCurrentIndex(model.index(1))
        room.button("Restore", dialog).click()
        await room.until_rows(3, 2)
        await room.until(lambda: model.rowCount() == 2)
        room.button("Delete now…", dialog).click()
        title, text = await room.answer("Keep")
        assert title == "Delete 1 picture permanently?"
        assert "removed from this computer. This cannot be undone." in text
        room.button("Empty trash…", dialog).click()
        title, text = await room.answer("Empty trash")
        assert title == "Empty the trash: 1 task and 1 picture?"
        assert text.startswith("3 pictures (")
        await room.until(lambda: model.rowCount() == 0)
        assert shelf.studio.undo.last.edit == Edit(EditKind.RESTORE, tasks=1)
        assert not room.button("Close", dialog).isHidden()
        assert not room.button("Empty trash…", dialog).isEnabled()
        assert len(shelf.files()) == 3
        dialog.reject()


async def test_files_in_the_trash_that_nothing_knows_go_when_it_is_emptied(shelf, opened):
    task = await shelf.add(pictures=1)
    trash = shelf.root / "Trash"
    trash.mkdir()
    (trash / "unknown-123456.png").write_bytes(b"of a history that was lost")
    home = shelf.root / task.outputs[0].path
    home.rename(trash / "missed-123456.png")
    async with opened() as room:
        emptying = asyncio.ensure_future(room.controller._trash.empty(room.window.widget))
        title, text = await room.answer("Empty trash")
        assert title == "Empty the trash: 1 file?"
        assert text.startswith("1 file (26 bytes) that is not in the history is removed")
        await emptying
        assert list(trash.iterdir()) == []
        assert home.exists()
        await room.controller._trash.empty(room.window.widget)  # nothing to ask


async def test_from_what_was_deleted_for_good_there_is_no_way_back(shelf, opened):
    await shelf.add()
    async with opened() as room:
        await room.press_delete()
        await room.until(room.toast.isVisible)
        dialog = await room.dialog()
        await room.until(lambda: dialog.model.rowCount() == 1)
        room.button("Delete now…", dialog).click()
        await room.answer("Delete permanently")
        await room.until(lambda: not room.toast.isVisible())
        assert shelf.studio.undo.last is None
        assert shelf.files() == {}
        dialog.reject()


async def test_what_the_disk_refuses_is_said_in_the_dialog(shelf, opened, monkeypatch):
    await shelf.add()
    await shelf.trash.put(Pieces(tasks=(1,)))
    await shelf.add()
    async with opened() as room:
        dialog = await room.dialog()
        await room.until(lambda: dialog.model.rowCount() == 1)

        def refuse(*_args: object) -> None:
            raise FolderUnusable(path="/pictures", detail="Permission denied")

        monkeypatch.setattr(shelf.trash._files, "bring", refuse)
        room.button("Restore", dialog).click()
        await room.until(lambda: dialog._problem.isVisible())
        assert "Permission denied" in dialog._problem.accessibleName()
        assert len(await shelf.trash.items()) == 1
        dialog.reject()


async def test_the_servers_copies_go_only_after_a_question(shelf, opened):
    task = await shelf.add(pictures=2)
    await shelf.studio.history.update(task.id, verdict="succeeded")
    asked: list[int] = []

    async def delete(task_id: int) -> None:
        asked.append(task_id)
        await shelf.studio.history.update(task_id, remote_deleted_at=1.0)

    shelf.studio.remote_copies.delete = delete
    async with opened() as room:
        await room.until(lambda: room.window.history.model.task_at(0))

        def offered() -> list[str]:
            menu = room.view.menu_of(room.window.history.model.task_at(0))
            texts = [action.text() for action in menu.actions()]
            menu.close()
            menu.deleteLater()
            return texts

        assert "Delete Wiro’s copies…" in offered()
        room.window.history.delete_remote_requested.emit(task.id)
        title, text = await room.answer("Keep")
        assert title == "Delete Wiro’s copies of these 2 pictures?"
        assert "yours stay" in text
        assert "cannot be undone" in text
        assert asked == []
        room.window.history.delete_remote_requested.emit(task.id)
        await room.answer("Delete the copies")
        await room.until(room.toast.isVisible)
        assert asked == [task.id]
        assert "Delete Wiro’s copies…" not in offered()
        assert shelf.studio.undo.last is None
