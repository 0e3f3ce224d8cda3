"""Pictures from other folders become part of the library, each whole or not at all."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from cartoonmix_desktop.core.errors import CartoonMixError, PictureError, StorageError
from cartoonmix_desktop.core.journal.lines import FILE
from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.library.deferred_files import Placed
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.exchange.import_staging import (
    ImportStaging,
    StagedFile,
    pictures_in,
    read,
)
from cartoonmix_desktop.storage.files.pictures import INCOMING
from cartoonmix_desktop.storage.files.received import FOLDER as RECEIVED
from cartoonmix_desktop.storage.files.trash_files import FOLDER
from cartoonmix_desktop.storage.history.imports import NewPicture
from cartoonmix_desktop.storage.history.journal.rebuilding import Rebuilt, batches, in_order
from cartoonmix_desktop.storage.journal.reading import read_journal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from cartoonmix_desktop.core.errors import InputError
    from cartoonmix_desktop.core.journal.records import TaskRecord
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.history.undo import UndoStack
    from cartoonmix_desktop.services.library.deferred_files import DeferredFiles
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.library.trash import Trash
    from cartoonmix_desktop.services.progress import LongWork
    from cartoonmix_desktop.storage.exchange.import_staging import Source
    from cartoonmix_desktop.storage.files.pictures import PictureFolder
    from cartoonmix_desktop.storage.history.imports import KnownPicture
    from cartoonmix_desktop.storage.history.ledger import Ledger

_BATCH = 100  # pictures that are entered in one transaction
_AT_ONCE = 10  # of them that one thread takes: handed over one by one, threads mostly wait
_HELD = 16 * 1024**2  # bytes that a thread reads before it copies what it has
_SETTLED = 60.0  # seconds after which a file is not one that was fetched and is entered at once
_TELL = 2.0  # seconds between looks at the history while it grows


class Unread(Struct, frozen=True):
    """A file that was not imported, or a folder that was not looked through.

    Attributes:
        path: which.
        error: why.
    """

    path: str
    error: CartoonMixError


class Partly(Struct, frozen=True):
    """A picture that was imported with less than it says.

    Attributes:
        name: of its file.
        left_out: what its recipe cannot hold, and why; it stands beside it as other values.
    """

    name: str
    left_out: tuple[InputError, ...]


class ImportSummary(Struct, frozen=True):
    """What came of an import.

    Attributes:
        tasks: ids of the new tasks, one a picture.
        here: how many were in the library already.
        found: how many pictures had been missing, and are there again.
        waiting: how many are known, and wait for their places until the disk allows it.
        unread: what could not be read.
        stopped: whether the person ended it.
        error: what the disk refused, if it did.
        rebuilt: how many tasks came whole from the journal of a library.
        without_recipe: how many of the new ones tell none.
        partly: which of them tell more than could be taken.
    """

    tasks: tuple[int, ...] = ()
    here: int = 0
    found: int = 0
    waiting: int = 0
    unread: tuple[Unread, ...] = ()
    stopped: bool = False
    error: StorageError | None = None
    rebuilt: int = 0
    without_recipe: int = 0
    partly: tuple[Partly, ...] = ()


class _Batch(Struct):
    """What some files turned out to be."""

    new: list[StagedFile] = field(default_factory=list)
    lost: list[tuple[Path, KnownPicture]] = field(default_factory=list)
    here: int = 0
    unread: list[Unread] = field(default_factory=list)
    twins: list[tuple[Path, str]] = field(default_factory=list)  # met before, with their hashes
    homes: list[str] = field(default_factory=list)
    refused: StorageError | None = None

    @property
    def files(self) -> list[Path]:
        """Those that are ours to delete, as long as nothing is entered."""
        copied = (staged.file for staged in self.new if not staged.home)
        return [*copied, *(file for file, _ in self.lost)]

    def add(self, other: _Batch) -> None:
        self.new += other.new
        self.lost += other.lost
        self.here += other.here
        self.unread += other.unread
        self.twins += other.twins
        self.refused = self.refused or other.refused


class Importer:
    """Copies pictures into the library, on all cores. One import at a time; others wait."""

    def __init__(
        self,
        history: History,
        library: Library,
        deferred: DeferredFiles,
        trash: Trash,
        events: Events,
        undo: UndoStack,
    ) -> None:
        """Nothing is touched yet.

        Args:
            history: where pictures are entered.
            library: where they go.
            deferred: what waits there for its place.
            trash: where an import goes that is undone.
            events: hear of what is new.
            undo: is told the way back.
        """
        self._history, self._trash, self._events, self._undo = history, trash, events, undo
        self._library, self._deferred = library, deferred
        self._folder = library.folder  # it may move
        self._staging = ImportStaging(library.folder)
        self._thread = Thread("import", 3)  # one batch is entered while two are decoded
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
            self._undo.push(
                Edit(EditKind.IMPORT, pictures=len(summary.tasks)),
                undo=lambda: self._trash.put(pieces),
                redo=lambda: self._trash.restore(pieces),
            )
        return summary

    # --- inside ----------------------------------------------------------------------------------

    async def _run(self, paths: Sequence[Path], work: LongWork) -> ImportSummary:
        placed = await self._deferred.reconcile_files()
        rebuilt = 0
        tasks: list[int] = []
        here, found, waiting, error = 0, placed.found, 0, placed.error
        unread: list[Unread] = []
        without_recipe, partly = 0, list[Partly]()
        twins: list[tuple[Path, str]] = []
        seen = _Seen(placed)
        told = time.monotonic()
        with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="import") as pool:
            batches: deque[asyncio.Task[_Batch]] = deque()
            try:
                for folder in paths:
                    rebuilt += await self._rebuild(folder, work)
                files = await self._list(paths, seen, unread, work)
                work.total = len(files)
                rest = iter(files)
                while not work.stopped:
                    while len(batches) < 3 and (some := list(islice(rest, _BATCH))):
                        batches.append(asyncio.ensure_future(self._look_at(some, seen, pool, work)))
                    if not batches:
                        break
                    batch = await batches[0]
                    batches.popleft()
                    here += batch.here
                    unread += batch.unread
                    twins += batch.twins
                    tasks += await self._enter(batch)
                    without_recipe += sum(not staged.request.values for staged in batch.new)
                    partly += [Partly(s.name, s.left_out) for s in batch.new if s.left_out]
                    back = await self._place(batch)
                    found += back.found
                    if back.error is not None:
                        raise back.error
                    if time.monotonic() - told > _TELL:
                        told = time.monotonic()
                        self._events.emit(HistoryChanged())
            except StorageError as reason:
                error = reason
            finally:
                if work.stopped or batches:
                    stopped = work.stopped
                    work.stop()
                    await self._give_up(batches)
                else:
                    stopped = False
        bad = [Unread(str(path), seen.bad[key]) for path, key in twins if key in seen.bad]
        here, unread = here + len(twins) - len(bad), unread + bad
        if error is not None:
            waiting = (await self._deferred.reconcile_files()).waiting.total()
        if tasks or found or rebuilt:
            self._events.emit(HistoryChanged())
            self._history.tell_totals()
        return ImportSummary(
            tasks=tuple(tasks),
            here=here,
            found=found,
            waiting=waiting,
            unread=tuple(unread),
            stopped=stopped,
            error=error,
            rebuilt=rebuilt,
            without_recipe=without_recipe,
            partly=tuple(partly),
        )

    async def _rebuild(self, folder: Path, work: LongWork) -> int:
        """Enter the tasks of a library by its journal, whole; says how many are new here.

        Their pictures are missing at first: each comes to its place as it is met among the files,
        by its hash.
        """
        journal = folder / FILE
        if not await self._thread.run(journal.is_file):
            return 0
        is_ours = await self._thread.run(lambda: folder.resolve() == self._folder.root.resolve())
        told = Rebuilt()
        async with AsyncExitStack() as stack:
            state = await self._thread.run(stack.enter_context, read_journal(journal))
            tasks = await self._thread.run(lambda: in_order(state.tasks()))
            for some in batches(tasks):
                if work.stopped:
                    return told.entered
                moved = None if is_ours else await self._new_places(some)
                await self._history.write_ledger(
                    partial(_enter, tasks=some, told=told, at=time.time(), moved=moved)
                )
            await self._history.write_ledger(lambda ledger: ledger.rebuilding.finish(tasks, state))
        return told.entered

    async def _new_places(self, tasks: Sequence[TaskRecord]) -> dict[str, str]:
        """Where the pictures of another library will be in this one: there too, if that is free."""
        paths = {
            picture.path
            for task in tasks
            if task.run is not None
            for picture in task.run.pictures
            if picture.path and picture.state == OutputState.KEPT.value
        }
        owned = await self._history.read_ledger(lambda ledger: ledger.imports.owned(paths))

        def choose() -> dict[str, str]:
            return {path: path if self._is_free(path, owned) else _lost() for path in paths}

        return await self._thread.run(choose)

    def _is_free(self, path: str, owned: Collection[str]) -> bool:
        try:
            return path not in owned and not self._folder.path(path).exists()
        except (ValueError, OSError):  # it would lead out of the library, or is too long here
            return False

    async def _list(
        self, paths: Sequence[Path], seen: _Seen, unread: list[Unread], work: LongWork
    ) -> list[Path]:
        root = self._folder.root

        def refuse(folder: Path, error: CartoonMixError) -> None:
            unread.append(Unread(str(folder), error))

        files = await self._thread.run(
            lambda: list(pictures_in(paths, root / FOLDER, refuse, lambda: work.stopped))
        )
        if await self._thread.run(_meet, paths, root):
            recorded = await self._history.read_ledger(lambda ledger: ledger.trash.every_path())
            seen.inside = _Inside(self._folder, recorded)
        return files

    async def _look_at(
        self, files: list[Path], seen: _Seen, pool: ThreadPoolExecutor, work: LongWork
    ) -> _Batch:
        """Read files, and copy those that the library does not have."""
        known = await self._history.read_ledger(
            lambda ledger: ledger.imports.known
        )  # asked by any thread

        def some(paths: Sequence[Path]) -> _Batch:
            batch = _Batch()
            try:
                for sources in self._read(paths, batch, work):
                    there = known(source.sha256 for source in sources)
                    for source in sources:
                        if not work.stopped:
                            self._take(source, there.get(source.sha256, []), seen, batch)
                            work.step()
            except StorageError as error:
                batch.refused = error
            return batch

        parts = [files[first : first + _AT_ONCE] for first in range(0, len(files), _AT_ONCE)]

        def all_of_them() -> _Batch:
            batch = _Batch()
            for part in pool.map(some, parts):
                batch.add(part)
            try:
                if batch.refused is None:
                    self._staging.sync(staged.file for staged in batch.new)
                    self._staging.sync(file for file, _ in batch.lost)
            except StorageError as error:
                batch.refused = error
            return batch

        batch = await self._thread.run(all_of_them)
        if batch.refused is not None:
            await self._thread.run(self._staging.discard, batch.files)
            raise batch.refused
        return batch

    def _read(self, paths: Sequence[Path], batch: _Batch, work: LongWork) -> Iterator[list[Source]]:
        """As many files at a time as memory should hold."""
        sources: list[Source] = []
        for path in paths:
            if work.stopped:
                return
            try:
                sources.append(read(path))
            except CartoonMixError as error:
                batch.unread.append(Unread(str(path), error))
                work.step()
            if sum(len(source.data) for source in sources) > _HELD:
                yield sources
                sources = []
        if sources:
            yield sources

    def _take(
        self, source: Source, same: Sequence[KnownPicture], seen: _Seen, batch: _Batch
    ) -> None:
        """Copy what was read, unless the library has it."""
        if not seen.add(source.sha256):
            batch.twins.append((source.path, source.sha256))
        elif same:
            lost = [one for one in same if not self._folder.path(one.path).exists()]
            batch.here += not lost and source.sha256 not in seen.placed.placed
            waiting = seen.placed.waiting[source.sha256]  # of them, the first
            for one in lost[waiting:]:
                batch.lost.append((self._staging.write(source.data, source.sha256), one))
        else:
            try:
                home = seen.inside.home_of(source) if seen.inside is not None else ""
                batch.new.append(self._staging.fetch(source, home))
            except PictureError as error:
                seen.bad[source.sha256] = error
                batch.unread.append(Unread(str(source.path), error))

    async def _enter(self, batch: _Batch) -> list[int]:
        """Tell the history, in one transaction."""
        try:
            batch.homes = await self._thread.run(self._homes, batch.new)
            pictures = [
                NewPicture(
                    uid=staged.uid,
                    request=staged.request,
                    source=staged.name,
                    created_at=staged.made_at,
                    path=home,
                    size=staged.size,
                    sha256=staged.sha256,
                    width=staged.width,
                    height=staged.height,
                    rating=staged.rating,
                    rejected=staged.rejected,
                    tags=staged.tags,
                    others=staged.others,
                )
                for staged, home in zip(batch.new, batch.homes, strict=True)
            ]
            at = time.time()
            return await self._history.write_ledger(
                lambda ledger: ledger.imports.add(pictures, at=at)
            )
        except StorageError:
            await self._thread.run(self._staging.discard, batch.files)
            raise

    async def _place(self, batch: _Batch) -> Placed:
        """Give the files of what was entered their places; tells of those that were missing."""
        both = zip(batch.new, batch.homes, strict=True)
        new = [(staged.file, home) for staged, home in both if not staged.home]
        placed = await self._deferred.put(new)
        if not batch.lost:
            return Placed(error=placed.error)
        back = await self._deferred.put([(file, known.path) for file, known in batch.lost])
        return replace(back, error=placed.error or back.error)

    async def _give_up(self, batches: Iterable[asyncio.Task[_Batch]]) -> None:
        for task in batches:
            with suppress(StorageError):
                batch = await task
                await self._thread.run(self._staging.discard, batch.files)

    def _homes(self, staged_files: Sequence[StagedFile]) -> list[str]:
        return [self._staging.home_for(staged) for staged in staged_files]


class _Inside:
    """The library's own folder: a picture there that nothing owns stays where it lies."""

    def __init__(self, folder: PictureFolder, recorded: Collection[str]) -> None:
        self._folder, self._recorded = folder, recorded
        self._root = folder.root.resolve()
        self._latest = time.time() - _SETTLED

    def home_of(self, source: Source) -> str:
        """The place of a file that may be taken as it lies; empty for any other."""
        path = source.path.resolve()
        if not path.is_relative_to(self._root) or not os.access(path, os.W_OK):
            return ""
        relative = path.relative_to(self._root)
        name = relative.as_posix()
        apart = name in self._recorded or relative.parts[0] in {FOLDER, INCOMING, RECEIVED}
        if apart or source.changed > self._latest:
            return ""
        try:
            name.encode()
            self._folder.path(name)
        except ValueError:  # not every name can be kept
            return ""
        return name


def _enter(ledger: Ledger, **what: Any) -> None:
    ledger.rebuilding.enter(**what)


def _lost() -> str:
    return f"lost/{uuid.uuid4().hex}.png"


def _meet(paths: Sequence[Path], root: Path) -> bool:
    """Whether some of these lie in the library, or around it."""
    there = root.resolve()
    folders = {path if path.is_dir() else path.parent for path in paths}  # fewer, mostly
    given = [folder.resolve() for folder in folders]
    return any(path.is_relative_to(there) or there.is_relative_to(path) for path in given)


class _Seen:
    """Hashes that one import has met. From any thread.

    Attributes:
        placed: what became of files that waited.
        inside: the library itself, where some of it is imported.
        bad: what is no picture, and why.
    """

    def __init__(self, placed: Placed) -> None:
        self.placed = placed
        self.inside: _Inside | None = None
        self.bad: dict[str, PictureError] = {}
        self._hashes: set[str] = set()
        self._lock = threading.Lock()

    def add(self, sha256: str) -> bool:
        """Whether it is the first time."""
        with self._lock:
            first = sha256 not in self._hashes
            self._hashes.add(sha256)
            return first
