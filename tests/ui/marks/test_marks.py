"""Search and marks in a real window on a real history."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QToolButton,
)

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Order, Query
from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.command_names import Command, Menu
from cartoonmix_desktop.ui.marks.drag import CollectionDrop, add_target, target_of
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets.toast import Toast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.storage.history.ledger import Ledger
    from cartoonmix_desktop.ui.widgets.theme import Theme

PROMPTS = ("a lighthouse", "a fox", "a castle by night", "a red fox", "雪の城")


class Whole:
    """A window on a studio that is open, but sends and follows nothing."""

    def __init__(self, home: Path) -> None:
        self.locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        settings = Settings(self.locations.data / "settings.json")
        self.studio = Studio(LocalStore(self.locations, settings), {})
        self.controller = Controller(self.studio)
        self.window = self.controller.window
        self.search = self.window.history.search
        self.view = self.window.history.view
        self.pane = self.window.pane
        self.tasks: list[Task] = []

    async def begin(self) -> None:
        from PIL import Image

        await self.studio.open()
        history = self.studio.history
        for number, prompt in enumerate(PROMPTS):
            request = GenerationRequest.build({"prompt": prompt, "samples": 2})
            task = await history.add(request, SANDBOX)
            for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
                await history.move(task.id, state)
            task = await history.set_outputs(task.id, ["a", "b"])
            for output in task.outputs:
                path = self.locations.pictures / f"{output.id}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.new("RGB", (32, 32), "#30a040").save(path)
                kept = KeptPicture(path.name, path.stat().st_size, f"{output.id:064x}", 32, 32, b"")
                await history.keep_output(output, kept)
            self.tasks.append(await history.move(task.id, TaskState.KEPT))
            assert number < len(PROMPTS)
        await self.controller.show_history()

    async def now(self, place: int) -> Task:
        return await self.studio.history.task(self.tasks[place].id)

    def rows(self) -> list[str]:
        model = self.view.model()
        return [str(model.index(row, 0).data()).split(" – ")[0] for row in range(model.rowCount())]

    def choose(self, *places: int) -> None:
        """Select rows, as Ctrl and clicks do."""
        model, selection = self.view.model(), self.view.selectionModel()
        selection.clearSelection()
        for place in places:
            row = model.index(self.controller._model.row_of(self.tasks[place].id), 0)
            flag = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(row, flag.NoUpdate)
            selection.select(row, flag.Select)
        self.window.widget.activateWindow()
        self.view.setFocus()


@pytest_asyncio.fixture
async def whole(theme: Theme, tmp_path: Path) -> AsyncIterator[Whole]:
    made = Whole(tmp_path / "cartoonmix")
    made.window.widget.resize(1440, 900)
    made.window.widget.show()
    made.window.widget.activateWindow()
    await made.begin()
    yield made
    await made.controller.close()
    await made.studio.close()
    made.window.widget.deleteLater()


def dialog_part(kind: type, name: str = ""):
    box = QApplication.activeModalWidget()
    assert box is not None
    return next(w for w in box.findChildren(kind) if not name or name == w.accessibleName())


def press(text: str) -> None:
    box = QApplication.activeModalWidget()
    assert box is not None
    next(b for b in box.findChildren(QPushButton) if b.text() == text).click()


def toast(whole: Whole) -> str:
    """What is told for some seconds."""
    return next(
        (t.accessibleName() for t in whole.window.widget.findChildren(Toast) if t.isVisible()), ""
    )


def entry(menu: QMenu, text: str):
    return next(a for a in menu.actions() if a.text().startswith(text))


async def test_keys_mark_the_shown_picture_and_undo_takes_it_back(whole: Whole, until):
    whole.pane.focus_picture()
    await until(lambda: whole.pane.current is not None)
    QTest.keyClick(whole.pane, Qt.Key.Key_4)
    QTest.keyClick(whole.pane, Qt.Key.Key_F)

    def marks() -> list[tuple[bool, int]]:
        task = whole.pane._task
        return [(o.favourite, o.rating) for o in task.outputs]

    await until(lambda: marks() == [(True, 4), (False, 0)])
    assert (await whole.now(4)).outputs[0].rating == 4
    whole.window.commands[Command.UNDO].triggered.emit()
    whole.window.commands[Command.UNDO].triggered.emit()
    await until(lambda: marks() == [(False, 0), (False, 0)])
    whole.window.commands[Command.REDO].triggered.emit()
    await until(lambda: marks() == [(False, 4), (False, 0)])
    QTest.keyClick(whole.pane, Qt.Key.Key_0)
    await until(lambda: marks() == [(False, 0), (False, 0)])


async def test_keys_mark_all_pictures_of_the_selected_rows(whole: Whole, until):
    whole.choose(0, 2)
    assert set(whole.view.chosen()) == {whole.tasks[0].id, whole.tasks[2].id}
    QTest.keyClick(whole.view, Qt.Key.Key_X)
    await until(lambda: whole.studio.undo.last is not None)
    assert whole.studio.undo.last.edit == Edit(EditKind.REJECT, pictures=4)
    for place in range(5):
        assert [o.rejected for o in (await whole.now(place)).outputs] == [place in {0, 2}] * 2
    assert whole.controller._model.task_at(4).outputs[0].rejected  # the row shows it
    QTest.keyClick(whole.view, Qt.Key.Key_X)  # all of it is: taken back
    await until(lambda: whole.studio.undo.last.edit == Edit(EditKind.UNREJECT, pictures=4))


@pytest.mark.parametrize("key", [Qt.Key.Key_4, Qt.Key.Key_F])
async def test_what_was_selected_at_the_key_is_marked_however_fast_one_goes_on(
    whole: Whole, until, key: Qt.Key
):
    whole.choose(0)
    await until(lambda: whole.pane.task_id == whole.tasks[0].id)
    QTest.keyClick(whole.view, key)
    whole.choose(2)  # before the work has begun
    await until(lambda: whole.studio.undo.last is not None)
    marks = [{(o.rating, o.favourite) for o in (await whole.now(row)).outputs} for row in (0, 2)]
    assert marks == [{(4, False) if key == Qt.Key.Key_4 else (0, True)}, {(0, False)}]


async def test_everything_selected_is_marked_at_once(whole: Whole, until):
    whole.view.setFocus()
    QTest.keyClick(whole.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(whole.view.chosen()) == 5
    assert len(whole.view.chosen(2)) == 2
    QTest.keyClick(whole.view, Qt.Key.Key_5)
    await until(lambda: whole.studio.undo.last is not None)
    whole.search.edit.setText("rating:5")
    await until(lambda: whole.controller._model.searched == Query("rating:5"))
    assert len(whole.rows()) == 5


async def test_letters_typed_elsewhere_mark_nothing(whole: Whole):
    whole.search.edit.setFocus()
    QTest.keyClicks(whole.search.edit, "fx5")
    assert whole.search.edit.text() == "fx5"
    whole.window.show_recipe()
    QTest.keyClicks(QApplication.focusWidget(), "fx5")
    assert whole.studio.undo.last is None


async def test_tags_and_a_note(whole: Whole, until):
    whole.choose(1, 3)
    QTest.keyClick(whole.view, Qt.Key.Key_T)
    await until(lambda: QApplication.activeModalWidget() is not None)
    QTest.keyClicks(dialog_part(QLineEdit, "New tags"), "Client A, wip")
    press("Save")
    await until(lambda: whole.studio.undo.last is not None)
    assert (await whole.now(1)).tags == (await whole.now(3)).tags == ("Client A", "wip")
    await until(lambda: whole.controller._marks._tags == ["Client A", "wip"])
    await until(lambda: QApplication.activeModalWidget() is None)
    whole.choose(1, 2)
    await until(lambda: QApplication.focusWidget() is whole.view)
    QTest.keyClick(whole.view, Qt.Key.Key_T)
    await until(lambda: QApplication.activeModalWidget() is not None)
    boxes = dialog_part(QListWidget)
    states = {boxes.item(row).text(): boxes.item(row).checkState() for row in range(2)}
    assert set(states.values()) == {Qt.CheckState.PartiallyChecked}
    boxes.item(0).setCheckState(Qt.CheckState.Checked)
    boxes.item(1).setCheckState(Qt.CheckState.Unchecked)
    first = boxes.item(0).text()
    before = whole.studio.undo.last
    press("Save")
    await until(lambda: whole.studio.undo.last is not before)
    for place in (1, 2):
        assert (await whole.now(place)).tags == (first,)
    whole.window.widget.activateWindow()
    await until(lambda: QApplication.focusWidget() is whole.view)
    QTest.keyClick(whole.view, Qt.Key.Key_N)
    await until(lambda: QApplication.activeModalWidget() is not None)
    box = QApplication.activeModalWidget()
    box._edit.setPlainText("<b>darker</b>")
    press("Save")
    await until(lambda: whole.studio.undo.last.edit.kind is EditKind.NOTE)
    assert (await whole.now(2)).note == "<b>darker</b>"


async def test_what_is_so_of_many_is_judged_by_all_of_them(whole: Whole, until):
    """The last of 605 alone is otherwise than the others."""
    history, marks = whole.studio.history, whole.studio.marks

    def add_many(ledger: Ledger) -> None:
        with ledger._database.writing() as connection:
            connection.executemany(
                "INSERT INTO task(id, uid, account, owner, request, state, created_at)"
                " VALUES (?, ?, 'a', 'o', '{}', 'kept', 0)",
                ((n, str(n)) for n in range(1001, 1601)),
            )
            connection.execute(
                "INSERT INTO output(task_id, position, remote_id, state)"
                " SELECT id, 0, '', 'kept' FROM task WHERE id > 1000"
            )

    await history.write_ledger(add_many)
    whole.window.history.search_again()
    await until(lambda: len(whole.rows()) == 605)
    whole.view.setFocus()
    QTest.keyClick(whole.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    *most, last = whole.view.chosen()
    await marks.favourite(Target(tasks=most), on=True)
    await marks.change_tags(most, add=["most"])
    await marks.change_tags([last], add=["last"])
    await marks.set_note(most, "redo")
    await until(lambda: whole.controller._marks._tags == ["last", "most"])

    before = whole.studio.undo.last
    QTest.keyClick(whole.view, Qt.Key.Key_F)
    await until(lambda: whole.studio.undo.last is not before)
    assert whole.studio.undo.last.edit.kind is EditKind.FAVOURITE
    assert await marks.all_have(Target(tasks=whole.view.chosen()), PictureMark.FAVOURITE)

    QTest.keyClick(whole.view, Qt.Key.Key_T)
    await until(lambda: QApplication.activeModalWidget() is not None)
    tags = dialog_part(QListWidget, "All tags")
    items = {tags.item(row).text(): tags.item(row) for row in range(tags.count())}
    assert {item.checkState() for item in items.values()} == {Qt.CheckState.PartiallyChecked}
    items["most"].setCheckState(Qt.CheckState.Checked)
    items["last"].setCheckState(Qt.CheckState.Unchecked)
    press("Save")
    await until(lambda: whole.studio.undo.last.edit.kind is EditKind.TAG)
    assert await marks.tag_counts(whole.view.chosen()) == {"most": 605}

    whole.window.widget.activateWindow()
    await until(lambda: QApplication.focusWidget() is whole.view)
    QTest.keyClick(whole.view, Qt.Key.Key_N)
    await until(lambda: QApplication.activeModalWidget() is not None)
    assert dialog_part(QPlainTextEdit, "Note").toPlainText() == ""
    press("Cancel")


async def test_a_tag_typed_in_other_letters_is_the_one_there_is(whole: Whole, until):
    await whole.studio.marks.change_tags([whole.tasks[0].id], add=["Client-A"], remove=[])
    await until(lambda: "Client-A" in whole.controller._marks._tags)
    whole.choose(1)
    QTest.keyClick(whole.view, Qt.Key.Key_T)
    await until(lambda: QApplication.activeModalWidget() is not None)
    field = dialog_part(QLineEdit, "New tags")
    field.setText("client-a, new")
    QTest.keyClick(field, Qt.Key.Key_Return)
    tags = dialog_part(QListWidget, "All tags")
    assert [tags.item(row).text() for row in range(tags.count())] == ["new", "Client-A"]
    before = whole.studio.undo.last
    press("Save")
    await until(lambda: whole.studio.undo.last is not before)
    assert set((await whole.now(1)).tags) == {"new", "Client-A"}


async def test_a_tag_chosen_from_the_completion_is_ticked_and_no_longer_typed(whole: Whole, until):
    marks = whole.studio.marks
    await marks.change_tags([whole.tasks[0].id], add=["Client-A", "Client-B", "wip"])
    await until(lambda: len(whole.controller._marks._tags) == 3)
    whole.choose(1)
    QTest.keyClick(whole.view, Qt.Key.Key_T)
    await until(lambda: QApplication.activeModalWidget() is not None)
    field = dialog_part(QLineEdit, "New tags")
    tags = dialog_part(QListWidget, "All tags")
    field.setFocus()

    def ticked() -> list[str]:
        items = [tags.item(row) for row in range(tags.count())]
        return [item.text() for item in items if item.checkState() is Qt.CheckState.Checked]

    async def choose(key: Qt.Key | None) -> None:
        QTest.keyClicks(field, "cli")
        popup = field.completer().popup()
        await until(popup.isVisible)
        if key is not None:
            QTest.keyClick(popup, Qt.Key.Key_Down)
            QTest.keyClick(popup, key)
        else:
            place = popup.visualRect(popup.model().index(1, 0)).center()
            QTest.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
        await until(lambda: not field.text() and not popup.isVisible())

    await choose(Qt.Key.Key_Return)
    assert ticked() == ["Client-A"]
    await choose(None)
    assert ticked() == ["Client-A", "Client-B"]
    assert tags.count() == 3
    item = tags.findItems("Client-A", Qt.MatchFlag.MatchExactly)[0]
    item.setCheckState(Qt.CheckState.Unchecked)
    before = whole.studio.undo.last
    press("Save")
    await until(lambda: whole.studio.undo.last is not before)
    assert (await whole.now(1)).tags == ("Client-B",)


async def test_a_task_without_a_picture_adds_none(whole: Whole, until):
    await whole.studio.marks.create_collection("Covers")
    [covers] = await whole.studio.marks.collections()
    request = GenerationRequest.build({"prompt": "a zebra"})
    task = await whole.studio.history.add(request, SANDBOX)
    whole.window.history.collection_dropped.emit(Target(tasks=(task.id,)), covers)
    await until(lambda: toast(whole) == "There is no picture to add to “Covers” yet")
    both = Target(tasks=(task.id, whole.tasks[0].id))
    whole.window.history.collection_dropped.emit(both, covers)
    await until(lambda: toast(whole) == "Added 2 pictures to “Covers”")
    whole.window.history.collection_dropped.emit(both, covers)
    await until(lambda: toast(whole) == "“Covers” already has all of them")


def line_of(drop: CollectionDrop, lines: QListWidget, row: int) -> QPoint:
    """Where a line of it is."""
    return lines.viewport().mapTo(drop, lines.visualItemRect(lines.item(row)).center())


def held(kind: type, place: QPoint, data: QMimeData):
    """What Qt tells of something that is dragged."""
    at = QPointF(place) if kind is QDropEvent else place
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    return kind(at, Qt.DropAction.CopyAction, data, left, none)


async def test_any_of_many_collections_can_be_dropped_on(whole: Whole, until):
    marks = whole.studio.marks
    for number in range(40):
        await marks.create_collection(f"Client {number:02}")
    await until(lambda: len(whole.search._collections) == 40)
    data = QMimeData()
    add_target(data, Target(tasks=(whole.tasks[0].id,)))
    drop = whole.window.history._drop
    whole.window.history.dragEnterEvent(held(QDragEnterEvent, QPoint(5, 300), data))
    lines, lit = drop.list, lambda: drop.list.currentRow()
    low = QPoint(drop.width() // 2, drop.height() - 1)
    drop.dragMoveEvent(held(QDragMoveEvent, low, data))
    bar = lines.verticalScrollBar()
    await until(lambda: bar.value() == bar.maximum() > 0)
    last = line_of(drop, lines, 39)
    drop.dragMoveEvent(held(QDragMoveEvent, last, data))
    assert lit() == 39
    at = lines.viewport().mapTo(drop, QPoint(20, 0))
    drop.dragMoveEvent(held(QDragMoveEvent, at, data))
    await until(lambda: bar.value() == 0)
    assert lit() == 0  # though the pointer did not move

    middle = line_of(drop, lines, 4)
    drop.dragMoveEvent(held(QDragMoveEvent, middle, data))
    wheel = QWheelEvent(
        *(QPointF(middle), QPointF(drop.mapToGlobal(middle)), QPoint(), QPoint(0, -240)),
        *(Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
        *(Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(whole.window.widget.windowHandle(), wheel)
    assert lit() == 10

    drop.dropEvent(held(QDropEvent, middle, data))
    assert not drop.isVisible()
    await until(lambda: toast(whole) == "Added 2 pictures to “Client 10”")


async def test_what_is_dropped_on_has_the_room_that_there_is(whole: Whole, until):
    marks = whole.studio.marks
    data = QMimeData()
    add_target(data, Target(tasks=(whole.tasks[0].id,)))
    drop = whole.window.history._drop
    whole.window.history.dragEnterEvent(held(QDragEnterEvent, QPoint(5, 300), data))
    drop.dragMoveEvent(held(QDragMoveEvent, line_of(drop, drop.new, 0), data))
    assert drop.new.currentRow() == 0
    assert not drop.list.isVisible()
    for number in range(12):
        await marks.create_collection(f"Client {number:02}")
    await until(lambda: len(whole.search._collections) == 12)
    for height in (150, 200, 260, 600):
        drop.show_at(QRect(0, 20, 300, height))
        await asyncio.sleep(0)
        assert 0 <= drop.geometry().top() <= drop.geometry().bottom() < 20 + height
        seen = drop.contentsRect()
        for lines in (drop.new, drop.list):
            assert seen.contains(lines.geometry())
            assert lines.height() >= drop.new.sizeHintForRow(0)
    assert drop.list.height() == 9 * drop.new.height()
    drop.dropEvent(held(QDropEvent, line_of(drop, drop.new, 0), data))
    await until(lambda: QApplication.activeModalWidget() is not None)
    QTest.keyClicks(dialog_part(QLineEdit, "Name"), "Best")
    press("Create")
    await until(lambda: len(whole.search._collections) == 13)
    assert whole.search._collections[0].count == 2


async def test_a_collection_by_menu_and_by_drop(whole: Whole, until):
    whole.choose(0)
    await until(lambda: whole.pane.task_id == whole.tasks[0].id)
    menu = whole.view.menu_of(whole.tasks[0])
    whole.view.menu_opening.emit(menu)
    entry(entry(menu, "Add to collection").menu(), "New collection").trigger()
    await until(lambda: QApplication.activeModalWidget() is not None)
    QTest.keyClicks(dialog_part(QLineEdit, "Name"), 'Best "of"')
    press("Create")
    await until(lambda: whole.window.history.search._collections)
    (made,) = await whole.studio.marks.collections()
    assert (made.name, made.count) == ("Best of", 2)

    data = QMimeData()
    add_target(data, Target(outputs=(whole.tasks[1].outputs[0].id,)))
    assert target_of(data) == Target(outputs=(whole.tasks[1].outputs[0].id,))
    for foreign in (b"", b"7 bytes", b"\xff" * 16, (5).to_bytes(8, "little")):
        other = QMimeData()
        other.setData("application/x-cartoonmix-marks", foreign)
        assert not target_of(other)
    drop = whole.window.history._drop
    drop.show_at(whole.view.geometry())
    drop.dropEvent(held(QDropEvent, line_of(drop, drop.list, 0), data))
    await until(lambda: whole.window.history.search._collections[0].count == 3)
    assert not drop.isVisible()
    assert toast(whole) == "Added 1 picture to “Best of”"
    (now,) = await whole.studio.marks.collections()
    whole.window.history.collection_dropped.emit(target_of(data), now)
    await until(lambda: toast(whole) == "“Best of” already has all of them")

    whole.search._fill_parts()
    entry(whole.search._chooser.menu(), "Best of").trigger()
    await until(lambda: whole.rows() == ["a fox", "a lighthouse"])
    await whole.studio.marks.rename_collection(made, "Covers")
    await until(lambda: whole.search.query.within == 'in:"Covers"')
    await until(lambda: whole.rows() == ["a fox", "a lighthouse"])
    await whole.studio.marks.rename_collection(made, "„Client“ 07")
    asked = Query(within='in:"„Client“ 07"')
    await until(lambda: whole.controller._model.searched == asked)
    assert whole.rows() == ["a fox", "a lighthouse"]
    whole.search._fill_parts()
    entry(whole.search._chooser.menu(), "Delete").trigger()
    await until(lambda: len(whole.rows()) == 5)
    assert whole.search.query == Query()
    await until(lambda: toast(whole).startswith("Deleted “„Client“ 07”."))
    await whole.studio.undo.undo()
    [back] = await whole.studio.marks.collections()
    assert (back.name, back.count) == ("„Client“ 07", 3)


def row_menu(whole: Whole, place: int) -> QMenu:
    """The menu of a row, as it is opened."""
    menu = whole.view.menu_of(whole.tasks[place])
    whole.view.menu_opening.emit(menu)
    return menu


async def test_pictures_can_be_taken_out_of_the_collection_that_is_looked_at(whole: Whole, until):
    marks, search = whole.studio.marks, whole.search
    for name in ("Covers", "Salt & Pepper"):
        await marks.create_collection(name, Target(tasks=(whole.tasks[0].id,)))
    await until(lambda: len(search._collections) == 2)

    def offered() -> list[str]:
        whole.window.menu(Menu.RATE).aboutToShow.emit()
        menus = row_menu(whole, 0), whole.window.menu(Menu.RATE)
        one, other = (
            [a.text() for a in menu.actions() if "Remove from" in a.text()] for menu in menus
        )
        assert one == other
        return one

    search._fill_parts()
    for name, words in (("Covers", "Covers"), ("Salt && Pepper", "Salt && Pepper")):
        entry(search._chooser.menu(), name).trigger()
        assert offered() == [f"Remove from “{words}”"]
    await until(lambda: whole.rows() == ["a lighthouse"])
    whole.choose(0)
    await until(lambda: whole.pane.task_id == whole.tasks[0].id)
    entry(row_menu(whole, 0), "Remove from").trigger()
    await until(lambda: not whole.rows())
    assert [each.count for each in await marks.collections()] == [2, 0]
    entry(search._chooser.menu(), "All").trigger()
    assert offered() == []


async def test_a_menu_that_is_open_follows_what_is_shown(whole: Whole, until):
    request = GenerationRequest.build({"prompt": "a zebra"})
    whole.tasks.append(await whole.studio.history.add(request, SANDBOX))
    await until(lambda: "a zebra" in whole.rows())

    def marking(menu: QMenu) -> set[bool]:
        texts = "Favourite", "Rating", "Reject", "Add to collection"
        return {entry(menu, text).isEnabled() for text in texts}

    for before, clicked, there in ((5, 0, True), (0, 5, False)):
        whole.choose(before)
        await until(lambda before=before: whole.pane.task_id == whole.tasks[before].id)
        whole.choose(clicked)
        menu = row_menu(whole, clicked)  # before the task is read
        await until(lambda clicked=clicked: whole.pane.task_id == whole.tasks[clicked].id)
        assert marking(menu) == {there}


async def test_names_of_any_length_and_number_leave_a_menu_in_sight(whole: Whole, until):
    marks, search = whole.studio.marks, whole.search
    long = "a collection of everything that was ever made for the client of the other side"
    for name in (long, *(f"Client {number:02}" for number in range(60))):
        await marks.create_collection(name)
        await marks.save_search(name, "fox")
    await until(lambda: len(search._searches) == len(search._collections) == 61)
    search.choose("", search._collections[0])
    search._fill_parts()
    search._fill_searches()
    adding = entry(row_menu(whole, 0), "Add to collection").menu()
    for menu, leading in (
        (search._chooser.menu(), ["New collection…", "Rename “a coll", "Delete “a coll"]),
        (search._saved.menu(), ["Save this search…", "Edit saved searches…"]),
        (adding, ["New collection…"]),
    ):
        texts = [action.text() for action in menu.actions() if not action.isSeparator()]
        places = [i for start in leading for i, t in enumerate(texts) if t.startswith(start)]
        assert places == sorted(places)
        assert len(places) == len(leading)
        assert places[-1] < 8
        menu.ensurePolished()
        assert menu.sizeHint().width() < 460
        named = entry(menu, "a coll")
        assert long in named.toolTip().replace("\n", " ")
        assert menu.style().styleHint(QStyle.StyleHint.SH_Menu_Scrollable, None, menu)


async def test_a_name_that_is_taken_is_asked_for_again(whole: Whole, until):
    await whole.studio.marks.create_collection("Covers")
    whole.choose(0)
    whole.window.history.collection_dropped.emit(Target(tasks=whole.view.chosen()), None)
    await until(lambda: QApplication.activeModalWidget() is not None)
    first = QApplication.activeModalWidget()
    QTest.keyClicks(dialog_part(QLineEdit, "Name"), "CÖVERS")
    press("Create")
    await until(lambda: QApplication.activeModalWidget() not in {first, None})
    assert dialog_part(QLineEdit, "Name").text() == "CÖVERS"
    told = dialog_part(QLabel, "About this name")
    assert told.text() == "“Covers” already exists. Choose another name."
    QTest.keyClicks(dialog_part(QLineEdit, "Name"), "Best")  # what was typed is selected
    assert told.text() == ""
    press("Create")
    await until(lambda: len(whole.window.history.search._collections) == 2)
    assert [(each.name, each.count) for each in await whole.studio.marks.collections()] == [
        ("Best", 2),
        ("Covers", 0),
    ]


def test_what_others_drag_is_none_of_ours():
    data = QMimeData()
    assert not target_of(data)
    for sent in (b"{", b"[]", b'{"tasks": "x"}', b'{"tasks": [null]}', b"\xff"):
        data.setData("application/x-cartoonmix-marks", sent)
        assert not target_of(data)


async def test_a_broken_part_is_underlined_and_the_rest_filters(whole: Whole, until):
    edit = whole.search.edit
    edit.setFocus()
    QTest.keyClicks(edit, "fox steps:abc")
    await until(lambda: whole.rows() == ["a red fox", "a fox"])
    words = "“abc” is not a number or range for steps. Try 20, 20..40, >30."
    said = next(w for w in whole.search.findChildren(QLabel) if w.isVisible())
    assert said.text() == words
    assert edit.toolTip().replace("\n", " ") == words
    (problem,) = edit.problems
    assert edit.text()[problem.start : problem.end] == "abc"
    assert edit.text() == "fox steps:abc"  # the wave is no text
    edit.setText("fox steps:")
    await until(lambda: whole.controller._model.searched == Query("fox steps:"))
    assert whole.rows() == ["a red fox", "a fox"]
    assert said.text() == "steps: 20, 20..40, >30"
    edit.setText("rating: steps:abc ) steps:abc ) rating:9")
    told = edit.accessibleDescription()
    assert told.count("abc") == told.count("parenthesis") == told.count("Ratings") == 1
    assert said.text() == f"{words}\nThis parenthesis closes nothing."  # the rest is underlined
    edit.clear()
    assert not said.isVisible()


async def test_the_field_menu_teaches_and_completes(whole: Whole, until):
    await whole.studio.marks.change_tags([whole.tasks[0].id], add=["Client A"])
    await until(lambda: whole.controller._marks._tags)
    edit = whole.search.edit
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    popup = edit._popup
    assert popup.isVisible()
    assert popup.model().rowCount() >= 20
    shown = [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())]
    assert shown[-4:] == ["-word", '"two words"', "a OR b", "( )"]
    edit._completer.activated.emit("-")
    assert edit.text() == "-"
    edit.insert("fox")
    await until(lambda: len(whole.rows()) == 3)
    edit.insert(" ")
    edit._completer.activated.emit("OR ")
    assert edit.text() == "-fox OR "
    edit.clear()
    edit._completer.activated.emit("tag:")
    assert edit.text() == "tag:"
    assert [popup.model().index(0, 0).data()] == ["Client A"]
    edit._completer.activated.emit("Client A")
    assert edit.text() == 'tag:"Client A" '
    popup.hide()
    await until(lambda: whole.rows() == ["a lighthouse"])
    await whole.studio.marks.change_tags([whole.tasks[1].id], add=["The “best”"])
    edit.setText("tag:")
    edit._completer.activated.emit("The “best”")
    assert edit.text() == 'tag:"The “best”" '
    popup.hide()
    await until(lambda: whole.rows() == ["a fox"])
    edit.setText("castle sc")
    edit.suggest()
    names = [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())]
    assert names == ["scale:", "scheduler:"]
    popup.hide()
    whole.window.history.view_options.pictures = True  # the field is as wide as the grid now
    await until(lambda: edit.width() > 800)
    edit.clear()
    edit.suggest()
    assert popup.width() < 600
    popup.hide()


async def test_a_name_that_is_completed_is_meant_alone(whole: Whole, until):
    marks = whole.studio.marks
    for place, name in enumerate(("Covers", "Covers 2")):
        await marks.create_collection(name, Target(tasks=(whole.tasks[place].id,)))
    await until(lambda: len(whole.search._collections) == 2)
    edit = whole.search.edit
    edit.setFocus()
    QTest.keyClicks(edit, "in:cov")
    edit._completer.activated.emit("Covers")
    assert edit.text() == 'in:"Covers" '
    edit._popup.hide()
    await until(lambda: whole.rows() == ["a lighthouse"])
    edit.setText("is:fav")
    edit._completer.activated.emit("favourite")
    assert edit.text() == "is:favourite "


async def test_no_tag_is_offered_of_what_is_in_the_trash_alone(whole: Whole, until):
    marks, edit = whole.studio.marks, whole.search.edit
    await marks.change_tags([whole.tasks[0].id, whole.tasks[1].id], add=["both"])
    await marks.change_tags([whole.tasks[1].id], add=["solo"])
    await until(lambda: whole.controller._marks._tags == ["both", "solo"])

    def offered() -> list[str]:
        edit.setText("tag:")
        edit.suggest()
        rows = edit._popup.model()
        edit._popup.hide()
        index = [rows.index(row, 0) for row in range(rows.rowCount())]
        return [str(each.data(Qt.ItemDataRole.AccessibleTextRole)) for each in index]

    assert offered() == ["both 2", "solo 1"]
    await whole.studio.trash.put(Pieces(tasks=(whole.tasks[1].id,)))
    await until(lambda: offered() == ["both 1"])
    assert whole.controller._marks._tags == ["both", "solo"]  # it is there to be given


async def test_a_search_is_saved_used_renamed_and_deleted(whole: Whole, until):
    search = whole.search
    search.edit.setText("fox")
    search._fill_searches()
    entry(search._saved.menu(), "Save this search").trigger()
    await until(lambda: QApplication.activeModalWidget() is not None)
    dialog_part(QLineEdit, "Name").setText("Foxes")
    press("Save")
    await until(lambda: search._searches)
    search.edit.clear()
    search._fill_searches()
    entry(search._saved.menu(), "Foxes").trigger()
    await until(lambda: whole.rows() == ["a red fox", "a fox"])
    (saved,) = search._searches
    await whole.studio.marks.rename_search(saved, "Red ones")
    await until(lambda: search._searches[0].name == "Red ones")
    search._fill_searches()
    entry(search._saved.menu(), "Edit saved searches").trigger()
    await until(lambda: QApplication.activeModalWidget() is not None)
    press("Delete")
    await until(lambda: not search._searches)
    press("Close")


async def test_saved_searches_are_one_click(whole: Whole, until):
    search = whole.search
    assert not search.row.isVisible()
    for name, query in (("Foxes", "fox"), ("At night & later", "night"), ("Snow", "雪")):
        await whole.studio.marks.save_search(name, query)
    await until(lambda: len(search._searches) == 3)
    assert search.row.isVisible()
    await until(lambda: len(search.row.findChildren(QToolButton)) == 3)  # old ones are gone
    chips = search.row.findChildren(QToolButton)
    assert [chip.accessibleName() for chip in chips] == [
        f"Saved search: {name}" for name in ("At night & later", "Foxes", "Snow")
    ]
    whole.window.widget.activateWindow()
    search.edit.setFocus()
    order = []
    for _ in range(4):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget())
    assert order == [*chips, search._chooser]
    QTest.mouseClick(chips[1], Qt.MouseButton.LeftButton)
    await until(lambda: whole.rows() == ["a red fox", "a fox"])
    assert [chip.isChecked() for chip in chips] == [False, True, False]
    search.edit.setText("fox -red")
    assert not chips[1].isChecked()
    search.edit.setText("fox")
    assert chips[1].isChecked()
    QTest.mouseClick(chips[1], Qt.MouseButton.LeftButton)  # a second one shows all again
    await until(lambda: len(whole.rows()) == 5)
    assert search.edit.text() == ""

    for number in range(20):
        await whole.studio.marks.save_search(f"Another one {number:02}", "fox")
    await until(lambda: len(search._searches) == 23)
    chips = search.row.findChildren(QToolButton)
    shown = [chip for chip in chips if chip.isVisible()]
    assert 1 < len(shown) < 23  # the others are in the menu
    assert all(search.row.rect().contains(chip.geometry()) for chip in shown)
    whole.window.history.set_short(True)
    assert not search.row.isVisible()


async def test_the_best_match_has_no_days(whole: Whole, until):
    whole.search.edit.setText("fox")
    whole.search.order_by(Order.RELEVANCE)
    await until(lambda: whole.controller._model.searched == whole.search.query)
    await until(lambda: len(whole.rows()) == 2)
    assert not whole.controller._model.by_day
    assert whole.view.placed.headings(0, 1000) == []
    assert whole.view.visualRect(whole.view.model().index(0, 0)).top() == 0
    whole.search.order_by(Order.NEWEST)
    await until(lambda: whole.controller._model.by_day)


async def test_an_empty_part_says_so_and_leads_back(whole: Whole, until):
    whole.search.choose("is:favourite")
    await until(lambda: not whole.rows())
    words = [w.text() for w in whole.window.history.findChildren(QLabel) if w.isVisible()]
    assert "There is nothing in this part of the history yet." in words
    whole.search.show_all()
    await until(lambda: len(whole.rows()) == 5)


async def test_a_search_saved_in_other_letters_is_said_to_replace_the_one_there_is(
    whole: Whole, until
):
    await whole.studio.marks.save_search("Foxes", "fox")
    await until(lambda: whole.search._searches)
    whole.search.edit.setText("red fox")
    whole.search.save_search_requested.emit("red fox")
    await until(lambda: QApplication.activeModalWidget() is not None)
    dialog_part(QLineEdit, "Name").setText("foxes")
    assert dialog_part(QLabel, "About this name").text() == "Replaces the one with the same name."
    press("Save")
    await until(lambda: whole.search._searches[0].query == "red fox")
    assert [each.name for each in whole.search._searches] == ["foxes"]


def stars(whole: Whole) -> Callable[[], int]:
    return lambda: whole.pane._task.outputs[0].rating


async def test_the_bar_marks_the_picture_and_a_second_click_takes_it_away(whole: Whole, until):
    bar = whole.pane.marks
    whole.choose(4)
    await until(lambda: whole.pane.task_id == whole.tasks[4].id)
    bar._stars[2].click()
    await until(lambda: stars(whole)() == 3)
    assert [star.accessibleDescription() for star in bar._stars] == ["on"] * 3 + ["off"] * 2
    bar._stars[2].click()
    await until(lambda: stars(whole)() == 0)
    bar._heart.click()
    await until(lambda: whole.pane._task.outputs[0].favourite)
    assert not whole.pane._task.outputs[1].favourite


async def test_selected_rows_are_dragged_with_their_files(whole: Whole, until, monkeypatch):
    taken: list[tuple[Target, list[str]]] = []
    held = Qt.MouseButton.LeftButton

    def go(drag: QDrag, _actions: Qt.DropAction) -> Qt.DropAction:
        data = drag.mimeData()
        taken.append((target_of(data), [url.fileName() for url in data.urls()]))
        assert not drag.pixmap().isNull()
        return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(QDrag, "exec", go)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: held)
    view, model = whole.view, whole.view.model()
    places = [view.visualRect(model.index(row, 0)).center() for row in range(3)]
    left, port = Qt.MouseButton.LeftButton, view.viewport()
    QTest.mouseClick(port, left, pos=places[0])
    QTest.mouseClick(port, left, Qt.KeyboardModifier.ShiftModifier, places[2])
    QTest.mousePress(port, left, pos=places[1])
    far = places[1] + QPoint(0, 40)
    QApplication.sendEvent(
        port,
        QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(far),
            QPointF(port.mapToGlobal(far)),
            Qt.MouseButton.NoButton,
            left,
            Qt.KeyboardModifier.NoModifier,
        ),
    )
    await until(lambda: taken)
    QTest.mouseRelease(port, left, pos=far)
    [(target, files)] = taken
    assert sorted(target.tasks) == sorted(task.id for task in whole.tasks[2:])
    assert sorted(files) == sorted(f"{o.id}.png" for task in whole.tasks[2:] for o in task.outputs)
    await until(lambda: whole.pane.task_id == whole.view.selected)
    await until(lambda: not whole.controller._tasks._tasks)
    held = Qt.MouseButton.NoButton
    view.startDrag(Qt.DropAction.CopyAction)  # let go before the files were found
    await until(lambda: not whole.controller._tasks._tasks)
    await asyncio.sleep(0)
    assert len(taken) == 1
