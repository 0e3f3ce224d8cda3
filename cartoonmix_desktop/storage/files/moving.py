"""Moves the library to another folder, such that at every moment one of the two is whole.

All files are linked or copied, checked and synced; then one durable step says that the library is
in the new folder (`library_place`); only then the old files go, and of them only those of which
the new folder holds a checked copy. A kill at any moment leaves the old or the new place in force,
and copies in the other that are swept at the next start.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import sys
import uuid
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import CopyDiffers, LocationUnsuitable, StorageError
from cartoonmix_desktop.core.journal.last_lines import LastLines
from cartoonmix_desktop.core.journal.lines import FILE as JOURNAL
from cartoonmix_desktop.core.journal.lines import LONGEST
from cartoonmix_desktop.storage.files.inside import walk
from cartoonmix_desktop.storage.files.pictures import (
    INCOMING,
    LEFT_BEHIND,
    PARTIAL,
    WAITING,
    PictureFolder,
)
from cartoonmix_desktop.storage.files.received import FOLDER as RECEIVED
from cartoonmix_desktop.storage.files.trash_files import FOLDER as TRASH
from cartoonmix_desktop.storage.held_files import delete, remove_folder, replace
from cartoonmix_desktop.storage.library_location import LibraryLocation, write_location
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_MONTH = re.compile(r"\d{4}-\d{2}")
_CHUNK = 1024**2
_ROUNDS = 3  # looks for what changed while the rest was copied


class Cancelled(Exception):
    """The person thought better of it."""


class _Seen(Struct, frozen=True):
    """A file as it was when it was copied."""

    size: int
    changed: int  # nanoseconds

    @classmethod
    def at(cls, path: Path) -> _Seen:
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns)


class LibraryMove:
    """One move. Blocking; `cancel` and the figures may be used from another thread.

    Attributes:
        files: how many are to be moved; 0 until known.
        files_done: how many are in the new place.
        bytes: of all files.
        bytes_done: of those in the new place.
    """

    def __init__(
        self,
        data: Path,
        location: LibraryLocation,
        source: Path,
        target: Path,
        recorded: Collection[str],
    ) -> None:
        """Touches no file.

        Args:
            data: where it is recorded which folder is in force.
            location: what is recorded now.
            source: the library.
            target: an empty folder, or a new one in a folder that is there.
            recorded: paths that the history names, relative and with forward slashes.
        """
        self.files = self.files_done = self.bytes = self.bytes_done = 0
        self._data = data
        self._location = location
        self._source = source
        self._target = target
        self._recorded = recorded
        self._cancelled = False
        self._made_target = False
        self._links = True
        self._copied: dict[str, _Seen] = {}

    def cancel(self) -> None:
        """Let `copy` raise `Cancelled` soon."""
        self._cancelled = True

    def copy(self) -> None:
        """Bring every file of the library into the new folder as well.

        Raises:
            Cancelled: see `cancel`.
            LocationUnsuitable: the new folder cannot be used.
            DiskFull: no room there.
            FolderUnusable: it cannot be written, or a file cannot be read.
            CopyDiffers: what was written there is not what is read there.
        """
        self._check()
        former, self._location = (
            self._location,
            LibraryLocation(self._location.folder, (*self._location.leftovers, self._target)),
        )
        write_location(self._data, self._location)
        try:
            self._make_target()
        except BaseException:
            self._location = former
            write_location(self._data, former)
            raise
        for _ in range(_ROUNDS):
            if not self._copy_changed():
                break
        for folder in {self._target, *(self._target / name for name in self._folders())}:
            with file_errors(folder):
                sync_folder(folder)

    def switch(self) -> None:
        """From here on the library is in the new folder. The journal must rest.

        Raises:
            StorageError: it could not be recorded; the library is where it was.
        """
        self._copy_journal()
        others = tuple(path for path in self._location.leftovers if path != self._target)
        location = LibraryLocation(self._target, (*others, self._source))
        write_location(self._data, location)
        self._location = location

    def clear_away(self) -> Path | None:
        """Remove the old files that were copied, and folders that are then empty.

        Returns:
            The old folder if something is left in it.

        Raises:
            StorageError: what was done could not be recorded.
        """
        left = 0
        for name, seen in self._copied.items():
            old = self._source / name
            try:
                if _Seen.at(old) == seen:
                    delete(old, missing_ok=False)
            except FileNotFoundError:
                continue
            except OSError:
                left += 1
        _remove_empty(self._source, self._recorded)
        if not left:
            self._forget(self._source)
        return self._source if self._source.exists() else None

    def abandon(self) -> None:
        """Remove what was copied: the library stays where it is.

        Raises:
            StorageError: what was done could not be recorded.
        """
        # First of all: a step that failed at its very end may be on the disk nevertheless.
        write_location(self._data, self._location)
        left = 0
        for name, seen in self._copied.items():
            try:
                there = _Seen.at(self._source / name)
                if there == seen or name == JOURNAL:  # else the copy may be all there is
                    delete(self._target / name)
            except OSError:
                left += 1
        _remove_empty(self._target, self._recorded, keeps_root=not self._made_target)
        if not left:
            self._forget(self._target)

    def _forget(self, leftover: Path) -> None:
        rest = tuple(path for path in self._location.leftovers if path != leftover)
        self._location = LibraryLocation(self._location.folder, rest)
        write_location(self._data, self._location)

    # --- before ----------------------------------------------------------------------------------

    def _check(self) -> None:
        check_target(self._source, self._target)
        self._check_source()
        with file_errors(self._source):
            found = [_Seen.at(self._source / name) for name in self._names()]
        self.files, self.bytes = len(found), sum(seen.size for seen in found)

    def _make_target(self) -> None:
        with file_errors(self._target):
            self._made_target = not self._target.exists()
            self._target.mkdir(exist_ok=True)
            try:
                (self._target / INCOMING).mkdir()
                self._links = self._try_link()
                if not self._links:
                    _check_room(self._target, self.bytes)
            except OSError:
                _remove_empty(self._target, self._recorded, keeps_root=not self._made_target)
                raise

    def _try_link(self) -> bool:
        """Whether both are on one file system that lets a file have two names."""
        first = next(self._names(), None)
        if first is None:
            return False
        probe = self._target / INCOMING / f"{uuid.uuid4().hex}{PARTIAL}"
        try:
            os.link(self._source / first, probe)
        except OSError:
            return False
        delete(probe, missing_ok=False)
        return True

    def _names(self) -> Iterator[str]:
        return names_in(self._source, self._recorded)

    def _folders(self) -> set[str]:
        return {str(parent) for name in self._copied for parent in PurePosixPath(name).parents} - {
            "."
        }

    # --- copying ---------------------------------------------------------------------------------

    def _copy_changed(self) -> bool:
        """Copy what was not copied as it is now; says whether there was any."""
        changed = False
        for name in self._names():
            if self._cancelled:
                raise Cancelled
            old = self._source / name
            with file_errors(old):
                try:
                    seen = _Seen.at(old)
                except FileNotFoundError:
                    continue
            if self._copied.get(name) == seen:
                continue
            changed = True
            again = name in self._copied
            self._copy(name)
            self._copied[name] = seen
            if not again:
                self.files_done += 1
        gone = [name for name in self._copied if not (self._source / name).exists()]
        self._check_source()
        for name in gone:  # thrown away meanwhile, by the person's own hand
            with file_errors(self._target):
                delete(self._target / name)
            del self._copied[name]
        return changed

    def _copy_journal(self) -> None:
        """Once more, if it grew meanwhile."""
        old = self._source / JOURNAL
        with file_errors(old):
            seen = _Seen.at(old) if old.is_file() else None
        if seen is None or self._copied.get(JOURNAL) == seen:
            return
        self._copy(JOURNAL)
        self._copied[JOURNAL] = seen
        with file_errors(self._target):
            sync_folder(self._target)

    def _check_source(self) -> None:
        """A disk that is taken out is not a library that was emptied."""
        folder = PictureFolder(self._source, chosen=self._location.folder is not None)
        folder.expect()
        folder.check_there()

    def _copy(self, name: str) -> None:
        old, new = self._source / name, self._target / name
        partial = self._target / INCOMING / f"{uuid.uuid4().hex}{PARTIAL}"
        with file_errors(new):
            new.parent.mkdir(parents=True, exist_ok=True)
        try:
            # A journal is written on: the old file would grow with the new one.
            if self._links and not old.is_symlink() and name != JOURNAL:
                with file_errors(new):
                    os.link(old, partial)
                    self.bytes_done += old.stat().st_size
            else:
                self._write(old, partial)
            with file_errors(new):
                replace(partial, new)
                delete(partial)  # two names of one file are not replaced
        except BaseException:
            with suppress(OSError):
                delete(partial)
            raise

    def _write(self, old: Path, new: Path) -> None:
        digest = hashlib.sha256()
        with file_errors(old):
            source = old.open("rb")
        with source, file_errors(new), new.open("xb") as target:
            while True:
                with file_errors(old):
                    chunk = source.read(_CHUNK)
                if not chunk:
                    break
                if self._cancelled:
                    raise Cancelled
                target.write(chunk)
                digest.update(chunk)
                self.bytes_done += len(chunk)
            target.flush()
            os.fsync(target.fileno())
            if sys.platform == "linux":  # so that it is read from the disk, not from memory
                os.posix_fadvise(target.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with file_errors(new):
            with suppress(OSError):  # times are a courtesy
                shutil.copystat(old, new)
            if _hash(new) != digest.digest():
                raise CopyDiffers(path=str(new))


def check_target(source: Path, target: Path) -> None:
    """Look whether the library can move there, as far as that shows without writing.

    Raises:
        LocationUnsuitable: it is not a folder, not empty, the library itself, in it or around it.
        FolderUnusable: it cannot be read, or the folder it is to be made in is not there.
    """
    with file_errors(target):
        here, there = source.resolve(), target.resolve()
        if there == here or (target.exists() and source.exists() and source.samefile(target)):
            raise LocationUnsuitable(path=str(target), reason="same")
        if _lies_in(there, here):
            raise LocationUnsuitable(path=str(target), reason="inside")
        if _lies_in(here, there):
            raise LocationUnsuitable(path=str(target), reason="around")
        if target.exists():
            if not target.is_dir():
                raise LocationUnsuitable(path=str(target), reason="not_a_folder")
            if any(target.iterdir()):
                raise LocationUnsuitable(path=str(target), reason="not_empty")
        elif not target.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))


def _check_room(folder: Path, wanted: int) -> None:
    if shutil.disk_usage(folder).free < wanted:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _lies_in(inner: Path, outer: Path) -> bool:
    """Whether a folder lies in another, whatever names the file system takes for the same."""
    if inner.is_relative_to(outer):
        return True
    with suppress(OSError):
        return any(parent.exists() and parent.samefile(outer) for parent in inner.parents)
    return False


def names_in(root: Path, recorded: Collection[str]) -> Iterator[str]:
    """The files of the library in ``root``: those in its months and its trash, and those recorded.

    With them come those kept aside and those that wait for their places. Whatever else a person
    keeps there is none of ours. Half received pictures are left out.

    Args:
        root: the folder.
        recorded: paths that the history names.
    """
    mine = [root / TRASH, root / RECEIVED]
    with suppress(FileNotFoundError), file_errors(root), os.scandir(root) as entries:
        mine += [Path(entry.path) for entry in entries if _MONTH.fullmatch(entry.name)]
    for folder in sorted(path for path in mine if path.is_dir()):
        for at, _folders, names in walk(folder, _tell):
            for name in sorted(names):
                path = Path(at, name)
                if path.is_file():
                    yield path.relative_to(root).as_posix()
    if (root / JOURNAL).is_file():
        yield JOURNAL
    for name in sorted(recorded):
        top = PurePosixPath(name).parts[0]
        walked = top in {TRASH, RECEIVED} or _MONTH.fullmatch(top)
        if not walked and (root / name).is_file():
            yield name
    waiting: list[str] = []
    with file_errors(root), suppress(FileNotFoundError):
        waiting = [path.name for path in (root / INCOMING).iterdir() if path.suffix == WAITING]
    for name in sorted(waiting):
        yield f"{INCOMING}/{name}"


def _tell(error: OSError) -> None:
    """A folder that cannot be listed is not an empty one."""
    with file_errors(Path(error.filename)):
        raise error


def sweep(
    leftover: Path, library: Path, recorded: Collection[str], is_over: Callable[[], bool]
) -> bool:
    """Remove from a folder what the library has as well, byte for byte, and then empty folders.

    Never raises.

    Args:
        leftover: where the library was, or was on its way to, when the program was killed.
        library: the folder in force.
        recorded: paths that the history names.
        is_over: whether the program ends.

    Returns:
        Whether it is done; else it is worth another attempt when disks are back or writable.
    """
    try:
        if leftover.samefile(library) or not any(library.iterdir()):
            return leftover.samefile(library)
        if not os.access(leftover, os.W_OK):
            return False
    except FileNotFoundError:
        # Its disk may be away; where only the folder itself is gone, there is nothing to do.
        return library.is_dir() and leftover.parent.is_dir()
    except OSError:
        return False
    done = True
    try:
        for name in list(names_in(leftover, recorded)):
            if is_over():
                return False
            try:
                if _is_copy(leftover / name, library / name):
                    delete(leftover / name, missing_ok=False)
            except OSError:
                done = False
    except StorageError:
        done = False
    _remove_empty(leftover, recorded)
    return done


def _is_copy(one: Path, other: Path) -> bool:
    """Whether both hold the same bytes, so that either may go."""
    try:
        if one.name == JOURNAL:
            return not one.parent.samefile(other.parent) and _tells_all(other, one)
        here, there = one.stat(), other.stat()
        if here.st_size != there.st_size or one.parent.samefile(other.parent):
            return False
        if os.path.samestat(here, there):
            return here.st_nlink > 1  # else it is the very file, reached by two ways
        return _hash(one) == _hash(other)
    except FileNotFoundError:
        return False


def _tells_all(journal: Path, former: Path) -> bool:
    """Whether a journal tells of everything that another one told of, then or since."""
    told, known = LastLines(), LastLines()
    for path, lines in ((former, told), (journal, known)):
        with path.open("rb") as file:
            while line := file.readline(LONGEST + 1):
                lines.take(line, 0)
    return known.tells_all_of(told)


def _hash(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _remove_empty(root: Path, names: Collection[str], *, keeps_root: bool = False) -> None:
    """Remove half received files, then the library's folders as far as they are empty."""
    with suppress(OSError):
        for path in (root / INCOMING).iterdir():
            if path.suffix in LEFT_BEHIND:
                with suppress(OSError):
                    delete(path, missing_ok=False)
    ours = {INCOMING, TRASH, RECEIVED} | {
        path.parts[0] for path in map(PurePosixPath, names) if path.parts[1:]
    }
    try:
        tops = [path for path in root.iterdir() if path.name in ours or _MONTH.fullmatch(path.name)]
    except OSError:
        return
    for top in tops:
        for at in reversed([at for at, _folders, _names in walk(top)]):
            with suppress(OSError):
                remove_folder(Path(at))
    if not keeps_root:
        with suppress(OSError):
            remove_folder(root)
