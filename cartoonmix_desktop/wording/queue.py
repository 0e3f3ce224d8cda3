"""The queue in words: its rows, what they cost, and the one line that says how it stands."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import DiskFull, Unreachable
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.common import NoticeAction, Offer
from cartoonmix_desktop.wording.errors import describe, sentences
from cartoonmix_desktop.wording.formats import exact_money, money, number, pictures
from cartoonmix_desktop.wording.tasks.rests import rest_words
from cartoonmix_desktop.wording.tasks.states import NO_PROMPT

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.money.quote import Quote, Total
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.services.events import QueueChanged

_SHORT_SEED = 12  # characters
_DIME = Decimal("0.1")

QUEUE = _("Queue")
FOLDED = _("queue")
"""In ``"Show queue"``."""

PAUSE = _("Pause")
PAUSE_NAME = _("Pause queue")
PAUSE_HELP = _("Send nothing more until you resume.")
RESUME = _("Resume")
RESUME_NAME = _("Resume queue")
RESUME_HELP = _("Send the waiting tasks.")
_PAUSED = _("Paused")
_PAUSED_BESIDE = _("Paused. Running tasks will finish.")
_SENDING = _("Sending one after another")
_EDITED = _("Not sent while you edit it")
PUT_BACK = _("Put back")
BEING_EDITED = _("being edited")
_SEED = _("seed {seed}")


class QueueState(Struct, frozen=True):
    """How the queue stands.

    Attributes:
        words: one sentence.
        help: what was not lost, and what to do; may be empty.
        offer: what else than *Resume* helps, if anything does.
        paused: whether nothing is sent until the person resumes.
        ticks: whether the words change with the clock.
    """

    words: str
    help: str = ""
    offer: Offer | None = None
    paused: bool = False
    ticks: bool = False


def queue_state(
    queue: QueueChanged, now: float, *, online: bool | None, edited: bool = False
) -> QueueState:
    """How the queue stands, in the one place that says so.

    Args:
        queue: as the services tell it.
        now: unix seconds.
        online: whether the account's server can be reached, None if nobody knows.
        edited: whether all that waits is one task whose recipe is in the form.
    """
    if queue.held:
        words = _PAUSED_BESIDE if queue.running or queue.queued else _PAUSED
        return QueueState(words, RESUME_HELP, paused=True)
    if queue.paused is not None:
        return _paused(queue.paused, queue.waiting, back=bool(online) and not queue.elsewhere)
    if queue.rest is not None:
        words = rest_words(queue.rest, now)
        return QueueState(words, ticks=queue.rest.again_at is not None)
    if not queue.waiting:
        return QueueState("")
    return QueueState(_EDITED if edited else _SENDING)


def _paused(reason: CartoonMixError, waiting: int, *, back: bool) -> QueueState:
    if isinstance(reason, Unreachable) and back:
        # Asked for while nobody could be reached, it may no longer be worth its price.
        return QueueState(_back(waiting), RESUME_HELP, paused=True)
    said = describe(reason)
    path = Path(reason.path) if isinstance(reason, DiskFull) else None
    offer = None
    if said.action is not None and said.action is not NoticeAction.RETRY:  # *Resume* does that
        offer = Offer(said.action, path=path)
    whole = said.title if said.title != said.short else ""
    words = _("Paused: {why}").format(why=said.short)
    return QueueState(words, sentences(whole, said.advice, _kept(waiting)), offer, paused=True)


def _back(waiting: int) -> str:
    if not waiting:
        return _("Wiro is back.")
    return ngettext(
        "Wiro is back. {n} task is waiting.", "Wiro is back. {n} tasks are waiting.", waiting
    ).format(n=number(waiting))


def _kept(waiting: int) -> str:
    if not waiting:
        return ""
    return ngettext("{n} task is kept and waits.", "{n} tasks are kept and wait.", waiting).format(
        n=number(waiting)
    )


def waiting(count: int, total: Total, balance: Decimal | None) -> str:
    """``"7 waiting · about $0.025 · enough for 3,400 more"``, as far as it is known.

    Args:
        count: how many wait.
        total: what those with a price cost.
        balance: what is left to the account, in USD.
    """
    facts = [ngettext("{n} waiting", "{n} waiting", count).format(n=number(count))]
    if total.priced:
        words = _("from {amount}") if total.at_least else _("about {amount}")
        facts.append(words.format(amount=_rough(total.amount)))
        if balance is not None and not total.at_least and total.amount:
            facts.append(_enough(count, total.amount, balance))
    return " · ".join(facts)


def _enough(count: int, cost: Decimal, balance: Decimal) -> str:
    """How far a balance reaches at the price of what waits; two digits, never too many."""
    runs = int(balance / cost * count)
    more = runs - count
    if more < 0:
        return ngettext("enough for {n} of them", "enough for {n} of them", runs).format(
            n=number(runs)
        )
    if not more:
        return _("enough for these")
    coarse = 10 ** max(0, len(str(more)) - 2)
    more -= more % coarse
    return ngettext("enough for {n} more", "enough for {n} more", more).format(n=number(more))


def _rough(amount: Decimal) -> str:
    """An estimated amount: in cents, below ten of them two digits."""
    if not 0 < amount < _DIME:
        return money(amount)
    two_digits = Decimal(1).scaleb(amount.adjusted() - 1)
    return exact_money(amount.quantize(two_digits, ROUND_HALF_UP))


def price_of(quote: Quote | None) -> str:
    """``"$0.0035"``; empty without a price."""
    if quote is None:
        return ""
    words = _("from {amount}") if quote.at_least else "{amount}"
    return words.format(amount=_rough(quote.amount))


def removed(count: int) -> str:
    """So many tasks were taken out."""
    return ngettext("{n} task removed", "{n} tasks removed", count).format(n=number(count))


def title_of(request: GenerationRequest) -> str:
    """The first words of a row."""
    return request.title or NO_PROMPT


def seed_of(request: GenerationRequest) -> str:
    """``"seed 7"``; empty if the request tells none."""
    seed = str(request.values.get("seed", "")).strip()
    return _SEED.format(seed=seed) if seed else ""


def facts_of(request: GenerationRequest, quote: Quote | None) -> str:
    """``"512 × 768 · 4 pictures · seed 7 · $0.0035"``, as far as anybody tells."""
    values = request.values
    facts = []
    if "width" in values and "height" in values:
        facts.append(f"{values['width']} × {values['height']}")
    if isinstance(samples := values.get("samples"), int):
        facts.append(pictures(samples))
    if seed := str(values.get("seed", "")).strip():
        facts.append(_SEED.format(seed=seed[:_SHORT_SEED]))
    return " · ".join(filter(None, (*facts, price_of(quote))))


def row_words(request: GenerationRequest, quote: Quote | None) -> str:
    """A row in a line."""
    return f"{title_of(request)} – {facts_of(request, quote)}"


def numbered(position: int, words: str) -> str:
    """A row in a line with its position, for those who listen."""
    return f"{number(position)}. {words}"
