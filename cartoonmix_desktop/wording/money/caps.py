"""Caps on what runs cost, in words: the page of the settings, questions, what a batch leaves."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.money.amounts import PLACES, amount_of
from cartoonmix_desktop.core.money.caps import AtCap, Cap
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.common import ACTION_LABELS, CANCEL, NoticeAction
from cartoonmix_desktop.wording.formats import exact_money, money, number, pictures
from cartoonmix_desktop.wording.money.prices import NOT_KNOWN

if TYPE_CHECKING:
    from cartoonmix_desktop.core.money.caps import Spent, Verdict
    from cartoonmix_desktop.core.money.quote import Total
    from cartoonmix_desktop.services.money.caps import Press

# --- the page of the settings
CAPS = _("Spending caps")
ABOUT = _(
    "A cap counts what Wiro has charged, what is running or waiting at its expected price, and "
    "the next press. The sandbox never counts."
)
NAMES = {Cap.PRESS: _("For one press"), Cap.DAY: _("For a day"), Cap.MONTH: _("For a month")}
NO_CAP = _("No cap")
PRESS_HELP = _("Everything that one press sends, however many runs that is.")
AT_CAP = _("At a cap")
AT_CAPS = {
    AtCap.ASK: _("Ask me before it is passed"),
    AtCap.PAUSE: _("Pause the queue until I resume"),
    AtCap.WAIT: _("Pause the queue until the next day or month"),
}
AT_CAP_HELP = _(
    "Where a price is not known, a cap cannot count it: you are asked once a day. At the cap for "
    "one press, the queue always waits for you."
)

# --- the question
SEND_ANYWAY = _("Send anyway")
DONT_SEND = _("Don’t send")
KEEP_WAITING = _("Keep waiting")
_TITLES = {
    Cap.PRESS: _("Pass the cap for one press?"),
    Cap.DAY: _("Pass today’s cap?"),
    Cap.MONTH: _("Pass this month’s cap?"),
}
_UNPRICED_TITLE = _("Send without a known price?")
_TOTALS = {
    Cap.PRESS: _("It would cost about {total}. Your cap for one press is {limit}."),
    Cap.DAY: _("Today would come to about {total}. Your cap for a day is {limit}."),
    Cap.MONTH: _("This month would come to about {total}. Your cap for a month is {limit}."),
}
_LEAVES = {
    Cap.DAY: _("leaves {left} of today’s cap"),
    Cap.MONTH: _("leaves {left} of this month’s cap"),
}
OVER = {
    Cap.PRESS: _("over the cap for one press"),
    Cap.DAY: _("over today’s cap"),
    Cap.MONTH: _("over this month’s cap"),
}
"""At the end of a price: the cap that it would pass."""

_WRITTEN = (
    (r"\d+\.?\d*|\.\d+", ","),
    (r"\d{1,3}(,\d{3})+\.\d+", ","),
    (r"\d{1,3}(\.\d{3})+,\d+", "."),
    (r"(?![1-9]\d{0,2},\d{3}$)\d*,\d+", "."),
)
"""How amounts are written, and the sign between their thousands."""

RETRY = ACTION_LABELS[NoticeAction.RETRY]


class Question(Struct, frozen=True):
    """What is asked before something is sent.

    Attributes:
        title: in a few words.
        text: what it means.
        yes: the button that sends.
        no: the button that changes nothing.
    """

    title: str
    text: str
    yes: str
    no: str


def so_far(cap: Cap, spent: Spent) -> str:
    """Under the field of a cap: what its day or month has come to."""
    if cap is Cap.PRESS:
        return PRESS_HELP
    if cap is Cap.DAY:
        return _("So far today: {amount}").format(amount=money(spent.day + spent.waiting))
    return _("So far this month: {amount}").format(amount=money(spent.month + spent.waiting))


def typed(text: str) -> Decimal | None:
    """The amount that a person typed; None for what is none.

    Args:
        text: ``"12.50"``, ``"$12.50"``, ``"12,50"``, ``"1,234.50"``. A lone comma before three
            digits may stand between thousands, or not: such an amount is none.
    """
    bare = text.replace("$", "").replace("USD", "").strip()
    for pattern, group in _WRITTEN:
        if re.fullmatch(pattern, bare, re.ASCII):
            return amount_of(bare.replace(group, "").replace(",", "."))
    return None


def shown(amount: Decimal | None) -> str:
    """An amount as its field shows it; empty for no cap."""
    return "" if amount is None else exact_money(amount)


def not_an_amount() -> str:
    """What is said at a field that holds none."""
    return _("Enter an amount in US dollars, such as {example}.").format(
        example=money(Decimal("12.5"))
    )


def price(total: Total) -> str:
    """``"about $0.011"``; of what may cost more ``"from $0.011"``."""
    if not total.priced:
        return NOT_KNOWN
    words = _("from {amount}") if total.at_least else _("about {amount}")
    return words.format(amount=money(total.amount))


def _count_and_price(press: Press) -> list[str]:
    said = ngettext("{n} run", "{n} runs", press.runs).format(n=number(press.runs))
    if press.pictures:
        count = pictures(press.pictures)
        several = _("{pictures} in {runs}").format(pictures=count, runs=said)
        said = several if press.runs > 1 else count
    known = press.total.priced or press.total.unpriced
    return [said, price(press.total)] if known else [said]


def of_press(press: Press) -> str:
    """``"12 pictures in 3 runs · about $0.011 · leaves $12.33 of today’s cap"``."""
    said = _count_and_price(press)
    least = press.verdict.least_left
    if press.verdict.passed:
        said.append(OVER[press.verdict.passed[0].cap])
    elif least is not None and press.total.priced:
        said.append(_LEAVES[least[0]].format(left=money(least[1])))
    return " · ".join(said)


def _apart(total: Decimal, limit: Decimal) -> Decimal:
    """A total in cents, or in as many digits more as it takes to see that it passes the limit."""
    for places in range(2, PLACES):
        rounded = round(total, places)
        if rounded > limit:
            return rounded
    return total


def passed_words(told: Verdict) -> str:
    """What a price would pass, in sentences; empty for nothing."""
    said = []
    for each in told.passed:
        total = exact_money(_apart(each.total, each.limit))
        said.append(_TOTALS[each.cap].format(total=total, limit=exact_money(each.limit)))
    return "\n".join(said)


def question(press: Press) -> Question:
    """What is asked before a cap is passed, or before something is sent that none can count."""
    told = press.verdict
    said = [" · ".join(_count_and_price(press))]
    if told.unpriced:
        unpriced = press.total.unpriced
        said.append(
            ngettext(
                "The price of {n} run is not known, so no cap can count it until it is charged. "
                "You are asked once a day.",
                "The price of {n} runs is not known, so no cap can count them until they are "
                "charged. You are asked once a day.",
                unpriced,
            ).format(n=number(unpriced))
        )
    if told.passed:
        said.append(passed_words(told))
    title = _TITLES[told.passed[0].cap] if told.passed else _UNPRICED_TITLE
    no = KEEP_WAITING if press.waits else DONT_SEND
    return Question(title, "\n\n".join(said), SEND_ANYWAY, no)


def retry_question(press: Press) -> Question:
    """What is asked before several failed tasks are tried again."""
    title = ngettext("Try {n} task again?", "Try {n} tasks again?", press.runs)
    return Question(title.format(n=number(press.runs)), of_press(press), RETRY, CANCEL)
