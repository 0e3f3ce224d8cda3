"""Our own bugs: written to a log once, and told to the person instead of being swallowed."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QMessageBox

from cartoonmix_desktop.ui.text import message_box

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_log = logging.getLogger(__name__)
_LARGEST = 1_000_000  # bytes of a log file, of which three are kept


class Mishaps(QObject):
    """Logs to a file, and says when something failed that should not have.

    Tracebacks name places in the program, never values: no secret reaches the log.
    """

    _happened = Signal()

    def __init__(self, folder: Path, parent: QObject) -> None:
        """Take over `sys.excepthook` and the root logger.

        Args:
            folder: where the log goes; made with the first line that is written.
            parent: the application.
        """
        super().__init__(parent)
        self.path = folder / "cartoonmix-desktop.log"
        self._box: QMessageBox | None = None
        logging.getLogger().addHandler(_Quietly(self))
        sys.excepthook = self._on_exception
        self._happened.connect(self._tell)  # queued when it happened in another thread

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        _log.critical("a bug", exc_info=(kind, error, trace))

    def _tell(self) -> None:
        if self._box is not None:
            return
        self._box = message_box(
            QApplication.activeWindow(),
            icon=QMessageBox.Icon.Warning,
            title="Something went wrong",
            text=(
                "Something in the program itself failed. Tasks and pictures are safe: whatever was"
                " under way is picked up at the next start.\n\n"
                f"What happened is written in {self.path}"
            ),
            buttons=QMessageBox.StandardButton.Close,
        )
        self._box.finished.connect(self._on_closed)
        self._box.open()

    def _on_closed(self) -> None:
        self._box = None


class _Quietly(RotatingFileHandler):
    """Writes warnings and worse; an error of ours is also told. A full disk costs only the log."""

    def __init__(self, mishaps: Mishaps) -> None:
        super().__init__(
            mishaps.path, maxBytes=_LARGEST, backupCount=2, encoding="utf-8", delay=True
        )
        self._mishaps = mishaps
        self.setLevel(logging.WARNING)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._mishaps.path.parent.mkdir(parents=True, exist_ok=True)
            super().emit(record)
        except OSError:
            pass
        if record.exc_info and record.levelno >= logging.ERROR:
            self._mishaps._happened.emit()  # noqa: SLF001 - one class in two parts

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: there is nowhere left to say it."""
