"""The newest of the history in the window: what a person sees before all else is there.

The rest of the program is imported and built behind it, see `app`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.services.threads import OwnedTasks
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.shell.first_rooms import FirstRooms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cartoonmix_desktop.core.search.gallery import Gallery
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.search.result_set import ResultSet
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.services.library.local_store import LocalStore
    from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow

_FIRST_PAINT = 1.0  # seconds that everything else waits for the first rows and pictures


class FirstPaint:
    """An empty window is given its history.

    Attributes:
        rooms: the window, with the history in it.
        model: that history.
        tasks: what the window has begun and nobody else awaits.
    """

    def __init__(self, window: EmptyWindow, local_store: LocalStore) -> None:
        """Put the history into the window; nothing of it is read yet.

        Args:
            window: perhaps shown.
            local_store: need not be open yet.
        """
        self._history = local_store.history
        self.tasks = OwnedTasks()
        self.model = HistoryModel(_Source(local_store), self.tasks.spawn, window)
        self.rooms = FirstRooms(window, self.model)

    async def show_history(self) -> None:
        """Read the history for the first time, until what is in sight of it is shown.

        The local store is open.
        """
        panel = self.rooms.history
        panel.begin()
        # They take a row above the list, which is not to move later.
        with suppress(StorageError):  # they are read again, and what is wrong is told then
            panel.search.set_searches(await self._history.saved_searches())
        await panel.wait_until_idle(_FIRST_PAINT)


class _Source:
    """The history as the list wants it."""

    def __init__(self, local_store: LocalStore) -> None:
        self._history = local_store.history
        self._library = local_store.library

    async def ids(self, query: Query, most: int = 0) -> ResultSet:
        return await self._history.ids(query, most)

    async def tasks(self, ids: Sequence[int]) -> list[Task]:
        return await self._history.tasks(ids)

    async def thumbnails(self, outputs: Sequence[Output]) -> list[bytes | None]:
        return await self._library.thumbnails(outputs)

    async def gallery(self, query: Query, most: int = 0) -> Gallery:
        return await self._history.gallery(query, most)

    async def originals(self, outputs: Sequence[Output]) -> list[bytes | None]:
        return await self._library.originals(outputs)

    async def absent(self, outputs: Sequence[Output]) -> frozenset[int]:
        return await self._library.absent(outputs)

    async def files(self, pictures: Sequence[int]) -> list[Path]:
        found = await self._history.pictures(pictures)
        absent = await self._library.absent(found)
        there = {o.id: self._library.path(o) for o in found if o.id not in absent}
        return [there[picture] for picture in pictures if picture in there]
