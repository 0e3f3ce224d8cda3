"""The fields of the search language, and how what stands behind their colon is read."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import Enum, StrEnum

from msgspec import Struct

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX


class All(Struct, frozen=True):
    """Each of these holds; of none, everything does."""

    terms: tuple[Term, ...] = ()


class Either(Struct, frozen=True):
    """At least one of these holds."""

    terms: tuple[Term, ...]


class Not(Struct, frozen=True):
    """This does not hold."""

    term: Term


class Words(Struct, frozen=True):
    """Something was written.

    Attributes:
        text: what is looked for.
        exact: whole words in this order, not beginnings or parts of them.
        field: ``prompt``, ``negative``, ``note`` or ``other``; empty for anywhere but in others,
            tags and model too.
    """

    text: str
    exact: bool = False
    field: str = ""


class Named(Struct, frozen=True):
    """Something has this name.

    Attributes:
        field: ``tag``, ``in``, ``in-sweep``, ``model``, ``seed`` or ``scheduler``.
        text: the name, or how it begins.
        exact: the whole name, nothing less.
        values: for a scheduler, the wire names that are meant.
    """

    field: str
    text: str
    exact: bool = False
    values: tuple[str, ...] = ()


class Range(Struct, frozen=True):
    """A number lies between two; None is no bound.

    Attributes:
        field: which number.
        low: lower bound.
        high: upper bound.
        above: whether the lower bound itself is left out.
        below: whether the upper bound itself is left out.
    """

    field: str
    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False


class Days(Struct, frozen=True):
    """Made on one of these local days: from ``first`` on and before ``after``; None is no bound."""

    first: date | None
    after: date | None


class Flag(Struct, frozen=True):
    """Something is so, or there is something: the field and its word, such as ``is`` ``failed``."""

    field: str
    word: str


Term = All | Either | Not | Words | Named | Range | Days | Flag


class ProblemKind(StrEnum):
    """What can be the matter with a part of a query."""

    UNFINISHED = "unfinished"  # a field without a value
    AMBIGUOUS = "ambiguous"  # the beginning of several words
    UNKNOWN_FIELD = "unknown_field"  # taken for text
    UNKNOWN_WORD = "unknown_word"  # not one of the field's words
    NOT_A_NUMBER = "not_a_number"
    NOT_A_SIZE = "not_a_size"
    NOT_A_DATE = "not_a_date"
    NOT_A_RATING = "not_a_rating"
    UNOPENED = "unopened"  # a closing parenthesis
    TOO_DEEP = "too_deep"  # an opening one, which is passed over with the one that closes it
    TOO_LONG = "too_long"

    @property
    def is_of_term(self) -> bool:
        """Whether it concerns the field with its value, and not the value alone."""
        return self is ProblemKind.UNFINISHED


class Misread(Exception):
    """A value that means nothing."""

    def __init__(self, kind: ProblemKind) -> None:
        super().__init__(kind)
        self.kind = kind


class ValueKind(Enum):
    """How a value is read."""

    WORDS = "words"
    NAME = "name"
    NUMBER = "number"
    WHOLE = "whole"
    RATING = "rating"
    SEED = "seed"
    SIZE = "size"
    SCHEDULER = "scheduler"
    DATE = "date"
    FLAG = "flag"


class Field(Struct, frozen=True):
    """One field of the language.

    Attributes:
        name: what is typed before the colon.
        kind: how its value is read.
        words: for `ValueKind.FLAG` and the words of others, all there are.
        aliases: other names it answers to.
    """

    name: str
    kind: ValueKind
    words: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


_LATER = ("sent", "charge-unknown", "without-recipe")
"""Words that came when others began with the same letters: those letters still mean the others."""
_IS = (
    *("favourite", "rejected", "rated", "sandbox", "wiro", "imported"),
    *("finished", "failed", "refused", "cancelled", "running", "waiting", "unanswered", "broken"),
    *("partly", "kept-aside", "made-elsewhere"),
    *_LATER,
)
_HAS = ("note", "tag", "picture", "rating", "collection")
_SHAPES = ("portrait", "landscape", "square")
_DAYS = (
    *("today", "yesterday", "this-week", "last-week", "this-month", "last-month"),
    *("this-year", "last-year"),
)

FIELDS = (
    Field("is", ValueKind.FLAG, _IS),
    Field("has", ValueKind.FLAG, _HAS),
    Field("rating", ValueKind.RATING, aliases=("stars",)),
    Field("tag", ValueKind.NAME, aliases=("tags",)),
    Field("in", ValueKind.NAME, aliases=("collection",)),
    Field("date", ValueKind.DATE, _DAYS, aliases=("created",)),
    Field("prompt", ValueKind.WORDS),
    Field("negative", ValueKind.WORDS, aliases=("neg", "negative-prompt", "negativeprompt")),
    Field("note", ValueKind.WORDS, aliases=("notes",)),
    Field("other", ValueKind.WORDS, aliases=("others",)),
    Field("size", ValueKind.SIZE, _SHAPES),
    Field("width", ValueKind.WHOLE),
    Field("height", ValueKind.WHOLE),
    Field("samples", ValueKind.WHOLE),
    Field("steps", ValueKind.WHOLE),
    Field("scale", ValueKind.NUMBER, aliases=("guidance", "guidance-scale", "cfg")),
    Field("scheduler", ValueKind.SCHEDULER, aliases=("sampler",)),
    Field("clip-skip", ValueKind.WHOLE, aliases=("clipskip", "clip")),
    Field("seed", ValueKind.SEED),
    Field("in-sweep", ValueKind.NAME),
    Field("cost", ValueKind.NUMBER),
    Field("seconds", ValueKind.NUMBER, aliases=("took",)),
    Field("model", ValueKind.NAME),
)
"""All fields, the most useful first."""

FIELDS_BY_NAME = {name: field for field in FIELDS for name in (field.name, *field.aliases)}
"""Fields by every name they answer to."""


def field_named(name: str) -> Field | None:
    """The field that answers to a name, in any case and also as it is written on the wire."""
    return FIELDS_BY_NAME.get(name.lower().replace("_", "-"))


def is_said(text: str) -> bool:
    """Whether there is something to look for, and not only punctuation."""
    if any(letter.isalnum() for letter in text):
        return True
    from unicodedata import category  # for emoji alone

    return any(category(letter) == "So" for letter in text)


SCHEDULERS = {option.value: option.label for option in CARTOONMIX["scheduler"].options}
"""Wire name to readable name."""

_SYNONYMS = {
    "favorite": "favourite",
    "canceled": "cancelled",
    "done": "finished",
    "queued": "waiting",
    "set-aside": "unanswered",
    "unknown": "unanswered",
    "pictures": "picture",
    "notes": "note",
    "tags": "tag",
    "collections": "collection",
    "stars": "rating",
}


def read_value(field: Field, value: str, *, exact: bool, today: date) -> Term:
    """What a field and its value mean.

    Args:
        field: which.
        value: what stands behind its colon, without quotes.
        exact: whether it stood between quotes.
        today: the local day.

    Raises:
        Misread: it means nothing, or nothing yet.
    """
    if not is_said(value) and not (exact and value):
        raise Misread(ProblemKind.UNFINISHED)
    match field.kind:
        case ValueKind.WORDS:
            return Words(value, exact, field=field.name)
        case ValueKind.NAME:
            return Named(field.name, value, exact)
        case ValueKind.NUMBER:
            return _range(field.name, value, _NUMBER)
        case ValueKind.RATING:
            return _rating(field.name, value)
        case ValueKind.SEED if not re.match(r"[<>=≥≤]|.*(\.\.|…)", value):
            return Named(field.name, value, exact=True)
        case ValueKind.WHOLE | ValueKind.SEED:
            return _range(field.name, value, _WHOLE)
        case ValueKind.SIZE:
            return _size(field, value)
        case ValueKind.SCHEDULER:
            return _scheduler(field.name, value, exact=exact)
        case ValueKind.DATE:
            return _days(value, today)
        case ValueKind.FLAG:
            return Flag(field.name, _word(field, value))


def flat(term: All) -> Term:
    """``term``, or the only one in it."""
    return term.terms[0] if len(term.terms) == 1 else term


def _word(field: Field, value: str) -> str:
    """The field's word that ``value`` is, or begins."""
    typed = value.casefold()
    typed = _SYNONYMS.get(typed, typed)
    if typed in field.words:
        return typed
    begun = {word for word in field.words if word.startswith(typed)}
    begun |= {
        word for other, word in _SYNONYMS.items() if other.startswith(typed) and word in field.words
    }
    begun = begun - {*_LATER} or begun
    if not begun:
        raise Misread(ProblemKind.UNKNOWN_WORD)
    if len(begun) > 1:
        raise Misread(ProblemKind.AMBIGUOUS)
    return begun.pop()


