"""What both windows, the program's and the bare one, are measured with."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from PySide6.QtCore import QObject, Qt, QTimer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QScrollBar

_PAGE_SIZE = 4096
_FRAME = 8  # milliseconds between two steps of a scroll


def end(told: dict[str, Any]) -> NoReturn:
    """Print what was measured, and end at once."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)


def resident() -> float:
    """Memory that this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE_SIZE / 1e6


class Turns(QObject):
    """Notes when the event loop comes round, at most every millisecond.

    Attributes:
        gaps: seconds between turns.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_turn)
        self._timer.start(1)

    def stop(self) -> None:
        """Note no more."""
        self._timer.stop()

    def _on_turn(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now


async def scroll(bar: QScrollBar, pixels: int, seconds: float) -> None:
    """Scroll down like a person with a good mouse: a step of ``pixels`` a frame."""
    done = asyncio.get_running_loop().create_future()
    ends = time.perf_counter() + seconds

    def step() -> None:
        bar.setValue(bar.value() + pixels)
        if time.perf_counter() > ends and not done.done():
            timer.stop()
            done.set_result(None)

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(step)
    timer.start(_FRAME)
    await done
