"""What Windows has completed, brought to the event loop.

qasync's own poller looks a hundred times a second whether there is something, and settles futures
that are done. This one sleeps until there is something, or until it is to end.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable

    Completion = tuple[Future[Any], Callable[[int, int, Any], Any], int, int, Any]


class Proactor(Protocol):
    """What is asked; its `select` is called in a thread."""

    def select(self, timeout: float | None = None) -> list[Completion]:
        """All that is completed, once there is something or it is woken."""


class CompletionPoller:
    """A thread that waits for completions while the loop runs.

    Args:
        proactor: what is asked for them.
        wake: makes it return from its waiting; called from another thread.
        deliver: gets what is completed; called in the thread.
    """

    def __init__(
        self,
        proactor: Proactor,
        wake: Callable[[], object],
        deliver: Callable[[list[Completion]], object],
    ) -> None:
        self._proactor = proactor
        self._wake = wake
        self._deliver = deliver
        self._ends = False
        self._thread = threading.Thread(target=self._poll, name="completions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for that."""
        self._ends = True
        self._wake()
        self._thread.join()

    def _poll(self) -> None:
        while not self._ends:
            if completed := self._proactor.select(None):
                self._deliver(completed)


def settle(completed: list[Completion]) -> None:
    """Give each future what came for it; none that is done by now, as asyncio itself does it."""
    for future, value_of, transferred, key, overlapped in completed:
        if future.done():
            continue
        try:
            value = value_of(transferred, key, overlapped)
        except OSError as error:
            future.set_exception(error)
        else:
            future.set_result(value)
