"""Sees an accepted task through: follows it to its end, and has its pictures fetched.

The live socket is a hint that makes updates instant; Task/Detail is the truth.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError, TaskNotFound
from cartoonmix_desktop.core.remote import TERMINAL, Phase, phase_of
from cartoonmix_desktop.core.task import TaskState
from cartoonmix_desktop.services.events import TaskProgressed
from cartoonmix_desktop.services.fetcher import Fetcher
from cartoonmix_desktop.services.waiting import backoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.remote import LiveFrame, RemoteTask
    from cartoonmix_desktop.core.task import Task
    from cartoonmix_desktop.services.accounts import Accounts
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history import History
    from cartoonmix_desktop.services.library import Library
    from cartoonmix_desktop.wiro.live import LiveSocket

_PARALLEL_QUESTIONS = 4
_NOT_FOUND_LIMIT = 3  # a task can be missing for a moment after Run


def cadence(age: float) -> float:
    """Seconds between questions for a task of this age; as Wiro's own client asks."""
    return 2.0 if age < 15 else 5.0 if age < 60 else 10.0


@dataclass(slots=True)
class _Watched:
    """A task that is being followed.

    Attributes:
        task: as it was last recorded.
        ask: ask the server now.
        status: one that a live frame told and that is not recorded yet.
        woken: set after either of the two.
    """

    task: Task
    ask: bool = False
    status: str = ""
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Follower:
    """One coroutine a task, from accepted to rest. Safe to cancel at any point and begin again."""

    def __init__(
        self,
        history: History,
        library: Library,
        accounts: Accounts,
        events: Events,
        on_answer: Callable[[str, CartoonMixError | None], None],
    ) -> None:
        """Nothing is asked yet.

        Args:
            history: where each step is recorded.
            library: where pictures go.
            accounts: gives the connection of a task's account.
            events: hears of progress.
            on_answer: told after each question: the account, and the error or None.
        """
        self._history = history
        self._library = library
        self._accounts = accounts
        self._events = events
        self._on_answer = on_answer
        self._watched: dict[int, _Watched] = {}
        self._fetcher = Fetcher(history, library, accounts, on_answer)
        self._questions = asyncio.Semaphore(_PARALLEL_QUESTIONS)

    async def see_through(self, task: Task, patience: float | None = None) -> Task:
        """Follow, fetch, bring to rest.

        Args:
            task: at the server, or with pictures still to be fetched.
            patience: give up after so many seconds without any answer; None for never.

        Returns:
            The task at rest: kept, failed or cancelled; or, with broken pictures, still
            ``DOWNLOADING``; or with `TaskNotFound` as its error when the server does not know it.

        Raises:
            CartoonMixError: patience ran out, or the disk refused; the task is as it was.
        """
        watched = self._watched[task.id] = _Watched(task)
        try:
            remote = await self._until_end(watched, patience)
            if remote is None:
                return watched.task
            return await self._fetcher.bring_to_rest(watched.task, remote, patience)
        finally:
            del self._watched[task.id]

    def ask_now(self, task_id: int | None = None) -> None:
        """Do not wait for the next turn: ask about one task, or about all."""
        if task_id is None:
            self._fetcher.hurry()
        for watched in self._watched.values():
            if task_id in {None, watched.task.id}:
                watched.ask = True
                watched.woken.set()

    def on_frame(self, frame: LiveFrame) -> None:
        """Take a hint from the live socket."""
        for watched in self._watched.values():
            task = watched.task
            if (frame.token and frame.token == task.token) or (
                frame.task_id and frame.task_id == task.remote_id
            ):
                if frame.progress is not None:
                    self._events.emit(TaskProgressed(task.id, frame.progress))
                watched.ask = watched.ask or frame.status in TERMINAL
                watched.status = frame.status
                watched.woken.set()
                return

    # --- following -------------------------------------------------------------------------------

    async def _until_end(self, watched: _Watched, patience: float | None) -> RemoteTask | None:
        task = watched.task
        live: LiveSocket | None = None
        failures = missing = 0
        began = answered = time.monotonic()
        age = max(0.0, time.time() - task.created_at)
        try:
            while True:
                try:
                    connection = await self._accounts.connection(task.account)
                    if connection.live is not live and task.token:
                        if live is not None:  # the sandbox was started anew, say
                            live.forget(task.token)
                        live = connection.live
                        live.follow(task.token)
                    async with self._questions:
                        remote = await connection.client.detail(
                            task_id=task.remote_id, token="" if task.remote_id else task.token
                        )
                except TaskNotFound as error:
                    # Another account than the one that made it may well know nothing of it.
                    missing += self._accounts.is_in_use(task.account)
                    failures += not self._accounts.is_in_use(task.account)
                    if missing >= _NOT_FOUND_LIMIT:
                        watched.task = await self._history.update(task.id, error=error)
                        return None
                except CartoonMixError as error:
                    failures += 1
                    self._on_answer(task.account, error)
                    if patience is not None and time.monotonic() - answered > patience:
                        raise
                else:
                    failures = missing = 0
                    answered = time.monotonic()
                    self._on_answer(task.account, None)
                    if remote.verdict is not None:
                        return remote
                    await self._record(watched, remote.status)
                elapsed = time.monotonic() - began
                await self._wait(watched, backoff(failures) if failures else cadence(age + elapsed))
        finally:
            if live is not None:
                live.forget(task.token)

    async def _wait(self, watched: _Watched, seconds: float) -> None:
        """Until the time is up or a hint says to ask; statuses heard meanwhile are recorded."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            watched.woken.clear()
            if watched.ask:
                break
            if watched.status:
                await self._record(watched, watched.status)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await watched.woken.wait()
        watched.ask = False

    async def _record(self, watched: _Watched, status: str) -> None:
        """Record a status if it tells a person something new."""
        watched.status = ""
        task = watched.task
        phase = phase_of(status)
        if task.state is TaskState.ACCEPTED and phase in {Phase.GENERATING, Phase.FINISHING}:
            watched.task = await self._history.move(task.id, TaskState.RUNNING, status=status)
        elif task.state is not TaskState.DOWNLOADING and phase not in {None, phase_of(task.status)}:
            watched.task = await self._history.update(task.id, status=status)
