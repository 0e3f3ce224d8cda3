"""Fetches the pictures of a task that has ended, and brings it to rest."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from decimal import Decimal
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    NotAPicture,
    NothingListed,
    PictureError,
    PictureGone,
    PictureTruncated,
    PictureUnreachable,
    StorageError,
    TaskFailed,
    TaskNotFound,
)
from cartoonmix_desktop.core.log import fetch as _log
from cartoonmix_desktop.core.task.aftercare import Owed, begun
from cartoonmix_desktop.core.task.owed import has_run, owed_after
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import FINAL_OF_VERDICT, OutputState, TaskState
from cartoonmix_desktop.services.sending.backoff import backoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.sending.peers import AnswerListener

_ATTEMPTS = 3  # at one picture, before the person is asked
_AT_ONCE = 4
# Worth another attempt; what arrived in the place of a picture may be one the next time.
_PASSING = (PictureUnreachable, PictureTruncated, PictureGone, NotAPicture)
_STALE = (PictureUnreachable, PictureGone, NotAPicture)  # its address may no longer be good


class _AttemptLine:
    """What is logged of one attempt at a picture."""

    def __init__(self, task: Task, output: Output, attempt: int) -> None:
        self._facts = (task.id, output.position + 1, attempt)
        self._began = time.monotonic()

    def write(self, error: CartoonMixError | None, size: int = 0) -> None:
        """The attempt is over."""
        _log.debug(
            "attempt task=%d picture=%d attempt=%d result=%s ms=%.0f bytes=%d",
            *(*self._facts, type(error).__name__ if error else "kept"),
            *(1000 * (time.monotonic() - self._began), size),
        )


class Fetcher:
    """Gets pictures while their addresses are good, a few at a time.

    What a host or a picture is at fault for is recorded beside the picture. What the disk refuses
    is not: it is raised, and the picture stays to be fetched.
    """

    def __init__(
        self,
        history: History,
        library: Library,
        accounts: Accounts,
        answers: AnswerListener,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is fetched yet.

        Args:
            history: where each picture is recorded.
            library: where pictures go.
            accounts: gives the connection of a task's account.
            answers: told when the account's server was asked.
            clock: unix seconds.
        """
        self._clock = clock
        self._history = history
        self._library = library
        self._accounts = accounts
        self._answers = answers
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """Do not wait for the next attempt: what stood in the way may be gone."""
        self._hurried.set()
        self._hurried = asyncio.Event()

    async def bring_to_rest(
        self, task: Task, remote: RemoteTask, patience: float | None = None
    ) -> Task:
        """Record how a task ended, and fetch what it made. Safe to cancel and begin again.

        Args:
            task: at the server, or with pictures still to be fetched.
            remote: as the server tells it after its end.
            patience: give up after so many seconds without any answer; None for never.

        Returns:
            The task, kept, failed or cancelled; with broken pictures, or none where there should
            be some, still ``DOWNLOADING``.

        Raises:
            CartoonMixError: patience ran out, or the disk refused; the pictures stay pending.
        """
        verdict = remote.verdict or Verdict.FAILED
        known = await self._history.read_ledger(lambda ledger: ledger.trash.every_output(task.id))
        owed = begun(owed_after(task, remote, known), self._clock(), task.owed)
        facts = ending(task, remote) | {"owed": owed}
        if not remote.outputs and not task.outputs:
            to, facts["error"] = without_pictures(verdict, facts)
            if to is task.state:
                return await self._history.update(task.id, **facts)
            return await self._history.move(task.id, to, **facts)
        if task.state is TaskState.DOWNLOADING:
            task = await self._history.update(task.id, **facts)
        else:
            task = await self._history.move(task.id, TaskState.DOWNLOADING, **facts)
        task = await self._history.set_outputs(task.id, [output.id for output in remote.outputs])
        ends = await asyncio.gather(
            *(
                self._fetch(task, output, _counterpart(output, remote), patience)
                for output in task.outputs
                if output.state is OutputState.PENDING
            ),
            return_exceptions=True,  # none goes on alone when another fails
        )
        for problem in filter(None, ends):
            raise problem
        return await self._end(task.id, verdict)

    async def do_without(self, task: Task) -> Task:
        """Bring a task to rest, of whose pictures the server knows no more."""
        verdict = task.verdict or Verdict.SUCCEEDED
        if not task.outputs and verdict is Verdict.SUCCEEDED:
            if task.is_owed(Owed.OUTPUTS):
                return task  # asked for again when it is time to
            return await self._history.move(task.id, TaskState.FAILED, error=NothingListed())
        for output in task.outputs:
            if output.state is OutputState.PENDING:
                await self._note(task, output, PictureGone("the server no longer knows its task"))
        return await self._end(task.id, verdict)

    async def _end(self, task_id: int, verdict: Verdict) -> Task:
        task = await self._history.task(task_id)
        whole = all(output.state is OutputState.KEPT for output in task.outputs)
        if whole and task.state is TaskState.DOWNLOADING:
            task = await self._history.move(task.id, FINAL_OF_VERDICT[verdict])
        return task

    async def take_up(self, task: Task) -> Task:
        """Make ordinary pictures of those kept aside that this version can read.

        Args:
            task: ``DOWNLOADING``, and nobody fetches its pictures.

        Returns:
            The task; at rest if all its pictures are kept now.
        """
        taken_up = False
        for output in task.aside:
            if (kept := await self._library.take_up(task, output)) is not None:
                await self._history.keep_output(output, kept)
                await self._library.forget_received(task, output)
                taken_up = True
        return await self._end(task.id, task.verdict or Verdict.SUCCEEDED) if taken_up else task

    async def _note(self, task: Task, output: Output, error: PictureError) -> None:
        """Record why a picture was not fetched. One that was here stays what it is, and missing.

        So its file counts as soon as it comes back. While its host cannot be reached, it is broken
        all the same: it is fetched when that can be. What arrived in its place is kept aside.
        """
        kind = type(error).__name__
        _log.debug("given_up task=%d picture=%d error=%s", task.id, output.position + 1, kind)
        if not output.was_kept and (received := await self._library.received(task, output)):
            await self._history.put_aside(output, received, error)
            await self._library.forget_received(task, output, keep=received.path)
            return
        was_here = output.was_kept and not isinstance(error, PictureUnreachable)
        await self._history.break_output(output, error, was_here=was_here)

    async def _fetch(
        self, task: Task, output: Output, source: RemoteOutput | None, patience: float | None
    ) -> None:
        error: PictureError = PictureGone("the server no longer lists it")
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._rest(backoff(attempt, most=8))
            if isinstance(error, _STALE) and attempt:
                source = await self._listed_again(task, output, patience)
            if source is None:
                break
            line = _AttemptLine(task, output, attempt + 1)
            try:
                connection = await self._accounts.connection(task.account)
                deliver = partial(connection.pictures.open, source)
                async with self._slots:
                    kept = await self._library.keep(task, output, deliver, source.size)
            except _PASSING as problem:
                error = problem
                line.write(problem)
            except PictureError as problem:
                error = problem
                line.write(problem)
                break
            except StorageError as problem:
                line.write(problem)
                raise
            except CartoonMixError as problem:  # signed out, say
                error = PictureUnreachable(type(problem).__name__)
                line.write(problem)
            else:
                line.write(None, kept.size)
                await self._history.keep_output(output, kept)
                await self._library.forget_received(task, output)
                return
        await self._note(task, output, error)

    async def _listed_again(
        self, task: Task, output: Output, patience: float | None
    ) -> RemoteOutput | None:
        """The output with a fresh address: they expire. None if there is none any more.

        While the account's server cannot be reached either, the picture is not at fault: it is
        asked until it answers.
        """
        began = time.monotonic()
        for failures in count(1):
            try:
                connection = await self._accounts.connection(task.account)
                remote = await connection.client.detail(task_id=task.remote_id)
            except TaskNotFound:
                return None
            except CartoonMixError as error:
                self._answers.note(task.account, error)
                if patience is not None and time.monotonic() - began > patience:
                    raise
            else:
                self._answers.note(task.account, None)
                return _counterpart(output, remote)
            await self._rest(backoff(failures))
        return None

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurried.wait()


