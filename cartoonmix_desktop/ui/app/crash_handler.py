"""Our own bugs: written to a log once, and told to the person instead of being swallowed."""

from __future__ import annotations

import copy
import logging
import sys
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.core.traces import without_values

if TYPE_CHECKING:
    from logging.handlers import RotatingFileHandler
    from pathlib import Path
    from types import TracebackType

    from PySide6.QtWidgets import QMessageBox

_log = logging.getLogger(__name__)
_LARGEST = 1_000_000  # bytes of a log file, of which three are kept


class Reports(Protocol):
    """Where a bug is written down for the person to read."""

    def write(self, error: BaseException) -> Path | None:
        """Write a report; None if none was written."""


class CrashHandler(QObject):
    """Logs to a file, and says when something failed that should not have.

    Neither log nor report holds what an exception says, only its kind and places in the program:
    no secret and no prompt gets there.
    """

    _happened = Signal(object)

    def __init__(self, folder: Path, reports: Reports, parent: QObject) -> None:
        """Take over the hooks for exceptions that nobody caught, and the root logger.

        Args:
            folder: where the log goes; made with the first line that is written.
            reports: where bugs are written down.
            parent: the application.
        """
        super().__init__(parent)
        self.path = folder / "cartoonmix-desktop.log"
        self._box: QMessageBox | None = None
        self._report: Path | None = None
        logging.getLogger().addHandler(_LogHandler(self, reports))
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        self._happened.connect(self._tell)  # queued when it happened in another thread

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        _log.critical("a bug", exc_info=(kind, error, trace))

    def _on_thread_exception(self, happened: threading.ExceptHookArgs) -> None:
        if happened.exc_value is not None:
            _log.critical("a bug in a thread", exc_info=happened.exc_value)

    def _on_unraisable(self, happened: Any) -> None:
        """Something failed while it was thrown away: nothing depends on it any more."""
        if happened.exc_value is not None:
            _log.warning("a bug at the end of something", exc_info=happened.exc_value)

    def _tell(self, report: Path | None) -> None:
        if self._box is not None:
            return
        from PySide6.QtWidgets import QApplication, QMessageBox

        from cartoonmix_desktop.ui.widgets.text import message_box
        from cartoonmix_desktop.wording import window as texts

        self._report = report or self.path
        self._box = message_box(
            QApplication.activeWindow(),
            icon=QMessageBox.Icon.Warning,
            title=texts.FAULT_TITLE,
            text=texts.fault_text(self._report),
            buttons=QMessageBox.StandardButton.Close,
        )
        opened = self._box.addButton(texts.OPEN_REPORT, QMessageBox.ButtonRole.ActionRole)
        opened.clicked.connect(self._on_open)
        self._box.finished.connect(self._on_closed)
        self._box.open()

    def _on_open(self) -> None:
        from cartoonmix_desktop.ui.widgets import desktop

        if self._report is not None:
            desktop.open_text(self._report)

    def _on_closed(self) -> None:
        self._box = None


class _RedactingFormatter(logging.Formatter):
    """One line, and of an exception its kind and places alone."""

    def format(self, record: logging.LogRecord) -> str:
        """Not as another handler may have told the exception already."""
        record = copy.copy(record)
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        """Without what the exception says."""
        return without_values(ei[1])


class _LogHandler(logging.Handler):
    """Writes warnings and worse; an error of ours is also told. A full disk costs only the log."""

    def __init__(self, crash_handler: CrashHandler, reports: Reports) -> None:
        super().__init__(logging.WARNING)
        self._crash_handler = crash_handler
        self._reports = reports

    @cached_property
    def _file(self) -> RotatingFileHandler:
        from logging.handlers import RotatingFileHandler

        class Silent(RotatingFileHandler):
            def handleError(self, record: logging.LogRecord) -> None:
                """Say nothing: there is nowhere left to say it."""

        made = Silent(
            self._crash_handler.path, maxBytes=_LARGEST, backupCount=2, encoding="utf-8", delay=True
        )
        made.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        return made

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._crash_handler.path.parent.mkdir(parents=True, exist_ok=True)
            self._file.emit(record)
        except OSError:
            pass
        if record.exc_info and record.exc_info[1] and record.levelno >= logging.ERROR:
            report = self._reports.write(record.exc_info[1])
            self._crash_handler._happened.emit(report)  # noqa: SLF001 - one class in two parts

    def close(self) -> None:
        """Close the file, if it was ever opened."""
        if "_file" in self.__dict__:
            self._file.close()
        super().close()
