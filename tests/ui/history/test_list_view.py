from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QHelpEvent, QMouseEvent, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from cartoonmix_desktop.core.errors import PictureGone
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.remote import Progress
from cartoonmix_desktop.core.task.task import Output, OutputState, TaskState
from cartoonmix_desktop.ui.history.day_layout import HEADING
from cartoonmix_desktop.ui.history.list.delegate import ROW, HistoryDelegate
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.history.list.view import HistoryView
from cartoonmix_desktop.ui.history.paged_model import PAGE
from cartoonmix_desktop.ui.widgets.text_layout import broken_in_two
from cartoonmix_desktop.wording.tasks.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable

# What the windowless platform says of every menu and tooltip.

NOW = 1_763_818_200.0
DAY = 86_400.0
TALL = 6 * ROW


@pytest.fixture
def shown(theme, owned, qtbot) -> Callable[..., object]:
    """Shows a history and waits until what is in sight is there."""

    async def show(source, height: int = TALL) -> HistoryView:
        model = HistoryModel(source, owned.spawn, clock=lambda: NOW)
        view = HistoryView(model)
        model.setParent(view)
        qtbot.addWidget(view)
        view.resize(320, height)
        view.show()
        model.reload()
        await owned.settle()
        await seen(view, owned)
        return view

    return show


async def seen(view: HistoryView, owned) -> None:
    """Paint until nothing more is on its way."""
    for _ in range(3):
        view.grab()
        await owned.settle()
    view.grab()


def model_of(view: HistoryView) -> HistoryModel:
    model = view.model()
    assert isinstance(model, HistoryModel)
    return model


def place(view: HistoryView, task_id: int) -> QRect:
    return view.visualRect(model_of(view).index(model_of(view).row_of(task_id)))


def button(view: HistoryView, task, action: Action) -> QPoint:
    delegate = view.itemDelegate()
    assert isinstance(delegate, HistoryDelegate)
    return dict(delegate.buttons(place(view, task.id), task))[action].center()


def move(view: HistoryView, to: QPoint) -> None:
    """Move the pointer, as far as the list can tell."""
    at = QPointF(to)
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, view.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view.viewport(), event)


