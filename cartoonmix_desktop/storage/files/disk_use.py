"""What the program takes on the disk, by kind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.core.journal.lines import FILE as JOURNAL
from cartoonmix_desktop.storage.files.inside import walk
from cartoonmix_desktop.storage.files.pictures import INCOMING
from cartoonmix_desktop.storage.files.trash_files import FOLDER as TRASH
from cartoonmix_desktop.storage.locations import HISTORY_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cartoonmix_desktop.storage.locations import Locations


def paths_of(use: DiskUse, locations: Locations, library: Path) -> list[Path]:
    """The files and folders of one kind, the folder to open first; some may be missing."""
    data = locations.data
    match use:
        case DiskUse.PICTURES:
            return [library]
        case DiskUse.TRASH:
            return [library / TRASH]
        case DiskUse.HISTORY:
            own = [data / (HISTORY_FILE + suffix) for suffix in ("", "-wal", "-shm")]
            return [*own, library / JOURNAL]
        case DiskUse.BACKUPS:
            return [data / "backups"]
        case DiskUse.DAMAGED:
            return [data / "damaged", *data.glob("settings.json.*-*")]
        case DiskUse.THUMBNAILS:
            return [locations.cache]
        case DiskUse.LOGS:
            return [locations.logs, data / "crashes"]


def count(
    use: DiskUse, locations: Locations, library: Path, is_over: Callable[[], bool]
) -> int | None:
    """Bytes of one kind. Blocking: a large library takes seconds. Never raises.

    Args:
        use: the kind.
        locations: where everything is.
        library: where the library is.
        is_over: whether nobody wants to know any more.

    Returns:
        What its files hold; None when it was given up.
    """
    apart = {TRASH, INCOMING, JOURNAL} if use is DiskUse.PICTURES else set()
    total = 0
    for place in paths_of(use, locations, library):
        if place.is_file():
            total += place.stat().st_size
            continue
        for at, folders, names in walk(place):
            if is_over():
                return None
            top = at == str(place)
            folders[:] = [name for name in folders if not top or name not in apart]
            for name in names:
                if top and name in apart:
                    continue
                try:
                    total += os.stat(os.path.join(at, name), follow_symlinks=False).st_size  # noqa: PTH116, PTH118  a Path each is slow
                except OSError:  # gone meanwhile
                    continue
    return total
