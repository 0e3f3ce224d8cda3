"""The floor: a bare PySide6 + qasync window. Prints what was measured as one JSON object.

``bare_window.py start`` ends with its first paint, ``scroll`` scrolls a plain list of 100,000 rows.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

import qasync
from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QApplication, QLabel, QListView, QMainWindow

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Window(QMainWindow):
    """A window that knows when it was first painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = asyncio.Event()
        self.resize(1440, 900)
        self.setCentralWidget(QLabel("CartoonMix"))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        super().paintEvent(event)
        self.painted.set()


class List(QListView):
    """A list that knows when it was painted."""

    def __init__(self) -> None:
        super().__init__()
        self._painted = asyncio.Event()

    def paintEvent(self, e: QPaintEvent) -> None:  # noqa: N802  Qt's name
        super().paintEvent(e)
        self._painted.set()

    async def jump(self) -> float:
        """Seconds from a jump to anywhere to its paint."""
        bar = self.verticalScrollBar()
        self._painted.clear()
        began = time.perf_counter()
        bar.setValue((bar.value() + bar.maximum() * 7 // 19) % bar.maximum())
        await self._painted.wait()
        return time.perf_counter() - began


async def main(what: str) -> None:
    window = Window()
    window.show()
    await window.painted.wait()
    told: dict[str, Any] = {"painted": time.monotonic()}
    from tests.benchmarks.scripts.turning import Turns, end, resident, scroll

    if what == "scroll":
        told["resident"] = resident()
        view = List()
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setModel(QStringListModel([f"Row {number}" for number in range(100_000)]))
        window.setCentralWidget(view)
        await asyncio.sleep(0.5)
        told["jumps"] = [await view.jump() for _ in range(40)]
        turns = Turns()
        await scroll(view.verticalScrollBar(), 60, 3)
        turns.stop()
        told["gaps"] = turns.gaps
    end(told)


application = QApplication(sys.argv[:1])
qasync.run(main(sys.argv[1]))
