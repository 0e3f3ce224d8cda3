"""What was received in the place of a picture and could not be read: kept aside, as it came.

In a hidden folder of the library, so that it moves with the library; under names that nothing
opens. It is never decoded where it lies, and handed to nobody: a version that can read it takes it
up as a picture (`services.fetcher`), and a person deletes it with its task or its place.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.task.task import RECEIVED
from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".received"
"""Its name inside the library."""

MOST_BYTES = 64 * 1024**2
"""Of one file."""

_PART = "-part"  # stands in the name of what did not come to its end


class ReceivedFile(Struct, frozen=True):
    """A file that is kept aside.

    Attributes:
        path: relative to the library, with forward slashes.
        size: bytes.
        sha256: hex.
    """

    path: str
    size: int
    sha256: str


def put(root: Path, name: str, data: bytes, temporary: Path, *, whole: bool) -> None:
    """Keep what came aside, unless what is there already is worth more.

    The first that came to its end is worth most; before one does, the longest.

    Args:
        root: the library.
        name: of the output; letters, digits, hyphens.
        data: as received.
        temporary: a path in the library for the file while it is written; swept if it is left.
        whole: whether it came to its end.

    Raises:
        DiskFull: no room.
        FolderUnusable: the library cannot be written.
    """
    if not 0 < len(data) <= MOST_BYTES:
        return
    folder = root / FOLDER
    with file_errors(folder):
        folder.mkdir(exist_ok=True)
        there = _best(folder, name)
        if there is not None and _worth(there) >= (whole, 0 if whole else len(data)):
            return
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            replace(temporary, folder / f"{name}{'' if whole else _PART}{RECEIVED}")
        finally:
            delete(temporary)
        sync_folder(folder)
        sync_folder(root)


def find(root: Path, name: str) -> ReceivedFile | None:
    """What is kept aside for an output; None for nothing.

    Raises:
        FolderUnusable: it is there, and cannot be read.
    """
    folder = root / FOLDER
    with file_errors(folder):
        best = _best(folder, name)
        if best is None:
            return None
        data = best.read_bytes()
        path = best.relative_to(root).as_posix()
        return ReceivedFile(path, len(data), hashlib.sha256(data).hexdigest())


def forget(root: Path, name: str, keep: str = "") -> None:
    """Delete what is kept aside for an output, but for one path.

    Raises:
        FolderUnusable: it cannot be deleted.
    """
    with file_errors(root / FOLDER):
        for path in _files(root / FOLDER, name):
            if path.relative_to(root).as_posix() != keep:
                delete(path)


def _files(folder: Path, name: str) -> list[Path]:
    """Those of an output; what came back from the trash may have a number behind its name."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in folder.iterdir()
        if path.suffix == RECEIVED and (path.stem == name or path.stem.startswith(f"{name}-"))
    ]


def _best(folder: Path, name: str) -> Path | None:
    return max(_files(folder, name), key=_worth, default=None)


def _worth(path: Path) -> tuple[bool, int]:
    if _PART not in path.stem:
        return True, 0
    return False, path.stat().st_size
