"""Places in a text as Qt counts them."""

from __future__ import annotations

import re
from bisect import bisect_left

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Places:
    """Makes UTF-16 code units of code points, and the other way, for one text."""

    def __init__(self, text: str) -> None:
        """Find what is two units."""
        self._points = [] if text.isascii() else [found.start() for found in _ASTRAL.finditer(text)]
        self._units = [place + number for number, place in enumerate(self._points)]

    def units(self, at: int) -> int:
        """The index in UTF-16 code units."""
        return at + bisect_left(self._points, at)

    def points(self, units: int) -> int:
        """The index in code points; of one inside a character, that of the character."""
        return units - bisect_left(self._units, units)
