"""Sees an accepted task through: follows it to its end, and has its pictures fetched.

The live socket is a hint that makes updates instant; Task/Detail is the truth.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    NoAnswer,
    NotCancellable,
    OutcomeUnknown,
    ProtocolError,
    ServerFault,
    TaskNotFound,
    TaskSilent,
)
from cartoonmix_desktop.core.log import follow as _log
from cartoonmix_desktop.core.log import shown
from cartoonmix_desktop.core.task.aftercare import Owed, begun
from cartoonmix_desktop.core.task.likeness import contradicts
from cartoonmix_desktop.core.task.remote import ERRORS, TERMINAL, Phase, phase_of
from cartoonmix_desktop.core.task.task import AT_SERVER, TaskState
from cartoonmix_desktop.services.events import TaskProgressed
from cartoonmix_desktop.services.sending.backoff import backoff
from cartoonmix_desktop.services.sending.fetcher import Fetcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.task.remote import LiveFrame, RemoteTask
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.sending.peers import AnswerListener
    from cartoonmix_desktop.wiro.live import LiveSocket

_PARALLEL_QUESTIONS = 4
_NOT_FOUND_LIMIT = 3  # a task can be missing for a moment after Run


_SILENT = 24 * 3600.0  # seconds without a sign of life after which the person is asked
_SILENT_CADENCE = 300.0  # seconds between questions from then on
_ERROR_LASTS = 30.0  # seconds after which an unchanged error is believed,
_ERROR_ANSWERS = 3  # told so many times
_HINTS = 3.0  # ends that frames may tell at once and that are each asked about,
_HINT_REST = 2.0  # seconds for one more: a server that tells thousands is asked no oftener
_HEARD_STEP = 900.0  # seconds by which the recorded sign of life may be too old


def cadence(age: float) -> float:
    """Seconds between questions for a task of this age; as Wiro's own client asks."""
    return 2.0 if age < 15 else 5.0 if age < 60 else 10.0


def _recorded(task: Task) -> float:
    """Unix seconds of the last sign of life that is on record; the click is the first."""
    return task.heard_at or task.created_at


@dataclass(slots=True)
class _Watched:
    """A task that is being followed.

    Attributes:
        task: as it was last recorded.
        ask: ask the server now.
        status: one that a live frame told and that is not recorded yet.
        last_frame: the status that the latest live frame told.
        woken: set after either of the two.
        heard_at: unix seconds of its last sign of life.
        last_status: that was told in this run, None before any was.
        stopping: whether the server has agreed to stop it.
        error: the status and words of an error that was told last, None while none is.
        error_answers: how often in a row it was told, unchanged.
        error_since: when it was told first, on the monotonic clock.
        hints: how many more ends are asked about at once.
        hinted: when that was counted last, on the monotonic clock.
    """

    task: Task
    ask: bool = False
    status: str = ""
    last_frame: str = ""
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    heard_at: float = 0.0
    last_status: str | None = None
    stopping: bool = False
    error: tuple[str, str] | None = None
    error_answers: int = 0
    error_since: float = 0.0
    hints: float = _HINTS
    hinted: float = 0.0

    def may_ask(self) -> bool:
        """Whether an end that a frame tells is to be asked about now."""
        now = time.monotonic()
        self.hints = min(_HINTS, self.hints + (now - self.hinted) / _HINT_REST)
        self.hinted = now
        if self.hints < 1:
            return False
        self.hints -= 1
        return True

    def __post_init__(self) -> None:
        self.heard_at = _recorded(self.task)


