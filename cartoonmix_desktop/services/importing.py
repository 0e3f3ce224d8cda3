"""Pictures from other folders become part of the library, each whole or not at all."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import CartoonMixError, StorageError
from cartoonmix_desktop.core.trash import Pieces
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.arrivals import Arrival, Arrivals, hash_of, pictures_in
from cartoonmix_desktop.storage.imports import NewPicture
from cartoonmix_desktop.storage.trash_files import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history import History
    from cartoonmix_desktop.services.library import Library
    from cartoonmix_desktop.services.long_work import LongWork
    from cartoonmix_desktop.services.trash import Trash
    from cartoonmix_desktop.services.undo import UndoStack
    from cartoonmix_desktop.storage.imports import KnownPicture

_log = logging.getLogger(__name__)

_BATCH = 100  # pictures that are entered in one transaction
_TELL = 2.0  # seconds between looks at the history while it grows
_DAY = 24 * 3600.0


class Unread(Struct, frozen=True):
    """A file that was not imported.

    Attributes:
        path: the file.
        error: why.
    """

    path: str
    error: CartoonMixError


class ImportSummary(Struct, frozen=True):
    """What came of an import.

    Attributes:
        tasks: ids of the new tasks, one a picture.
        here: how many were in the library already.
        found: how many of those had been missing, and are there again.
        unread: what could not be read.
        stopped: whether the person ended it.
        error: what ended it, if the disk did.
    """

    tasks: tuple[int, ...] = ()
    here: int = 0
    found: int = 0
    unread: tuple[Unread, ...] = ()
    stopped: bool = False
    error: StorageError | None = None


@dataclass(slots=True)
class _Batch:
    """What some files turned out to be."""

    new: list[Arrival]
    lost: list[tuple[Arrival, KnownPicture]]
    here: int
    unread: list[Unread]

    @property
    def files(self) -> list[Path]:
        return [arrival.file for arrival in (*self.new, *(a for a, _ in self.lost))]


class Importer:
    """Copies pictures into the library, on all cores. One import at a time; others wait."""

    def __init__(
        self, history: History, library: Library, trash: Trash, events: Events, undo: UndoStack
    ) -> None:
        """Nothing is touched yet.

        Args:
            history: where pictures are entered.
            library: where they go.
            trash: where an import goes that is undone.
            events: hear of what is new.
            undo: is told the way back.
        """
        self._history, self._trash, self._events, self._undo = history, trash, events, undo
        self._library = library
        self._folder = library.folder  # it may move
        self._arrivals = Arrivals(library.folder)
        self._thread = Thread("import", 2)  # one enters while the other decodes
        self._turn = asyncio.Lock()

    def close(self) -> None:
        """Finish the batch that is under way."""
        self._thread.close()

    async def run(self, paths: Sequence[Path], work: LongWork) -> ImportSummary:
        """Import files and folders. What cannot be read is named; the import goes on.

        Args:
            paths: files, and folders that are looked through.
            work: how far it is, and the way to stop it. What is imported then stays.

        Returns:
            What came of it; also when it was stopped or the disk refused.
        """
        async with self._turn, self._library.writing():
            summary = await self._run(paths, work)
        if summary.tasks:
            pieces = Pieces(tasks=summary.tasks)
            count = len(summary.tasks)
            self._undo.push(
                f"import {count:,} picture{'s' * (count != 1)}",
                undo=lambda: self._trash.put(pieces),
                redo=lambda: self._trash.restore(pieces),
            )
        return summary

    async def heal(self) -> None:
        """Finish what a crash left between the history and the files; never raises."""
        try:
            waiting = await self._thread.run(self._arrivals.waiting)
            if not waiting:
                return
            known = await self._history.read(lambda ledger: ledger.imports.known(waiting))
            await self._thread.run(self._settle, waiting, known)
        except (StorageError, OSError) as error:
            _log.warning("what was imported last time was not put in order: %s", error)

    # --- inside ----------------------------------------------------------------------------------

    async def _run(self, paths: Sequence[Path], work: LongWork) -> ImportSummary:
        trash = self._folder.root / FOLDER
        tasks: list[int] = []
        here = found = 0
        unread: list[Unread] = []
        error: StorageError | None = None
        seen: set[str] = set()
        told = time.monotonic()
        with ThreadPoolExecutor(2 * (os.cpu_count() or 1), thread_name_prefix="import") as pool:
            batches: deque[asyncio.Task[_Batch]] = deque()
            try:
                files = await self._thread.run(lambda: list(pictures_in(paths, trash)))
                work.total = len(files)
                rest = iter(files)
                while not work.stopped:
                    while len(batches) < 2 and (some := list(islice(rest, _BATCH))):
                        batches.append(asyncio.ensure_future(self._look_at(some, seen, pool, work)))
                    if not batches:
                        break
                    batch = await batches[0]
                    batches.popleft()
                    tasks += await self._enter(batch)
                    here += batch.here + len(batch.lost)
                    found += len(batch.lost)
                    unread += batch.unread
                    if time.monotonic() - told > _TELL:
                        told = time.monotonic()
                        self._events.emit(HistoryChanged())
            except StorageError as refused:
                error = refused
            finally:
                if error is not None or work.stopped or batches:
                    stopped = work.stopped
                    work.stop()
                    await self._give_up(batches)
                else:
                    stopped = False
        if tasks or found:
            self._events.emit(HistoryChanged())
            self._history.tell_totals()
        return ImportSummary(tuple(tasks), here, found, tuple(unread), stopped, error)

    async def _look_at(
        self, files: list[Path], seen: set[str], pool: ThreadPoolExecutor, work: LongWork
    ) -> _Batch:
        """Hash files, and copy those that the library does not have."""
        hashes = await self._thread.run(_each, pool, hash_of, files, work)
        batch = _Batch([], [], 0, [])
        wanted: list[tuple[Path, str]] = []
        for path, sha256 in zip(files, hashes, strict=True):
            if isinstance(sha256, CartoonMixError):
                batch.unread.append(Unread(str(path), sha256))
                work.step()
            elif isinstance(sha256, str):
                wanted.append((path, sha256))
        known = await self._history.read(
            lambda ledger: ledger.imports.known(sha256 for _, sha256 in wanted)
        )
        lost = await self._thread.run(self._lost, known)
        new: list[Path] = []
        for path, sha256 in wanted:
            if sha256 in seen or (sha256 in known and sha256 not in lost):
                batch.here += 1
                work.step()
            else:
                seen.add(sha256)
                new.append(path)

        def fetch(path: Path) -> Arrival:
            arrival = self._arrivals.fetch(path)
            work.step()
            return arrival

        arrivals = await self._thread.run(_each, pool, fetch, new, work)
        if refused := next((one for one in arrivals if isinstance(one, StorageError)), None):
            self._arrivals.discard(one.file for one in arrivals if isinstance(one, Arrival))
            raise refused
        for path, arrival in zip(new, arrivals, strict=True):
            if isinstance(arrival, Arrival):
                if arrival.sha256 in lost:
                    batch.lost.append((arrival, lost[arrival.sha256]))
                else:
                    batch.new.append(arrival)
            elif isinstance(arrival, CartoonMixError):
                batch.unread.append(Unread(str(path), arrival))
                work.step()
        return batch

    async def _enter(self, batch: _Batch) -> list[int]:
        """Tell the history, in one transaction, and give the files their places."""
        uids = [uuid.uuid4().hex for _ in batch.new]
        try:
            homes = await self._thread.run(self._homes, batch.new, uids)
            pictures = [
                NewPicture(
                    uid=uid,
                    request=arrival.request,
                    source=arrival.name,
                    created_at=arrival.made_at,
                    path=home,
                    size=arrival.size,
                    sha256=arrival.sha256,
                    width=arrival.width,
                    height=arrival.height,
                    rating=arrival.rating,
                    rejected=arrival.rejected,
                    tags=arrival.tags,
                )
                for arrival, uid, home in zip(batch.new, uids, homes, strict=True)
            ]
            at = time.time()
            ids = await self._history.write(lambda ledger: ledger.imports.add(pictures, at=at))
        except StorageError:
            await self._thread.run(self._arrivals.discard, batch.files)
            raise
        places = [(a.file, home) for a, home in zip(batch.new, homes, strict=True)]
        places += [(arrival.file, known.path) for arrival, known in batch.lost]
        try:
            await self._thread.run(self._arrivals.place, places)
        except StorageError as error:  # they are here and known: the next start finishes it
            _log.warning("imported pictures wait for their places: %s", error)
        return ids

    async def _give_up(self, batches: Iterable[asyncio.Task[_Batch]]) -> None:
        for task in batches:
            with suppress(StorageError):
                batch = await task
                await self._thread.run(self._arrivals.discard, batch.files)

    def _homes(self, arrivals: Sequence[Arrival], uids: Sequence[str]) -> list[str]:
        return [self._arrivals.home_for(a, uid) for a, uid in zip(arrivals, uids, strict=True)]

    def _lost(self, known: dict[str, list[KnownPicture]]) -> dict[str, KnownPicture]:
        """Of pictures that the history knows, one of each hash whose file is gone."""
        lost = {}
        for sha256, pictures in known.items():
            for picture in pictures:
                if not self._folder.path(picture.path).exists():
                    lost[sha256] = picture
        return lost

    def _settle(self, waiting: dict[str, list[Path]], known: dict[str, list[KnownPicture]]) -> None:
        lost = {
            sha256: [p.path for p in pictures if not self._folder.path(p.path).exists()]
            for sha256, pictures in known.items()
        }
        for sha256, files in waiting.items():
            homes = lost.get(sha256, [])
            self._arrivals.place(zip(files, homes, strict=False))
            self._arrivals.discard(files[len(homes) :], older_than=_DAY)


def _each(
    pool: ThreadPoolExecutor, call: Callable[[Path], object], paths: Sequence[Path], work: LongWork
) -> list[object]:
    """``call`` of each, or the error it raised, or None when it is not wanted any more."""

    def one(path: Path) -> object:
        if work.stopped:
            return None
        try:
            return call(path)
        except CartoonMixError as error:
            return error

    return list(pool.map(one, paths))
