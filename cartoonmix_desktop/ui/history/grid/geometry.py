"""How large the cells of the grid are, free of Qt."""

from __future__ import annotations

from cartoonmix_desktop.ui.history.day_layout import Form

SMALLEST, USUAL, LARGEST = 64, 160, 320
"""Edges of a cell in device-independent pixels, about."""

MARGIN = 12
"""Left and right of the grid, in device-independent pixels."""

GAP = 6
"""Between two cells."""


def cells_in(width: int, wanted: int) -> Form:
    """Square cells that fill a width, each a little more or less than wanted."""
    room = max(1, width - 2 * MARGIN) + GAP
    columns = max(1, round(room / (wanted + GAP)))
    edge = max(1, room // columns - GAP)
    return Form(edge, edge, columns, GAP, MARGIN, lead=2 * GAP)