class Follower:
    """One coroutine a task, from accepted to rest. Safe to cancel at any point and begin again."""

    def __init__(
        self,
        history: History,
        library: Library,
        accounts: Accounts,
        events: Events,
        answers: AnswerListener,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is asked yet.

        Args:
            history: where each step is recorded.
            library: where pictures go.
            accounts: gives the connection of a task's account.
            events: hears of progress.
            answers: told after each question.
            clock: unix seconds.
        """
        self._history = history
        self._accounts = accounts
        self._events = events
        self._answers = answers
        self._clock = clock
        self._watched: dict[int, _Watched] = {}
        self._fetcher = Fetcher(history, library, accounts, answers, clock)
        self._questions = asyncio.Semaphore(_PARALLEL_QUESTIONS)

    async def see_through(self, task: Task, patience: float | None = None) -> Task:
        """Follow, fetch, bring to rest.

        Args:
            task: at the server, or with pictures still to be fetched.
            patience: give up after so many seconds without any answer; None for never.

        Returns:
            The task at rest: kept, failed or cancelled; or, with broken pictures, still
            ``DOWNLOADING``; or with `TaskNotFound` as its error when the server does not know it;
            or unknown when its id is another task's there.

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

    async def take_up(self, task: Task) -> Task:
        """What this version can read of what was kept aside; see `Fetcher.take_up`."""
        return await self._fetcher.take_up(task)

    def ask_now(self, task_id: int | None = None) -> None:
        """Do not wait for the next turn: ask about one task, or about all."""
        if task_id is None:
            self._fetcher.hurry()
        for watched in self._watched.values():
            if task_id in {None, watched.task.id}:
                watched.ask = True
                watched.woken.set()

    def renew(self, task: Task) -> None:
        """Take note of what the person has changed of a task, and ask now."""
        if (watched := self._watched.get(task.id)) is not None:
            watched.task = task
            watched.heard_at = max(watched.heard_at, task.heard_at or 0.0)
            self.ask_now(task.id)

    async def stop_at_server(self, task: Task) -> bool:
        """Ask the server once to stop a task: by Cancel, or Kill when it runs, else by the other.

        Returns:
            Whether it agreed; it is cancelled when Task/Detail says so.

        Raises:
            CartoonMixError: the server could not be asked, or refused for another reason than that
                the task is not where the question fits.
        """
        client = (await self._accounts.connection(task.account)).client
        waits = not task.status or phase_of(task.status) is Phase.QUEUED
        for kill in (not waits, waits):
            with suppress(NotCancellable):
                if kill:
                    await client.kill(task_id=task.remote_id)
                else:
                    await client.cancel(task.remote_id)
                _log.debug("stop_asked task=%d by=%s", task.id, "kill" if kill else "cancel")
                return True
        return False

    def on_frame(self, frame: LiveFrame) -> None:
        """Take a hint from the live socket."""
        for watched in self._watched.values():
            task = watched.task
            if (frame.token and frame.token == task.token) or (
                frame.task_id and frame.task_id == task.remote_id
            ):
                if frame.progress is not None:
                    self._events.emit(TaskProgressed(task.id, frame.progress))
                if frame.status in TERMINAL and not watched.ask:
                    watched.ask = watched.may_ask()
                watched.status = frame.status
                watched.heard_at = self._clock()
                watched.woken.set()
                if frame.status != watched.last_frame:  # not each step of what is drawn
                    watched.last_frame = frame.status
                    _log.debug("frame task=%d status=%s", task.id, shown(frame.status))
                return

    # --- following -------------------------------------------------------------------------------

    async def _until_end(self, watched: _Watched, patience: float | None) -> RemoteTask | None:
        task = watched.task
        live: LiveSocket | None = None
        failures = missing = 0
        began = answered = time.monotonic()
        age = max(0.0, self._clock() - task.created_at)
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
                    # Another account than the one that made it may well know nothing of it, and
                    # what was paid is waited for; what was here before is only asked for again.
                    here = bool(task.outputs) and all(o.was_kept for o in task.outputs)
                    counts = here or self._accounts.is_in_use(task.account)
                    _log.debug("not_found task=%d remote=%s", task.id, task.remote_id or "none")
                    missing += counts
                    failures += not counts
                    if missing >= _NOT_FOUND_LIMIT:
                        watched.task = await self._give_up(task, error)
                        return None
                except CartoonMixError as error:
                    failures += 1
                    _log.debug("unanswered task=%d error=%s", task.id, type(error).__name__)
                    self._answers.note(task.account, error)
                    await self._note_failure(watched, error)
                    if patience is not None and time.monotonic() - answered > patience:
                        raise
                else:
                    failures = missing = 0
                    answered = time.monotonic()
                    _log_answer(task, remote)
                    self._answers.note(task.account, None)
                    if await self._is_over(watched, remote):
                        return None if watched.task.state is TaskState.UNKNOWN else remote
                    await self._record_status(watched, remote.status)
                elapsed = time.monotonic() - began
                pause = backoff(failures) if failures else cadence(age + elapsed)
                if isinstance(watched.task.error, TaskSilent):
                    pause = _SILENT_CADENCE
                await self._wait(watched, pause)
        finally:
            if live is not None:
                live.forget(task.token)

    async def _is_over(self, watched: _Watched, remote: RemoteTask) -> bool:
        """Whether there is nothing more to follow: it ended, or it is another's."""
        if await self._is_another(watched, remote):
            return True
        return remote.verdict is not None or _rests_in_error(watched, remote)

    async def _is_another(self, watched: _Watched, remote: RemoteTask) -> bool:
        """Whether what has the task's id is not what was sent: then it is looked for anew.

        Nothing of the other is recorded, and no picture of it fetched.
        """
        task = watched.task
        if task.elsewhere or task.state not in AT_SERVER:  # what it is, the server alone says
            return False
        if not contradicts(task.request, remote.parameters):
            return False
        _log.warning("task %s is another at the server", task.id)
        watched.task = await self._history.move(
            task.id,
            TaskState.UNKNOWN,
            error=OutcomeUnknown(cause=f"the server tells of another task as {task.remote_id}"),
            remote_id="",
            token="",
            status="",
        )
        return True

    async def _give_up(self, task: Task, error: TaskNotFound) -> Task:
        if task.state is TaskState.DOWNLOADING:
            return await self._fetcher.do_without(task)
        return await self._history.update(task.id, error=error)

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

    async def _record_status(self, watched: _Watched, status: str) -> None:
        """The server has answered that the task is still running."""
        if isinstance(watched.task.error, ProtocolError):
            watched.task = await self._history.update(watched.task.id, error=None)
        # After a start, one that this version does not know is no sign of life by itself.
        first = watched.last_status is None
        known = phase_of(status) not in {None, phase_of(watched.task.status)}
        if known if first else status != watched.last_status:
            watched.heard_at = self._clock()
        watched.last_status = status
        await self._record(watched, status)
        await self._ask_about_silence(watched)
        if watched.task.cancelling:
            await self._stop(watched)

    async def _record(self, watched: _Watched, status: str) -> None:
        """Record a status if it tells a person something new."""
        watched.status = ""
        task = watched.task
        phase = phase_of(status)
        heard: dict[str, Any] = {"heard_at": watched.heard_at}
        if isinstance(task.error, TaskSilent) and not self._is_silent(watched):
            heard["error"] = None
        if task.state is TaskState.ACCEPTED and phase in {Phase.GENERATING, Phase.FINISHING}:
            heard["status"] = status
            watched.task = await self._history.move(task.id, TaskState.RUNNING, **heard)
        elif task.state is TaskState.DOWNLOADING:
            return
        elif phase not in {None, phase_of(task.status)}:
            watched.task = await self._history.update(task.id, status=status, **heard)
        elif "error" in heard or watched.heard_at - _recorded(task) > _HEARD_STEP:
            watched.task = await self._history.update(task.id, **heard)

    def _is_silent(self, watched: _Watched) -> bool:
        return self._clock() - watched.heard_at > _SILENT

    async def _ask_about_silence(self, watched: _Watched) -> None:
        """Tell the person, who decides whether to wait on; it is asked about all the same."""
        if self._is_silent(watched) and not isinstance(watched.task.error, TaskSilent):
            watched.task = await self._history.update(watched.task.id, error=TaskSilent())

    async def _note_failure(self, watched: _Watched, error: CartoonMixError) -> None:
        """An answer that cannot be understood is told on the row until there is one that can."""
        told = isinstance(watched.task.error, ProtocolError | TaskSilent)
        if isinstance(error, ProtocolError) and not told:
            watched.task = await self._history.update(watched.task.id, error=error)
        if isinstance(error, ProtocolError | ServerFault | NoAnswer):
            await self._ask_about_silence(watched)

    async def _stop(self, watched: _Watched) -> None:
        """Ask for what the person wants, again and again until the server says it has ended.

        What it refuses, both to cancel and to kill, is asked for less and less often.
        """
        now = self._clock()
        refused = next((one for one in watched.task.owed if one.reason is Owed.STOP), None)
        if refused is not None and not refused.is_due(now):
            return
        try:
            agreed = await self.stop_at_server(watched.task)
        except CartoonMixError as error:
            _log.warning("a task could not be stopped yet: %s", type(error).__name__)
            return
        if not agreed:
            owed = begun({Owed.STOP}, now) if refused is None else (refused.looked(now),)
            watched.task = await self._history.update(watched.task.id, owed=owed)
            watched.ask = refused is None  # it may have ended just now
        elif not watched.stopping:
            watched.stopping = watched.ask = True


def _log_answer(task: Task, remote: RemoteTask) -> None:
    _log.debug(
        "answer task=%d remote=%s status=%s verdict=%s outputs=%d",
        *(task.id, task.remote_id or "none", shown(remote.status)),
        *(remote.verdict or "none", len(remote.outputs)),
    )


def _rests_in_error(watched: _Watched, remote: RemoteTask) -> bool:
    """Whether an error that the server tells of a task is its end, as far as can be known.

    Wiro's own clients read that status in two ways. It is believed with a time of its end, or once
    it was told unchanged for a while; a task that ends in another way after all is taken up then.
    """
    if remote.status not in ERRORS:
        watched.error = None
        return False
    now = time.monotonic()
    said = (remote.status, remote.debug_error)
    if said != watched.error:
        watched.error, watched.error_answers, watched.error_since = said, 0, now
    watched.error_answers += 1
    lasts = now - watched.error_since >= _ERROR_LASTS
    return remote.ended is not None or (lasts and watched.error_answers >= _ERROR_ANSWERS)
