"""What keys do to a prompt: more and less weight, a tag moved, a tag or line muted.

Each gives the smallest change, or None where there is nothing to do. Indices are code points.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.prompt.muting import CLOSING, OPENING, muted_spans, unmuted
from cartoonmix_desktop.core.prompt.syntax import Kind

if TYPE_CHECKING:
    from cartoonmix_desktop.core.prompt.syntax import Prompt

_STEP, _NETWORK_STEP = Decimal("0.1"), Decimal("0.05")
_APART = frozenset(".,\\/!?%^*;:{}=`~() \t\r\n[]<>|")  # A1111's, and brackets that it lacks
_ENDS = {Kind.COMMA, Kind.BREAK, Kind.BAR, Kind.WEIGHT}
_WEIGHTED = re.compile(
    r"(?P<inner>.*):(?P<gap>\s*)(?P<number>[+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))", re.DOTALL
)


class Edit(Struct, frozen=True):
    """A change.

    Attributes:
        start: of what is replaced.
        end: likewise.
        text: takes its place.
        select: what is selected afterwards, in the new text.
    """

    start: int
    end: int
    text: str
    select: tuple[int, int]

    def applied(self, text: str) -> str:
        """The text after it."""
        return text[: self.start] + self.text + text[self.end :]


# --- weight --------------------------------------------------------------------------------------


def weighted(prompt: Prompt, start: int, end: int, steps: int) -> Edit | None:
    """More or less weight, by the rules of A1111.

    Without a selection it is what the brackets around the cursor hold, if there are no others
    between, else the word. ``((x))`` becomes ``(x:1.3)``; at 1.0 the brackets go.

    Args:
        prompt: the prompt.
        start: of the selection, which may be empty.
        end: likewise.
        steps: 1 or -1.
    """
    text = prompt.text
    for token in prompt.tokens:
        if token.kind in {Kind.NETWORK, Kind.MUTED} and token.start < start <= end < token.end:
            if token.kind is Kind.MUTED:
                return None
            return _network_weighted(text, token.start, token.end, steps)
    if start == end:
        start, end = _inner(prompt, start) or _word(text, start)
    start, end = _trimmed(text, start, end)
    if start == end:
        return None
    pairs = dict(prompt.pairs)
    closing = pairs.get(start - 1, -1)
    opening = text[start - 1 : start] if closing >= 0 else ""
    if opening == "(":
        tail = _WEIGHTED.fullmatch(text, end, closing)
        if tail is not None and not tail["inner"]:
            weight = Decimal(tail["number"]) + steps * _STEP
            if str(weight) == "1.0":
                return _bare(text, start - 1, start, end, closing + 1)
            return _replaced(start - 1, closing + 1, text[start:end], f":{tail['gap']}{weight:f}")
    around = 0
    if opening in {"(", "["}:
        while pairs.get(start - around - 1) == end + around and text[start - around - 1] == opening:
            around += 1
    weight = Decimal("1.1") ** (-around if opening == "[" else around)
    weight = weight.quantize(_STEP, ROUND_HALF_UP) + steps * _STEP
    first, last = start - around, end + around
    if weight == 1:
        return _bare(text, first, start, end, last)
    return _replaced(first, last, text[start:end], f":{weight}")


def _replaced(first: int, last: int, inner: str, weight: str) -> Edit:
    return Edit(first, last, f"({inner}{weight})", (first + 1, first + 1 + len(inner)))


def _bare(text: str, first: int, start: int, end: int, last: int) -> Edit:
    return Edit(first, last, text[start:end], (first, first + end - start))


def _network_weighted(text: str, start: int, end: int, steps: int) -> Edit | None:
    """``<lora:x:1>`` with more or less."""
    found = _WEIGHTED.fullmatch(text, start + 1, end - 1)
    if found is None:
        return None
    written = f"{Decimal(found['number']) + steps * _NETWORK_STEP:f}"
    return Edit(*found.span("number"), written, (start + 1, found.end("inner")))


def _inner(prompt: Prompt, at: int) -> tuple[int, int] | None:
    """What the brackets around the cursor hold, without its weight."""
    signs = [token for token in prompt.tokens if token.kind is Kind.BRACKET]
    before = next((token for token in reversed(signs) if token.end <= at), None)
    after = next((token for token in signs if token.start >= at), None)
    if before is None or after is None or dict(prompt.pairs).get(before.start) != after.start:
        return None
    found = _WEIGHTED.fullmatch(prompt.text, before.end, after.start)
    return before.end, after.start if found is None or before.sign != "(" else found.end("inner")


def _word(text: str, at: int) -> tuple[int, int]:
    start = end = at
    while start and text[start - 1] not in _APART:
        start -= 1
    while end < len(text) and text[end] not in _APART:
        end += 1
    return start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


# --- tags ----------------------------------------------------------------------------------------


def moved(prompt: Prompt, at: int, by: int) -> Edit | None:
    """The tag at a place changes places with its neighbour; what stands between them stays.

    Args:
        prompt: the prompt.
        at: the cursor.
        by: 1 or -1.
    """
    tags = _tags(prompt, at)
    here = next((i for i, (start, end) in enumerate(tags) if start <= at <= end), None)
    if here is None or not 0 <= here + by < len(tags):
        return None
    text = prompt.text
    (a, b), (c, d) = sorted((tags[here], tags[here + by]))
    offset = at - tags[here][0]
    cursor = (a if by < 0 else a + (d - c) + (c - b)) + offset
    return Edit(a, d, text[c:d] + text[b:c] + text[a:b], (cursor, cursor))


def _tags(prompt: Prompt, at: int) -> list[tuple[int, int]]:
    """The tags around a place, trimmed: in the innermost brackets that hold more than one."""
    around = [(opening + 1, end) for opening, end in prompt.pairs if opening < at <= end]
    for first, last in (*reversed(around), (0, len(prompt.text))):
        tags = _tags_in(prompt, first, last, at)
        if len(tags) > 1:
            break
    return tags


def _tags_in(prompt: Prompt, first: int, last: int, at: int) -> list[tuple[int, int]]:
    """What stands between commas, lines and BREAK, beside no option of a variant."""
    opened = {start: end for start, end in prompt.pairs if first <= start and end < last}
    tags: list[tuple[int, int]] = []
    begun, skipped = first, first
    for token in prompt.tokens:
        if not skipped <= token.start < last:
            continue
        if token.start in opened:
            skipped = opened[token.start]
        elif token.kind in _ENDS:
            tags.append(_trimmed(prompt.text, begun, token.start))
            begun = token.end
            if token.kind is Kind.BAR and token.start < at:  # another option
                tags.clear()
            elif token.kind in {Kind.BAR, Kind.WEIGHT}:
                begun = last
                break
    tags.append(_trimmed(prompt.text, begun, last))
    return [(start, end) for start, end in tags if start < end]


# --- muting --------------------------------------------------------------------------------------


def muted(prompt: Prompt, start: int, end: int) -> Edit | None:
    """The tag at the cursor, or the tags or lines of a selection, muted, or so no more.

    Args:
        prompt: the prompt.
        start: of the selection, which may be empty.
        end: likewise.
    """
    text = prompt.text
    for first, last in muted_spans(text):
        if first <= start and end <= last:
            inner = unmuted(text[first:last])
            cursor = min(max(start - len(OPENING), first), first + len(inner))
            return Edit(first, last, inner, (cursor, cursor))
    if "\n" in text[start:end]:
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end - 1)
        first, last = _trimmed(text, first, len(text) if last < 0 else last)
    else:
        touched = [tag for tag in _tags(prompt, start) if tag[0] <= end and start <= tag[1]]
        if not touched:
            return None
        first, last = touched[0][0], touched[-1][1]
    edit = Edit(
        *(first, last, f"{OPENING}{text[first:last]}{CLOSING}"),
        (start + len(OPENING), end + len(OPENING)) if start >= first else (first, first),
    )
    # A mark that stands there alone may take one of ours for its other.
    whole = (first, last + len(OPENING) + len(CLOSING))
    return edit if whole in muted_spans(edit.applied(text)) else None
