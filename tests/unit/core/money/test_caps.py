"""What fits into the caps, and what does not: by the very digit, on every local day."""

from __future__ import annotations

import time
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import CapReached, PriceUnknown
from cartoonmix_desktop.core.money.caps import (
    AtCap,
    Cap,
    Caps,
    Leave,
    Spent,
    WaitingRun,
    hindrance,
    periods_of,
    verdict,
)
from cartoonmix_desktop.core.money.quote import Total

D = Decimal
NOON = datetime(2026, 12, 1, 12).timestamp()  # noqa: DTZ001  local on purpose
DAY = periods_of(NOON)
AMOUNTS = st.decimals(0, 100, places=6)


def asked(amount: str, unpriced: int = 0) -> Total:
    return Total(D(amount), at_least=unpriced > 0, priced=1, unpriced=unpriced)


def caps(**amounts: str) -> Caps:
    return Caps({Cap(name): D(amount) for name, amount in amounts.items()})


# --- periods -------------------------------------------------------------------------------------


@pytest.fixture
def zone(monkeypatch):
    """Turns the clock of this process to another part of the world."""

    def turn(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield turn
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "moment", "hours"),
    [
        ("UTC", (2026, 12, 1, 0), 24),
        ("Europe/Berlin", (2026, 3, 29, 12), 23),
        ("Europe/Berlin", (2026, 10, 25, 12), 25),
        ("America/Sao_Paulo", (2018, 11, 4, 12), 23),  # a day without a midnight
        ("Pacific/Apia", (2011, 12, 31, 12), 24),
    ],
)
def test_a_day_is_the_one_of_this_computer(zone, name, moment, hours):
    zone(name)
    there = datetime(*moment).timestamp()  # noqa: DTZ001
    found = periods_of(there)
    assert found.day == f"{moment[0]}-{moment[1]:02}-{moment[2]:02}"
    assert found.month == found.day[:7]
    assert (found.day_ends - found.day_begins) / 3600 == hours
    assert found.month_begins <= found.day_begins <= there < found.day_ends <= found.month_ends
    assert periods_of(found.day_ends).day != found.day
    assert periods_of(found.day_ends - 1).day == found.day
    assert periods_of(found.month_ends).month != found.month
    assert periods_of(found.month_ends - 1).month == found.month


def test_a_month_ends_where_the_next_begins():
    for month in range(1, 13):
        found = periods_of(datetime(2024, month, 28, 12).timestamp())  # noqa: DTZ001
        then = periods_of(found.month_ends)
        assert then.month_begins == found.month_ends
        assert then.month == ("2025-01" if month == 12 else f"2024-{month + 1:02}")


# --- a press -------------------------------------------------------------------------------------


def test_without_caps_everything_fits():
    told = verdict(Caps(), DAY, Spent(D(9), D(99)), asked("5", unpriced=3))
    assert told.fits
    assert told.least_left is None


def test_exactly_the_cap_fits_and_the_smallest_unit_more_does_not():
    spent = Spent(D("0.5"), D("0.5"), waiting=D("0.25"))
    assert verdict(caps(day="1"), DAY, spent, asked("0.25")).fits
    [passed] = verdict(caps(day="1"), DAY, spent, asked("0.250000000001")).passed
    assert (passed.cap, passed.limit, passed.period) == (Cap.DAY, D(1), "2026-12-01")
    assert passed.total == D("1.000000000001")


def test_each_cap_counts_its_own():
    spent = Spent(day=D(1), month=D(20), waiting=D(2))
    told = verdict(caps(press="0.5", day="3.4", month="22"), DAY, spent, asked("0.5"))
    assert [(p.cap, p.total, p.period) for p in told.passed] == [
        (Cap.DAY, D("3.5"), "2026-12-01"),
        (Cap.MONTH, D("22.5"), "2026-12"),
    ]
    assert told.left == {Cap.DAY: D("-0.1"), Cap.MONTH: D("-0.5")}
    assert told.least_left == (Cap.MONTH, D("-0.5"))
    [passed] = verdict(caps(press="0.4"), DAY, spent, asked("0.5")).passed
    assert (passed.cap, passed.total, passed.period) == (Cap.PRESS, D("0.5"), "")


def test_a_cap_of_nothing_lets_only_what_is_free_through():
    assert verdict(caps(day="0"), DAY, Spent(), asked("0")).fits
    assert not verdict(caps(day="0"), DAY, Spent(), asked("0.000000000001")).fits


def test_what_costs_nothing_passes_none_though_more_was_charged_than_expected():
    assert verdict(caps(day="1"), DAY, Spent(day=D(2)), asked("0")).fits


def test_without_a_price_a_cap_cannot_count_and_says_so():
    told = verdict(caps(month="5"), DAY, Spent(), asked("0", unpriced=1))
    assert told.unpriced
    assert not told.passed
    allowed = verdict(caps(month="5"), DAY, Spent(), asked("0", 1), Leave(unpriced="2026-12-01"))
    assert allowed.fits
    assert verdict(
        caps(month="5"), DAY, Spent(), asked("0", 1), Leave(unpriced="2026-11-30")
    ).unpriced