async def test_rows_stand_under_their_days(shown, new_task, list_source):
    tasks = [new_task(i, created_at=NOW - DAY * (5 - i) // 2) for i in range(1, 5)]
    view = await shown(list_source(tasks))
    tops = [place(view, i).top() for i in (4, 3, 2, 1)]
    assert tops[0] == HEADING
    assert tops == sorted(tops)
    for task_id in (1, 2, 3, 4):
        rect = place(view, task_id)
        assert rect.height() == ROW
        assert rect.width() == view.viewport().width()
        assert view.indexAt(rect.center()).row() == model_of(view).row_of(task_id)
    assert not view.indexAt(QPoint(100, HEADING - 1)).isValid()
    assert not view.indexAt(QPoint(100, 10_000)).isValid()


async def test_pictures_are_painted(shown, new_task, list_source, drawings):
    view = await shown(list_source([new_task(1, outputs=drawings.outputs(1, 4))]))
    image = view.grab().toImage()
    row = place(view, 1)
    left, top = row.left() + 12, row.top() + 8
    corners = [(10, 10), (45, 10), (10, 45), (45, 45)]
    assert [image.pixelColor(left + x, top + y).name() for x, y in corners] == [
        "#c03030",
        "#30a040",
        "#3050c0",
        "#c0a020",
    ]


async def test_progress_is_painted(shown, new_task, list_source, owned, theme):
    view = await shown(list_source([new_task(1, TaskState.RUNNING, status="task_output")]))
    row = place(view, 1)
    accent = theme.color("accent").name()

    def accented() -> int:
        image = view.grab().toImage()
        y = row.bottom() + 1 - 16
        return sum(image.pixelColor(x, y).name() == accent for x in range(row.width()))

    model_of(view).progress(1, Progress(25))
    quarter = accented()
    model_of(view).progress(1, Progress(75))
    assert quarter > 30
    assert accented() == pytest.approx(3 * quarter, rel=0.1)


class Paints(QObject):
    """The rectangles that are painted."""

    def __init__(self, view: HistoryView) -> None:
        super().__init__(view)
        self.rects: list[QRect] = []
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return False


async def test_a_change_paints_its_row_alone(shown, new_task, list_source, until):
    view = await shown(list_source([new_task(i, TaskState.RUNNING) for i in range(1, 6)]))
    paints = Paints(view)
    view.viewport().repaint()
    paints.rects.clear()
    model_of(view).progress(3, Progress(25))
    await until(lambda: paints.rects)
    assert paints.rects == [place(view, 3)]


async def test_a_hundred_thousand_rows(shown, long_source, owned):
    source = long_source(100_000)
    view = await shown(source)
    model, bar = model_of(view), view.verticalScrollBar()
    assert len(source.tasks_asked) <= 2
    assert bar.maximum() > 100_000 * ROW
    for part in (1, 0.5, 0.123):
        bar.setValue(round(bar.maximum() * part))
        await seen(view, owned)
        rows = view.rows_in_sight()
        assert all(model.task_at(row) is not None for row in rows)
        top = view.visualRect(model.index(rows[0])).top()
        assert -ROW < top <= HEADING
    bar.setValue(bar.maximum())
    assert view.rows_in_sight()[-1] == 99_999
    fetched = sum(len(asked) for asked in source.tasks_asked)
    assert fetched <= 8 * PAGE


async def test_keys_move_the_selection(shown, new_task, list_source, qtbot):
    tasks = [new_task(i, created_at=NOW - DAY * (40 - i)) for i in range(1, 41)]
    view = await shown(list_source(tasks))
    chosen: list[int] = []
    view.task_selected.connect(chosen.append)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.viewport().rect().contains(place(view, 1))
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert chosen[-1] == 40
    assert chosen.index(1) > 0
    page = chosen[chosen.index(1) + 1]
    assert page > 2
    assert chosen[chosen.index(1) + 2] == page + 1
    assert view.verticalScrollBar().value() == 0  # the first row comes with its heading
    assert view.selected == 40


async def test_typing_does_not_fetch_everything(shown, long_source, owned, qtbot):
    source = long_source(5000)
    view = await shown(source)
    before = len(source.tasks_asked)
    qtbot.keyClicks(view, "fox")
    await owned.settle()
    assert len(source.tasks_asked) == before


async def test_activation(shown, new_task, list_source, qtbot):
    view = await shown(list_source([new_task(1), new_task(2)]))
    opened: list[int] = []
    view.task_activated.connect(opened.append)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place(view, 1).center())
    assert view.selected == 1
    assert opened == []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        qtbot.keyClick(view, key)
    assert opened == [1, 1, 1]
    alone: list[int] = []
    view.enlarge_requested.connect(lambda: alone.append(view.selected))
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place(view, 2).center())
    assert (opened, alone) == ([1, 1, 1], [2])


async def test_the_place_is_kept_when_tasks_come_above(shown, new_task, list_source):
    tasks = [new_task(i, created_at=NOW - DAY - 600 * (40 - i)) for i in range(1, 41)]
    view = await shown(list_source(tasks))
    model, bar = model_of(view), view.verticalScrollBar()
    view.select(30)
    bar.setValue(777)
    before = place(view, 25)
    model.add(new_task(41, TaskState.QUEUED, created_at=NOW))  # with a heading of its own
    model.add(new_task(42, TaskState.QUEUED, created_at=NOW))
    assert place(view, 25) == before
    assert bar.value() == 777 + 2 * ROW + HEADING
    assert view.selected == 30
    assert [i.row() for i in view.selectionModel().selectedIndexes()] == [model.row_of(30)]
    bar.setValue(0)
    model.add(new_task(43, TaskState.QUEUED, created_at=NOW))
    assert bar.value() == 0  # who looks at the newest sees the newest
    assert place(view, 43).top() == HEADING


