"""What waits, in real widgets: rows, keys, menu, dragging; and a window on a real queue."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel, QToolButton

from cartoonmix_desktop.core.errors import InsufficientBalance
from cartoonmix_desktop.core.money.quote import PriceSource, Quote
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.events import BalanceChanged, PendingChanged, QueueChanged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.queue.model import QueueModel
from cartoonmix_desktop.ui.queue.panel import QueuePanel
from cartoonmix_desktop.ui.recipe.generate_area import TimesDialog
from cartoonmix_desktop.ui.shell.controller import Controller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.widgets.theme import Theme

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def tasks(new_task: Callable[..., Task]) -> list[Task]:
    return [new_task(i, TaskState.QUEUED, f"prompt {i}") for i in range(1, 6)]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, tasks: list[Task]) -> QueuePanel:
    made = QueuePanel()
    made.view.bind(Commands(made))
    qtbot.addWidget(made)
    made.resize(340, 300)
    made.show_pending(PendingChanged(tuple(tasks)))
    made.show()
    qtbot.waitExposed(made)
    return made


def choose(panel: QueuePanel, *rows: int) -> None:
    model = panel.view.model()
    panel.view.setCurrentIndex(model.index(rows[0], 0))
    flag = panel.view.selectionModel().SelectionFlag.Select
    for row in rows[1:]:
        panel.view.selectionModel().select(model.index(row, 0), flag)


def test_it_is_there_only_while_something_waits(panel: QueuePanel, tasks: list[Task]) -> None:
    assert panel.isVisible()
    assert "5 waiting" in [w.text() for w in panel.findChildren(QLabel)]
    panel.show_pending(PendingChanged(()))
    assert not panel.isVisible()
    panel.show_pending(PendingChanged(tuple(tasks[:1])))
    assert panel.isVisible()


def test_keys_work_as_soon_as_the_keyboard_is_led_there(panel: QueuePanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.focus_rows()
    qtbot.waitUntil(panel.view.hasFocus)
    with qtbot.waitSignal(panel.view.duplicate_requested) as asked:
        QTest.keyClick(panel.view, Qt.Key.Key_D, CTRL)
    assert asked.args == [[1]]


def test_rows_are_read_aloud(panel: QueuePanel) -> None:
    view = QAccessible.queryAccessibleInterface(panel.view)
    assert view.text(QAccessible.Text.Name) == "Queue"
    words = panel.view.model().index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "2. prompt 2 – 512 × 512 · 4 pictures · seed 123456"


@pytest.mark.parametrize(
    ("rows", "key", "modifiers", "asked"),
    [
        ((1,), Qt.Key.Key_Up, ALT, ([2], 1)),
        ((0,), Qt.Key.Key_Up, ALT, None),
        ((1,), Qt.Key.Key_Down, ALT, ([2], 4)),
        ((3,), Qt.Key.Key_Down, ALT, ([4], 0)),
        ((4,), Qt.Key.Key_Down, ALT, None),
        ((1, 2), Qt.Key.Key_Down, ALT, ([2, 3], 5)),
        ((1, 3), Qt.Key.Key_Up, ALT, ([2, 4], 1)),
    ],
)
def test_alt_and_arrows_move_the_selection(
    panel: QueuePanel, rows: tuple[int, ...], key: Qt.Key, modifiers: Any, asked: Any
) -> None:
    told: list[Any] = []
    panel.view.move_requested.connect(lambda ids, before: told.append((ids, before)))
    choose(panel, *rows)
    QTest.keyClick(panel.view, key, modifiers)
    assert told == ([asked] if asked else [])


def test_every_operation_has_a_key_and_an_entry(panel: QueuePanel) -> None:
    told: list[Any] = []
    view = panel.view
    view.front_requested.connect(lambda ids: told.append(("front", ids)))
    view.edit_requested.connect(lambda task_id: told.append(("edit", task_id)))
    view.duplicate_requested.connect(lambda ids: told.append(("duplicate", ids)))
    view.remove_requested.connect(lambda ids: told.append(("remove", ids)))
    view.move_requested.connect(lambda ids, before: told.append(("move", ids, before)))
    choose(panel, 2)
    QTest.keyClick(view, Qt.Key.Key_Home, ALT)
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_D, CTRL)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    expected = [("front", [3]), ("edit", 3), ("duplicate", [3]), ("remove", [3])]
    assert told == expected
    told.clear()
    menu = view.menu()
    for entry in menu.actions():
        entry.trigger()
    assert [e.shortcut().toString() for e in menu.actions() if e.text() == "Move up"] == ["Alt+Up"]
    expected = [("edit", 3), ("duplicate", [3]), ("front", [3])]
    assert told == [*expected, ("move", [3], 2), ("move", [3], 5), ("remove", [3])]
    menu.close()


def test_a_dropped_row_asks_to_be_moved_and_moves_only_when_told(
    panel: QueuePanel, tasks: list[Task]
) -> None:
    model = panel.view.model()
    assert isinstance(model, QueueModel)
    told: list[Any] = []
    panel.view.move_requested.connect(lambda ids, before: told.append((ids, before)))
    data = model.mimeData([model.index(3, 0), model.index(1, 0)])
    move = Qt.DropAction.MoveAction
    assert model.dropMimeData(data, move, 0, 0, QModelIndex())
    assert model.dropMimeData(data, move, 2, 0, QModelIndex())
    assert model.dropMimeData(data, move, -1, -1, QModelIndex())
    assert model.dropMimeData(data, move, 5, 0, QModelIndex())
    assert not model.dropMimeData(data, Qt.DropAction.CopyAction, 0, 0, QModelIndex())
    assert told == [([2, 4], 1), ([2, 4], 3), ([2, 4], 0), ([2, 4], 0)]
    assert model.ids() == [task.id for task in tasks]


def test_the_selection_goes_along(panel: QueuePanel, tasks: list[Task]) -> None:
    QAbstractItemModelTester(
        panel.view.model(), QAbstractItemModelTester.FailureReportingMode.Fatal, panel
    )
    one, two, three, four, five = tasks
    choose(panel, 1, 3)
    panel.show_pending(PendingChanged((four, five, three, two, one)))
    assert panel.view.chosen() == [4, 2]
    panel.show_pending(PendingChanged((two, five)))
    assert panel.view.chosen() == [2]
    panel.show_pending(PendingChanged((one, five, two, three)))
    assert panel.view.chosen() == [2]
    panel.show_pending(PendingChanged((one, five)))  # sent; its neighbour is at hand
    assert panel.view.chosen() == [5]


def test_a_thousand_wait_without_a_hitch(panel: QueuePanel, new_task: Callable[..., Task]) -> None:
    many = tuple(new_task(i, TaskState.QUEUED) for i in range(1, 1001))
    began = time.perf_counter()
    for shift in range(20):
        panel.show_pending(PendingChanged(many[shift:]))
        panel.view.viewport().repaint()
    panel.show_pending(PendingChanged(many[::-1]))
    assert time.perf_counter() - began < 4  # 10 ms each, on an idle machine
    assert panel.view.height() < 300


class Known:
    """Half a cent a picture, but for what has no steps; counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.at_least = False

    def quote(self, request: GenerationRequest) -> Quote | None:
        self.asked += 1
        if request["steps"] == 1:
            return None
        amount = Decimal("0.0005") * int(request["samples"])
        return Quote(amount, self.at_least, PriceSource.LIST, 0.0)


