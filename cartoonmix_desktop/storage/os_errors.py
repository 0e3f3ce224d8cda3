"""Turns what the operating system says about files into errors of the program's tree."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import DiskFull, FileHeld, FolderUnusable, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_NO_ROOM_WINDOWS = {39, 112}  # ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
_DENIED, _IN_USE = 5, {32, 33}  # ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


def is_no_room(number: int | None, windows_number: int | None = None) -> bool:
    """Whether an ``errno`` (or a Windows error number) means that no room is left."""
    return number in _NO_ROOM or windows_number in _NO_ROOM_WINDOWS


def is_held(error: OSError) -> bool:
    """Whether another program may have the file open: Windows then denies what is done to it."""
    number = getattr(error, "winerror", None)
    return number == _DENIED or number in _IN_USE


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Raise `DiskFull`, `FileHeld` or `FolderUnusable`, naming ``path``, for any `OSError`."""
    try:
        yield
    except OSError as error:
        kind: type[StorageError] = FolderUnusable
        number = getattr(error, "winerror", None)
        if is_no_room(error.errno, number):
            kind = DiskFull
        elif number in _IN_USE:
            kind = FileHeld
        raise kind(path=str(path), detail=error.strerror or str(error)) from error


def read_small(path: Path, most: int = 1024 * 1024) -> bytes:
    """A whole file that nobody may have made endless.

    Raises:
        OSError: as the system says.
        ValueError: it is no ordinary file, or larger than ``most`` bytes.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:  # at once, also of a pipe
        is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        content = file.read(most + 1) if is_file else None
    if content is None or len(content) > most:
        msg = "no ordinary file of a usual size"
        raise ValueError(msg)
    return content


def sync_folder(folder: Path) -> None:
    """Make names inside ``folder`` survive a power cut; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def usable_folder(folder: Path) -> Path:
    """Make sure that pictures can be delivered into a folder; it, from the root.

    Raises:
        FolderUnusable: they cannot.
    """
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # a name that nobody can have put there
    except OSError as error:
        raise FolderUnusable(str(folder), error.strerror or str(error)) from error
    return folder.absolute()
