"""Pictures in days that keep their place: `Cells` says where each is."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QListView, QWidget

from cartoonmix_desktop.core.search.result_set import runs_of
from cartoonmix_desktop.ui.history.day_view import MOST_RESTORED, DayView
from cartoonmix_desktop.ui.history.grid.geometry import LARGEST, MARGIN, SMALLEST, USUAL, Cells

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence
    from datetime import date

    from PySide6.QtGui import QResizeEvent

    from cartoonmix_desktop.ui.history.grid.model import GalleryModel


class DayGrid(DayView):
    """Pictures of a `GalleryModel`, in days or not; who inherits paints them.

    What is in sight stays where it is when pictures come above it, unless the first is in sight.
    """

    picture_selected = Signal(int, int)
    """The current picture's task and its output; 0 and 0 when there is none."""

    ground = "window"
    margin = MARGIN

    def __init__(self, model: GalleryModel, parent: QWidget | None = None) -> None:
        self.gallery = model
        self._cells = Cells()
        self._wanted = USUAL
        self._last_sizes: list[int] = []  # edges in device pixels, shown before this one
        self._anchor = (0, 0, 0, 0)  # picture, task, moment, distance from the upper edge
        self._current = (0, 0)  # picture and task
        # What the person selected, pictures and tasks, while searches come and go.
        self._kept: tuple[array[int], array[int]] | None = None
        self._selects = False  # whether anything was selected before rows left
        self._keeping = False
        super().__init__(model, self._cells, parent)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    # --- how it is laid out ----------------------------------------------------------------------

    @property
    def edge(self) -> int:
        """Wanted edge of a cell; the width decides about a few pixels."""
        return self._wanted

    @edge.setter
    def edge(self, pixels: int) -> None:
        self._wanted = min(max(pixels, SMALLEST), LARGEST)
        self._lay_out()

    @property
    def grouped(self) -> bool:
        """Whether each day begins under a heading."""
        return self._grouped

    @grouped.setter
    def grouped(self, grouped: bool) -> None:
        self._grouped = grouped
        self._lay_out()

    # --- what is chosen --------------------------------------------------------------------------

    @property
    def current(self) -> tuple[int, int]:
        """Output and task of the current picture; 0 and 0 for none."""
        return self._current

    def chosen(self, most: int = 0) -> array[int]:
        """Output ids of the selected pictures, in the order seen; or of the first of them."""
        return self.selected_of(self.gallery.found.pictures, most)

    def chosen_tasks(self, most: int = 0) -> tuple[int, ...]:
        """Ids of the tasks whose pictures are selected, each once."""
        return tuple(dict.fromkeys(self.selected_of(self.gallery.found.tasks, most)))

    def select(self, picture_id: int, task_id: int) -> None:
        """Make a picture the current one and bring it into sight, if it is there.

        It alone is selected then, unless it was one of several that are.

        Args:
            picture_id: which; 0 for the first of its task.
            task_id: its task.
        """
        rows = self.gallery.rows_of(task_id)
        row = self.gallery.row_of(picture_id, task_id) if picture_id else -1
        if row < 0 and rows:
            row = rows[0]
        if row >= 0:
            index = self.gallery.index(row)
            if self.selectionModel().isSelected(index):  # perhaps with others
                keep = QItemSelectionModel.SelectionFlag.NoUpdate
                self.selectionModel().setCurrentIndex(index, keep)
            else:
                self.make_current(row)
            self.scrollTo(index)

    # --- geometry --------------------------------------------------------------------------------

    def item_height(self) -> int:
        """Of each cell."""
        return self._cells.edge

    def item_span(self, row: int) -> tuple[int, int]:
        """Of a cell in its column."""
        return self._cells.left(row), self._cells.edge

    def row_at(self, x: int, y: int) -> int:
        """The picture at a point; -1 between them."""
        return self._cells.cell_at(x, y)

    def rows_between(self, rect: QRect) -> Sequence[range]:
        """All pictures from one corner to the other, as they are read."""
        corners = ((rect.left(), rect.top()), (rect.right(), rect.bottom()))
        ends = [self._cells.cell_at(*corner) for corner in corners]
        return [range(min(ends), max(ends) + 1)] if min(ends) >= 0 else []

    def rows_in_band(self, band: QRect) -> Sequence[range]:
        """The pictures that a rubber band touches."""
        return self._cells.cells_in(band.left(), band.top(), band.right(), band.bottom())

    def headings(self, top: int, bottom: int) -> Iterable[tuple[int, date, int]]:
        """Each day's, with how many pictures were made in it."""
        days = self._days()
        for y, at in self._cells.headings(top, bottom):
            first, day = days[-1 - at]
            end = days[-at][0] if at else len(self.gallery.found)
            yield y, day, end - first

    def moveCursor(
        self,
        cursorAction: QListView.CursorAction,  # noqa: N803  Qt passes it by this name
        modifiers: Qt.KeyboardModifier,  # noqa: ARG002  Qt's signature
    ) -> QModelIndex:
        """Where a key leads from the current picture."""
        to, cells = QListView.CursorAction, self._cells
        last, row = len(cells) - 1, self.currentIndex().row()
        if last < 0:
            return QModelIndex()
        if row < 0:  # from nowhere, every way but one leads to the first
            return self.gallery.index(last if cursorAction == to.MoveEnd else 0)
        page = max(1, self.viewport().height() // cells.pitch - 1)
        match cursorAction:
            case to.MoveUp:
                row = cells.up(row)
            case to.MoveDown:
                row = cells.down(row)
            case to.MovePageUp:
                row = cells.up(row, page)
            case to.MovePageDown:
                row = cells.down(row, page)
            case to.MoveHome:
                row = 0
            case to.MoveEnd:
                row = last
            case to.MoveLeft | to.MovePrevious:
                row = max(0, row - 1)
            case _:
                row = min(last, row + 1)
        return self.gallery.index(row)

    # --- keeping the place -----------------------------------------------------------------------

    def resizeEvent(self, e: QResizeEvent) -> None:
        """Lay out for another width."""
        super().resizeEvent(e)
        self._lay_out()

    def _on_scrolled(self, value: int) -> None:
        self.gallery.at_top = value == 0
        if self._keeping:
            return
        self._note_anchor(self._cells.first_below(value))
        self.rows_moved()

    def _note_anchor(self, row: int) -> None:
        """Remember what is in sight, and where; at the top, whatever comes there is looked at."""
        value, found = self.verticalOffset(), self.gallery.found
        if value == 0 or not 0 <= row < len(found):
            self._anchor = (0, 0, 0, 0)
            return
        place = len(found) - 1 - row
        distance = self._cells.top(row) - value
        self._anchor = (found.pictures[place], found.tasks[place], found.moments[place], distance)

    def _lay_out(self) -> None:
        """Lay out anew, and leave what is in sight in its place: the current picture, if it is."""
        current = self.currentIndex().row()
        if len(self._cells) == self.gallery.rowCount() and current in self.rows_in_sight():
            self._note_anchor(current)
        self._renew_cells()
        self._keep_place()

    def _renew_cells(self) -> None:
        found = self.gallery.found
        days = self._days()
        starts = [place for place, _ in days] or [0] * bool(len(found))
        ends = [*starts[1:], len(found)]
        counts = [end - start for start, end in zip(starts, ends, strict=False)][::-1]
        size = self._device_edge
        self._cells = Cells(counts, self.viewport().width(), self._wanted, headings=bool(days))
        self.relayout(self._cells)
        if self._device_edge != size:
            self._last_sizes = [size, *self._last_sizes[:2]]
        self.gallery.edge = self._device_edge

    def _days(self) -> list[tuple[int, date]]:
        return self.gallery.found.days if self._grouped and self.gallery.by_day else []

    @property
    def _device_edge(self) -> int:
        return round(self._cells.edge * self.devicePixelRatioF())

    def _keep_place(self) -> None:
        picture, task, moment, distance = self._anchor
        self._keeping = True  # what is only next to it does not become what is to be kept
        self.updateGeometries()
        row = self.gallery.row_of(picture, task) if picture else -1
        if picture and row < 0 and self.gallery.by_day:
            found = self.gallery.found
            place = _last_before(found.moments, moment)
            row = min(len(found) - 1 - place, len(found) - 1)
        if row >= 0:
            self.verticalScrollBar().setValue(self._cells.top(row) - distance)
        elif not picture or self.gallery.whole:
            self.verticalScrollBar().setValue(0)
        self._keeping = False
        self.gallery.at_top = self.verticalOffset() == 0 and not self._anchor[0]
        self.viewport().update()

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:  # noqa: ARG002  Qt's signature
        self._renew_cells()
        self._keep_place()
        if self._unfinished:  # what was told first may lack what was selected
            self._select_again()

    def _on_rows_leaving(self, parent: QModelIndex, first: int, last: int) -> None:  # noqa: ARG002  Qt's signature
        self._selects = self.selectionModel().hasSelection()
        if first <= self.currentIndex().row() <= last:
            self._leaving = first

    def _on_rows_removed(self) -> None:
        left, self._leaving = self._leaving, -1
        self._renew_cells()
        self._keep_place()
        row = left if left >= 0 else self.currentIndex().row()
        next_one = min(row, self.gallery.rowCount() - 1)
        if next_one >= 0 and self._selects and not self.selectionModel().hasSelection():
            self.make_current(next_one)
        self._tell_current()

    def _on_reset_coming(self) -> None:
        if self._kept is None and 0 < self.count <= MOST_RESTORED:
            found = self.gallery.found
            self._kept = self.selected_of(found.pictures), self.selected_of(found.tasks)

    def _on_reset(self) -> None:
        self._renew_cells()
        self._keep_place()
        self._select_again()

    def _select_again(self) -> None:
        """Select what was selected before other rows came, as far as it is among them."""
        self._restoring = True
        chosen, current = QItemSelection(), self.gallery.row_of(*self._current)
        end = len(self.gallery.found) - 1
        for run in runs_of(self.gallery.found.indexes_of(*self._kept) if self._kept else ()):
            chosen.select(self.gallery.index(end - run[-1]), self.gallery.index(end - run[0]))
        if current >= 0:
            self.make_current(current)
        if not chosen.isEmpty():
            flag = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(chosen, flag.ClearAndSelect)
        self._restoring = False
        self._unfinished = self._kept is not None and not self.gallery.whole
        self.selection_changed.emit()

    def currentChanged(
        self,
        current: QModelIndex | QPersistentModelIndex,
        previous: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Tell which picture is looked at; not what Qt turns to while rows leave."""
        super().currentChanged(current, previous)
        if self._leaving < 0:
            self._tell_current()

    def _tell_current(self) -> None:
        row = self.currentIndex().row()
        if row >= 0 and self._current != (
            now := (self.gallery.picture_id(row), self.gallery.task_id(row))
        ):
            self._current = now
            self.picture_selected.emit(now[1], now[0])

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell that others are selected."""
        super().selectionChanged(selected, deselected)
        if not self._restoring:
            self._kept = None
            self.selection_changed.emit()


def _last_before(moments: array[int], moment: int) -> int:
    """The last place that is not later than a moment; 0 if all are."""
    return max(0, bisect_right(moments, moment) - 1)
