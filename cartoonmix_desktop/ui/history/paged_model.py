"""What a search finds, row by row: ids first, tasks and thumbnails when they come into sight.

Nothing here waits for the disk: what is not at hand yet is None, and a ``dataChanged`` follows.
What is found is kept the last row first, so that a new task at the top is an append.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from cartoonmix_desktop.core.search.query import EVERYTHING, Order
from cartoonmix_desktop.core.search.result_set import Item, common

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from pathlib import Path

    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage

    from cartoonmix_desktop.core.search.gallery import Gallery
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.search.result_set import ResultSet
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn, Thumbnails

F = TypeVar("F")

PAGE = 64
"""Rows whose tasks are fetched at once; of more rows where several are of one task."""

CACHED_TASKS = 512
"""Tasks that are kept in memory, or twice what is in sight if that is more."""

_READERS = 2  # pages under way at once
_USUAL = 16  # rows that are in sight, as long as nothing is known
_AHEAD = 0.05  # seconds that an answer waits for its tasks
_SIGHT = 0.3  # seconds that the rest of an answer waits for what is in sight of it
_MOST_RUNS = 16  # runs of rows that come or go one by one; beyond, the view starts anew
_MOST_COMPARED = 100_000  # rows that are looked through for such runs
_NOWHERE = QModelIndex()


class HistorySource(Protocol):
    """Where the history comes from; implemented by the services."""

    async def ids(self, query: Query, most: int = 0) -> ResultSet:
        """All tasks that match, or the newest of them; ends at once when cancelled."""

    async def tasks(self, ids: Sequence[int]) -> list[Task]:
        """The tasks with these ids; absent ones are left out."""

    async def thumbnails(self, outputs: Sequence[Output]) -> list[bytes | None]:
        """An encoded small copy of each picture; None where its file is missing."""

    async def gallery(self, query: Query, most: int = 0) -> Gallery:
        """As `ids`, the pictures that match."""

    async def originals(self, outputs: Sequence[Output]) -> list[bytes | None]:
        """The bytes of each picture; None where its file is missing."""

    async def absent(self, outputs: Sequence[Output]) -> frozenset[int]:
        """The ids of those whose file is missing."""

    async def files(self, pictures: Sequence[int]) -> list[Path]:
        """The files of these that are there, in their order."""


class PagedModel(QAbstractListModel):
    """The rows that answer a search; who inherits says what stands in them.

    One question is asked at a time: an old one would only hold up the newest's answer.

    Attributes:
        leads_to_top: whether the first rows are in sight when a search is cleared, so that they
            are asked for before the rest; who shows the rows knows it.
    """

    read = Signal()
    """The ids were read: for the first time, again, or for another search."""

    first = 2 * PAGE
    """Rows that are asked for first, as more than most screens show: the rest follows."""
    edge = 0
    """Of a large thumbnail, in device pixels, to keep as many as are in sight."""

    _thumbnails: Thumbnails
    """Of what is in sight; who inherits says what they are made of."""
    _awake = True
    """Whether somebody looks; else nothing is asked."""

    def __init__(
        self, source: HistorySource, spawn: Spawn, found: ResultSet, parent: QObject | None = None
    ) -> None:
        """Set up an empty model; `reload` fills it.

        Args:
            source: the history.
            spawn: starts a coroutine in an owned task set.
            found: nothing, of the kind that will be found.
            parent: its owner.
        """
        super().__init__(parent)
        self.source, self.spawn = source, spawn
        self.leads_to_top: Callable[[], bool] = lambda: False
        self._found = found
        self._edition = 0  # tasks of an older one are shown, and read again
        self._tasks: OrderedDict[int, tuple[Task | None, int]] = OrderedDict()
        self._under_way: set[int] = set()  # ids of tasks
        self._pages: dict[int, None] = {}  # to be fetched, the newest wish last
        self._page_readers = 0
        self._in_sight = _USUAL  # rows
        self._search = EVERYTHING
        self._answered: Query | None = None  # the search that the rows are the answer to
        self._asked = 0
        self._reading = False
        self._question: asyncio.Future[Any] | None = None
        self._rest = asyncio.Event()

    # --- what who inherits says ------------------------------------------------------------------

    async def ask_for(self, query: Query, most: int) -> ResultSet:
        """All rows that match, or the first of them; ends at once when cancelled."""
        raise NotImplementedError

    def row_words(self, row: int) -> str:
        """What a row says, for people and their tools."""
        raise NotImplementedError

    async def tasks_of(self, ids: Sequence[int]) -> list[Task]:
        """The tasks with these ids; absent ones are left out."""
        return await self.source.tasks(ids)

    # --- what there is ---------------------------------------------------------------------------

    @property
    def found(self) -> ResultSet:
        """All rows, in packed arrays, **the last row first**; to be read alone."""
        return self._found

    @property
    def whole(self) -> bool:
        """Whether all that match are among the rows; else more follow in a moment."""
        return self._found.whole

    @property
    def searched(self) -> Query | None:
        """The search that the rows answer; empty for everything, None before the first answer."""
        return self._answered

    @property
    def reading(self) -> bool:
        """Whether other rows may be on their way."""
        return self._reading or self._answered is None

    @property
    def by_day(self) -> bool:
        """Whether the rows stand in order of time, and not the best first."""
        return not self._answered or self._answered.order is Order.NEWEST

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many match the search."""
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Words for people and their tools; views paint from the tasks."""
        text = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return self.row_words(index.row()) if index.isValid() and role in text else None

    def item_at(self, row: int) -> Item:
        """What stands in a row; 0 and 0 if there is no such row."""
        known = 0 <= row < len(self._found)
        return self._found.item(len(self._found) - 1 - row) if known else Item(0)

    def id_at(self, row: int) -> int:
        """The id of a row's task; 0 if there is no such row."""
        return self._found.ids[-1 - row] if 0 <= row < len(self._found) else 0

    def task_at(self, row: int) -> Task | None:
        """The task of a row, or None until it is fetched; asking fetches it."""
        if not 0 <= row < len(self._found):
            return None
        task, edition = self._tasks.get(task_id := self.id_at(row), (None, -1))
        if edition >= 0:
            self._tasks.move_to_end(task_id)
        if edition != self._edition:
            self._want(row)
        return task

    def row_of(self, task_id: int, picture_id: int = 0) -> int:
        """Where a task or a picture of it is; -1 if it is not among the rows."""
        index = self._found.index_of(Item(task_id, picture_id)) if task_id else -1
        return len(self._found) - 1 - index if index >= 0 else -1

    def rows_of(self, task_id: int) -> range:
        """The rows of a task; none if it is not among them."""
        span, last = self._found.span_of(task_id), len(self._found) - 1
        return range(last - span.stop + 1, last - span.start + 1)

    def thumbnail(self, task: Task, output: Output, size: QSize) -> QImage | None:
        """A thumbnail of ``size`` device pixels, or None until it is decoded."""
        return self._thumbnails.get(output, size, task.id)

    def is_missing(self, output: Output) -> bool:
        """Whether a kept picture was found not to be there, or not to be one."""
        return self._thumbnails.is_missing(output)

    def show_rows(self, rows: range) -> None:
        """Say which rows are in sight: nothing is fetched or decoded for others any more."""
        end = len(self._found)
        self._in_sight = len(rows) or _USUAL
        pages = range(max(0, end - rows.stop) // PAGE, (end - 1 - rows.start) // PAGE + 1)
        self._pages = {page: None for page in self._pages if page in pages}
        shown = self._found.ids[max(0, end - rows.stop) : max(0, end - rows.start)]
        self._thumbnails.retain(set(shown), len(rows) * self.edge**2)
        self._look_for_rest()

    async def wait_until_idle(self, within: float) -> None:
        """Wait until all that is in sight is painted with its thumbnails, or for so many seconds.

        What else is to be done then does not hold it up.
        """
        self._rest.clear()  # until the next paint has said what it lacks
        if self._answered is not None and not len(self._found):
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rest.wait(), within)

    def _look_for_rest(self) -> None:
        wanting = self._pages or self._under_way or self._thumbnails.busy
        if self._answered is not None and not wanting:
            self._rest.set()

    # --- what happens ----------------------------------------------------------------------------

    def search(self, query: Query) -> None:
        """Show what is asked for; when asked faster than answered, the last."""
        if query != self._search:
            self._search = query
            if self._question is not None:
                self._question.cancel()
            self._rest.set()
            self._ask()

    def reload(self) -> None:
        """Read the ids again, and every task, and what was missing, when it is next in sight."""
        self._thumbnails.look_for_all()
        self._edition += 1
        self._under_way.clear()  # what comes now is of the edition before
        self._ask()

    def _note(self, task: Task) -> None:
        """Show a task's newest state where it is among the rows."""
        for output in task.outputs:
            self._thumbnails.look_again(output)
        # What was never read may lack more than the task: it is, when it comes into sight.
        known = task.id in self._tasks or task.id in self._under_way
        self._remember(task.id, task, self._edition if known else -1)
        self._show((task.id,))

    def _show_task(self, task_id: int) -> None:
        self._show((task_id,))

    def _show(self, task_ids: Iterable[int]) -> None:
        rows = [rows for task_id in task_ids if (rows := self.rows_of(task_id))]
        if rows:
            first, last = min(r.start for r in rows), max(r.stop for r in rows) - 1
            self.dataChanged.emit(self.index(first), self.index(last))

    # --- reading ids -----------------------------------------------------------------------------

    def _ask(self) -> None:
        if not self._awake:
            return
        self._asked += 1
        if not self._reading:
            self._reading = True
            self.spawn(self._read_ids())

    async def _read_ids(self) -> None:
        """Answer until nothing newer was asked."""
        try:
            answered = 0
            while self._awake and answered != self._asked:
                answered, search = self._asked, self._search
                if search != self._answered:
                    # What a screen shows comes first. A cleared search returns to its place, for
                    # which the whole history is needed.
                    some = search or self._answered is None or self.leads_to_top()
                    found = await self._answer(self.ask_for(search, self.first if some else 0))
                    if found is None or answered != self._asked:
                        continue
                    if search:
                        await self._read_ahead(found)
                        if answered != self._asked:
                            continue
                    self._begin_anew(search, found)
                    if found.whole:
                        continue
                    await self.wait_until_idle(_SIGHT)
                    if answered != self._asked:
                        continue
                found = await self._answer(self.ask_for(search, 0))
                if found is not None and answered == self._asked:
                    self._take(search, found)
        finally:
            self._reading = False

    async def _answer(self, asking: Coroutine[Any, Any, F]) -> F | None:
        """What the source answers; None when another search is wanted before it does."""
        question = self._question = asyncio.ensure_future(asking)
        try:
            await asyncio.wait((question,))
        finally:
            self._question = None
            question.cancel()
        return None if question.cancelled() else question.result()

    def _begin_anew(self, search: Query, found: ResultSet) -> None:
        self._answered = search
        self.beginResetModel()
        self._found = found
        self._pages.clear()
        self.endResetModel()
        self.read.emit()

    def _take(self, search: Query, found: ResultSet) -> None:
        """Show all that was found where already something is."""
        again = self._found.whole  # not the rest, but all of it once more
        if not self._splice(found):
            self._begin_anew(search, found)
            return
        if again and len(found):
            self.dataChanged.emit(self.index(0), self.index(len(found) - 1))
        self.read.emit()

    def _splice(self, found: ResultSet) -> bool:
        """Turn the rows into ``found`` by taking out and putting in; False if that is too much."""
        first, last = _ends_in_common(self._found, found)
        old = self._found.keys[first : len(self._found) - last]
        new = found.keys[first : len(found) - last]
        if min(len(old), len(new)) and max(len(old), len(new)) > _MOST_COMPARED:
            return False
        stay = set(old) & set(new) if old and new else set()
        if [key for key in old if key in stay] != [key for key in new if key in stay]:
            return False
        gone, come = _runs(old, stay), _runs(new, stay)
        if len(gone) + len(come) > _MOST_RUNS:
            return False
        self._pages.clear()
        for run in reversed(gone):
            self._take_out(range(first + run.start, first + run.stop))
        for run in come[:-1]:
            self._put_in(first + run.start, found, range(first + run.start, first + run.stop))
        for run in come[-1:]:  # as a whole: 400,000 are not copied once more
            row = len(self._found) - first - run.start
            self.beginInsertRows(_NOWHERE, row, row + len(run) - 1)
            self._found = found
            self.endInsertRows()
        self._found = found
        return True

    def _take_out(self, indexes: range) -> None:
        if indexes:
            end = len(self._found) - 1
            self.beginRemoveRows(_NOWHERE, end - indexes.stop + 1, end - indexes.start)
            self._found.replace(indexes, self._found)
            self.endRemoveRows()

    def _put_in(self, index: int, others: ResultSet, there: range) -> None:
        """Let some of others stand before what is at an index."""
        if there:
            row = len(self._found) - index
            self.beginInsertRows(_NOWHERE, row, row + len(there) - 1)
            self._found.replace(range(index, index), others, there)
            self.endInsertRows()

    # --- reading tasks ---------------------------------------------------------------------------

    def _want(self, row: int) -> None:
        if self.id_at(row) in self._under_way:
            return
        page = (len(self._found) - 1 - row) // PAGE
        self._pages.pop(page, None)
        self._pages[page] = None
        if self._page_readers < min(_READERS, len(self._pages)):
            self._page_readers += 1
            self.spawn(self._read_pages())

    async def _read_pages(self) -> None:
        try:
            while self._pages:
                ids: dict[int, None] = {}
                while self._pages and len(ids) < PAGE:
                    page = self._pages.popitem()[0]
                    ids |= dict.fromkeys(self._found.ids[page * PAGE : (page + 1) * PAGE])
                await self._read(ids)
        finally:
            self._page_readers -= 1

    async def _read_ahead(self, found: ResultSet) -> None:
        """Read what will be in sight, so that it is painted once; not at the price of waiting."""
        there = asyncio.Event()

        async def read() -> None:
            try:
                await self._read(dict.fromkeys(found.ids[-self._in_sight :]))
            finally:
                there.set()

        self.spawn(read())
        with suppress(TimeoutError):
            await asyncio.wait_for(there.wait(), _AHEAD)

    async def _read(self, wanted: Iterable[int]) -> None:
        edition = self._edition
        ids = [
            task_id
            for task_id in wanted
            if task_id not in self._under_way and self._edition_of(task_id) != edition
        ]
        if not ids:
            return
        self._under_way.update(ids)
        try:
            found = {task.id: task for task in await self.tasks_of(ids)}
        finally:
            self._under_way.difference_update(ids)
        for task_id in ids:
            # What was told meanwhile is newer than what was read.
            if self._edition_of(task_id) < edition:
                self._remember(task_id, found.get(task_id), edition)
        self._show(ids)

    def _edition_of(self, task_id: int) -> int:
        return self._tasks.get(task_id, (None, -1))[1]

    def _remember(self, task_id: int, task: Task | None, edition: int) -> None:
        self._tasks[task_id] = (task, edition)
        self._tasks.move_to_end(task_id)
        while len(self._tasks) > max(CACHED_TASKS, 2 * self._in_sight):
            self._tasks.popitem(last=False)


def _ends_in_common(one: ResultSet, other: ResultSet) -> tuple[int, int]:
    """How many rows both begin with, and how many of the others both end with."""
    first, shorter = common(one.keys, other.keys), min(len(one), len(other))
    if first == shorter:  # the end need not be walked, which takes much longer
        return first, 0
    return first, min(common(one.keys, other.keys, at_end=True), shorter - first)


def _runs(keys: Sequence[int], stay: set[int]) -> list[range]:
    """The indexes of each run of keys that are not in ``stay``."""
    if not stay:
        return [range(len(keys))] if keys else []
    runs, index = [], 0
    for stays, group in groupby(keys, stay.__contains__):
        length = sum(1 for _ in group)
        if not stays:
            runs.append(range(index, index + length))
        index += length
    return runs
