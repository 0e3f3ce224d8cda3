"""Days begin where people's clocks say, on every system."""

from __future__ import annotations

import time
from calendar import timegm
from datetime import date

import pytest

from cartoonmix_desktop.core.search.days import midnight

DAYS = (date(1, 1, 1), date(1600, 2, 29), date(1960, 2, 29), date(1970, 1, 1), date(3500, 12, 31))


@pytest.mark.parametrize("day", DAYS)
def test_a_day_that_the_system_does_not_know_has_its_midnight(day, monkeypatch):
    as_it_is = time.mktime

    def of_windows(moment):
        if not 1970 < moment[0] <= 3000:
            raise OverflowError("mktime argument out of range")
        return as_it_is(moment)

    offset = as_it_is((2026, 1, 1, 0, 0, 0, 0, 0, -1)) - timegm((2026, 1, 1, 0, 0, 0))
    monkeypatch.setattr(time, "mktime", of_windows)
    away = midnight(day) - offset - timegm(day.timetuple())
    assert away in {-7200, -3600, 0, 3600, 7200}  # by summer time
