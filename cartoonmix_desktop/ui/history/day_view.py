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
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
)
from PySide6.QtWidgets import QListView, QMenu, QToolTip, QWidget

from cartoonmix_desktop.ui.history.day_layout import HEADING
from cartoonmix_desktop.ui.marks.drag import MOST_FILES, start_drag
from cartoonmix_desktop.ui.widgets.item_list import ItemList
from cartoonmix_desktop.ui.widgets.painting import paint_band
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording.formats import day_words, number

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence
    from datetime import date

    from cartoonmix_desktop.core.task.marks import Target
    from cartoonmix_desktop.ui.history.day_layout import DayLayout
    from cartoonmix_desktop.ui.history.search_model import SearchModel

MOST_RESTORED = 20_000
"""Items that are selected again after another search."""

_FOOT = 2 * SPACE  # below the last item


class DayView(ItemList):
    """Items of a `SearchModel` in days, painted by hand.

    Attributes:
        band: what the pointer draws around items to select them, in pixels of the whole view.
    """

    selection_changed = Signal()
    """Other items are selected."""
    menu_opening = Signal(object)
    """The `QMenu` of the selected items, to be added to."""

    ground = "panel"
    """The theme's colour behind the items."""
    margin = 0
    """Beside a heading, in device-independent pixels."""

    def __init__(self, model: SearchModel, layout: DayLayout, parent: QWidget | None) -> None:
        """Show a model.

        Args:
            model: what there is.
            layout: where it stands, until `relayout`.
            parent: its owner.
        """
        super().__init__(parent)
        self._model, self._days_layout = model, layout
        self._lit: object = None  # what is under the pointer
        self.band = QRect()
        self._grouped = True
        self._restoring = self._unfinished = False
        self._leaving = -1  # the row that the current one and its neighbours leave
        self.setProperty("painted", "true")
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setSelectionRectVisible(False)  # Qt's would be painted by Qt's own layout
        model.rowsAboutToBeRemoved.connect(self._on_rows_leaving)  # before Qt turns elsewhere
        self.begin(model)
        model.rowsInserted.connect(self._on_rows_inserted)
        model.rowsRemoved.connect(self._on_rows_removed)
        model.modelAboutToBeReset.connect(self._on_reset_coming)
        model.modelReset.connect(self._on_reset)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        Theme.current().changed.connect(self.viewport().update)

    # --- what who inherits says ------------------------------------------------------------------

    def item_height(self) -> int:
        """Of each item, in pixels."""
        raise NotImplementedError

    def item_span(self, row: int) -> tuple[int, int]:
        """Left edge and width of an item."""
        raise NotImplementedError

    def row_at(self, x: int, y: int) -> int:
        """The item that covers a point of the whole view; -1 beside them all."""
        raise NotImplementedError

    def rows_between(self, rect: QRect) -> Sequence[range]:
        """The runs of items from one end of a rectangle of the whole view to the other."""
        raise NotImplementedError

    def rows_in_band(self, band: QRect) -> Sequence[range]:
        """The runs of items that a rubber band touches."""
        raise NotImplementedError

    def headings(self, top: int, bottom: int) -> Iterable[tuple[int, date, int]]:
        """Upper edge and day of each heading between two edges; how many it has, 0 for untold."""
        raise NotImplementedError

    def paint_item(self, painter: QPainter, index: QModelIndex, rect: QRect) -> None:
        """Paint one from what is at hand."""
        raise NotImplementedError

    def tell_sight(self, rows: range) -> None:
        """Tell the model which items are in sight."""
        raise NotImplementedError

    def under(self, index: QModelIndex, position: QPoint) -> object:
        """What lights up when the pointer is there; None for nothing."""
        raise NotImplementedError

    def light(self, lit: object) -> None:
        """Light it up; the view is painted anew by itself."""

    def tip_of(self, index: QModelIndex, position: QPoint) -> str:
        """What a tooltip says there; empty for none."""
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

    def relayout(self, layout: DayLayout) -> None:
        """Let everything stand elsewhere; what is to stay in its place is not known here."""
        self._days_layout = layout

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the items."""
        height, bar = self.viewport().height(), self.verticalScrollBar()
        bar.setSingleStep(max(24, self.item_height() // 2))
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._days_layout.height + _FOOT - height))

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """An item in the viewport's pixels."""
        row = index.row()
        if not 0 <= row < len(self._days_layout):
            return QRect()
        left, width = self.item_span(row)
        top = self._days_layout.top(row) - self.verticalOffset()
        return QRect(left, top, width, self.item_height())

    def indexAt(self, p: QPoint) -> QModelIndex:
        """The item at a point; invalid beside them all."""
        row = self.row_at(p.x(), p.y() + self.verticalOffset())
        return self._model.index(row) if row >= 0 else QModelIndex()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QListView.ScrollHint = QListView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring an item into sight, one of a day's first with its heading."""
        row = index.row()
        if not 0 <= row < len(self._days_layout):
            return
        top, tall = self._days_layout.top(row), self.item_height()
        above = self._days_layout.heading_of(row)
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
        if self.state() == QListView.State.DragSelectingState:
            self.band = rect.normalized().translated(0, offset)
            runs = self.rows_in_band(self.band)
            self.viewport().update()
        else:
            runs = self.rows_between(rect.translated(0, offset))
        chosen = QItemSelection()
        for run in runs:
            chosen.select(self._model.index(run[0]), self._model.index(run[-1]))
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: ARG002  Qt's signature
        """Where selected items may be: painting all that is in sight costs little."""
        return QRegion(self.viewport().rect())

    def rows_in_sight(self) -> range:
        """The rows of which the viewport shows something."""
        top = self.verticalOffset()
        return self._days_layout.rows(top, top + self.viewport().height())

    # --- keeping the place -----------------------------------------------------------------------

    def _on_scrolled(self, value: int) -> None:
        raise NotImplementedError

    def _on_rows_leaving(self, parent: QModelIndex, first: int, last: int) -> None:
        raise NotImplementedError

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        raise NotImplementedError

    def _on_rows_removed(self) -> None:
        raise NotImplementedError

    def _on_reset_coming(self) -> None:
        raise NotImplementedError

    def _on_reset(self) -> None:
        raise NotImplementedError

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, e: QPaintEvent) -> None:
        """Paint the items and headings that the event touches, from what is at hand."""
        painter = QPainter(self.viewport())
        painter.fillRect(e.rect(), Theme.current().color(self.ground))
        offset = self.verticalOffset()
        top, bottom = e.rect().top() + offset, e.rect().bottom() + offset + 1
        today = datetime.fromtimestamp(self.clock(), tz=UTC).astimezone().date()
        width = self.viewport().width() - 2 * self.margin
        for y, day, count in self.headings(top, bottom):
            line = QRect(self.margin, y - offset, width, HEADING)
            _paint_heading(painter, line, day, today, count)
        for row in reversed(self._days_layout.rows(top, bottom)):  # the last wish is granted first
            index = self._model.index(row)
            rect = self.visualRect(index)
            if e.region().intersects(rect):
                self.paint_item(painter, index, rect)
        paint_band(painter, self.band.translated(0, -offset))
        painter.end()
        self.tell_sight(self.rows_in_sight())

    # --- mouse and menu --------------------------------------------------------------------------

    def hover(self, position: QPoint) -> None:
        """Light up what is under the pointer."""
        over = self.viewport().rect().contains(position) and self.viewport().underMouse()
        index = self.indexAt(position) if over else QModelIndex()
        lit = self.under(index, position) if index.isValid() else None
        if lit != self._lit:
            self._lit = lit
            self.light(lit)
            self.viewport().update()

    def rows_moved(self) -> None:
        """The pointer may be over another item now."""
        self.hover(self.viewport().mapFromGlobal(QCursor.pos()))

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Hover."""
        self.hover(e.position().toPoint())
        super().mouseMoveEvent(e)

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        """End the rubber band."""
        super().mouseReleaseEvent(e)
        self.band = QRect()
        self.viewport().update()

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

    async def _drag(self, chosen: Sequence[int] | array[int]) -> None:
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
