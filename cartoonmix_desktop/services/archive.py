"""A whole library goes into one file, and comes out of it into another library."""

from __future__ import annotations

import shutil
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import (
    ArchiveUnusable,
    CartoonMixError,
    StorageError,
)
from cartoonmix_desktop.core.task import IMPORTED
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.long_work import Stopped
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.archives import ArchiveReader, write_archive
from cartoonmix_desktop.storage.arrivals import Arrivals
from cartoonmix_desktop.storage.backups import GivenUp
from cartoonmix_desktop.storage.faults import file_errors
from cartoonmix_desktop.storage.ledger import Ledger
from cartoonmix_desktop.storage.merging import OtherHistory
from cartoonmix_desktop.storage.pictures import INCOMING

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history import History
    from cartoonmix_desktop.services.library import Library
    from cartoonmix_desktop.services.long_work import LongWork
    from cartoonmix_desktop.storage.imports import KnownPicture
    from cartoonmix_desktop.storage.locations import Locations
    from cartoonmix_desktop.storage.merging import OtherTask

_BATCH = 100  # tasks that are entered in one transaction
_PREFIX = "archive-"  # of the folder in which an archive is unpacked
_DAY = 24 * 3600.0


class ArchiveSummary(Struct, frozen=True):
    """What came of it.

    Attributes:
        tasks: that are new; of an export none.
        pictures: that were written.
        here: tasks that were here already.
        left_out: pictures that were missing, or tasks that were not at rest.
        stopped: whether the person ended it.
        error: what ended it.
    """

    tasks: int = 0
    pictures: int = 0
    here: int = 0
    left_out: int = 0
    stopped: bool = False
    error: CartoonMixError | None = None


class Archive:
    """Writes archives and merges them."""

    def __init__(
        self, history: History, library: Library, locations: Locations, events: Events
    ) -> None:
        """Nothing is touched yet.

        Args:
            history: is copied, and merged into.
            library: holds the pictures.
            locations: where the history is.
            events: hear of what is new.
        """
        self._history, self._events = history, events
        self._file = locations.data / "history.sqlite3"
        self._library = library
        self._folder = library.folder  # it may move
        self._arrivals = Arrivals(library.folder)
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
        new = here = written = after = 0
        found: dict[int, int] = {}
        error: CartoonMixError | None = None
        try:
            while not work.stopped:
                after, tasks = await self._thread.run(other.tasks, after, _BATCH)
                if not tasks:
                    break
                known, same = await self._known(tasks)
                wanted = [task for task in tasks if task.facts["uid"] not in same]
                fresh = [task for task in wanted if task.facts["uid"] not in known]
                files = await self._fetch(reader, fresh, work)
                found |= await self._enter(wanted, files)
                new, written = new + len(fresh), written + len(files)
                here += len(tasks) - len(fresh)
            else:
                return ArchiveSummary(new, written, here, left_out, stopped=True)
            collections = [
                (name, [found[number] for number in outputs if number in found])
                for name, outputs in await self._thread.run(other.collections)
            ]
            searches = await self._thread.run(other.searches)
            await self._history.write(lambda ledger: ledger.merges.collect(collections, searches))
        except (StorageError, ArchiveUnusable) as refused:
            error = refused
        finally:
            self._events.emit(HistoryChanged())
            self._history.tell_totals()
        return ArchiveSummary(new, written, here, left_out, error=error)

    async def _known(self, tasks: list[OtherTask]) -> tuple[set[str], set[str]]:
        """The uids of those that are here, and of others that are imports of a picture here."""
        uids = [str(task.facts["uid"]) for task in tasks]
        imported = {
            str(output["sha256"]): str(task.facts["uid"])
            for task in tasks
            if task.facts["account"] == IMPORTED
            for output in task.kept
        }
        known = await self._history.read(lambda ledger: ledger.merges.uids(uids))
        same = await self._history.read(lambda ledger: ledger.imports.known(imported))
        return known, {imported[sha256] for sha256 in same} - known

    async def _fetch(
        self, reader: ArchiveReader, tasks: list[OtherTask], work: LongWork
    ) -> dict[int, tuple[Path, str]]:
        """Unpack the pictures of new tasks; by output, its temporary file and its place."""
        files: dict[int, tuple[Path, str]] = {}
        taken: set[str] = set()
        try:
            for task in tasks:
                for output in task.kept:
                    size_and_hash = reader.names.get(output["path"])
                    if size_and_hash is None or size_and_hash[1] != output["sha256"]:
                        continue  # it was missing there
                    data = await self._thread.run(reader.picture, output["path"])
                    file = await self._thread.run(self._arrivals.write, data, str(output["sha256"]))
                    home = await self._home(str(output["path"]), taken)
                    taken.add(home.casefold())
                    files[output["id"]] = file, home
                    work.step()
            written = [file for file, _ in files.values()]
            await self._thread.run(self._arrivals.sync, written)
        except CartoonMixError:
            self._arrivals.discard(file for file, _ in files.values())
            raise
        return files

    async def _home(self, path: str, taken: set[str]) -> str:
        """The same place as there, or one beside it if something is there."""
        try:
            self._folder.path(path)
        except ValueError:  # it would lead out of the library
            path = f"lost/{uuid.uuid4().hex}.png"
        stem, dot, suffix = path.rpartition(".")
        number = 1
        home = path
        while (
            home.casefold() in taken
            or self._folder.path(home).exists()
            or await self._history.read(lambda ledger, home=home: ledger.imports.owns(home))  # type: ignore[misc]
        ):
            number += 1
            home = f"{stem}-{number}{dot}{suffix}"
        return home

    async def _enter(
        self, tasks: list[OtherTask], files: dict[int, tuple[Path, str]]
    ) -> dict[int, int]:
        places = {number: home for number, (_, home) in files.items()}
        taken = {home.casefold() for home in places.values()}
        for task in tasks:
            for output in task.kept:
                if output["id"] not in places:  # it was missing there, and will be here
                    home = await self._home(str(output["path"]), taken)
                    places[output["id"]] = home
                    taken.add(home.casefold())
        try:
            found = await self._history.write(
                lambda ledger: ledger.merges.add(tasks, places, at=time.time())
            )
        except CartoonMixError:
            self._arrivals.discard(file for file, _ in files.values())
            raise
        await self._thread.run(self._arrivals.place, list(files.values()))
        return found


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
