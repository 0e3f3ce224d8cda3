"""What the program takes on the disk, for who wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.files.disk_use import count, paths_of

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.core.disk import DiskUse
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.storage.locations import Locations


class Disk:
    """Counts one kind after the other, off the event loop."""

    def __init__(self, locations: Locations, library: Library) -> None:
        """Nothing is counted yet.

        Args:
            locations: where everything is.
            library: where the pictures are.
        """
        self._locations = locations
        self._library = library
        self._thread = Thread("disk use")
        self._over = False

    async def count(self, use: DiskUse) -> int | None:
        """Bytes of one kind; None when the program ends."""
        return await self._thread.run(
            count, use, self._locations, self._library.root, lambda: self._over
        )

    def folder(self, use: DiskUse) -> Path:
        """The folder to open for one kind."""
        place = paths_of(use, self._locations, self._library.root)[0]
        return place if not place.suffix else place.parent

    def close(self) -> None:
        """Give up what is being counted."""
        self._over = True
        self._thread.close()
