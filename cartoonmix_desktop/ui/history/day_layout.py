"""What list and grid know of where things stand: items in days, free of Qt."""

from __future__ import annotations

from typing import Protocol

HEADING = 36
"""Height of a day's heading, in device-independent pixels."""


class DayLayout(Protocol):
    """Where items stand, counted as they are seen, in pixels from the top of all."""

    def __len__(self) -> int:
        """How many items there are."""

    @property
    def height(self) -> int:
        """Of all items and headings."""

    def top(self, row: int, /) -> int:
        """Upper edge of an item."""

    def heading_of(self, row: int, /) -> int:
        """Upper edge of the heading right above an item; without one, of the item."""

    def rows(self, top: int, bottom: int) -> range:
        """The items that show something between two edges."""
