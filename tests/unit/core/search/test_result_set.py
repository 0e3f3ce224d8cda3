"""The days of what was found, and rows that come and go, against counting it all anew."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.search.gallery import of_task
from cartoonmix_desktop.core.search.result_set import Item, ResultSet, milliseconds, packed

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


def found_at(times: list[float]) -> ResultSet:
    moments = packed(milliseconds(each) for each in times)
    return ResultSet(packed(range(1, len(times) + 1)), moments)


def walked(times: list[float]) -> list[tuple[int, date]]:
    """The first index of each day, by walking from the oldest to the newest."""
    days: list[tuple[int, date]] = []
    for index, moment in enumerate(times):
        day = datetime.fromtimestamp(moment).date()  # noqa: DTZ006  local on purpose
        if not days or days[-1][1] != day:
            days.append((index, day))
    return days


@given(st.lists(st.floats(0, 40 * HOUR), max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_days_begin_where_walking_leads(gaps: list[float], first: int, count: int) -> None:
    moment = at(2025, 3, 25, 12)  # over the night in which a day has 23 hours
    times = []
    for gap in gaps:
        moment += gap
        times.append(moment)
    found = found_at(times)
    assert found.days == walked(times)
    one_more = moment + 20 * HOUR
    found.add(len(times) + 1, one_more)
    times.append(one_more)
    assert found.days == walked(times)
    every = found_at(times)
    gone = range(min(first, len(times)), min(first + count, len(times)))
    found.replace(gone, every)
    assert found.days == walked(times[: gone.start] + times[gone.stop :])
    found.replace(range(gone.start, gone.start), every, gone)
    assert found.days == walked(times)
    assert found.ids == every.ids


def test_a_clock_that_was_set_back_breaks_nothing() -> None:
    day = at(2025, 11, 22, 12)
    found = found_at([day, day + 24 * HOUR])
    assert len(found.days) == 2
    found.add(3, day)
    found.add(4, day + 1)
    assert [day for _, day in found.days] == [
        date(2025, 11, 22),
        date(2025, 11, 23),
        date(2025, 11, 22),
    ]


@pytest.mark.parametrize("in_order", [True, False])
def test_rows_are_found_by_what_stands_in_them(*, in_order: bool) -> None:
    tasks = (1, 2, 3) if in_order else (2, 1, 3)
    found = of_task(tasks[0], 0, [tasks[0] * 10, tasks[0] * 10 + 1])
    for task in tasks[1:]:
        more = of_task(task, 0, [task * 10, task * 10 + 1])
        found.replace(range(len(found), len(found)), more, range(2))
    assert found.in_order == in_order
    for index in range(6):
        assert found.index_of(found.item(index)) == index
    wanted = [Item(3, 30), Item(2, 20), Item(2, 99), Item(9, 90)]
    assert found.indexes_of(wanted) == sorted(
        index for index in range(6) if found.item(index) in wanted
    )
    assert [found.ids[index] for index in found.span_of(2)] == [2, 2]
    assert not found.span_of(9)