def ending(task: Task, remote: RemoteTask) -> dict[str, Any]:
    """What the end of a task at the server tells, as `History.move` takes it.

    Args:
        task: as it is recorded.
        remote: as the server tells it after its end.
    """
    verdict = remote.verdict or Verdict.FAILED
    error = None
    if verdict is Verdict.FAILED:
        error = TaskFailed(server_message=(remote.debug_error or remote.debug_output).strip())
    cost = task.cost if remote.cost is None else remote.cost
    if cost is None and verdict is Verdict.CANCELLED and not has_run(task, remote):
        cost = Decimal(0)
    return {
        "status": remote.status,
        "verdict": verdict,
        "error": error,
        "cost": cost,
        "seconds": task.seconds if remote.seconds is None else remote.seconds,
    }


def without_pictures(
    verdict: Verdict, facts: dict[str, Any]
) -> tuple[TaskState, CartoonMixError | None]:
    """Where a task stands that ended and lists no pictures, and its error.

    Args:
        verdict: how it ended.
        facts: as `ending` gives them, with what is owed.
    """
    if verdict is not Verdict.SUCCEEDED:
        return FINAL_OF_VERDICT[verdict], facts["error"]
    if any(one.reason is Owed.OUTPUTS and one.due is None for one in facts["owed"]):
        return TaskState.FAILED, NothingListed()
    return TaskState.DOWNLOADING, None  # undecided: they may still come


def _counterpart(output: Output, remote: RemoteTask) -> RemoteOutput | None:
    """The server's entry for one of our outputs: by its id, and by its place without ids.

    Never another output's: the picture would be taken for one that is lost.
    """
    places = remote.outputs
    here = places[output.position] if output.position < len(places) else None
    if here is not None and (not output.remote_id or here.id in {"", output.remote_id}):
        return here
    return next((entry for entry in places if entry.id == output.remote_id != ""), None)