async def test_the_place_is_kept_when_rows_go(shown, new_task, list_source, owned):
    source = list_source([new_task(i) for i in range(1, 41)])
    view = await shown(source)
    view.verticalScrollBar().setValue(20 * ROW)
    before = place(view, 15)
    source.all = [task for task in source.all if task.id not in {38, 37, 30}]
    model_of(view).reload()
    await owned.settle()
    assert place(view, 15) == before


async def test_what_follows_comes_where_the_first_row_in_sight_went(
    shown, new_task, list_source, owned
):
    source = list_source([new_task(i) for i in range(1, 41)])
    view = await shown(source)
    view.verticalScrollBar().setValue(HEADING + 20 * ROW)
    before = view.verticalScrollBar().value()
    assert view.rows_in_sight()[0] == 20
    source.all = [task for task in source.all if task.id not in {20, 19, 38}]
    model_of(view).reload()
    await owned.settle()
    assert place(view, 18).top() == 0
    assert view.verticalScrollBar().value() == before - ROW


async def test_a_new_task_takes_nothing_from_the_selection(shown, new_task, list_source, qtbot):
    view = await shown(list_source([new_task(i) for i in range(1, 11)]))
    view.select(10)
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert view.currentIndex().row() == 3
    model_of(view).add(new_task(11, TaskState.QUEUED))
    assert list(view.chosen()) == [10, 9, 8]


async def test_a_row_that_goes_leaves_the_next_selected(shown, new_task, list_source, owned):
    source = list_source([new_task(i) for i in range(1, 11)])
    view = await shown(source)
    view.select(5)
    chosen: list[int] = []
    view.task_selected.connect(chosen.append)
    source.all = [task for task in source.all if task.id != 5]
    model_of(view).reload()
    await owned.settle()
    assert chosen_rows(view) == chosen == [4]


async def test_a_search_begins_at_its_newest_and_leads_back(shown, new_task, list_source, owned):
    tasks = [new_task(i, prompt="fox" if i % 2 else "cat") for i in range(1, 801)]
    view = await shown(list_source(tasks))
    model, bar = model_of(view), view.verticalScrollBar()
    view.select(800)
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    model.search(Query("fox"))
    await owned.settle()
    assert view.indexAt(place(view, 799).center()).row() == 0
    assert bar.value() == 0
    model.search(Query(""))
    await owned.settle()
    assert bar.value() == before

    model.search(Query("cat"))
    await owned.settle()
    view.select(20)
    model.search(Query(""))
    await owned.settle()
    assert view.viewport().rect().contains(place(view, 20))  # among its neighbours


async def test_a_search_keeps_selection_and_place(shown, new_task, list_source, owned):
    tasks = [new_task(i, prompt="fox" if i % 2 else "cat") for i in range(1, 81)]
    view = await shown(list_source(tasks))
    model = model_of(view)
    chosen: list[int] = []
    view.select(31)
    view.task_selected.connect(chosen.append)
    model.search(Query("fox"))
    await owned.settle()
    assert [i.row() for i in view.selectionModel().selectedIndexes()] == [model.row_of(31)]
    assert view.viewport().rect().intersects(place(view, 31))
    model.search(Query("cat"))
    await owned.settle()
    assert view.selectionModel().selectedIndexes() == []
    model.search(Query(""))
    await owned.settle()
    assert [i.row() for i in view.selectionModel().selectedIndexes()] == [model.row_of(31)]
    assert chosen == []  # it was selected all the time


async def test_what_no_longer_fits_a_search_goes_and_the_next_is_looked_at(
    shown, new_task, list_source, owned
):
    source = list_source([new_task(i, prompt="fox") for i in range(1, 41)])
    view = await shown(source)
    model = model_of(view)
    model.search(Query("fox"))
    await owned.settle()
    view.select(31)
    before = place(view, 31)
    chosen: list[int] = []
    view.task_selected.connect(chosen.append)
    source.all[30] = new_task(31, prompt="cat")
    model.change(source.all[30])
    await owned.settle()
    assert model.row_of(31) < 0
    assert chosen_rows(view) == [30]
    assert chosen == [30]
    assert place(view, 30) == before
    source.all[19] = new_task(20, prompt="cat")  # one that is not selected
    model.change(source.all[19])
    await owned.settle()
    assert model.row_of(20) < 0
    assert chosen_rows(view) == [30]
    source.all[30] = new_task(31, prompt="fox")  # as after Undo
    model.change(source.all[30])
    await owned.settle()
    assert model.row_of(31) == model.row_of(30) - 1
    assert chosen == [30]


