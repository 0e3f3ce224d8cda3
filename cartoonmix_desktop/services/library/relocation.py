"""Where the library is: looked after, chosen and moved."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import LibraryInUse, LocationUnsuitable, StorageError
from cartoonmix_desktop.core.log import library as _log
from cartoonmix_desktop.services.events import HistoryChanged, LibraryChanged
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.files.moving import Cancelled, LibraryMove, check_target, sweep
from cartoonmix_desktop.storage.files.pictures import INCOMING
from cartoonmix_desktop.storage.history.owners import living_owners
from cartoonmix_desktop.storage.library_location import (
    LibraryLocation,
    moving,
    read_location,
    write_location,
)
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.deferred_files import DeferredFiles
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.library.trash import Trash
    from cartoonmix_desktop.services.pulse import Pulse
    from cartoonmix_desktop.storage.locations import Locations

_LOOK = 4.0  # seconds between looks whether the library is there
_SAMPLE = 1000  # pictures that are looked for in a folder


class Found(Struct, frozen=True):
    """How much of the library is in a folder.

    Attributes:
        looked_for: how many pictures of the history, chosen by chance.
        there: how many of them are there.
    """

    looked_for: int
    there: int


class MoveEnd(Struct, frozen=True):
    """How a move ended.

    Attributes:
        moved: whether the library is in the new folder; else the person cancelled.
        left: the old folder, if something is left in it.
    """

    moved: bool
    left: Path | None = None


class Moving:
    """One move that a person watches; see `Relocation.moving`."""

    def __init__(self, relocation: Relocation, target: Path) -> None:
        self._relocation = relocation
        self._target = target
        self._waiting: asyncio.Task[LibraryMove] | None = None
        self._move: LibraryMove | None = None
        self._cancelled = False
        self.clearing = False
        """Whether the library is in the new place, and the old files are removed."""

    @property
    def figures(self) -> tuple[int, int, int, int] | None:
        """Files moved, files, bytes moved, bytes; None while pictures that arrive are awaited."""
        if (move := self._move) is None or not move.files:
            return None
        return move.files_done, move.files, move.bytes_done, move.bytes

    def cancel(self) -> None:
        """Leave the library where it is; without effect once it is in the new place."""
        self._cancelled = True
        if self._move is not None:
            self._move.cancel()
        if self._waiting is not None:
            self._waiting.cancel()

    async def run(self) -> MoveEnd:
        """Move.

        Raises:
            StorageError: it cannot be moved there; nothing was changed.
        """
        async with AsyncExitStack() as stack:
            self._waiting = asyncio.ensure_future(self._relocation.begin(self._target, stack))
            try:
                await asyncio.wait({self._waiting})
            except asyncio.CancelledError:
                self._waiting.cancel()
                raise
            if self._cancelled:
                return MoveEnd(moved=False)
            move = self._move = self._waiting.result()
            if not await self._relocation.carry_out(move, self._target):
                return MoveEnd(moved=False)
        self.clearing = True
        return MoveEnd(moved=True, left=await self._relocation.clear_away(move))


class Relocation:
    """Knows whether pictures can be kept, and puts the library elsewhere.

    Attributes:
        problem: why none can be kept at this moment, None if they can.
    """

    def __init__(
        self,
        locations: Locations,
        history: History,
        library: Library,
        deferred: DeferredFiles,
        trash: Trash,
        events: Events,
    ) -> None:
        """Nothing is looked at yet.

        Args:
            locations: where everything is.
            history: what should be in the library.
            library: held while it moves.
            deferred: what waits there for its place.
            trash: held likewise.
            events: told when the library is elsewhere, away or back.
        """
        self.problem: StorageError | None = None
        self._data = locations.data
        self._history = history
        self._library, self._deferred = library, deferred
        self._trash = trash
        self._events = events
        self._thread = Thread("library place")
        self._looks = Thread("library looks")
        self._move: LibraryMove | None = None
        self._over = False

    async def watch(self, pulse: Pulse) -> None:
        """Until cancelled: tell when the library goes or comes."""
        while True:
            await self.look()
            await pulse.wait(_LOOK)

    async def sweep(self) -> None:
        """Remove what moves that were killed have left.

        Raises:
            StorageError: it could not be read or recorded; it is for the next start.
        """
        location = await self._thread.run(read_location, self._data)
        if not location.leftovers:
            return
        recorded = await self._history.read_ledger(lambda ledger: ledger.trash.every_path())

        def work() -> None:
            done = {
                path
                for path in location.leftovers
                if sweep(path, self._library.root, recorded, lambda: self._over)
            }
            with moving(self._data):
                now = read_location(self._data)
                left = tuple(path for path in now.leftovers if path not in done)
                if now.readable and left != now.leftovers:
                    write_location(self._data, LibraryLocation(now.folder, left))

        await self._thread.run(work)

    async def look(self) -> None:
        """Look now whether pictures can be kept; tells it if that has changed."""
        problem = None
        try:
            await self.check()
        except StorageError as error:
            problem = error
        if str(problem) != str(self.problem):
            self.problem = problem
            _log.debug("library problem=%s", type(problem).__name__ if problem else "none")
            self.tell()

    async def check(self) -> None:
        """Look now whether pictures can be kept.

        Raises:
            LibraryMissing: the library is not there.
            FolderUnusable: it cannot be written.
        """
        await self._looks.run(self._library.folder.check)

    def close(self) -> None:
        """Give up a move: what it has copied is swept at the next start."""
        self._over = True
        if self._move is not None:
            self._move.cancel()
        self._thread.close()
        self._looks.close()

    # --- another folder --------------------------------------------------------------------------

    async def found_in(self, folder: Path) -> Found:
        """How much of the library is in a folder."""
        sample = await self._history.read_ledger(lambda ledger: ledger.trash.some_files(_SAMPLE))

        def work() -> Found:
            there = 0
            for name, size in sample:
                with suppress(OSError):
                    there += (folder / name).stat().st_size == size
            return Found(len(sample), there)

        return await self._thread.run(work)

    async def use(self, folder: Path) -> None:
        """The library is in this folder: it was moved there by hand, say. No file is touched.

        Raises:
            LibraryInUse: another process works with the library.
            LocationUnsuitable: it is no folder.
            StorageError: it cannot be written, or the choice not be recorded; nothing was changed.
        """

        def work() -> None:
            if not folder.is_dir():
                raise LocationUnsuitable(path=str(folder), reason="not_a_folder")
            with file_errors(folder):
                (folder / INCOMING).mkdir(exist_ok=True)  # so that it is never empty
            others = (path for path in read_location(self._data).leftovers if path != folder)
            write_location(self._data, LibraryLocation(folder, tuple(others)))

        async with self._alone():
            await self._thread.run(work)
            self._library.folder.relocate(folder)
        _log.debug("library used=elsewhere")
        await self.look()
        self._announce()

    # --- moving ----------------------------------------------------------------------------------

    async def check_target(self, target: Path) -> None:
        """Look whether the library could move there.

        Raises:
            LocationUnsuitable: it could not.
            FolderUnusable: the folder it would lie in is not there.
        """
        await self._thread.run(check_target, self._library.root, target)

    def moving(self, target: Path) -> Moving:
        """A move to an empty or a new folder, to be run."""
        return Moving(self, target)

    async def begin(self, target: Path, stack: AsyncExitStack) -> LibraryMove:
        """Hold all that changes the library until ``stack`` ends.

        Raises:
            StorageError: see `Moving.run`.
        """
        await self.check_target(target)
        await stack.enter_async_context(self._alone())
        await self._deferred.reconcile_files()  # what still waits then comes along
        recorded = await self._history.read_ledger(lambda ledger: ledger.trash.every_path())
        location = await self._thread.run(read_location, self._data)
        self._move = LibraryMove(self._data, location, self._library.root, target, recorded)
        _log.debug("library move=begun files=%d", len(recorded))
        return self._move

    async def carry_out(self, move: LibraryMove, target: Path) -> bool:
        """Copy and switch; says whether, or else it was cancelled.

        Raises:
            StorageError: see `Moving.run`.
        """

        def work() -> bool:
            try:
                move.copy()
                with self._library.journal.resting():
                    move.switch()
                    self._library.folder.relocate(target)
            except (Cancelled, StorageError) as error:
                try:
                    move.abandon()
                except StorageError as left:
                    _log.warning("copies are left in %s: %s", target, left)
                _log.debug("library move=given_up why=%s", type(error).__name__)
                if isinstance(error, StorageError):
                    raise
                return False
            return True

        if not await self._thread.run(work):
            return False
        _log.debug("library move=switched files=%d bytes=%d", move.files_done, move.bytes_done)
        return True

    async def clear_away(self, move: LibraryMove) -> Path | None:
        """Remove the old files; where something of them is left."""
        await self.look()
        self._announce()
        try:
            left = await self._thread.run(move.clear_away)
        except StorageError as error:
            _log.warning("the old library was not cleared away: %s", error)
            return None
        _log.debug("library move=cleared left=%s", "none" if left is None else "some")
        return left

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        with ExitStack() as stack:
            entering = asyncio.ensure_future(
                self._thread.run(stack.enter_context, moving(self._data))
            )
            try:
                await asyncio.shield(entering)
            except asyncio.CancelledError:
                with suppress(StorageError):
                    await entering  # a lock that is taken after all is let go of
                raise
            owners = await self._thread.run(living_owners, self._data / "runs")
            if set(owners) - {self._history.owner}:
                raise LibraryInUse(path=str(self._library.root))
            async with self._library.held(), self._trash.resting():
                yield

    def tell(self) -> None:
        """Tell where the library is and whether pictures can be kept, once more."""
        self._events.emit(LibraryChanged(self._library.root, self.problem))

    def _announce(self) -> None:
        """All that is shown is looked at anew: files that were missing may be there."""
        self.tell()
        self._events.emit(HistoryChanged())
