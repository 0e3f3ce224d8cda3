from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.search.result_set import milliseconds
from cartoonmix_desktop.ui.history.day_layout import HEADING
from cartoonmix_desktop.ui.history.list.geometry import ROW, DayRows

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = 3600.0


@pytest.fixture(autouse=True, scope="module")
def berlin() -> Iterator[None]:
    """A place where a day can have 23 hours, on systems that can be told so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        getattr(time, "tzset", int)()
        yield
    getattr(time, "tzset", int)()


def at(*parts: int) -> float:
    return datetime(*parts).timestamp()  # noqa: DTZ001  local on purpose


def rows_of(times: list[float]) -> DayRows:
    return DayRows([milliseconds(time) for time in times])


def laid_out(times: list[float]) -> list[tuple[int, object]]:
    """Upper edges of headings (a date) and rows (a number), by walking from top to bottom."""
    edges: list[tuple[int, object]] = []
    y, day = 0, None
    for row, moment in enumerate(reversed(times)):
        its_day = datetime.fromtimestamp(moment).date()  # noqa: DTZ006  local on purpose
        if its_day != day:
            day = its_day
            edges.append((y, day))
            y += HEADING
        edges.append((y, row))
        y += ROW
    return edges


@given(st.lists(st.floats(0, 40 * HOUR), max_size=60))
def test_rows_and_headings_stand_where_walking_leads(gaps: list[float]) -> None:
    moment = at(2025, 3, 25, 12)  # over the night in which a day has 23 hours
    times = []
    for gap in gaps:
        moment += gap
        times.append(moment)
    rows = rows_of(times)
    expected = laid_out(times)
    for y, what in expected:
        if isinstance(what, date):
            assert rows.row_at(y) == rows.row_at(y + HEADING - 1) == -1
        else:
            assert rows.top(what) == y
            assert rows.row_at(y) == rows.row_at(y + ROW - 1) == what
    headings = [(y, what) for y, what in expected if isinstance(what, date)]
    assert rows.headings(0, rows.height) == headings
    assert rows.height == len(times) * ROW + len(headings) * HEADING
    assert rows.row_at(-1) == rows.row_at(rows.height) == -1


def test_a_window_shows_what_touches_it() -> None:
    day = at(2025, 11, 22, 12)
    rows = rows_of([day - 48 * HOUR, day - 24 * HOUR, day, day + 1])
    assert list(rows.rows(0, HEADING)) == []
    assert list(rows.rows(0, HEADING + 1)) == [0]
    assert list(rows.rows(HEADING + ROW - 1, HEADING + ROW + 1)) == [0, 1]
    second = 2 * HEADING + 2 * ROW
    assert rows.top(2) == second
    assert rows.headings(second - 1, second) == [(second - HEADING, date(2025, 11, 21))]
    assert rows.headings(second, second + ROW) == []
    assert list(rows.rows(0, 10**9)) == [0, 1, 2, 3]


def test_a_new_row_pushes_all_others_down() -> None:
    day = at(2025, 11, 22, 12)
    rows = rows_of([day - 24 * HOUR, day])
    rows.append(milliseconds(day + 1))
    assert [rows.top(row) for row in range(3)] == [
        HEADING,
        HEADING + ROW,
        2 * HEADING + 2 * ROW,
    ]
    rows.append(milliseconds(day + 24 * HOUR))
    assert rows.top(0) == HEADING
    assert rows.top(1) == 2 * HEADING + ROW


def test_a_clock_that_was_set_back_breaks_nothing() -> None:
    day = at(2025, 11, 22, 12)
    rows = rows_of([day, day + 24 * HOUR])
    rows.append(milliseconds(day))
    rows.append(milliseconds(day + 1))
    assert [d for _, d in rows.headings(0, rows.height)] == [
        date(2025, 11, 22),
        date(2025, 11, 23),
        date(2025, 11, 22),
    ]
    assert all(rows.row_at(rows.top(row)) == row for row in range(4))


def test_no_rows() -> None:
    rows = DayRows()
    assert rows.height == 0
    assert rows.row_at(0) == -1
    assert list(rows.rows(0, 100)) == []
    assert rows.headings(0, 100) == []


def test_a_hundred_thousand() -> None:
    first = at(2023, 1, 1)
    rows = rows_of([first + 600 * n for n in range(100_000)])
    days = (timedelta(seconds=600 * 99_999) // timedelta(days=1)) + 1
    assert abs(rows.height - 100_000 * ROW - days * HEADING) <= HEADING
    for row in (0, 1, 49_999, 99_998, 99_999):
        assert rows.row_at(rows.top(row)) == row