def chosen_rows(view: HistoryView) -> list[int]:
    """Ids of the rows that are seen to be selected."""
    return [model_of(view).id_at(i.row()) for i in view.selectionModel().selectedIndexes()]


async def test_several_stay_selected_through_searches(shown, new_task, list_source, owned, qtbot):
    tasks = [new_task(i, prompt="fox" if i % 2 else "cat") for i in range(1, 801)]
    view = await shown(list_source(tasks))
    model = model_of(view)
    view.select(800)
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    flag = QItemSelectionModel.SelectionFlag
    view.selectionModel().select(model.index(model.row_of(9)), flag.Select)  # far below
    counts: list[int] = []
    view.selection_changed.connect(lambda: counts.append(view.count))
    model.search(Query("fox"))
    await owned.settle()
    assert chosen_rows(view) == [799, 797, 9]
    assert list(view.chosen()) == [799, 797, 9]
    assert counts[-1] == 3
    model.search(Query("nothing like it"))
    await owned.settle()
    assert counts[-1] == 0
    model.search(Query(""))
    await owned.settle()
    assert chosen_rows(view) == [800, 799, 798, 797, 9]
    assert counts[-1] == 5

    model.search(Query("cat"))
    await owned.settle()
    view.select(20)  # another choice ends it
    model.search(Query(""))
    await owned.settle()
    assert chosen_rows(view) == [20]


async def test_a_task_that_is_gone_is_no_longer_selected(shown, new_task, list_source, owned):
    source = list_source([new_task(1)])
    view = await shown(source)
    view.select(1)
    chosen: list[int] = []
    view.task_selected.connect(chosen.append)
    source.all = []
    model_of(view).reload()
    await owned.settle()
    assert chosen == [0]
    assert view.selected == 0


async def test_a_task_can_be_selected_before_it_is_read(theme, owned, qtbot, new_task, list_source):
    model = HistoryModel(list_source([new_task(i) for i in range(1, 41)]), owned.spawn)
    view = HistoryView(model)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(320, TALL)
    view.show()
    model.reload()
    view.select(7)
    await owned.settle()
    assert [i.row() for i in view.selectionModel().selectedIndexes()] == [model.row_of(7)]


async def test_a_task_that_comes_after_others_can_be_selected_before(
    shown, new_task, list_source, owned
):
    source = list_source([new_task(i) for i in (10, 20, 30)])
    view = await shown(source)
    view.select(30)
    source.all = [new_task(i) for i in (10, 15, 20, 25, 30)]  # as an import puts them between
    model_of(view).reload()
    view.select(25)
    await owned.settle()
    assert view.selected == 25
    assert [i.row() for i in view.selectionModel().selectedIndexes()] == [1]


async def test_a_task_that_was_selected_before_it_came_is_brought_into_sight(
    shown, new_task, list_source, owned
):
    source = list_source([new_task(i) for i in range(101, 181)])
    view = await shown(source)
    source.all = [new_task(i) for i in (*range(1, 41), *range(101, 181))]
    model_of(view).reload()
    view.select(20)
    await owned.settle()
    assert model_of(view).row_of(20) in view.rows_in_sight()
    view.verticalScrollBar().setValue(0)
    source.all = [*source.all, new_task(181)]
    model_of(view).reload()
    await owned.settle()
    assert view.verticalScrollBar().value() == 0


