"""Hidden files in a person's folder: what is written there until it is whole and gets its name.

They end in ``.tmp``: OneDrive and its like upload no such files.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from pathlib import Path

_OURS = re.compile(r"\.cartoonmix-[0-9a-f]{32}\.(tmp|part)(-journal|-wal|-shm)?")
_DAY = 24 * 3600.0


def partial_path(folder: Path) -> Path:
    """A name in ``folder`` that nobody has."""
    return folder / f".cartoonmix-{uuid.uuid4().hex}.tmp"


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file; what was there is replaced only when all is written. Blocks.

    Raises:
        DiskFull: no room.
        FolderUnusable: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with file_errors(path):
        try:
            temporary.write_text(text, encoding, newline="\n")
            replace(temporary, path)
        finally:
            delete(temporary)


def sweep(folder: Path) -> None:
    """Delete what was written to ``folder`` when the program was killed. Never raises.

    Younger than a day it may be of a program that runs.
    """
    latest = time.time() - _DAY
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                if _OURS.fullmatch(path.name) and path.lstat().st_mtime < latest:
                    delete(path, missing_ok=False)
