"""The window itself, which is shown before anything is in it.

Whoever has a `EmptyWindow` can show it; whoever has `FirstRooms` also has the history in it, and
whoever has a `MainWindow` has all of it. Each stands in a module of its own and imports what it
needs, since imports are most of a start: this one is imported before the first paint.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtWidgets import QMainWindow

from cartoonmix_desktop.wording.commands import BAR, PROGRAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent, QShowEvent

_USUAL = QSize(1440, 900)
_SMALLEST = QSize(760, 560)
_FRAME = QSize(16, 48)  # what a window manager may add around


class EmptyWindow(QMainWindow):
    """Title, place on the screen, and a menu bar with titles alone.

    Attributes:
        layout_state: how the whole window looked last time, as `MainWindow.state` told it.
        titled_menus: one for each title, in their order; empty until there is a `MainWindow`.
    """

    shown = Signal()
    resized = Signal()
    closed = Signal()

    def __init__(self, layout_state: Mapping[str, Any] | None = None) -> None:
        """Not yet shown.

        Args:
            layout_state: None for the usual one.
        """
        super().__init__()
        self.layout_state: Mapping[str, Any] = layout_state or {}
        self._painted = asyncio.Event()
        self.setWindowTitle(PROGRAM)
        self.setMinimumSize(_SMALLEST)
        self.setUnifiedTitleAndToolBarOnMac(True)
        bar = self.menuBar()
        self.titled_menus = [bar.addMenu(title) for title in BAR]
        available = self.screen().availableGeometry().size() - _FRAME
        self.resize(_USUAL.boundedTo(available))
        geometry = self.layout_state.get("geometry")
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))

    async def painted(self) -> None:
        """Wait until the window was first seen: heavy imports come after that."""
        await self._painted.wait()

    def come_forward(self) -> None:
        """Show over other windows, as far as the system lets a program do that."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell what is in it that there is room now."""
        super().showEvent(event)
        self.shown.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell what is in it that there is more room, or less."""
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Note the first paint."""
        super().paintEvent(event)
        self._painted.set()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the person is done; the program ends once its work is safe."""
        self.closed.emit()
        event.accept()
