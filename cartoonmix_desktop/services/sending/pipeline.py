"""What sends, follows, fetches and looks after, and how one hands a task to the next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import AuthenticationRefused, CartoonMixError
from cartoonmix_desktop.services.events import PendingChanged, QueueChanged
from cartoonmix_desktop.services.sending.aftercare import AftercareClock
from cartoonmix_desktop.services.sending.estimates import Estimates
from cartoonmix_desktop.services.sending.follower import Follower
from cartoonmix_desktop.services.sending.in_flight import InFlightTasks
from cartoonmix_desktop.services.sending.makers import Makers
from cartoonmix_desktop.services.sending.reachability import Reachability
from cartoonmix_desktop.services.sending.reconciling import Reconciler
from cartoonmix_desktop.services.sending.sender import Sender
from cartoonmix_desktop.services.sending.take_up import TakeUp

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.money.caps import CapKeeper
    from cartoonmix_desktop.services.threads import OwnedTasks


class Pipeline:
    """A task goes from the sender to those in flight, and from there to the aftercare.

    Attributes:
        sender: what waits to be sent, and why it does.
        follower: sees one task through at its server.
        in_flight: the tasks that are followed or fetched.
        reconciler: finds the tasks whose answer was lost.
        aftercare: asks for what is owed after the end.
        reachability: whether servers answer.
        take_up: brings in what was not sent from here.
        deciding: held while a decision on a task is recorded; a second finds what it changed.
    """

    def __init__(
        self,
        history: History,
        library: Library,
        accounts: Accounts,
        caps: CapKeeper,
        events: Events,
        owned: OwnedTasks,
    ) -> None:
        """Nothing is sent or asked yet.

        Args:
            history: where each step is recorded before it is taken.
            library: where pictures go.
            accounts: gives the connection of a task's account.
            caps: tells whether a task may be sent.
            events: hears of all that changes.
            owned: keeps the coroutines, and ends them with the program.
        """
        self._events, self._owned = events, owned
        self._last_pending = PendingChanged(())
        self.deciding = asyncio.Lock()
        self.reachability = Reachability(accounts, events)
        self.follower = Follower(history, library, accounts, events, self)
        self.sender = Sender(history, accounts, caps, self.reachability, self)
        self.in_flight = InFlightTasks(
            history, library, self.sender, self.follower, events, owned, self
        )
        makers = Makers(history)
        self.reconciler = Reconciler(history, accounts, events, self.deciding, makers, self)
        self.take_up = TakeUp(history, accounts, events, makers, self)
        self.aftercare = AftercareClock(
            history,
            accounts,
            events,
            self.deciding,
            self.in_flight,
            self.reachability,
            self,
        )
        self._estimates = Estimates(history, events, owned)

    def accept(self, task: Task) -> None:
        """See a task through that its server has."""
        if self.in_flight.take(task):
            self._estimates.look_at(task)

    def tell_pending(self) -> None:
        """Tell what waits, what runs, and whether sending is paused."""
        self.aftercare.wake()  # what is no longer fetched may be due
        sender, queued = self.sender, self.in_flight.queued_at_server
        pending = PendingChanged(
            sender.pending.tasks, sender.full, sender.pending.edited, frozenset(sender.pauses)
        )
        if pending != self._last_pending:
            self._last_pending = pending
            self._events.emit(pending)
        self._events.emit(
            QueueChanged(
                self.in_flight.sent_from_here - queued,
                len(sender.pending),
                sender.paused,
                queued,
                sender.held,
                sender.rest,
                sender.paused_elsewhere,
                sender.pending.in_turn is not None,
            )
        )

    def count_at_server(self, account: str) -> int:
        """How many of an account's tasks its server holds and has not ended."""
        return self.in_flight.count_at_server(account)

    def note(self, account: str, error: CartoonMixError | None) -> None:
        """A server was asked about a task; a key refused here is told as one that Run refuses."""
        self.reachability.note(account, error)
        told = isinstance(self.sender.pauses.get(account), AuthenticationRefused)
        if isinstance(error, AuthenticationRefused) and not told:
            self._owned.spawn(self.sender.pause(account, error), "pause")
