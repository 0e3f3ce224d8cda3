"""What a server still owes of a task that it called ended, and when it is asked again.

One mechanism for all of it: what is owed is looked for after 3, 10 and 30 seconds, after 1, 3 and
10 minutes, after an hour, then once a start of the program; at most 12 times, and for 7 days.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LOOKS = (3.0, 10.0, 30.0, 60.0, 180.0, 600.0, 3600.0)
"""Seconds after the end at which the server is asked; from then on, once a start."""

MOST_LOOKS = 12
LONGEST = 7 * 24 * 3600.0
"""Seconds after which nothing is looked for any more."""


class Owed(StrEnum):
    """What a server may owe of a task."""

    OUTPUTS = "outputs"  # it ended well and lists no pictures
    MORE = "more"  # it lists fewer pictures than were asked for
    CHARGE = "charge"  # it tells no cost
    CHARGE_OF_STOPPED = "charge_of_stopped"  # it was stopped while it ran, which may cost
    ERROR = "error"  # it was told as an error that may not be its last word
    STOP = "stop"  # it refused both to cancel and to kill


class Aftercare(Struct, frozen=True):
    """One thing that is owed.

    Attributes:
        reason: what.
        began: unix seconds since when.
        due: unix seconds of the next look; None when no more is looked for.
        tries: how often the server has answered without it.
        asked: unix seconds of the last such answer, None before the first.
    """

    reason: Owed
    began: float
    due: float | None
    tries: int = 0
    asked: float | None = None

    @property
    def waits_for_start(self) -> bool:
        """Whether it is looked for at the next start of the program, not before."""
        return self.due is not None and self.due >= self.began + LONGEST

    def due_by(self, now: float) -> float | None:
        """When it is looked for, seen at ``now``: at once if the clock was set back since."""
        if self.due is None:
            return None
        return now if self.began > now or self.due > now + LONGEST else self.due

    def is_due(self, now: float) -> bool:
        """Whether it is looked for at ``now``, unix seconds."""
        due = self.due_by(now)
        return due is not None and due <= now

    def due_at(self, moment: float) -> Aftercare:
        """The same, to be looked for at another moment, unix seconds."""
        return Aftercare(self.reason, self.began, moment, self.tries, self.asked)

    def looked(self, now: float) -> Aftercare:
        """As it is after the server has answered at ``now``, unix seconds, without it."""
        tries, began = self.tries + 1, min(self.began, now)
        since = now - began
        due: float | None = began + next((look for look in LOOKS if look > since), LONGEST)
        if tries >= MOST_LOOKS or since >= LONGEST:
            due = None
        return Aftercare(self.reason, began, due, tries, now)

    def unanswered(self, now: float) -> Aftercare:
        """As it is after the server could not be asked at ``now``: that counts as no look."""
        due = now + LOOKS[min(max(self.tries, 2), len(LOOKS) - 1)]
        return Aftercare(self.reason, min(self.began, now), due, self.tries, self.asked)


def begun(
    reasons: Collection[Owed], now: float, before: Iterable[Aftercare] = ()
) -> tuple[Aftercare, ...]:
    """What is owed from ``now`` on: what was owed before goes on as it is.

    Args:
        reasons: all that is owed.
        now: unix seconds.
        before: what was.
    """
    known = {one.reason: one for one in before}
    return tuple(
        known.get(reason) or Aftercare(reason, now, now + LOOKS[0]) for reason in sorted(reasons)
    )
