"""The arithmetic of list and grid against a layout that places one item after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.ui.history.day_layout import HEADING, DayLayout, Form
from cartoonmix_desktop.ui.history.grid.geometry import GAP, MARGIN, cells_in

ROWS = st.builds(Form, st.integers(40, 900), st.just(72))
CELLS = st.builds(cells_in, st.integers(40, 900), st.integers(20, 320))

layouts = st.builds(
    lambda counts, form, headings: (
        counts if headings else [sum(counts)] * bool(counts),
        form,
        headings,
    ),
    st.lists(st.integers(1, 30), max_size=8),
    ROWS | CELLS,
    st.booleans(),
)


def naive(
    counts: list[int], form: Form, *, headings: bool
) -> tuple[list[tuple[int, int]], list[int], int]:
    """Left and top of each item, top of each heading, and the whole height."""
    places, tops, y = [], [], 0
    for count in counts:
        if headings:
            tops.append(y)
        y += HEADING if headings else form.lead
        for number in range(count):
            if number and number % form.columns == 0:
                y += form.height + form.gap
            places.append((form.margin + number % form.columns * (form.width + form.gap), y))
        y += form.height + form.gap
    return places, tops, y


@given(layouts)
def test_items_stand_where_one_after_the_other_comes(layout):
    counts, form, headings = layout
    laid = DayLayout(counts, form, headings=headings)
    places, tops, height = naive(counts, form, headings=headings)
    assert len(laid) == len(places)
    assert laid.height == height
    assert [(laid.left(i), laid.top(i)) for i in range(len(laid))] == places
    assert laid.headings(0, height + 1) == [(top, day) for day, top in enumerate(tops)]
    for i, (_, top) in enumerate(places):
        row = [k for k, (_, other) in enumerate(places) if other == top]
        assert list(laid.row_of(i)) == row
        heading = max((t for t in tops if t < top), default=None)
        first_row = heading is not None and top == heading + HEADING
        if headings:
            assert laid.heading_of(i) == (heading if first_row else top)


@given(
    layouts, st.integers(-50, 2000), st.integers(0, 900), st.integers(0, 700), st.integers(0, 900)
)
def test_what_is_seen_hit_and_touched(layout, y, x, tall, wide):
    counts, form, headings = layout
    laid = DayLayout(counts, form, headings=headings)
    places, tops, _ = naive(counts, form, headings=headings)
    width, height = form.width, form.height

    def touching(left: int, top: int, right: int, bottom: int) -> list[int]:
        return [
            i
            for i, (a, b) in enumerate(places)
            if a <= right and a + width > left and b <= bottom and b + height > top
        ]

    hit = [i for i, (a, b) in enumerate(places) if a <= x < a + width and b <= y < b + height]
    assert laid.item_at(x, y) == (hit[0] if hit else -1)
    seen = [i for i, (_, b) in enumerate(places) if b < y + tall and b + height > y]
    assert list(laid.seen(y, y + tall)) == (seen if tall else []) or not tall
    below = [i for i, (_, b) in enumerate(places) if b + height > y]
    assert laid.first_below(y) == (below[0] if below else len(places))
    runs = laid.touched(x, y, x + wide, y + tall)
    assert [i for run in runs for i in run] == touching(x, y, x + wide, y + tall)
    shown = [(top, day) for day, top in enumerate(tops) if top < y + tall and top + HEADING > y]
    assert not tall or laid.headings(y, y + tall) == shown


@given(layouts, st.data())
def test_keys_lead_to_the_row_above_and_below(layout, data):
    counts, form, headings = layout
    laid = DayLayout(counts, form, headings=headings)
    if not len(laid):
        return
    cell = data.draw(st.integers(0, len(laid) - 1))
    rows = data.draw(st.integers(1, 4))
    tops = sorted({laid.top(i) for i in range(len(laid))})
    mine = tops.index(laid.top(cell))
    for found, number in (
        (laid.moved(cell, -rows), max(0, mine - rows)),
        (laid.moved(cell, rows), min(len(tops) - 1, mine + rows)),
    ):
        assert laid.top(found) == tops[number]
        row = laid.row_of(found)
        assert laid.column(found) <= laid.column(cell)
        assert laid.column(found) == laid.column(cell) or found == row[-1] or rows > 1


@given(st.integers(64, 320), st.integers(300, 2000))
def test_cells_are_about_as_large_as_wanted_and_fill_the_width(wanted, width):
    form = cells_in(width, wanted)
    assert 0.6 * wanted <= form.width == form.height <= 1.5 * (wanted + GAP)
    used = 2 * MARGIN + form.columns * (form.width + GAP) - GAP
    assert width - form.columns < used <= width


def test_a_window_shows_what_touches_it():
    laid = DayLayout([2, 1], Form(300, 72))
    assert list(laid.seen(0, HEADING)) == []
    assert list(laid.seen(0, HEADING + 1)) == [0]
    assert list(laid.seen(HEADING + 71, HEADING + 73)) == [0, 1]
    second = HEADING + 2 * 72
    assert laid.top(2) == second + HEADING
    assert laid.headings(second + HEADING - 1, second + HEADING) == [(second, 1)]
    assert laid.headings(second + HEADING, second + 200) == []
    assert list(laid.seen(0, 10**9)) == [0, 1, 2]


def test_nothing_at_all():
    laid = DayLayout((), Form(300, 72))
    assert laid.height == len(laid) == 0
    assert laid.item_at(0, 0) == -1
    assert list(laid.seen(0, 100)) == []
    assert laid.headings(0, 100) == []
