"""Where the items of list and grid stand: arithmetic over the days, free of Qt.

Items are counted as they are seen, 0 the first. A day begins a new row under a heading.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADING = 36
"""Height of a day's heading, in device-independent pixels."""


@dataclass(frozen=True)
class Form:
    """How items stand side by side; all lengths in device-independent pixels.

    Attributes:
        width: of an item.
        height: of an item.
        columns: items in a row.
        gap: between two items, on each side.
        margin: left and right of all.
        lead: above the first row where days have no headings.
    """

    width: int
    height: int
    columns: int = 1
    gap: int = 0
    margin: int = 0
    lead: int = 0


class DayLayout:
    """Items of one form in rows, in days.

    Attributes:
        form: of the items.
    """

    def __init__(self, counts: Sequence[int], form: Form, *, headings: bool = True) -> None:
        """Lay out items.

        Args:
            counts: how many items each day has, as they are seen; none has 0.
            form: of the items.
            headings: whether each day has one.
        """
        self.form = form
        self._across, self._down = form.width + form.gap, form.height + form.gap
        self._heading = HEADING if headings else form.lead
        self._headings = headings
        self._firsts = [0, *accumulate(counts)]  # item of each day; behind them, of the end
        self._tops = [0, *accumulate(self._height_of(count) for count in counts)]

    def _height_of(self, count: int) -> int:
        return self._heading + -(-count // self.form.columns) * self._down

    def __len__(self) -> int:
        return self._firsts[-1]

    @property
    def height(self) -> int:
        """Of all items and headings."""
        return self._tops[-1]

    def _day(self, item: int) -> int:
        return bisect_right(self._firsts, item) - 1

    def column(self, item: int) -> int:
        """Which item of its row it is, from 0."""
        return (item - self._firsts[self._day(item)]) % self.form.columns

    def left(self, item: int) -> int:
        """Left edge of an item."""
        return self.form.margin + self.column(item) * self._across

    def top(self, item: int) -> int:
        """Upper edge of an item."""
        day = self._day(item)
        row = (item - self._firsts[day]) // self.form.columns
        return self._tops[day] + self._heading + row * self._down

    def heading_of(self, item: int) -> int:
        """Upper edge of the heading if the item is in a day's first row; else of the item."""
        day = self._day(item)
        first_row = item - self._firsts[day] < self.form.columns
        return self._tops[day] if first_row else self.top(item)

    def item_at(self, x: int, y: int) -> int:
        """The item that covers a point; -1 beside them all."""
        row = self._row_at(y)
        column, inside = divmod(x - self.form.margin, self._across)
        if not row or not 0 <= column < len(row) or inside >= self.form.width:
            return -1
        item = row[column]
        return item if self.top(item) <= y < self.top(item) + self.form.height else -1

    def _row_at(self, y: int) -> range:
        """The items of the row that covers ``y``, gap below included; none on headings."""
        day = bisect_right(self._tops, y) - 1
        if not 0 <= day < len(self._tops) - 1 or y < self._tops[day] + self._heading:
            return range(0)
        number = (y - self._tops[day] - self._heading) // self._down
        first = self._firsts[day] + number * self.form.columns
        return range(first, min(first + self.form.columns, self._firsts[day + 1]))

    def row_of(self, item: int) -> range:
        """The items of an item's row."""
        return self._row_at(self.top(item))

    def first_below(self, y: int) -> int:
        """The first item whose lower edge is below ``y``; how many there are if there is none."""
        day = min(max(0, bisect_right(self._tops, y) - 1), len(self._tops) - 1)
        if day == len(self._tops) - 1:
            return len(self)
        # Rows end at their edge, and the gap is below nobody.
        row = max(0, (y - self._tops[day] - self._heading + self.form.gap) // self._down)
        item = self._firsts[day] + row * self.form.columns
        return min(item, self._firsts[day + 1])

    def seen(self, top: int, bottom: int) -> range:
        """The items that show something between two edges."""
        first = self.first_below(top)
        return range(first, bisect_left(range(len(self)), bottom, first, key=self.top))

    def touched(self, left: int, top: int, right: int, bottom: int) -> list[range]:
        """The items that a rectangle touches, in runs; its right and lower edge are inside."""
        form = self.form
        first = max(0, -(-(left - form.margin - form.width + 1) // self._across))
        last = min(form.columns - 1, (right - form.margin) // self._across)
        seen = self.seen(top, bottom + 1)
        if first > last or not seen:
            return []
        if (first, last) == (0, form.columns - 1):
            return [seen]
        runs = []
        item = seen.start
        while item in seen:
            row = self.row_of(item)
            if run := row[first : last + 1]:
                runs.append(run)
            item = row.stop
        return runs

    def moved(self, item: int, rows: int) -> int:
        """The item so many rows below, or above if negative, as near to its column as there is."""
        column = self.column(item)
        for _ in range(abs(rows)):
            row = self.row_of(item)
            beside = row.stop if rows > 0 else row.start - 1
            if not 0 <= beside < len(self):
                break
            row = self.row_of(beside)
            item = row[min(column, len(row) - 1)]
        return item

    def rows_in(self, height: int) -> int:
        """How many rows one key leads further where so much is in sight."""
        return max(1, height // self._down - 1)

    def headings(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Upper edge and number of each day whose heading shows something between two edges."""
        if not self._headings:
            return []
        last = len(self._tops) - 1
        first = bisect_right(self._tops, top - HEADING, 0, last)
        return [
            (self._tops[day], day) for day in range(first, bisect_left(self._tops, bottom, 0, last))
        ]
