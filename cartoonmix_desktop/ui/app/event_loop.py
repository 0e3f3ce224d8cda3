"""The one event loop for Qt and asyncio, and garbage collection on its thread alone."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from typing import TYPE_CHECKING, Any

import qasync
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_YOUNG = 1_000  # milliseconds between collections of the young generations
_FULL_EVERY = 60  # of those, one is full


class QtLoop(qasync.QEventLoop):
    """Qt's event loop as asyncio's, which finalises asynchronous generators as asyncio does.

    qasync installs no hooks for them: the clean-up of one that is let go of before its end would
    stop at its first ``await``, and each such answer keep one of httpx's connections for good.
    """

    def run_forever(self) -> Any:
        """Run until stopped; with the hooks of this loop meanwhile."""
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook
        )
        try:
            return super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)


def new_loop() -> asyncio.AbstractEventLoop:
    """A loop on the `QApplication`, which must exist."""
    loop: asyncio.AbstractEventLoop = QtLoop(QApplication.instance())
    return loop


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run ``main`` on Qt's loop; a `QApplication` must exist. Returns what it returns."""
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:  # it ends all generators too
            result = runner.run(main)
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