def counted(panel: QueuePanel) -> str:
    return next(w.text() for w in panel.findChildren(QLabel) if "waiting" in w.text())


def test_what_waits_tells_its_price_and_how_far_the_balance_reaches(
    panel: QueuePanel, new_task: Callable[..., Task]
) -> None:
    panel.resize(700, 300)
    known = Known()
    panel.ask_prices(known)
    row, before = panel.view.model().index(0, 0), known.asked
    many = [new_task(i, TaskState.QUEUED, "a fox", samples=7) for i in range(1, 8)]
    panel.show_pending(PendingChanged(tuple(many)))
    assert counted(panel) == "7 waiting · about $0.025"
    assert known.asked == before + 1, "they are all alike"
    assert row.data(Qt.ItemDataRole.DisplayRole).endswith("seed 123456 · $0.0035")
    panel.show_balance(BalanceChanged(Decimal("12.00"), 1.0))
    assert counted(panel) == "7 waiting · about $0.025 · enough for 3,400 more"
    for left, said in (("0.03", "enough for 1 more"), ("0.0245", "enough for these")):
        panel.show_balance(BalanceChanged(Decimal(left), 1.0))
        assert counted(panel).endswith(said)
    panel.show_balance(BalanceChanged(Decimal("0.01"), 1.0))
    assert counted(panel).endswith("enough for 2 of them")
    known.at_least = True
    panel.show_prices()
    assert counted(panel) == "7 waiting · from $0.025"
    assert row.data(Qt.ItemDataRole.DisplayRole).endswith("from $0.0035")


