"""The tasks that are followed or fetched, each by a coroutine of its own."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from itertools import count
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import OutcomeUnknown, StorageError
from cartoonmix_desktop.core.log import follow as _log
from cartoonmix_desktop.core.log import storage as _storage
from cartoonmix_desktop.core.task.remote import Phase, phase_of
from cartoonmix_desktop.core.task.task import AT_SERVER, TaskState
from cartoonmix_desktop.services.events import TaskChanged
from cartoonmix_desktop.services.sending.backoff import SLOWEST_FOR_DISK, backoff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.sending.follower import Follower
    from cartoonmix_desktop.services.sending.peers import QueueListener
    from cartoonmix_desktop.services.sending.sender import Sender
    from cartoonmix_desktop.services.threads import OwnedTasks


_ELSEWHERE_AT_ONCE = 8  # tasks of those that were taken up, of which there may be thousands


class InFlightTasks:
    """Takes tasks from the server's yes, or from where a process left them, to their rest.

    Iterating gives the ids.
    """

    def __init__(
        self,
        history: History,
        library: Library,
        sender: Sender,
        follower: Follower,
        events: Events,
        owned: OwnedTasks,
        listener: QueueListener,
    ) -> None:
        """Nothing is under way yet.

        Args:
            history: where each step is recorded.
            library: tells whether there is room for pictures.
            sender: paused while the disk refuses; sends more once there is room at the server.
            follower: sees one task through.
            events: tells how tasks change.
            owned: keeps the coroutines, and ends them with the program.
            listener: told when there are more or fewer tasks, or one gets further.
        """
        self._history = history
        self._library = library
        self._sender = sender
        self._follower = follower
        self._owned = owned
        self._listener = listener
        self._tasks: dict[int, Task] = {}
        self._jobs: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_ELSEWHERE_AT_ONCE)
        events.listen(self._on_event)

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[int]:
        return iter(self._tasks)

    def __contains__(self, task_id: object) -> bool:
        return task_id in self._tasks

    @property
    def sent_from_here(self) -> int:
        """How many of them were."""
        return sum(not task.elsewhere for task in self._tasks.values())

    @property
    def queued_at_server(self) -> int:
        """How many wait there for their turn."""
        return sum(
            task.state is TaskState.ACCEPTED
            and not task.elsewhere
            and phase_of(task.status) in {None, Phase.QUEUED}
            for task in self._tasks.values()
        )

    def count_at_server(self, account: str) -> int:
        """How many of an account's tasks the server holds and has not ended."""
        return sum(
            task.account == account and task.state in AT_SERVER for task in self._tasks.values()
        )

    def take(self, task: Task) -> bool:
        """See a task through from now on.

        Returns:
            Whether it was not under way before.
        """
        if task.id in self._tasks:
            return False
        self._tasks[task.id] = task
        self._jobs[task.id] = self._owned.spawn(self._see_through(task), f"task {task.id}")
        _log.debug("followed task=%d state=%s", task.id, task.state)
        self._listener.tell_pending()
        return True

    async def let_go(self, task_id: int) -> None:
        """Do nothing more for a task; it stays as it is recorded."""
        if (job := self._jobs.get(task_id)) is not None:
            job.cancel()
            await asyncio.wait({job})
            self._forget(task_id)  # one that had not begun does not do it itself

    def _forget(self, task_id: int) -> None:
        self._tasks.pop(task_id, None)
        self._jobs.pop(task_id, None)
        self._sender.wake()
        self._listener.tell_pending()

    def _on_event(self, event: Event) -> None:
        """A task that has ended at the server makes room there while its pictures are fetched."""
        if not isinstance(event, TaskChanged) or event.task.id not in self._tasks:
            return
        before, task = self._tasks[event.task.id], event.task
        self._tasks[task.id] = task
        if task.state not in AT_SERVER:
            self._sender.wake()
        if (before.state, before.status) != (task.state, task.status):
            self._listener.tell_pending()

    async def _see_through(self, task: Task) -> None:
        try:
            async with self._slots if task.elsewhere else nullcontext():
                await self._follow(task)
        finally:
            self._forget(task.id)

    async def _follow(self, task: Task) -> None:
        """See a task through, beginning again as often as the disk refuses to record something."""
        refused: StorageError | None = None
        for failures in count():
            try:
                if failures:
                    task = await self._history.task(task.id)
                if refused is not None:  # does the disk take it now?
                    await self._library.check_room()
                    task = await self._history.update(task.id, status=task.status)
                    await self._sender.lift(task.account, refused)
                    refused = None
                await self._resume(task)
            except StorageError as error:
                refused = error
                await self._sender.pause(task.account, error)  # tells the person
                wait = backoff(failures, SLOWEST_FOR_DISK)
                _storage.debug(
                    "wait task=%d for=disk error=%s s=%.1f", task.id, type(error).__name__, wait
                )
                await asyncio.sleep(wait)
            except Exception:  # noqa: BLE001 - a bug of ours must not lose the pictures
                _log.exception("task %s was not seen through", task.id)
                await asyncio.sleep(backoff(failures))
            else:
                return

    async def _resume(self, task: Task) -> None:
        """Take a task, of which nobody else does anything, from where it stands to its rest."""
        if task.state is TaskState.SENDING:
            error = OutcomeUnknown("the program ended")
            await self._history.move(task.id, TaskState.UNKNOWN, error=error)
        elif task.state is TaskState.DOWNLOADING:
            task = await self._follower.take_up(await self._history.retry_outputs(task.id))
            if task.state is TaskState.DOWNLOADING:
                await self._follower.see_through(task)
        elif task.state in AT_SERVER:
            if self._sender.pending.was_recalled(task.id) and not task.cancelling:
                task = await self._history.update(task.id, cancelling=True)
            if task.error is not None:  # the server did not know it when last asked
                task = await self._history.update(task.id, error=None)
            await self._follower.see_through(task)
