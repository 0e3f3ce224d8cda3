"""The one event loop for Qt and asyncio, and garbage collection on its thread alone."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING, Any

import qasync
from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_YOUNG = 1_000  # milliseconds between collections of the young generations
_FULL_EVERY = 60  # of those, one is full


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run ``main`` on Qt's loop; a `QApplication` must exist. Returns what it returns."""
    try:
        result: int = qasync.run(main)
    finally:
        # What an exception has kept alive, windows too, must go while the application is there.
        gc.collect()
    return result


class GuiThreadCollector(QObject):
    """Collects cyclic garbage on the GUI thread.

    A collection in another thread (keyring and SQLite calls run in some) may destroy Qt objects
    there, which crashes.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._turns = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start(_YOUNG)

    def _on_timeout(self) -> None:
        self._turns += 1
        gc.collect(2 if self._turns % _FULL_EVERY == 0 else 1)


def on_interrupt(call: Callable[[], object]) -> None:
    """Call ``call`` on Ctrl+C in the terminal and when the system asks to end.

    Python runs signal handlers between two of its own instructions: the collector's timer sees to
    it that there are some every second.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: call())