# --- numbers -------------------------------------------------------------------------------------

_NUMBER = r"[$+]?(-?(?:\d{1,15}(?:[.,]\d{0,10})?|[.,]\d{1,10}))"
_WHOLE = r"[$+]?(-?\d{1,15})\.?"  # a point may be the first of a range


def _number(text: str, pattern: str) -> float:
    found = re.fullmatch(pattern, text.strip().replace("−", "-"), re.ASCII)
    if found is None:
        raise Misread(ProblemKind.NOT_A_NUMBER)
    return float(found[1].replace(",", "."))


def _split(value: str) -> tuple[str, str] | None:
    """Both sides of a range."""
    low, dots, high = value.replace("…", "..").partition("..")
    return (low, high.lstrip(".")) if dots else None


def _compared(value: str) -> tuple[str, str]:
    """A comparison sign and what stands behind it."""
    value = value.replace("≥", ">=").replace("≤", "<=")
    found = re.match(r"(>=|=>|<=|=<|>|<|==?)?(.*)", value, re.DOTALL)
    sign, rest = (found[1] or "", found[2]) if found else ("", value)
    return {"=>": ">=", "=<": "<=", "=": "", "==": ""}.get(sign, sign), rest


def _range(field: str, value: str, pattern: str) -> Range:
    """A number, a range or a comparison; ``pattern`` says how a number is written."""
    value = re.sub(r"^([\d.,]+)[-–—]([\d.,]+)$", r"\1..\2", value, flags=re.ASCII)
    if sides := _split(value):
        low, high = (_number(side, pattern) if side.strip() else None for side in sides)
        if low is not None and high is not None and low > high:
            low, high = high, low
        return Range(field, low, high)
    sign, rest = _compared(f">={value[:-1]}" if value.endswith("+") else value)
    number = _number(rest, pattern)
    match sign:
        case ">" | ">=":
            return Range(field, low=number, above=sign == ">")
        case "<" | "<=":
            return Range(field, high=number, below=sign == "<")
        case _:
            return Range(field, number, number)


