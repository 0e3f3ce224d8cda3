"""Where each picture of a grid stands: arithmetic over the days, free of Qt.

Cells are counted as they are seen, 0 the first. A day begins a new row under a heading.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from cartoonmix_desktop.ui.history.day_layout import HEADING

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALLEST, USUAL, LARGEST = 64, 160, 320
"""Edges of a cell in device-independent pixels, about."""

MARGIN = 12
"""Left and right of the grid, in device-independent pixels."""

GAP = 6
"""Between two cells."""


class Cells:
    """Square cells in rows that fill a width, in days."""

    def __init__(
        self, counts: Sequence[int] = (), width: int = 0, wanted: int = 1, *, headings: bool = True
    ) -> None:
        """Lay out cells.

        Args:
            counts: how many cells each day has, as they are seen; none has 0.
            width: pixels there are.
            wanted: edge of a cell; it becomes a little more or less, so that the width is filled.
            headings: whether each day has one.
        """
        room = max(1, width - 2 * MARGIN) + GAP
        self.columns = max(1, round(room / (wanted + GAP)))
        self.edge = max(1, room // self.columns - GAP)
        self.pitch = self.edge + GAP
        self._heading = HEADING if headings else 2 * GAP
        self._headings = headings
        self._firsts = [0, *accumulate(counts)]  # cell of each day; behind them, of the end
        self._tops = [0, *accumulate(self._height_of(count) for count in counts)]

    def _height_of(self, count: int) -> int:
        return self._heading + -(-count // self.columns) * self.pitch

    def __len__(self) -> int:
        return self._firsts[-1]

    @property
    def height(self) -> int:
        """Of all cells and headings."""
        return self._tops[-1]

    def _day(self, cell: int) -> int:
        return bisect_right(self._firsts, cell) - 1

    def column(self, cell: int) -> int:
        """Which cell of its row it is, from 0."""
        return (cell - self._firsts[self._day(cell)]) % self.columns

    def left(self, cell: int) -> int:
        """Left edge of a cell."""
        return MARGIN + self.column(cell) * self.pitch

    def top(self, cell: int) -> int:
        """Upper edge of a cell."""
        day = self._day(cell)
        row = (cell - self._firsts[day]) // self.columns
        return self._tops[day] + self._heading + row * self.pitch

    def heading_of(self, cell: int) -> int:
        """Upper edge of the heading if the cell is in a day's first row; else of the cell."""
        day = self._day(cell)
        first_row = cell - self._firsts[day] < self.columns
        return self._tops[day] if first_row else self.top(cell)

    def cell_at(self, x: int, y: int) -> int:
        """The cell that covers a point; -1 beside them all."""
        row = self._row_at(y)
        column, inside = divmod(x - MARGIN, self.pitch)
        if not row or not 0 <= column < len(row) or inside >= self.edge:
            return -1
        cell = row[column]
        return cell if self.top(cell) <= y < self.top(cell) + self.edge else -1

    def _row_at(self, y: int) -> range:
        """The cells of the row that covers ``y``, gap below included; none on headings."""
        day = bisect_right(self._tops, y) - 1
        if not 0 <= day < len(self._tops) - 1 or y < self._tops[day] + self._heading:
            return range(0)
        number = (y - self._tops[day] - self._heading) // self.pitch
        first = self._firsts[day] + number * self.columns
        return range(first, min(first + self.columns, self._firsts[day + 1]))

    def row_of(self, cell: int) -> range:
        """The cells of a cell's row."""
        return self._row_at(self.top(cell))

    def first_below(self, y: int) -> int:
        """The first cell whose lower edge is below ``y``; how many there are if there is none."""
        day = min(max(0, bisect_right(self._tops, y) - 1), len(self._tops) - 1)
        if day == len(self._tops) - 1:
            return len(self)
        # Rows end at their edge, and the gap is below nobody.
        row = max(0, (y - self._tops[day] - self._heading + GAP) // self.pitch)
        cell = self._firsts[day] + row * self.columns
        return min(cell, self._firsts[day + 1])

    def rows(self, top: int, bottom: int) -> range:
        """The cells that show something between two edges."""
        first = self.first_below(top)
        after = bisect_left(range(len(self)), bottom, first, key=self.top)
        return range(first, after)

    def cells_in(self, left: int, top: int, right: int, bottom: int) -> list[range]:
        """The cells that a rectangle touches, in runs; its right and lower edge are inside."""
        first = max(0, -(-(left - MARGIN - self.edge + 1) // self.pitch))
        last = min(self.columns - 1, (right - MARGIN) // self.pitch)
        touched = self.rows(top, bottom + 1)
        if first > last or not touched:
            return []
        if (first, last) == (0, self.columns - 1):
            return [touched]
        runs = []
        cell = touched.start
        while cell in touched:
            row = self.row_of(cell)
            if run := row[first : last + 1]:
                runs.append(run)
            cell = row.stop
        return runs

    def up(self, cell: int, rows: int = 1) -> int:
        """The cell so many rows above, as near to its column as there is one."""
        column = self.column(cell)
        for _ in range(rows):
            if (row := self.row_of(cell)).start == 0:
                break
            row = self.row_of(row.start - 1)
            cell = row[min(column, len(row) - 1)]
        return cell

    def down(self, cell: int, rows: int = 1) -> int:
        """The cell so many rows below, as near to its column as there is one."""
        column = self.column(cell)
        for _ in range(rows):
            if (row := self.row_of(cell)).stop >= len(self):
                break
            row = self.row_of(row.stop)
            cell = row[min(column, len(row) - 1)]
        return cell

    def headings(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Upper edge and number of each day whose heading shows something between two edges."""
        if not self._headings:
            return []
        last = len(self._tops) - 1
        first = bisect_right(self._tops, top - HEADING, 0, last)
        return [
            (self._tops[day], day) for day in range(first, bisect_left(self._tops, bottom, 0, last))
        ]
