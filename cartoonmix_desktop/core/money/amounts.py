"""Amounts of US dollars: exact decimals everywhere, whole numbers where SQL adds them up.

The unit of the database is 10⁻¹² USD: sums of whole numbers are exact, and 64 bits hold nine
million dollars.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

PLACES = 12
LARGEST = Decimal(1_000_000)
"""USD. What is told beyond it is a slip: no run costs that, and sums must fit into 64 bits."""


def amount_of(told: object) -> Decimal | None:
    """What a server told as an amount.

    Args:
        told: a text or number, such as ``"0.0035"``; anything.

    Returns:
        USD, to 12 places; None for what is no amount: negative, not finite, no number, absurd.
    """
    if isinstance(told, bool) or not isinstance(told, str | int | float | Decimal):
        return None
    try:
        amount = Decimal(str(told).strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        return None
    return from_units(to_units(amount))


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
