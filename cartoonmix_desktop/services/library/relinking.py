"""Pictures whose files are gone are found again by their bytes, and put back where they belong."""

from __future__ import annotations

import asyncio
import hashlib
import stat
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.task.naming import numbered
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.exchange.import_staging import ImportStaging
from cartoonmix_desktop.storage.files.decoding import decode
from cartoonmix_desktop.storage.files.inside import walk
from cartoonmix_desktop.storage.files.trash_files import TrashFiles, holds
from cartoonmix_desktop.storage.held_files import rename
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.deferred_files import DeferredFiles, Placed
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.progress import LongWork
    from cartoonmix_desktop.storage.files.trash_files import Stray
    from cartoonmix_desktop.storage.history.imports import KnownPicture

_PAGE = 5_000


class Relinker:
    """Looks for what is missing by size first, and then by hash. One search at a time."""

    def __init__(
        self, history: History, library: Library, deferred: DeferredFiles, events: Events
    ) -> None:
        """Nothing is looked for yet.

        Args:
            history: knows what there should be.
            library: where it should be.
            deferred: what waits there for its place.
            events: hear of what is there again.
        """
        self._history, self._events = history, events
        self._library, self._deferred = library, deferred
        self._folder = library.folder  # it may move
        self._staging = ImportStaging(library.folder)
        self._in_trash = TrashFiles(library.folder)
        self._thread = Thread("relink")
        self._turn = asyncio.Lock()
        self._inside: LongWork | None = None  # the search of the library itself

    def close(self) -> None:
        """Finish the file that is under way."""
        self._thread.close()

    async def find(
        self, folder: Path | None, work: LongWork, broken: Collection[int] = ()
    ) -> tuple[int, int]:
        """Look for all that is missing, or damaged when a folder is given.

        What stands in the place of a picture, and is not it, gets another name beside it.

        Args:
            folder: where; files there are copied. None for the library itself, where a file that
                was renamed, or lies in the trash unknown to it, gets its name back.
            work: how many files were looked at, and the way to stop it.
            broken: outputs whose files were found to be damaged, whatever their size is.

        Returns:
            How many pictures are there again, and how many are still missing.

        Raises:
            StorageError: the library refuses; what was found before stays.
        """
        if folder is None:
            self._inside = work
        elif self._inside is not None:
            self._inside.stop()  # nobody has asked for it, and somebody waits for this one
        async with self._turn, self._library.writing():
            placed = await self._deferred.reconcile_files()
            missing = await self._missing(frozenset(broken), work, damaged=folder is not None)
            lost = sum(map(len, missing.values()))
            every = await self._history.read_ledger(
                lambda ledger: ledger.trash.every_path
            )  # any thread
            try:
                if lost:
                    await self._thread.run(
                        self._look, folder or self._folder.root, missing, placed, every, work
                    )
            finally:
                left = sum(map(len, missing.values()))
                if left < lost or placed.found:
                    self._events.emit(HistoryChanged())
        if placed.error is not None and folder is not None:
            raise placed.error
        return placed.found + lost - left, left

    async def strays(self) -> list[Stray]:
        """Files in the trash that nothing knows, as after a restored backup.

        Those that a picture misses are given back to it first, and are none of them.

        Raises:
            StorageError: the library refuses.
        """
        async with self._turn, self._library.writing():
            return await self._strays()

    async def delete(self, strays: Collection[Stray]) -> None:
        """Delete files of `strays` for good; what is known or missed since stays.

        Raises:
            StorageError: the library refuses.
        """
        async with self._turn, self._library.writing():
            still = [stray for stray in await self._strays() if stray in strays]
            await self._thread.run(self._in_trash.discard, still)

    async def _strays(self) -> list[Stray]:
        names = await self._thread.run(self._in_trash.everything)  # first: rows come before files
        recorded = await self._history.read_ledger(lambda ledger: ledger.trash.every_path())
        unknown = [name for name in names if name not in recorded]
        strays = await self._thread.run(self._in_trash.looked_at, unknown)
        places = await self._history.read_ledger(
            lambda ledger: ledger.imports.places(stray.sha256 for stray in strays)
        )

        def give_back() -> list[Stray]:
            left = []
            for stray in strays:
                same = places.get(stray.sha256, [])
                lost = next((place for place in same if not self._in_trash.has(place)), None)
                if lost is None:
                    left.append(stray)
                else:
                    self._put(stray.path, lost.wanted, stray.sha256)
            return left

        left = await self._thread.run(give_back)
        if len(left) < len(strays):
            self._events.emit(HistoryChanged())
        return left

    def _look(
        self,
        folder: Path,
        missing: dict[int, list[KnownPicture]],
        placed: Placed,
        every: Callable[[], Collection[str]],
        work: LongWork,
    ) -> None:
        """Copy back what is found in a folder; in the library itself, move it.

        ``every`` tells the places that are some picture's; it is asked once, and only if need be.
        """
        owned: Collection[str] | None = None
        for path, size in _files(folder):
            if work.stopped:
                break
            work.step()
            if not missing.get(size):
                continue
            try:
                data = path.read_bytes()
            except OSError:
                continue
            sha256 = hashlib.sha256(data).hexdigest()
            found = [one for one in missing[size] if one.sha256 == sha256]
            found = found[placed.waiting[sha256] :]  # the others have a file that waits
            if not found:
                continue
            if not path.is_relative_to(self._folder.root):
                for picture in found:
                    copied = self._staging.write(data, sha256)
                    self._staging.sync([copied])
                    self._put(copied, picture.path, sha256)
                    missing[size].remove(picture)
                continue
            owned = every() if owned is None else owned
            if path.relative_to(self._folder.root).as_posix() not in owned:
                self._put(path, found[0].path, sha256)  # one file has one place
                missing[size].remove(found[0])

    def _put(self, file: Path, relative: str, sha256: str) -> None:
        """Give a file the place of its picture; what stands there stays beside it."""
        place = self._folder.path(relative)
        with file_errors(self._folder.root):
            if place.exists():
                if holds(place, sha256):  # somebody else was faster
                    return
                names = (numbered(f"{place.stem} (damaged)", number) for number in count(1))
                free = (place.with_name(f"{name}{place.suffix}") for name in names)
                rename(place, next(path for path in free if not path.exists()))
        self._staging.place([(file, relative)])

    async def _missing(
        self, broken: frozenset[int], work: LongWork, *, damaged: bool
    ) -> dict[int, list[KnownPicture]]:
        """By size, the pictures whose file is gone, or is damaged."""
        found: dict[int, list[KnownPicture]] = {}
        after = 0
        while not work.stopped and (
            page := await self._history.read_ledger(
                lambda ledger, after=after: ledger.imports.kept(after, _PAGE)  # type: ignore[misc]
            )
        ):
            after = page[-1].id
            for picture in await self._thread.run(self._lost, page, broken, damaged, work):
                found.setdefault(picture.size, []).append(picture)
        return found

    def _lost(
        self, page: list[KnownPicture], broken: frozenset[int], damaged: bool, work: LongWork
    ) -> list[KnownPicture]:
        lost = []
        for picture in page:
            if work.stopped:
                break
            with suppress(ValueError):  # a path that leads out is nobody's
                path = self._folder.path(picture.path)
                bad = damaged and (picture.id in broken or _is_damaged(path, picture.size))
                if bad or not path.exists():
                    lost.append(picture)
        return lost


def _is_damaged(path: Path, size: int) -> bool:
    """Whether a file is of another size and no picture: one that a person painted over is."""
    try:
        if path.stat().st_size == size:
            return False
        decode(path.read_bytes())
    except CartoonMixError:
        return True
    except OSError:
        pass
    return False


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """All visible files below a folder, and their sizes."""
    for at, folders, names in walk(folder):
        here = Path(at)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            with suppress(OSError):
                about = (here / name).lstat()
                if stat.S_ISREG(about.st_mode):
                    yield here / name, about.st_size
