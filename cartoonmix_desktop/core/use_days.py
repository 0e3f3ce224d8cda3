"""Days on which the program ran: the only days that bring something in the trash nearer its end.

A clock may be wrong by months for one start. So a term does not count seconds: each local day on
which the program ran is noted once, in the order in which they came, and what was thrown away on
one of them is as old as the number of other days that came after it. One reading of the clock adds
one day, whatever it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from cartoonmix_desktop.core.search.days import day_of
from cartoonmix_desktop.core.task.trash import TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[float, float]
"""Unix seconds: from the first on, and before the second."""

_MOST = max(TERMS) + 2  # days that are told apart: past them, all is older than any term


class UseDay(Struct, frozen=True):
    """One local day on which the program ran.

    Attributes:
        day: its proleptic number, see `datetime.date.toordinal`.
        spans: what was thrown away in these was thrown away on it.
    """

    day: int
    spans: tuple[Span, ...]


class UseDays(Struct, frozen=True):
    """The days of use, the latest last.

    Attributes:
        days: none twice. A day that the clock came back to has moved to the end: what was thrown
            away then can only be judged too young.
    """

    days: tuple[UseDay, ...] = ()

    @classmethod
    def read(cls, text: str) -> UseDays:
        """What `written` gave; none if it is damaged, and then all begins anew."""
        try:
            days = msgspec.json.decode(text, type=tuple[UseDay, ...])
        except msgspec.DecodeError:
            return cls()
        whole = all(one.spans for one in days) and len({one.day for one in days}) == len(days)
        return cls(days) if whole else cls()

    @property
    def written(self) -> str:
        """As a text."""
        return msgspec.json.encode(self.days).decode()

    def noted(self, moment: float) -> UseDays:
        """With the local day of a moment (unix seconds) as the latest."""
        day, begin, end = day_of(int(moment * 1000))
        number, span = day.toordinal(), (begin / 1000, end / 1000)
        if self.days and self.days[-1].day == number:
            # Elsewhere, the same day begins at another moment.
            return self if span in self.days[-1].spans else self.extended([span])
        before = next((one.spans for one in self.days if one.day == number), ())
        spans = tuple(dict.fromkeys((*before, span)))
        days = [*(one for one in self.days if one.day != number), UseDay(number, spans)]
        while len(days) > _MOST:
            first, second, *others = days
            spans = (*first.spans, *second.spans)
            every = min(since for since, _ in spans), max(until for _, until in spans)
            days = [UseDay(second.day, (every,)), *others]
        return UseDays(tuple(days))

    def extended(self, spans: Iterable[Span]) -> UseDays:
        """With all that was thrown away in ``spans`` thrown away on the latest day."""
        *others, latest = self.days
        return UseDays((*others, UseDay(latest.day, (*latest.spans, *spans))))

    def gaps(self) -> list[Span]:
        """All the time of which nothing is known, from the beginning to the end of time."""
        gaps, known = [], float("-inf")
        for since, until in sorted(span for one in self.days for span in one.spans):
            if since > known:
                gaps.append((known, since))
            known = max(known, until)
        return [*gaps, (known, float("inf"))]

    def age(self, at: float) -> int:
        """Days of use after that on which something was thrown away.

        Args:
            at: unix seconds when it was; 0 days if nothing is known of them.
        """
        for age, one in enumerate(reversed(self.days)):
            if any(since <= at < until for since, until in one.spans):
                return age
        return 0

    def before(self, term: int) -> list[UseDay]:
        """Those that are past a term of so many days of use, the oldest first."""
        return list(self.days[: max(0, len(self.days) - 1 - term)])
