"""A whole library goes into one file, and comes out of it into another library."""

from __future__ import annotations

import shutil
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.errors import (
    ArchiveUnusable,
    CartoonMixError,
    StorageError,
)
from cartoonmix_desktop.core.task.task import IMPORTED
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.progress import Stopped
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.exchange.archives import ArchiveReader, write_archive
from cartoonmix_desktop.storage.exchange.import_staging import ImportStaging
from cartoonmix_desktop.storage.files.pictures import INCOMING
from cartoonmix_desktop.storage.history.backups import GivenUp
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.merging import OtherHistory
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.deferred_files import DeferredFiles
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.progress import LongWork
    from cartoonmix_desktop.storage.history.imports import KnownPicture
    from cartoonmix_desktop.storage.history.merging import OtherTask
    from cartoonmix_desktop.storage.locations import Locations

_BATCH = 100  # tasks that are entered in one transaction
_PREFIX = "archive-"  # of the folder in which an archive is unpacked
_DAY = 24 * 3600.0


class ArchiveSummary(Struct, frozen=True):
    """What came of it.

    Attributes:
        tasks: that are new; of an export none.
        pictures: that were written.
        here: tasks that were here already.
        trashed: tasks that are in the trash here, and stay there.
        found: pictures that had been missing here, and are there again.
        waiting: pictures that are known here, and wait for their places until the disk allows it.
        left_out: pictures that were missing, or tasks that were not at rest.
        stopped: whether the person ended it.
        error: what the disk refused, or what was wrong with the archive, if it was.
    """

    tasks: int = 0
    pictures: int = 0
    here: int = 0
    trashed: int = 0
    found: int = 0
    waiting: int = 0
    left_out: int = 0
    stopped: bool = False
    error: CartoonMixError | None = None


class _Known(Struct, frozen=True):
    """What of an archive is here.

    Attributes:
        uids: of tasks that are here, and whether they are in the trash.
        same: of imports of a picture that is here under another uid, and the output here.
    """

    uids: dict[str, bool]
    same: dict[str, int]

    def is_new(self, task: OtherTask) -> bool:
        return task.facts["uid"] not in self.uids and task.facts["uid"] not in self.same


