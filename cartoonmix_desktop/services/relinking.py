"""Pictures whose files are gone are found again by their bytes, and put back where they belong."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.naming import numbered
from cartoonmix_desktop.services.events import HistoryChanged
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.arrivals import Arrivals
from cartoonmix_desktop.storage.decoding import decode
from cartoonmix_desktop.storage.faults import file_errors
from cartoonmix_desktop.storage.trash_files import FOLDER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history import History
    from cartoonmix_desktop.services.library import Library
    from cartoonmix_desktop.services.long_work import LongWork
    from cartoonmix_desktop.storage.imports import KnownPicture

_PAGE = 5_000


class Relinker:
    """Looks for what is missing by size first, and then by hash. One search at a time."""

    def __init__(self, history: History, library: Library, events: Events) -> None:
        """Nothing is looked for yet.

        Args:
            history: knows what there should be.
            library: where it should be.
            events: hear of what is there again.
        """
        self._history, self._events = history, events
        self._library = library
        self._folder = library.folder  # it may move
        self._arrivals = Arrivals(library.folder)
        self._thread = Thread("relink")
        self._turn = asyncio.Lock()

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
                was renamed gets its name back.
            work: how many files were looked at, and the way to stop it.
            broken: outputs whose files were found to be damaged, whatever their size is.

        Returns:
            How many pictures are there again, and how many are still missing.

        Raises:
            StorageError: the library refuses; what was found before stays.
        """
        async with self._turn, self._library.writing():
            missing = await self._missing(frozenset(broken), damaged=folder is not None)
            lost = sum(map(len, missing.values()))
            if not lost:
                return 0, 0
            try:
                for_move = await self._thread.run(self._look, folder, missing, work)
                for path, picture in for_move:
                    await self._move(path, picture, missing)
            finally:
                left = sum(map(len, missing.values()))
                if left < lost:
                    self._events.emit(HistoryChanged())
        return lost - left, left

    def _look(
        self, folder: Path | None, missing: dict[int, list[KnownPicture]], work: LongWork
    ) -> list[tuple[Path, KnownPicture]]:
        """Copy back what is found in a folder; of the library itself, say what is to be moved."""
        moves: list[tuple[Path, KnownPicture]] = []
        wanted = {size: list(pictures) for size, pictures in missing.items()}
        for path, size in _files(folder or self._folder.root, self._folder.root / FOLDER):
            if work.stopped:
                break
            work.step()
            if not wanted.get(size):
                continue
            try:
                data = path.read_bytes()
            except OSError:
                continue
            sha256 = hashlib.sha256(data).hexdigest()
            for picture in [p for p in wanted[size] if p.sha256 == sha256]:
                if path.is_relative_to(self._folder.root):
                    moves.append((path, picture))
                    wanted[size].remove(picture)
                    break  # one file has one place
                copied = self._arrivals.write(data, sha256)
                self._arrivals.sync([copied])
                self._put(copied, picture)
                wanted[size].remove(picture)
                missing[size].remove(picture)
        return moves

    async def _move(
        self, path: Path, picture: KnownPicture, missing: dict[int, list[KnownPicture]]
    ) -> None:
        """Give a file inside the library its name back, unless it is another picture's."""
        relative = path.relative_to(self._folder.root).as_posix()
        if not await self._history.read(lambda ledger: ledger.imports.owns(relative)):
            await self._thread.run(self._put, path, picture)
            missing[picture.size].remove(picture)

    def _put(self, file: Path, picture: KnownPicture) -> None:
        """Give a file the place of its picture; what stands there stays beside it."""
        place = self._folder.path(picture.path)
        with file_errors(self._folder.root):
            if place.exists():
                names = (numbered(f"{place.stem} (damaged)", number) for number in count(1))
                free = (place.with_name(f"{name}{place.suffix}") for name in names)
                place.rename(next(path for path in free if not path.exists()))
        self._arrivals.place([(file, picture.path)])

    async def _missing(
        self, broken: frozenset[int], *, damaged: bool
    ) -> dict[int, list[KnownPicture]]:
        """By size, the pictures whose file is gone, or is damaged."""
        found: dict[int, list[KnownPicture]] = {}
        after = 0
        while page := await self._history.read(
            lambda ledger, after=after: ledger.imports.kept(after, _PAGE)  # type: ignore[misc]
        ):
            after = page[-1].id
            for picture in await self._thread.run(self._lost, page, broken, damaged):
                found.setdefault(picture.size, []).append(picture)
        return found

    def _lost(
        self, page: list[KnownPicture], broken: frozenset[int], damaged: bool
    ) -> list[KnownPicture]:
        lost = []
        for picture in page:
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


def _files(folder: Path, but: Path) -> Iterator[tuple[Path, int]]:
    """All visible files below a folder, and their sizes."""
    for at, folders, names in os.walk(folder):
        here = Path(at)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and here / f != but)
        for name in sorted(names):
            with suppress(OSError):
                about = (here / name).lstat()
                if stat.S_ISREG(about.st_mode):
                    yield here / name, about.st_size