async def test_buttons_act_on_release(shown, new_task, list_source, qtbot):
    task = new_task(2, TaskState.UNKNOWN)
    view = await shown(list_source([new_task(1), task]))
    asked: list[tuple[str, int]] = []
    view.action_requested.connect(lambda action, task_id: asked.append((action, task_id)))
    left = Qt.MouseButton.LeftButton
    again, aside = button(view, task, Action.SEND_AGAIN), button(view, task, Action.DISCARD)
    assert again.x() < aside.x()
    qtbot.mousePress(view.viewport(), left, pos=aside)
    assert asked == []
    qtbot.mouseRelease(view.viewport(), left, pos=aside)
    assert asked == [("discard", 2)]
    qtbot.mousePress(view.viewport(), left, pos=again)
    qtbot.mouseRelease(view.viewport(), left, pos=place(view, 1).center())
    qtbot.mousePress(view.viewport(), left, pos=again)
    qtbot.mouseRelease(view.viewport(), left, pos=aside)
    assert asked == [("discard", 2)]
    assert view.selected == 0  # pressing a button is not selecting


async def test_buttons_stay_in_the_row_at_every_width(shown, new_task, list_source):
    tasks = [new_task(i, state) for i, state in enumerate(TaskState, 1)]
    view = await shown(list_source(tasks))
    delegate = view.itemDelegate()
    for width in (260, 320, 420):
        row = QRect(0, 0, width, ROW)
        for task in tasks:
            places = [rect for _, rect in delegate.buttons(row, task)]
            assert all(row.contains(rect) and rect.left() > 80 for rect in places)
            assert all(a.right() < b.left() for a, b in pairwise(places))


async def test_the_row_under_the_pointer_lights_up(shown, new_task, list_source, theme):
    task = new_task(1, TaskState.QUEUED)
    view = await shown(list_source([task]))
    corner = place(view, 1).topRight() + QPoint(-8, 8)
    hover = theme.color("hover").name()
    assert view.grab().toImage().pixelColor(corner).name() != hover
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Enter))
    view.viewport().setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    move(view, button(view, task, Action.CANCEL))
    assert view.itemDelegate().hot == (1, Action.CANCEL)
    assert view.grab().toImage().pixelColor(corner).name() == hover
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert view.itemDelegate().hot is None
    assert view.grab().toImage().pixelColor(corner).name() != hover


def entries(view: HistoryView) -> list[str]:
    (menu,) = [m for m in view.findChildren(QMenu) if m.isVisible()]
    return [action.text() for action in menu.actions()]


async def test_the_menu_has_what_the_buttons_have(shown, new_task, list_source, qtbot):
    broken = Output(1, 0, OutputState.BROKEN, error=PictureGone("404"))
    states = [
        (new_task(1, TaskState.FAILED), ["Try again", "Use this recipe", "Copy prompt"]),
        (new_task(2, TaskState.KEPT), ["Use this recipe", "Copy prompt"]),
        (new_task(3, TaskState.RUNNING), ["Cancel", "Use this recipe", "Copy prompt"]),
        (
            new_task(4, TaskState.DOWNLOADING, outputs=(broken,)),
            ["Fetch again", "Use this recipe", "Copy prompt"],
        ),
    ]
    view = await shown(list_source([task for task, _ in states]))
    asked: list[tuple[str, int]] = []
    view.action_requested.connect(lambda action, task_id: asked.append((action, task_id)))
    for task, expected in states:
        at = place(view, task.id).center()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at)
        )
        QApplication.sendEvent(view.viewport(), event)
        assert entries(view) == [*expected, "", "Move to trash"]
        assert view.selected == task.id
        menu = QApplication.activePopupWidget()
        qtbot.keyClick(menu, Qt.Key.Key_Down)
        qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert [action for action, _ in asked] == ["retry", "use_recipe", "cancel", "fetch_again"]
    assert [task_id for _, task_id in asked] == [1, 2, 3, 4]


