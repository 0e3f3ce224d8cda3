"""Where each row of the history stands: arithmetic over the days, free of Qt.

Rows are counted as a model counts them, 0 the newest. Inside, places are counted from the oldest,
so that a new task changes nothing that is already there, and adding it to 100,000 costs nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.search.days import day_of
from cartoonmix_desktop.ui.history.day_layout import HEADING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

ROW = 72
"""Height of a row in device-independent pixels."""


class DayRows:
    """Rows of one height in days, each under a heading."""

    def __init__(self, moments: Sequence[int] = (), *, by_day: bool = True) -> None:
        """Lay out rows.

        Args:
            moments: unix milliseconds of each row, **oldest first**.
            by_day: whether there are headings; without, the order may be any.
        """
        self._count = len(moments)
        self._heading = HEADING if by_day else 0
        self._starts: list[int] = []  # first place of each day, oldest day first
        self._days: list[date] = []
        self._from = self._to = 0.0  # unix milliseconds between which the newest day lies
        place = 0
        while by_day and place < self._count:
            self._begin_day(place, moments[place])
            place = bisect_left(moments, self._to, place + 1)

    def append(self, moment: int) -> None:
        """Add the newest row."""
        if self._heading and not self._from <= moment < self._to:
            self._begin_day(self._count, moment)
        self._count += 1

    def _begin_day(self, place: int, moment: int) -> None:
        day, self._from, self._to = day_of(moment)
        # A clock that was set back can return to the day before: it goes on under its heading.
        if not self._days or self._days[-1] != day:
            self._starts.append(place)
            self._days.append(day)

    def __len__(self) -> int:
        return self._count

    @property
    def height(self) -> int:
        """Of all rows and headings."""
        return self._count * ROW + len(self._days) * HEADING

    def top(self, row: int) -> int:
        """Upper edge of ``row``."""
        newer_days = len(self._days) - bisect_right(self._starts, self._count - 1 - row)
        return row * ROW + (newer_days + 1) * self._heading

    def heading_of(self, row: int) -> int:
        """Upper edge of the heading right above a row; without one, of the row."""
        top = self.top(row)
        return top - self._heading if self.row_at(top - 1) < 0 else top

    def row_at(self, y: int) -> int:
        """The row that covers ``y``; -1 on headings and outside."""
        row = self.first_below(y)
        return row if 0 <= row < self._count and self.top(row) <= y < self.top(row) + ROW else -1

    def first_below(self, y: int) -> int:
        """The first row whose lower edge is below ``y``; the number of rows if there is none."""
        return bisect_right(range(self._count), y, key=lambda row: self.top(row) + ROW)

    def rows(self, top: int, bottom: int) -> range:
        """The rows that show something between two edges."""
        after = bisect_left(range(self._count), bottom, key=self.top)
        return range(min(self.first_below(top), after), after)

    def headings(self, top: int, bottom: int) -> list[tuple[int, date]]:
        """Upper edge and day of each heading that shows something between two edges."""
        days = len(self._days)
        edges = range(days)
        first = bisect_right(edges, top - HEADING, key=self._heading_top)
        last = bisect_left(edges, bottom, key=self._heading_top)
        return [(self._heading_top(k), self._days[days - 1 - k]) for k in range(first, last)]

    def _heading_top(self, day: int) -> int:
        """Upper edge of a heading, 0 the newest."""
        place = len(self._days) - day  # of the day after it, in order of time
        end = self._starts[place] if place < len(self._starts) else self._count
        return (self._count - end) * ROW + day * HEADING
