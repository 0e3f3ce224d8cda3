"""What a sweep varies: one input and its values, as they are typed."""

from __future__ import annotations

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 10_000
"""Runs of one batch at most, and values of one axis."""

_NUMBER = r"[+-]?(?:\d{1,18}(?:\.\d{1,9})?|\.\d{1,9})"
_RANGE = re.compile(
    rf"({_NUMBER})\s*(?:-|\.\.)\s*({_NUMBER})\s*"
    rf"(?:\(\s*({_NUMBER})\s*\)|\+\s*(\d[\d.]*)|\[\s*(\d+)\s*\]|/\s*(\d+))?"
)


class Misfit(Exception):
    """Something in a table or a sweep that cannot be meant.

    Attributes:
        reason: ``"unknown_field"``, ``"twice"``, ``"no_values"``, ``"bad_range"``, ``"too_many"``,
            ``"not_held"``, ``"not_text"``, ``"not_an_object"``, ``"bad_line"`` or ``"empty"``.
        name: of the input, or empty.
        value: as it was given.
    """

    def __init__(self, reason: str, name: str = "", value: str = "") -> None:
        super().__init__(reason, name, value)
        self.reason, self.name, self.value = reason, name, value


class Axis(Struct, frozen=True):
    """One input and the values that it takes in turn.

    Attributes:
        name: on the wire.
        values: as they are typed. Of a prompt the first is searched, and each stands in its place
            in turn, itself included.
    """

    name: str
    values: tuple[str, ...]

    def apply(self, raw: Mapping[str, object], value: str) -> dict[str, object]:
        """The inputs with one of the values.

        Raises:
            Misfit: the prompt does not hold the words that are searched.
        """
        if CARTOONMIX[self.name].kind is not Kind.LONG_TEXT:
            return {**raw, self.name: value}
        text = str(raw.get(self.name, CARTOONMIX[self.name].default))
        if self.values[0] not in text:
            raise Misfit("not_held", self.name, self.values[0])
        return {**raw, self.name: text.replace(self.values[0], value)}


def wire_name(text: str) -> str:
    """The input that is meant, by its name on the wire, or as an option of the command line.

    Raises:
        Misfit: none is.
    """
    wanted = text.strip().replace("-", "").casefold()
    for entry in CARTOONMIX:
        if entry.name.casefold() == wanted and not entry.advanced:
            return entry.name
    raise Misfit("unknown_field", text.strip()[:80])


def axis_of(text: str) -> Axis:
    """Read ``NAME=VALUES``: a list by commas, of numbers also ranges.

    ``10-30 (+5)`` and ``10..30+5`` go by steps, ``1-10 [4]`` and ``1..10/4`` are so many values,
    evenly spread; without either, steps are of 1. A comma between quotes is text.

    Raises:
        Misfit: it cannot be meant.
    """
    told, _equals, listed = text.partition("=")
    name = wire_name(told)
    values: list[str] = []
    for item in next(csv.reader([listed.replace("\n", " ")], skipinitialspace=True), []):
        item = item.strip()
        if not item:
            continue
        values += _in_range(name, item) or [item]
        if len(values) > MOST:
            raise Misfit("too_many", name, item)
    if not values:
        raise Misfit("no_values", name, listed)
    return Axis(name, tuple(dict.fromkeys(values)))  # the same twice would be paid twice


def _in_range(name: str, item: str) -> list[str]:
    """What a range stands for; nothing if it is none."""
    kind = CARTOONMIX[name].kind
    numeric = kind in {Kind.WHOLE, Kind.DECIMAL} or name == "seed"
    if not numeric or (found := _RANGE.fullmatch(item)) is None:
        return []
    first, last = Decimal(found[1]), Decimal(found[2])
    count = found[5] or found[6]
    try:
        step = Decimal(found[3] or found[4] or ("1" if last >= first else "-1"))
    except ArithmeticError:
        raise Misfit("bad_range", name, item) from None
    if count is None:
        if not step or (last - first) / step < 0:
            raise Misfit("bad_range", name, item)
        steps = int((last - first) / step) + 1
    else:
        steps = int(count[:9])
        if steps < 1:
            raise Misfit("bad_range", name, item)
        step = (last - first) / max(steps - 1, 1)
    if steps > MOST:
        raise Misfit("too_many", name, item)
    numbers = [first + step * n for n in range(steps)]
    if kind is Kind.DECIMAL:
        return [f"{round(each, 6).normalize():f}" for each in numbers]
    if count is not None:  # between whole numbers there is none
        numbers = [each.to_integral_value(ROUND_HALF_UP) for each in numbers]
    return [f"{each:f}" for each in numbers]