def test_what_has_no_price_does_not_fit_where_nothing_is_left():
    leave = Leave(unpriced=DAY.day)
    assert verdict(caps(day="1"), DAY, Spent(day=D("0.99")), asked("0", 1), leave).fits
    assert verdict(caps(day="1"), DAY, Spent(day=D(1)), asked("0", 1), leave).passed


def test_leave_holds_up_to_its_amount_and_in_its_period_alone():
    spent = Spent(day=D(1), month=D(1))
    leave = Leave({"2026-12-01": D("1.5")})
    assert verdict(caps(day="1"), DAY, spent, asked("0.5"), leave).fits
    assert verdict(caps(day="1"), DAY, spent, asked("0.5"), leave).left == {Cap.DAY: D(0)}
    assert not verdict(caps(day="1"), DAY, spent, asked("0.6"), leave).fits
    assert not verdict(caps(day="1"), periods_of(DAY.day_ends), spent, asked("0.5"), leave).fits
    assert not verdict(caps(month="1"), DAY, spent, asked("0.5"), leave).fits
    # A cap that was raised since is not narrowed by what was allowed before.
    assert verdict(caps(day="3"), DAY, spent, asked("1.9"), leave).fits


@given(cap=AMOUNTS, presses=st.lists(AMOUNTS, max_size=30), waiting=AMOUNTS)
def test_presses_that_fit_never_pass_a_cap_together(cap, presses, waiting):
    day = D(0)
    for amount in presses:
        told = verdict(
            Caps({Cap.DAY: cap}), DAY, Spent(day=day, waiting=waiting), asked(f"{amount:f}")
        )
        if told.fits and amount:
            day += amount
            assert day + waiting <= cap
        elif amount:
            assert day + waiting + amount > cap
        assert told.left[Cap.DAY] == cap - (day + waiting + (0 if told.fits and amount else amount))


# --- what waits ----------------------------------------------------------------------------------


def run(estimate: str | None, held: str | None = None, day: str = "2026-12-01") -> WaitingRun:
    return WaitingRun(
        None if estimate is None else D(estimate), day, None if held is None else D(held)
    )


@given(
    cap=AMOUNTS,
    spent=AMOUNTS,
    estimate=AMOUNTS,
    waiting=AMOUNTS,
    which=st.sampled_from([Cap.DAY, Cap.MONTH]),
)
def test_a_run_is_sent_only_if_it_fits_whatever_else_waits(cap, spent, estimate, waiting, which):
    held = hindrance(Caps({which: cap}), DAY, Spent(spent, spent, waiting), run(f"{estimate:f}"))
    assert (held is None) == (spent + estimate <= cap or estimate == 0)


def test_a_run_says_which_cap_it_waits_for_and_whether_that_goes_by_itself():
    spent = Spent(D("0.9"), D("0.9"))
    for at_cap, reason in (
        (AtCap.ASK, "day"),
        (AtCap.PAUSE, "day"),
        (AtCap.WAIT, "day_by_itself"),
    ):
        error = hindrance(Caps({Cap.DAY: D(1)}, at_cap), DAY, spent, run("0.2"))
        assert isinstance(error, CapReached)
        assert (error.reason, error.cap, error.total) == (reason, "1", "1.1")
        assert error.period == "2026-12-01"
    error = hindrance(Caps({Cap.MONTH: D(1)}, AtCap.WAIT), DAY, spent, run("0.2"))
    assert isinstance(error, CapReached)
    assert (error.reason, error.period) == ("month_by_itself", "2026-12")


def test_a_run_of_a_press_that_was_too_dear_waits_until_that_cap_allows_it():
    for at_cap in AtCap:
        error = hindrance(Caps({Cap.PRESS: D(1)}, at_cap), DAY, Spent(), run("0.5", held="2"))
        assert isinstance(error, CapReached)
        assert (error.reason, error.total, error.period) == ("press", "2", "")  # no day lifts it
    assert hindrance(caps(press="2"), DAY, Spent(), run("0.5", held="2")) is None
    assert hindrance(Caps(), DAY, Spent(), run("0.5", held="2")) is None
    assert hindrance(caps(press="1"), DAY, Spent(), run("5")) is None  # the person allowed it


def test_a_run_without_a_price_waits_for_the_person_once_a_day():
    leave = Leave(unpriced="2026-12-01")
    assert isinstance(hindrance(caps(press="1"), DAY, Spent(), run(None)), PriceUnknown)
    assert hindrance(Caps(), DAY, Spent(), run(None)) is None
    assert hindrance(caps(day="1"), DAY, Spent(), run(None), leave) is None
    # Asked for and allowed on one day, it is sent on the next without another question.
    tomorrow = periods_of(DAY.day_ends)
    assert hindrance(caps(day="1"), tomorrow, Spent(), run(None), leave) is None
    of_tomorrow = run(None, day=tomorrow.day)
    assert isinstance(hindrance(caps(day="1"), tomorrow, Spent(), of_tomorrow, leave), PriceUnknown)
    full = hindrance(caps(day="1"), DAY, Spent(day=D(1)), run(None), leave)
    assert isinstance(full, CapReached)