def _rating(field: str, value: str) -> Range:
    stars = len(value) if set(value) == {"★"} else value
    try:
        read = _range(field, str(stars), _WHOLE)
    except Misread:
        raise Misread(ProblemKind.NOT_A_RATING) from None
    if any(bound is not None and not 0 <= bound <= 5 for bound in (read.low, read.high)):
        raise Misread(ProblemKind.NOT_A_RATING)
    return read


def _size(field: Field, value: str) -> Term:
    sides = re.fullmatch(r"(\d{1,6})[x×*](\d{1,6})", value, re.IGNORECASE | re.ASCII)
    if sides:
        width, height = (float(side) for side in sides.groups())
        return All((Range("width", width, width), Range("height", height, height)))
    if re.fullmatch(r"\d{1,6}[x×*]?", value, re.IGNORECASE | re.ASCII):
        raise Misread(ProblemKind.UNFINISHED)
    try:
        return Flag(field.name, _word(field, value))
    except Misread as error:
        if error.kind is ProblemKind.AMBIGUOUS:
            raise
        raise Misread(ProblemKind.NOT_A_SIZE) from None


def _scheduler(field: str, value: str, *, exact: bool) -> Named:
    """By readable or wire name, or how one begins; spaces, signs and case mean nothing."""
    typed = _letters(value)
    meant = tuple(
        wire
        for wire, readable in SCHEDULERS.items()
        if (typed in {_letters(wire), _letters(readable)})
        or (not exact and any(_letters(name).startswith(typed) for name in (wire, readable)))
    )
    return Named(field, value, exact, meant)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum() or letter == "+")


# --- dates ---------------------------------------------------------------------------------------


def _days(value: str, today: date) -> Days:
    if sides := _split(value):
        if not any(side.strip() for side in sides):
            raise Misread(ProblemKind.UNFINISHED)
        low, high = (_period(side, today) if side.strip() else None for side in sides)
        if low and high and low[0] > high[0]:
            low, high = high, low
        return Days(low[0] if low else None, high[1] if high else None)
    sign, rest = _compared(value)
    first, after = _period(rest, today)
    match sign:
        case ">":
            return Days(after, None)
        case ">=":
            return Days(first, None)
        case "<":
            return Days(None, first)
        case "<=":
            return Days(None, after)
        case _:
            return Days(first, after)


def _period(text: str, today: date) -> tuple[date, date]:
    """The first day of what is named, and the day after its last."""
    text = text.strip().casefold()
    try:
        return _calendar(text) or _spoken(text, today)
    except (ValueError, OverflowError):
        raise Misread(ProblemKind.NOT_A_DATE) from None


def _calendar(text: str) -> tuple[date, date] | None:
    if found := re.fullmatch(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})", text, re.ASCII):
        parts = found.groups()[::-1]  # with points, the day comes first wherever they are used
    elif found := re.fullmatch(
        r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?[-./]?", text, re.ASCII
    ):
        parts = found.groups()
    else:
        return None
    year, month, day = (int(part) if part else None for part in parts)
    if year is None:
        return None
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    if day is None:
        return date(year, month, 1), _next_month(date(year, month, 1))
    return date(year, month, day), date(year, month, day) + timedelta(days=1)


def _spoken(text: str, today: date) -> tuple[date, date]:
    tomorrow = today + timedelta(days=1)
    if back := re.fullmatch(r"(?:last-)?(\d{1,4})-?(d|w|m)(?:ays?|eeks?|onths?)?", text, re.ASCII):
        count = int(back[1]) * {"d": 1, "w": 7, "m": 30}[back[2]]
        return tomorrow - timedelta(days=count), tomorrow
    word = _word(FIELDS_BY_NAME["date"], text.replace("_", "-"))
    monday = today - timedelta(days=today.weekday())
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    return {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "this-week": (monday, monday + timedelta(days=7)),
        "last-week": (monday - timedelta(days=7), monday),
        "this-month": (month, _next_month(month)),
        "last-month": (before, month),
        "this-year": (year, year.replace(year=year.year + 1)),
        "last-year": (year.replace(year=year.year - 1), year),
    }[word]


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
