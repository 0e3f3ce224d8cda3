"""The grid of pictures as people use it: painted by hand, with keys, mouse, menu and dragging."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QWheelEvent
from PySide6.QtWidgets import QListView, QMenu, QWidget

from cartoonmix_desktop.core.search.result_set import Item
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.ui.history.grid.geometry import LARGEST, MARGIN, SMALLEST, USUAL, cells_in
from cartoonmix_desktop.ui.history.grid.paint import paint_cell
from cartoonmix_desktop.ui.history.steady_view import SteadyView
from cartoonmix_desktop.ui.marks.drag import MOST_FILES
from cartoonmix_desktop.wording import history as words

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from PySide6.QtCore import QPersistentModelIndex

    from cartoonmix_desktop.ui.history.day_layout import Form
    from cartoonmix_desktop.ui.history.grid.model import GalleryModel

_STEP = 24  # pixels that a turn of the wheel makes a cell larger


class GalleryView(SteadyView):
    """Pictures in a dense grid, to be looked through, selected and taken along."""

    picture_selected = Signal(int, int)
    """The task and the output of the picture that was turned to."""
    opened = Signal()
    """Enter or a double click on the current picture."""
    preview_requested = Signal()
    """Space."""
    left = Signal()
    """Escape."""
    copy_requested = Signal()
    edge_changed = Signal(int)
    """The person made the cells larger or smaller with the wheel."""

    ground = "window"
    margin = MARGIN
    sideways = counts_days = True

    def __init__(self, model: GalleryModel, parent: QWidget | None = None) -> None:
        self.gallery = model
        self._fitted = False
        self._wanted = USUAL
        self._last_sizes: list[int] = []  # edges in device pixels, shown before this one
        super().__init__(model, parent)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName(words.PICTURES_GRID)
        model.read.connect(self._on_read)

    def clock(self) -> float:
        """Unix seconds."""
        return time.time()

    # --- what is chosen --------------------------------------------------------------------------

    @property
    def current(self) -> Item:
        """The picture that was turned to, and its task; 0 and 0 for none."""
        return self._current

    def chosen(self, most: int = 0) -> array[int]:
        """Output ids of the selected pictures, in the order seen; or of the first of them."""
        return self.selected_of(self.gallery.found.pictures, most)

    def chosen_tasks(self, most: int = 0) -> tuple[int, ...]:
        """Ids of the tasks whose pictures are selected, each once."""
        return tuple(dict.fromkeys(self.selected_of(self.gallery.found.ids, most)))

    def select(self, picture_id: int, task_id: int) -> None:
        """Turn to a picture and bring it into sight, if it is there or comes with what is read.

        It alone is selected then, unless it was one of several that are.

        Args:
            picture_id: which; 0 for the first of its task.
            task_id: its task.
        """
        row = self.gallery.row_of(task_id, picture_id)
        if row < 0 and (rows := self.gallery.rows_of(task_id)):
            row = rows[0]
        self._awaited = row < 0 and self.gallery.reading
        if self._awaited:
            self._current = Item(task_id, picture_id)
            self._kept = self._kept if self._current in self._kept else ()
        if row < 0:
            return
        index = self.gallery.index(row)
        if self.selects_row(row):  # perhaps with others
            keep = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(index, keep)
        else:
            self.make_current(row)
        self.scrollTo(index)

    def _on_read(self) -> None:
        self._awaited = self._awaited and not self.gallery.whole

    def moveCursor(
        self,
        cursorAction: QListView.CursorAction,  # noqa: N803  Qt passes it by this name
        modifiers: Qt.KeyboardModifier,
    ) -> QModelIndex:
        """Where a key leads; nowhere from nowhere while a picture is awaited."""
        if self._awaited and not self.currentIndex().isValid():
            return QModelIndex()
        return super().moveCursor(cursorAction, modifiers)

    def currentChanged(
        self,
        current: QModelIndex | QPersistentModelIndex,
        previous: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Turn to the picture, selected or not; not to what Qt turns to while rows leave."""
        super().currentChanged(current, previous)
        if self._leaving < 0:
            self.tell_turned()

    def tell_current(self) -> None:
        """Tell which picture is looked at."""
        if self._current.picture:
            self.picture_selected.emit(*self._current)

    # --- how it is laid out ----------------------------------------------------------------------

    @property
    def edge(self) -> int:
        """Wanted edge of a cell; the width decides about a few pixels."""
        return self._wanted

    @edge.setter
    def edge(self, pixels: int) -> None:
        self._wanted = min(max(pixels, SMALLEST), LARGEST)
        self.lay_out()

    def form(self) -> Form:
        """Cells that fill the width."""
        return cells_in(self.viewport().width(), self._wanted)

    def place_items(self) -> None:
        """Let pictures of the former size stand in until there are those of this one."""
        super().place_items()
        size = round(self.placed.form.width * self.devicePixelRatioF())
        if size != self.gallery.edge:
            self._last_sizes = [self.gallery.edge, *self._last_sizes[:2]]
        self.gallery.edge = size

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
            size = self._size_of(output.width, output.height, self.gallery.edge)
            missing = self.gallery.is_missing(output)
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
            hovered=row == self.lit,
            missing=missing,
        )

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

    def tip_of(self, index: QModelIndex, position: QPoint) -> str:  # noqa: ARG002  likewise
        """The prompt, which picture of its task it is, and its marks."""
        known = self.gallery.picture_at(index.row())
        if known is None:
            return ""
        return f"{known[0].request.prompt.strip()}\n\n{self.gallery.facts(*known)}"

    def open_item(self, index: QModelIndex) -> None:  # noqa: ARG002  it is the current one
        """Open the current picture."""
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
        """Space previews, Escape leaves, Ctrl+C copies; Enter opens, and the rest is Qt's."""
        key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key == Qt.Key.Key_Space and not control:
            self.preview_requested.emit()
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
