"""What is left to an account, in an answer whose shape nobody has published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.money.amounts import amount_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

_DOLLARS = {"usd", "$", "us$"}
_AMOUNTS = {"amount", "available", "credit", "credits"}  # what is one where a currency stands by
_MOST = 10_000  # values that are looked through


def balance_in(answer: object) -> Decimal | None:
    """The one balance in US dollars that an answer tells; None unless there is exactly one.

    Args:
        answer: JSON values, fractions as text.
    """
    told: set[Decimal] = set()
    for value in _candidates(answer):
        amount = amount_of(value)
        if amount is None:
            return None  # one that cannot be read may be the one that is meant
        told.add(amount)
    return told.pop() if len(told) == 1 else None


def _candidates(answer: object) -> Iterator[object]:
    """What may be a balance: by its name, or by the currency beside it or around it."""
    level: list[tuple[Any, str]] = [(answer, "")]
    for _ in range(_MOST):
        if not level:
            return
        value, currency = level.pop()
        if isinstance(value, dict):
            currency = _currency_in(value) or currency
            for name, inner in value.items():
                plain = not isinstance(inner, dict | list)
                named = str(name).casefold().endswith("balance")
                beside = currency in _DOLLARS and str(name).casefold() in _AMOUNTS
                if not plain:
                    level.append((inner, currency))
                elif (named or beside) and currency in {"", *_DOLLARS} and inner is not None:
                    yield inner
        elif isinstance(value, list):
            level += [(inner, currency) for inner in value]
    yield "too much to be looked through"


def _currency_in(value: dict[str, Any]) -> str:
    for name, inner in value.items():
        if "currency" in str(name).casefold() and isinstance(inner, str):
            return inner.strip().casefold()
    return ""
