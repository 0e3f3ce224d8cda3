"""The whole work behind the window and the command line, in one place to ask."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    StorageError,
)
from cartoonmix_desktop.services.account.accounts import Accounts
from cartoonmix_desktop.services.account.updates import Updates, built_in_channel
from cartoonmix_desktop.services.events import (
    AccountKind,
    HistoryChanged,
)
from cartoonmix_desktop.services.history.marks import Marks
from cartoonmix_desktop.services.history.undo import UndoStack
from cartoonmix_desktop.services.library.deferred_files import DeferredFiles
from cartoonmix_desktop.services.library.disk import Disk
from cartoonmix_desktop.services.library.journal_keeper import JournalKeeper
from cartoonmix_desktop.services.library.relinking import Relinker
from cartoonmix_desktop.services.library.relocation import Relocation
from cartoonmix_desktop.services.library.remote_copies import RemoteCopies
from cartoonmix_desktop.services.library.trash import Trash
from cartoonmix_desktop.services.money.balance import Balance
from cartoonmix_desktop.services.money.caps import CapKeeper
from cartoonmix_desktop.services.money.model_facts import ModelFacts
from cartoonmix_desktop.services.money.prices import Prices
from cartoonmix_desktop.services.money.spending import Spending
from cartoonmix_desktop.services.preferences import Preferences
from cartoonmix_desktop.services.pulse import Pulse
from cartoonmix_desktop.services.sending.pipeline import Pipeline
from cartoonmix_desktop.services.sending.recovery import Recovery
from cartoonmix_desktop.services.sending.task_commands import TaskCommands
from cartoonmix_desktop.services.threads import OwnedTasks
from cartoonmix_desktop.services.transfer.archive import Archive
from cartoonmix_desktop.services.transfer.exporting import Exporter
from cartoonmix_desktop.services.transfer.importing import Importer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.services.library.local_store import LocalStore

_LAST_CHANCE = 1.0  # seconds, of the three that quitting may take, for a Run to be answered
_FIRST_LOOK = 2.0  # seconds that all waits for the library


class Studio:
    """Open it, start it, ask it for pictures, close it. Everything that happens is told as events.

    Attributes:
        local_store: history and pictures; what it has is here too.
        events: listen here.
        pulse: told whether the window is seen.
        history: all tasks.
        library: all pictures.
        preferences: what the person chose.
        accounts: whom pictures are asked from.
        caps: what runs may cost, and what is left of it.
        sender: what waits to be sent, and why it does.
        tasks: what a person asks for a task.
        take_up: brings in what the account made elsewhere.
        sender: what waits to be sent, and why it does.
        recovery: what goes on by itself after something held it up.
        undo: what the person did to the library, and the way back.
        updates: whether a newer version exists; never asked in a run for the sandbox alone.
        trash: what was thrown away.
        deferred: files that wait for their places.
        importer: pictures from other folders.
        exporter: pictures into other folders.
        archive: the whole library in one file.
        relinker: finds pictures whose files are gone.
        relocation: where the library is, and whether pictures can be kept there.
        disk: what everything takes on it.
        remote_copies: the pictures that the server still has.
        prices: what a run is expected to cost.
        balance: what is left to the account in use.
        marks: favourites, ratings, tags, notes, collections and saved searches.
        spending: what was charged, added up.
    """

    def __init__(
        self,
        local_store: LocalStore,
        environ: Mapping[str, str] = os.environ,
        *,
        only: AccountKind | None = None,
    ) -> None:
        """Nothing is begun yet.

        Args:
            local_store: what there is; it may be open already.
            environ: read for addresses and credentials.
            only: ask this account for the whole run, whatever was chosen before.

        Raises:
            ConfigurationError: an address in ``environ`` is not allowed.
        """
        self.local_store = local_store
        locations = local_store.locations
        settings = local_store.settings
        self.preferences = Preferences(settings, local_store.files)
        self.events = local_store.events
        self.history = local_store.history
        self.library = local_store.library
        self.pulse = Pulse(self.events)
        self.undo = UndoStack(self.events)
        self.marks = Marks(self.history, self.events, self.undo)
        self.spending = Spending(self.history)
        self.accounts = Accounts(locations, settings, self.events, environ, only=only)
        self.trash = Trash(self.history, self.library, settings, self.events)
        self.deferred = DeferredFiles(self.history, self.library)
        self.importer = Importer(
            self.history, self.library, self.deferred, self.trash, self.events, self.undo
        )
        self.exporter = Exporter(self.history, self.library)
        self.relinker = Relinker(self.history, self.library, self.deferred, self.events)
        self.archive = Archive(self.history, self.library, self.deferred, locations, self.events)
        self.relocation = Relocation(
            locations, self.history, self.library, self.deferred, self.trash, self.events
        )
        self._journal = JournalKeeper(self.history, self.events)
        self.disk = Disk(locations, self.library)
        self.remote_copies = RemoteCopies(self.history, self.library, self.accounts)
        channel = built_in_channel() if only is None else None
        self.updates = Updates(settings, local_store.files, self.events, channel)
        self._owned = OwnedTasks()
        self._facts = ModelFacts(locations.data, local_store.files, self.accounts, self.events)
        self.balance = Balance(self.accounts, self.events)
        self.prices = Prices(self.history, self.accounts, self._facts, self.events, self._owned)
        self.caps = CapKeeper(
            *(self.history, settings, local_store.files, self.accounts),
            *(self.events, self._owned, self.prices.quote),
        )
        self._pipeline = Pipeline(
            *(self.history, self.library, self.accounts, self.caps, self.events, self._owned)
        )
        self.sender = self._pipeline.sender
        self.take_up = self._pipeline.take_up
        self.tasks = TaskCommands(
            *(self.history, self.library, self.accounts),
            *(self.relocation, self.caps, self._pipeline),
        )
        self.recovery = Recovery(
            *(self.history, self.library, self.accounts, self.events, self._owned),
            *(self._pipeline, self.tasks, self.pulse),
        )

    # --- life ------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open history and pictures: from now on both can be browsed, offline too.

        Raises:
            StorageError: the disk refuses; its error names folder or file.
        """
        await self.local_store.open()
        self.history.tell_totals()

    async def start(self) -> None:
        """Find the credentials, pick up everything unfinished, and begin to send."""
        spawn, pipeline = self._owned.spawn, self._pipeline
        spawn(self._tidy(), "places")
        spawn(self.archive.sweep(), "archives")
        spawn(self.trash.watch(), "trash")
        await self.accounts.load()
        await pipeline.sender.restore()
        with suppress(TimeoutError):  # a network share that hangs holds up nothing else
            async with asyncio.timeout(_FIRST_LOOK):
                await self.relocation.look()
        spawn(self.relocation.watch(self.pulse), "library")
        await self.recovery.adopt_unfinished()
        await self.prices.load()  # what waits is looked at by its price
        spawn(pipeline.sender.run(), "queue")
        spawn(pipeline.reconciler.run(), "lost answers")
        await pipeline.aftercare.restore(at_start=True)
        spawn(pipeline.aftercare.run(), "aftercare")
        spawn(self.history.watch(self.pulse), "other processes")
        spawn(pipeline.reachability.watch(), "connection")
        self.recovery.start()
        spawn(self._facts.watch(), "model")
        spawn(self.balance.watch(), "balance")
        spawn(self.updates.run(), "newer versions")
        spawn(self.local_store.backups.keep_up(), "backups")
        spawn(self._journal.keep_up(self.pulse), "journal")
        pipeline.tell_pending()

    async def _tidy(self) -> None:
        """Finish what ended amid a move of the library, or before files had their places."""
        with suppress(StorageError):
            await self.relocation.sweep()  # first: what waits is still the same in both folders
        if (await self.deferred.reconcile_files()).found:
            self.events.emit(HistoryChanged())

    async def close(self) -> None:
        """End within three seconds; what is unfinished is picked up at the next start."""
        await asyncio.gather(
            self.sender.finish_sending(_LAST_CHANCE), self._owned.cancel(_LAST_CHANCE)
        )
        await self.accounts.close()
        self.deferred.close()
        self.importer.close()
        self.exporter.close()
        self.relinker.close()
        self.archive.close()
        self.disk.close()
        self.take_up.close()
        self._journal.close()
        self.relocation.close()
        self.trash.close()
        await self.local_store.close()
