"""The pictures on disk and their thumbnails."""

from __future__ import annotations

import shutil
from contextlib import aclosing
from typing import TYPE_CHECKING

from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.pictures import PictureFolder
from cartoonmix_desktop.storage.thumbnails import Thumbnails, make_thumbnail

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from cartoonmix_desktop.core.task import Output, Task
    from cartoonmix_desktop.storage.locations import Locations
    from cartoonmix_desktop.storage.pictures import KeptPicture


class Library:
    """Keeps pictures exactly as served, and a small copy of each at hand.

    Attributes:
        root: the folder that the artist opens.
    """

    def __init__(self, locations: Locations) -> None:
        self.root: Path = locations.pictures
        self._folder = PictureFolder(locations.pictures)
        self._cache_path = locations.cache / "thumbnails.sqlite3"
        self._threads = Thread("pictures", 2)
        self._thumbnails: Thumbnails

    async def open(self) -> None:
        """Open the thumbnail cache, and clear away what a crash left half received."""
        self._thumbnails = await self._threads.run(Thumbnails, self._cache_path)
        await self._threads.run(self._folder.sweep)

    async def close(self) -> None:
        """Finish what is being written."""
        if hasattr(self, "_thumbnails"):
            await self._threads.run(self._thumbnails.close)
        self._threads.close()

    async def keep(
        self, task: Task, output: Output, chunks: AsyncGenerator[bytes, None]
    ) -> KeptPicture:
        """Receive one picture, verify it and give it its name.

        Args:
            task: whose picture it is.
            output: its place.
            chunks: the bytes as they arrive.

        Raises:
            PictureError: the bytes are not what they should be; nothing is left behind.
            StorageError: the disk refused; nothing is left behind.
        """
        incoming = await self._threads.run(self._folder.receive)
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    await self._threads.run(incoming.write, chunk)
            kept = await self._threads.run(
                incoming.keep,
                created_at=task.created_at,
                uid=task.uid,
                position=output.position,
                title=task.request.title,
            )
        finally:
            await self._threads.run(incoming.discard)
        await self._threads.run(self._thumbnails.put, kept.sha256, kept.thumbnail)
        return kept

    def path(self, output: Output) -> Path:
        """Where the picture is; the file may be missing."""
        return self._folder.path(output.path)

    async def missing(self, task: Task) -> list[Output]:
        """Kept pictures of the task whose file is gone."""

        def work() -> list[Output]:
            return [o for o in task.kept if not self._folder.has(o.path, o.size)]

        return await self._threads.run(work)

    async def thumbnail(self, output: Output) -> bytes | None:
        """The encoded thumbnail, built from the picture if need be; None if that is missing."""
        if not output.sha256:
            return None

        def work() -> bytes | None:
            data = self._thumbnails.get(output.sha256)
            if data is None and (data := make_thumbnail(self._folder.path(output.path))):
                self._thumbnails.put(output.sha256, data)
            return data

        return await self._threads.run(work)

    async def export(self, output: Output, destination: Path) -> None:
        """Copy the picture's exact bytes to ``destination``; an OSError names what went wrong."""
        await self._threads.run(shutil.copyfile, self.path(output), destination)

    async def thumbnails_size(self) -> int:
        """Bytes the thumbnail cache holds on disk."""
        return await self._threads.run(self._thumbnails.size)

    async def clear_thumbnails(self) -> None:
        """Empty the cache; thumbnails are rebuilt from the pictures when next seen."""
        await self._threads.run(self._thumbnails.clear)
