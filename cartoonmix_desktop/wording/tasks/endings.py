"""How a task ended and what it cost, in words: one table for all places that say it. Free of Qt."""

from __future__ import annotations

from cartoonmix_desktop.core.task.outcome import Charge, Outcome

_NOT_YET = " · charge not yet known"
_NOT_KNOWN = " · charge not known"
ENDINGS: dict[tuple[Outcome, Charge], tuple[str, str]] = {
    (Outcome.KEPT, Charge.AMOUNT): ("{pictures}", " · {price}"),
    (Outcome.KEPT, Charge.NONE): ("{pictures}", " · not charged"),
    (Outcome.KEPT, Charge.PENDING): ("{pictures}", _NOT_YET),
    (Outcome.KEPT, Charge.UNKNOWN): ("{pictures}", _NOT_KNOWN),
    (Outcome.PARTLY, Charge.AMOUNT): ("{kept} of {pictures}", " · {price}"),
    (Outcome.PARTLY, Charge.NONE): ("{kept} of {pictures}", " · not charged"),
    (Outcome.PARTLY, Charge.PENDING): ("{kept} of {pictures}", _NOT_YET),
    (Outcome.PARTLY, Charge.UNKNOWN): ("{kept} of {pictures}", _NOT_KNOWN),
    (Outcome.ASIDE, Charge.AMOUNT): ("No picture could be read", " · {price}"),
    (Outcome.ASIDE, Charge.NONE): ("No picture could be read", " · not charged"),
    (Outcome.ASIDE, Charge.PENDING): ("No picture could be read", _NOT_YET),
    (Outcome.ASIDE, Charge.UNKNOWN): ("No picture could be read", _NOT_KNOWN),
    (Outcome.FAILED, Charge.AMOUNT): ("Failed", " · {price}"),
    (Outcome.FAILED, Charge.NONE): ("Failed", " – not charged"),
    (Outcome.FAILED, Charge.PENDING): ("Failed", _NOT_YET),
    (Outcome.FAILED, Charge.UNKNOWN): ("Failed", _NOT_KNOWN),
    (Outcome.CANCELLED, Charge.AMOUNT): ("Cancelled", " · {price}"),
    (Outcome.CANCELLED, Charge.NONE): ("Cancelled", " – not charged"),
    (Outcome.CANCELLED, Charge.PENDING): ("Cancelled", _NOT_YET),
    (Outcome.CANCELLED, Charge.UNKNOWN): ("Cancelled", _NOT_KNOWN),
    (Outcome.UNKNOWN, Charge.AMOUNT): ("Sent, but no answer", " · {price}"),
    (Outcome.UNKNOWN, Charge.NONE): ("Sent, but no answer", " – not charged"),
    (Outcome.UNKNOWN, Charge.PENDING): ("Sent, but no answer", _NOT_YET),
    (Outcome.UNKNOWN, Charge.UNKNOWN): ("Sent, but no answer", _NOT_KNOWN),
}
"""How it ended, and what stands behind that of its cost. ``pictures`` is how many are wanted."""
