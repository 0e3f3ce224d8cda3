"""The text cursor stops blinking when nobody types: each blink wakes the computer and paints."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

_RESTS = 10_000  # milliseconds without typing, as GTK has it


class RestingCursor(QObject):
    """Lets it blink again as soon as it moves."""

    def __init__(self, app: QGuiApplication, rests: int = _RESTS) -> None:
        """Watches the cursor of whatever has the focus.

        Args:
            app: lives as long.
            rests: milliseconds after which it stands still.
        """
        super().__init__(app)
        self._hints = QGuiApplication.styleHints()
        self._usual = self._hints.cursorFlashTime()
        self._clock = QTimer(self, interval=rests, singleShot=True)
        self._clock.timeout.connect(self._on_rest)
        for moved in (
            QGuiApplication.inputMethod().cursorRectangleChanged,
            app.focusObjectChanged,
        ):
            moved.connect(self._on_moved)
        self._clock.start()

    def _on_moved(self) -> None:
        if not self._clock.isActive():
            self._hints.setCursorFlashTime(self._usual)
        self._clock.start()

    def _on_rest(self) -> None:
        self._hints.setCursorFlashTime(0)
