"""Where the library is, if not in the usual place: one small file, replaced in one durable step.

It is no setting: settings that are damaged or of a newer version are set aside and the usual ones
used, and pictures would then seem to be lost.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cartoonmix_desktop.core.errors import LibraryMoving
from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.os_errors import file_errors, read_small, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMAT = 1
_FILE = "library.json"
_LOCK = "library.lock"
_PATIENCE = 2.0  # seconds for who only looks whether the lock is held


class LibraryLocation(NamedTuple):
    """What is recorded.

    Attributes:
        folder: where the person put the library; None for the usual place.
        leftovers: folders that may still hold copies of files of the library: where it was, or
            where it was on its way to.
        readable: whether the record could be read, if there is one.
    """

    folder: Path | None = None
    leftovers: tuple[Path, ...] = ()
    readable: bool = True


def read_location(data: Path) -> LibraryLocation:
    """What is recorded in the data folder. Never raises, and changes nothing."""
    try:
        record = json.loads(read_small(data / _FILE))
        folder = Path(record["folder"]) if record["folder"] else None
        leftovers = tuple(Path(path) for path in record["leftovers"])
        certain = folder is None or folder.is_absolute()  # else another with each start
        readable = certain and record["format"] <= _FORMAT
        location = LibraryLocation(folder, leftovers, readable=readable)
    except (FileNotFoundError, NotADirectoryError):
        return LibraryLocation()
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        _log.warning("where the library is cannot be read: %s", error)
        return LibraryLocation(readable=False)
    return location if location.readable else LibraryLocation(readable=False)


def write_location(data: Path, location: LibraryLocation) -> None:
    """Record it: from the return on it holds, whatever happens; after an error, the former does.

    Raises:
        DiskFull: no room.
        FolderUnusable: the data folder cannot be written.
    """
    record = {
        "format": _FORMAT,
        "folder": str(location.folder.absolute()) if location.folder is not None else "",
        "leftovers": [str(path) for path in location.leftovers],
    }
    path = data / _FILE
    temporary = data / f"{_FILE}.{os.getpid()}.part"
    with file_errors(path):
        try:
            with temporary.open("w", encoding="ascii") as file:
                file.write(json.dumps(record, indent=2) + "\n")
                file.flush()
                os.fsync(file.fileno())
            replace(temporary, path)
            sync_folder(data)
        finally:
            delete(temporary)


@contextmanager
def moving(data: Path) -> Iterator[None]:
    """While the library is moved or another folder is taken: nobody else does, or begins work.

    Raises:
        LibraryMoving: another process does.
        FolderUnusable: the lock file cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(data / _LOCK, thread_local=False)
    with file_errors(data):
        try:
            lock.acquire(timeout=_PATIENCE, poll_interval=0.02)
        except Timeout:
            raise LibraryMoving(path=str(data / _LOCK)) from None
    try:
        yield
    finally:
        lock.release()


def wait_for_move(data: Path) -> None:
    """Look whether another process moves the library.

    Who asks has told of itself before (`storage.owners.Owner`), and who moves looks for others
    after it took the lock: so one of the two always finds the other.

    Raises:
        LibraryMoving: it does.
        FolderUnusable: the lock file cannot be made.
    """
    if (data / _LOCK).exists():  # made when the library is first moved
        with moving(data):
            pass
