"""Our own bugs: written to a log once, and told to the person instead of being swallowed."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.services.log_file import LogFile

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from PySide6.QtWidgets import QMessageBox

_log = logging.getLogger(__name__)


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
        self._box: QMessageBox | None = None
        self._report: Path | None = None
        handler = _Reporter(self, folder, reports)
        self.path = handler.path
        logging.getLogger().addHandler(handler)
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


class _Reporter(LogFile):
    """Writes the log; an error of ours is also told."""

    def __init__(self, crash_handler: CrashHandler, folder: Path, reports: Reports) -> None:
        super().__init__(folder)
        self._crash_handler = crash_handler
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if record.exc_info and record.exc_info[1] and record.levelno >= logging.ERROR:
            report = self._reports.write(record.exc_info[1])
            self._crash_handler._happened.emit(report)  # noqa: SLF001 - one class in two parts
