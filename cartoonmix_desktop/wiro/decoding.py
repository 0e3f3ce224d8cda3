"""JSON from outside, and its single values: numbers as text, text as numbers, null.

Floats are kept as text, so that no amount of money ever passes through a binary fraction.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_SECONDS = 1e11  # from then on they are milliseconds: as seconds it is the year 5138
_T = TypeVar("_T")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST = 60  # characters of a number
_HALVES = re.compile(
    rb"\\u(?:[dD][89abAB][\da-fA-F]{2}(\\u[dD][c-fC-F][\da-fA-F]{2})?|[dD][c-fC-F][\da-fA-F]{2})"
)
"""Escapes of half a character in JSON, which programs cut off in the middle of one; the group is
the other half if it follows. It begins with plain text, which is looked for quickly."""
_LARGEST = Decimal(10) ** 15


class Malformed(ValueError):
    """A reply is not what the API promises; the message says where, without quoting it."""


def decode(body: bytes, kind: type[_T]) -> _T:
    """JSON as a value of ``kind``; fields that it does not name are skipped.

    Args:
        body: UTF-8.
        kind: a `msgspec.Struct` or a builtin type. Untyped fractions come as text.

    Raises:
        Malformed: not JSON, of other types, or nested too deeply.
    """
    value: _T = _decode(body, msgspec.json.Decoder(kind, float_hook=str))
    return value


def decode_plain(body: bytes) -> Any:
    """JSON as plain values, fractions as floats, for what is handed on rather than reckoned with.

    Args:
        body: UTF-8.

    Raises:
        Malformed: as `decode`; also for numbers beyond a float.
    """
    return _decode(body, _plain_decoder)


_plain_decoder = msgspec.json.Decoder()


def unquoted(raw: msgspec.Raw) -> bytes:
    """JSON that stands as it is or, as some answers have it, in a text: without the text around it.

    Args:
        raw: undecoded JSON; empty for none.

    Returns:
        What is to be decoded; ``null`` for none and an empty text.

    Raises:
        Malformed: a text that is none.
    """
    body = bytes(raw)
    if body.startswith(b'"'):
        body = decode(body, str).strip().encode()
    return body or b"null"


def _decode(body: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(body)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from None  # names types and places, never values
    except ValueError:  # msgspec's own and UnicodeDecodeError
        mended = _HALVES.sub(_mend, body)
        if mended != body:
            return _decode(mended, decoder)
        is_html = body[:200].lstrip().startswith(b"<")
        what = "HTML instead of JSON" if is_html else "not JSON"
        raise Malformed(what if body else "empty") from None


def _mend(found: re.Match[bytes]) -> bytes:
    """Half a character as the sign that stands for one; a whole one as it is."""
    before = found.start()
    while before and found.string[before - 1] == ord("\\"):
        before -= 1
    if (found.start() - before) % 2:  # text that looks like an escape; what follows it is one
        return found[0][:-6] + rb"\ufffd" if found[1] else found[0]
    return found[0] if found[1] else rb"\ufffd"


def text(value: Any, name: str) -> str:
    """Text; a number or truth value in its JSON form, null as an empty string.

    Args:
        value: what was decoded.
        name: of the field, for the error.

    Raises:
        Malformed: it is an object or array.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise Malformed(f"{name}: expected text")


def required_text(value: Any, name: str) -> str:
    """As `text`, never empty, and as it was sent: nothing in it had to be mended.

    Args:
        value: what was decoded.
        name: of the field, for the error.

    Raises:
        Malformed: it is missing, an object or array, or no sound text.
    """
    written = text(value, name)
    if not written:
        raise Malformed(f"{name}: missing")
    if "\ufffd" in written:
        raise Malformed(f"{name}: no text")
    return written


def number(value: Any, name: str) -> Decimal | None:
    """A number of at most 15 digits before the point; None for null and empty text.

    Args:
        value: what was decoded.
        name: of the field, for the error.

    Raises:
        Malformed: it is no number, not finite, or larger than anything the API counts.
    """
    if isinstance(value, bool):
        raise Malformed(f"{name}: expected a number")
    written = text(value, name).strip()
    if not written:
        return None
    if len(written) > _LONGEST or not _NUMBER.fullmatch(written):
        raise Malformed(f"{name}: expected a number")
    result = Decimal(written)
    if abs(result) >= _LARGEST:
        raise Malformed(f"{name}: number out of range")
    return result


def time(value: Any, name: str) -> float | None:
    """Seconds; None for null, empty text and ``"0"``, which mean "not set".

    Args:
        value: what was decoded.
        name: of the field, for the error.

    Raises:
        Malformed: as `number`.
    """
    return float(number(value, name) or 0) or None


def moment(value: Any, name: str) -> float | None:
    """As `time`, unix seconds; some servers tell milliseconds."""
    told = time(value, name)
    return told / 1000 if told is not None and told > _NO_SECONDS else told


def aside(read: Callable[[Any, str], _T], raw: msgspec.Raw) -> _T | None:
    """A fact beside the point, None when it is malformed: the rest of the answer still holds.

    Args:
        read: `text`, `number` or `time`.
        raw: undecoded JSON.
    """
    try:
        return read(decode(bytes(raw), object), "")
    except Malformed:
        return None


def flag(value: Any, name: str) -> bool | None:
    """A truth value, also as number or text; None for null.

    Args:
        value: what was decoded.
        name: of the field, for the error.

    Raises:
        Malformed: it is none.
    """
    word = text(value, name).strip().casefold()
    if word in {"true", "1"}:
        return True
    if word in {"false", "0"}:
        return False
    if not word:
        return None
    raise Malformed(f"{name}: expected true or false")