def test_nothing_is_said_of_money_that_is_not_known_or_not_paid(
    panel: QueuePanel, new_task: Callable[..., Task]
) -> None:
    panel.resize(700, 300)
    panel.show_balance(BalanceChanged(Decimal(12), 1.0))
    assert counted(panel) == "5 waiting"
    panel.ask_prices(Known())
    drawn = [new_task(i, TaskState.QUEUED, account=SANDBOX) for i in (1, 2)]
    panel.show_pending(PendingChanged(tuple(drawn)))
    assert counted(panel) == "2 waiting"
    assert "$" not in panel.view.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_it_says_why_nothing_is_sent_and_has_one_button(panel: QueuePanel, qtbot: QtBot) -> None:
    def button(name: str) -> QToolButton:
        return next(b for b in panel.findChildren(QToolButton) if b.accessibleName() == name)

    with qtbot.waitSignal(panel.pause_requested):
        panel.show_queue(QueueChanged(0, 5))
        button("Pause queue").click()
    panel.show_queue(QueueChanged(0, 5, InsufficientBalance("Run", 97, "too low")))
    words = [w.accessibleName() for w in panel.findChildren(QLabel) if w.isVisible()]
    assert "Paused: The Wiro balance is too low" in words
    with qtbot.waitSignal(panel.resume_requested):
        button("Resume queue").click()
    for running, said in ((0, "Paused"), (2, "Paused. Running tasks will finish.")):
        panel.show_queue(QueueChanged(running, 5, held=True))
        assert said in [w.accessibleName() for w in panel.findChildren(QLabel) if w.isVisible()]
        assert button("Resume queue").isVisible()


def test_removed_tasks_can_be_put_back_for_a_moment(panel: QueuePanel, qtbot: QtBot) -> None:
    panel.show_pending(PendingChanged(()))
    panel.offer_back(3)
    assert panel.isVisible()
    back = next(b for b in panel.findChildren(QToolButton) if b.text() == "Put back")
    with qtbot.waitSignal(panel.put_back_requested):
        back.click()
    assert not panel.isVisible()


# --- a window on a real queue --------------------------------------------------------------------


class Whole:
    """The whole program but its loop: a window on a studio on the local sandbox, paused."""

    def __init__(self, home: Path) -> None:
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        self.studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")), {})
        self.controller = Controller(self.studio)
        self.window = self.controller.window
        self.recipe = self.window.recipe
        self.view = self.window.queue.view

    async def begin(self) -> None:
        await self.studio.open()
        await self.controller.show_history()
        await self.studio.start()
        await self.studio.sender.hold()

    def waiting(self) -> list[str]:
        return [str(task.request["seed"]) for task in self.studio.sender.pending.tasks]


@pytest.fixture
async def whole(theme: Theme, tmp_path: Path) -> AsyncIterator[Whole]:
    made = Whole(tmp_path / "cartoonmix")
    made.window.widget.resize(1440, 900)
    made.window.widget.show()
    await made.begin()
    yield made
    await made.controller.close()
    await made.studio.close()
    made.window.widget.deleteLater()


