"""The grid of pictures in a real window on a real history."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.gallery import Gallery
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.core.task.task import SANDBOX, OutputState, TaskState
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.command_names import Menu
from cartoonmix_desktop.ui.history import day_view
from cartoonmix_desktop.ui.reuse.compare_dialog import CompareDialog
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets.controls import GrowingText

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.widgets.theme import Theme

COLORS = ("#c03030", "#30a040", "#3050c0")
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


class Whole:
    """A window on a studio that is open, but sends and follows nothing."""

    def __init__(self, home: Path) -> None:
        self.locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        settings = Settings(self.locations.data / "settings.json")
        self.studio = Studio(LocalStore(self.locations, settings), {})
        self.controller = Controller(self.studio)
        self.window = self.controller.window
        self.view = self.window.history.pictures
        self.pane = self.window.pane
        self.tasks: list[Task] = []

    async def make(self, prompt: str, size: tuple[int, int] = (96, 64)) -> Task:
        """Three pictures, each of its colour."""
        history = self.studio.history
        request = GenerationRequest.build({"prompt": prompt, "samples": 3})
        task = await history.add(request, SANDBOX)
        for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
            await history.move(task.id, state)
        task = await history.set_outputs(task.id, ["a", "b", "c"])
        for output, color in zip(task.outputs, COLORS, strict=True):
            path = self.locations.pictures / f"{output.id}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", size, color).save(path)
            sha256 = f"{output.id:064x}"
            kept = KeptPicture(path.name, path.stat().st_size, sha256, *size, b"")
            await history.keep_output(output, kept)
        self.tasks.append(await history.move(task.id, TaskState.KEPT))
        return self.tasks[-1]

    def ids(self) -> list[int]:
        """Output ids as they are seen."""
        model = self.view.gallery
        return [model.item_at(row).picture for row in range(model.rowCount())]

    def at(self, row: int) -> QPoint:
        return self.view.visualRect(self.view.gallery.index(row)).center()

    def click(self, row: int, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, keys, self.at(row))

    def rows(self) -> list[int]:
        return sorted(self.ids().index(picture) for picture in self.view.chosen())

    async def now(self) -> list[tuple[bool, int, bool]]:
        """The marks of each picture as they are seen."""
        tasks = await self.studio.history.tasks([task.id for task in reversed(self.tasks)])
        return [(o.favourite, o.rating, o.rejected) for task in tasks for o in task.outputs]


@pytest_asyncio.fixture
async def whole(theme: Theme, tmp_path: Path, until) -> AsyncIterator[Whole]:
    made = Whole(tmp_path / "cartoonmix")
    await made.studio.open()
    for prompt in ("a lighthouse", "a fox", "a red fox", "雪の城"):
        await made.make(prompt)
    made.window.widget.resize(1440, 900)
    made.window.widget.show()
    made.window.widget.activateWindow()
    await made.controller.show_history()
    await until(lambda: made.pane.current is not None)
    QTest.keyClick(made.window.widget, Qt.Key.Key_3, CONTROL)
    await until(lambda: made.view.gallery.rowCount() == 12)
    await made.view.gallery.wait_until_idle(5)
    made.view.setFocus()
    yield made
    await made.controller.close()
    await made.studio.close()
    made.window.widget.deleteLater()


async def test_the_newest_task_comes_first_and_its_pictures_in_their_order(whole: Whole):
    wanted = [o.id for task in reversed(whole.tasks) for o in task.outputs]
    assert whole.ids() == wanted
    assert whole.view.gallery.row_words(0) == "雪の城 – picture 1 of 3"
    image = whole.view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    for row, color in enumerate(COLORS):  # thumbnails are not exact to the last bit
        shown, drawn = image.pixelColor(whole.at(row) * ratio), QColor(color)
        assert abs(shown.red() - drawn.red()) < 8
        assert abs(shown.blue() - drawn.blue()) < 8


async def test_large_cells_show_what_is_left_of_a_picture(whole: Whole, until):
    """The stored thumbnail, dimmed, where the picture itself is gone or damaged."""
    view = whole.view

    def shown() -> bool:
        image = view.viewport().grab().toImage()
        places = [view.visualRect(view.gallery.index(row)).topLeft() for row in range(3)]
        colors = [image.pixelColor((at + QPoint(9, 9)) * image.devicePixelRatio()) for at in places]
        red, green, blue = colors
        return (
            red.red() - red.green() > 30
            and green.green() - green.red() > 20
            and blue.blue() - blue.red() > 100
        )

    view.edge = 64
    task = await whole.make("a harbour", (600, 400))
    await until(lambda: view.gallery.rowCount() == 15)
    await until(shown)  # so the thumbnails are stored
    gone, damaged, _sound = (whole.locations.pictures / o.path for o in task.outputs)
    gone.unlink()
    damaged.write_bytes(b"0" * damaged.stat().st_size)
    for edge in (320, 300, 64):
        view.edge = edge
        view.gallery.sleep()  # nothing of it is at hand any more
        view.gallery.wake(Query())
        await until(shown)
        missing = [view.gallery.is_missing(output) for output in task.outputs]
        # Small cells need not read the picture, and do not know that it is damaged.
        assert missing == [True, edge > 64, False]


async def test_a_picture_that_its_task_does_not_know_yet_is_not_missing(whole: Whole, until):
    model = whole.view.gallery
    task = whole.tasks[-1]
    model.search(Query("雪"))
    await until(lambda: model.rowCount() == 3)
    pending = [replace(o, state=OutputState.PENDING, path="", sha256="") for o in task.outputs]
    model.change(replace(task, outputs=tuple(pending)))
    whole.view.grab()
    await model.wait_until_idle(5)
    assert model.row_words(0) == "…"
    model.change(task)
    assert model.row_words(0) == "雪の城 – picture 1 of 3"


async def test_the_grid_has_the_room_of_the_picture_until_one_is_looked_at(whole: Whole, until):
    window, view = whole.window, whole.view
    assert view.isVisible()
    assert not whole.pane.isVisible()
    assert view.width() > 900
    whole.click(4)
    QTest.keyClick(view, Qt.Key.Key_Space)
    await until(lambda: whole.pane.isVisible() and whole.pane.current is not None)
    await until(lambda: whole.pane.current.id == whole.ids()[4])
    assert view.isVisible()
    QTest.keyClick(view, Qt.Key.Key_Right)
    await until(lambda: whole.pane.current.id == whole.ids()[5])
    QTest.keyClick(view, Qt.Key.Key_Right)  # of the next task
    await until(lambda: whole.pane.current is not None and whole.pane.current.id == whole.ids()[6])
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not whole.pane.isVisible()
    assert window.widget.width() == 1440
    whole.view.setFocus()
    QTest.mouseDClick(view.viewport(), LEFT, NONE, whole.at(6))
    assert whole.pane.isVisible()
    QTest.keyClick(whole.pane, Qt.Key.Key_Escape)
    assert not whole.pane.isVisible()
    assert view.hasFocus()


async def test_selection_by_mouse_is_as_everywhere(whole: Whole):
    whole.click(2)
    whole.click(5, SHIFT)
    assert whole.rows() == [2, 3, 4, 5]
    whole.click(4, CONTROL)
    whole.click(9, CONTROL)
    assert whole.rows() == [2, 3, 5, 9]
    assert whole.view.count == 4
    whole.click(1)
    assert whole.rows() == [1]
    whole.click(0, SHIFT)
    assert whole.rows() == [0, 1]


async def test_selection_by_keys_is_as_everywhere(whole: Whole):
    view, key = whole.view, Qt.Key
    whole.click(0)
    QTest.keyClick(view, key.Key_Right, SHIFT)
    QTest.keyClick(view, key.Key_Right, SHIFT)
    assert whole.rows() == [0, 1, 2]
    QTest.keyClick(view, key.Key_Left, SHIFT)
    assert whole.rows() == [0, 1]
    QTest.keyClick(view, key.Key_End)
    assert whole.rows() == [11]
    QTest.keyClick(view, key.Key_Home, SHIFT)
    assert whole.rows() == list(range(12))
    whole.click(0)
    QTest.keyClick(view, key.Key_Right, CONTROL)
    assert whole.rows() == [0]
    assert view.currentIndex().row() == 1
    QTest.keyClick(view, key.Key_Space, CONTROL)
    assert whole.rows() == [0, 1]
    QTest.keyClick(view, key.Key_A, CONTROL)
    assert whole.rows() == list(range(12))
    QTest.keyClick(view, key.Key_Home)
    columns = view.placed.form.columns
    QTest.keyClick(view, key.Key_Down)
    assert whole.rows() == [columns]


async def test_pictures_stay_selected_through_searches(whole: Whole, until):
    history = whole.window.history
    prompts = [task.request.prompt for task in whole.tasks]
    whole.click(0)
    whole.click(1, CONTROL)
    whole.click(4, CONTROL)
    chosen = whole.view.chosen().tolist()
    history.search.edit.setText(f'"{prompts[-2]}"')
    await until(lambda: whole.view.gallery.rowCount() == len(COLORS))
    assert whole.view.chosen().tolist() == chosen[2:]
    history.search.edit.setText("nothing like it")
    await until(lambda: whole.view.gallery.rowCount() == 0)
    assert whole.view.count == 0
    history.search.edit.clear()
    await until(lambda: whole.view.gallery.rowCount() == len(COLORS) * len(prompts))
    assert whole.view.chosen().tolist() == chosen
    whole.click(3)
    history.search.edit.setText("nothing like it")
    await until(lambda: whole.view.gallery.rowCount() == 0)
    history.search.edit.clear()
    await until(lambda: whole.view.count > 0)
    assert whole.rows() == [3]


async def test_a_search_in_the_grid_begins_at_its_first_and_leads_back(whole: Whole, until):
    view, search, bar = whole.view, whole.window.history.search.edit, whole.view.verticalScrollBar()
    for number in range(4):
        await whole.make(f"an owl {number}")
    whole.window.history.view_options.edge = 320
    await until(lambda: len(whole.ids()) == 24)
    whole.click(0)
    bar.setValue(bar.maximum() - 50)
    before = bar.value()
    search.setText("owl")
    await until(lambda: len(whole.ids()) == 12)
    assert bar.value() == 0
    search.clear()
    await until(lambda: len(whole.ids()) == 24)
    assert bar.value() == before
    search.setText("lighthouse")
    await until(lambda: len(whole.ids()) == 3)
    whole.click(1)
    turned_to = view.current
    search.clear()
    await until(lambda: len(whole.ids()) == 24)
    row = whole.ids().index(turned_to.picture)
    assert row in view.rows_in_sight()  # among its neighbours
    assert whole.rows() == [row]


async def test_a_cell_that_is_read_aloud_out_of_sight_is_fetched(whole: Whole, until):
    view = whole.view
    for number in range(30):
        await whole.make(f"an owl {number}")
    whole.window.history.view_options.edge = 320
    await until(lambda: len(whole.ids()) == 102)
    view.gallery.reload()
    await view.gallery.wait_until_idle(5)
    last = view.gallery.index(len(whole.ids()) - 1)
    assert last.row() not in view.rows_in_sight()
    view.gallery._tasks.clear()
    assert last.data() == "…"
    await until(lambda: last.data() == "a lighthouse – picture 3 of 3")


async def test_a_rubber_band_selects_what_it_touches(whole: Whole):
    view = whole.view
    first, last = whole.at(1), whole.at(2)
    edge = view.placed.form.width
    begin = first + QPoint(0, edge // 2 + 3)  # in the gap below
    port = view.viewport()
    QTest.mousePress(port, LEFT, NONE, begin)
    QTest.mouseMove(port, begin + QPoint(20, -20))
    QTest.mouseMove(port, last)
    assert whole.rows() == [1, 2]
    QTest.mouseRelease(port, LEFT, NONE, last)
    assert whole.rows() == [1, 2]


async def test_marks_of_all_that_is_selected_are_one_step_back(whole: Whole, until):
    whole.click(1)
    whole.click(4, SHIFT)
    QTest.keyClick(whole.view, Qt.Key.Key_5)
    await until(lambda: whole.studio.undo.last is not None)
    assert whole.studio.undo.last.edit == Edit(EditKind.RATE, pictures=4)
    assert [rating for _, rating, _ in await whole.now()] == [0, 5, 5, 5, 5] + [0] * 7
    assert whole.view.gallery.row_words(1).endswith("5 stars")
    QTest.keyClick(whole.view, Qt.Key.Key_F)
    await until(lambda: whole.studio.undo.last.edit == Edit(EditKind.FAVOURITE, pictures=4))
    await whole.studio.undo.undo()
    await whole.studio.undo.undo()
    assert await whole.now() == [(False, 0, False)] * 12
    assert whole.rows() == [1, 2, 3, 4]


async def test_a_part_of_the_history_shows_the_pictures_that_are_so(whole: Whole, until):
    whole.click(1)
    whole.click(7, CONTROL)
    wanted = [whole.ids()[1], whole.ids()[7]]
    QTest.keyClick(whole.view, Qt.Key.Key_F)
    await until(lambda: whole.studio.undo.last is not None)
    whole.window.history.search.choose("is:favourite")
    await until(lambda: whole.ids() == wanted)
    assert list(whole.view.chosen()) == wanted  # what is found again stays selected
    whole.window.history.search.show_all()
    await until(lambda: len(whole.ids()) == 12)
    assert sorted(whole.view.chosen()) == sorted(wanted)
    whole.window.history.search.edit.setText("rating:0")
    await until(lambda: bool(whole.view.gallery.searched))
    whole.click(5)
    after = whole.ids()[6]
    QTest.keyClick(whole.view, Qt.Key.Key_3)
    await until(lambda: len(whole.ids()) == 11)
    assert whole.view.chosen().tolist() == [after]  # one after the other is judged
    whole.window.history.search.edit.setText("fox")
    await until(lambda: len(whole.ids()) == 6)
    assert whole.view.gallery.searched == Query("fox")
    whole.window.history.search.edit.setText("nothing of that")
    await until(lambda: not whole.ids())
    assert not whole.view.isVisible()


async def test_del_moves_pictures_to_the_trash_and_a_task_with_its_last(whole: Whole, until):
    gone = whole.ids()[2:7]  # the last of the newest task, all of the next, the first of a third
    whole.click(2)
    whole.click(6, SHIFT)
    QTest.keyClick(whole.view, Qt.Key.Key_Delete)
    await until(lambda: len(whole.ids()) == 7)
    assert not set(gone) & set(whole.ids())
    items = await whole.studio.trash.items()
    assert {(item.task_id, item.picture_id) for item in items} == {
        (whole.tasks[3].id, gone[0]),
        (whole.tasks[2].id, 0),
        (whole.tasks[1].id, gone[-1]),
    }
    assert len(whole.rows()) == 1  # the next one is looked at
    await whole.studio.undo.undo()
    await until(lambda: len(whole.ids()) == 12)


@pytest.mark.parametrize("rows", [[4], [5], [7, 9], [2, 3, 4, 5]])
async def test_what_is_selected_after_del_is_what_the_pane_shows(whole: Whole, until, rows):
    """The next Del throws away what is selected, and nobody looks at anything else."""
    whole.window.previewing = True
    whole.click(rows[0])
    for row in rows[1:]:
        whole.click(row, CONTROL)
    current, there = whole.view.current, len(whole.ids())
    await until(lambda: whole.pane.current is not None and whole.pane.current.id == current.picture)
    for left in (1, 2):
        QTest.keyClick(whole.view, Qt.Key.Key_Delete)
        gone = len(rows) + left - 1
        await until(lambda gone=gone: len(whole.ids()) == there - gone)
        await until(lambda: whole.pane.current is not None)
        for _ in range(5):
            await asyncio.sleep(0.01)
        [selected] = whole.view.chosen()
        assert whole.view.current.picture == selected
        assert whole.pane.current is not None
        assert whole.pane.current.id == selected


async def test_the_last_row_that_was_turned_to_is_shown(whole: Whole, until, monkeypatch):
    """Whatever row was turned to before it, and however long that took to read."""
    QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
    view, history = whole.window.history.view, whole.studio.history
    first, second = view._history.id_at(0), view._history.id_at(1)
    view.select(first)
    await until(lambda: whole.pane.task_id == first)
    real, asked = history.task, []

    async def slow(task_id):
        asked.append(task_id)
        await asyncio.sleep(0.05)
        return await real(task_id)

    monkeypatch.setattr(history, "task", slow)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Up)
    await asyncio.sleep(0.2)
    assert asked == [second]
    assert view.selected == whole.pane.task_id == first


async def test_a_row_that_shows_what_is_hidden_no_more_can_be_turned_to(whole: Whole, until):
    """A new task may be shown although the part of the history that is listed lacks it."""
    QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
    window, view = whole.window, whole.window.history.view
    window.history.search.edit.setText("fox")
    await until(lambda: view._history.rowCount() == 2)
    view.setCurrentIndex(view._history.index(0))
    row = view.selected
    await until(lambda: whole.pane.task_id == row)
    hidden = whole.tasks[0].id
    for turn in ("click", "key", "link"):
        view.select(hidden)
        await until(lambda: whole.pane.task_id == hidden)
        assert not view.selectionModel().hasSelection()
        assert list(view.chosen()) == [hidden]
        if turn == "click":
            place = view.visualRect(view._history.index(0)).center()
            QTest.mouseClick(view.viewport(), LEFT, NONE, place)
        elif turn == "key":
            QTest.keyClick(view, Qt.Key.Key_Return)
        else:
            view.select(row)
        await until(lambda: whole.pane.task_id == row)
        assert view.selected == row
        assert view.count == 1


async def test_new_pictures_come_on_top_without_moving_the_place(whole: Whole, until):
    view = whole.view
    whole.window.history.view_options.edge = 320
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    whole.click(len(whole.ids()) - 1)
    seen = whole.ids()[-1]
    place = whole.at(11)
    before = view.verticalScrollBar().value()
    assert before > 0
    task = await whole.make("an owl")
    await until(lambda: len(whole.ids()) == 15)
    assert whole.ids()[:3] == [o.id for o in task.outputs]
    assert whole.ids()[-1] == seen
    assert whole.at(14) == place
    assert list(view.chosen()) == [seen]
    assert view.verticalScrollBar().value() > before


async def test_a_missing_file_is_shown_as_missing(whole: Whole, until):
    output = whole.tasks[-1].outputs[1]
    (whole.locations.pictures / output.path).unlink(missing_ok=True)
    (whole.locations.pictures / f"{output.id}.png").unlink(missing_ok=True)
    whole.view.gallery.reload()
    await until(lambda: "missing" in whole.view.gallery.row_words(1))
    assert "missing" not in whole.view.gallery.row_words(0)
    assert "missing" not in whole.view.gallery.row_words(2)


async def test_copying_takes_the_files(whole: Whole, until):
    whole.click(0)
    whole.click(2, SHIFT)
    QApplication.clipboard().setText("nothing")
    QTest.keyClick(whole.view, Qt.Key.Key_C, CONTROL)
    await until(lambda: QApplication.clipboard().mimeData().hasUrls())
    names = [url.fileName() for url in QApplication.clipboard().mimeData().urls()]
    assert names == [f"{picture}.png" for picture in whole.ids()[:3]]


async def test_the_menu_says_how_many(whole: Whole):
    whole.click(0)
    whole.click(1, CONTROL)
    menu = QMenu(whole.view)
    whole.view.menu_opening.emit(menu)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words[:2] == ["Open", "Copy 2 pictures"]
    assert "Favourite" in words
    assert words[-1] == "Move to trash"
    assert "Move to trash" in words
    assert "Favourite" in words
    assert "Save picture as…" not in words
    menu.deleteLater()


async def test_size_days_and_cut_are_remembered(whole: Whole, until):
    look, view = whole.window.history.view_options, whole.view
    headings = view.placed.headings(0, 10_000)
    assert len(headings) == 1
    look._grouped.click()
    assert not view.placed.headings(0, 10_000)
    look._fitted.click()
    look.edge = 96
    assert abs(view.placed.form.width - 96) < 12
    state = json.loads(json.dumps(whole.window.state()))
    assert state["look"] == {"pictures": True, "grouped": False, "fitted": True, "edge": 96}
    look._tasks.click()
    assert whole.window.history.view.isVisible()
    assert whole.pane.isVisible()
    assert not whole.window.history.view.grouped
    look.restore(state["look"])
    assert view.isVisible()
    assert view.fitted
    await until(lambda: whole.view.gallery.rowCount() == 12)


async def test_going_to_and_fro_keeps_the_place(whole: Whole, until):
    whole.click(7)
    task = whole.view.current.task
    await until(lambda: whole.pane.task_id == task)
    QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
    assert whole.window.history.view.isVisible()
    assert whole.window.history.view.selected == task
    await until(lambda: whole.pane.current is not None)
    other = whole.tasks[0].id
    whole.window.history.select(other)
    await until(lambda: whole.pane.task_id == other and whole.pane.current is not None)
    QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
    await until(lambda: whole.view.current.task == other)


@pytest.mark.parametrize("known", [False, True])
async def test_the_grid_opens_where_the_list_was_though_the_rest_is_read_later(
    whole: Whole, until, monkeypatch, *, known: bool
):
    monkeypatch.setattr(whole.view.gallery, "first", 3)
    history, gallery = whole.window.history, whole.view.gallery
    QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
    oldest = whole.tasks[0]
    history.select(oldest.id)
    await until(lambda: whole.pane.task_id == oldest.id and whole.pane.current is not None)
    if not known:  # as after a start
        gallery._begin_anew(Query("none of it"), Gallery())
    history.view.setFocus()
    QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
    await until(lambda: len(whole.ids()) == 12 and not gallery.reading)
    assert whole.pane.task_id == oldest.id
    assert whole.view.current == (oldest.id, oldest.outputs[0].id)
    assert whole.rows() == [9]
    assert 9 in whole.view.rows_in_sight()


async def test_several_pictures_stay_selected_while_tasks_are_looked_at(whole: Whole, until):
    whole.click(2)
    for row in (4, 7, 8):
        whole.click(row, CONTROL)
    await until(lambda: whole.pane.current is not None and whole.pane.current.id == whole.ids()[8])
    before = sorted(whole.view.chosen())
    for _ in range(2):
        QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
        await asyncio.sleep(0.05)
    await whole.view.gallery.wait_until_idle(5)
    assert sorted(whole.view.chosen()) == before


async def test_pictures_are_dragged_out_as_files_and_as_what_they_are(
    whole: Whole, until, monkeypatch
):
    drags = []
    monkeypatch.setattr(day_view, "start_drag", lambda *what: drags.append(what))
    whole.click(0)
    whole.click(2, SHIFT)
    port, begin = whole.view.viewport(), whole.at(1)
    QTest.mousePress(port, LEFT, NONE, begin)
    for moved in (5, 15, 40):
        QTest.mouseMove(port, begin + QPoint(moved, 0))
    await until(lambda: drags)
    QTest.mouseRelease(port, LEFT, NONE, begin)
    [(view, target, files, count)] = drags
    assert (view, count) == (whole.view, 3)
    assert list(target.outputs) == whole.ids()[:3]
    assert [path.name for path in files] == [f"{picture}.png" for picture in whole.ids()[:3]]


async def test_recipes_of_two_selected_pictures_are_compared(whole: Whole, until):
    entries = {action.text(): action for action in whole.window.menu(Menu.RECIPE).actions()}
    whole.click(3)
    assert not entries["Compare the two selected…"].isEnabled()
    whole.click(6, CONTROL)
    entries["Compare the two selected…"].trigger()
    await until(lambda: whole.window.widget.findChildren(CompareDialog))
    (dialog,) = whole.window.widget.findChildren(CompareDialog)
    texts = [each.accessibleDescription() for each in dialog.findChildren(GrowingText)]
    assert texts == ["a [added: red ]fox"]
    dialog.accept()
    entries["Show recipe of picture"].trigger()
    assert whole.pane.recipe.isVisible()
    entries["Show recipe of picture"].trigger()
    assert not whole.pane.recipe.isVisible()
    await whole.view.gallery.wait_until_idle(5)
    await until(lambda: not whole.pane.thumbnails.busy)


@pytest.mark.parametrize("rows", [[1], [0, 2], [1, 2], [3], [0, 3]])
@pytest.mark.parametrize("searched", [False, True])
async def test_what_is_selected_after_tasks_go_is_what_the_pane_shows(
    whole: Whole, until, rows, searched
):
    QTest.keyClick(whole.window.widget, Qt.Key.Key_3, CONTROL)
    view = whole.window.history.view
    if searched:
        whole.window.history.search.edit.setText("samples:3")
        await asyncio.sleep(0.3)
    view.setFocus()
    for number, row in enumerate(rows):
        place = view.visualRect(view._history.index(row)).center()
        QTest.mouseClick(view.viewport(), LEFT, CONTROL if number else NONE, place)
    await until(lambda: whole.pane.task_id == view.selected)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    await until(lambda: view._history.rowCount() == 4 - len(rows))
    for _ in range(10):
        await asyncio.sleep(0.01)
    assert view.selected
    assert list(view.chosen()) == [view.selected]
    assert view.count == 1
    assert whole.pane.task_id == view.selected
