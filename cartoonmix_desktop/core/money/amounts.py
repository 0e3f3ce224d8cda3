"""Amounts of US dollars: exact decimals everywhere, whole numbers where SQL adds them up.

The unit of the database is 10⁻¹² USD: sums of whole numbers are exact, and 64 bits hold nine
million dollars.
"""

from __future__ import annotations

import re
from decimal import Decimal

PLACES = 12
LARGEST = Decimal(1_000_000)
"""USD. What is told beyond it is a slip: no run costs that, and sums must fit into 64 bits."""

_WRITTEN = re.compile(r"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST = 100  # characters; Python itself refuses to write or read very long numbers


def amount_of(told: object) -> Decimal | None:
    """What a server told as an amount.

    Args:
        told: a text or number, such as ``"0.0035"``; anything.

    Returns:
        USD, to 12 places; None for what is no amount: negative, not finite, no number, absurd.
    """
    if isinstance(told, bool) or not isinstance(told, str | int | float | Decimal):
        return None
    if isinstance(told, int) and not 0 <= told <= LARGEST:
        return None
    written = str(told).strip()
    if len(written) > _LONGEST or not _WRITTEN.fullmatch(written):
        return None
    amount = Decimal(written)
    return from_units(to_units(amount)) if amount <= LARGEST else None


def to_units(amount: Decimal) -> int:
    """Whole units of 10⁻¹² USD, rounded half to even."""
    return int(amount.scaleb(PLACES).to_integral_value())


def units_of(told: object) -> int | None:
    """Whole units of what was told as an amount, as `amount_of` takes it; None for what is none."""
    amount = amount_of(told)
    return None if amount is None else to_units(amount)


def from_units(units: int) -> Decimal:
    """USD of units of 10⁻¹², without zeros at the end: ``Decimal("0.0035")``."""
    amount = Decimal(units).scaleb(-PLACES).normalize()
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount
