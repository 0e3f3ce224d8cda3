"""The lines of the journal, `recipes.jsonl`, whatever they tell.

A line is ``<check> <kind> <key> <JSON>`` and a line feed: eight hex digits of the CRC-32 of all
that follows them, one letter, 32 hex digits, and an object. Head and check have one width, so that
a reader need not decode what it only counts.

Lines tell states, not changes: of all lines with the same kind and key the last one stands, and one
of `Kind.GONE` takes those of its task away that came before it. So lines may be left out, written
twice or be put together from several programs, and the journal is made smaller without knowing
what its lines tell.
"""

from __future__ import annotations

import zlib
from enum import Enum

from msgspec import Struct

LONGEST = 8 * 1024**2
"""Bytes of a line that is read; a prompt that Wiro takes is far shorter."""

_CHECK, _KEY = 8, 32  # digits
_HEAD = _CHECK + 1 + 1 + 1 + _KEY + 1
_HEX = frozenset(b"0123456789abcdef")


class Kind(Enum):
    """What a line tells; its value is the letter in the line."""

    RECIPE = b"R"
    """Of a task: what was asked for, when, by whom, from what."""
    RUN = b"T"
    """Of a task: how far it came, what it cost, its pictures."""
    MARKS = b"M"
    """Of a task: what the person thinks of it and its pictures."""
    GONE = b"G"
    """Of a task that was deleted for good: what keeps the money right."""
    COLLECTION = b"C"
    SEARCH = b"S"


OF_TASK = (Kind.RECIPE, Kind.RUN, Kind.MARKS)
"""The kinds whose key is a task's uid, and which end with it."""

_KINDS = {kind.value: kind for kind in Kind}


class Line(Struct, frozen=True):
    """One line that was read.

    Attributes:
        kind: what it tells.
        key: 32 hex digits: of a task its uid, of anything else a hash of its name.
        body: JSON, not looked at yet.
    """

    kind: Kind
    key: str
    body: bytes


def written(kind: Kind, key: str, body: bytes) -> bytes:
    """A line as it is appended, with its line feed.

    Args:
        kind: what it tells.
        key: see `Line`.
        body: JSON in one line, as `records` makes it.
    """
    rest = b"%b %b %b\n" % (kind.value, key.encode("ascii"), body)
    return b"%08x %b" % (zlib.crc32(rest), rest)


def read(line: bytes) -> Line | None:
    """A line with its line feed; None for one that is torn, damaged, or of a later version."""
    if not _HEAD < len(line) <= LONGEST or line[-1:] != b"\n":
        return None
    check, rest = line[: _CHECK + 1], line[_CHECK + 1 :]
    kind, key = _KINDS.get(line[_CHECK + 1 : _CHECK + 2]), line[_HEAD - _KEY - 1 : _HEAD - 1]
    if kind is None or not _HEX.issuperset(key) or check != b"%08x " % zlib.crc32(rest):
        return None
    return Line(kind, key.decode("ascii"), line[_HEAD:-1])
