r"""A prompt as its author sees it: weights, brackets, escapes, variants, and what is muted.

Nothing here says what a server makes of it. ``(x:1.2)``, ``((x))``, ``[x]``, ``\(``, ``BREAK`` and
``<lora:x:1>`` are read as A1111 reads them, ``{a|b}`` and ``__name__`` as `template` does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import Enum, auto

from msgspec import Struct

from cartoonmix_desktop.core.prompt.muting import muted_spans

_SIGN = re.compile(
    r"(?=[\\<B_:()\[\]{}|,\n]|(?<=[{|]))(?:"  # only for speed
    r"(?P<escape>\\[()\[\]{}|$_\\])"
    r"|(?P<network><[A-Za-z]+:[^<>\n]+>)"
    r"|(?P<break>\bBREAK\b)"
    r"|(?<![^\W_])(?P<wildcard>__[^\W_](?:[^\W_]|[-/.]|_(?!_))*__)(?![^\W_])"
    r"|(?P<weight>:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*(?=\)))"
    r"|(?P<picks>(?<=\{)\s*\d{1,4}(?:-\d{1,4})?\$\$)"
    r"|(?P<share>(?<=[{|])\s*(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})::)"
    r"|(?P<bracket>[()\[\]])"
    r"|(?P<brace>[{}])"
    r"|(?P<bar>\|)"
    r"|(?P<comma>[,\n]))"
)
_OPENING = {")": "(", "]": "[", "}": "{"}
_BRACKETS = {
    pair: re.compile(rf"\\[()\[\]{{}}|$_\\]|[{re.escape(pair)}]") for pair in ("()", "[]", "{}")
}


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
    "bracket": Kind.BRACKET,
    "brace": Kind.BRACE,
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


def tokens_of(text: str, first: int = 0, last: int | None = None) -> list[Token]:
    """What means something, by its place; between them is plain text.

    Args:
        text: a prompt.
        first: nothing that begins before is wanted.
        last: nothing that ends after it is wanted.
    """
    last = len(text) if last is None else last
    hidden = [span for span in muted_spans(text) if span[1] > first and span[0] < last]
    for start, end in hidden:  # signs in it mean nothing
        text = text[:start] + "\0" * (end - start) + text[end:]
    found = [
        Token(_KINDS[group], *match.span(), match[0] if group in {"bracket", "brace"} else "")
        for match in _SIGN.finditer(text, first, last)
        if (group := match.lastgroup or "")
    ]
    if hidden:
        found += [Token(Kind.MUTED, *span) for span in hidden]
        found.sort(key=lambda token: token.start)
    return found


def partner(text: str, at: int) -> int | None:
    """Where the other bracket of one at ``at`` stands, None if that is none or has none."""
    kind = next((kind for kind in _BRACKETS if text[at : at + 1] and text[at] in kind), None)
    if kind is None:
        return None
    open_: list[int] = []
    for start, end in muted_spans(text):
        text = text[:start] + "\0" * (end - start) + text[end:]
    for match in _BRACKETS[kind].finditer(text):
        if match[0] == kind[0]:
            open_.append(match.start())
        elif match[0] == kind[1] and open_:
            other = open_.pop()
            if at in {other, match.start()}:
                return other if at != other else match.start()
    return None


class Prompt:
    """A prompt, read as a whole. Indices are code points; see `utf16.Places`.

    Attributes:
        text: as it is.
        tokens: as of `tokens_of`.
        pairs: the brackets that belong together, ``(opening, closing)``, by the opening one's
            place.
    """

    def __init__(self, text: str) -> None:
        """Read it; never raises, whatever it holds."""
        self.text = text
        self.tokens = tokens_of(text)
        self.pairs: list[tuple[int, int]] = []
        self._lone: list[Note] = []
        self._match()

    def notes(self, *, expanded: bool = False) -> list[Note]:
        """What may be told, by its place.

        Args:
            expanded: variants are replaced before it is sent.
        """
        found = list(self._lone)
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

    def _match(self) -> None:
        open_: dict[str, list[int]] = {"(": [], "[": [], "{": []}
        for token in self.tokens:
            if token.sign in open_:
                open_[token.sign].append(token.start)
            elif token.sign:
                if others := open_[_OPENING[token.sign]]:
                    self.pairs.append((others.pop(), token.start))
                else:
                    self._lone.append(Note(token.start, token.end, Remark.UNOPENED))
        for places in open_.values():
            self._lone += [Note(place, place + 1, Remark.UNCLOSED) for place in places]
        self.pairs.sort()
