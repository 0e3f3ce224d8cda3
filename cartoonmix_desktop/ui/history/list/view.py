"""The history as a list: rows painted by hand, with buttons and a menu for what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionViewItem, QWidget

from cartoonmix_desktop.core.search.result_set import Item
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.ui.history.day_layout import Form
from cartoonmix_desktop.ui.history.list.delegate import EDGE, ROW, HistoryDelegate
from cartoonmix_desktop.ui.history.steady_view import NOTHING, SteadyView
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


class HistoryView(SteadyView):
    """Paints the rows, follows the pointer, and says what is to be done with a task."""

    task_selected = Signal(int)
    """Another task is selected; 0 when it is gone."""
    task_activated = Signal(int)
    """Enter, Space or a double click."""
    action_requested = Signal(str, int)
    """A value of `Action`, and the task's id."""

    margin = EDGE

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        self._history = model
        self._delegate = HistoryDelegate(model)
        super().__init__(model, parent)
        self._delegate.setParent(self)
        self.setAccessibleName(HISTORY)
        self.setItemDelegate(self._delegate)
        model.read.connect(self._on_read)
        ages = QTimer(self, interval=_AGES)
        ages.timeout.connect(self.viewport().update)
        ages.start()

    def clock(self) -> float:
        """Unix seconds."""
        return self._history.clock()

    # --- what is selected ------------------------------------------------------------------------

    @property
    def selected(self) -> int:
        """Id of the selected task, also while a search hides it; 0 for none."""
        return self._current.task

    def chosen(self, most: int = 0) -> Sequence[int]:
        """Ids of the selected rows, or of the first of them; of a hidden task, its own."""
        chosen = self.selected_of(self._history.found.ids, most)
        return chosen or ((self.selected,) if self.selected else ())

    def select(self, task_id: int) -> None:
        """Select a task and bring it into sight, now or as soon as it is among the rows."""
        if task_id != self.selected:
            self._current, self._kept = Item(task_id), ()
            self.tell_current()
        self._awaited = True
        row = self._history.row_of(task_id)
        if row >= 0 and not (row == self.currentIndex().row() and self.selects_row(row)):
            self.make_current(row)
        self.show_current()
        if self._awaited:
            self._light_nothing()

    def row_turned_to(self) -> int:
        """Of several selected rows, the one that the keys start from."""
        row = self.currentIndex().row()
        if row < 0 or not self.selects_row(row):
            parts = self.selected_parts()
            row = parts[0].top() if parts else -1
        return row

    def tell_current(self) -> None:
        """Tell which task is selected."""
        self._awaited = False
        self.task_selected.emit(self.selected)

    def _on_read(self) -> None:
        """All rows have come or gone: before that nobody knows whether the selected one is gone."""
        # What a search hides stays selected, and is found again when the search is over.
        gone = self.selected and self._history.row_of(self.selected) < 0
        if gone and self._history.whole and not self._history.searched:
            self._current = NOTHING
            self._light_nothing()
            self.tell_current()

    def _light_nothing(self) -> None:
        """What is shown is not among the rows: any of them can be turned to."""
        self._restoring = True
        self.clearSelection()
        self._restoring = False
        self.selection_changed.emit()

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the rows; there is none where nothing is to be scrolled."""
        super().updateGeometries()
        shown = (
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
            if self.verticalScrollBar().maximum()
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if self.verticalScrollBarPolicy() != shown:
            self.setVerticalScrollBarPolicy(shown)

    # --- painting --------------------------------------------------------------------------------

    def form(self) -> Form:
        """Rows as wide as the view."""
        return Form(max(1, self.viewport().width()), ROW)

    def paint_item(self, painter: QPainter, index: QModelIndex, rect: QRect) -> None:
        """Paint a row."""
        option = QStyleOptionViewItem()
        flag = QStyle.StateFlag
        state = flag.State_Enabled
        if self.selectionModel().isSelected(index):
            state |= flag.State_Selected
        if index == self.currentIndex() and self.hasFocus():
            state |= flag.State_HasFocus
        if self._lit[0] and self._history.id_at(index.row()) == self._lit[0]:
            state |= flag.State_MouseOver
        option.rect = rect
        option.state = state
        self._delegate.paint(painter, option, index)

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

    @property
    def _lit(self) -> tuple[int, tuple[int, Action] | None]:
        return cast("tuple[int, tuple[int, Action] | None]", self.lit or (0, None))

    def hover(self, position: QPoint) -> None:
        """Light up a row and the button in it."""
        super().hover(position)
        self._delegate.hot = self._lit[1]

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Hover; the mouse button may be held down on a painted button, or drag rows along."""
        if self._delegate.pressed:
            self.hover(e.position().toPoint())
        else:
            super().mouseMoveEvent(e)

    def mousePressEvent(self, e: QMouseEvent) -> None:
        """Press a painted button, or select the row."""
        self.hover(e.position().toPoint())
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
        else:
            super().mouseDoubleClickEvent(e)

    def open_item(self, index: QModelIndex) -> None:
        """Open the task, which may not be the one that is shown."""
        self.setCurrentIndex(index)
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
        """Copying is the picture's."""
        if event.matches(QKeySequence.StandardKey.Copy):
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
            if action is Action.RETRY and self.count > 1:
                continue  # all that are selected are meant: see `QueuePresenter`
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
