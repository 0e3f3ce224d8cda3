"""The pictures of the history as cells for a view: ids first, the rest when they come into sight.

Nothing here waits for the disk: what is not at hand yet is None, and a ``dataChanged`` follows.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from cartoonmix_desktop.core.search.gallery import Gallery, of_task
from cartoonmix_desktop.core.search.result_set import common, milliseconds
from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.ui.history.search_model import SearchModel
from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails
from cartoonmix_desktop.wording import history as words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.history.search_model import HistorySource
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn

FIRST = 512
"""Pictures that are asked for first, as more than most screens show: the rest follows."""

CACHED_TASKS = 512
"""Tasks that are kept in memory."""

_PAGE = 64  # tasks that are read at once
_READERS = 2  # pages under way at once
_SMALL = 256  # edge of the stored thumbnails; larger ones are made from the picture
_NOWHERE = QModelIndex()


class GalleryModel(SearchModel):
    """One row a kept picture: the newest task's first, and those of a task in their order."""

    picture_changed = Signal()
    """A picture that is in sight looks different: it came, was marked, or is missing."""

    def __init__(self, source: HistorySource, spawn: Spawn, parent: QObject | None = None) -> None:
        """Set up an empty model that asks nothing until it is `awake`.

        Args:
            source: the history.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
        """
        super().__init__(source, spawn, parent)
        self.at_top = True
        """Whether the first pictures are in sight, so that they are asked for before the rest."""
        self._found = Gallery()
        self._tasks: OrderedDict[int, tuple[Task | None, frozenset[int], int]] = OrderedDict()
        self._sight = range(0)  # rows
        self._awake = False
        self._thumbnails = Thumbnails(self._encoded, spawn, self, instead=source.thumbnails)
        self._thumbnails.ready.connect(self.picture_changed)

    # --- what there is ---------------------------------------------------------------------------

    @property
    def found(self) -> Gallery:
        """All of them, in packed arrays, **the last row first**; to be read alone."""
        return self._found

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Pictures can be dragged out."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Words for people and their tools; the view paints from `picture_at`."""
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(index.row())
        return None

    def words(self, row: int) -> str:
        """Which picture it is, and its marks."""
        if (known := self.picture_at(row)) is None:
            return words.UNREAD
        task, output = known
        return words.cell(task, output, missing=self.is_missing(output, task.id))

    def facts(self, task: Task, output: Output) -> str:
        """Which picture of its task it is, and its marks."""
        return words.cell_facts(task, output, missing=self.is_missing(output, task.id))

    def picture_id(self, row: int) -> int:
        """The output id of a row; 0 if there is no such row."""
        return self._found.pictures[-1 - row] if 0 <= row < len(self._found) else 0

    def task_id(self, row: int) -> int:
        """The id of the task whose picture it is; 0 if there is no such row."""
        return self._found.tasks[-1 - row] if 0 <= row < len(self._found) else 0

    def row_of(self, picture_id: int, task_id: int) -> int:
        """Where a picture is; -1 if it is not among the rows."""
        place = self._found.index_of(picture_id, task_id)
        return len(self._found) - 1 - place if place >= 0 else -1

    def rows_of(self, task_id: int) -> range:
        """The rows of a task's pictures."""
        places, last = self._found.span_of(task_id), len(self._found) - 1
        return range(last - places.stop + 1, last - places.start + 1)

    def picture_at(self, row: int) -> tuple[Task, Output] | None:
        """The picture of a row and its task, or None until they are read."""
        if not 0 <= row < len(self._found):
            return None
        task = self._tasks.get(self.task_id(row), (None,))[0]
        if task is None:
            return None
        picture_id = self.picture_id(row)
        # What was told of the task may be older than the rows: it may not know the picture yet.
        output = next((output for output in task.kept if output.id == picture_id), None)
        return (task, output) if output is not None else None

    def thumbnail(self, task: Task, output: Output, size: QSize) -> QImage | None:
        """A thumbnail of ``size`` device pixels, or None until it is decoded."""
        return self._thumbnails.get(output, size, task.id)

    def thumbnail_at_hand(self, output: Output, size: QSize) -> QImage | None:
        """One of another size, to stand in; nothing is decoded for it."""
        return self._thumbnails.at_hand(output, size)

    def is_missing(self, output: Output, task_id: int) -> bool:
        """Whether the picture's file was found not to be there, or not to be a picture."""
        absent = self._tasks.get(task_id, (None, frozenset()))[1]
        return output.id in absent or self._thumbnails.is_missing(output)

    def show_rows(self, rows: range) -> None:
        """Say which rows are in sight: nothing is read or decoded for others any more."""
        self._sight = rows
        shown = self._found.tasks[len(self._found) - rows.stop : len(self._found) - rows.start]
        self._thumbnails.retain(set(shown), len(rows) * self.edge**2)
        if self._page_readers < _READERS and self._wanted():
            self._page_readers += 1
            self.spawn(self._read_pages())
        self._look_for_rest()

    def _look_for_rest(self) -> None:
        wanting = self._under_way or self._thumbnails.busy or self._wanted()
        if self._answered is not None and not wanting:
            self._rest.set()

    # --- what happens ----------------------------------------------------------------------------

    def wake(self, query: Query) -> None:
        """Be looked at: answer a search, and follow what happens."""
        stale = not self._awake
        self._awake = True
        if stale and query == self._search:
            self.reload()
        else:
            self.search(query)

    def sleep(self) -> None:
        """Be hidden: nothing is asked or read any more, and the memory of thumbnails is freed."""
        self._awake = False
        if self._question is not None:
            self._question.cancel()
        self._sight = range(0)
        self._thumbnails.forget()

    def change(self, task: Task) -> None:
        """Show a task's newest state, and its pictures that came or went."""
        if not self._awake:
            return
        for output in task.outputs:
            self._thumbnails.look_again(output)
        if task.id in self._tasks:
            self._remember(task.id, task, self._tasks[task.id][1], self._edition)
            self.picture_changed.emit()
        if self._search or self._answered is None or self._reading or not self._found.whole:
            if task.kept or self._found.span_of(task.id):
                self._ask()  # the source says which belong here
            return
        self._place(task)

    def _place(self, task: Task) -> None:
        """Put the pictures of a task where they belong, in place of those that were there."""
        shown = [] if task.trashed_at is not None else [output.id for output in task.kept]
        places, found = self._found.span_of(task.id), self._found
        if found.pictures[places.start : places.stop].tolist() == shown[::-1]:
            return
        moment = milliseconds(task.created_at)
        before, after = places.start - 1, places.stop
        fits = (
            found.in_order
            and (before < 0 or found.moments[before] <= moment)
            and (after >= len(found) or moment <= found.moments[after])
        )
        if not fits:
            self._ask()
            return
        come = of_task(task.id, moment, shown)
        old = found.pictures[places.start : places.stop]
        first = common(old, come.pictures)
        last = common(old[first:], come.pictures[first:], at_end=True)
        gone = range(places.start + first, places.stop - last)
        with self._rows_going(gone):
            found.replace(gone, Gallery())
        with self._rows_coming(gone.start, len(come) - first - last):
            here = range(gone.start, gone.start)
            found.replace(here, come.part(slice(first, len(come) - last)))

    @contextmanager
    def _rows_going(self, places: range) -> Iterator[None]:
        end = len(self._found) - 1
        if places:
            self.beginRemoveRows(_NOWHERE, end - places.stop + 1, end - places.start)
        yield
        if places:
            self.endRemoveRows()

    @contextmanager
    def _rows_coming(self, place: int, count: int) -> Iterator[None]:
        row = len(self._found) - place
        if count:
            self.beginInsertRows(_NOWHERE, row, row + count - 1)
        yield
        if count:
            self.endInsertRows()

    # --- reading ids -----------------------------------------------------------------------------

    def _ask(self) -> None:
        if self._awake:
            super()._ask()

    async def _read_ids(self) -> None:
        try:
            answered = 0
            while self._awake and answered != self._asked:
                answered, search = self._asked, self._search
                if search != self._answered and self.at_top:
                    found = await self._answer(self.source.gallery(search, FIRST))
                    if found is None or answered != self._asked:
                        continue
                    self._take(search, found)
                    if found.whole:
                        continue
                    await self.wait_until_idle(0.3)  # what is in sight comes before the rest
                    if answered != self._asked:
                        continue
                found = await self._answer(self.source.gallery(search, 0))
                if found is not None and answered == self._asked:
                    self._take(search, found)
        finally:
            self._reading = False

    def _take(self, search: Query, found: Gallery) -> None:
        """Show what was found, without disturbing what stays."""
        same_search = search == self._answered
        self._answered = search
        old, new = self._found, found
        first = common(old.pictures, new.pictures)
        last = min(
            common(old.pictures, new.pictures, at_end=True),
            min(len(old), len(new)) - first,
        )
        gone, come = len(old) - first - last, len(new) - first - last
        # What goes and comes in one place is told as such; more of it begins anew.
        if same_search and (gone == 0 or come == 0 or max(gone, come) <= FIRST):
            with self._rows_going(range(first, len(old) - last)):
                old.replace(range(first, len(old) - last), Gallery())
            with self._rows_coming(first, come):
                self._found = new  # as a whole: 400,000 are not copied once more
            self.picture_changed.emit()
        else:
            self.beginResetModel()
            self._found = new
            self.endResetModel()
        self.read.emit()

    # --- reading tasks ---------------------------------------------------------------------------

    def _wanted(self) -> list[int]:
        """Ids of tasks that are in sight and were not read yet, the first in sight first."""
        end = len(self._found)
        shown = self._found.tasks[max(0, end - self._sight.stop) : max(0, end - self._sight.start)]
        return [
            task_id
            for task_id in dict.fromkeys(reversed(shown))
            if task_id not in self._under_way and self._edition_of(task_id) != self._edition
        ]

    def _edition_of(self, task_id: int) -> int:
        known = self._tasks.get(task_id)
        return known[2] if known is not None else -1

    async def _read_pages(self) -> None:
        # What is wanted is looked up anew for each page: nothing is read for what left the sight.
        try:
            while wanted := self._wanted()[:_PAGE]:
                await self._read(wanted)
        finally:
            self._page_readers -= 1

    async def _read(self, ids: Sequence[int]) -> None:
        edition = self._edition
        self._under_way.update(ids)
        try:
            tasks = await self.source.tasks(ids)
            absent = await self.source.absent([o for task in tasks for o in task.kept])
        finally:
            self._under_way.difference_update(ids)
        found = {task.id: task for task in tasks}
        for task_id in ids:
            # What was told meanwhile is newer than what was read.
            if self._edition_of(task_id) < edition:
                task = found.get(task_id)
                gone = absent & {o.id for o in task.kept} if task is not None and absent else ()
                self._remember(task_id, task, frozenset(gone), edition)
        while len(self._tasks) > max(CACHED_TASKS, 2 * len(self._sight)):
            self._tasks.popitem(last=False)
        self.picture_changed.emit()

    def _remember(
        self, task_id: int, task: Task | None, absent: frozenset[int], edition: int
    ) -> None:
        self._tasks[task_id] = (task, absent, edition)
        self._tasks.move_to_end(task_id)

    async def _encoded(self, outputs: Sequence[Output]) -> list[bytes | None]:
        """What to decode: the stored thumbnails, or the pictures where those are too small."""
        large = [output for output in outputs if _short_side(output) < self.edge]
        small = [output for output in outputs if _short_side(output) >= self.edge]
        made = dict(zip([o.id for o in small], await self.source.thumbnails(small), strict=True))
        if large:
            whole = await self.source.originals(large)
            made |= dict(zip([o.id for o in large], whole, strict=True))
        return [made[output.id] for output in outputs]

    edge = 0
    """Of a cell, in device pixels."""


def _short_side(output: Output) -> int:
    """Pixels of the shorter side of a stored thumbnail."""
    if output.state is not OutputState.KEPT or not output.width or not output.height:
        return _SMALL
    short, long = sorted((output.width, output.height))
    return short * _SMALL // max(long, 1) if long > _SMALL else 1 << 16
