"""How fast the grid answers with 400,000 pictures, beside what is possible at all."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from statistics import median
from typing import Any

import apsw
import pytest

from tests.benchmarks.conftest import TASKS
from tests.benchmarks.figures import Bound, percentile

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

_ALL = "SELECT id, task_id FROM output ORDER BY task_id DESC, position"


def raw_read(path: str) -> float:
    """Seconds to read the ids of all pictures."""
    with closing(apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        began = time.perf_counter()
        assert len(connection.execute(_ALL).fetchall()) == 4 * TASKS
        return time.perf_counter() - began


def test_the_grid_of_all_pictures(scripts: Any, large: Any, figures: Any) -> None:
    told = scripts.run("gallery_tour.py", CARTOONMIX_HOME=str(large.data.parent))
    bare = scripts.run("bare_window.py", "scroll")
    assert told["pictures"] == 4 * TASKS
    for place, (name, most) in enumerate((("placeholders", 16), ("thumbnails", 150))):
        figures.compare_times(
            f"grid of 400,000, jump to anywhere: {name}",
            [stages[place] for stages in told["jumps"]],
            bare["jumps"],
            bound=Bound(most=most),
            against="a bare list of 100,000 lines",
        )
    for kind, gaps in (("steady", told["gaps"]), ("a fling", told["fling_gaps"])):
        for name, of, most in (
            ("p50", median, None),
            ("p99", partial(percentile, percent=99), 33),
            ("worst", max, 100),
        ):
            figures.compare(
                f"grid of 400,000, gap while scrolling, {kind}, {name}",
                1000 * of(gaps),
                1000 * of(bare["gaps"]),
                bound=Bound(most=most),
                against="a bare list of 100,000 lines",
            )
    figures.compare(
        "grid of 400,000, pictures of a new task on top",
        1000 * median(told["inserts"]),
        0.0,
        bound=Bound(most=5),
        against="nothing",
    )
    path = str(large.data / "history.sqlite3")
    raw = [raw_read(path) for _ in range(3)]
    figures.compare_times(
        "grid of 400,000, all ids read", [told["reads"][0][1]], raw, against="rows by raw SQL"
    )
    figures.compare_times(
        "grid of 400,000, first 512 ids read", [told["reads"][0][0]], raw, against="all, raw"
    )
    figures.compare(
        "resident memory after scrolling through the grid",
        told["resident"],
        bare["resident"],
        "MB",
        bound=Bound(above=150),
        against="a bare window",
    )
    chosen = told["selection"]
    figures.compare_times(
        "400,000 selected", [chosen["selected"]], raw, against="their ids by raw SQL"
    )
    figures.compare_times(
        "400,000 marked at once", [chosen["marked"]], raw, against="their ids by raw SQL"
    )
    figures.compare_times(
        "400,000 unmarked by undo", [chosen["undone"]], raw, against="their ids by raw SQL"
    )
    figures.compare(
        "window held up while 400,000 are marked and unmarked, worst",
        1000 * max(chosen["gaps"]),
        1000 * max(bare["gaps"]),
        bound=Bound(most=100),
        against="a bare list, scrolling",
    )


def test_the_next_picture(scripts: Any, figures: Any) -> None:
    told = scripts.run("pictures_tour.py")
    figures.compare(
        "next picture of 2048², decoded ahead, p95",
        1000 * percentile(told["ahead"], 95),
        1000 * median(told["decoded"]),
        bound=Bound(most=16),
        against="its bare decode",
    )
    figures.compare_times(
        "next picture of 2048², not decoded ahead",
        told["later"],
        told["decoded"],
        bound=Bound(times=1.2),
        against="its bare decode",
    )
    figures.compare_times(
        "a frame of panning in 4096²",
        told["panned"],
        told["drawn"],
        bound=Bound(most=1.5),
        against="a bare draw of as many pixels",
    )
    figures.compare_times(
        "a frame of zooming in 4096²",
        told["zoomed"],
        told["drawn"],
        against="a bare draw of as many pixels",
    )
