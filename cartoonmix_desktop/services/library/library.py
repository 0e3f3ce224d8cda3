"""The pictures on disk and their thumbnails."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.disk import BUDGETS, MEGABYTE, USUAL_BUDGET
from cartoonmix_desktop.core.errors import (
    ExportImpossible,
    PictureError,
    PictureTooLarge,
    PictureTruncated,
    StorageError,
)
from cartoonmix_desktop.core.log import library as _log
from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.files.decoding import format_of
from cartoonmix_desktop.storage.files.pictures import IncomingPicture, PictureFolder
from cartoonmix_desktop.storage.files.received import find, forget
from cartoonmix_desktop.storage.files.thumbnails import Thumbnails, make_thumbnail
from cartoonmix_desktop.storage.journal.file import JournalFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from cartoonmix_desktop.core.task.resumable_download import Download, PartReceived
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.storage.files.pictures import KeptPicture
    from cartoonmix_desktop.storage.files.received import ReceivedFile
    from cartoonmix_desktop.storage.locations import Locations
    from cartoonmix_desktop.storage.settings import Settings

    Deliver = Callable[[PartReceived | None], AbstractAsyncContextManager[Download]]

BUDGET_SETTING = "thumbnail_budget"
"""Where the megabytes that thumbnails may take are kept in the settings."""

_HEAD = 16  # bytes that tell the format
_USUAL_SIZE = 1024**2  # bytes of a picture, where nobody says


class Library:
    """Keeps pictures exactly as served, and a small copy of each at hand.

    Attributes:
        folder: that the artist opens.
        journal: what the history holds, beside the pictures.
    """

    def __init__(self, locations: Locations, budget: int = USUAL_BUDGET * MEGABYTE) -> None:
        """Nothing is opened yet.

        Args:
            locations: where everything is.
            budget: bytes that thumbnails may take.
        """
        self.folder = PictureFolder(locations.pictures, chosen=locations.chosen)
        self.journal = JournalFile(self.folder, locations.data)
        self._budget = budget
        self._free = asyncio.Event()  # set unless all writing is held
        self._free.set()
        self._idle = asyncio.Event()  # set while nothing is written
        self._idle.set()
        self._writers = 0
        self._cache_path = locations.cache / "thumbnails.sqlite3"
        # One more than there are cores: one of them often waits for the disk or for another.
        self._threads = Thread("pictures", 1 + (os.cpu_count() or 1))
        self._thumbnails: Thumbnails
        self._incoming: set[IncomingPicture] = set()
        self._refused = 0  # bytes of the largest picture that the disk did not take

    @property
    def root(self) -> Path:
        """Where the folder is; it may move while the program runs."""
        return self.folder.root

    async def open(self) -> None:
        """Open the thumbnail cache, and clear away what a crash left half received."""
        await self._threads.run(self.connect)

    def connect(self) -> None:
        """As `open`, and blocking."""
        self._thumbnails = Thumbnails(self._cache_path, self._budget)
        self.folder.sweep()

    async def close(self) -> None:
        """Finish what is being written, and set aside what is still coming."""
        for incoming in tuple(self._incoming):
            await self._threads.run(incoming.keep_part)
        if hasattr(self, "_thumbnails"):
            await self._threads.run(self._thumbnails.close)
        self._threads.close()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Files are put into the library; waits as long as it is `held`."""
        await self._free.wait()
        self._writers += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._writers -= 1
            if not self._writers:
                self._idle.set()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nothing new comes to the library meanwhile; what is on its way is waited for."""
        self._free.clear()
        _log.debug("library held=yes writers=%d", self._writers)
        try:
            await self._idle.wait()
        except BaseException:
            self._free.set()
            raise
        try:
            yield
        except asyncio.CancelledError:
            raise  # the program ends, and where the library is may just change: nothing comes now
        except BaseException:
            self._free.set()
            raise
        _log.debug("library held=no")
        self._free.set()

    async def keep(
        self, task: Task, output: Output, deliver: Deliver, size: int | None = None
    ) -> KeptPicture:
        """Receive one picture, verify it and give it its name.

        What came before its host broke off, or before this was cancelled, is taken up by the next
        attempt, also after a new start of the program. What is a whole picture is kept, however it
        came; all else is kept aside, see `received`.

        Args:
            task: whose picture it is.
            output: its place.
            deliver: begins to deliver it, given the part that is here.
            size: bytes that are expected, if known.

        Raises:
            PictureError: the bytes are not what they should be.
            StorageError: the disk refused; see `check_room`.
        """
        try:
            async with self.writing():
                incoming = await self._threads.open(
                    IncomingPicture.keep_part,
                    partial(self.folder.receive, _name(task, output), size),
                )
                self._incoming.add(incoming)
                try:
                    kept = await self._receive(incoming, task, output, deliver)
                finally:
                    await self._threads.run(incoming.keep_part)
                    self._incoming.discard(incoming)
        except StorageError:
            self._refused = max(self._refused, size or _USUAL_SIZE)
            raise
        self._refused = 0
        self.folder.expect()
        await self._threads.run(self._thumbnails.put, {kept.sha256: kept.thumbnail})
        return kept

    async def _receive(
        self, incoming: IncomingPicture, task: Task, output: Output, deliver: Deliver
    ) -> KeptPicture:
        broke_off: PictureError | None = None
        try:
            async with deliver(incoming.part) as download:
                await self._threads.run(incoming.begin, download)
                async for chunk in download.chunks:
                    await self._threads.run(incoming.write, chunk)
        except PictureError as error:  # all the same, the whole picture may have come
            broke_off = error
        try:
            return await self._threads.run(incoming.keep, **_facts(task, output))
        except PictureError as error:
            if not output.was_kept and not isinstance(broke_off, PictureTooLarge):
                whole = not (broke_off or incoming.resumed or isinstance(error, PictureTruncated))
                await self._threads.run(incoming.hold, whole=whole)
            if broke_off is not None:
                raise broke_off from None
            if incoming.resumed:  # the fault of the seam, perhaps: worth another attempt
                raise PictureTruncated(f"in two goes: {type(error).__name__}") from error
            raise

    async def received(self, task: Task, output: Output) -> ReceivedFile | None:
        """What is kept aside in the place of a picture; None for nothing.

        Raises:
            StorageError: it is there, and cannot be read.
        """
        return await self._threads.run(find, self.root, _name(task, output))

    async def forget_received(self, task: Task, output: Output, keep: str = "") -> None:
        """Delete what is kept aside in the place of a picture, but for one path."""
        with suppress(StorageError):  # it takes room, and no more
            await self._threads.run(forget, self.root, _name(task, output), keep)

    async def take_up(self, task: Task, output: Output) -> KeptPicture | None:
        """Make a picture of what was kept aside, where this version can read it; else None.

        Raises:
            StorageError: the disk refused.
        """

        def work() -> KeptPicture | None:
            try:
                with self.folder.path(output.path).open("rb") as file:
                    format_of(file.read(_HEAD))  # most are not even looked at further
                    file.seek(0)
                    data = file.read()
                if hashlib.sha256(data).hexdigest() != output.sha256:
                    return None
                with self.folder.receive() as incoming:
                    incoming.write(data)
                    return incoming.keep(**_facts(task, output))
            except (OSError, ValueError, PictureError):
                return None

        async with self.writing():
            kept = await self._threads.run(work)
        if kept is not None:
            await self._threads.run(self._thumbnails.put, {kept.sha256: kept.thumbnail})
        return kept

    async def check_room(self) -> None:
        """After the disk has refused a picture: find out whether it would take one now.

        Raises:
            StorageError: it would not.
        """
        await self._threads.run(self.folder.check)
        if self._refused:
            await self._threads.run(self.folder.try_out, self._refused)

    def path(self, output: Output) -> Path:
        """Where the picture is; the file may be missing."""
        return self.folder.path(output.path)

    async def is_whole(self, output: Output) -> bool:
        """Whether the picture's file is there, byte for byte as it was served: compared now."""

        def work() -> bool:
            try:
                with self.folder.path(output.path).open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest() == output.sha256
            except (OSError, ValueError):
                return False

        return await self._threads.run(work)

    async def missing(self, task: Task) -> list[Output]:
        """Kept pictures of the task whose file is gone."""

        def work() -> list[Output]:
            return [o for o in task.kept if not self.folder.has(o.path, o.size)]

        return await self._threads.run(work)

    async def not_whole(self, task: Task) -> list[Output]:
        """Kept pictures of the task whose file is gone, or is not byte for byte what was kept."""
        return [output for output in task.kept if not await self.is_whole(output)]

    async def thumbnail(self, output: Output) -> bytes | None:
        """The encoded thumbnail, built from the picture if need be; None if that is missing."""
        [found] = await self.thumbnails((output,))
        return found

    async def absent(self, outputs: Sequence[Output]) -> frozenset[int]:
        """The ids of those kept pictures whose file is gone, or is not what was kept."""

        def work() -> frozenset[int]:
            return frozenset(o.id for o in outputs if not self.folder.has(o.path, o.size))

        return await self._threads.run(work)

    async def originals(self, outputs: Sequence[Output]) -> list[bytes | None]:
        """The bytes of each picture; None where its file is missing."""

        def work() -> list[bytes | None]:
            return [self._original(output) for output in outputs]

        return await self._threads.run(work)

    def _original(self, output: Output) -> bytes | None:
        if output.state is not OutputState.KEPT:  # what is kept aside is handed to nobody
            return None
        try:
            return self.folder.path(output.path).read_bytes()
        except (OSError, ValueError):
            return None

    async def thumbnails(self, outputs: Sequence[Output]) -> list[bytes | None]:
        """`thumbnail` of each, by one thread; those that are built are kept together."""

        def work() -> list[bytes | None]:
            found = self._thumbnails.get(output.sha256 for output in outputs)
            made: dict[str, bytes] = {}
            for output in outputs:
                if not output.was_kept or output.sha256 in found or output.sha256 in made:
                    continue
                if data := make_thumbnail(self.folder.path(output.path)):
                    made[output.sha256] = data
            self._thumbnails.put(made)
            found |= made
            return [found.get(output.sha256) for output in outputs]

        return await self._threads.run(work)

    async def export(self, output: Output, destination: Path) -> None:
        """Copy the picture's exact bytes to ``destination``, read back and compared.

        Raises:
            ExportImpossible: it is not there, or not the one that was kept; or what was read back
                differs. As with all others, what was at ``destination`` stays.
            DiskFull: no room.
            FolderUnusable: the folder cannot be written.
        """

        def work() -> None:
            # Imported here: no start needs it.
            from cartoonmix_desktop.storage.exchange.exports import read_kept, write_over

            if output.state is not OutputState.KEPT:  # what is kept aside is handed to nobody
                raise ExportImpossible("missing")
            write_over(destination, read_kept(self.path(output), output.sha256))

        await self._threads.run(work)

    async def drop_thumbnails(self, hashes: Collection[str]) -> None:
        """Forget the thumbnails of pictures that were deleted."""
        await self._threads.run(self._thumbnails.drop, hashes)

    async def limit_thumbnails(self, budget: int) -> None:
        """Let them take so many bytes from now on."""
        await self._threads.run(self._thumbnails.limit, budget)

    async def clear_thumbnails(self) -> None:
        """Empty the cache; thumbnails are rebuilt from the pictures when next seen."""
        await self._threads.run(self._thumbnails.clear)


def _name(task: Task, output: Output) -> str:
    """Under which what is no picture yet is left in the library."""
    return f"{task.uid}-{output.position + 1}"


def _facts(task: Task, output: Output) -> dict[str, Any]:
    """What the name of a picture is made of; see `IncomingPicture.keep`."""
    return {
        "created_at": task.created_at,
        "uid": task.uid,
        "position": output.position,
        "title": task.request.title,
    }


def thumbnail_budget(settings: Settings) -> int:
    """Megabytes that thumbnails may take, as the person chose."""
    chosen = settings.get(BUDGET_SETTING, USUAL_BUDGET)
    return chosen if chosen in BUDGETS else USUAL_BUDGET
