"""The grid of pictures as people use it: painted by hand, with keys, mouse, menu and dragging."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QMenu, QWidget

from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.ui.history.grid.day_grid import DayGrid
from cartoonmix_desktop.ui.history.grid.paint import paint_cell
from cartoonmix_desktop.ui.marks.drag import MOST_FILES
from cartoonmix_desktop.wording import history as words

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    edge_changed = Signal(int)
    """The person made the cells larger or smaller with the wheel."""

    def __init__(self, model: GalleryModel, parent: QWidget | None = None) -> None:
        self._fitted = False
        self._hovered = -1
        super().__init__(model, parent)
        self.setAccessibleName(words.PICTURES_GRID)
        model.picture_changed.connect(self.viewport().update)

    def clock(self) -> float:
        """Unix seconds."""
        return time.time()

    # --- painting --------------------------------------------------------------------------------

    @property
    def fitted(self) -> bool:
        """Whether all of a picture is shown in its cell; else the cell is filled."""
        return self._fitted

    @fitted.setter
    def fitted(self, fitted: bool) -> None:
        self._fitted = fitted
        self.viewport().update()

    def paint_item(self, painter: QPainter, index: QModelIndex, rect: QRect) -> None:
        """Paint a picture, or where it will be."""
        row = index.row()
        known = self.gallery.picture_at(row)
        image = None
        missing = False
        if known is not None:
            task, output = known
            size = self._size_of(output.width, output.height, self._device_edge)
            missing = self.gallery.is_missing(output, task.id)
            image = self.gallery.thumbnail(task, output, size)
            if image is None:  # one of a former size stands in
                sizes = (self._size_of(output.width, output.height, s) for s in self._last_sizes)
                tried = (self.gallery.thumbnail_at_hand(output, size) for size in sizes)
                image = next(filter(None, tried), None)
        paint_cell(
            painter,
            rect,
            known[1] if known is not None else None,
            image,
            selected=self.selectionModel().isSelected(index),
            focused=self.hasFocus() and row == self.currentIndex().row(),
            hovered=row == self._hovered,
            missing=missing,
        )

    def tell_sight(self, rows: range) -> None:
        """Tell the model which pictures are in sight."""
        self.gallery.show_rows(rows)

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

    def under(self, index: QModelIndex, position: QPoint) -> int:  # noqa: ARG002  a cell is one
        """The picture's row."""
        return index.row()

    def light(self, lit: object) -> None:
        """Light up a picture."""
        self._hovered = lit if isinstance(lit, int) else -1

    def tip_of(self, index: QModelIndex, position: QPoint) -> str:  # noqa: ARG002  likewise
        """The prompt, which picture of its task it is, and its marks."""
        known = self.gallery.picture_at(index.row())
        if known is None:
            return ""
        return f"{known[0].request.prompt.strip()}\n\n{self.gallery.facts(*known)}"

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

    def menu_of_row(self, row: int) -> QMenu:  # noqa: ARG002  it is of all that are selected
        """An empty one: others know what can be done."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    async def to_drag(self, chosen: Sequence[int]) -> tuple[Target, Sequence[int]]:
        """The selected pictures."""
        return Target(outputs=chosen), chosen[:MOST_FILES]
