"""A whole library goes into one file, and comes out of it into another library."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.errors import (
    ArchiveUnusable,
    CartoonMixError,
    PictureError,
    StorageError,
)
from cartoonmix_desktop.core.recipe.orientation import orientation_of, seen_size
from cartoonmix_desktop.core.task.task import IMPORTED
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.progress import Stopped
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.database import Interrupted
from cartoonmix_desktop.storage.exchange.archives import ArchiveReader, write_archive
from cartoonmix_desktop.storage.exchange.import_staging import ImportStaging
from cartoonmix_desktop.storage.files.decoding import decode
from cartoonmix_desktop.storage.files.pictures import INCOMING
from cartoonmix_desktop.storage.history.backups import GivenUp
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.merging import OtherHistory, break_output
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
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
_NUMBER = "-1000000"  # as long as any that is added to a name


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
        unread: pictures that were none, and were left out.
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
    unread: int = 0
    stopped: bool = False
    error: CartoonMixError | None = None


class Unpacked:
    """An archive that was found to be whole, and the facts of its history."""

    def __init__(self, source: Path, folder: Path, work: LongWork) -> None:
        """Verify it, and unpack its history into a new folder."""
        self._folder = folder
        self.reader = ArchiveReader(source, work.check)
        try:
            work.total = 2 * self.reader.count + 1
            self.reader.verify(work.step)
            with file_errors(folder):
                folder.mkdir(parents=True)
            history = folder / "history.sqlite3"
            self.reader.extract_history(history)
            self.history = OtherHistory(history, source, lambda: work.stopped)
        except BaseException:
            self._let_go()
            raise

    def close(self) -> None:
        """Let go of it, and delete what was unpacked."""
        self.history.close()
        self._let_go()

    def _let_go(self) -> None:
        self.reader.close()
        shutil.rmtree(self._folder, ignore_errors=True)


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
                    work.check()
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
        try:
            unpacked = await self._thread.open(
                Unpacked.close, lambda: Unpacked(source, folder, work)
            )
        except (Stopped, Interrupted):
            return ArchiveSummary(stopped=True)
        try:
            return await self._merge(unpacked.reader, unpacked.history, work)
        finally:
            await self._thread.run(unpacked.close)

    async def _merge(
        self, reader: ArchiveReader, other: OtherHistory, work: LongWork
    ) -> ArchiveSummary:
        left_out = new = here = trashed = written = after = waiting = unread = 0
        placed = await self._deferred.reconcile_files()
        restored = placed.found
        error: CartoonMixError | None = placed.error
        found: dict[int, int] = {}
        stopped = False
        try:
            _count, left_out = await self._thread.run(other.count)
            while not (stopped := work.stopped):
                after, tasks = await self._thread.run(other.tasks, after, _BATCH)
                if not tasks:
                    break
                known = await self._known(tasks)
                fresh = [*filter(known.is_new, tasks)]
                lost = await self._fetch_lost(reader, tasks, placed.waiting, work)
                try:
                    taken = await self._owned([str(o["path"]) for task in fresh for o in task.kept])
                    told = sum(len(task.kept) for task in fresh)
                    files = await self._fetch(reader, fresh, taken, work)
                    unread += told - sum(len(task.kept) for task in fresh)
                    found |= await self._enter(tasks, known, files, taken)
                except (CartoonMixError, Stopped):
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
        except (Stopped, Interrupted):
            stopped = True
        except (StorageError, ArchiveUnusable) as refused:
            error = refused
        finally:
            self._events.emit(HistoryChanged())
            self._history.tell_totals()
        if error is not None:
            waiting = (await self._deferred.reconcile_files()).waiting.total()
        return ArchiveSummary(
            new, written, here, trashed, restored, waiting, left_out, unread, stopped, error
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
        """Unpack the pictures of new tasks; by output, its temporary file and its place.

        What turns out to be no picture is none of the task afterwards.
        """

        def look(output: dict[str, Any]) -> Path | None:
            work.check()
            try:
                data = reader.picture(output["path"])
                size = seen_size(decode(data).size, orientation_of(data))
            except PictureError as error:
                break_output(output, error)
                return None
            output.update(size=len(data), width=size[0], height=size[1])
            file = self._staging.write(data, str(output["sha256"]))
            work.step()
            return file

        def unpack() -> list[tuple[dict[str, Any], Path]]:
            with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="archive") as pool:
                looks = [
                    (output, pool.submit(look, output))
                    for task in tasks
                    for output in task.kept
                    if reader.has(output["path"], output["sha256"])  # else it was missing there
                ]
            try:
                return [(output, file) for output, made in looks if (file := made.result())]
            except BaseException:
                came = [made.result() for _, made in looks if made.exception() is None]
                self._staging.discard(filter(None, came))
                raise

        unpacked = await self._thread.run(unpack)
        files: dict[int, tuple[Path, str]] = {}
        try:
            for output, file in unpacked:
                files[output["id"]] = file, await self._home(str(output["path"]), taken)
            await self._thread.run(self._sync, [file for _, file in unpacked], work)
        except (CartoonMixError, Stopped):
            self._staging.discard(file for _, file in unpacked)
            raise
        return files

    async def _fetch_lost(
        self,
        reader: ArchiveReader,
        tasks: list[OtherTask],
        waiting: Counter[str],
        work: LongWork,
    ) -> list[tuple[Path, str]]:
        """Unpack the pictures whose files are missing here: temporary files and their places."""

        def listed() -> dict[str, str]:
            return {
                str(output["sha256"]): str(output["path"])
                for task in tasks
                for output in task.kept
                if reader.has(output["path"], output["sha256"])
            }

        inside = await self._thread.run(listed)
        known = await self._history.read_ledger(lambda ledger: ledger.imports.known(inside))
        files: list[tuple[Path, str]] = []

        def unpack() -> None:
            for sha256, pictures in known.items():
                lost = [one for one in pictures if not self._folder.path(one.path).exists()]
                for one in lost[waiting[sha256] :]:  # the others have a file that waits
                    data = reader.picture(inside[sha256])
                    files.append((self._staging.write(data, sha256), one.path))
            self._sync([file for file, _ in files], work)

        try:
            await self._thread.run(unpack)
        except (CartoonMixError, Stopped):
            self._staging.discard(file for file, _ in files)
            raise
        return files

    def _sync(self, files: Iterable[Path], work: LongWork) -> None:
        def one_by_one() -> Iterator[Path]:
            for file in files:
                work.check()
                yield file

        self._staging.sync(one_by_one())

    async def _owned(self, paths: list[str]) -> set[str]:
        """Those of some places that are a picture's here, as `_home` wants them."""
        owned = await self._history.read_ledger(lambda ledger: ledger.imports.owned(paths))
        return {path.casefold() for path in owned}

    async def _home(self, path: str, taken: set[str]) -> str:
        """The same place as there, or one beside it if something is there; it is taken then."""
        try:
            self._folder.path(path + _NUMBER).exists()
        except (ValueError, OSError):  # it would lead out of the library, or is too long here
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
