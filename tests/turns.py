"""How long the event loop was busy at a time: what a person would feel as a window that hangs.

A turn is what is done between two looks for news; on Qt's loop, one callback or one step of a
coroutine. Its thread's CPU time counts alone, so that a busy computer is no reason to fail; without
what the test and its fixtures do themselves, such as to build a whole window at once.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 0.2
"""Seconds of CPU time that one turn may take."""

_OF_TESTS = (str(Path(__file__).parent), str(Path(pytest_asyncio.__file__).parent))


class Turns:
    """What was seen of the turns of a loop.

    Attributes:
        longest: seconds of CPU time.
        slowest: the callback that took the most of any.
        in_asyncio: whether a loop of asyncio's own is amid a turn.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self.slowest = ""
        self.in_asyncio = False
        self._slowest = 0.0
        self._of_tests = 0.0  # seconds of this turn

    def note(self, seconds: float) -> None:
        """Take note of a turn."""
        self.longest = max(self.longest, seconds - self._of_tests)
        self._of_tests = 0.0

    def note_part(self, handle: asyncio.Handle, seconds: float) -> None:
        """Take note of a part of one: a callback, or a step of a coroutine."""
        what = getattr(handle._callback, "__self__", None) or handle  # a task tells its name
        coroutine = what.get_coro() if isinstance(what, asyncio.Task) else None
        if inspect.iscoroutine(coroutine) and coroutine.cr_code.co_filename.startswith(_OF_TESTS):
            self._of_tests += seconds
        elif seconds > self._slowest:
            self._slowest, self.slowest = seconds, f"{what!r}, {seconds:.3f} s"

    def check(self) -> None:
        """Fail the test if the loop stood still."""
        if self.longest > LONGEST:
            told = f"one turn of the event loop took {self.longest:.3f} s of CPU time"
            pytest.fail(f"{told}; the slowest callback: {self.slowest}", pytrace=False)


@contextmanager
def watched_turns() -> Iterator[Turns]:
    """Look at every turn of every loop of this thread meanwhile."""
    turns = Turns()
    once, run = asyncio.BaseEventLoop._run_once, asyncio.Handle._run

    def run_once(loop: asyncio.BaseEventLoop) -> None:
        began = time.thread_time()
        turns.in_asyncio = True
        try:
            once(loop)
        finally:
            turns.in_asyncio = False
            turns.note(time.thread_time() - began)

    def run_handle(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            run(handle)
        finally:
            took = time.thread_time() - began
            turns.note_part(handle, took)
            if not turns.in_asyncio:
                turns.note(took)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.BaseEventLoop, "_run_once", run_once)
        patch.setattr(asyncio.Handle, "_run", run_handle)
        yield turns