async def test_the_menu_key_opens_the_menu_of_the_current_row(shown, new_task, list_source, qtbot):
    view = await shown(list_source([new_task(i, TaskState.FAILED) for i in range(1, 31)]))
    view.select(3)
    view.verticalScrollBar().setValue(0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(view.viewport(), event)
    assert entries(view) == ["Try again", "Use this recipe", "Copy prompt", "", "Move to trash"]
    assert view.viewport().rect().contains(place(view, 3))  # brought into sight
    QApplication.activePopupWidget().close()
    assert view.selected == 3


async def test_tooltips_are_plain_text(shown, new_task, list_source):
    task = new_task(1, TaskState.FAILED, "<b>bold</b> <img src=file:///etc/passwd>")
    view = await shown(list_source([task]))
    for at, words in (
        (place(view, 1).center(), "&lt;b&gt;bold&lt;/b&gt;"),
        (button(view, task, Action.RETRY), "Generate with the same recipe."),
    ):
        event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
        QApplication.sendEvent(view.viewport(), event)
        assert words in QToolTip.text()
        QToolTip.hideText()


async def test_a_screen_reader_finds_a_list(shown, new_task, list_source):
    tasks = [new_task(i, TaskState.CANCELLED, f"fox {i}") for i in (1, 2, 3)]
    view = await shown(list_source(tasks))
    face = QAccessible.queryAccessibleInterface(view)
    assert face.role() == QAccessible.Role.List
    assert face.text(QAccessible.Text.Name) == "History"
    assert face.childCount() == 3
    names = [face.child(n).text(QAccessible.Text.Name) for n in range(3)]
    assert names == [
        "fox 3 – Cancelled – not charged",
        "fox 2 – Cancelled – not charged",
        "fox 1 – Cancelled – not charged",
    ]
    view.select(2)
    assert face.child(1).state().selected
    assert not face.child(0).state().selected
    at = view.viewport().mapToGlobal(place(view, 1).center())
    assert (
        face.childAt(at.x(), at.y()).text(QAccessible.Text.Name)
        == "fox 1 – Cancelled – not charged"
    )


async def test_dragging_selects_what_it_touches(shown, new_task, list_source):
    view = await shown(list_source([new_task(i) for i in range(1, 6)]))
    view.setSelectionMode(HistoryView.SelectionMode.ExtendedSelection)
    flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
    view.setSelection(QRect(0, HEADING + ROW // 2, 10, ROW), flag)
    rows = {index.row() for index in view.selectionModel().selectedIndexes()}
    assert rows == {0, 1}
    region = view.visualRegionForSelection(view.selectionModel().selection())
    assert region.contains(QRect(0, HEADING, view.viewport().width(), 2 * ROW))


async def test_a_rubber_band_is_seen_while_it_is_drawn(shown, new_task, list_source):
    view = await shown(list_source([new_task(i) for i in range(1, 4)]), HEADING + 4 * ROW)
    port, left = view.viewport(), Qt.MouseButton.LeftButton
    begin = QPoint(200, HEADING + 3 * ROW + 40)  # below the last row
    inside = begin + QPoint(-50, -10)
    plain = view.grab().toImage().pixelColor(inside)
    QTest.mousePress(port, left, pos=begin)
    QTest.mouseMove(port, begin + QPoint(-40, -20))
    QTest.mouseMove(port, QPoint(100, HEADING + ROW + ROW // 2))
    assert chosen_rows(view) == [2, 1]
    assert view.grab().toImage().pixelColor(inside) != plain
    QTest.mouseRelease(port, left, pos=QPoint(100, HEADING + ROW + ROW // 2))
    assert view.grab().toImage().pixelColor(inside) == plain
    assert chosen_rows(view) == [2, 1]


async def test_two_lines_break_between_facts_or_words(shown, new_task, list_source):
    view = await shown(list_source([]))
    metrics = view.fontMetrics()

    def wide(text: str) -> int:
        return metrics.horizontalAdvance(text)

    facts = "4 pictures · 6.0 s · $0.0035"
    assert broken_in_two(facts, metrics, wide(facts)) == (facts, "")
    assert broken_in_two(facts, metrics, wide("4 pictures · 6.0 s · $")) == (
        "4 pictures · 6.0 s",
        "$0.0035",
    )
    words = "Failed – not charged: CUDA out of memory"
    first, rest = broken_in_two(words, metrics, wide("Failed – not charged: CU"))
    assert (first, rest) == ("Failed – not charged:", "CUDA out of memory")
    assert broken_in_two("嵐の夜" * 20, metrics, 100)[1] == ""
