from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt

from cartoonmix_desktop.core.errors import DatabaseDamaged
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.remote import Progress
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.history.paged_model import CACHED_TASKS, PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.modeltest import ModelTester

NOW = 1_763_818_200.0
FIRST = HistoryModel.first


class Heard:
    """What a model tells views."""

    def __init__(self, model: HistoryModel) -> None:
        self.changed: list[tuple[int, int]] = []
        self.inserted: list[tuple[int, int]] = []
        self.removed: list[tuple[int, int]] = []
        self.resets = 0
        model.dataChanged.connect(self._on_changed)
        model.rowsInserted.connect(self._on_inserted)
        model.rowsRemoved.connect(self._on_removed)
        model.modelReset.connect(self._on_reset)

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self.changed.append((first.row(), last.row()))

    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        self.inserted.append((first, last))

    def _on_removed(self, parent: QModelIndex, first: int, last: int) -> None:
        self.removed.append((first, last))

    def _on_reset(self) -> None:
        self.resets += 1


def ids(model: HistoryModel) -> list[int]:
    return [model.id_at(row) for row in range(model.rowCount())]


def text(model: HistoryModel, row: int, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
    return model.data(model.index(row), role)


@pytest.fixture
def new_model(theme, owned) -> Callable[..., HistoryModel]:
    return lambda source: HistoryModel(source, owned.spawn, clock=lambda: NOW)


async def test_rows_come_first_and_tasks_when_asked(new_model, new_task, list_source, owned):
    source = list_source([new_task(i) for i in (1, 2, 3)])
    model = new_model(source)
    assert model.searched is None
    model.reload()
    await owned.settle()
    assert model.searched == Query("")
    assert ids(model) == [3, 2, 1]
    assert source.tasks_asked == []

    heard = Heard(model)
    assert model.task_at(0) is None
    assert text(model, 0) == "…"
    await owned.settle()
    assert heard.changed == [(0, 2)]
    assert source.tasks_asked == [[1, 2, 3]]
    assert [model.task_at(row).id for row in range(3)] == [3, 2, 1]
    assert [model.row_of(i) for i in (3, 2, 1, 99)] == [0, 1, 2, -1]
    assert model.task_at(3) is None
    assert model.task_at(-1) is None


async def test_the_newest_come_first_and_the_rest_moves_nothing(
    new_model, new_task, list_source, owned, until
):
    tasks = [new_task(i, prompt="a fox" if i % 2 else "a cat") for i in range(1, 601)]
    source = list_source(tasks)
    model = new_model(source)
    model.reload()
    await owned.settle()
    heard = Heard(model)
    source.rest = asyncio.Event()
    model.search(Query("fox"))
    await until(lambda: model.searched == Query("fox"))
    assert ids(model) == list(range(599, 599 - 2 * FIRST, -2))
    assert not model.found.whole
    held = QPersistentModelIndex(model.index(model.row_of(599)))
    source.rest.set()
    await owned.settle()
    assert model.found.whole
    assert ids(model) == list(range(599, 0, -2))
    assert heard.resets == 1
    assert heard.inserted == [(FIRST, 299)]
    assert held.row() == 0


async def test_a_letter_typed_later_does_not_wait_for_the_rest(
    new_model, new_task, list_source, owned, until
):
    source = list_source([new_task(i, prompt="a fox") for i in range(1, 301)])
    model = new_model(source)
    model.reload()
    await owned.settle()
    source.rest = asyncio.Event()
    model.search(Query("a"))
    await until(lambda: model.searched == Query("a"))
    model.search(Query("a f"))
    await until(lambda: model.searched == Query("a f"))
    source.rest.set()
    await owned.settle()
    assert model.rowCount() == 300


async def test_words_for_screen_readers(new_model, new_task, list_source, owned):
    task = new_task(1, TaskState.RUNNING, "a fox\nin snow", status="task_output")
    model = new_model(list_source([task]))
    model.reload()
    await owned.settle()
    model.task_at(0)
    await owned.settle()
    assert text(model, 0, Qt.ItemDataRole.AccessibleTextRole) == "a fox – Generating"
    model.progress(1, Progress(60, remaining="3s"))
    assert text(model, 0) == "a fox – Generating 60 % · about 3 s"
    assert text(model, 0, Qt.ItemDataRole.AccessibleTextRole) == text(model, 0)
    assert text(model, 0, Qt.ItemDataRole.AccessibleDescriptionRole)
    assert model.data(QModelIndex()) is None


async def test_progress_and_changes_touch_one_row(new_model, new_task, list_source, owned):
    model = new_model(list_source([new_task(i, TaskState.RUNNING) for i in range(1, 6)]))
    model.reload()
    await owned.settle()
    heard = Heard(model)
    model.progress(4, Progress(10))
    assert heard.changed == [(1, 1)]
    model.change(new_task(4, TaskState.CANCELLED))
    assert heard.changed == [(1, 1), (1, 1)]
    assert text(model, 1) == "prompt 4 – Cancelled – not charged"
    assert model.progress_of(4) is None  # it is over
    model.change(new_task(77))  # not among the rows: a search may hide it
    model.progress(77, Progress(10))
    assert len(heard.changed) == 2


async def test_what_was_told_is_newer_than_what_was_read(
    new_model, new_task, list_source, owned, until
):
    source = list_source([new_task(1, TaskState.RUNNING)])
    source.page_gate = asyncio.Event()
    model = new_model(source)
    model.reload()
    await owned.settle()
    model.task_at(0)
    await until(lambda: source.tasks_asked)
    model.change(new_task(1, TaskState.FAILED))
    source.page_gate.set()
    await owned.settle()
    assert model.task_at(0).state is TaskState.FAILED


async def test_a_new_task_is_one_row_at_the_top(new_model, new_task, list_source, owned):
    source = list_source([new_task(i) for i in range(1, 4)])
    model = new_model(source)
    model.reload()
    await owned.settle()
    heard = Heard(model)
    model.add(new_task(4, TaskState.QUEUED))
    model.add(new_task(4, TaskState.QUEUED))  # told twice
    assert heard.inserted == [(0, 0)]
    assert ids(model) == [4, 3, 2, 1]
    assert [model.row_of(i) for i in (4, 3, 1)] == [0, 1, 3]
    assert text(model, 0) == "prompt 4 – Waiting to be sent"
    assert source.tasks_asked == []  # it is at hand


async def test_a_task_added_while_ids_are_read_stays(
    new_model, new_task, list_source, owned, until
):
    source = list_source([new_task(1)])
    source.gates[""] = asyncio.Event()
    model = new_model(source)
    model.reload()
    await until(lambda: source.searches)
    source.all.append(new_task(2))
    model.add(new_task(2))
    assert ids(model) == [2]
    source.gates[""].set()
    await owned.settle()
    assert ids(model) == [2, 1]


async def test_the_newest_search_wins(new_model, new_task, list_source, owned, until):
    tasks = [new_task(1, prompt="a fox"), new_task(2, prompt="a fog"), new_task(3, prompt="x")]
    source = list_source(tasks)
    source.gates["fo"] = asyncio.Event()
    model = new_model(source)
    model.reload()
    await owned.settle()
    model.search(Query("fo"))
    await until(lambda: source.searches[-1] == "fo")
    model.search(Query("fox"))
    model.search(Query("fog"))
    assert ids(model) == [3, 2, 1]  # until there is an answer
    source.gates["fo"].set()
    await owned.settle()
    assert ids(model) == [2]
    assert model.searched == Query("fog")
    assert "fox" not in source.searches  # nobody waits for it any more
    model.search(Query(""))
    await owned.settle()
    assert ids(model) == [3, 2, 1]


async def test_under_a_search_the_source_says_what_belongs(new_model, new_task, list_source, owned):
    source = list_source([new_task(1, prompt="a fox")])
    model = new_model(source)
    model.search(Query("fox"))
    await owned.settle()
    for task in (new_task(2, prompt="a cat"), new_task(3, prompt="two foxes")):
        source.all.append(task)
        model.add(task)
    await owned.settle()
    assert ids(model) == [3, 1]


async def test_reading_again_moves_no_row_that_stays(new_model, new_task, list_source, owned):
    source = list_source([new_task(i) for i in range(1, 11)])
    model = new_model(source)
    model.reload()
    await owned.settle()
    held = QPersistentModelIndex(model.index(model.row_of(5)))
    heard = Heard(model)
    source.all = [new_task(i) for i in (1, 2, 5, 6, 7, 9, 10, 11, 12)]
    model.reload()
    await owned.settle()
    assert ids(model) == [12, 11, 10, 9, 7, 6, 5, 2, 1]
    assert heard.resets == 0
    assert heard.removed == [(2, 2), (5, 6)]
    assert heard.inserted == [(0, 1)]
    assert model.id_at(held.row()) == 5
    assert [model.row_of(i) for i in (12, 5, 4)] == [0, 6, -1]


async def test_reading_again_puts_rows_in_the_middle(new_model, new_task, list_source, owned):
    source = list_source([new_task(i) for i in (1, 2, 8, 9)])
    model = new_model(source)
    model.reload()
    await owned.settle()
    heard = Heard(model)
    source.all = [new_task(i) for i in range(1, 10)]
    model.reload()
    await owned.settle()
    assert ids(model) == list(range(9, 0, -1))
    assert heard.inserted == [(2, 6)]


async def test_reading_again_shows_tasks_as_they_now_are(new_model, new_task, list_source, owned):
    source = list_source([new_task(1, TaskState.RUNNING)])
    model = new_model(source)
    model.reload()
    await owned.settle()
    model.task_at(0)
    await owned.settle()
    source.all = [new_task(1, TaskState.CANCELLED)]
    model.reload()
    await owned.settle()
    assert model.task_at(0).state is TaskState.RUNNING  # shown until the newer one is here
    await owned.settle()
    assert model.task_at(0).state is TaskState.CANCELLED
    asked = len(source.tasks_asked)
    model.task_at(0)
    await owned.settle()
    assert len(source.tasks_asked) == asked


async def test_many_changes_start_anew(new_model, new_task, list_source, owned):
    source = list_source([new_task(i) for i in range(1, 101)])
    model = new_model(source)
    model.reload()
    await owned.settle()
    heard = Heard(model)
    source.all = [new_task(i) for i in range(1, 101, 2)]
    model.reload()
    await owned.settle()
    assert heard.resets == 1
    assert ids(model) == list(range(99, 0, -2))


async def test_pages_out_of_sight_are_not_fetched(new_model, long_source, owned):
    source = long_source(100_000)
    model = new_model(source)
    model.reload()
    await owned.settle()
    assert model.rowCount() == 100_000
    for row in range(0, 50_000, PAGE):
        model.task_at(row)
    model.show_rows(range(40_000, 40_011))
    await owned.settle()
    assert 1 <= len(source.tasks_asked) <= 4  # those under way, and the one in sight
    assert any(model.id_at(40_000) in asked for asked in source.tasks_asked)


async def test_memory_is_bounded(new_model, long_source, owned):
    source = long_source(3 * CACHED_TASKS)
    model = new_model(source)
    model.reload()
    await owned.settle()
    for row in range(0, 3 * CACHED_TASKS, PAGE):
        model.task_at(row)
        await owned.settle()
    first = len(source.tasks_asked)
    assert model.task_at(3 * CACHED_TASKS - 1) is not None
    assert model.task_at(0) is None  # forgotten, and fetched again
    await owned.settle()
    assert len(source.tasks_asked) == first + 1


async def test_a_failing_read_is_tried_again(new_model, new_task, list_source, theme):
    source = list_source([new_task(1)])
    failures = []

    async def told(work):
        try:
            await work
        except DatabaseDamaged as error:
            failures.append(error)

    started = []
    model = HistoryModel(source, lambda work: started.append(asyncio.ensure_future(told(work))))
    model.reload()
    await asyncio.gather(*started)
    real, source.tasks = source.tasks, None

    async def broken(ids):
        raise DatabaseDamaged("history.sqlite3")

    source.tasks = broken
    model.task_at(0)
    await asyncio.gather(*started)
    assert failures
    source.tasks = real
    assert model.task_at(0) is None
    await asyncio.gather(*started)
    assert model.task_at(0).id == 1


async def test_thumbnails_are_decoded_and_told(new_model, new_task, list_source, drawings, owned):
    task = new_task(1, outputs=drawings.outputs(1, 2))
    model = new_model(list_source([task]))
    model.reload()
    await owned.settle()
    heard = Heard(model)
    size = QSize(27, 56)
    assert model.thumbnail(task, task.outputs[0], size) is None
    await owned.settle()
    assert heard.changed == [(0, 0)]
    image = model.thumbnail(task, task.outputs[0], size)
    assert image.size() == size
    assert image.pixelColor(13, 28).name() == "#c03030"


async def test_a_missing_picture_is_looked_for_again_after_a_change(
    new_model, new_task, list_source, drawings, owned
):
    task = new_task(1, outputs=drawings.outputs(1, 1))
    source = list_source([task])
    model = new_model(source)
    model.reload()
    await owned.settle()
    file = drawings.path(task.outputs[0])
    content = file.read_bytes()
    file.unlink()
    size = QSize(56, 56)
    for _ in range(3):
        assert model.thumbnail(task, task.outputs[0], size) is None
        await owned.settle()
    assert model.is_missing(task.outputs[0])
    assert len(source.thumbnails_asked) == 1
    file.write_bytes(content)
    model.change(task)
    model.thumbnail(task, task.outputs[0], size)
    await owned.settle()
    assert model.thumbnail(task, task.outputs[0], size) is not None
    assert task.outputs[0].state is OutputState.KEPT


async def test_thumbnails_out_of_sight_are_dropped(
    new_model, new_task, list_source, drawings, owned
):
    tasks = [new_task(i, outputs=drawings.outputs(i, 1)) for i in range(1, 41)]
    source = list_source(tasks)
    model = new_model(source)
    model.reload()
    await owned.settle()
    for task in tasks:
        model.thumbnail(task, task.outputs[0], QSize(56, 56))
    model.show_rows(range(2))  # tasks 40 and 39
    await owned.settle()
    assert source.thumbnails_asked == [4000, 3900]


async def test_qt_finds_no_fault(
    new_model, new_task, list_source, owned, qtmodeltester: ModelTester
):
    source = list_source([new_task(i) for i in range(1, 6)])
    model = new_model(source)
    qtmodeltester.check(model)
    model.reload()
    await owned.settle()
    qtmodeltester.check(model)
    model.add(new_task(6))
    source.all = [new_task(i) for i in (1, 3, 7)]
    model.reload()
    await owned.settle()
    qtmodeltester.check(model)
