"""What the list of tasks and the grid of pictures have in common: days that are scrolled through.

A `DayLayout` says where everything is; who inherits paints one item, and says what it is called.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
)
from PySide6.QtWidgets import QApplication, QListView, QMenu, QToolTip, QWidget

from cartoonmix_desktop.ui.history.day_layout import HEADING, DayLayout, Form
from cartoonmix_desktop.ui.marks.drag import MOST_FILES, start_drag
from cartoonmix_desktop.ui.widgets.item_list import ItemList
from cartoonmix_desktop.ui.widgets.painting import paint_band
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording.formats import day_words, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from cartoonmix_desktop.core.task.marks import Target
    from cartoonmix_desktop.ui.history.paged_model import PagedModel

_FOOT = 2 * SPACE  # below the last item


class DayView(ItemList):
    """Items of a `PagedModel` in days, painted by hand.

    Attributes:
        placed: where the items are.
        lit: what is under the pointer; None for nothing.
        band: what the pointer draws around items to select them, in pixels of the whole view.
    """

    enlarge_requested = Signal()
    """A double click on an item, which is the current one then."""
    menu_opening = Signal(object)
    """The `QMenu` of the selected items, to be added to."""

    ground = "panel"
    """The theme's colour behind the items."""
    margin = 0
    """Beside a heading, in device-independent pixels."""
    sideways = False
    """Whether keys lead to what is beside an item."""
    counts_days = False
    """Whether a heading says how many items its day has."""

    def __init__(self, model: PagedModel, parent: QWidget | None) -> None:
        """Show a model.

        Args:
            model: what there is.
            parent: its owner.
        """
        super().__init__(parent)
        self._model = model
        self.placed = DayLayout((), Form(1, 1))
        self.lit: object = None
        self.band = QRect()
        self._grip: QPoint | None = None  # where an item was pressed
        self._grouped = True
        self.setProperty("painted", "true")
        self.setMouseTracking(True)
        self.setSelectionRectVisible(False)  # Qt's would be painted by Qt's own layout
        Theme.current().changed.connect(self.viewport().update)

    # --- what who inherits says ------------------------------------------------------------------

    def form(self) -> Form:
        """How items stand side by side in the width that there is."""
        raise NotImplementedError

    def paint_item(self, painter: QPainter, index: QModelIndex, rect: QRect) -> None:
        """Paint one from what is at hand."""
        raise NotImplementedError

    def under(self, index: QModelIndex, position: QPoint) -> object:  # noqa: ARG002  for who has parts
        """What lights up when the pointer is there."""
        return index.row()

    def tip_of(self, index: QModelIndex, position: QPoint) -> str:
        """What a tooltip says there; empty for none."""
        raise NotImplementedError

    def open_item(self, index: QModelIndex) -> None:
        """Enter, Space or a double click."""
        raise NotImplementedError

    def menu_of_row(self, row: int) -> QMenu | None:
        """The menu of the selected items, before others add to it; None for none."""
        raise NotImplementedError

    def chosen(self, most: int = 0) -> Sequence[int]:
        """Ids of the selected items in the order seen, or of the first of them."""
        raise NotImplementedError

    async def to_drag(self, chosen: Sequence[int]) -> tuple[Target, Sequence[int]]:
        """What is dragged to a collection, and the ids of the pictures whose files go along."""
        raise NotImplementedError

    def clock(self) -> float:
        """Unix seconds: which day is today."""
        raise NotImplementedError

    # --- geometry, as QAbstractItemView asks for it ----------------------------------------------

    def place_items(self) -> None:
        """Let everything stand where it belongs now; what is to stay in sight is not known here."""
        count = len(self._model.found)
        days = self.days
        starts = [first for first, _ in days] or [0] * bool(count)
        ends = [*starts[1:], count]
        counts = [end - start for start, end in zip(starts, ends, strict=False)][::-1]
        self.placed = DayLayout(counts, self.form(), headings=bool(days))

    @property
    def days(self) -> list[tuple[int, date]]:
        """The first index and the date of each day, the oldest first; none without headings."""
        return self._model.found.days if self._grouped and self._model.by_day else []

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the items."""
        height, bar = self.viewport().height(), self.verticalScrollBar()
        bar.setSingleStep(max(24, self.placed.form.height // 2))
        bar.setPageStep(height)
        bar.setRange(0, max(0, self.placed.height + _FOOT - height))

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """An item in the viewport's pixels."""
        row, form = index.row(), self.placed.form
        if not 0 <= row < len(self.placed):
            return QRect()
        top = self.placed.top(row) - self.verticalOffset()
        return QRect(self.placed.left(row), top, form.width, form.height)

    def indexAt(self, p: QPoint) -> QModelIndex:
        """The item at a point; invalid beside them all."""
        row = self.placed.item_at(p.x(), p.y() + self.verticalOffset())
        return self._model.index(row) if row >= 0 else QModelIndex()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QListView.ScrollHint = QListView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring an item into sight, one of a day's first with its heading."""
        row = index.row()
        if not 0 <= row < len(self.placed):
            return
        top, tall = self.placed.top(row), self.placed.form.height
        above = self.placed.heading_of(row)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if hint == QListView.ScrollHint.PositionAtCenter:
            bar.setValue(top - (height - tall) // 2)
        elif above < bar.value() or hint == QListView.ScrollHint.PositionAtTop:
            bar.setValue(above)
        elif top + tall > bar.value() + height or hint == QListView.ScrollHint.PositionAtBottom:
            bar.setValue(top + tall + _FOOT - height)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a rubber band touches; else all between the two ends of ``rect``.

        Qt calls it for both, and for the second with the rectangle from the first item to the
        last, whichever way it goes.
        """
        offset = self.verticalOffset()
        rect = rect.translated(0, offset)
        if self.state() == QListView.State.DragSelectingState:
            self.band = rect.normalized()
            band = self.band
            runs = self.placed.touched(band.left(), band.top(), band.right(), band.bottom())
            self.viewport().update()
        else:
            corners = ((rect.left(), rect.top()), (rect.right(), rect.bottom()))
            ends = [self.placed.item_at(*corner) for corner in corners]
            runs = [range(min(ends), max(ends) + 1)] if min(ends) >= 0 else []
        self.selectionModel().select(self.selection_of(runs), command)

    def selection_of(self, runs: Sequence[range]) -> QItemSelection:
        """Some runs of rows, to be selected."""
        chosen = QItemSelection()
        for run in runs:
            chosen.select(self._model.index(run[0]), self._model.index(run[-1]))
        return chosen

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: ARG002  Qt's signature
        """Where selected items may be: painting all that is in sight costs little."""
        return QRegion(self.viewport().rect())

    def rows_in_sight(self) -> range:
        """The rows of which the viewport shows something."""
        top = self.verticalOffset()
        return self.placed.seen(top, top + self.viewport().height())

    def moveCursor(
        self,
        cursorAction: QListView.CursorAction,  # noqa: N803  Qt passes it by this name
        modifiers: Qt.KeyboardModifier,  # noqa: ARG002  Qt's signature
    ) -> QModelIndex:
        """Where a key leads from the current item."""
        to, placed = QListView.CursorAction, self.placed
        last, row = len(placed) - 1, self.currentIndex().row()
        if row < 0:  # from nowhere, every way but one leads to the first
            return self._model.index(last if cursorAction == to.MoveEnd else 0)
        page = placed.rows_in(self.viewport().height())
        match cursorAction:
            case to.MoveUp:
                row = placed.moved(row, -1)
            case to.MoveDown:
                row = placed.moved(row, 1)
            case to.MovePageUp:
                row = placed.moved(row, -page)
            case to.MovePageDown:
                row = placed.moved(row, page)
            case to.MoveHome:
                row = 0
            case to.MoveEnd:
                row = last
            case to.MoveLeft | to.MoveRight if not self.sideways:
                pass
            case to.MoveLeft | to.MovePrevious:
                row = max(0, row - 1)
            case _:
                row = min(last, row + 1)
        return self._model.index(row)

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, e: QPaintEvent) -> None:
        """Paint the items and headings that the event touches, from what is at hand."""
        painter = QPainter(self.viewport())
        painter.fillRect(e.rect(), Theme.current().color(self.ground))
        offset = self.verticalOffset()
        top, bottom = e.rect().top() + offset, e.rect().bottom() + offset + 1
        today = datetime.fromtimestamp(self.clock(), tz=UTC).astimezone().date()
        width = self.viewport().width() - 2 * self.margin
        for y, day, count in self._headings(top, bottom):
            line = QRect(self.margin, y - offset, width, HEADING)
            _paint_heading(painter, line, day, today, count)
        for row in reversed(self.placed.seen(top, bottom)):  # the last wish is granted first
            index = self._model.index(row)
            rect = self.visualRect(index)
            if e.region().intersects(rect):
                self.paint_item(painter, index, rect)
        paint_band(painter, self.band.translated(0, -offset))
        painter.end()
        self._model.show_rows(self.rows_in_sight())

    def _headings(self, top: int, bottom: int) -> Iterator[tuple[int, date, int]]:
        """Upper edge and day of each heading between two edges; how many it has, 0 for untold."""
        days = self.days
        for y, at in self.placed.headings(top, bottom):
            first, day = days[-1 - at]
            end = days[-at][0] if at else len(self.placed)
            yield y, day, (end - first) * self.counts_days

    # --- mouse, keyboard and menu ----------------------------------------------------------------

    def hover(self, position: QPoint) -> None:
        """Light up what is under the pointer."""
        over = self.viewport().rect().contains(position) and self.viewport().underMouse()
        index = self.indexAt(position) if over else QModelIndex()
        lit = self.under(index, position) if index.isValid() else None
        if lit != self.lit:
            self.lit = lit
            self.viewport().update()

    def rows_moved(self) -> None:
        """The pointer may be over another item now."""
        self.hover(self.viewport().mapFromGlobal(QCursor.pos()))

    def mousePressEvent(self, e: QMouseEvent) -> None:
        """Select an item, which can then be dragged, or begin a rubber band beside them."""
        here = e.position().toPoint()
        left = e.button() == Qt.MouseButton.LeftButton
        self._grip = here if left and self.indexAt(here).isValid() else None
        super().mousePressEvent(e)

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Hover, or take the selected items along: Qt would look at each of them first."""
        here = e.position().toPoint()
        self.hover(here)
        if self._grip is None or not e.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(e)
        elif (here - self._grip).manhattanLength() >= QApplication.startDragDistance():
            self._grip = None
            self.startDrag(Qt.DropAction.CopyAction)

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        """End the rubber band."""
        super().mouseReleaseEvent(e)
        self._grip = None
        self.band = QRect()
        self.viewport().update()

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """Show the item's picture alone."""
        index = self.indexAt(e.position().toPoint())
        if e.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.setCurrentIndex(index)
            self.enlarge_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open the current item; the rest is Qt's."""
        opening = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
        if event.key() in opening and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if (index := self.currentIndex()).isValid():
                self.open_item(index)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show tooltips, and follow the pointer out of the view."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            if index.isValid() and (said := self.tip_of(index, event.pos())):
                rect = self.visualRect(index)
                QToolTip.showText(event.globalPos(), tooltip(said), self, rect)
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.Leave:
            self.hover(QPoint(-1, -1))
        return bool(super().viewportEvent(event))

    def contextMenuEvent(self, arg__1: QContextMenuEvent) -> None:
        """All that can be done with the selected items, for mouse and keyboard."""
        by_mouse = arg__1.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(arg__1.pos()) if by_mouse else self.currentIndex()
        if not index.isValid():
            return
        if not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
        here = arg__1.globalPos()
        if not by_mouse:
            self.scrollTo(index)
            here = self.viewport().mapToGlobal(self.visualRect(index).center())
        if (menu := self.menu_of_row(index.row())) is not None:
            self.menu_opening.emit(menu)
            menu.popup(here)

    # --- dragging out ----------------------------------------------------------------------------

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: ARG002, N803  Qt's signature
        """Find the files, then take them along: to a collection, or to another program."""
        self._model.spawn(self._drag(self.chosen()))

    async def _drag(self, chosen: Sequence[int]) -> None:
        target, pictures = await self.to_drag(chosen)
        files = await self._model.source.files(list(pictures[:MOST_FILES]))
        # Qt's drag is a loop of its own, which must not begin inside a coroutine.
        QTimer.singleShot(0, self, lambda: start_drag(self, target, files, len(chosen)))


def _paint_heading(painter: QPainter, line: QRect, day: date, today: date, count: int) -> None:
    """A day, and how many were made in it unless that is 0."""
    theme = Theme.current()
    words = day_words(day, today)
    side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme.color("muted"))
    painter.setFont(font(11, medium=True))
    line = line.adjusted(0, SPACE, 0, 0)
    painter.drawText(line, side, words)
    left = painter.fontMetrics().horizontalAdvance(words) + 2 * SPACE
    if count:
        painter.setFont(font(11, tabular=True))
        painter.drawText(line.adjusted(left, 0, 0, 0), side, number(count))
        left += painter.fontMetrics().horizontalAdvance(number(count)) + 2 * SPACE
    rule = QRect(line.left() + left, line.center().y(), line.width() - left, 1)
    painter.fillRect(rule, theme.color("line"))
