"""What the server's no means.

Source: the error table of the Wiro API reference. The numeric codes decide where they are specific;
codes 0 and 1 are told apart by their words.
"""

from __future__ import annotations

import re
import time
from datetime import UTC
from email.utils import parsedate_to_datetime

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ConcurrencyLimited,
    InsufficientBalance,
    ModelUnavailable,
    NotCancellable,
    RateLimited,
    Refused,
    TaskNotFound,
    ValidationRefused,
)

UNKNOWN_SLUG = "slug-owner-project-not-exist"
"""The model does not exist under the name it was asked by."""

_BY_CODE: dict[int, type[Refused]] = {
    96: ConcurrencyLimited,
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
)

_VALIDATION = re.compile(r"request parameter\b(?:\s*\[([^\]]+)\])?", re.IGNORECASE)


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
        return AuthenticationRefused(operation, code, message, http_status)
    if kind := _BY_CODE.get(code):
        return kind(operation, code, message, http_status)
    if found := _VALIDATION.match(message.strip()):
        return ValidationRefused(operation, code, message, http_status, found[1] or "")
    words = message.casefold()
    for pattern, kind in _BY_WORDS:
        if pattern.search(words):
            return kind(operation, code, message, http_status)
    return Refused(operation, code, message, http_status)


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
