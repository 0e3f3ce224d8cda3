"""The arithmetic of the grid against a layout that places one cell after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.ui.history.day_layout import HEADING
from cartoonmix_desktop.ui.history.grid.geometry import GAP, MARGIN, Cells

layouts = st.builds(
    lambda counts, width, wanted, headings: (
        counts if headings else [sum(counts)] * bool(counts),
        width,
        wanted,
        headings,
    ),
    st.lists(st.integers(1, 30), max_size=8),
    st.integers(40, 900),
    st.integers(20, 320),
    st.booleans(),
)


def naive(
    counts: list[int], cells: Cells, *, headings: bool
) -> tuple[list[tuple[int, int]], list[int], int]:
    """Left and top of each cell, top of each heading, and the whole height."""
    places, tops, y = [], [], 0
    for count in counts:
        if headings:
            tops.append(y)
        y += HEADING if headings else 2 * GAP
        for number in range(count):
            if number and number % cells.columns == 0:
                y += cells.pitch
            places.append((MARGIN + number % cells.columns * cells.pitch, y))
        y += cells.pitch
    return places, tops, y


@given(layouts)
def test_cells_stand_where_one_after_the_other_comes(layout):
    counts, width, wanted, headings = layout
    cells = Cells(counts, width, wanted, headings=headings)
    places, tops, height = naive(counts, cells, headings=headings)
    assert len(cells) == len(places)
    assert cells.height == height
    assert [(cells.left(i), cells.top(i)) for i in range(len(cells))] == places
    assert cells.headings(0, height + 1) == [(top, day) for day, top in enumerate(tops)]
    for i, (_, top) in enumerate(places):
        row = [k for k, (_, other) in enumerate(places) if other == top]
        assert list(cells.row_of(i)) == row
        heading = max((t for t in tops if t < top), default=None)
        first_row = heading is not None and top == heading + HEADING
        if headings:
            assert cells.heading_of(i) == (heading if first_row else top)


@given(
    layouts, st.integers(-50, 2000), st.integers(0, 900), st.integers(0, 700), st.integers(0, 900)
)
def test_what_is_seen_hit_and_touched(layout, y, x, tall, wide):
    counts, width, wanted, headings = layout
    cells = Cells(counts, width, wanted, headings=headings)
    places, tops, _ = naive(counts, cells, headings=headings)
    edge = cells.edge

    def touching(left: int, top: int, right: int, bottom: int) -> list[int]:
        return [
            i
            for i, (a, b) in enumerate(places)
            if a <= right and a + edge > left and b <= bottom and b + edge > top
        ]

    hit = [i for i, (a, b) in enumerate(places) if a <= x < a + edge and b <= y < b + edge]
    assert cells.cell_at(x, y) == (hit[0] if hit else -1)
    seen = [i for i, (_, b) in enumerate(places) if b < y + tall and b + edge > y]
    assert list(cells.rows(y, y + tall)) == (seen if tall else []) or not tall
    below = [i for i, (_, b) in enumerate(places) if b + edge > y]
    assert cells.first_below(y) == (below[0] if below else len(places))
    runs = cells.cells_in(x, y, x + wide, y + tall)
    assert [i for run in runs for i in run] == touching(x, y, x + wide, y + tall)
    shown = [(top, day) for day, top in enumerate(tops) if top < y + tall and top + HEADING > y]
    assert not tall or cells.headings(y, y + tall) == shown


@given(layouts, st.data())
def test_keys_lead_to_the_row_above_and_below(layout, data):
    counts, width, wanted, headings = layout
    cells = Cells(counts, width, wanted, headings=headings)
    if not len(cells):
        return
    cell = data.draw(st.integers(0, len(cells) - 1))
    rows = data.draw(st.integers(1, 4))
    tops = sorted({cells.top(i) for i in range(len(cells))})
    mine = tops.index(cells.top(cell))
    for found, number in (
        (cells.up(cell, rows), max(0, mine - rows)),
        (cells.down(cell, rows), min(len(tops) - 1, mine + rows)),
    ):
        assert cells.top(found) == tops[number]
        row = cells.row_of(found)
        assert cells.column(found) <= cells.column(cell)
        assert cells.column(found) == cells.column(cell) or found == row[-1] or rows > 1


@given(st.integers(64, 320), st.integers(300, 2000))
def test_cells_are_about_as_large_as_wanted_and_fill_the_width(wanted, width):
    cells = Cells([1000], width, wanted)
    assert 0.6 * wanted <= cells.edge <= 1.5 * (wanted + GAP)
    used = 2 * MARGIN + cells.columns * cells.pitch - GAP
    assert width - cells.columns < used <= width
