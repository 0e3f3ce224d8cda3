r"""A prompt with variants, taken apart: ``{a|b}``, ``{2$$a|b|c}``, ``{0.5::a|b}``, ``__name__``.

All other text stands for itself, byte for byte. The one escape is a backslash before one of
``{ } | $ _``, which is dropped.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

DEEPEST = 60
"""Braces inside braces that are read."""

USUAL_SEPARATOR = ", "
"""What stands between several picks."""

_SPECIAL = re.compile(
    r"\\(?P<escaped>[{}|$_])"
    r"|(?P<sign>[{}|])"
    # Not inside a word, and an underscore alone may stand in the name.
    r"|(?<![^\W_])__(?P<name>[^\W_](?:[^\W_]|[-/.]|_(?!_))*)__(?![^\W_])"
)
_PICKS = re.compile(r"\s*(?P<least>\d{1,4})(?:-(?P<most>\d{1,4}))?\$\$")
_SEPARATOR = re.compile(r"(?P<text>(?:\\[{}|$_]|[^{}|$]|\$(?!\$))*)\$\$")
_WEIGHT = re.compile(r"\s*(?P<weight>\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})::")
_ESCAPE = re.compile(r"\\([{}|$_])")


class Trouble(Enum):
    """What is the matter with a template."""

    LONE_BRACE = auto()
    """It belongs to no other, and is text: a note."""
    EMPTY = auto()
    """A brace with nothing in it."""
    TOO_DEEP = auto()
    MISSING = auto()
    """There is no list of this name."""
    UNREADABLE = auto()
    """The list of this name cannot be read."""
    CIRCLE = auto()
    """A list that names itself, or one that names it."""
    NOTHING = auto()
    """Nothing of it can come: no lines, or weights that are all 0."""
    TOO_FEW = auto()
    """More picks than there are options."""
    TOO_LONG = auto()
    """What comes of it may be longer than is sent."""
    TOO_MANY = auto()
    """More than can be counted in a thousand digits."""


class Problem(Struct, frozen=True):
    """Something to be told, and where.

    Attributes:
        at: index in the template, in code points.
        trouble: what.
        name: of the list that is meant.
    """

    at: int
    trouble: Trouble
    name: str = ""

    @property
    def is_note(self) -> bool:
        """Whether it keeps nothing from coming."""
        return self.trouble is Trouble.LONE_BRACE


class Wildcard(Struct, frozen=True):
    """One line of a list.

    Attributes:
        name: of the list.
        at: index in the template.
    """

    name: str
    at: int


class Option(Struct, frozen=True):
    """One of several.

    Attributes:
        weight: how often it comes, beside the others' weights.
        parts: what comes.
    """

    weight: float
    parts: Parts


class Choice(Struct, frozen=True):
    """Some of several.

    Attributes:
        options: in their order.
        at: index of its brace.
        least: how many are picked.
        most: likewise.
        separator: stands between them.
    """

    options: tuple[Option, ...]
    at: int
    least: int = 1
    most: int = 1
    separator: str = USUAL_SEPARATOR


Part: TypeAlias = str | Choice | Wildcard
Parts: TypeAlias = tuple[Part, ...]


class Template(Struct, frozen=True):
    """What was taken apart.

    Attributes:
        parts: one after the other; no text stands beside another.
        problems: by their place.
    """

    parts: Parts
    problems: tuple[Problem, ...]


@lru_cache(maxsize=64)
def parse(text: str) -> Template:
    """Take a template apart; never raises, whatever it holds."""
    return _Parser(text).template()


def parse_line(text: str) -> Option:
    """A line of a list: a template of its own, which may have a weight."""
    weight, start = _weight(text, 0, len(text))
    return Option(weight, parse(text[start:]).parts)


def _weight(text: str, start: int, end: int) -> tuple[float, int]:
    """That of an option, and where its text begins."""
    found = _WEIGHT.match(text, start, end)
    return (1.0, start) if found is None else (float(found["weight"]), found.end())


class _Token(Struct, frozen=True):
    at: int
    end: int
    sign: str  # one of { } |, or what it stands for
    name: str = ""
    is_text: bool = False


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            _Token(
                *found.span(),
                sign=found["sign"] or found["escaped"] or "",
                name=found["name"] or "",
                is_text=found["escaped"] is not None,
            )
            for found in _SPECIAL.finditer(text)
        ]
        self._problems: list[Problem] = []
        self._ends = self._matched()  # of each brace that has its other, by the token that opens it

    def template(self) -> Template:
        parts = self._sequence(0, len(self._tokens), 0, len(self._text), 0)
        return Template(parts, tuple(sorted(self._problems, key=lambda problem: problem.at)))

    def _matched(self) -> dict[int, int]:
        ends: dict[int, int] = {}
        open_: list[int] = []
        lone: list[int] = []
        for index, token in enumerate(self._tokens):
            if token.is_text or token.sign not in "{}" or not token.sign:
                continue
            if token.sign == "{":
                open_.append(index)
            elif open_:
                ends[open_.pop()] = index
            else:
                lone.append(index)
        for index in (*lone, *open_):
            self._problems.append(Problem(self._tokens[index].at, Trouble.LONE_BRACE))
        return ends

    def _sequence(self, first: int, last: int, start: int, end: int, depth: int) -> Parts:
        """What stands from ``start`` to ``end``, between two tokens."""
        parts: list[Part] = []
        text: list[str] = []
        index = first
        while index < last:
            token = self._tokens[index]
            if token.at < start:  # in what was read already
                index += 1
                continue
            text.append(self._text[start : token.at])
            start = token.end
            if token.name:
                self._flush(parts, text)
                parts.append(Wildcard(token.name, token.at))
            elif not token.is_text and index in self._ends:
                self._flush(parts, text)
                parts.append(self._choice(index, depth + 1))
                index = self._ends[index]
                start = self._tokens[index].end
            else:  # escaped, or a sign that means nothing here
                text.append(token.sign)
            index += 1
        text.append(self._text[start:end])
        self._flush(parts, text)
        return tuple(parts)

    @staticmethod
    def _flush(parts: list[Part], text: list[str]) -> None:
        if joined := "".join(text):
            parts.append(joined)
        text.clear()

    def _choice(self, opening: int, depth: int) -> Choice:
        brace, closing = self._tokens[opening], self._ends[opening]
        start, end = brace.end, self._tokens[closing].at
        if depth > DEEPEST:
            self._problems.append(Problem(brace.at, Trouble.TOO_DEEP))
            return Choice((), brace.at)
        least = most = 1
        separator = USUAL_SEPARATOR
        if found := _PICKS.match(self._text, start, end):
            least, most = sorted((int(found["least"]), int(found["most"] or found["least"])))
            start = found.end()
            if found := _SEPARATOR.match(self._text, start, end):
                separator = _ESCAPE.sub(r"\1", found["text"])
                start = found.end()
        if start == end:
            self._problems.append(Problem(brace.at, Trouble.EMPTY))
            return Choice((), brace.at)
        options = []
        index = first = opening + 1
        while index <= closing:
            token = self._tokens[index]
            if index in self._ends and not token.is_text:
                index = self._ends[index] + 1
                continue
            ends_option = index == closing or (token.sign == "|" and not token.is_text)
            if ends_option and token.at >= start:
                options.append(self._option(first, index, start, token.at, depth))
                first, start = index + 1, token.end
            index += 1
        return Choice(tuple(options), brace.at, least, most, separator)

    def _option(self, first: int, last: int, start: int, end: int, depth: int) -> Option:
        weight, start = _weight(self._text, start, end)
        return Option(weight, self._sequence(first, last, start, end, depth))
