"""Tasks in days that keep their place: `DayRows` says where each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QListView, QWidget

from cartoonmix_desktop.core.search.query import EVERYTHING
from cartoonmix_desktop.core.search.result_set import runs_of
from cartoonmix_desktop.ui.history.day_view import MOST_RESTORED, DayView
from cartoonmix_desktop.ui.history.list.geometry import ROW, DayRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from PySide6.QtGui import QResizeEvent

    from cartoonmix_desktop.ui.history.list.model import HistoryModel


class DayList(DayView):
    """Rows of a `HistoryModel` under the days they were made; who inherits paints them.

    The rows in sight stay where they are when tasks come above them, unless the newest is in sight.
    """

    task_selected = Signal(int)
    """Another task is selected; 0 when it is gone."""

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        self._rows = DayRows()
        self._selected = 0
        self._anchor = (0, 0)  # the first task in sight, and its distance from the upper edge
        self._searched = EVERYTHING
        self._before_search = (self._anchor, self._selected)
        self._kept: Sequence[int] = ()  # what the person selected, while searches come and go
        self._awaited = False  # whether the selected one is still to be brought into sight
        self._history = model
        super().__init__(model, self._rows, parent)
        model.read.connect(self._on_read)
        self._on_reset()

    @property
    def selected(self) -> int:
        """Id of the selected task, also while a search hides it; 0 for none."""
        return self._selected

    @property
    def grouped(self) -> bool:
        """Whether each day begins under a heading."""
        return self._grouped

    @grouped.setter
    def grouped(self, grouped: bool) -> None:
        if grouped != self._grouped:
            self._grouped = grouped
            self._on_rows_changed()

    def chosen(self, most: int = 0) -> Sequence[int]:
        """Ids of the selected rows, or of the first of them; of a hidden task, its own."""
        chosen = self.selected_of(self._history.found.ids, most)
        return chosen or ((self._selected,) if self._selected else ())

    def select(self, task_id: int) -> None:
        """Select a task and bring it into sight, now or as soon as it is among the rows."""
        if task_id != self._selected:
            self._selected, self._kept = task_id, ()
            self.task_selected.emit(task_id)
        self._awaited = True
        self._show_selection()
        if self._awaited:
            self._light_nothing()

    # --- geometry --------------------------------------------------------------------------------

    def item_height(self) -> int:
        """Of each row."""
        return ROW

    def item_span(self, row: int) -> tuple[int, int]:  # noqa: ARG002  all rows are as wide
        """All of the width."""
        return 0, self.viewport().width()

    def row_at(self, x: int, y: int) -> int:  # noqa: ARG002  likewise
        """The row that covers a height; -1 on headings."""
        return self._rows.row_at(y)

    def rows_between(self, rect: QRect) -> Sequence[range]:
        """The rows that a rectangle touches, whichever way it goes."""
        return self.rows_in_band(rect.normalized())

    def rows_in_band(self, band: QRect) -> Sequence[range]:
        """The rows that a rubber band touches."""
        rows = self._rows.rows(band.top(), band.bottom() + 1)
        return [rows] if rows else []

    def headings(self, top: int, bottom: int) -> Iterable[tuple[int, date, int]]:
        """Each day's; how many tasks it has is not told."""
        return ((y, day, 0) for y, day in self._rows.headings(top, bottom))

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

    def moveCursor(
        self,
        cursorAction: QListView.CursorAction,  # noqa: N803  Qt passes it by this name
        modifiers: Qt.KeyboardModifier,  # noqa: ARG002  Qt's signature
    ) -> QModelIndex:
        """Where a key leads from the current row."""
        to = QListView.CursorAction
        last = len(self._rows) - 1
        page = max(1, self.viewport().height() // ROW - 1)
        row = self.currentIndex().row()
        steps = {
            to.MoveUp: -1,
            to.MovePrevious: -1,
            to.MoveDown: 1,
            to.MoveNext: 1,
            to.MovePageUp: -page,
            to.MovePageDown: page,
            to.MoveHome: -last - 1,
            to.MoveEnd: last + 1,
        }
        if row < 0:  # from nowhere, every way but one leads to the newest
            row, steps = (last if cursorAction == to.MoveEnd else 0), {}
        return self._history.index(min(max(row + steps.get(cursorAction, 0), 0), last))

    # --- keeping the place -----------------------------------------------------------------------

    def resizeEvent(self, e: QResizeEvent) -> None:
        """Fit the scroll bar."""
        super().resizeEvent(e)
        self.updateGeometries()

    def _on_scrolled(self, value: int) -> None:
        row = self._rows.first_below(value) if value else -1
        self._anchor = (self._history.id_at(row), self._rows.top(row) - value) if value else (0, 0)
        self.rows_moved()

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:  # noqa: ARG002  Qt's signature
        if first == last == 0 and len(self._rows) == self._history.rowCount() - 1:
            self._rows.append(self._history.found.moments[-1])
            self._keep_place()
        else:
            self._on_rows_changed()
        self._restoring = self._unfinished  # what is told first may lack what was selected
        self._show_selection()
        if self._unfinished:
            self._select_again()

    def _on_rows_leaving(self, parent: QModelIndex, first: int, last: int) -> None:  # noqa: ARG002  Qt's signature
        if first <= self._history.row_of(self._selected) <= last:
            self._leaving = first

    def _on_rows_removed(self) -> None:
        left, self._leaving = self._leaving, -1
        self._on_rows_changed()
        next_one = min(left, self._history.rowCount() - 1)
        if left < 0:
            return
        if next_one >= 0 and self._history.searched and not self.selectionModel().hasSelection():
            self.make_current(next_one)  # what no longer fits goes
        else:
            self._tell_selected()

    def _on_rows_changed(self) -> None:
        by_day = self._history.by_day and self._grouped
        self._rows = DayRows(self._history.found.moments, by_day=by_day)
        self.relayout(self._rows)
        self._keep_place()

    def _on_read(self) -> None:
        """All rows have come or gone: before that nobody knows whether the selected one is gone."""
        # What a search hides stays selected, and is found again when the search is over.
        gone = self._selected and self._history.row_of(self._selected) < 0
        if gone and self._history.whole and not self._history.searched:
            self._selected = 0
            self._light_nothing()
            self.task_selected.emit(0)

    def _on_reset_coming(self) -> None:
        if not self._kept and 1 < self.count <= MOST_RESTORED:
            self._kept = self.chosen()

    def _on_reset(self) -> None:
        self._follow_search()
        self._on_rows_changed()
        self._restoring = True
        self._show_selection()
        self._select_again()

    def _select_again(self) -> None:
        """Select what was selected before other rows came, as far as it is among them."""
        chosen = QItemSelection()
        for run in runs_of(self._history.rows_of(self._kept)):
            chosen.select(self._history.index(run[0]), self._history.index(run[-1]))
        if not chosen.isEmpty():
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._restoring = False
        self._unfinished = bool(self._kept) and not self._history.whole
        self.selection_changed.emit()

    def _follow_search(self) -> None:
        """A search begins where it finds; when it is over, the list is where it was before."""
        before, self._searched = self._searched, self._history.searched or EVERYTHING
        if self._searched and not before:
            self._before_search = (self._anchor, self._selected)
        elif before and not self._searched:
            anchor, selected = self._before_search
            if self._selected != selected:
                self._anchor = (self._selected, self.viewport().height() // 3)
            elif not self._anchor[0]:
                self._anchor = anchor

    def _keep_place(self) -> None:
        task_id, distance = self._anchor
        self.updateGeometries()
        row = self._history.row_of(task_id)
        if row >= 0:
            self.verticalScrollBar().setValue(self._rows.top(row) - distance)
        elif task_id and (row := self._history.row_of(self._selected)) >= 0:
            self.scrollTo(self._history.index(row))
        elif not self._history.whole:
            self.verticalScrollBar().setValue(0)
        self._on_scrolled(self.verticalOffset())
        self.viewport().update()

    def _show_selection(self) -> None:
        """Mark the row of the selected task, wherever it is by now."""
        row = self._history.row_of(self._selected) if self._selected else -1
        lit = self.selectionModel().hasSelection()
        if row >= 0 and not (lit and row == self.currentIndex().row()):
            self.make_current(row)
        if row >= 0 and self._awaited:
            self._awaited = False
            self.scrollTo(self._history.index(row))

    def _light_nothing(self) -> None:
        """What is shown is not among the rows: any of them can be turned to."""
        self._restoring = True
        self.clearSelection()
        self._restoring = False
        self.selection_changed.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell which task is selected; of several, the one that the keys start from."""
        super().selectionChanged(selected, deselected)
        if selected.isEmpty() and deselected.isEmpty():
            return  # Qt says so too when rows come, while a task is selected that is not there yet
        if self._restoring or self._leaving >= 0:
            return  # nobody turned to anything else
        self._kept = ()
        self._tell_selected()

    def _tell_selected(self) -> None:
        row = self.currentIndex().row()
        if not self.selectionModel().isSelected(self.currentIndex()):
            parts = self.selected_parts()
            row = parts[0].top() if parts else -1
        task_id = self._history.id_at(row)
        if task_id != self._selected:
            self._selected, self._awaited = task_id, False
            self.task_selected.emit(task_id)
        self.selection_changed.emit()
