"""What a model's runs cost by the list that the server tells with the model.

Source: the Wiro API reference, "Prices". A list of which anything cannot be read says nothing at
all: a number that is wrong is worse than none.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from cartoonmix_desktop.core.money.amounts import LARGEST, amount_of, from_units, to_units
from cartoonmix_desktop.core.money.quote import PriceSource, Quote
from cartoonmix_desktop.core.prompt.muting import spoken
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.work import work_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.recipe.request import GenerationRequest

_MOST_ROWS = 500
_MOST_CONDITIONS = 4000  # of all rows together: what a price is looked for among at each keystroke
_LONGEST_TEXT = 512 * 1024  # characters of rows that come as JSON text
_LONGEST_NUMBER = 60  # characters
_TIER = 1024 * 1024  # pixels that are paid for as one
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_QUANTITY = "quantity:"
_DOLLARS = {"", "usd", "$", "us$"}
_USUAL_WORK = work_of(CARTOONMIX.defaults())


class _Per(Enum):
    """What a price is for. What is measured while a run goes on has no place before it."""

    RUN = "run"
    OUTPUT = "output"
    TIER = "tier"
    CHARACTER = "character"
    SECOND = "second"
    UNKNOWN = "unknown"


_METHODS = {
    "cpr": _Per.RUN,
    "per-run": _Per.RUN,
    "per-request": _Per.RUN,
    "cpo": _Per.OUTPUT,
    "cp-outputpicturecount": _Per.OUTPUT,
    "per-output": _Per.OUTPUT,
    "per-output-file": _Per.OUTPUT,
    "cp-pixel": _Per.TIER,
    "per-pixel": _Per.TIER,
    "cp-promptlength": _Per.CHARACTER,
    "per-character": _Per.CHARACTER,
    "cps": _Per.SECOND,
    "per-second": _Per.SECOND,
}
"""Old names and new ones, in lower case with hyphens; all others are only known after the run."""


class _Row(Struct, frozen=True):
    """One row.

    Attributes:
        inputs: wire name to the values that it is for.
        per: what the price is for; None where the row does not say.
        price: USD.
        extra: USD for each further tier; None where the first one's price holds for all.
    """

    inputs: dict[str, frozenset[str]]
    per: _Per | None
    price: Decimal
    extra: Decimal | None

    def fits(self, asked: Mapping[str, str]) -> bool | None:
        """Whether it is for a run of these inputs; None if that cannot be told."""
        sure = True
        for name, wanted in self.inputs.items():
            value = asked.get(name)
            if value is None:
                sure = False  # an input that we do not send, with a value of the server's own
            elif value not in wanted and f"{_QUANTITY}{value}" not in wanted:
                return False
        return sure or None

    def amount(self, request: GenerationRequest) -> Decimal | None:
        """What it asks for a run, without what only the server can count."""
        match self.per:
            case None | _Per.RUN:
                return self.price
            case _Per.OUTPUT:
                return self.price * request.samples
            case _Per.CHARACTER:
                return self.price * len(spoken(request.prompt))
            case _Per.TIER:
                width, height = request.values.get("width"), request.values.get("height")
                if not isinstance(width, int) or not isinstance(height, int):
                    return None
                tiers = max(1, -(-width * height // _TIER))
                if self.extra is None:
                    return self.price * tiers
                return self.price + self.extra * (tiers - 1)
            case _:
                return None

    def leaves_open(self, request: GenerationRequest) -> bool:
        """Whether the run may cost more than `amount`, by what the row does not say."""
        return self.per is None or (self.per is _Per.TIER and request.samples > 1)


class PriceList(Struct, frozen=True):
    """What was told of a model's prices.

    Attributes:
        as_of: unix seconds when it was.
    """

    as_of: float
    _rows: tuple[_Row, ...] = ()
    _average: Decimal | None = None

    @classmethod
    def read(cls, tool: Mapping[str, object], as_of: float) -> PriceList:
        """The prices of a model; never raises.

        Args:
            tool: the model as Tool/Detail tells it: JSON values, fractions as text.
            as_of: unix seconds when it was told.
        """
        try:
            rows = _rows(tool.get("dynamicprice"))
            _only_dollars(tool)
        except ValueError:
            return cls(as_of)
        average = None
        if all(row.per is _Per.SECOND for row in rows):  # what the average of all runs was
            average = amount_of(tool.get("approximatelycost"))
        return cls(as_of, rows, average)

    def price(self, request: GenerationRequest) -> Quote | None:
        """What a run costs by the rows; None where they do not tell."""
        asked = {name: _key(value) for name, value in request.values.items()}
        fitting = [(row, fits) for row in self._rows if (fits := row.fits(asked)) is not False]
        sure = [row for row, fits in fitting if fits]
        best = max((len(row.inputs) for row in sure), default=-1)
        chosen = [row for row in sure if len(row.inputs) == best]
        rivals = [row for row, fits in fitting if fits is None and len(row.inputs) > best]
        amounts = [row.amount(request) for row in chosen + rivals or self._rows]
        lowest = _lowest(amounts)
        if lowest is None:
            return None
        open_end = any(row.leaves_open(request) for row in chosen)
        at_least = not chosen or bool(rivals) or open_end or len(set(amounts)) > 1
        return Quote(lowest, at_least, PriceSource.LIST, self.as_of)

    def average(self, request: GenerationRequest) -> Quote | None:
        """What runs of the model cost on average where time is paid; None if that is not told."""
        if not self._average:
            return None
        more = work_of(request.values) > _USUAL_WORK
        return Quote(self._average, more, PriceSource.LIST, self.as_of)


def _lowest(amounts: list[Decimal | None]) -> Decimal | None:
    """The lowest in units of the database; None if any is unknown, nothing, or absurd."""
    known = [amount for amount in amounts if amount is not None and 0 < amount <= LARGEST]
    if not known or len(known) < len(amounts):
        return None
    return from_units(to_units(min(known))) or None


# --- reading -------------------------------------------------------------------------------------


class _UnreadableError(ValueError):
    """Something of a list cannot be read, so nothing of it is believed."""


_decoder = msgspec.json.Decoder(float_hook=str)


def _rows(told: object) -> tuple[_Row, ...]:
    told = _plain(told)
    if isinstance(told, dict):
        told = _rows_of(told)
    if not told:
        return ()
    if not isinstance(told, list) or len(told) > _MOST_ROWS:
        raise _UnreadableError
    rows = tuple(_row(one) for one in told)
    if sum(len(values) for row in rows for values in row.inputs.values()) > _MOST_CONDITIONS:
        raise _UnreadableError
    return rows


def _plain(told: object) -> object:
    """JSON text as what it says; anything else as it is."""
    if not isinstance(told, str):
        return told
    if len(told) > _LONGEST_TEXT:
        raise _UnreadableError
    try:
        return _decoder.decode(told) if told.strip() else None
    except (ValueError, RecursionError):
        raise _UnreadableError from None


def _rows_of(told: dict[str, Any]) -> list[object]:
    """An object is one row, or holds all of them as a list or each under a name."""
    if not told or "price" in told:
        return [told] if told else []
    lists = [value for value in told.values() if isinstance(value, list)]
    if len(lists) == 1:
        return lists[0]
    if all(isinstance(value, dict) for value in told.values()):
        return list(told.values())
    raise _UnreadableError


def _row(told: object) -> _Row:
    if not isinstance(told, dict):
        raise _UnreadableError
    _only_dollars(told)
    method = told.get("priceMethod")
    if method is not None and not isinstance(method, str):
        raise _UnreadableError
    name = "-".join((method or "").casefold().replace("_", " ").replace("-", " ").split())
    extra = told.get("priceExtra")
    return _Row(
        _inputs(_plain(told.get("inputs"))),
        _METHODS.get(name, _Per.UNKNOWN) if name else None,
        _amount(told.get("price")),
        None if extra in {None, ""} else _amount(extra),
    )


def _inputs(told: object) -> dict[str, frozenset[str]]:
    if not told:  # an empty object is an empty array where the server is written in PHP
        return {}
    if not isinstance(told, dict):
        raise _UnreadableError
    return {
        str(name): frozenset(map(_key, value if isinstance(value, list) else [value]))
        for name, value in told.items()
    }


def _key(value: object) -> str:
    """A value to compare by: ``4``, ``"4"`` and ``"4.0"`` are the same."""
    if not isinstance(value, str | int | float):
        raise _UnreadableError
    text = str(value).strip().casefold()
    start = _QUANTITY if text.startswith(_QUANTITY) else ""
    number = text[len(start) :].strip()
    if len(number) <= _LONGEST_NUMBER and _NUMBER.fullmatch(number):
        return f"{start}{Decimal(number).normalize():f}"
    return text


def _amount(told: object) -> Decimal:
    amount = amount_of(told)
    if amount is None:
        raise _UnreadableError
    return amount


def _only_dollars(told: Mapping[str, object]) -> None:
    for name, value in told.items():
        if "currency" in str(name).casefold() and str(value or "").casefold() not in _DOLLARS:
            raise _UnreadableError
