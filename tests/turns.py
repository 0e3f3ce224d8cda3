"""How long the event loop was busy at a time: what a person would feel as a window that hangs.

A turn is what is done between two looks for news. Its thread's CPU time counts alone, so that a
busy computer is no reason to fail.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 0.2
"""Seconds of CPU time that one turn may take."""


class Turns:
    """What was seen of the turns of a loop.

    Attributes:
        longest: seconds of CPU time.
        slowest: the callback that took the most of any.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self.slowest = ""
        self._slowest = 0.0

    def note(self, seconds: float) -> None:
        """Take note of a turn."""
        self.longest = max(self.longest, seconds)

    def note_part(self, handle: asyncio.Handle, seconds: float) -> None:
        """Take note of a part of one: a callback, or a step of a coroutine."""
        if seconds > self._slowest:
            what = getattr(handle._callback, "__self__", None) or handle  # a task tells its name
            self._slowest, self.slowest = seconds, f"{what!r}, {seconds:.3f} s"

    def check(self) -> None:
        """Fail the test if the loop stood still."""
        if self.longest > LONGEST:
            told = f"one turn of the event loop took {self.longest:.3f} s of CPU time"
            pytest.fail(f"{told}; the slowest callback: {self.slowest}", pytrace=False)


@contextmanager
def watched_turns(dispatcher: Any = None) -> Iterator[Turns]:
    """Look at every turn of every loop of this thread meanwhile.

    Args:
        dispatcher: of Qt, whose turns are not asyncio's.
    """
    turns = Turns()
    once, run = asyncio.BaseEventLoop._run_once, asyncio.Handle._run

    def run_once(loop: asyncio.BaseEventLoop) -> None:
        began = time.thread_time()
        once(loop)
        turns.note(time.thread_time() - began)

    def run_handle(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            run(handle)
        finally:
            turns.note_part(handle, time.thread_time() - began)

    last = time.thread_time()

    def on_turned() -> None:
        nonlocal last
        now = time.thread_time()
        turns.note(now - last)
        last = now

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.BaseEventLoop, "_run_once", run_once)
        patch.setattr(asyncio.Handle, "_run", run_handle)
        signals = [] if dispatcher is None else [dispatcher.aboutToBlock, dispatcher.awake]
        for signal in signals:
            signal.connect(on_turned)
        try:
            yield turns
        finally:
            for signal in signals:
                signal.disconnect(on_turned)
