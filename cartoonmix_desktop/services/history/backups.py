"""Daily copies of the history while the program runs, and the way back to one of them."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.core.journal.lines import FILE
from cartoonmix_desktop.services.events import BackupFailed
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.history.backups import Backup, Backups

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.storage.locations import Locations

__all__ = ["Backup", "HistoryBackups"]

_FIRST_LOOK = 60.0  # seconds after the start: the person comes first
_LOOKS = 300.0  # seconds between looks whether a copy is due
_AT_QUIT = 1.0  # seconds for one that is made then


class HistoryBackups:
    """Copies of the history, made off the event loop."""

    def __init__(self, locations: Locations, events: Events) -> None:
        """Nothing is copied yet.

        Args:
            locations: where the history is.
            events: told when a copy cannot be made.
        """
        self._backups = Backups(locations.data / "history.sqlite3", locations.data / "runs")
        self._pictures = locations.pictures
        self._events = events
        self._thread = Thread("backups")

    def before_opening(self, begins: Callable[[], None]) -> None:
        """Look at the history before it is opened, and copy one to be upgraded. Blocking.

        Args:
            begins: called before it is copied.

        Raises:
            DatabaseDamaged: there is none, and backups tell that there was one.
            StorageError: it could not be copied; then it should not be changed either.
        """
        self._backups.before_opening(time.time(), begins)

    async def stored(self) -> list[Backup]:
        """All copies, newest first."""
        return await self._thread.run(self._backups.stored)

    async def restore(self, backup: Backup) -> Path:
        """Put a copy in the place of the history; returns where the former one now is.

        Raises:
            StorageError: see `storage.backups.Backups.restore`; nothing was changed.
        """
        return await self._thread.run(self._backups.restore, backup, time.time())

    @property
    def has_journal(self) -> bool:
        """Whether there is a journal beside the pictures, from which a history can be rebuilt."""
        journal = self._pictures / FILE
        with suppress(OSError):
            return journal.is_file() and journal.stat().st_size > 0
        return False

    async def begin_anew(self, *, rebuild: bool = False) -> Path:
        """Set the history aside, so that an empty one begins; returns where it now is.

        Args:
            rebuild: whether it is filled from the journal when it is opened.

        Raises:
            StorageError: see `storage.backups.Backups.begin_anew`; nothing was changed.
        """
        return await self._thread.run(self._backups.begin_anew, time.time(), rebuild=rebuild)

    async def keep_up(self) -> None:
        """Until cancelled: make a copy whenever one is due."""
        wait = _FIRST_LOOK
        while True:
            await asyncio.sleep(wait)
            wait = _LOOKS
            try:
                if await self._thread.run(self._backups.is_due, time.time()):
                    await self._thread.run(self._backups.take, time.time())
            except StorageError as error:
                self._events.emit(BackupFailed(error))

    async def before_quit(self) -> None:
        """Make a copy if that takes less than a second; never raises."""

        def work() -> None:
            with suppress(StorageError):
                if self._backups.is_worth_it_at_quit(time.time()):
                    self._backups.take(time.time())

        making = asyncio.ensure_future(self._thread.run(work))
        if not (await asyncio.wait({making}, timeout=_AT_QUIT))[0]:
            self._backups.give_up()
            await making

    def close(self) -> None:
        """Give up the copy that is being made."""
        self._backups.give_up()
        self._thread.close()
