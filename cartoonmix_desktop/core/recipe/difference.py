"""What differs between two recipes: which inputs, and of their texts which words."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cartoonmix_desktop.core.recipe.inputs import Model

# Scripts that are written without spaces: each character counts as a word.
_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_BREAKS = r"\s()\[\]{}<>,;:.!?|\\\"、。，！？「」『』（）・" + _ALONE
_WORD = re.compile(
    r"<[\w-]{1,20}:[^<>\s]{1,200}>"  # <lora:name:0.8>
    r"|:[+-]?\d+(?:\.\d*)?(?=\s*[)\]])"  # the weight of (words:1.2)
    r"|\\[()\[\]{}]"  # a bracket that is only a bracket
    r"|\d+(?:\.\d+)+"
    rf"|\s+|[^{_BREAKS}]+|.",
    re.DOTALL,
)
_PHRASE = re.compile(r"[^,\n]*[,\n]?\s*")
_MOST_PAIRS = 60_000  # of equal pieces; with more it would take noticeably long
_GLUE = 2  # characters of an unchanged bit that is no word, between two changes


class Change(StrEnum):
    """Where a part of a text stands."""

    SAME = "same"  # in both
    REMOVED = "removed"  # in the first alone
    ADDED = "added"  # in the second alone


class Part(Struct, frozen=True):
    """A run of characters: in the first text, in the second, or in both."""

    kind: Change
    text: str


def words(text: str) -> list[str]:
    """``text`` in pieces that are compared as wholes; put together they are the text.

    A weight such as the ``:1.2`` of ``(red fox:1.2)`` is a piece of its own, as is each bracket.
    """
    return _WORD.findall(text)


def difference(before: str, after: str) -> tuple[Part, ...]:
    """What leads from one text to the other, word by word.

    What is the same or removed is the first text, what is the same or added is the second. Texts so
    long that words would take too long are compared by phrases, and by their middles at last.
    """
    for split in (words, _PHRASE.findall):
        one, other = split(before), split(after)
        head = _common(one, other)
        tail = _common(one[head:][::-1], other[head:][::-1])
        middle = one[head : len(one) - tail], other[head : len(other) - tail]
        if _pairs(*middle) <= _MOST_PAIRS:
            changes = _changes(*middle)
            break
    else:
        changes = [(Change.REMOVED, "".join(middle[0])), (Change.ADDED, "".join(middle[1]))]
    end = "".join(one[len(one) - tail :])
    return _joined([(Change.SAME, "".join(one[:head])), *changes, (Change.SAME, end)])


def differing(
    before: Mapping[str, object], after: Mapping[str, object], model: Model = CARTOONMIX
) -> list[str]:
    """Names of the inputs whose values differ, in the model's order, unknown ones last.

    Args:
        before: wire name to value, or to what was typed.
        after: as ``before``.
        model: says what a typed text means.
    """
    known = [entry.name for entry in model]
    others = sorted({*before, *after} - set(known))
    return [
        name
        for name in (*known, *others)
        if _meant(before.get(name), name, model) != _meant(after.get(name), name, model)
    ]


def _meant(value: object, name: str, model: Model) -> object:
    if value is None:
        return None
    try:
        return model[name].parse(value)
    except (KeyError, InputError):
        return str(value)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _is_filling(piece: str) -> bool:
    return piece.isspace() or piece == ","


def _pairs(one: Sequence[str], other: Sequence[str]) -> int:
    """How many ways there are to lay a piece of one upon an equal one of the other."""
    counts = Counter(other)
    return sum(counts[piece] for piece in one if not _is_filling(piece))


def _changes(one: Sequence[str], other: Sequence[str]) -> list[tuple[Change, str]]:
    # Spaces and commas are everywhere: they may lie in a match, but none begins with one.
    matcher = SequenceMatcher(_is_filling, one, other, autojunk=False)
    changes = []
    for _tag, a, b, c, d in matcher.get_opcodes():
        if one[a:b] == other[c:d]:
            changes.append((Change.SAME, "".join(one[a:b])))
        else:
            changes.append((Change.REMOVED, "".join(one[a:b])))
            changes.append((Change.ADDED, "".join(other[c:d])))
    return changes


def _joined(changes: Iterable[tuple[Change, str]]) -> tuple[Part, ...]:
    """Runs instead of pieces: a space between two changed words is changed with them."""
    runs: list[Part] = []
    removed = added = ""
    pending = ""  # an unchanged bit after a change, that may lie between two

    def flush() -> None:
        nonlocal removed, added, pending
        runs.extend(
            Part(kind, text)
            for kind, text in (
                (Change.REMOVED, removed),
                (Change.ADDED, added),
                (Change.SAME, pending),
            )
            if text
        )
        removed = added = pending = ""

    for kind, text in changes:
        if not text:
            continue
        if kind is Change.SAME:
            pending += text
            between = (removed or added) and len(pending) <= _GLUE and not pending.strip(" ,")
            if not between:
                flush()
        else:
            removed, added, pending = removed + pending, added + pending, ""
            if kind is Change.REMOVED:
                removed += text
            else:
                added += text
    flush()
    return tuple(runs)
