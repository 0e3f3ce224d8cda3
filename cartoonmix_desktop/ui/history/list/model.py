"""The history as rows for a view: ids first, tasks and thumbnails when they come into sight.

Nothing here waits for the disk: what is not at hand yet is None, and a ``dataChanged`` follows.
Lists are kept oldest first, so that a new task at the top is an append.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from cartoonmix_desktop.core.search.result_set import ResultSet, common, packed
from cartoonmix_desktop.core.task.task import AT_SERVER
from cartoonmix_desktop.ui.history.search_model import SearchModel
from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails
from cartoonmix_desktop.wording.formats import age_words
from cartoonmix_desktop.wording.history import UNREAD
from cartoonmix_desktop.wording.history import row as row_words
from cartoonmix_desktop.wording.tasks.states import state_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.history.search_model import HistorySource
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn

PAGE = 64
"""Tasks that are fetched at once."""

FIRST = 2 * PAGE
"""Tasks that are asked for first, as more than any screen shows: the rest follows."""

CACHED_TASKS = 512
"""Tasks that are kept in memory."""

_READERS = 2  # pages under way at once
_MOST_RUNS = 16  # runs of rows that come or go one by one; beyond, the view starts anew
_USUAL = 16  # rows that are in sight, as long as nothing is known
_AHEAD = 0.05  # seconds that an answer waits for its tasks
_SIGHT = 0.3  # seconds that the rest of an answer waits for what is in sight of it
_NOWHERE = QModelIndex()


class HistoryModel(SearchModel):
    """One row a task, newest first."""

    def __init__(
        self,
        source: HistorySource,
        spawn: Spawn,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up an empty model; `reload` fills it.

        Args:
            source: the history.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
            clock: unix seconds.
        """
        super().__init__(source, spawn, parent)
        self.clock = clock
        self._found = ResultSet()  # oldest first, as is all that is counted in places
        self._tasks: OrderedDict[int, tuple[Task | None, int]] = OrderedDict()
        self._progress: dict[int, Progress] = {}
        self.live_progress_of: Callable[[int], Progress | None] = lambda _task_id: None
        self._pages: dict[int, None] = {}  # to be fetched, the newest wish last
        self._in_sight = _USUAL  # rows
        self._thumbnails = Thumbnails(source.thumbnails, spawn, self)
        self._thumbnails.ready.connect(self._show)

    # --- what there is ---------------------------------------------------------------------------

    @property
    def found(self) -> ResultSet:
        """All of them, in packed arrays, **oldest first**; to be read alone."""
        return self._found

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Words for people and their tools; the view paints from `task_at`."""
        if not index.isValid():
            return None
        text = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        if role in text:
            task = self.task_at(index.row())
            return row_words(task, self.words(task)) if task else UNREAD
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return age_words(self.created_at(index.row()), self.clock())
        return None

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

    def id_at(self, row: int) -> int:
        """The task id of a row; 0 if there is no such row."""
        return self._found.ids[-1 - row] if 0 <= row < len(self._found) else 0

    def created_at(self, row: int) -> float:
        """Unix seconds of a row's task."""
        return self._found.moments[-1 - row] / 1000

    def row_of(self, task_id: int) -> int:
        """Where a task is; -1 if it is not among the rows."""
        place = self._found.index_of(task_id) if task_id else -1
        return len(self._found) - 1 - place if place >= 0 else -1

    def rows_of(self, task_ids: Sequence[int]) -> list[int]:
        """Where those of these tasks are that are among the rows, the topmost first."""
        return [
            len(self._found) - 1 - place for place in reversed(self._found.indexes_of(task_ids))
        ]

    def progress_of(self, task_id: int) -> Progress | None:
        """The last that was told of a running task, or what is known of one that waits."""
        return self._progress.get(task_id) or self.live_progress_of(task_id)

    def words(self, task: Task) -> str:
        """The task's state in words, as of now."""
        return state_words(task, self.progress_of(task.id), self.clock())

    def thumbnail(self, task: Task, output: Output, size: QSize) -> QImage | None:
        """A thumbnail of ``size`` device pixels, or None until it is decoded."""
        return self._thumbnails.get(output, size, task.id)

    def is_missing(self, output: Output) -> bool:
        """Whether a kept picture was found not to be there."""
        return self._thumbnails.is_missing(output)

    def show_rows(self, first: int, last: int) -> None:
        """Say which rows are in sight: nothing is fetched or decoded for others any more."""
        self._in_sight = last - first + 1
        end = len(self._found) - 1
        pages = range(max(0, end - last) // PAGE, (end - first) // PAGE + 1)
        self._pages = {page: None for page in self._pages if page in pages}
        self._thumbnails.retain({self.id_at(row) for row in range(first, last + 1)})
        self._look_for_rest()

    def _look_for_rest(self) -> None:
        wanting = self._pages or self._under_way or self._thumbnails.busy
        if self._answered is not None and not wanting:
            self._rest.set()

    # --- what happens ----------------------------------------------------------------------------

    def add(self, task: Task) -> None:
        """Put a new task at the top; under a search, the source says whether it belongs there."""
        if self._search or self._answered:
            self.reload()
            return
        if self.row_of(task.id) >= 0:
            self.change(task)
            return
        self._remember(task.id, task, self._edition)
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._found.add(task.id, task.created_at)
        self.endInsertRows()
        if self._reading:
            self._asked += 1  # what is being read may have been read before this task was there

    def change(self, task: Task) -> None:
        """Show a task's newest state; under a search, the source says whether it still fits."""
        if task.state not in AT_SERVER:
            self._progress.pop(task.id, None)
        for output in task.outputs:
            self._thumbnails.look_again(output)
        self._remember(task.id, task, self._edition)
        self._show(task.id)
        if self._search or self._answered:
            self._ask()

    def progress(self, task_id: int, progress: Progress) -> None:
        """Show how far a running task is."""
        self._progress[task_id] = progress
        self._show(task_id)

    def _show(self, task_id: int) -> None:
        if (row := self.row_of(task_id)) >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    # --- reading ids -----------------------------------------------------------------------------

    async def _read_ids(self) -> None:
        try:
            answered = 0
            while answered != self._asked:
                answered, search = self._asked, self._search
                if search != self._answered:
                    # What a screen shows comes first. A cleared search returns to its place, for
                    # which the whole history is needed.
                    first = FIRST if search or self._answered is None else 0
                    found = await self._answer(self.source.ids(search, first))
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
                found = await self._answer(self.source.ids(search, 0))
                if found is not None and answered == self._asked:
                    self._take(search, found)
        finally:
            self._reading = False

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
        same = common(self._found.ids, found.ids)
        old, new = self._found.ids[same:], found.ids[same:]
        if new[len(new) - len(old) :] == old:  # only older ones come, as after every first answer
            old, new = packed(), new[: len(new) - len(old)]
        stay = set(old) & set(new)
        if [i for i in old if i in stay] != [i for i in new if i in stay]:
            return False
        gone, come = _runs(old, stay), _runs(new, stay)
        if len(gone) + len(come) > _MOST_RUNS:
            return False
        self._pages.clear()
        shown = self._found
        for first, last in reversed(gone):
            row = len(shown) - 1 - same
            self.beginRemoveRows(QModelIndex(), row - last, row - first)
            del shown.ids[same + first : same + last + 1]
            del shown.moments[same + first : same + last + 1]
            self.endRemoveRows()
        for first, last in come:
            row = len(shown) - same - first  # of the place that they take, seen from the top
            places = slice(same + first, same + last + 1)
            self.beginInsertRows(QModelIndex(), row, row + last - first)
            shown.ids[same + first : same + first] = found.ids[places]
            shown.moments[same + first : same + first] = found.moments[places]
            self.endInsertRows()
        self._found = found
        return True

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
                page = self._pages.popitem()[0]
                await self._read(self._found.ids[page * PAGE : (page + 1) * PAGE])
        finally:
            self._page_readers -= 1

    async def _read_ahead(self, found: ResultSet) -> None:
        """Read what will be in sight, so that it is painted once; not at the price of waiting."""
        there = asyncio.Event()

        async def read() -> None:
            try:
                await self._read(found.ids[-self._in_sight :])
            finally:
                there.set()

        self.spawn(read())
        with suppress(TimeoutError):
            await asyncio.wait_for(there.wait(), _AHEAD)

    async def _read(self, wanted: Sequence[int]) -> None:
        edition = self._edition
        ids = [
            task_id
            for task_id in wanted
            if task_id not in self._under_way and self._tasks.get(task_id, (None, -1))[1] != edition
        ]
        if not ids:
            return
        self._under_way.update(ids)
        try:
            found = {task.id: task for task in await self.source.tasks(ids)}
        finally:
            self._under_way.difference_update(ids)
        for task_id in ids:
            # What was told meanwhile is newer than what was read.
            if self._tasks.get(task_id, (None, -1))[1] < edition:
                self._remember(task_id, found.get(task_id), edition)
        rows = [row for task_id in ids if (row := self.row_of(task_id)) >= 0]
        if rows:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))

    def _remember(self, task_id: int, task: Task | None, edition: int) -> None:
        self._tasks[task_id] = (task, edition)
        self._tasks.move_to_end(task_id)
        while len(self._tasks) > CACHED_TASKS:
            self._tasks.popitem(last=False)


def _runs(ids: Sequence[int], stay: set[int]) -> list[tuple[int, int]]:
    """First and last place of each run of ids that are not in ``stay``."""
    if not stay:
        return [(0, len(ids) - 1)] if ids else []
    runs, place = [], 0
    for stays, group in groupby(ids, stay.__contains__):
        length = sum(1 for _ in group)
        if not stays:
            runs.append((place, place + length - 1))
        place += length
    return runs
