"""What of a prompt is muted: kept in its text between ``/*`` and ``*/``, and not sent.

Marks inside marks count, so that a line can be muted in which something is muted already. A mark
without its other is text.
"""

from __future__ import annotations

import re

OPENING, CLOSING = "/* ", " */"
"""As they are written here; without the blanks they mean the same."""

_MARK = re.compile(r"/\*|\*/")
_MARKED = re.compile(r"/\* ?(.*?) ?\*/", re.DOTALL)
_BLANKS = re.compile(r"[ \t]*")


def muted_spans(text: str) -> list[tuple[int, int]]:
    """Where something is muted, with its marks; of what lies in each other the outermost."""
    if "/*" not in text:
        return []
    found: list[tuple[int, int]] = []
    open_: list[int] = []
    for mark in _MARK.finditer(text):
        if mark[0] == "/*":
            open_.append(mark.start())
        elif open_:
            start = open_.pop()
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, mark.end()))
    return found


def unmuted(marked: str) -> str:
    """A muted piece without its marks."""
    whole = _MARKED.fullmatch(marked)
    return marked if whole is None else whole[1]


def spoken(text: str) -> str:
    """What is sent: all that is not muted, without the commas and lines that it leaves empty."""
    spans = muted_spans(text)
    if not spans:
        return text
    kept, at = "", 0
    for start, end in spans:
        kept, at = _joined(kept + text[at:start], text, end)
    return kept + text[at:]


def _joined(left: str, text: str, at: int) -> tuple[str, int]:
    """What stays before something muted, and where ``text`` goes on after it."""
    bare = left.rstrip(" \t")
    right = _blank(text, at)
    if (not bare or bare[-1] in ",\n([{|") and (right == len(text) or text[right] in ",\n)]}|:"):
        begins_line = not bare or bare[-1] == "\n"
        had_comma = text[right : right + 1] == ","
        if had_comma:
            right = _blank(text, right + 1)
        ends_line = text[right : right + 1] == "\n"
        if begins_line:
            return bare, right + ends_line
        if ends_line:
            return bare, right
        if had_comma:
            return left, right
        return bare.removesuffix(","), right
    if left[-1:] in {" ", "\t"}:
        return left, right
    return left, at


def _blank(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return at if found is None else found.end()
