"""What a run is expected to cost, and what is known of that."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable


class PriceSource(Enum):
    """Where a price comes from."""

    LIST = "list"  # the server's price list
    PAST = "past"  # what like runs of this account were charged


class Quote(Struct, frozen=True):
    """The expected charge of one run, all its pictures together.

    Attributes:
        amount: USD.
        at_least: the list tells only what the run costs at least.
        source: where it comes from.
        as_of: unix seconds: when the list was told, or when the newest of the past runs was made.
        runs: past runs that were heard; 0 for the list's.
    """

    amount: Decimal
    at_least: bool
    source: PriceSource
    as_of: float
    runs: int = 0


class Total(Struct, frozen=True):
    """The expected charge of several runs.

    Attributes:
        amount: USD of those that have a price.
        at_least: some may cost more, or have no price.
        priced: how many have one.
        unpriced: how many have none.
    """

    amount: Decimal
    at_least: bool
    priced: int
    unpriced: int


def total_of(quotes: Iterable[Quote | None]) -> Total:
    """All quotes together; None stands for a run without a price."""
    amount, at_least, priced, unpriced = Decimal(0), False, 0, 0
    for quote in quotes:
        if quote is None:
            unpriced += 1
            continue
        amount += quote.amount
        at_least |= quote.at_least
        priced += 1
    return Total(amount, at_least or unpriced > 0, priced, unpriced)
