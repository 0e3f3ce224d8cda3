"""The window, and in it the newest of the history: what a person sees before all else is there.

The rest of the program is imported and built behind it, see `app`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.ui.shell.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cartoonmix_desktop.core.search.gallery import Gallery
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.search.result_set import ResultSet
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.services.library.local_store import LocalStore
    from cartoonmix_desktop.services.threads import OwnedTasks
    from cartoonmix_desktop.ui.history.list.model import HistoryModel

_FIRST_PAINT = 1.0  # seconds that everything else waits for the first rows and pictures


class FirstPaint:
    """Made before anything slow is imported.

    Attributes:
        window: not yet shown, and empty.
        model: the history in it, once it is populated.
        tasks: what the window has begun and nobody else awaits, likewise.
    """

    model: HistoryModel
    tasks: OwnedTasks

    def __init__(self, layout_state: Mapping[str, Any] | None = None) -> None:
        """An empty window.

        Args:
            layout_state: as `MainWindow` takes it.
        """
        self.window = MainWindow(layout_state)

    def populate(self, local_store: LocalStore) -> None:
        """Put the history into the window; nothing of it is read yet.

        Args:
            local_store: need not be open yet.
        """
        from cartoonmix_desktop.services.threads import OwnedTasks
        from cartoonmix_desktop.ui.history.list.model import HistoryModel

        self._history = local_store.history
        self.tasks = OwnedTasks()
        self.model = HistoryModel(_Source(local_store), self.tasks.spawn, self.window)
        self.window.add_history(self.model)

    async def show_history(self) -> None:
        """Read the history for the first time, until what is in sight of it is shown.

        The local store is open.
        """
        self.window.history.begin()
        # They take a row above the list, which is not to move later.
        with suppress(StorageError):  # they are read again, and what is wrong is told then
            searches = await self._history.saved_searches()
            self.window.history.search.set_searches(searches)
        await self.window.history.wait_until_idle(_FIRST_PAINT)


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
