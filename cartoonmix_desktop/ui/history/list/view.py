"""The history as a list: rows painted by hand, with buttons and a menu for what can be done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QCursor,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QStyle,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.ui.history.list.day_list import DayList
from cartoonmix_desktop.ui.history.list.delegate import EDGE, HistoryDelegate
from cartoonmix_desktop.ui.history.list.geometry import HEADING
from cartoonmix_desktop.ui.marks.drag import MOST_FILES, start_drag
from cartoonmix_desktop.ui.widgets.painting import paint_band
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording.marks import marks_words, seen_of
from cartoonmix_desktop.wording.tasks import (
    ACTION_HELP,
    ACTION_WORDS,
    Action,
    actions_of,
    can_delete_remote,
    day_words,
    remote_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.history.list.model import HistoryModel

_AGES = 10_000  # milliseconds after which "5 min ago" is looked at again


class HistoryView(DayList):
    """Paints the rows, follows the pointer, and says what is to be done with a task."""

    task_activated = Signal(int)
    """Enter, Space or a double click."""
    menu_opening = Signal(object)
    """The `QMenu` of the selected rows, to be added to."""
    action_requested = Signal(str, int)
    """A value of `Action`, and the task's id."""

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        self._hovered = 0
        self._grip: QPoint | None = None  # where a row was pressed
        self._delegate = HistoryDelegate(model)
        super().__init__(model, parent)
        self._delegate.setParent(self)
        self.setAccessibleName("History")
        self.setProperty("painted", "true")
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setItemDelegate(self._delegate)
        Theme.current().changed.connect(self.viewport().update)
        ages = QTimer(self, interval=_AGES)
        ages.timeout.connect(self.viewport().update)
        ages.start()

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, e: QPaintEvent) -> None:
        """Paint the rows and headings that the event touches, from what is at hand."""
        painter = QPainter(self.viewport())
        painter.fillRect(e.rect(), Theme.current().color("panel"))
        offset = self.verticalOffset()
        top, bottom = e.rect().top() + offset, e.rect().bottom() + offset + 1
        now = datetime.fromtimestamp(self._history.clock(), tz=UTC).astimezone().date()
        for y, day in self._rows.headings(top, bottom):
            self._paint_heading(painter, y - offset, day, now)
        option = QStyleOptionViewItem()
        flag = QStyle.StateFlag
        for row in reversed(self._rows.rows(top, bottom)):  # the last wish is granted first
            index = self._history.index(row)
            place = self.visualRect(index)
            if not e.region().intersects(place):
                continue
            state = flag.State_Enabled
            if self.selectionModel().isSelected(index):
                state |= flag.State_Selected
            if index == self.currentIndex() and self.hasFocus():
                state |= flag.State_HasFocus
            if self._hovered and self._history.id_at(row) == self._hovered:
                state |= flag.State_MouseOver
            option.rect = place
            option.state = state
            self._delegate.paint(painter, option, index)
        paint_band(painter, self.band.translated(0, -offset))
        painter.end()
        if seen := self.rows_in_sight():
            self._history.show_rows(seen[0], seen[-1])

    def _paint_heading(self, painter: QPainter, y: int, day: date, today: date) -> None:
        theme = Theme.current()
        place = QRect(EDGE, y, self.viewport().width() - 2 * EDGE, HEADING)
        words = day_words(day, today)
        painter.setFont(font(11, medium=True))
        painter.setPen(theme.color("muted"))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place.adjusted(0, SPACE, 0, 0), side, words)
        left = EDGE + painter.fontMetrics().horizontalAdvance(words) + 2 * SPACE
        middle = place.center().y() + SPACE // 2
        painter.fillRect(left, middle, place.right() - left, 1, theme.color("line"))

    # --- mouse and keyboard ----------------------------------------------------------------------

    def _button_at(self, position: QPoint) -> tuple[int, Action] | None:
        index = self.indexAt(position)
        task = self._history.task_at(index.row()) if index.isValid() else None
        if task is None:
            return None
        places = self._delegate.buttons(self.visualRect(index), task)
        return next(((task.id, action) for action, at in places if at.contains(position)), None)

    def _hover(self, position: QPoint) -> None:
        """Light up the row and the button under the pointer."""
        over = self.viewport().rect().contains(position) and self.viewport().underMouse()
        hovered = self._history.id_at(self.indexAt(position).row()) if over else 0
        hot = self._button_at(position) if over else None
        if (hovered, hot) != (self._hovered, self._delegate.hot):
            self._hovered, self._delegate.hot = hovered, hot
            self.viewport().update()

    def rows_moved(self) -> None:
        """The pointer may be over another row now."""
        self._hover(self.viewport().mapFromGlobal(QCursor.pos()))

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Hover; the mouse button may be held down on a painted button, or drag rows along."""
        here = e.position().toPoint()
        self._hover(here)
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
        self._hover(here)
        left = e.button() == Qt.MouseButton.LeftButton
        self._grip = here if left and self.indexAt(here).isValid() else None
        if e.button() == Qt.MouseButton.LeftButton and self._delegate.hot:
            self._delegate.pressed = True
            self.viewport().update()
        else:
            super().mousePressEvent(e)

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        """Let go of a painted button: it acts if the pointer is still on it."""
        self.band = QRect()
        if not self._delegate.pressed:
            super().mouseReleaseEvent(e)
            self.viewport().update()
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

    def viewportEvent(self, event: QEvent) -> bool:
        """Show tooltips, and follow the pointer out of the list."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tooltip(event)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(QPoint(-1, -1))
        return bool(super().viewportEvent(event))

    def _show_tooltip(self, event: QHelpEvent) -> None:
        index = self.indexAt(event.pos())
        task = self._history.task_at(index.row()) if index.isValid() else None
        if task is None:
            QToolTip.hideText()
            return
        button = self._button_at(event.pos())
        said = (task.request.prompt.strip(), self._history.words(task))
        prompt = "\n\n".join(filter(None, (*said, marks_words(seen_of(task)), task.note)))
        words = ACTION_HELP[button[1]] if button else prompt
        QToolTip.showText(event.globalPos(), tooltip(words), self, self.visualRect(index))

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

    def contextMenuEvent(self, arg__1: QContextMenuEvent) -> None:
        """All that can be done with the row, for mouse and keyboard."""
        by_mouse = arg__1.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(arg__1.pos()) if by_mouse else self.currentIndex()
        task = self._history.task_at(index.row()) if index.isValid() else None
        if task is None:
            return
        if not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
        here = arg__1.globalPos()
        if not by_mouse:
            self.scrollTo(index)
            here = self.viewport().mapToGlobal(self.visualRect(index).center())
        menu = self.menu_of(task)
        self.menu_opening.emit(menu)
        menu.popup(here)

    def menu_of(self, task: Task) -> QMenu:
        """The row's menu; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # A dictionary keeps the order and drops what is there twice.
        for action in dict.fromkeys((*actions_of(task), Action.USE_RECIPE, Action.COPY_PROMPT)):
            entry = menu.addAction(ACTION_WORDS[action])
            entry.setToolTip(tooltip(ACTION_HELP[action]))
            entry.setData((action.value, task.id))
        menu.addSeparator()
        for action in (Action.DELETE, Action.DELETE_REMOTE):
            if action is Action.DELETE or can_delete_remote(task):
                words = remote_words(task, ACTION_WORDS[action])
                if action is Action.DELETE and self.count > 1:
                    words = f"Move {self.count:,} tasks to trash"
                entry = menu.addAction(words)
                entry.setToolTip(tooltip(ACTION_HELP[action]))
                entry.setData((action.value, task.id))
        menu.triggered.connect(self._on_menu_triggered)
        return menu

    def _on_menu_triggered(self, entry: QAction) -> None:
        if entry.data() is not None:  # else it is of those who added to the menu
            action, task_id = entry.data()
            self.action_requested.emit(action, task_id)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: ARG002, N803  Qt's signature
        """Take the selected rows along: to a collection, or their files to another program."""
        self._history.spawn(self._drag(self.chosen()))

    async def _drag(self, task_ids: Sequence[int]) -> None:
        source = self._history.source
        tasks = await source.tasks(task_ids[:MOST_FILES])
        pictures = [output.id for task in tasks for output in task.kept]
        files = await source.files(pictures[:MOST_FILES])
        # Qt's drag is a loop of its own, which must not begin inside a coroutine.
        QTimer.singleShot(0, self, lambda: start_drag(self, Target(task_ids), files, len(task_ids)))
