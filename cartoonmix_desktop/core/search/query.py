"""What a person asks of the history, and what it means: a small, forgiving search language.

``castle -night "purple hair" steps:20..40 (is:favourite OR rating:>=3)``: words side by side must
all fit, ``OR`` or ``|`` gives a choice, ``-`` or ``NOT`` excludes, quotes take words as they are.
What is only near to it, such as ``steps: 20``, ``steps>20`` or ``is=failed``, is taken as it is
meant. What cannot be understood is a `Problem` with its place; the rest still filters. Nothing here
raises.
"""

from __future__ import annotations

import re
import string
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.search.query_values import (
    All,
    Either,
    Misread,
    Named,
    Not,
    ProblemKind,
    Term,
    ValueKind,
    Words,
    field_named,
    flat,
    is_said,
    read_value,
)

if TYPE_CHECKING:
    from datetime import date

    from cartoonmix_desktop.core.search.query_values import Field

_LONGEST = 1000  # characters; a pasted page is cut, and neither refused nor slow
_MOST_TERMS = 60
_DEEPEST = 12
_FIELD = re.compile(r"([^\W\d_][\w-]*)(:|==?(?![<>])|(?=[<>=≥≤]))")
_COMPARED = {
    *(ValueKind.NUMBER, ValueKind.WHOLE, ValueKind.RATING),
    *(ValueKind.SEED, ValueKind.DATE),
}
_SIGNS = set("<>=≥≤")
_STRAIGHT = '"'
_QUOTES = f"{_STRAIGHT}“”„"
_WORDS_BETWEEN = {"OR", "AND", "NOT"}


