"""What an answer to Run means: whether a task was made, and so whether it may be sent again.

One table, of HTTP status and kind of body. A task that is named was made, or may have been,
whatever else the answer says; only what can be no answer to a task that was made makes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Body(Enum):
    """What the body of an answer to Run says."""

    RECEIPT = "yes, and one task"
    TASK = "a task, in whatever other way"
    YES = "yes, and no task"
    NO = "Wiro's own refusal, and no task"
    OTHER = "nothing that is Wiro's own JSON, and no task"
    UNREAD = "could not be read to its end, and no task before that"


class Fate(Enum):
    """What became of a Run."""

    MADE = "a task was made: never sent again"
    UNKNOWN = "a task may have been made: never sent again, looked for at the server"
    NOTHING = "no task was made: it may be sent again"


_TURNED_AWAY = frozenset({401, 403, 407, 413, 429})
"""Statuses of whoever stands before the work: without a task they make nothing, in any words."""


def fate_of(status: int, body: Body) -> Fate:
    """The table.

    Args:
        status: of HTTP.
        body: what came with it.
    """
    if body is Body.RECEIPT and 200 <= status < 300:
        return Fate.MADE
    if body is Body.NO and status < 500:
        return Fate.NOTHING
    if body is Body.OTHER and status in _TURNED_AWAY:
        return Fate.NOTHING
    return Fate.UNKNOWN


@dataclass(frozen=True, slots=True)
class Named:
    """The tasks that a body names.

    Attributes:
        any: whether there are any.
        task_id: the server's id, if it can be read whole and is the only one; else empty.
    """

    any: bool = False
    task_id: str = ""


_KEY = re.compile(
    rb"""["'](?:(task_?ids?)|task_?token|socket_?access_?token|task_?list)\\*["']\s*:\s*""",
    re.IGNORECASE,
)
_NONE = re.compile(
    rb"""(?:null|false|0+|\[\s*\]|\{\s*\}|\\*["']\s*(?:0*|null)\s*\\*["'])(?=[\s,}\]"'\\]|$)"""
)
_ID = re.compile(rb"""(?:\\*["'])?([\w.:+-]{1,200})(?=\\*["']|[\s,}\]])""")


def named_in(body: bytes) -> Named:
    """Which tasks a body names, wherever in it and however little of it can be read.

    Looked for in the bytes, so that JSON that is cut off, wrapped, written twice, put into a text
    or handed on in a page counts as well.

    Args:
        body: unpacked.
    """
    plain = body.replace(b"\0", b"")  # UTF-16, say
    found = False
    ids = set()
    for key in _KEY.finditer(plain):
        if _NONE.match(plain, key.end()):
            continue
        found = True
        if key[1]:
            readable = _ID.match(plain, key.end())
            ids.add(readable[1].decode("ascii", "replace") if readable else "")
    return Named(found, ids.pop() if len(ids) == 1 else "")
