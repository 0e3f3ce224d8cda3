"""How a task ended and what it cost, in words: one table for all places that say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.outcome import Charge, Outcome, charge_of
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.formats import money, number, pictures

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Task

_PICTURES = "{pictures}"
_SOME = _("{kept} of {pictures}")
_UNREAD = _("No picture could be read")
_FAILED = _("Failed")
_CANCELLED = _("Cancelled")
_NO_ANSWER = _("Sent, but no answer")
_PRICE = " · {price}"
_FREE = _(" · not charged")
_FREE_AFTER_ALL = _(" – not charged")
_NOT_YET = _(" · charge not yet known")
_NOT_KNOWN = _(" · charge not known")
_SANDBOX = _(" · sandbox")
ENDINGS: dict[tuple[Outcome, Charge], tuple[str, str]] = {
    (Outcome.KEPT, Charge.AMOUNT): (_PICTURES, _PRICE),
    (Outcome.KEPT, Charge.NONE): (_PICTURES, _FREE),
    (Outcome.KEPT, Charge.PENDING): (_PICTURES, _NOT_YET),
    (Outcome.KEPT, Charge.UNKNOWN): (_PICTURES, _NOT_KNOWN),
    (Outcome.PARTLY, Charge.AMOUNT): (_SOME, _PRICE),
    (Outcome.PARTLY, Charge.NONE): (_SOME, _FREE),
    (Outcome.PARTLY, Charge.PENDING): (_SOME, _NOT_YET),
    (Outcome.PARTLY, Charge.UNKNOWN): (_SOME, _NOT_KNOWN),
    (Outcome.ASIDE, Charge.AMOUNT): (_UNREAD, _PRICE),
    (Outcome.ASIDE, Charge.NONE): (_UNREAD, _FREE),
    (Outcome.ASIDE, Charge.PENDING): (_UNREAD, _NOT_YET),
    (Outcome.ASIDE, Charge.UNKNOWN): (_UNREAD, _NOT_KNOWN),
    (Outcome.FAILED, Charge.AMOUNT): (_FAILED, _PRICE),
    (Outcome.FAILED, Charge.NONE): (_FAILED, _FREE_AFTER_ALL),
    (Outcome.FAILED, Charge.PENDING): (_FAILED, _NOT_YET),
    (Outcome.FAILED, Charge.UNKNOWN): (_FAILED, _NOT_KNOWN),
    (Outcome.CANCELLED, Charge.AMOUNT): (_CANCELLED, _PRICE),
    (Outcome.CANCELLED, Charge.NONE): (_CANCELLED, _FREE_AFTER_ALL),
    (Outcome.CANCELLED, Charge.PENDING): (_CANCELLED, _NOT_YET),
    (Outcome.CANCELLED, Charge.UNKNOWN): (_CANCELLED, _NOT_KNOWN),
    (Outcome.UNKNOWN, Charge.AMOUNT): (_NO_ANSWER, _PRICE),
    (Outcome.UNKNOWN, Charge.NONE): (_NO_ANSWER, _FREE_AFTER_ALL),
    (Outcome.UNKNOWN, Charge.PENDING): (_NO_ANSWER, _NOT_YET),
    (Outcome.UNKNOWN, Charge.UNKNOWN): (_NO_ANSWER, _NOT_KNOWN),
}
"""How it ended, and what stands behind that of its cost. ``pictures`` is how many are wanted."""


def ending_words(task: Task, outcome: Outcome) -> tuple[str, str]:
    """How a task ended, and what stands behind that of its cost: ``("Failed", " · $0.0035")``.

    Args:
        task: that ended.
        outcome: how.
    """
    head, charge = ENDINGS[outcome, charge_of(task)]
    asked = max(task.request.samples, len(task.outputs))
    if outcome is Outcome.KEPT:
        asked = len(task.kept)
    if task.is_sandbox and outcome in {Outcome.KEPT, Outcome.PARTLY, Outcome.ASIDE}:
        charge = _SANDBOX
    price = money(task.cost) if task.cost is not None else ""
    kept = number(len(task.kept))
    return head.format(kept=kept, pictures=pictures(asked)), charge.format(price=price)
