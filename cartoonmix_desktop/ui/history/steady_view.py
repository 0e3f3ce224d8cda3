"""A view of days that stays where it is while rows come and go, and searches with them.

What is in sight stays where it is when rows come above it, unless the first is in sight. What is
selected stays so, also while a search hides it.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    Signal,
)

from cartoonmix_desktop.core.search.query import EVERYTHING
from cartoonmix_desktop.core.search.result_set import Item, runs_of
from cartoonmix_desktop.ui.history.day_view import DayView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from cartoonmix_desktop.ui.history.paged_model import PagedModel

MOST_RESTORED = 20_000
"""Items that are selected again after another search."""

NOTHING = Item(0)
"""Stands in no row."""


class Anchor(NamedTuple):
    """What stays in its place.

    Attributes:
        item: one in sight.
        moment: when it was made, in unix milliseconds.
        distance: from the upper edge of the viewport, in pixels.
    """

    item: Item
    moment: int
    distance: int


class SteadyView(DayView):
    """A `DayView` that keeps its place, its selection, and what was turned to."""

    selection_changed = Signal()
    """Other items are selected."""

    def __init__(self, model: PagedModel, parent: QWidget | None = None) -> None:
        self._current = NOTHING  # what was turned to, also while a search hides it
        self._awaited = False  # whether that is still to be brought into sight
        self._kept: Sequence[Item] = ()  # what the person selected, while searches come and go
        self._anchor: Anchor | None = None  # none at the top: whatever comes there is looked at
        self._searched = EVERYTHING
        self._before_search: tuple[Anchor | None, Item] = (None, NOTHING)
        self._keeping = self._restoring = self._unfinished = False
        self._selects = False  # whether anything was selected before rows left
        self._leaving = -1  # the row that the current one and its neighbours leave
        super().__init__(model, parent)
        model.leads_to_top = self._leads_to_top
        model.rowsAboutToBeRemoved.connect(self._on_rows_leaving)  # before Qt turns elsewhere
        self.begin(model)
        model.rowsInserted.connect(self._on_rows_inserted)
        model.rowsRemoved.connect(self._on_rows_removed)
        model.modelAboutToBeReset.connect(self._on_reset_coming)
        model.modelReset.connect(self._on_reset)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._on_reset()

    # --- what who inherits says ------------------------------------------------------------------

    def tell_current(self) -> None:
        """Tell that something else was turned to."""
        raise NotImplementedError

    def row_turned_to(self) -> int:
        """The row that is looked at; -1 for none."""
        return self.currentIndex().row()

    # --- how it is laid out ----------------------------------------------------------------------

    @property
    def grouped(self) -> bool:
        """Whether each day begins under a heading."""
        return self._grouped

    @grouped.setter
    def grouped(self, grouped: bool) -> None:
        if grouped != self._grouped:
            self._grouped = grouped
            self.lay_out()

    def lay_out(self) -> None:
        """Lay out anew, and leave what is in sight in its place: the current item, if it is."""
        current = self.currentIndex().row()
        if len(self.placed) == self._model.rowCount() and current in self.rows_in_sight():
            self._note_anchor(current)
        self._place_again()

    def resizeEvent(self, e: QResizeEvent) -> None:
        """Lay out for another width."""
        super().resizeEvent(e)
        self.lay_out()

    # --- keeping the place -----------------------------------------------------------------------

    def _row_of(self, item: Item) -> int:
        return self._model.row_of(*item)

    def _on_scrolled(self, value: int) -> None:
        if not self._keeping:
            self._note_anchor(self.placed.first_below(value))
            self.rows_moved()

    def _note_anchor(self, row: int) -> None:
        value, found = self.verticalOffset(), self._model.found
        self._anchor = None
        if value and 0 <= row < len(found):
            moment = found.moments[-1 - row]
            self._anchor = Anchor(self._model.item_at(row), moment, self.placed.top(row) - value)

    def _place_again(self) -> None:
        self.place_items()
        anchor, model = self._anchor, self._model
        self._keeping = True  # what is only next to it does not become what is to be kept
        self.updateGeometries()
        row = self._row_of(anchor.item) if anchor else -1
        if anchor and row < 0 and model.by_day and model.whole:
            later = len(model.found) - bisect_right(model.found.moments, anchor.moment)
            row = min(later, len(model.found) - 1)
        if anchor and row >= 0:
            self.verticalScrollBar().setValue(self.placed.top(row) - anchor.distance)
        elif not anchor or model.whole:
            self.verticalScrollBar().setValue(0)
        if row >= 0 and not self.verticalOffset():
            self._anchor = None
        self._keeping = False
        self.rows_moved()
        self.viewport().update()

    def _follow_search(self) -> None:
        """A search begins with what is in sight, or was turned to, or else at its first.

        When it is over, the view is where it was before, or where something was turned to since.
        """
        before, self._searched = self._searched, self._model.searched or EVERYTHING
        if self._searched == before:
            return
        turned_to = None
        if self._row_of(self._current) >= 0:
            turned_to = Anchor(self._current, 0, self.viewport().height() // 3)
        if not self._searched:
            anchor, current = self._before_search
            anew = turned_to if self._current != current else None
            self._anchor = anew or self._anchor or anchor
            return
        if not before:
            self._before_search = (self._anchor, self._current)
        if self._anchor and self._row_of(self._anchor.item) < 0:
            self._anchor = turned_to

    def _leads_to_top(self) -> bool:
        anchor, current = self._before_search
        return not self._anchor and not anchor and self._current == current

    # --- rows that come and go -------------------------------------------------------------------

    def _on_rows_inserted(self) -> None:
        self._place_again()
        if self._unfinished:  # what was told first may lack what was selected
            self._select_again()
        else:
            self.show_current()

    def _on_rows_leaving(self, parent: QModelIndex, first: int, last: int) -> None:  # noqa: ARG002  Qt's signature
        self._selects = self.selectionModel().hasSelection()
        if first <= self._row_of(self._current) <= last:
            self._leaving = first

    def _on_rows_removed(self) -> None:
        left, self._leaving = self._leaving, -1
        self._place_again()
        row = left if left >= 0 else self.currentIndex().row()
        row = min(row, self._model.rowCount() - 1)
        if row >= 0 and self._selects and not self.selectionModel().hasSelection():
            self.make_current(row)
        elif left >= 0:
            self.tell_turned()
            self.selection_changed.emit()

    def _on_reset_coming(self) -> None:
        if not self._kept and 0 < self.count <= MOST_RESTORED:
            parts = self.selected_parts()
            rows = (row for part in parts for row in range(part.top(), part.bottom() + 1))
            self._kept = [self._model.item_at(row) for row in rows]

    def _on_reset(self) -> None:
        self._follow_search()
        self._place_again()
        self._select_again()

    # --- what is selected ------------------------------------------------------------------------

    def show_current(self) -> None:
        """Mark the row of what was turned to, and bring it into sight if that is still to be."""
        row = self._row_of(self._current)
        if row not in (-1, self.currentIndex().row()) and not self.selects_row(row):
            self.make_current(row)
        if row >= 0 and self._awaited:
            self._awaited = False
            self.scrollTo(self._model.index(row))

    def selects_row(self, row: int) -> bool:
        """Whether a row is selected."""
        return self.selectionModel().isSelected(self._model.index(row))

    def _select_again(self) -> None:
        """Select what was selected before other rows came, as far as it is among them."""
        self._restoring = True
        self.show_current()
        found, end = self._model.found, len(self._model.found) - 1
        rows = [end - index for index in reversed(found.indexes_of(self._kept))]
        if runs := list(runs_of(rows)):
            flag = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(self.selection_of(runs), flag.ClearAndSelect)
        self._restoring = False
        self._unfinished = bool(self._kept) and not self._model.whole
        self.selection_changed.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell what was turned to, and that others are selected."""
        super().selectionChanged(selected, deselected)
        if selected.isEmpty() and deselected.isEmpty():
            return  # Qt says so too when rows come, while an item is selected that is not there yet
        if self._restoring or self._leaving >= 0:
            return  # nobody turned to anything else
        self._kept = ()
        self.tell_turned()
        self.selection_changed.emit()

    def tell_turned(self) -> None:
        """Tell if something else was turned to."""
        item = self._model.item_at(self.row_turned_to())
        if item != self._current:
            self._current = item
            self.tell_current()
