"""What goes on by itself: after a crash, sleep, a lost connection, a full disk, another key."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CartoonMixError,
    CredentialsError,
    PictureUnreachable,
    StorageError,
)
from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import (
    ConnectionChanged,
    Event,
    LibraryChanged,
    QueueChanged,
    TaskChanged,
)
from cartoonmix_desktop.services.sending.backoff import SLOWEST_FOR_DISK, backoff
from cartoonmix_desktop.services.sending.resume_detector import ResumeDetector

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.remote import LiveFrame
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.pulse import Pulse
    from cartoonmix_desktop.services.sending.pipeline import Pipeline
    from cartoonmix_desktop.services.sending.task_commands import TaskCommands
    from cartoonmix_desktop.services.threads import OwnedTasks

_ORPHANS = 4.0  # seconds between looks whether another process left something unfinished
_DISK_KEY = "disk"  # a fact that is only written to see whether it can be


class Recovery:
    """Hears what happens, and takes up again what it had held up."""

    def __init__(
        self,
        history: History,
        library: Library,
        accounts: Accounts,
        events: Events,
        owned: OwnedTasks,
        pipeline: Pipeline,
        commands: TaskCommands,
        pulse: Pulse,
    ) -> None:
        """Listen from now on; begin with `adopt_unfinished`.

        Args:
            history: tells what was left unfinished.
            library: tells whether there is room for pictures.
            accounts: tells when another is asked, or with another key.
            events: tells what happens.
            owned: keeps the coroutines, and ends them with the program.
            pipeline: what is taken up.
            commands: fetches again what could not be reached.
            pulse: when to look.
        """
        self._history, self._library, self._accounts = history, library, accounts
        self._owned, self._pipeline, self._commands = owned, pipeline, commands
        self._sender = pipeline.sender
        self._pulse = pulse
        self._stranded: set[int] = set()  # tasks with a picture whose host could not be reached
        self._awaiting_disk = False
        self._library_problem: StorageError | None = None
        self._resume_detector = ResumeDetector(self._on_resumed, sleep=pulse.wait)
        events.listen(self._on_event)
        accounts.attach(self)

    def start(self) -> None:
        """Watch for sleep and for what other processes leave."""
        self._owned.spawn(self._watch_orphans(), "orphans")
        self._owned.spawn(self._resume_detector.watch(), "wake")

    async def adopt_unfinished(self) -> None:
        """Pick up what this or another process left unfinished or in doubt."""
        adopted = []
        for task in await self._history.adopt():
            if task.state is TaskState.QUEUED and task.cancelling:  # taken back while it was sent
                await self._history.move(task.id, TaskState.CANCELLED)
            else:
                adopted.append(task)
        for task in adopted:
            if task.state is not TaskState.QUEUED:
                self._pipeline.accept(task)
        if waiting := [task for task in adopted if task.state is TaskState.QUEUED]:
            self._sender.pending.put(waiting)
        await self._pipeline.reconciler.restore()
        await self._pipeline.aftercare.restore()

    async def _watch_orphans(self) -> None:
        """Other processes end at any time, and the last of them tells nobody."""
        while True:
            await self._pulse.wait(_ORPHANS)
            with suppress(StorageError):
                await self.adopt_unfinished()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ConnectionChanged) and event.online:
            self._pipeline.reconciler.ask_again()
            self._pipeline.aftercare.hurry()
        if isinstance(event, QueueChanged):
            self._watch_disk()
        if isinstance(event, LibraryChanged):
            self._library_problem = event.problem
            self._owned.spawn(self._heed_library(event.problem), "library")
        if isinstance(event, TaskChanged):
            if any(isinstance(output.error, PictureUnreachable) for output in event.task.broken):
                self._stranded.add(event.task.id)
            else:
                self._stranded.discard(event.task.id)
        elif isinstance(event, ConnectionChanged) and event.online:
            self._owned.spawn(self._fetch_stranded(), "stranded pictures")

    async def _heed_library(self, problem: StorageError | None) -> None:
        """What no folder can take is not asked for; once there is one, all goes on."""
        if problem is None:
            await self._sender.lift_for_disk()
            return
        for account in {self._accounts.name, *(t.account for t in self._sender.pending.tasks)}:
            await self._sender.pause(account, problem)

    async def _fetch_stranded(self) -> None:
        for task_id in self._stranded - set(self._pipeline.in_flight):
            with suppress(CartoonMixError, KeyError):
                await self._commands.fetch_again(task_id)

    def look_around(self) -> None:
        """Find out at once whether the computer slept, say: the window was just turned to."""
        if self._accounts.known.is_set():
            self._resume_detector.look()

    def _on_resumed(self) -> None:
        self._owned.spawn(self._pick_up(), "resumed")

    async def _pick_up(self) -> None:
        """After sleep, on another network, under a clock that was set: everything at once."""
        await self._accounts.reconnect()
        self._pipeline.reachability.begin_anew()  # and what it finds brings stranded pictures home
        self._sender.wake()
        self._pipeline.follower.ask_now()
        self._pipeline.aftercare.hurry()

    def on_frame(self, frame: LiveFrame) -> None:
        """A server hints by itself at a change of a task."""
        self._pipeline.follower.on_frame(frame)

    def on_account_changed(self) -> None:
        """Ask at once what the former account or key could not be asked."""
        self._pipeline.reachability.begin_anew()
        self._pipeline.reconciler.ask_again()
        self._pipeline.follower.ask_now()
        self._pipeline.aftercare.hurry()
        refused = (AuthenticationRefused, CredentialsError)
        if any(isinstance(reason, refused) for reason in self._sender.pauses.values()):
            self._owned.spawn(self._sender.lift_all(), "resume")
        if self._library_problem is not None:  # it holds up the new account as well
            self._owned.spawn(self._heed_library(self._library_problem), "library")
        self._pipeline.tell_pending()  # what holds up the account in use is told of first

    def _refused_disk(self) -> StorageError | None:
        pauses = self._sender.pauses.values()
        return next((reason for reason in pauses if isinstance(reason, StorageError)), None)

    def _watch_disk(self) -> None:
        if (refused := self._refused_disk()) is not None and not self._awaiting_disk:
            self._awaiting_disk = True
            _log.debug("disk state=refuses error=%s", type(refused).__name__)
            self._owned.spawn(self._await_disk(), "disk")

    async def _await_disk(self) -> None:
        """Try a disk that refused until it takes things again; then what waits for it goes on."""
        for failures in count():
            await asyncio.sleep(backoff(failures, SLOWEST_FOR_DISK))
            if self._refused_disk() is None:
                break
            with suppress(StorageError):
                await self._library.check_room()
                await self._history.set_state(_DISK_KEY, "took this")
                await self._sender.lift_for_disk()
                _log.debug("disk state=takes_again tries=%d", failures + 1)
        self._awaiting_disk = False