async def test_several_rearranged_edited_removed_and_put_back(
    whole: Whole, until: Callable[..., Any]
) -> None:
    recipe, view, waiting = whole.recipe, whole.view, whole.studio.sender.pending
    recipe.set_raw({"prompt": "a fox", "seed": "7"})
    recipe.area.several_requested.emit(4)
    await until(lambda: whole.waiting() == ["7", "8", "9", "10"])
    assert whole.window.queue.isVisible()
    whole.window.show_queue()
    view.setCurrentIndex(view.model().index(3, 0))
    QTest.keyClick(view, Qt.Key.Key_Up, ALT)
    await until(lambda: whole.waiting() == ["7", "8", "10", "9"])
    QTest.keyClick(view, Qt.Key.Key_Home, ALT)
    await until(lambda: whole.waiting() == ["10", "7", "8", "9"])
    # The form takes the recipe; Generate, pressed twice, updates it and makes no new one.
    recipe.set_raw({"prompt": "a draft of something else", "seed": "1"})
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert recipe.raw()["seed"] == "10"
    assert recipe.area.button.text() == "Update queued task"
    recipe.set_raw({"seed": "77"})
    recipe.generate()
    recipe.generate()
    await until(lambda: whole.waiting() == ["77", "7", "8", "9"])
    await until(lambda: recipe.area.button.text() == "Generate")
    assert recipe.raw()["prompt"] == "a draft of something else"
    assert len(waiting) == 4
    view.setCurrentIndex(view.model().index(1, 0))
    QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    await until(lambda: whole.waiting() == ["77", "9"])
    await until(lambda: any(b.text() == "Put back" for b in _buttons(whole)))
    next(b for b in _buttons(whole) if b.text() == "Put back").click()
    await until(lambda: whole.waiting() == ["77", "7", "8", "9"])
    view.setCurrentIndex(view.model().index(0, 0))
    QTest.keyClick(view, Qt.Key.Key_D, CTRL)
    await until(lambda: whole.waiting() == ["77", "77", "7", "8", "9"])


async def test_an_edit_left_or_overtaken_gives_the_form_back(
    whole: Whole, until: Callable[..., Any]
) -> None:
    recipe, waiting = whole.recipe, whole.studio.sender.pending
    recipe.set_raw({"prompt": "a fox", "seed": "7"})
    recipe.generate()
    await until(lambda: whole.waiting() == ["7"])
    [task] = waiting.tasks
    recipe.set_raw({"seed": "1"})
    whole.view.edit_requested.emit(task.id)
    assert recipe.raw()["seed"] == "7"
    recipe.area.edit_left.emit()
    assert (recipe.raw()["seed"], waiting.edited) == ("1", 0)
    whole.view.edit_requested.emit(task.id)
    await waiting.remove([task.id])
    await until(lambda: not recipe.area.editing)
    assert recipe.raw()["seed"] == "1"


async def test_the_row_tells_its_place(whole: Whole, until: Callable[..., Any]) -> None:
    whole.recipe.set_raw({"prompt": "a fox"})
    whole.recipe.area.several_requested.emit(3)
    await until(lambda: len(whole.waiting()) == 3)
    model = whole.window.history.view.model()
    await until(lambda: model.rowCount() == 3)
    words = [model.index(row, 0).data() for row in range(3)]
    assert [text.split("· ")[-1] for text in words] == [
        "3rd in line",
        "2nd in line",
        "next in line",
    ]


async def test_any_number_of_times_is_asked_for(whole: Whole, until: Callable[..., Any]) -> None:
    whole.recipe.set_raw({"prompt": "a fox", "seed": "x"})
    whole.recipe.area.ask_times()
    dialog = whole.window.widget.findChild(TimesDialog)
    assert dialog is not None
    dialog.times.setValue(40)
    dialog.accept()
    dialog.chosen.emit(dialog.times.value())
    await until(lambda: len(whole.waiting()) == 40)
    assert len(set(whole.waiting())) == 40
    await asyncio.sleep(0)


def _buttons(whole: Whole) -> list[QToolButton]:
    return [b for b in whole.window.queue.findChildren(QToolButton) if b.isVisible()]
