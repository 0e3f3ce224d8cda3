"""What the server's no means.

Source: the error table of the Wiro API reference. The numeric codes decide where they are specific;
codes 0 and 1 are told apart by their words.
"""

from __future__ import annotations

import re
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ConcurrencyLimited,
    InsufficientBalance,
    ModelUnavailable,
    NotCancellable,
    RateLimited,
    Refused,
    SecretMissing,
    TaskNotFound,
    TeamRefused,
    ValidationRefused,
)
from cartoonmix_desktop.core.money.amounts import amount_of

if TYPE_CHECKING:
    from decimal import Decimal

UNKNOWN_SLUG = "slug-owner-project-not-exist"
"""The model does not exist under the name it was asked by."""

_BY_CODE: dict[int, type[Refused]] = {
    97: InsufficientBalance,
    98: AuthenticationRefused,
    99: AuthenticationRefused,
}

_BY_WORDS: tuple[tuple[re.Pattern[str], type[Refused]], ...] = (
    (re.compile(rf"{UNKNOWN_SLUG}|tool-not-accessible"), ModelUnavailable),
    (re.compile(r"there is no task"), TaskNotFound),
    (re.compile(r"not in a cancell?able state|could not be killed"), NotCancellable),
    (
        re.compile(r"authorization is not valid|is not founded|requested ip .*is not allowed"),
        AuthenticationRefused,
    ),
    (
        re.compile(r"not allowed in your team|\bteam\b.*\blimit|\bspend(?:ing)?[ -]limit"),
        TeamRefused,
    ),
)
_UNSIGNED = re.compile(r"requires? signature")

_VALIDATION = re.compile(r"request parameter\b(?:\s*\[([^\]]+)\])?", re.IGNORECASE)

_SUM = r"(\d+(?:,\d{3})*(?:\.\d+)?)(?![\d,.]*\d)"
_BALANCE = re.compile(
    rf"\bbalance(?: (?:of|is|was|currently|now|only)){{0,3}}[ :=(]*"
    rf"(?:(?:US)?\$ ?{_SUM}|{_SUM} ?USD\b)",
    re.ASCII | re.IGNORECASE,
)
"""A balance and its amount; without a currency, or with another, it is none of USD."""
_LIMIT = re.compile(
    r"\b(?:up to|at most|limit(?:ed)? (?:is|to|of)|maximum(?: is| of)?) (\d{1,4}) "
    r"(?:\w+ ){0,2}(?:task|run|job)",
    re.ASCII | re.IGNORECASE,
)


def refusal(
    operation: str, *, code: int, message: str, http_status: int, retry_after: str = ""
) -> Refused:
    """The error for one refused request.

    Args:
        operation: the endpoint.
        code: the API's error code, 0 if it gave none.
        message: its words, may be empty.
        http_status: below 500.
        retry_after: the header of that name.
    """
    if http_status == 429:
        return RateLimited(operation, code, message, http_status, wait_of(retry_after))
    if http_status == 401:
        if _UNSIGNED.search(message.casefold()):
            return SecretMissing(operation, code, message, http_status)
        return AuthenticationRefused(operation, code, message, http_status)
    if code == 96:
        limit, balance = _limit_in(message), _balance_in(message)
        return ConcurrencyLimited(operation, code, message, http_status, limit, balance)
    if kind := _BY_CODE.get(code):
        return kind(operation, code, message, http_status)
    if found := _VALIDATION.match(message.strip()):
        return ValidationRefused(operation, code, message, http_status, found[1] or "")
    words = message.casefold()
    for pattern, kind in _BY_WORDS:
        if pattern.search(words):
            return kind(operation, code, message, http_status)
    return Refused(operation, code, message, http_status)


def _limit_in(message: str) -> int | None:
    """How many tasks may run at once; None unless the words name just one number of them."""
    told = {int(number) for number in _LIMIT.findall(message)} - {0}
    return told.pop() if len(told) == 1 else None


def _balance_in(message: str) -> Decimal | None:
    """What is left to the account; None unless the words name just one amount of USD."""
    told = {before or after for before, after in _BALANCE.findall(message)}
    return amount_of(told.pop().replace(",", "")) if len(told) == 1 else None


def wait_of(retry_after: str) -> float | None:
    """Seconds to wait after a ``Retry-After`` header, which holds seconds or an HTTP date.

    Args:
        retry_after: the header's value, empty without one.

    Returns:
        0 or more; None when it says nothing readable.
    """
    value = retry_after.strip()
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return float(value)
    moment = moment_of(value)
    return None if moment is None else max(0.0, moment - time.time())


def moment_of(date: str) -> float | None:
    """Unix seconds of an HTTP date; None when it is none."""
    try:
        moment = parsedate_to_datetime(date)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return None
