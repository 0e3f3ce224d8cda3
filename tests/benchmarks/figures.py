"""Tables that the benchmarks and proofs end with."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def percentile(samples: Sequence[float], percent: int) -> float:
    """The value that ``percent`` of a hundred samples do not exceed."""
    if len(samples) == 1:
        return samples[0]
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


@dataclass
class Table:
    """Rows of text under headings, first and last column set to the left; prints nothing if empty.

    Attributes:
        title: above all.
        headings: one a column.
    """

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """Add a row."""
        self.rows.append(tuple(str(cell) for cell in cells))

    def lines(self) -> Iterable[str]:
        """The table as text."""
        if not self.rows:
            return
        every = [self.headings, *self.rows]
        widths = [max(_width(row[column]) for row in every) for column in range(len(self.headings))]
        yield self.title
        for number, row in enumerate(every):
            cells = [
                cell + room if column in {0, len(self.headings) - 1} else room + cell
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
                for room in (" " * (width - _width(cell)),)
            ]
            yield "  ".join(cells).rstrip()
            if number == 0:
                yield "  ".join("─" * width for width in widths)


class Figures(Table):
    """Each measured figure beside its floor, measured in the same run."""

    def __init__(self) -> None:
        super().__init__(
            "Figures, each beside its floor in the same run (medians unless named otherwise)",
            ("figure", "measured", "floor", "ratio", "wanted", "what the floor is"),
        )

    def compare(
        self,
        name: str,
        measured: float,
        floor: float,
        unit: str = "ms",
        *,
        wanted: str = "",
        against: str = "",
    ) -> None:
        """Add one figure.

        Args:
            name: of the figure.
            measured: in ``unit``.
            floor: in ``unit``.
            unit: of both.
            wanted: the bound that the program is held against.
            against: what the floor is.
        """
        ratio = f"{measured / floor:.2f}" if floor else "–"
        self.add(name, f"{measured:.4g} {unit}", f"{floor:.4g} {unit}", ratio, wanted, against)

    def compare_times(
        self, name: str, measured: Sequence[float], floor: Sequence[float], **words: str
    ) -> None:
        """Add the medians of two series of seconds, in milliseconds."""
        self.compare(name, 1000 * median(measured), 1000 * median(floor), **words)


def _width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)
