"""What the server says it takes for each input; advice beside a field, never a refusal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cartoonmix_desktop.core.recipe.inputs import Value

_MOST_INPUTS = 200
_MOST_OPTIONS = 500
_LONGEST = 60  # characters of a number
_NEARLY = 1e-9  # of a step, which has no exact fraction


class Limits(Struct, frozen=True):
    """What the server says of one input.

    Attributes:
        low: smallest number, None for any.
        high: largest number, None for any.
        step: numbers are multiples of it, counted from `low`; None for any.
        options: texts that it lists, in lower case; empty for any.
    """

    low: float | None = None
    high: float | None = None
    step: float | None = None
    options: frozenset[str] = frozenset()

    def out_of_range(self, value: Value) -> bool:
        """Whether a number is too small or too large."""
        if isinstance(value, str):
            return False
        below = self.low is not None and value < self.low
        return below or (self.high is not None and value > self.high)

    def off_step(self, value: Value) -> bool:
        """Whether a number lies between two steps."""
        if isinstance(value, str) or self.step is None:
            return False
        steps = (value - (self.low or 0)) / self.step
        return abs(steps - round(steps)) > _NEARLY * max(1.0, abs(steps))

    def not_listed(self, value: Value) -> bool:
        """Whether a text is none of the options."""
        return bool(self.options) and str(value).strip().casefold() not in self.options


ANY = Limits()
"""Of an input of which nothing is said."""


def read_limits(tool: Mapping[str, object]) -> dict[str, Limits]:
    """The limits by wire name; what cannot be read is left out. Never raises.

    Args:
        tool: the model as Tool/Detail tells it: JSON values, fractions as text.
    """
    found: dict[str, Limits] = {}
    for item in _items(tool.get("parameters")):
        name = item.get("id")
        if isinstance(name, str) and len(found) < _MOST_INPUTS:
            low, high = _number(item.get("min")), _number(item.get("max"))
            step = _number(item.get("step"))
            if low is not None and high is not None and low >= high:
                low = high = None  # the page of many models says 0 to 0
            positive = step if step is not None and step > 0 else None
            limits = Limits(low, high, positive, _options(item.get("options")))
            if limits != ANY:
                found[name] = limits
    return found


def _items(groups: object) -> Iterator[dict[str, Any]]:
    for group in groups if isinstance(groups, list) else ():
        items = group.get("items") if isinstance(group, dict) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield item


def _number(told: object) -> float | None:
    if isinstance(told, bool) or not isinstance(told, str | int) or len(str(told)) > _LONGEST:
        return None
    try:
        number = float(told)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _options(told: object) -> frozenset[str]:
    if not isinstance(told, list) or len(told) > _MOST_OPTIONS:
        return frozenset()
    values = [one.get("value") if isinstance(one, dict) else one for one in told]
    return frozenset(str(value).strip().casefold() for value in values if value not in {None, ""})
