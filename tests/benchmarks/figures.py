"""Tables that the benchmarks and proofs end with."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True)
class Bound:
    """What a figure must keep; what is None is not asked.

    Attributes:
        most: in the figure's unit.
        times: at most so many times the floor.
        above: at most so much more than the floor.
        share: at least this share of the floor, for figures of which more is better.
    """

    most: float | None = None
    times: float | None = None
    above: float | None = None
    share: float | None = None

    def words(self, unit: str) -> str:
        """For the table."""
        parts = (
            (self.most, f"≤ {self.most:g} {unit}" if self.most is not None else ""),
            (self.times, f"≤ {self.times} ×"),
            (self.above, f"≤ floor + {self.above} {unit}"),
            (self.share, f"≥ {self.share} ×"),
        )
        return ", ".join(words for value, words in parts if value is not None)

    def holds(self, measured: float, floor: float) -> bool:
        """Whether a figure keeps all of it."""
        return (
            (self.most is None or measured <= self.most)
            and (self.times is None or measured <= self.times * floor)
            and (self.above is None or measured <= floor + self.above)
            and (self.share is None or measured >= self.share * floor)
        )


class Figures(Table):
    """Each measured figure beside its floor, measured in the same run."""

    def __init__(self) -> None:
        super().__init__(
            "Figures, each beside its floor in the same run (medians unless named otherwise)",
            ("figure", "measured", "floor", "ratio", "wanted", "what the floor is"),
        )

        self.broken: list[str] = []

    def compare(
        self,
        name: str,
        measured: float,
        floor: float,
        unit: str = "ms",
        *,
        bound: Bound | None = None,
        against: str = "",
    ) -> None:
        """Add one figure; one beyond its bound is noted in `broken`.

        Args:
            name: of the figure.
            measured: in ``unit``.
            floor: in ``unit``.
            unit: of both.
            bound: what the program is held against.
            against: what the floor is.
        """
        ratio = f"{measured / floor:.2f}" if floor else "–"
        wanted = bound.words(unit) if bound else ""
        if bound and not bound.holds(measured, floor):
            self.broken.append(f"{name}: {measured:.4g} {unit}, wanted {wanted}")
            wanted += "  ✗"
        self.add(name, f"{measured:.4g} {unit}", f"{floor:.4g} {unit}", ratio, wanted, against)

    def compare_times(
        self, name: str, measured: Sequence[float], floor: Sequence[float], **words: Any
    ) -> None:
        """Add the medians of two series of seconds, in milliseconds."""
        self.compare(name, 1000 * median(measured), 1000 * median(floor), **words)


def _width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)
