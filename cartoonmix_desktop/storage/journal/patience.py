"""Asking a disk that may never answer, such as a network share that hangs."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")


class Unanswered(TimeoutError):
    """The disk has not answered, and may do so later."""

    def __init__(self) -> None:
        super().__init__(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


class Patience:
    """Waits for an answer no longer than a while, and for one at a time.

    Who asks a share that hangs is not let go of, and cannot be ended: so it is another thread.
    """

    def __init__(self, seconds: float) -> None:
        """Nothing is asked yet.

        Args:
            seconds: that are waited.
        """
        self._seconds = seconds
        self._asked: Future[Any] | None = None

    def ask(
        self, work: Callable[[], R], late: Callable[[Future[R]], object] = lambda _done: None
    ) -> R:
        """What ``work`` gives.

        Args:
            work: done in a thread of its own.
            late: called with it, in that thread, when it ends and nobody waits for it any more.

        Raises:
            Unanswered: it takes longer, or what was asked before is not answered yet.
        """
        if self._asked is not None and not self._asked.done():
            raise Unanswered
        answer: Future[R] = Future()
        self._asked = answer
        threading.Thread(target=_work, args=(answer, work), name="patience", daemon=True).start()
        try:
            return answer.result(self._seconds)
        except TimeoutError:
            if answer.done():  # the system itself gave up
                raise
            answer.add_done_callback(late)
            raise Unanswered from None


def _work(answer: Future[R], work: Callable[[], R]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:  # noqa: BLE001  told to who asked
        answer.set_exception(error)
