"""Sees to it that the journal beside the pictures gets what it lacks, and stays small."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import LibraryMoving, StorageError
from cartoonmix_desktop.core.log import library as _log
from cartoonmix_desktop.services.events import JournalChanged
from cartoonmix_desktop.services.threads import Thread

if TYPE_CHECKING:
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.pulse import Pulse

_FIRST_LOOK = 5.0  # seconds after the start: the person comes first
_LOOK = 8.0  # seconds between two looks at what waits
_PAUSE = 0.05  # seconds between two pieces of much
_LASTS = 60.0  # seconds after which it is told that the journal cannot be written
_BREATH = 0.001  # seconds in which others get Python's lock, while it is made smaller


class _Over(Exception):
    """The program ends."""


class JournalKeeper:
    """Writes what waits, in small pieces, and makes the journal smaller once a start."""

    def __init__(self, history: History, events: Events) -> None:
        """Nothing is looked at yet.

        Args:
            history: what is written down.
            events: told when the journal cannot be written for long, and when it can again.
        """
        self._history = history
        self._events = events
        self._thread = Thread("journal")
        self._over = False
        self._since: float | None = None  # when it was refused first, uptime
        self._told: StorageError | None = None

    async def keep_up(self, pulse: Pulse) -> None:
        """Until cancelled."""
        await asyncio.sleep(_FIRST_LOOK)
        large = True
        while True:
            more = await self.look()
            if large and not more and self._since is None:
                large = False
                await self._compact()
            if more and self._since is None:
                await asyncio.sleep(_PAUSE)
            else:
                await pulse.wait(_LOOK)

    async def look(self) -> bool:
        """Write some of what waits; says whether more does."""
        try:
            more, problem = await self._history.write_ledger(
                lambda ledger: (ledger.outbox.write_some(), ledger.outbox.problem)
            )
        except StorageError as error:  # of the history itself: told by whoever writes it
            _log.warning("the journal was not written: %s", error)
            return True
        now = time.monotonic()
        if problem is None or isinstance(problem, LibraryMoving):
            self._since, problem = None, None
        elif self._since is None:
            self._since = now
        if self._since is not None and now - self._since < _LASTS:
            problem = self._told
        if str(problem) != str(self._told):
            self._told = problem
            self._events.emit(JournalChanged(problem))
        return more

    def close(self) -> None:
        """Give up what is being made smaller."""
        self._over = True
        self._thread.close()

    async def _compact(self) -> None:
        def check() -> None:
            if self._over:
                raise _Over
            time.sleep(_BREATH)

        try:
            await self._thread.run(self._history.compact_journal, check)
        except _Over:
            pass
        except StorageError as error:
            _log.warning("the journal was not made smaller: %s", error)
