"""The trash: what a person throws away stays in the library for a while, and then is deleted.

Each move is recorded in one transaction before the files are moved; `reconcile_files` finishes what
a crash has left in between. One move at a time.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import StillAtWork, StorageError
from cartoonmix_desktop.core.log import library as _log
from cartoonmix_desktop.core.task.trash import TERMS, USUAL_TERM, Pieces
from cartoonmix_desktop.core.use_days import UseDays
from cartoonmix_desktop.services.events import HistoryChanged, TaskChanged, TrashChanged
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.files.trash_files import Place, TrashFiles
from cartoonmix_desktop.storage.history.marks import MOST_TOLD

if TYPE_CHECKING:
    from array import array
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from cartoonmix_desktop.core.task.trash import TrashItem
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.storage.history.ledger import Ledger
    from cartoonmix_desktop.storage.settings import Settings

SETTING = "trash_days"
"""Where the term is kept in the settings."""

QUIET = 600.0
"""Seconds from the start in which nothing is deleted by itself: a clock may yet be set."""

_LOOK = 3600.0  # seconds between looks for what is past its term: sleep does not count as time
_AT_ONCE = 4096  # files between two looks at where the next should be
_BATCH = 100  # things that are deleted in one transaction


class Trash:
    """Throws away, brings back, and deletes for good what was thrown away long ago."""

    def __init__(
        self,
        history: History,
        library: Library,
        settings: Settings,
        events: Events,
        *,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is touched yet.

        Args:
            history: where it is recorded.
            library: where the files are.
            settings: holds the term.
            events: hears of every change.
            clock: seconds since 1970, as people set it.
            uptime: seconds that nobody sets.
        """
        self._clock = clock
        self._uptime = uptime
        self._quiet_until = uptime() + QUIET
        self._days = UseDays()  # as last read
        self._history = history
        self._library = library
        self._settings = settings
        self._events = events
        self._files = TrashFiles(library.folder)
        self._thread = Thread("trash")
        self._turn = asyncio.Lock()
        self._last = 0.0

    @property
    def term(self) -> int:
        """Days of use after which what was thrown away is deleted; 0 for never."""
        days = self._settings.get(SETTING, USUAL_TERM)
        return days if days in TERMS else USUAL_TERM

    def days_left(self, at: float) -> int | None:
        """More days of use for which what was thrown away ``at`` stays; None for ever."""
        return self.term - self._days.age(at) if self.term else None

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """Nothing is moved by the trash meanwhile; who throws away waits."""
        async with self._turn:
            yield

    def close(self) -> None:
        """Finish the move that is under way."""
        self._thread.close()

    async def reconcile_files(self) -> None:
        """Bring every file to where its record says; a crash may have come between the two.

        What the disk refuses is left for the next time.
        """
        async with self._turn:
            try:
                places = await self._history.write_ledger(lambda ledger: ledger.trash.unsettled())
                thrown = [place for place in places if place.in_trash]
                await self._thread.run(self._files.bring, thrown, wary=True)
                await self._settle([place for place in places if not place.in_trash])
                begun = await self._history.write_ledger(lambda ledger: ledger.trash.begun())
                if begun:
                    await self._delete(begun)
            except StorageError as error:
                _log.warning("the trash was not put in order: %s", error)
        with suppress(StorageError):
            await self._tell()

    async def put(self, pieces: Pieces) -> Pieces:
        """Throw away.

        Args:
            pieces: tasks at rest, and pictures that are not being fetched. What is missing on disk
                can be thrown away too.

        Returns:
            What was thrown away: for `restore`.

        Raises:
            StillAtWork: something still happens to one of them.
            StorageError: the disk refused. In each case nothing was changed.
        """
        async with self._turn:
            # Like none before: what went together is known by its time.
            self._last = at = self._moment()
            await self._note_use(at)
            put, outputs = await self._record(pieces, at)
            try:
                await self._bring(outputs)
            except StorageError:
                await self._take_back(put, outputs)
                raise
        _log.debug("trash done=put tasks=%d pictures=%d", len(put.tasks), len(put.pictures))
        await self._announce(put)
        return put

    async def restore(self, pieces: Pieces) -> None:
        """Bring back; what is not in the trash any more is left out.

        Raises:
            StorageError: the disk refused; what was to be restored is in the trash.
        """
        async with self._turn:
            outputs = await self._history.write_ledger(lambda ledger: ledger.trash.outputs(pieces))
            renamed: list[Place] = []
            async for places in self._places(outputs):
                homes = await self._thread.run(self._files.homes, places)
                renamed += [
                    home for home, place in zip(homes, places, strict=True) if home != place
                ]
            back = await self._history.write_ledger(
                lambda ledger: ledger.trash.restore(pieces, renamed)
            )
            try:
                await self._bring(outputs)
            except StorageError:
                for at, again in back.items():
                    _, thrown = await self._record(again, at)
                    with suppress(StorageError):
                        await self._bring(thrown)
                raise
            async for places in self._places(outputs):
                await self._settle(places)
        _log.debug("trash done=restored pictures=%d", len(outputs))
        await self._announce(pieces)

    async def delete(self, pieces: Pieces) -> None:
        """Delete what is in the trash for good, its files first.

        Raises:
            StorageError: the disk refused; what is left stays in the trash.
        """
        try:
            for some in _batches(pieces):
                async with self._turn:
                    await self._delete(some)
        finally:
            await self._tell()

    async def wait_for_rest(self, task_ids: Sequence[int], within: float) -> None:
        """Wait until nothing happens to these tasks any more, and they can be thrown away.

        Args:
            task_ids: what was cancelled, say.
            within: seconds.

        Raises:
            StillAtWork: it takes longer.
        """
        changed = asyncio.Event()
        silence = self._events.listen(lambda _event: changed.set())
        busy = len(task_ids)
        try:
            async with asyncio.timeout(within):
                while True:
                    changed.clear()
                    tasks = await self._history.tasks(task_ids)
                    if not (busy := sum(not task.at_rest for task in tasks)):
                        return
                    await changed.wait()
        except TimeoutError:
            raise StillAtWork(count=busy) from None
        finally:
            silence()

    async def items(self) -> list[TrashItem]:
        """Everything in the trash, the last thrown away first."""
        self._days = await self._history.read_ledger(lambda ledger: ledger.trash.use_days())
        return await self._history.read_ledger(lambda ledger: ledger.trash.items())

    async def expire(self) -> None:
        """Note that the program runs today, and delete what is past its term.

        At most what was thrown away on one day, and nothing soon after the start.

        Raises:
            StorageError: the disk refused; what is left is tried again the next time.
        """
        days = await self._note_use(self._clock())
        if (term := self.term) and self._uptime() >= self._quiet_until:
            old = await self._history.read_ledger(lambda ledger: ledger.trash.expired(days, term))
            if old:
                await self.delete(old)

    async def watch(self) -> None:
        """Until cancelled: put in order what a crash left, and delete what is past its term."""
        await self.reconcile_files()
        while True:
            try:
                await self.expire()
            except StorageError as error:
                _log.warning("the trash was not cleared: %s", error)
            quiet = self._quiet_until - self._uptime()
            await asyncio.sleep(quiet if quiet > 0 else _LOOK)

    def _moment(self) -> float:
        now = self._clock()
        behind = self._last - now
        return self._last + 0.001 if 0 <= behind < 1 else now  # further, and the clock was set

    async def _note_use(self, moment: float) -> UseDays:
        self._days = await self._history.write_ledger(lambda ledger: ledger.trash.note_use(moment))
        return self._days

    async def _delete(self, pieces: Pieces) -> None:
        places = await self._history.write_ledger(lambda ledger: ledger.trash.doom(pieces))
        try:
            await self._thread.run(self._files.bring, places, wary=True)
            await self._thread.run(self._files.delete, places)
        except StorageError:
            with suppress(StorageError):
                await self._history.write_ledger(lambda ledger: ledger.trash.spare())
            raise
        await self._history.write_ledger(lambda ledger: ledger.trash.delete(pieces))
        _log.debug("trash done=deleted files=%d", len(places))
        await self._library.drop_thumbnails([place.sha256 for place in places])

    async def _record(self, pieces: Pieces, at: float) -> tuple[Pieces, array[int]]:
        return await self._history.write_ledger(lambda ledger: ledger.trash.put(pieces, at=at))

    async def _take_back(self, put: Pieces, outputs: array[int]) -> None:
        """Undo the record of what could not be moved, or leave it to `reconcile_files`."""
        await self._history.write_ledger(lambda ledger: ledger.trash.restore(put, ()))
        with suppress(StorageError):
            await self._bring(outputs)
            async for places in self._places(outputs):
                await self._settle(places)

    async def _bring(self, outputs: array[int]) -> None:
        """Move the files of outputs to where their records say."""
        async for places in self._places(outputs):
            await self._thread.run(self._files.bring, places)

    async def _places(self, outputs: array[int]) -> AsyncIterator[list[Place]]:
        """Where these should be, some thousands at a time."""
        for start in range(0, len(outputs), _AT_ONCE):
            some = outputs[start : start + _AT_ONCE]
            yield await self._history.write_ledger(partial(_places_of, outputs=some))

    async def _settle(self, places: list[Place]) -> None:
        """Bring restored files home that are not, under another name where theirs is taken."""
        settled = await self._thread.run(self._files.left, places)
        known = {place.id for place in settled}
        if rest := [place for place in places if place.id not in known]:
            homes = await self._thread.run(self._files.homes, rest)
            if homes != rest:
                await self._history.write_ledger(lambda ledger: ledger.trash.rename(homes))
            await self._thread.run(self._files.bring, homes)
            settled += await self._thread.run(self._files.left, homes)
        if settled:
            await self._history.write_ledger(lambda ledger: ledger.trash.settle(settled))

    async def _announce(self, pieces: Pieces) -> None:
        """Tell what is elsewhere now."""
        ids = await self._history.owners_of(pieces.pictures)
        if pieces.tasks or len(ids) > MOST_TOLD:
            self._events.emit(HistoryChanged())
        else:
            for task in await self._history.tasks(ids):
                if task.trashed_at is None:
                    self._events.emit(TaskChanged(task))
        self._history.tell_totals()
        await self._tell()

    async def _tell(self) -> None:
        count, size = await self._history.read_ledger(lambda ledger: ledger.trash.totals())
        self._events.emit(TrashChanged(count, size))


def _places_of(ledger: Ledger, outputs: array[int]) -> list[Place]:
    return ledger.trash.places(outputs)


def _batches(pieces: Pieces) -> Iterator[Pieces]:
    tasks, pictures = iter(pieces.tasks), iter(pieces.pictures)
    while some := tuple(islice(tasks, _BATCH)):
        yield Pieces(tasks=some)
    while some := tuple(islice(pictures, _BATCH)):
        yield Pieces(pictures=some)
