"""The grid of pictures as people use it: painted by hand, with keys, mouse, menu and dragging."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QMenu,
    QToolTip,
    QWidget,
)

from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.ui.history.grid.day_grid import DayGrid
from cartoonmix_desktop.ui.history.grid.geometry import MARGIN
from cartoonmix_desktop.ui.history.grid.paint import paint_cell, paint_heading
from cartoonmix_desktop.ui.marks.drag import MOST_FILES, start_drag
from cartoonmix_desktop.ui.widgets.painting import paint_band
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from array import array

    from cartoonmix_desktop.ui.history.grid.model import GalleryModel

_STEP = 24  # pixels that a turn of the wheel makes a cell larger


class GalleryView(DayGrid):
    """Pictures in a dense grid, to be looked through, selected and taken along."""

    opened = Signal()
    """Enter or a double click on the current picture."""
    preview_requested = Signal()
    """Space."""
    left = Signal()
    """Escape."""
    copy_requested = Signal()
    menu_opening = Signal(object)
    """The `QMenu` of the selected pictures, to be filled."""
    edge_changed = Signal(int)
    """The person made the cells larger or smaller with the wheel."""

    def __init__(self, model: GalleryModel, parent: QWidget | None = None) -> None:
        self._fitted = False
        self._hovered = -1
        super().__init__(model, parent)
        self.setAccessibleName("Pictures")
        self.setProperty("painted", "true")
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        model.picture_changed.connect(self.viewport().update)
        Theme.current().changed.connect(self.viewport().update)

    # --- painting --------------------------------------------------------------------------------

    @property
    def fitted(self) -> bool:
        """Whether all of a picture is shown in its cell; else the cell is filled."""
        return self._fitted

    @fitted.setter
    def fitted(self, fitted: bool) -> None:
        self._fitted = fitted
        self.viewport().update()

    def paintEvent(self, e: QPaintEvent) -> None:
        """Paint the cells and headings that the event touches, from what is at hand."""
        painter = QPainter(self.viewport())
        theme = Theme.current()
        painter.fillRect(e.rect(), theme.color("window"))
        offset = self.verticalOffset()
        top, bottom = e.rect().top() + offset, e.rect().bottom() + offset + 1
        days = self._days()
        today = datetime.now(tz=UTC).astimezone().date()
        for y, number in self._cells.headings(top, bottom):
            place, day = days[-1 - number]
            end = days[-number][0] if number else len(self.gallery.found)
            line = QRect(MARGIN, y - offset, self.viewport().width() - 2 * MARGIN, 36)
            paint_heading(painter, line, day, today, end - place)
        selection, current = self.selectionModel(), self.currentIndex().row()
        focused = self.hasFocus()
        for row in reversed(self._cells.cells(top, bottom)):  # the last wish is granted first
            index = self.gallery.index(row)
            known = self.gallery.picture_at(row)
            image = stand_in = None
            missing = False
            if known is not None:
                task, output = known
                size = self._size_of(output.width, output.height, self._device_edge)
                image = self.gallery.thumbnail(task, output, size)
                missing = self.gallery.is_missing(output, task.id)
                if image is None:
                    sizes = (
                        self._size_of(output.width, output.height, s) for s in self._last_sizes
                    )
                    tried = (self.gallery.thumbnail_at_hand(output, size) for size in sizes)
                    stand_in = next(filter(None, tried), None)
            paint_cell(
                painter,
                self.visualRect(index),
                known[1] if known is not None else None,
                image or stand_in,
                selected=selection.isSelected(index),
                focused=focused and row == current,
                hovered=row == self._hovered,
                missing=missing,
            )
        paint_band(painter, self._band.translated(0, -offset))
        painter.end()
        self.gallery.show_rows(self.in_sight())

    def _size_of(self, width: int, height: int, edge: int) -> QSize:
        """Device pixels of a picture in its cell."""
        square = QSize(edge, edge)
        if not self._fitted or not width or not height:
            return square
        return (
            QSize(width, height)
            .scaled(square, Qt.AspectRatioMode.KeepAspectRatio)
            .expandedTo(QSize(1, 1))
        )

    # --- mouse and keyboard ----------------------------------------------------------------------

    def _hover(self, position: QPoint) -> None:
        over = self.viewport().rect().contains(position) and self.viewport().underMouse()
        hovered = self.indexAt(position).row() if over else -1
        if hovered != self._hovered:
            self._hovered = hovered
            self.viewport().update()

    def rows_moved(self) -> None:
        """The pointer may be over another picture now."""
        self._hover(self.viewport().mapFromGlobal(QCursor.pos()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Show tooltips, and follow the pointer out of the grid."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            known = self.gallery.picture_at(index.row())
            if known is None:
                QToolTip.hideText()
            else:
                said = self.gallery.words(index.row()).rpartition(" – ")[2]
                words = f"{known[0].request.prompt.strip()}\n\n{said}"
                rect = self.visualRect(index)
                QToolTip.showText(event.globalPos(), tooltip(words), self, rect)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(QPoint(-1, -1))
        return bool(super().viewportEvent(event))

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Hover."""
        self._hover(e.position().toPoint())
        super().mouseMoveEvent(e)

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        """End the rubber band."""
        super().mouseReleaseEvent(e)
        self._band = QRect()
        self.viewport().update()

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """Open the picture."""
        if (
            e.button() == Qt.MouseButton.LeftButton
            and self.indexAt(e.position().toPoint()).isValid()
        ):
            self.opened.emit()

    def wheelEvent(self, arg__1: QWheelEvent) -> None:
        """Scroll; with Ctrl, make the cells larger or smaller."""
        if arg__1.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.edge = self._wanted + round(arg__1.angleDelta().y() / 120 * _STEP)
            self.edge_changed.emit(self._wanted)
            arg__1.accept()
        else:
            super().wheelEvent(arg__1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space previews, Enter opens, Escape leaves, Ctrl+C copies; the rest is Qt's."""
        key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key == Qt.Key.Key_Space and control:
            index = self.currentIndex()
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Toggle)
        elif key == Qt.Key.Key_Space:
            self.preview_requested.emit()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not control:
            self.opened.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, arg__1: QContextMenuEvent) -> None:
        """All that can be done with the selected pictures, for mouse and keyboard."""
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
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_opening.emit(menu)
        menu.popup(here)

    # --- dragging out ----------------------------------------------------------------------------

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: ARG002, N803  Qt's signature
        """Find the files, then take them along: to a collection, or to another program."""
        self.gallery.spawn(self._drag(self.chosen()))

    async def _drag(self, pictures: array[int]) -> None:
        files = await self.gallery.source.files(pictures[:MOST_FILES].tolist())
        target = Target(outputs=pictures)
        # Qt's drag is a loop of its own, which must not begin inside a coroutine.
        QTimer.singleShot(0, self, lambda: start_drag(self, target, files, len(pictures)))