class Archive:
    """Writes archives and merges them."""

    def __init__(
        self,
        history: History,
        library: Library,
        deferred: DeferredFiles,
        locations: Locations,
        events: Events,
    ) -> None:
        """Nothing is touched yet.

        Args:
            history: is copied, and merged into.
            library: holds the pictures.
            deferred: what waits there for its place.
            locations: where the history is.
            events: hear of what is new.
        """
        self._history, self._events = history, events
        self._file = locations.data / "history.sqlite3"
        self._library, self._deferred = library, deferred
        self._folder = library.folder  # it may move
        self._staging = ImportStaging(library.folder)
        self._thread = Thread("archive")

    def close(self) -> None:
        """Finish the picture that is under way."""
        self._thread.close()

    async def sweep(self) -> None:
        """Delete what a crash left of archives that were being merged; never raises."""

        def work() -> None:
            with suppress(OSError):
                for path in (self._folder.root / INCOMING).glob(f"{_PREFIX}*"):
                    if time.time() - path.stat().st_mtime > _DAY:
                        shutil.rmtree(path, ignore_errors=True)

        await self._thread.run(work)

    # --- out -------------------------------------------------------------------------------------

    async def write(self, target: Path, work: LongWork) -> ArchiveSummary:
        """Write the whole library into one file, which is read back; the trash stays here.

        Raises:
            CartoonMixError: nothing was written.
        """

        def pictures(copy: Path) -> list[KnownPicture]:
            ledger = Ledger(copy)
            found: list[KnownPicture] = []
            try:
                while page := ledger.imports.kept(found[-1].id if found else 0, 10_000):
                    found += page
            finally:
                ledger.close()
            work.total = 2 * len(found) + 1
            return found

        def step() -> None:
            work.check()
            work.step()

        def do() -> tuple[int, int]:
            return write_archive(
                target, self._file, pictures, self._folder, step, lambda: work.stopped
            )

        try:
            async with self._library.writing():  # it stays where it is meanwhile
                written, left_out = await self._thread.run(do)
        except (Stopped, GivenUp):
            return ArchiveSummary(stopped=True)
        return ArchiveSummary(pictures=written, left_out=left_out)

    # --- in --------------------------------------------------------------------------------------

    async def merge(self, source: Path, work: LongWork) -> ArchiveSummary:
        """Bring what an archive holds into this library; what is here stays as it is.

        Tasks are the same by their uid, pictures by their hash. Marks, tags and notes are added
        where there are none; collections of one name become one.

        Returns:
            What came of it; also when it was stopped or the disk refused: what came before stays.

        Raises:
            ArchiveUnusable: it cannot be trusted; nothing was changed.
            StorageError: no room to unpack it; nothing was changed.
        """
        async with self._library.writing():
            return await self._unpack_and_merge(source, work)

    async def _unpack_and_merge(self, source: Path, work: LongWork) -> ArchiveSummary:
        folder = self._folder.root / INCOMING / f"{_PREFIX}{uuid.uuid4().hex}"
        reader: ArchiveReader | None = None
        other: OtherHistory | None = None
        try:
            reader = await self._thread.run(ArchiveReader, source)
            work.total = 2 * len(reader.names) + 1
            await self._thread.run(_verify, reader, work)
            other = await self._thread.run(_unpack, reader, folder, source)
            return await self._merge(reader, other, work)
        except Stopped:
            return ArchiveSummary(stopped=True)
        finally:
            if other is not None:
                await self._thread.run(other.close)
            if reader is not None:
                await self._thread.run(reader.__exit__)
            await self._thread.run(shutil.rmtree, folder, True)  # noqa: FBT003  ignore_errors

    async def _merge(
        self, reader: ArchiveReader, other: OtherHistory, work: LongWork
    ) -> ArchiveSummary:
        _count, left_out = await self._thread.run(other.count)
        placed = await self._deferred.reconcile_files()
        new = here = trashed = written = after = waiting = 0
        restored = placed.found
        error: CartoonMixError | None = placed.error
        found: dict[int, int] = {}
        stopped = False
        try:
            while not (stopped := work.stopped):
                after, tasks = await self._thread.run(other.tasks, after, _BATCH)
                if not tasks:
                    break
                known = await self._known(tasks)
                fresh = [*filter(known.is_new, tasks)]
                taken = await self._owned([str(o["path"]) for task in fresh for o in task.kept])
                lost = await self._fetch_lost(reader, tasks, placed.waiting)
                try:
                    files = await self._fetch(reader, fresh, taken, work)
                    found |= await self._enter(tasks, known, files, taken)
                except CartoonMixError:
                    await self._thread.run(self._staging.discard, [file for file, _ in lost])
                    raise
                new, written = new + len(fresh), written + len(files)
                thrown = sum(known.uids.values())
                here, trashed = here + len(tasks) - len(fresh) - thrown, trashed + thrown
                came = await self._deferred.put([*files.values()])
                back = await self._deferred.put(lost)
                restored += back.found
                if reason := came.error or back.error:
                    raise reason
            if not stopped:
                await self._collect(other, found)
        except (StorageError, ArchiveUnusable) as refused:
            error = refused
        finally:
            self._events.emit(HistoryChanged())
            self._history.tell_totals()
        if error is not None:
            waiting = (await self._deferred.reconcile_files()).waiting.total()
        return ArchiveSummary(
            new, written, here, trashed, restored, waiting, left_out, stopped, error
        )

    async def _collect(self, other: OtherHistory, found: dict[int, int]) -> None:
        collections = [
            (name, [found[number] for number in outputs if number in found])
            for name, outputs in await self._thread.run(other.collections)
        ]
        searches = await self._thread.run(other.searches)
        await self._history.write_ledger(
            lambda ledger: ledger.merges.collect(collections, searches)
        )

    async def _known(self, tasks: list[OtherTask]) -> _Known:
        uids = [str(task.facts["uid"]) for task in tasks]
        imported = {
            str(output["sha256"]): str(task.facts["uid"])
            for task in tasks
            if task.facts["account"] == IMPORTED
            for output in task.kept
        }
        known = await self._history.read_ledger(lambda ledger: ledger.merges.uids(uids))
        same = await self._history.read_ledger(lambda ledger: ledger.imports.known(imported))
        return _Known(known, {imported[sha256]: some[0].id for sha256, some in same.items()})

    async def _fetch(
        self, reader: ArchiveReader, tasks: list[OtherTask], taken: set[str], work: LongWork
    ) -> dict[int, tuple[Path, str]]:
        """Unpack the pictures of new tasks; by output, its temporary file and its place."""
        files: dict[int, tuple[Path, str]] = {}
        try:
            for task in tasks:
                for output in task.kept:
                    if not _has(reader, output):
                        continue  # it was missing there
                    data = await self._thread.run(reader.picture, output["path"])
                    file = await self._thread.run(self._staging.write, data, str(output["sha256"]))
                    home = await self._home(str(output["path"]), taken)
                    files[output["id"]] = file, home
                    work.step()
            written = [file for file, _ in files.values()]
            await self._thread.run(self._staging.sync, written)
        except CartoonMixError:
            self._staging.discard(file for file, _ in files.values())
            raise
        return files

    async def _fetch_lost(
        self, reader: ArchiveReader, tasks: list[OtherTask], waiting: Counter[str]
    ) -> list[tuple[Path, str]]:
        """Unpack the pictures whose files are missing here: temporary files and their places."""
        inside = {
            str(output["sha256"]): str(output["path"])
            for task in tasks
            for output in task.kept
            if _has(reader, output)
        }
        known = await self._history.read_ledger(lambda ledger: ledger.imports.known(inside))
        files: list[tuple[Path, str]] = []

        def unpack() -> None:
            for sha256, pictures in known.items():
                lost = [one for one in pictures if not self._folder.path(one.path).exists()]
                for one in lost[waiting[sha256] :]:  # the others have a file that waits
                    data = reader.picture(inside[sha256])
                    files.append((self._staging.write(data, sha256), one.path))
            self._staging.sync(file for file, _ in files)

        try:
            await self._thread.run(unpack)
        except CartoonMixError:
            self._staging.discard(file for file, _ in files)
            raise
        return files

    async def _owned(self, paths: list[str]) -> set[str]:
        """Those of some places that are a picture's here, as `_home` wants them."""
        owned = await self._history.read_ledger(lambda ledger: ledger.imports.owned(paths))
        return {path.casefold() for path in owned}

    async def _home(self, path: str, taken: set[str]) -> str:
        """The same place as there, or one beside it if something is there; it is taken then."""
        try:
            self._folder.path(path)
        except ValueError:  # it would lead out of the library
            path = f"lost/{uuid.uuid4().hex}.png"
        stem, dot, suffix = path.rpartition(".")
        number = 1
        home = path
        while home.casefold() in taken or self._folder.path(home).exists():
            number += 1
            home = f"{stem}-{number}{dot}{suffix}"
            taken |= await self._owned([home])
        taken.add(home.casefold())
        return home

    async def _enter(
        self,
        tasks: list[OtherTask],
        known: _Known,
        files: dict[int, tuple[Path, str]],
        taken: set[str],
    ) -> dict[int, int]:
        places = {number: home for number, (_, home) in files.items()}
        for task in filter(known.is_new, tasks):
            for output in task.kept:
                if output["id"] not in places:  # it was missing there, and will be here
                    places[output["id"]] = await self._home(str(output["path"]), taken)
        try:
            return await self._history.write_ledger(
                lambda ledger: ledger.merges.add(tasks, places, known.same, at=time.time())
            )
        except CartoonMixError:
            self._staging.discard(file for file, _ in files.values())
            raise


def _has(reader: ArchiveReader, output: dict[str, Any]) -> bool:
    size_and_hash = reader.names.get(output["path"])
    return size_and_hash is not None and size_and_hash[1] == output["sha256"]


def _verify(reader: ArchiveReader, work: LongWork) -> None:
    def step() -> None:
        work.check()
        work.step()

    reader.verify(step)


def _unpack(reader: ArchiveReader, folder: Path, source: Path) -> OtherHistory:
    with file_errors(folder):
        folder.mkdir(parents=True)
    reader.extract_history(folder / "history.sqlite3")
    return OtherHistory(folder / "history.sqlite3", source)
