"""The pictures of the history as cells for a view."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cartoonmix_desktop.core.search.gallery import Gallery, of_task
from cartoonmix_desktop.core.search.result_set import common, milliseconds
from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.ui.history.paged_model import PagedModel
from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails
from cartoonmix_desktop.wording import history as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject, QSize
    from PySide6.QtGui import QImage

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.history.paged_model import HistorySource
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn

_SMALL = 256  # edge of the stored thumbnails; larger ones are made from the picture


class GalleryModel(PagedModel):
    """One row a kept picture: the newest task's first, and those of a task in their order."""

    first = 512
    edge = 0  # of a cell

    def __init__(self, source: HistorySource, spawn: Spawn, parent: QObject | None = None) -> None:
        """Set up an empty model that asks nothing until it is `wake`d.

        Args:
            source: the history.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
        """
        super().__init__(source, spawn, Gallery(), parent)
        self._awake = False
        self._absent: set[int] = set()  # ids of pictures without their file
        self._thumbnails = Thumbnails(self._encoded, spawn, self, instead=source.thumbnails)
        self._thumbnails.ready.connect(self._show_task)

    # --- what there is ---------------------------------------------------------------------------

    @property
    def found(self) -> Gallery:
        """All of them, in packed arrays, **the last row first**; to be read alone."""
        return cast("Gallery", self._found)

    async def ask_for(self, query: Query, most: int) -> Gallery:
        """The pictures that match."""
        return await self.source.gallery(query, most)

    async def tasks_of(self, ids: Sequence[int]) -> list[Task]:
        """The tasks, after a look for the files of their pictures."""
        tasks = await super().tasks_of(ids)
        kept = [output for task in tasks for output in task.kept]
        absent = await self.source.absent(kept)
        self._absent.difference_update(output.id for output in kept)
        self._absent.update(absent)
        return tasks

    def row_words(self, row: int) -> str:
        """The prompt, which picture it is, and its marks."""
        if (known := self.picture_at(row)) is None:
            return words.UNREAD
        return words.cell(*known, missing=self.is_missing(known[1]))

    def facts(self, task: Task, output: Output) -> str:
        """Which picture of its task it is, and its marks."""
        return words.cell_facts(task, output, missing=self.is_missing(output))

    def picture_at(self, row: int) -> tuple[Task, Output] | None:
        """The picture of a row and its task, or None until they are read; asking reads them."""
        if (task := self.task_at(row)) is None:
            return None
        picture_id = self.item_at(row).picture
        # What was told of the task may be older than the rows: it may not know the picture yet.
        output = next((output for output in task.kept if output.id == picture_id), None)
        return (task, output) if output is not None else None

    def thumbnail_at_hand(self, output: Output, size: QSize) -> QImage | None:
        """One of another size, to stand in; nothing is decoded for it."""
        return self._thumbnails.at_hand(output, size)

    def is_missing(self, output: Output) -> bool:
        """Whether the picture's file was found not to be there, or not to be a picture."""
        return output.id in self._absent or super().is_missing(output)

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
        self._pages.clear()
        self._thumbnails.forget()

    def change(self, task: Task) -> None:
        """Show a task's newest state, and its pictures that came or went."""
        if not self._awake:
            return
        self._note(task)
        if self._search or self._answered is None or self._reading or not self._found.whole:
            if task.kept or self._found.span_of(task.id):
                self._ask()  # the source says which belong here
            return
        self._place(task)

    def _place(self, task: Task) -> None:
        """Put the pictures of a task where they belong, in place of those that were there."""
        shown = [] if task.trashed_at is not None else [output.id for output in task.kept]
        span, found = self._found.span_of(task.id), self.found
        if found.pictures[span.start : span.stop].tolist() == shown[::-1]:
            return
        moment = milliseconds(task.created_at)
        before, after = span.start - 1, span.stop
        fits = (
            found.in_order
            and (before < 0 or found.moments[before] <= moment)
            and (after >= len(found) or moment <= found.moments[after])
        )
        if not fits:
            self._ask()
            return
        come = of_task(task.id, moment, shown)
        old = found.pictures[span.start : span.stop]
        first = common(old, come.pictures)
        last = common(old[first:], come.pictures[first:], at_end=True)
        self._take_out(range(span.start + first, span.stop - last))
        self._put_in(span.start + first, come, range(first, len(come) - last))

    # --- thumbnails ------------------------------------------------------------------------------

    async def _encoded(self, outputs: Sequence[Output]) -> list[bytes | None]:
        """What to decode: the stored thumbnails, or the pictures where those are too small."""
        large = [output for output in outputs if _short_side(output) < self.edge]
        small = [output for output in outputs if _short_side(output) >= self.edge]
        made = dict(zip([o.id for o in small], await self.source.thumbnails(small), strict=True))
        if large:
            whole = await self.source.originals(large)
            made |= dict(zip([o.id for o in large], whole, strict=True))
        return [made[output.id] for output in outputs]


def _short_side(output: Output) -> int:
    """Pixels of the shorter side of a stored thumbnail."""
    if output.state is not OutputState.KEPT or not output.width or not output.height:
        return _SMALL
    short, long = sorted((output.width, output.height))
    return short * _SMALL // max(long, 1) if long > _SMALL else 1 << 16
