"""Blocking work off the event loop, and tasks that somebody owns."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

_log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


class Thread:
    """A small pool for blocking calls of one kind; with one worker, calls keep their order."""

    def __init__(self, name: str, workers: int = 1) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._closed = False

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Await ``call(*args, **kwargs)`` made in the pool.

        Cancelling the waiter never cancels the call: what was to be written is written. Who comes
        after `close` is cancelled, as the program is at its end.
        """
        return await asyncio.shield(
            asyncio.wrap_future(self._submit(partial(call, *args, **kwargs)))
        )

    async def open(self, let_go: Callable[[R], object], call: Callable[[], R]) -> R:
        """`run`, of a call whose result must be let go of: also when its waiter was cancelled.

        Args:
            let_go: called with the result, in any thread, if nobody waits for it any more.
            call: what opens it.
        """
        future = self._submit(call)
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except asyncio.CancelledError:
            future.add_done_callback(lambda done: done.exception() or let_go(done.result()))
            raise

    def close(self) -> None:
        """Finish the calls already made, then stop."""
        self._closed = True
        self._pool.shutdown(wait=True)

    def _submit(self, call: Callable[[], R]) -> Future[R]:
        if self._closed:
            raise asyncio.CancelledError
        return self._pool.submit(call)


class OwnedTasks:
    """Keeps references to running coroutines, reports each failure once, ends them together."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None], name: str = "") -> asyncio.Task[None]:
        """Run ``work`` now; its failure is logged, since nobody awaits it."""
        task = asyncio.get_running_loop().create_task(work, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    async def cancel(self, within: float) -> None:
        """Cancel all and wait at most ``within`` seconds for them."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s failed", task.get_name(), exc_info=error)
