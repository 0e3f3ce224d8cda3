"""The one event loop for Qt and asyncio, and garbage collection on its thread alone."""

from __future__ import annotations

import asyncio
import gc
import heapq
import math
import signal
import socket
import sys
from time import monotonic
from typing import TYPE_CHECKING, Any

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Coroutine

_YOUNG = 1_000  # milliseconds between collections of the young generations
_FULL_EVERY = 60  # of those, one is full
_LITTLE = 2_000  # objects that are nothing to hurry for
_RARELY = 60_000  # milliseconds between collections of next to nothing
_LONGEST_TURN = 0.005  # seconds after which the window comes first
_LONGEST_ALARM = 86_400.0  # seconds; Qt counts no further than some weeks
_FEW = 100  # cancelled timers that need no tidying up
_WAKE = QEvent.Type(QEvent.registerEventType())


class QtLoop(qasync.QEventLoop):
    """Qt's event loop as asyncio's: qasync's, with asyncio's own queue and heap.

    qasync makes a Qt timer for each callback: the timers of what is cancelled stay until they run
    out, and a coarse one may fire a twentieth too early, half a second of ten. Here what is ready
    runs with one posted event a turn, and what is due later with one timer, which is set anew when
    it comes early. Nothing runs while no loop does.

    qasync also installs no hooks for asynchronous generators: the clean-up of one that is let go of
    before its end would stop at its first ``await``, and each such answer keep one of httpx's
    connections for good.
    """

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _timer_cancelled_count: int

    def __init__(self, app: QCoreApplication | None) -> None:
        """Nothing runs yet.

        Args:
            app: the application, which exists.
        """
        self._woken = False
        self._turns = _Turns(self._on_wake)
        self._alarm = QTimer(timerType=Qt.TimerType.PreciseTimer, singleShot=True)
        self._alarm.timeout.connect(self._on_alarm)
        self._alarm_at = math.inf
        super().__init__(app)

    # asyncio's own, which fill `_ready` and `_scheduled`
    call_later = asyncio.BaseEventLoop.call_later
    call_soon_threadsafe = asyncio.BaseEventLoop.call_soon_threadsafe

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        """See `asyncio.AbstractEventLoop.call_soon`."""
        handle = asyncio.BaseEventLoop.call_soon(self, callback, *args, context=context)
        self._write_to_self()
        return handle

    def call_at(
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """See `asyncio.AbstractEventLoop.call_at`; never early."""
        handle = asyncio.BaseEventLoop.call_at(self, when, callback, *args, context=context)
        if self._timer_cancelled_count > max(_FEW, len(self._scheduled) // 2):
            self._scheduled = [one for one in self._scheduled if not one.cancelled()]
            heapq.heapify(self._scheduled)
            self._timer_cancelled_count = 0
        if when < self._alarm_at:
            self._set_alarm()
        return handle

    def run_forever(self) -> Any:
        """Run until stopped; with the hooks of this loop meanwhile."""
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook
        )
        self._write_to_self()  # what became ready while nothing ran
        self._set_alarm()
        try:
            return super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)

    if sys.platform == "win32":

        def _before_run_forever(self) -> None:
            """In the place of qasync's poller, see there."""
            import _overlapped  # type: ignore[import-not-found]  # no stubs

            from cartoonmix_desktop.ui.app.completions import CompletionPoller, settle

            port = self._proactor._iocp  # noqa: SLF001
            self._poller = CompletionPoller(
                self._proactor,
                lambda: _overlapped.PostQueuedCompletionStatus(port, 0, 0, 0),
                lambda completed: self.call_soon_threadsafe(settle, completed),
            )

        def _after_run_forever(self) -> None:
            self._poller.stop()

    def close(self) -> None:
        """See `asyncio.AbstractEventLoop.close`."""
        self._alarm.stop()
        super().close()

    def _write_to_self(self) -> None:
        """Have a turn soon; from any thread."""
        if not self._woken:
            self._woken = True
            QCoreApplication.postEvent(self._turns, QEvent(_WAKE))

    def _on_wake(self) -> None:
        self._woken = False
        if asyncio._get_running_loop() is self:  # noqa: SLF001 - as asyncio asks itself
            self._run_ready()

    def _on_alarm(self) -> None:
        self._alarm_at = math.inf
        if asyncio._get_running_loop() is not self:  # noqa: SLF001
            return
        due = self.time() + self._clock_resolution
        while self._scheduled and (
            self._scheduled[0].when() <= due or self._scheduled[0].cancelled()
        ):
            handle: Any = heapq.heappop(self._scheduled)
            handle._scheduled = False  # noqa: SLF001
            if handle.cancelled():
                self._timer_cancelled_count -= 1
            else:
                self._ready.append(handle)
        self._set_alarm()
        self._run_ready()

    def _set_alarm(self) -> None:
        """Ring when the first is due."""
        if not self._scheduled:
            self._alarm.stop()
            self._alarm_at = math.inf
            return
        self._alarm_at = self._scheduled[0].when()
        wait = max(0.0, min(self._alarm_at - self.time(), _LONGEST_ALARM))
        self._alarm.start(math.ceil(1000 * wait))

    def _run_ready(self) -> None:
        """One turn: what is ready by now, but not for so long that the window would not answer."""
        ready, ends = self._ready, monotonic() + _LONGEST_TURN
        for _handle in range(len(ready)):
            if not ready:  # a loop within this one was quicker
                return
            handle = ready.popleft()
            if ready:
                self._write_to_self()  # for a loop within this one, and for a turn that is too long
            if not handle.cancelled():
                handle._run()  # noqa: SLF001
            if ready and monotonic() > ends:
                return


class _Turns(QObject):
    """Where Qt delivers that there is something to run."""

    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self._run = run

    def customEvent(self, _event: QEvent) -> None:
        """See `QObject`."""
        self._run()


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
        idle = gc.get_count()[0] < _LITTLE
        gc.collect(2 if self._turns % _FULL_EVERY == 0 else 1)
        self._timer.setInterval(min(2 * self._timer.interval(), _RARELY) if idle else _YOUNG)


def on_interrupt(call: Callable[[], object]) -> None:
    """Call ``call`` on Ctrl+C in the terminal and when the system asks to end.

    Python runs signal handlers between two of its own instructions: what each signal writes sees to
    it that there are some.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: call())
    reader, writer = socket.socketpair()

    def close() -> None:
        signal.set_wakeup_fd(-1)
        reader.close()
        writer.close()

    writer.setblocking(False)  # noqa: FBT003  as Python wants it
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read, QApplication.instance())
    notifier.activated.connect(lambda: reader.recv(1))
    notifier.destroyed.connect(close)
