"""What a person lets runs cost: for one press, a day, a month; and whether something fits.

A day and a month are this computer's. What was made in one counts for it, by the time that was
recorded, and so does what was sent in it, if it had waited longer. What is still under way counts
for every one.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field, structs

from cartoonmix_desktop.core.errors import CapReached, PriceUnknown
from cartoonmix_desktop.core.money.quote import Total

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cap(StrEnum):
    """What a cap is for."""

    PRESS = "press"
    DAY = "day"
    MONTH = "month"


class AtCap(StrEnum):
    """What becomes of what would pass a cap."""

    ASK = "ask"  # nothing is stored before the person has decided
    PAUSE = "pause"  # it waits until the person resumes
    WAIT = "wait"  # it waits until the next day or month, or the person resumes


BY_ITSELF = "_by_itself"
"""Ends the reason of a `CapReached` that goes when its day or month is over."""


class Caps(Struct, frozen=True):
    """What the person has set.

    Attributes:
        amounts: USD; a cap that is missing is not set.
        at_cap: what becomes of what would pass one.
    """

    amounts: Mapping[Cap, Decimal] = field(default_factory=dict)
    at_cap: AtCap = AtCap.ASK

    def of_periods(self) -> Caps:
        """Without the cap on one press."""
        rest = {cap: each for cap, each in self.amounts.items() if cap is not Cap.PRESS}
        return structs.replace(self, amounts=rest)


class Periods(Struct, frozen=True):
    """The local day and month of a moment, each with the unix seconds of its beginning and end."""

    day: str
    day_begins: float
    day_ends: float
    month: str
    month_begins: float
    month_ends: float

    def of(self, cap: Cap) -> str:
        """The name of the period of a cap: ``"2026-12-01"``, ``"2026-12"``; empty for a press."""
        return {Cap.DAY: self.day, Cap.MONTH: self.month}.get(cap, "")


class Spent(Struct, frozen=True):
    """USD that count for the present day and month.

    Attributes:
        day: what was charged for what was made or sent in it, and the estimates of what is under
            way at the server, or whose charge is not known yet.
        month: likewise.
        waiting: the estimates of what was not sent yet.
    """

    day: Decimal = Decimal(0)
    month: Decimal = Decimal(0)
    waiting: Decimal = Decimal(0)


class Leave(Struct, frozen=True):
    """What the person has allowed beyond the caps.

    Attributes:
        up_to: USD that a period may come to, by the name of the period, or that one press may cost,
            under ``""``.
        unpriced: the day, ``"2026-12-01"``, on which runs without a price were last allowed.
    """

    up_to: Mapping[str, Decimal] = field(default_factory=dict)
    unpriced: str = ""


NO_LEAVE = Leave()


class WaitingRun(Struct, frozen=True):
    """A run that is to be sent now.

    Attributes:
        estimate: USD that it is expected to cost, None where no price is known.
        day: on which it was asked for, ``"2026-12-01"``.
        held: USD that the whole press costs which it is of, if that was more than the cap for one;
            None for any other, and once the person has allowed it.
    """

    estimate: Decimal | None
    day: str
    held: Decimal | None = None


class Passed(Struct, frozen=True):
    """A cap that would be passed.

    Attributes:
        cap: which.
        limit: USD that it allows.
        total: USD that its press or period would come to.
        period: as `Periods.of` names it.
    """

    cap: Cap
    limit: Decimal
    total: Decimal
    period: str = ""

    def error(self, at_cap: AtCap) -> CapReached:
        """Why nothing more is sent."""
        by_itself = at_cap is AtCap.WAIT and self.cap is not Cap.PRESS
        return CapReached(
            self.cap.value + BY_ITSELF * by_itself,
            f"{self.limit:f}",
            f"{self.total:f}",
            self.period,
        )


class Verdict(Struct, frozen=True):
    """Whether something fits into the caps.

    Attributes:
        passed: the caps that it would pass; of the shortest time first.
        unpriced: a cap is set, some of it has no price, and that was not allowed yet: no cap can
            count it.
        left: USD that each day's and month's cap leaves after it; below 0 where it is passed.
    """

    passed: tuple[Passed, ...] = ()
    unpriced: bool = False
    left: Mapping[Cap, Decimal] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether it may be sent without a question."""
        return not self.passed and not self.unpriced

    @property
    def least_left(self) -> tuple[Cap, Decimal] | None:
        """The cap of a day or month that leaves the least; None if none is set."""
        if not self.left:
            return None
        cap = min(self.left, key=lambda each: self.left[each])
        return cap, self.left[cap]


