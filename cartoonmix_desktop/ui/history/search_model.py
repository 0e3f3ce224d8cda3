"""What the rows of tasks and the cells of pictures have in common: they answer a search."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Signal,
)

from cartoonmix_desktop.core.search.query import EVERYTHING, Order

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from cartoonmix_desktop.core.search.gallery import Gallery
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.search.result_set import ResultSet
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn, Thumbnails

F = TypeVar("F")

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


class SearchModel(QAbstractListModel):
    """Asks for ids, one question at a time: an old one would only hold up the newest's answer."""

    read = Signal()
    """The ids were read: for the first time, again, or for another search."""

    _thumbnails: Thumbnails
    """Of what is in sight; who inherits says what they are made of."""

    def __init__(self, source: HistorySource, spawn: Spawn, parent: QObject | None = None) -> None:
        """Set up an empty model.

        Args:
            source: the history.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
        """
        super().__init__(parent)
        self.source, self.spawn = source, spawn
        self._edition = 0  # tasks of an older one are shown, and read again
        self._under_way: set[int] = set()  # ids of tasks
        self._page_readers = 0
        self._search = EVERYTHING
        self._answered: Query | None = None  # the search that the rows are the answer to
        self._asked = 0
        self._reading = False
        self._question: asyncio.Future[Any] | None = None
        self._rest = asyncio.Event()

    @property
    def found(self) -> ResultSet | Gallery:
        """What the rows are; who inherits says."""
        raise NotImplementedError

    @property
    def whole(self) -> bool:
        """Whether all that match are among the rows; else more follow in a moment."""
        return self.found.whole

    @property
    def searched(self) -> Query | None:
        """The search that the rows answer; empty for everything, None before the first answer."""
        return self._answered

    @property
    def by_day(self) -> bool:
        """Whether the rows stand in order of time, and not the best first."""
        return not self._answered or self._answered.order is Order.NEWEST

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many match the search."""
        return 0 if parent.isValid() else len(self.found)

    async def wait_until_idle(self, within: float) -> None:
        """Wait until all that is in sight is painted with its thumbnails, or for so many seconds.

        What else is to be done then does not hold it up.
        """
        self._rest.clear()  # until the next paint has said what it lacks
        if self._answered is not None and not len(self.found):
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rest.wait(), within)

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

    def _ask(self) -> None:
        self._asked += 1
        if not self._reading:
            self._reading = True
            self.spawn(self._read_ids())

    async def _read_ids(self) -> None:
        """Answer until nothing newer was asked; ``_reading`` is False at the end."""
        raise NotImplementedError

    async def _answer(self, asking: Coroutine[Any, Any, F]) -> F | None:
        """What the source answers; None when another search is wanted before it does."""
        question = self._question = asyncio.ensure_future(asking)
        try:
            await asyncio.wait((question,))
        finally:
            self._question = None
            question.cancel()
        return None if question.cancelled() else question.result()
