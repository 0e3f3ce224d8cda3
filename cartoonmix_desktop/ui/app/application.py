"""The application object: made so that Qt ends with words where it would abort."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QLibraryInfo,
    QLocale,
    QtMsgType,
    QTranslator,
    Signal,
    qInstallMessageHandler,
    qWarning,
)
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from cartoonmix_desktop import __version__, system_locale
from cartoonmix_desktop.core.errors import WindowImpossible
from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.wording.catalogue import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from PySide6.QtCore import QMessageLogContext


class Application(QApplication):
    """Qt's application, and what the system asks it to open.

    Signals:
        open_requested: a link, or the path of a file; text from outside.
        quit_requested: the Dock, or a session that ends, wants the program to end.
    """

    open_requested = Signal(str)
    quit_requested = Signal()

    def __init__(self) -> None:
        super().__init__(sys.argv[:1])
        self._pending_requests: list[str] | None = []
        self.has_to_quit = False
        """Whether `quit_requested` was told, perhaps before anybody listened."""
        self.setApplicationName("CartoonMix Desktop")
        # What Qt itself writes takes the language of our texts and the habits of the region.
        QLocale.setDefault(_locale())
        self.setApplicationVersion(__version__)
        self.setDesktopFileName("cartoonmix-desktop")
        self.setQuitOnLastWindowClosed(False)  # closing awaits the work under way

    def set_icon_and_translators(self) -> None:
        """What an empty window can do without: its icon, and Qt's own words in our language."""
        self.setWindowIcon(QIcon(str(resource("icons/app.svg"))))
        translator = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(QLocale(), "qtbase", "_", folder):
            self.installTranslator(translator)

    @property
    def pending_request(self) -> str:
        """The last that was asked before there was a window for it; empty for nothing."""
        return self._pending_requests[-1] if self._pending_requests else ""

    def request_open(self, text: str) -> None:
        """Open this as soon as there is a window for it; empty for nothing."""
        if not text:
            return
        if self._pending_requests is None:
            self.open_requested.emit(text)
        else:
            self._pending_requests.append(text)

    def deliver_open_requests(self) -> None:
        """Tell at once from now on, beginning with what was asked before."""
        requests, self._pending_requests = self._pending_requests, None
        for text in requests or ():
            self.open_requested.emit(text)

    def event(self, event: QEvent) -> bool:
        """Hear of links, files and the wish to quit: macOS sends them as events.

        Qt would end its loop on the spot, amid whatever is under way.
        """
        if event.type() == QEvent.Type.Quit:
            event.accept()
            self.has_to_quit = True
            self.quit_requested.emit()
            return True
        if isinstance(event, QFileOpenEvent):
            self.request_open(event.file() or bytes(event.url().toEncoded().data()).decode("ascii"))
            return True
        return super().event(event)


def _locale() -> QLocale:
    region = system_locale.region("LC_NUMERIC")
    return QLocale(f"{LANGUAGE.partition('_')[0]}_{region}") if region else QLocale.c()


def made(on_failure: Callable[[WindowImpossible], int]) -> Application:
    """The one application.

    Args:
        on_failure: called with the reason when Qt cannot begin; the process ends with the exit
            status that it returns. Qt itself would abort, which nobody can catch.

    Raises:
        WindowImpossible: there is no display at all.
    """
    if _lacks_display(os.environ):
        raise WindowImpossible("no_display")
    use_input_method(os.environ)
    said: list[str] = []

    def hear(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        said.append(text)
        if kind is QtMsgType.QtFatalMsg:
            os._exit(on_failure(_reason("\n".join(said))))

    qInstallMessageHandler(hear)
    try:
        app = Application()
    finally:
        qInstallMessageHandler(None)
    for text in said:
        qWarning(text)  # what was no reason to give up
    return app


def use_input_method(environ: MutableMapping[str, str]) -> None:
    """Ask for IBus where Fcitx is asked for and its plugin is not there, as in Qt's own packages.

    Fcitx answers to the calls of IBus as well. Without this nothing but Latin could be typed.
    """
    asked = environ.get("QT_IM_MODULES") or environ.get("QT_IM_MODULE", "")
    if sys.platform != "linux" or "fcitx" not in asked or "ibus" in asked:
        return
    plugins = QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)
    folders = [plugins, *environ.get("QT_PLUGIN_PATH", "").split(os.pathsep)]
    if not any(list(Path(f, "platforminputcontexts").glob("*fcitx*")) for f in folders if f):
        environ.pop("QT_IM_MODULES", None)
        environ["QT_IM_MODULE"] = "ibus"


def _lacks_display(environ: Mapping[str, str]) -> bool:
    """Whether Qt would abort, with a hint that misleads, for want of anything to draw on."""
    told = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform == "linux" and not any(environ.get(name) for name in told)


def _reason(said: str) -> WindowImpossible:
    """Why Qt gives up; ``said`` is all that it wrote."""
    if "could not connect to display" in said:
        return WindowImpossible("unreachable", os.environ.get("DISPLAY", ""))
    platform = os.environ.get("QT_QPA_PLATFORM") or "xcb"
    name = platform.split(";")[0].split(":")[0]
    plugins = [
        Path(folder, "platforms", f"libq{name}.so") for folder in QCoreApplication.libraryPaths()
    ]
    for plugin in plugins:
        if plugin.is_file():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:  # in the loader's words, which Qt keeps for itself
                from cartoonmix_desktop.core.loader import library_in

                return WindowImpossible("library", library_in(str(error)))
            return WindowImpossible("start", name)
    return WindowImpossible("platform", name)
