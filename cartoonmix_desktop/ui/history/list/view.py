"""The history as a list: rows painted by hand, with buttons and a menu for what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QMenu, QStyle, QStyleOptionViewItem, QWidget

from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.ui.history.list.day_list import DayList
from cartoonmix_desktop.ui.history.list.delegate import EDGE, HistoryDelegate
from cartoonmix_desktop.ui.marks.drag import MOST_FILES
from cartoonmix_desktop.wording.history import HISTORY
from cartoonmix_desktop.wording.marks import marks_words, seen_of
from cartoonmix_desktop.wording.tasks.actions import (
    ACTION_HELP,
    ACTION_WORDS,
    Action,
    actions_of,
    can_delete_remote,
)
from cartoonmix_desktop.wording.tasks.states import remote_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.history.list.model import HistoryModel

_AGES = 10_000  # milliseconds after which "5 min ago" is looked at again


class HistoryView(DayList):
    """Paints the rows, follows the pointer, and says what is to be done with a task."""

    task_activated = Signal(int)
    """Enter, Space or a double click."""
    action_requested = Signal(str, int)
    """A value of `Action`, and the task's id."""

    margin = EDGE

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        self._hovered = 0
        self._grip: QPoint | None = None  # where a row was pressed
        self._delegate = HistoryDelegate(model)
        super().__init__(model, parent)
        self._delegate.setParent(self)
        self.setAccessibleName(HISTORY)
        self.setItemDelegate(self._delegate)
        ages = QTimer(self, interval=_AGES)
        ages.timeout.connect(self.viewport().update)
        ages.start()

    def clock(self) -> float:
        """Unix seconds."""
        return self._history.clock()

    # --- painting --------------------------------------------------------------------------------

    def paint_item(self, painter: QPainter, index: QModelIndex, rect: QRect) -> None:
        """Paint a row."""
        option = QStyleOptionViewItem()
        flag = QStyle.StateFlag
        state = flag.State_Enabled
        if self.selectionModel().isSelected(index):
            state |= flag.State_Selected
        if index == self.currentIndex() and self.hasFocus():
            state |= flag.State_HasFocus
        if self._hovered and self._history.id_at(index.row()) == self._hovered:
            state |= flag.State_MouseOver
        option.rect = rect
        option.state = state
        self._delegate.paint(painter, option, index)

    def tell_sight(self, rows: range) -> None:
        """Tell the model which rows are in sight."""
        if rows:
            self._history.show_rows(rows[0], rows[-1])

    # --- mouse and keyboard ----------------------------------------------------------------------

    def _button_at(self, position: QPoint) -> tuple[int, Action] | None:
        index = self.indexAt(position)
        task = self._history.task_at(index.row()) if index.isValid() else None
        if task is None:
            return None
        places = self._delegate.buttons(self.visualRect(index), task)
        return next(((task.id, action) for action, at in places if at.contains(position)), None)

    def under(self, index: QModelIndex, position: QPoint) -> tuple[int, tuple[int, Action] | None]:
        """The task, and the button with its task."""
        return self._history.id_at(index.row()), self._button_at(position)

    def light(self, lit: object) -> None:
        """Light up a row and the button in it."""
        hovered, hot = cast("tuple[int, tuple[int, Action] | None]", lit or (0, None))
        self._hovered, self._delegate.hot = hovered, hot

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Hover; the mouse button may be held down on a painted button, or drag rows along."""
        here = e.position().toPoint()
        self.hover(here)
        if self._delegate.pressed:
            return
        if self._grip is None or not e.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(e)
        elif (here - self._grip).manhattanLength() >= QApplication.startDragDistance():
            self._grip = None
            self.startDrag(Qt.DropAction.CopyAction)

    def mousePressEvent(self, e: QMouseEvent) -> None:
        """Press a painted button, or select the row, which can then be dragged."""
        here = e.position().toPoint()
        self.hover(here)
        left = e.button() == Qt.MouseButton.LeftButton
        self._grip = here if left and self.indexAt(here).isValid() else None
        if e.button() == Qt.MouseButton.LeftButton and self._delegate.hot:
            self._delegate.pressed = True
            self.viewport().update()
        else:
            super().mousePressEvent(e)

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        """Let go of a painted button: it acts if the pointer is still on it."""
        if not self._delegate.pressed:
            super().mouseReleaseEvent(e)
            return
        hot = self._delegate.hot
        self._delegate.pressed = False
        self.viewport().update()
        if hot and hot == self._button_at(e.position().toPoint()):
            self.action_requested.emit(hot[1].value, hot[0])

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """Open the task; two quick clicks on a painted button are two clicks."""
        if self._button_at(e.position().toPoint()):
            self.mousePressEvent(e)
        elif (index := self.indexAt(e.position().toPoint())).isValid():
            self.task_activated.emit(self._history.id_at(index.row()))

    def tip_of(self, index: QModelIndex, position: QPoint) -> str:
        """What a button does; else prompt, state, marks and note of the task."""
        if (task := self._history.task_at(index.row())) is None:
            return ""
        if button := self._button_at(position):
            return ACTION_HELP[button[1]]
        said = (task.request.prompt.strip(), self._history.words(task))
        return "\n\n".join(filter(None, (*said, marks_words(seen_of(task)), task.note)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open the task; copying is the picture's."""
        opening = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
        index = self.currentIndex()
        if event.key() in opening and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if index.isValid():
                self.setCurrentIndex(index)
                self.task_activated.emit(self._history.id_at(index.row()))
        elif event.matches(QKeySequence.StandardKey.Copy):
            event.ignore()
        else:
            super().keyPressEvent(event)

    # --- the menu --------------------------------------------------------------------------------

    def menu_of_row(self, row: int) -> QMenu | None:
        """The menu of a row; None until its task is read."""
        task = self._history.task_at(row)
        return None if task is None else self.menu_of(task)

    def menu_of(self, task: Task) -> QMenu:
        """The row's menu; it deletes itself when closed."""
        from cartoonmix_desktop.ui.command_table import task_command
        from cartoonmix_desktop.ui.commands import add_entry
        from cartoonmix_desktop.wording.commands import delete_tasks

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # A dictionary keeps the order and drops what is there twice.
        for action in dict.fromkeys((*actions_of(task), Action.USE_RECIPE, Action.COPY_PROMPT)):
            add_entry(menu, task_command(action)).setData((action.value, task.id))
        menu.addSeparator()
        for action in (Action.DELETE, Action.DELETE_REMOTE):
            if action is Action.DELETE or can_delete_remote(task):
                words = remote_words(task, ACTION_WORDS[action])
                if action is Action.DELETE and self.count > 1:
                    words = delete_tasks(self.count)
                entry = add_entry(menu, task_command(action), said=words)
                entry.setData((action.value, task.id))
        menu.triggered.connect(self._on_menu_triggered)
        return menu

    def _on_menu_triggered(self, entry: QAction) -> None:
        if entry.data() is not None:  # else it is of those who added to the menu
            action, task_id = entry.data()
            self.action_requested.emit(action, task_id)

    async def to_drag(self, chosen: Sequence[int]) -> tuple[Target, Sequence[int]]:
        """The selected tasks, and their pictures."""
        tasks = await self._history.source.tasks(chosen[:MOST_FILES])
        return Target(chosen), [output.id for task in tasks for output in task.kept]
