r"""A prompt as its author sees it: weights, brackets, escapes, variants, and what is muted.

Nothing here says what a server makes of it. ``(x:1.2)``, ``((x))``, ``[x]``, ``\(``, ``BREAK`` and
``<lora:x:1>`` are read as A1111 reads them, ``{a|b}`` and ``__name__`` as `template` does.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from enum import Enum, auto

from msgspec import Struct

from cartoonmix_desktop.core.prompt.muting import muted_spans

_SIGN = re.compile(
    r"(?P<escape>\\[()\[\]{}|$_\\])"
    r"|(?P<network><[A-Za-z]+:[^<>\n]+>)"
    r"|(?P<break>\bBREAK\b)"
    r"|(?<![^\W_])(?P<wildcard>__[^\W_](?:[^\W_]|[-/.]|_(?!_))*__)(?![^\W_])"
    r"|(?P<weight>:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*(?=\)))"
    r"|(?P<picks>(?<=\{)\s*\d{1,4}(?:-\d{1,4})?\$\$)"
    r"|(?P<share>(?<=[{|])\s*(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})::)"
    r"|(?P<bracket>[()\[\]{}])"
    r"|(?P<bar>\|)"
    r"|(?P<comma>[,\n])"
)
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_PAIRS = {")": "(", "]": "[", "}": "{"}


class Kind(Enum):
    """What a piece of a prompt is."""

    TEXT = auto()
    ESCAPE = auto()
    NETWORK = auto()
    """``<lora:x:1>`` and its like."""
    BREAK = auto()
    WEIGHT = auto()
    """The colon and the number."""
    BRACKET = auto()
    BRACE = auto()
    """Of a variant, like the three below."""
    BAR = auto()
    COUNT = auto()
    WILDCARD = auto()
    COMMA = auto()
    """A line's end is one, too."""
    MUTED = auto()


_KINDS = {
    "escape": Kind.ESCAPE,
    "network": Kind.NETWORK,
    "break": Kind.BREAK,
    "wildcard": Kind.WILDCARD,
    "weight": Kind.WEIGHT,
    "picks": Kind.COUNT,
    "share": Kind.COUNT,
    "bar": Kind.BAR,
    "comma": Kind.COMMA,
}


class Remark(Enum):
    """What may be told of a prompt; never that it is wrong."""

    UNOPENED = auto()
    """A bracket that closes nothing."""
    UNCLOSED = auto()
    VARIANT = auto()
    """It stands there as it is, and is sent so."""


class Token(Struct, frozen=True):
    """A piece.

    Attributes:
        kind: what it is.
        start: index in the text.
        end: likewise.
        sign: of brackets: which.
    """

    kind: Kind
    start: int
    end: int
    sign: str = ""


class Note(Struct, frozen=True):
    """A remark and its place.

    Attributes:
        start: index in the text.
        end: likewise.
        remark: what.
    """

    start: int
    end: int
    remark: Remark


class Prompt:
    """A prompt, read. Indices are code points; `units` makes UTF-16 code units of them.

    Attributes:
        text: as it is.
        tokens: what means something, by its place; between them is plain text.
        pairs: the brackets that belong together, ``(opening, closing)``, by the opening one's
            place.
    """

    def __init__(self, text: str) -> None:
        """Read it; never raises, whatever it holds."""
        self.text = text
        self.tokens: list[Token] = []
        self.pairs: list[tuple[int, int]] = []
        self._notes: list[Note] = []
        # Of all characters that are two code units: their places, in either count.
        self._astral = [] if text.isascii() else [m.start() for m in _ASTRAL.finditer(text)]
        self._astral_units = [place + number for number, place in enumerate(self._astral)]
        hidden = muted_spans(text)
        for start, end in hidden:  # signs in it mean nothing
            text = text[:start] + "\0" * (end - start) + text[end:]
        self._read(text)
        if hidden:
            self.tokens += [Token(Kind.MUTED, start, end) for start, end in hidden]
            self.tokens.sort(key=lambda token: token.start)

    def pieces(self) -> list[Token]:
        """All of the text, one piece after the other."""
        found: list[Token] = []
        at = 0
        for token in self.tokens:
            if token.start > at:
                found.append(Token(Kind.TEXT, at, token.start))
            found.append(token)
            at = token.end
        if at < len(self.text):
            found.append(Token(Kind.TEXT, at, len(self.text)))
        return found

    def notes(self, *, expanded: bool = False) -> list[Note]:
        """What may be told, by its place.

        Args:
            expanded: variants are replaced before it is sent.
        """
        found = list(self._notes)
        if not expanded:
            found += [Note(start, end, Remark.VARIANT) for start, end in self._variants()]
        return sorted(found, key=lambda note: note.start)

    def _variants(self) -> list[tuple[int, int]]:
        """Where something would be replaced; of what lies in each other the outermost."""
        bars = [token.start for token in self.tokens if token.kind is Kind.BAR]
        spans = [(token.start, token.end) for token in self.tokens if token.kind is Kind.WILDCARD]
        for start, end in self.pairs:
            bar = bisect_right(bars, start)
            if self.text[start] == "{" and bar < len(bars) and bars[bar] < end:
                spans.append((start, end + 1))
        outer: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if not outer or start >= outer[-1][1]:
                outer.append((start, end))
        return outer

    def units(self, at: int) -> int:
        """The index in UTF-16 code units."""
        return at + bisect_left(self._astral, at)

    def points(self, units: int) -> int:
        """The index in code points; of one inside a character, that of the character."""
        return units - bisect_left(self._astral_units, units)

    def _read(self, text: str) -> None:
        open_: dict[str, list[int]] = {"(": [], "[": [], "{": []}
        for found in _SIGN.finditer(text):
            start, end = found.span()
            group = found.lastgroup or ""
            if group != "bracket":
                self.tokens.append(Token(_KINDS[group], start, end))
                continue
            sign = found[0]
            kind = Kind.BRACE if sign in "{}" else Kind.BRACKET
            self.tokens.append(Token(kind, start, end, sign))
            if sign in open_:
                open_[sign].append(start)
            elif others := open_[_PAIRS[sign]]:
                self.pairs.append((others.pop(), start))
            else:
                self._notes.append(Note(start, end, Remark.UNOPENED))
        for places in open_.values():
            self._notes += [Note(place, place + 1, Remark.UNCLOSED) for place in places]
        self.pairs.sort()
