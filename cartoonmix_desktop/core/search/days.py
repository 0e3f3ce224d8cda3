"""Local days of moments, as people see them in the history."""

from __future__ import annotations

import time
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


_DAYS_OF_400_YEARS = 146_097


def midnight(day: date) -> float:
    """Unix seconds at which a local day begins, under the clock that was in force then."""
    try:
        return time.mktime((day.year, day.month, day.day, 0, 0, 0, 0, 0, -1))
    except OverflowError:
        # Windows knows the years from 1970 to 3000 alone. Every 400 years are alike.
        turns = 5 - day.year // 400
        alike = (day.year + 400 * turns, day.month, day.day, 0, 0, 0, 0, 0, -1)
        return time.mktime(alike) - turns * _DAYS_OF_400_YEARS * 86_400


def day_of(moment: int) -> tuple[date, float, float]:
    """The local day of a moment, and the unix milliseconds at which it begins and ends."""
    day = datetime.fromtimestamp(moment / 1000, tz=UTC).astimezone().date()
    # Through naive local times, so that days of 23 and 25 hours come out right.
    begin = datetime(day.year, day.month, day.day)  # noqa: DTZ001  local on purpose
    return day, begin.timestamp() * 1000, (begin + timedelta(days=1)).timestamp() * 1000


def days_of(
    moments: Sequence[int], known: Sequence[tuple[int, date]] = (), since: int = 0
) -> list[tuple[int, date]]:
    """The first place of each day, and the day.

    Args:
        moments: unix milliseconds, in order of time.
        known: what this function said before places from ``since`` on changed.
        since: the first place that may be otherwise now.
    """
    days = [(place, day) for place, day in known if place < since]
    place = days.pop()[0] if days else 0
    while place < len(moments):
        day, _, end = day_of(moments[place])
        days.append((place, day))
        place = bisect_left(moments, end, place + 1)
    return days
