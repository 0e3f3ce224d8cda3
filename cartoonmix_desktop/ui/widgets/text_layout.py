"""Words in the room that a painted row has.

To measure words takes most of painting them, and the same are painted again and again: what was
measured is remembered.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from PySide6.QtGui import QFontMetrics

from cartoonmix_desktop.ui.widgets.text import elided
from cartoonmix_desktop.ui.widgets.theme import font

SMALL, PLAIN = 11, 13
"""Sizes of type, as `font` takes them; figures are tabular in the small one."""


def broken_in_two(text: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """``text`` on two lines of ``width`` pixels; the second may be empty, or too long.

    Broken between two facts if both lines hold them, else between two words.
    """
    if metrics.horizontalAdvance(text) <= width:
        return text, ""
    for separator in (" · ", " "):
        parts = text.split(separator)
        count = bisect_right(
            range(1, len(parts)),
            width,
            key=lambda count: metrics.horizontalAdvance(separator.join(parts[:count])),
        )
        first, rest = separator.join(parts[:count]), separator.join(parts[count:])
        if first and (separator == " " or metrics.horizontalAdvance(rest) <= width):
            return first, rest
    return text, ""


@lru_cache(1024)
def wide(text: str) -> int:
    """How wide small words are."""
    return QFontMetrics(font(11, tabular=True)).horizontalAdvance(text)


@lru_cache(1024)
def fitted(text: str, width: int, second: int, size: int) -> tuple[str, str]:
    """``text`` on two lines of these widths, as far as it fits; one if the second is 0 wide."""
    metrics = QFontMetrics(font(size, tabular=size == SMALL))
    first, rest = broken_in_two(text, metrics, width) if second else (text, "")
    return elided(first, metrics, width), elided(rest, metrics, second) if rest else ""
