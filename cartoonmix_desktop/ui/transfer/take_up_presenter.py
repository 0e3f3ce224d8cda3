"""Taking up what an account made elsewhere, as the window asks for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.search.days import midnight
from cartoonmix_desktop.services.threads import OwnedTasks
from cartoonmix_desktop.ui.command_names import Command

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from cartoonmix_desktop.core.task.remote import RemoteOutput
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.sending.take_up import Found, Listing, TakeUp
    from cartoonmix_desktop.ui.app.event_signals import EventSignals
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.transfer.take_up_dialog import TakeUpDialog

_FOR_EVER = 253_402_300_799.0  # the last second of the year 9999


class TakeUpPresenter(QObject):
    """Looks, shows, takes up, and says how far it is."""

    def __init__(
        self, take_up: TakeUp, signals: EventSignals, frame: Frame, spawn: Spawn, parent: QObject
    ) -> None:
        """Join the service to the window.

        Args:
            take_up: lists and takes up.
            signals: tell how tasks change, and the account.
            frame: the window around.
            spawn: runs a coroutine and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._take_up, self._frame, self._spawn = take_up, frame, spawn
        self._dialog: TakeUpDialog | None = None
        self._turn = 0  # of looking: what an earlier one finds is of no interest
        self._under_way = OwnedTasks()
        self._work: set[asyncio.Task[None]] = set()  # for the dialog alone
        self._account = ""
        self._taken: dict[int, Task | None] = {}  # by id; None until it rests
        frame.commands.bind(Command.TAKE_UP, self.open)
        signals.task_changed.connect(self._on_task_changed)
        signals.account_changed.connect(self._on_account_changed)

    def open(self) -> None:
        """Open the dialog, and begin to look."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        from cartoonmix_desktop.ui.transfer.take_up_dialog import TakeUpDialog
        from cartoonmix_desktop.ui.transfer.take_up_list import FoundModel

        self._taken.clear()
        dialog = TakeUpDialog(FoundModel(self._preview, self._begin), self._frame.widget)
        dialog.look_requested.connect(self._look)
        dialog.take_requested.connect(self._take)
        dialog.finished.connect(self.stop)
        self._dialog = dialog
        dialog.open()
        self._look()

    def stop(self) -> None:
        """End what goes on for the dialog alone: it is closed, or the program ends."""
        self._dialog = None
        self._turn += 1
        for task in self._work:
            task.cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._under_way.spawn(work, "taking up")
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    # --- looking ---------------------------------------------------------------------------------

    def _look(self) -> None:
        """Read the list from its beginning, whatever was being read."""
        if self._dialog is not None:
            self._turn += 1
            self._dialog.show_looking(None)
            self._begin(self._read(self._dialog, self._turn))

    async def _read(self, dialog: TakeUpDialog, turn: int) -> None:
        def tell(listing: Listing, found: list[Found]) -> None:
            if turn != self._turn:
                raise asyncio.CancelledError
            self._account = listing.account
            dialog.model.add(found)
            dialog.show_looking(listing)

        first, last = dialog.days
        since = 0.0 if first is None else midnight(first)
        until = _FOR_EVER if last is None else midnight(last + timedelta(days=1))
        try:
            listing = await self._take_up.look(since, until, tell)
        except CartoonMixError as error:
            if turn == self._turn:
                dialog.show_problem(error)
        else:
            if turn == self._turn:
                dialog.show_listed(listing)

    async def _preview(self, output: RemoteOutput) -> bytes | None:
        return await self._take_up.preview(self._account, output)

    # --- taking ----------------------------------------------------------------------------------

    def _take(self, found: Sequence[Found]) -> None:
        async def work() -> None:
            try:
                ids = await self._take_up.take(found, self._account)
            except CartoonMixError as error:
                if self._dialog is not None:
                    self._dialog.show_problem(error)
                return
            self._taken |= dict.fromkeys(ids)
            if self._dialog is not None:
                self._dialog.model.drop(one.remote.id for one in found)
                self._tell()

        self._spawn(work())

    def _on_task_changed(self, task: Task) -> None:
        if task.id in self._taken and self._dialog is not None:
            self._taken[task.id] = task if task.at_rest else None
            self._tell()

    def _tell(self) -> None:
        if self._dialog is None:
            return
        rest = [task for task in self._taken.values() if task is not None]
        short = sum(len(task.kept) < len(task.outputs) for task in rest)
        self._dialog.show_taken(len(rest), len(self._taken), short)

    def _on_account_changed(self) -> None:
        if self._dialog is not None:
            self._look()