class Order(StrEnum):
    """How results are ranked."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


class Query(Struct, frozen=True):
    """What is asked of the history; an empty one asks for everything.

    Attributes:
        text: what was typed, in the search language.
        within: the part of the history that is looked at, in the same language, such as
            ``is:favourite`` or ``in:"covers"``; empty for all of it.
        order: how results are ranked.
    """

    text: str = ""
    within: str = ""
    order: Order = Order.NEWEST

    def __bool__(self) -> bool:
        """Whether something may be left out."""
        return bool(self.text.strip() or self.within)


EVERYTHING = Query()


class Problem(Struct, frozen=True):
    """A part of a query that was passed over or taken otherwise than it may be meant.

    Attributes:
        kind: what is the matter.
        start: first character, in the text that was parsed.
        end: after the last character.
        field: the name of the field it is about, empty for none.
        part: the characters themselves.
    """

    kind: ProblemKind
    start: int
    end: int
    field: str
    part: str

    @property
    def is_hint(self) -> bool:
        """Whether it may only be unfinished, so that nothing should be marked as wrong."""
        return self.kind in {ProblemKind.UNFINISHED, ProblemKind.AMBIGUOUS}


class NameSpan(Struct, frozen=True):
    """Where in a query a name stands.

    Attributes:
        start: first character of it, quotes included.
        end: after the last character.
        term: what it is the name of.
    """

    start: int
    end: int
    term: Named


class Parsed(Struct, frozen=True):
    """A query understood.

    Attributes:
        term: what must hold of a task.
        problems: in the order of their places, which do not overlap.
        names: in the order of their places, likewise.
    """

    term: Term
    problems: tuple[Problem, ...]
    names: tuple[NameSpan, ...]

    @property
    def is_lost(self) -> bool:
        """Whether something was said, and nothing of it was understood."""
        return bool(self.problems) and self.term == All(())


def parse(text: str, today: date) -> Parsed:
    """Understand a query.

    Args:
        text: as typed.
        today: the local day that words such as ``yesterday`` start from.
    """
    sound = text.encode("utf-8", "replace").decode()  # half a character is no character
    parser = _Parser(sound[:_LONGEST], today)
    term = parser.either(0)
    if len(text) > _LONGEST:
        parser.note(ProblemKind.TOO_LONG, _LONGEST, len(text), text[_LONGEST : _LONGEST + 40])
    problems = sorted(parser.problems, key=lambda problem: problem.start)
    return Parsed(term, tuple(problems), tuple(parser.names))


def quoted(name: str) -> str:
    """A name as it stands behind the colon of a field: it is meant, and no other.

    Args:
        name: as `core.marks.clean_name` leaves it; it may well have curly quotes.
    """
    return f"{_STRAIGHT}{name}{_STRAIGHT}"


def inside(name: str) -> str:
    """The query for what is in the collection of this name, as `Query.within` has it."""
    return f"in:{quoted(name)}"


class Part(Struct, frozen=True):
    """The part of a query that is being typed.

    Attributes:
        start: first character that a completion replaces.
        end: after the last one.
        field: the field whose value is typed; None while it may become a field's name.
        typed: what stands there before the cursor, without quotes.
    """

    start: int
    end: int
    field: Field | None
    typed: str


def part_at(text: str, cursor: int) -> Part:
    """What is typed at ``cursor``, to be completed."""
    start = cursor
    quoted = text.count('"', 0, cursor) % 2 == 1
    if quoted:
        start = text.rindex('"', 0, cursor)
    while start and not text[start - 1].isspace() and text[start - 1] not in '()"':
        start -= 1
    if start < cursor and text[start] == "-":
        start += 1
    end = cursor
    while end < len(text) and not (text[end] == '"' if quoted else text[end].isspace()):
        end += 1
    end += quoted and end < len(text)
    found = _FIELD.match(text, start, cursor)
    field = field_named(found[1]) if found else None
    if found is None or field is None:
        return Part(start, end, None, text[start:cursor].strip('"'))
    return Part(found.end(), end, field, text[found.end() : cursor].strip('"'))


class _Parser:
    """Reads from left to right; each method leaves off where its part ends."""

    def __init__(self, text: str, today: date) -> None:
        self._text = text
        self._today = today
        self._at = 0
        self._terms = 0
        self._passed_over = 0  # parentheses too deep to mean anything, that are still to be closed
        self.problems: list[Problem] = []
        self.names: list[NameSpan] = []

    def note(self, kind: ProblemKind, start: int, end: int, part: str, field: str = "") -> None:
        self.problems.append(Problem(kind, start, end, field, part))

    def either(self, depth: int) -> Term:
        """Groups with ``OR`` between them; inside parentheses up to the one that closes."""
        groups: list[Term] = []
        group: list[Term] = []
        while (first := self._next()) and not (first == ")" and depth and not self._passed_over):
            start = self._at
            if self._takes(r"OR(?=[\s()]|$)|\|+"):
                groups.append(flat(All(tuple(group))))
                group = []
            elif self._takes(r"(AND|&&?)(?=[\s()]|$)"):
                pass  # as is so without it
            elif first == ")":
                self._at += 1
                if self._passed_over:
                    self._passed_over -= 1
                else:
                    self.note(ProblemKind.UNOPENED, start, self._at, ")")
            elif self._terms >= _MOST_TERMS:
                self._at = len(self._text)
                self.note(ProblemKind.TOO_LONG, start, self._at, self._text[start : start + 40])
            elif (term := self._term(depth)) is not None:
                self._terms += 1
                group.append(term)
        groups.append(flat(All(tuple(group))))
        # A side that says nothing yet must not let everything in.
        said = tuple(side for side in groups if side != All())
        return said[0] if len(said) == 1 else Either(said) if said else All()

    def _next(self) -> str:
        """The next character that is no space; empty at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _takes(self, pattern: str) -> bool:
        found = re.compile(pattern).match(self._text, self._at)
        if found:
            self._at = found.end()
        return found is not None

    def _term(self, depth: int) -> Term | None:
        excluded = self._takes(r"[-−]+|NOT(?=[\s(]|$)\s*")
        if (first := self._text[self._at : self._at + 1]).isspace() or first in ")|":
            return None  # it excludes nothing yet
        term = self._atom(depth)
        return Not(term) if excluded and term is not None else term

    def _atom(self, depth: int) -> Term | None:
        start = self._at
        match self._text[start]:
            case quote if quote in _QUOTES:
                return _words(self._quoted())
            case "(" if depth < _DEEPEST:
                self._at += 1
                inside = self.either(depth + 1)
                self._takes(r"\)")
                return None if inside == All() else inside
            case "(":
                self._at += 1
                if not self._passed_over:
                    self.note(ProblemKind.TOO_DEEP, start, self._at, "(")
                self._passed_over += 1
                return None
            case _:
                return self._word_or_field(depth)

    def _quoted(self) -> tuple[str, bool]:
        """The words between quotes, and whether the second quote is there."""
        # Names are put between straight ones, and may have curly ones inside.
        closing = _STRAIGHT if self._text[self._at] == _STRAIGHT else _QUOTES
        ends = (self._text.find(quote, self._at + 1) for quote in closing)
        end = min((place for place in ends if place >= 0), default=-1)
        closed = end >= 0
        inside = self._text[self._at + 1 : end if closed else None]
        self._at = end + 1 if closed else len(self._text)
        return inside, closed

    def _bare(self, depth: int) -> str:
        start = self._at
        while self._at < len(self._text):
            letter = self._text[self._at]
            if letter.isspace() or letter in _QUOTES or letter == "|" or (letter == ")" and depth):
                break
            self._at += 1
        self._at = max(self._at, start)
        return self._text[start : self._at]

    def _word_or_field(self, depth: int) -> Term | None:
        start = self._at
        found = _FIELD.match(self._text, start)
        field = field_named(found[1]) if found else None
        if found is None or field is None or not (found[2] or field.kind in _COMPARED):
            word = self._bare(depth)
            if found is not None and found[2] == ":" and "//" not in word:
                end = start + len(found[1])
                self.note(ProblemKind.UNKNOWN_FIELD, start, end, found[1])
            return _words((word, False), typed=True)
        self._at = found.end()
        value, closed = self._value(depth)
        term = None
        if not closed and set(value) <= _SIGNS:
            term = self._value_apart(field, value, depth)
        try:
            term = term or read_value(field, value, exact=closed, today=self._today)
        except Misread as problem:
            begin = found.end() if value and not problem.kind.is_of_term else start
            self.note(problem.kind, begin, self._at, value, field.name)
        if isinstance(term, Named):
            self.names.append(NameSpan(found.end(), self._at, term))
        return term

    def _value(self, depth: int) -> tuple[str, bool]:
        """What stands here, without quotes or a comma behind it, and whether it was quoted."""
        quoted = self._text[self._at : self._at + 1] in set(_QUOTES)
        if quoted:
            value, closed = self._quoted()
            return value.strip(), closed
        return self._bare(depth).rstrip(",;"), False

    def _value_apart(self, field: Field, sign: str, depth: int) -> Term | None:
        """The value after a space, as in ``steps: 20``; None if what stands there is none."""
        before, term = self._at, None
        first = self._next()
        found = _FIELD.match(self._text, self._at)
        another = found is not None and field_named(found[1]) is not None
        value, closed = self._value(depth) if first and first not in "-−(" else ("", False)
        if value and set(value) <= _SIGNS and not closed:
            term = self._value_apart(field, sign + value, depth)
        elif not another and value not in _WORDS_BETWEEN:
            with suppress(Misread):
                term = read_value(field, sign + value, exact=closed, today=self._today)
        if term is None:
            self._at = before
        return term


def _words(read: tuple[str, bool], *, typed: bool = False) -> Term | None:
    """The words of a text; those typed bare lose the punctuation around them."""
    text, closed = read
    word = re.sub(r"^[^\w]+|[^\w]+$", "", text) if typed else text.strip()
    if typed and not word:  # nothing but signs: is one of them more than punctuation?
        word = text.strip(string.punctuation)
    return Words(word, exact=closed) if is_said(word) else None
