"""The composition root of the window: builds everything once, runs the loop, ends it cleanly."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.errors import CartoonMixError, ConfigurationError, StorageError
from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui import loop
from cartoonmix_desktop.ui.controller import Controller
from cartoonmix_desktop.ui.dialogs import finished
from cartoonmix_desktop.ui.messages import describe
from cartoonmix_desktop.ui.mishaps import Mishaps
from cartoonmix_desktop.ui.single_window import SingleWindow
from cartoonmix_desktop.ui.text import message_box
from cartoonmix_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger(__name__)


def run(*, sandbox: bool) -> int:
    """Open the window and stay until it is closed.

    Args:
        sandbox: use the sandbox for this run, whatever account was chosen before.

    Returns:
        The exit status: 0, or 2 when the environment or the disk cannot be used.
    """
    if _lacks_display(os.environ):
        print(
            "CartoonMix Desktop needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set."
            " Without one: cartoonmix-desktop generate --help",
            file=sys.stderr,
        )
        return 2
    app = QApplication(sys.argv[:1])
    app.setApplicationName("CartoonMix Desktop")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("cartoonmix-desktop")
    app.setWindowIcon(QIcon(str(resource("icons/app.svg"))))
    app.setQuitOnLastWindowClosed(False)  # closing awaits the work under way
    _translate_qt(app)
    loop.GuiThreadCollector(app)
    locations = Locations.from_environment()
    Mishaps(locations.logs, app)
    settings = Settings(locations.data / "settings.json")
    Theme(app).choose(settings.get("theme", "dark"))
    only = AccountKind.SANDBOX if sandbox else None
    return loop.run(_live(app, locations, settings, only))


def _lacks_display(environ: Mapping[str, str]) -> bool:
    """Whether Qt would abort, with a hint that misleads, for want of anything to draw on."""
    told = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform == "linux" and not any(environ.get(name) for name in told)


async def _live(
    app: QApplication, locations: Locations, settings: Settings, only: AccountKind | None
) -> int:
    closed = asyncio.Event()
    single = SingleWindow(locations.data, app)
    try:
        locations.create()
        if not single.claim():
            return 0
        studio = Studio(locations, settings, os.environ, only=only)
    except (ConfigurationError, StorageError) as error:
        await _tell(error)
        return 2
    controller = Controller(studio)
    Theme.current().apply(settings.get("theme", "dark"))  # all of the window at once
    window = controller.window
    window.closed.connect(closed.set)
    single.knocked.connect(window.come_forward)
    app.applicationStateChanged.connect(controller.turn_to)
    loop.on_interrupt(app.closeAllWindows)  # also a page or a box that is open
    window.show()
    window.recipe.focus_prompt()
    await window.painted()
    try:
        await studio.open()
        await controller.show_history()  # what is in sight comes before what is under way
        await studio.start()
    except CartoonMixError as error:
        window.hide()  # nothing in it would work
        await _tell(error)
        await studio.close()
        return 2
    await closed.wait()
    single.retire()
    await controller.close()
    await studio.close()
    single.release()
    return 0


async def _tell(error: CartoonMixError) -> None:
    """Say why the program cannot start, on the terminal and in a box."""
    Theme.current().apply(Theme.current().choice)
    words = describe(error)
    _log.error("%s", error)
    box = message_box(
        None,
        icon=QMessageBox.Icon.Critical,
        title="CartoonMix Desktop cannot start",
        text=f"{words.title}\n\n{words.advice}",
        buttons=QMessageBox.StandardButton.Close,
    )
    await finished(box)


def _translate_qt(app: QApplication) -> None:
    """Qt's own buttons and menus in the person's language, as far as Qt has it."""
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(), "qtbase", "_", folder):
        app.installTranslator(translator)
