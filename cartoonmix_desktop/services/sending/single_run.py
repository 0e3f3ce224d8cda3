"""One job for a caller who waits: sent at once, followed, and looked after for a short while."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    ConcurrencyLimited,
    OutcomeUnknown,
    RateLimited,
    StorageError,
    Unreachable,
)
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.task import AT_SERVER, TaskState
from cartoonmix_desktop.services.sending.backoff import backoff

if TYPE_CHECKING:
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.relocation import Relocation
    from cartoonmix_desktop.services.money.caps import CapKeeper
    from cartoonmix_desktop.services.sending.pipeline import Pipeline

_CHANCE = 2.0  # seconds for a Run under way to be answered, when the caller goes
_SEND_ATTEMPTS = 3
_PASSING = (Unreachable, ConcurrencyLimited, RateLimited)
"""Nothing was made, and a moment later the answer may differ."""

_FOR_OUTPUTS = 60.0  # seconds after the end for which pictures are waited for,
_FOR_CHARGE = 5.0  # and the charge
_FOR_ANSWER = 20.0  # seconds for which a task is looked for whose answer was lost
_MOMENT = 0.1


class SingleRun:
    """What `cartoonmix-desktop generate` does."""

    def __init__(
        self,
        history: History,
        relocation: Relocation,
        caps: CapKeeper,
        pipeline: Pipeline,
    ) -> None:
        """Nothing is done yet.

        Args:
            history: where each step is recorded.
            relocation: tells whether pictures can be kept.
            caps: tells what it will cost, and whether it may.
            pipeline: sends it, sees it through, asks for what is owed after the end.
        """
        self._history = history
        self._relocation = relocation
        self._caps = caps
        self._sender = pipeline.sender
        self._follower = pipeline.follower
        self._aftercare = pipeline.aftercare
        self._reconciler, self._in_flight = pipeline.reconciler, pipeline.in_flight

    async def generate(
        self,
        request: GenerationRequest,
        account: str,
        patience: float,
        *,
        over_cap: bool = False,
        uid: str = "",
    ) -> Task:
        """Sent at once, never left waiting in the queue.

        Args:
            request: what to make.
            account: whose it is.
            patience: seconds without any answer after which to give up following.
            over_cap: send it whatever it costs.
            uid: of the task, 32 hex digits; empty for a new one.

        Returns:
            The task where it came to rest; its ``error`` says why when nothing was made. What is
            still owed then is left to the window.

        Raises:
            StorageError: it could not be stored, or the picture not be kept; nothing was sent.
            CapReached: it would pass a cap; nothing was stored.
            PriceUnknown: a cap is set and what it costs is not known; nothing was stored.
        """
        estimated = await self._caps.admit_alone(request, account, over_cap=over_cap)
        adding = asyncio.ensure_future(self._history.add(request, account, estimated, uid))
        try:
            task = await asyncio.shield(adding)
            await self._relocation.check()
            task = await self._send(task, patience, over_cap=over_cap)
        except (StorageError, asyncio.CancelledError):
            task = await adding
            await self._sender.finish_sending(_CHANCE)
            if (await self._history.task(task.id)).state is TaskState.QUEUED:
                await self._history.move(task.id, TaskState.CANCELLED)  # not sent later either
            raise
        except CartoonMixError as error:  # nothing was made
            return await self._history.move((await adding).id, TaskState.CANCELLED, error=error)
        if task.state in AT_SERVER:
            task = await self._follower.see_through(task, patience)
            task = await self._await_owed(task, patience)
        return task

    async def take_up(self, task: Task, patience: float) -> Task:
        """See a task through that a process which is gone had begun. It is never sent again.

        Args:
            task: this process's, and sent or in doubt.
            patience: as for `generate`.

        Returns:
            The task where it came to rest; unknown if it is not found at the server.
        """
        if task.state is TaskState.SENDING:
            error = OutcomeUnknown("the program ended")
            task = await self._history.move(task.id, TaskState.UNKNOWN, error=error)
        if task.state is TaskState.UNKNOWN:
            task = await self._look_for(task)
        if task.state is TaskState.DOWNLOADING:
            task = await self._history.retry_outputs(task.id)
        if task.state in AT_SERVER or task.state is TaskState.DOWNLOADING:
            task = await self._follower.see_through(task, patience)
        return await self._await_owed(task, patience)

    async def _look_for(self, task: Task) -> Task:
        """Ask the server for a task whose answer was lost."""
        await self._reconciler.restore()
        asking = asyncio.ensure_future(self._reconciler.run())
        try:
            until = time.monotonic() + _FOR_ANSWER
            while task.state is TaskState.UNKNOWN and time.monotonic() < until:
                await asyncio.sleep(_MOMENT)
                task = await self._history.task(task.id)
        finally:
            asking.cancel()
            await asyncio.wait({asking})
        await self._in_flight.let_go(task.id)  # it is followed here, with patience
        return await self._history.task(task.id)

    async def _send(self, task: Task, patience: float, *, over_cap: bool) -> Task:
        """Send, and again a few times after a moment if nothing was made."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._sender.send(task, patience, over_cap=over_cap)
            except _PASSING as error:
                wait = (isinstance(error, RateLimited) and error.retry_after) or backoff(attempt)
                if attempt == _SEND_ATTEMPTS or wait > patience:
                    raise
            await asyncio.sleep(wait)

    async def _await_owed(self, task: Task, patience: float) -> Task:
        """Wait for what usually comes a moment after the end, and no longer."""
        ended = time.time()
        failures = 0
        last = False
        while not last and (until := _until(task, ended)) is not None:
            now = time.time()
            due = min((one.due for one in task.owed if one.due is not None), default=until)
            last = max(due, now) >= until
            await asyncio.sleep(max(0.0, min(due, until) - now))
            try:
                task = await self._aftercare.look(task.id)
            except CartoonMixError:  # asked again as long as there is time; all else is known
                failures += 1
                await asyncio.sleep(min(backoff(failures), max(0.0, until - time.time())))
                continue
            if task.state is TaskState.DOWNLOADING and not task.at_rest:
                task = await self._follower.see_through(task, patience)
                last = False
        return task


def _until(task: Task, ended: float) -> float | None:
    """Until when something is waited for, in unix seconds; None when nothing is."""
    if task.is_owed(Owed.OUTPUTS, Owed.MORE):
        return ended + _FOR_OUTPUTS
    if task.is_owed(Owed.CHARGE, Owed.CHARGE_OF_STOPPED):
        return ended + _FOR_CHARGE
    return None
