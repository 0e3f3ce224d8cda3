"""What one click costs and what is left, under Generate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.money.quote import PriceSource
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.formats import age_words, exact_money, money, number, pictures

if TYPE_CHECKING:
    from decimal import Decimal

    from cartoonmix_desktop.core.money.quote import Quote
    from cartoonmix_desktop.services.events import BalanceChanged

PRICE_NAME = "Price"
BALANCE_NAME = "Balance"
"""Accessible names: scripts rely on them in every language."""

NOT_KNOWN = _("price not known")
FREE = _("free")
FREE_HELP = _("Sandbox pictures cost nothing.")
NOT_KNOWN_HELP = _(
    "Wiro lists no price for this recipe, and fewer than 3 of your past runs are like it."
)
NOT_MEANT_HELP = _("Something in the form is missing, or cannot be sent as it is.")


def price(quote: Quote | None) -> str:
    """``"about $0.0035"``; without a quote, that there is none."""
    if quote is None:
        return NOT_KNOWN
    words = _("from {amount}") if quote.at_least else _("about {amount}")
    return words.format(amount=money(quote.amount))


def line(samples: int | None, *said: str) -> str:
    """``"4 pictures · about $0.0035"``.

    Args:
        samples: how many pictures; None if what is entered cannot be meant.
        said: of the price; empty while nobody has looked.
    """
    return " · ".join(filter(None, (pictures(samples) if samples else "", *said)))


def price_help(quote: Quote | None, now: float) -> str:
    """Where a price comes from and how old that is, with the exact amount."""
    if quote is None:
        return NOT_KNOWN_HELP
    amount, age = exact_money(quote.amount), age_words(quote.as_of, now)
    if quote.source is PriceSource.LIST:
        said = [_("Wiro’s price list: {amount}"), _("Read {age}.")]
        more = _("The list does not say what this recipe costs beyond that.")
    else:
        said = [
            ngettext(
                "Median of {n} past run like this: {amount}",
                "Median of {n} past runs like this: {amount}",
                quote.runs,
            ),
            _("The newest was made {age}."),
        ]
        more = _("Your past runs do not say what this recipe costs beyond that.")
    if quote.at_least:
        said.append(more)
    return "\n".join(said).format(n=number(quote.runs), amount=amount, age=age)


def left(amount: Decimal) -> str:
    """``"$12.34 left"``."""
    return _("{amount} left").format(amount=money(amount))


def balance_help(balance: BalanceChanged, now: float) -> str:
    """Who told what is left, and when, with the exact amount."""
    if balance.amount is None:
        return ""
    words = "\n".join([_("Balance at Wiro: {amount}"), _("Told {age}.")])
    return words.format(amount=exact_money(balance.amount), age=age_words(balance.as_of, now))


def model_gone(title: str, clean_slug: str) -> str:
    """The server offers the model no longer."""
    return _(
        "Wiro no longer lists {model}, not even as {slug}. New tasks may be refused; they then "
        "cost nothing. Your pictures are not affected."
    ).format(model=title, slug=clean_slug)
