"""How the largest histories behave: a million tasks with four pictures each, beside a tenth of it.

Built as an older version left it, then renewed by this one: so both forms stand in one table.
``TASKS`` in the environment asks for another number.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import apsw
import pytest

from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.storage.history.backups import copy_history
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.marks import PictureChange
from tests.benchmarks.big_library import SAMPLES, build
from tests.benchmarks.conftest import repeat
from tests.benchmarks.figures import Bound, percentile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cartoonmix_desktop.storage.locations import Locations

pytestmark = [pytest.mark.million, pytest.mark.timeout(3600)]

TASKS = int(os.environ.get("TASKS") or 1_000_000)
_TURN = 50  # milliseconds
_ORDERS = {
    "cost": "cost DESC",
    "seed": "CAST(seed AS REAL)",
    "size": "width * height DESC",
    "rating": "(SELECT max(rating) FROM output WHERE task_id = task.id AND rating > 0"
    " AND trashed_at IS NULL) DESC",
    "prompt": "prompt",
}


@pytest.fixture(scope="module")
def tenth(tmp_path_factory: pytest.TempPathFactory) -> Locations:
    """A home with a tenth of the tasks."""
    return build(tmp_path_factory.mktemp("tenth") / "cartoonmix", TASKS // 10)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Locations:
    """A home with all of them, as an older version left it until the first test."""
    return build(tmp_path_factory.mktemp("whole") / "cartoonmix", TASKS, old=True)


def history_of(locations: Locations) -> Path:
    return locations.data / "history.sqlite3"


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare_copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())


def test_the_stored_form(whole: Locations, tmp_path: Path, figures: Any) -> None:
    path = history_of(whole)
    before = path.stat().st_size
    copied = timed(lambda: bare_copy(path, tmp_path / "old"))
    (tmp_path / "old").unlink()
    shares: list[float] = []
    renewed = timed(lambda: Ledger(path, shares.append).close())
    assert shares == sorted(shares)
    figures.compare("history of before renewed", renewed, copied, "s", against="it copied, synced")
    figures.compare(
        "bytes of a task with four pictures, marks and words",
        path.stat().st_size / TASKS,
        before / TASKS,
        "B",
        bound=Bound(times=0.75),
        against="the form of before",
    )
    taken, bare = repeat(
        2,
        lambda: timed(lambda: copy_history(path, tmp_path / "copy")),
        lambda: timed(lambda: bare_copy(path, tmp_path / "bare")),
    )
    figures.compare(
        "verified backup",
        min(taken),
        min(bare),
        "s",
        bound=Bound(times=2),
        against="the file copied, synced",
    )


def test_marking_all_and_the_way_back(whole: Locations, figures: Any) -> None:
    ledger = Ledger(history_of(whole))
    everything = Target(tasks=ledger.ids().ids)
    done = ledger.marks.mark(everything, PictureMark.REJECTED, 1)
    assert isinstance(done.changes, PictureChange)
    assert done.count > TASKS * SAMPLES / 2
    size = sum(ids.itemsize * len(ids) for _, ids in done.changes.parts)
    figures.compare(
        "kept for undoing, a picture",
        size / done.count,
        8,
        "B",
        bound=Bound(most=16),
        against="its id",
    )
    back = ledger.marks.take_back(done.changes)
    assert back.count == done.count
    ledger.close()


def test_orders_need_no_index(whole: Locations, figures: Any) -> None:
    with closing(apsw.Connection(str(history_of(whole)))) as connection:
        for name, order in _ORDERS.items():
            sql = f"SELECT id FROM task WHERE trashed_at IS NULL ORDER BY {order} LIMIT 100"
            taken = timed(lambda sql=sql: connection.execute(sql).fetchall())
            floor = timed(
                lambda: connection.execute("SELECT count(created_at) FROM task").fetchall()
            )
            figures.compare(
                f"first hundred by {name}, without an index for it",
                1000 * taken,
                1000 * floor,
                against="all tasks counted",
            )


def test_the_window(scripts: Any, tenth: Locations, whole: Locations, figures: Any) -> None:
    few, many = (
        scripts.run("window_tour.py", "turns", timeout=900, CARTOONMIX_HOME=str(home.data.parent))
        for home in (tenth, whole)
    )
    bare = scripts.run("bare_window.py", "scroll")
    queries = many["searches"].keys() & few["searches"].keys()
    assert queries
    figures.compare(
        f"keystroke to repainted results, {TASKS:,} tasks, p95",
        1000 * percentile([many["searches"][query] for query in queries], 95),
        1000 * percentile([few["searches"][query] for query in queries], 95),
        bound=Bound(times=1.3),
        against=f"the same with {TASKS // 10:,}",
    )
    for name, longest in many["turns"].items():
        figures.compare(
            f"longest turn of the window's thread, {name}",
            1000 * longest,
            1000 * few["turns"][name],
            bound=Bound(most=_TURN),
            against=f"the same with {TASKS // 10:,}",
        )
    figures.compare(
        "resident memory after all of this",
        many["resident"],
        bare["resident"],
        "MB",
        bound=Bound(above=250),
        against="a bare window",
    )
