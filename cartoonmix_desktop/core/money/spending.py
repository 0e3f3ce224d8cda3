"""What was spent: sums of estimates and charges, by what they are grouped."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from operator import sub
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import astuple

from cartoonmix_desktop.core.money.amounts import from_units

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What begins a formula where a spreadsheet reads a text."""

DELETED = "deleted"
"""The key of what was deleted by a version that kept neither tags nor model."""


class Grouping(StrEnum):
    """What a row of Spending stands for."""

    DAY = "day"
    MONTH = "month"
    TAG = "tag"
    COLLECTION = "collection"
    MODEL = "model"


class Span(Struct, frozen=True):
    """Local days, both ends among them; None is no bound."""

    first: date | None = None
    last: date | None = None


class Sums(Struct, frozen=True, array_like=True):
    """What some tasks came to. Amounts are units of 10⁻¹² USD, so that they add up exactly.

    Attributes:
        tasks: how many.
        pictures: how many they made.
        priced: tasks with an estimate.
        estimate: what was told before they were sent.
        charge: as far as charges are known.
        unknown: tasks whose charge is not known.
        compared: tasks with both.
        beyond: charged beyond the estimate, of those.
    """

    tasks: int = 0
    pictures: int = 0
    priced: int = 0
    estimate: int = 0
    charge: int = 0
    unknown: int = 0
    compared: int = 0
    beyond: int = 0

    def without(self, others: Sums) -> Sums:
        """Of those that are not among others."""
        return Sums(*map(sub, astuple(self), astuple(others)))

    @property
    def estimated(self) -> Decimal | None:
        """USD; None where nothing was told."""
        return from_units(self.estimate) if self.priced else None

    @property
    def charged(self) -> Decimal:
        """USD."""
        return from_units(self.charge)

    @property
    def difference(self) -> Decimal | None:
        """USD charged beyond the estimate; None where none can be compared."""
        return from_units(self.beyond) if self.compared else None


class Row(Struct, frozen=True):
    """One of the groups.

    Attributes:
        key: ``2026-12-01``, ``2026-12`` or a name; empty for what has none; `DELETED`.
        sums: of its tasks.
        deleted: it stands for what was deleted by a version that kept neither tags nor model.
    """

    key: str
    sums: Sums
    deleted: bool = False


class Report(Struct, frozen=True):
    """All groups; a task with two tags stands in both, and once in the total.

    Attributes:
        by: what the rows stand for.
        rows: days and months in their order, others by their names.
        total: of all tasks.
        days: the days on which something was made, in their order.
    """

    by: Grouping
    rows: tuple[Row, ...]
    total: Sums
    days: tuple[Row, ...]


def added(several: Iterable[Sums]) -> Sums:
    """All together."""
    return Sums(*map(sum, zip(*map(astuple, several), strict=True)))


def record(sums: Sums) -> dict[str, Any]:
    """Sums for scripts: exact amounts as decimal texts."""
    return {
        "tasks": sums.tasks,
        "pictures": sums.pictures,
        "estimated": None if sums.estimated is None else f"{sums.estimated:f}",
        "charged": f"{sums.charged:f}",
        "unknown": sums.unknown,
    }


def csv_of(rows: Iterable[Row]) -> str:
    """Rows for spreadsheets: exact amounts with a point; no name that would be a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("key", *record(Sums())))
    for row in rows:
        key = f"'{row.key}" if row.key.startswith(_OF_FORMULAS) else row.key
        writer.writerow((key, *record(row.sums).values()))
    return text.getvalue()
