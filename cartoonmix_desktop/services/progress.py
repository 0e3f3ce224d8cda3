"""Work that takes long: how far it is, and whether the person still wants it."""

from __future__ import annotations

import threading


class Stopped(Exception):
    """The person does not want it any more."""


class LongWork:
    """Shared by the thread that works and the window that looks.

    Attributes:
        done: steps that are behind.
        total: steps in all; 0 while that is not known.
    """

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()

    @property
    def stopped(self) -> bool:
        """Whether it is to end."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End as soon as nothing is half done. From any thread."""
        self._stop.set()

    def step(self, count: int = 1) -> None:
        """Say that some steps are behind. From any thread."""
        with self._lock:
            self.done += count

    def check(self) -> None:
        """Whether to go on.

        Raises:
            Stopped: not.
        """
        if self._stop.is_set():
            raise Stopped