def periods_of(moment: float) -> Periods:
    """The local day and month of a moment, in unix seconds; days of 23 and 25 hours too."""
    here = datetime.fromtimestamp(moment).date()  # noqa: DTZ006  local on purpose
    month = here.replace(day=1)
    after = (month.replace(day=28).toordinal() + 4, here.toordinal() + 1)
    next_month, next_day = (date.fromordinal(each) for each in after)
    return Periods(
        here.isoformat(),
        _begin(here),
        _begin(next_day),
        f"{month:%Y-%m}",
        _begin(month),
        _begin(next_month.replace(day=1)),
    )


def _begin(day: date) -> float:
    return datetime(day.year, day.month, day.day).timestamp()  # noqa: DTZ001  local on purpose


def verdict(
    caps: Caps, periods: Periods, spent: Spent, asked: Total, leave: Leave = NO_LEAVE
) -> Verdict:
    """Whether what is asked for fits, beside all that was spent, runs or waits.

    Args:
        caps: what is set.
        periods: the present ones.
        spent: what counts for them already; without what is asked for.
        asked: the expected charge of one press.
        leave: what was allowed beyond the caps.
    """
    unpriced = bool(caps.amounts) and asked.unpriced > 0 and leave.unpriced != periods.day
    totals = {
        Cap.PRESS: asked.amount,
        Cap.DAY: spent.day + spent.waiting + asked.amount,
        Cap.MONTH: spent.month + spent.waiting + asked.amount,
    }
    passed: list[Passed] = []
    left: dict[Cap, Decimal] = {}
    for cap, total in totals.items():
        if (limit := caps.amounts.get(cap)) is None:
            continue
        allowed = max(limit, leave.up_to.get(periods.of(cap), limit))
        if cap is not Cap.PRESS:
            left[cap] = allowed - total
        # What costs nothing passes none, also when more was charged than was expected; what has no
        # price costs something.
        beyond = total > allowed and asked.amount > 0
        if beyond or (total >= allowed and asked.unpriced > 0):
            passed.append(Passed(cap, limit, total, periods.of(cap)))
    return Verdict(tuple(passed), unpriced, left)


def hindrance(
    caps: Caps,
    periods: Periods,
    spent: Spent,
    run: WaitingRun,
    leave: Leave = NO_LEAVE,
) -> CapReached | PriceUnknown | None:
    """Why a run that waits is not to be sent now; None if it may be.

    Args:
        caps: what is set.
        periods: the present ones.
        spent: what counts for them already, but for what waits.
        run: what is to be sent.
        leave: what was allowed beyond the caps.
    """
    limit = caps.amounts.get(Cap.PRESS)
    if limit is not None and run.held is not None and run.held > limit:
        return Passed(Cap.PRESS, limit, run.held).error(caps.at_cap)
    if caps.amounts and run.estimate is None and leave.unpriced < run.day:
        return PriceUnknown()
    amount = run.estimate or Decimal(0)
    unpriced = int(run.estimate is None)
    total = Total(amount, at_least=False, priced=1 - unpriced, unpriced=unpriced)
    spent = structs.replace(spent, waiting=Decimal(0))
    passed = verdict(caps.of_periods(), periods, spent, total, leave).passed
    return passed[0].error(caps.at_cap) if passed else None
