"""What there is: history and pictures, opened to be browsed. It knows no network.

The window shows it before all that works on it is there, see `services.studio`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.disk import MEGABYTE
from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.core.log import library as _log
from cartoonmix_desktop.services.events import Events
from cartoonmix_desktop.services.history.backups import HistoryBackups
from cartoonmix_desktop.services.history.history import History
from cartoonmix_desktop.services.library.library import Library, thumbnail_budget
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.library_location import read_location, wait_for_move

if TYPE_CHECKING:
    from cartoonmix_desktop.storage.history.journal.rebuilding import Rebuilt
    from cartoonmix_desktop.storage.locations import Locations
    from cartoonmix_desktop.storage.settings import Settings


class LocalStore:
    """Open it, look at it, close it.

    Attributes:
        locations: where everything is.
        settings: what the person chose.
        events: listen here.
        history: all tasks.
        backups: copies of the history.
        library: all pictures.
        files: the thread of small files.
        renewal: while a history is renewed that an older version wrote. Stopped, `open` raises
            `Stopped`; it goes on when it is opened again.
        rebuilt: what was brought back from the journal, if anything was lost.
    """

    def __init__(self, locations: Locations, settings: Settings, *, once: bool = False) -> None:
        """Nothing is opened yet.

        Args:
            locations: where everything is.
            settings: what the person chose.
            once: for one job whose caller waits; see `History`.
        """
        self.locations = locations
        self.settings = settings
        self.events = Events()
        self.files = Thread("settings")
        self.history = History(locations, self.events, once=once)
        self.backups = HistoryBackups(locations, self.events)
        self.library = Library(locations, thumbnail_budget(settings) * MEGABYTE)
        self.renewal = LongWork()
        self.rebuilt: Rebuilt | None = None
        self._once = once
        self._is_open = False

    async def open(self) -> None:
        """Open all of it, unless it is: from now on it can be browsed, offline too.

        Raises:
            StorageError: the disk refuses, or the history is damaged; nothing was changed.
            Stopped: see `renewal`.
        """
        if not self._is_open:
            await self.files.run(self._open)
            self._is_open = True

    async def close(self) -> None:
        """Finish what is being written, and let go of all files."""
        if self._is_open and not self._once:
            await self.backups.before_quit()
        self.backups.close()
        await self.library.close()
        await self.history.close()
        self.files.close()

    def _note_renewed(self, share: float) -> None:
        self.renewal.total, self.renewal.done = 100, int(100 * share)
        self.renewal.check()

    def _open(self) -> None:
        # In one thread from the first to the last: handing over takes longer than most of it.
        self.locations.create()
        self.backups.before_opening(lambda: self._note_renewed(0))
        self.renewal.check()  # a copy that was given up is none
        self.history.connect(self._note_renewed)
        wait_for_move(self.locations.data)
        location = read_location(self.locations.data)
        if location.folder is not None and location.folder != self.library.root:
            self.library.folder.relocate(location.folder)  # since this process began
        if self.history.has_pictures():
            self.library.folder.expect()
        self.library.connect()
        self.history.write_beside(self.library.journal)
        try:
            self.rebuilt = self.history.bring_back(self.library.journal, self._note_renewed)
        except FolderUnusable as error:  # what is here can be browsed meanwhile
            _log.warning("nothing was brought back from the journal: %s", error)
