"""The composition root of the window: builds everything once, runs the loop, ends it cleanly."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

# What is free of Qt comes first: once PySide6 is there, every import takes longer.
from cartoonmix_desktop.services.studio import Studio

# isort: split
from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox

from cartoonmix_desktop.bad_start import BAD_SURROUNDINGS, FAULT, print_words, tell, words_of
from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    ConfigurationError,
    DatabaseDamaged,
    StorageError,
    WindowImpossible,
)
from cartoonmix_desktop.core.links import FileToOpen, read_given
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.storage.crash_reports import CrashReports
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui import application, loop
from cartoonmix_desktop.ui.controller import Controller
from cartoonmix_desktop.ui.dialogs import finished
from cartoonmix_desktop.ui.messages import describe
from cartoonmix_desktop.ui.mishaps import Mishaps
from cartoonmix_desktop.ui.single_window import SingleWindow
from cartoonmix_desktop.ui.text import message_box
from cartoonmix_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_log = logging.getLogger(__name__)


def run(*, sandbox: bool, given: str = "") -> int:
    """Open the window and stay until it is closed.

    Args:
        sandbox: use the sandbox for this run, whatever account was chosen before.
        given: a link or a file to open in it; text from outside.

    Returns:
        The exit status: 0, 1 after a fault of our own, 2 when the environment or the disk cannot be
        used.
    """
    try:
        app = application.made(_give_up)
    except WindowImpossible as error:
        return _give_up(error)
    _translate_qt(app)
    loop.GuiThreadCollector(app)
    locations = Locations.from_environment()
    reports = CrashReports(locations.data / "crashes")
    Mishaps(locations.logs, reports, app)
    app.ask(_absolute(given))
    only = AccountKind.SANDBOX if sandbox else None
    try:
        return loop.run(_live(app, locations, reports, only))
    except Exception as error:  # noqa: BLE001 - words and a report instead of a traceback
        report = reports.write(error, fatal=True)
        where = f" What happened is written in {report}" if report else ""
        tell(f"CartoonMix Desktop ended because of a fault of its own.{where}")
        return FAULT
    finally:
        reports.end()


def _give_up(error: CartoonMixError) -> int:
    """Say why there will be no window; the exit status."""
    tell(words_of(error))
    return BAD_SURROUNDINGS


def _absolute(given: str) -> str:
    """A path that also holds in the folder of another process; links stay as they are."""
    try:
        named = read_given(given) if given else None
    except CartoonMixError:
        return given  # told once there is a window
    return str(Path(named.path).absolute()) if isinstance(named, FileToOpen) else given


async def _live(
    app: application.Application,
    locations: Locations,
    reports: CrashReports,
    only: AccountKind | None,
) -> int:
    closed = asyncio.Event()

    def end() -> None:
        closed.set()
        app.closeAllWindows()  # also a page or a box that is open

    loop.on_interrupt(end)
    theme = Theme(app)
    theme.choose("dark")  # until it is known what the person chose
    single = SingleWindow(locations.data, app)
    try:
        locations.create()
        if not single.claim(app.early):
            return 0
        crashed = reports.begin()
        settings = Settings(locations.data / "settings.json")
        theme.choose(settings.get("theme", "dark"))
        studio = Studio(locations, settings, os.environ, only=only)
    except (ConfigurationError, StorageError) as error:
        await _tell(error, closed)
        return BAD_SURROUNDINGS
    controller = Controller(studio)
    theme.apply(settings.get("theme", "dark"))  # all of the window at once
    window = controller.window
    window.closed.connect(closed.set)
    single.knocked.connect(app.ask)
    single.knocked.connect(window.come_forward)
    app.applicationStateChanged.connect(controller.turn_to)
    app.asked.connect(controller.open_given)
    window.show()
    window.recipe.focus_prompt()
    await window.painted()
    try:
        if not await _open(studio, window):
            window.hide()
            await studio.close()
            return 0
        await controller.show_history()  # what is in sight comes before what is under way
        await studio.start()
    except CartoonMixError as error:
        window.hide()  # nothing in it would work
        await _tell(error, closed)
        await studio.close()
        return BAD_SURROUNDINGS
    controller.tell_of_last_time(crashed, settings.set_aside)
    app.begin_asking()
    await closed.wait()
    single.retire()
    await controller.close()
    await studio.close()
    single.release()
    return 0


async def _open(studio: Studio, window: QWidget) -> bool:
    """Open the studio; a damaged history is restored, or begun anew, as the person decides.

    Returns:
        Whether it is open; else the person would rather quit.
    """
    while True:
        try:
            await studio.open()
        except DatabaseDamaged as error:
            _log.error("%s", error)
        else:
            return True
        from cartoonmix_desktop.ui.restore_dialog import mend

        if not await mend(studio.backups, window):
            return False


async def _tell(error: CartoonMixError, closed: asyncio.Event) -> None:
    """Say why the program cannot start, on the terminal and in a box until that is closed."""
    Theme.current().apply(Theme.current().choice)
    words = describe(error)
    _log.error("%s", error)
    print_words(words_of(error))
    box = message_box(
        None,
        icon=QMessageBox.Icon.Critical,
        title="CartoonMix Desktop cannot start",
        text=f"{words.title}\n\n{words.advice}",
        buttons=QMessageBox.StandardButton.Close,
    )
    ends = {asyncio.create_task(finished(box)), asyncio.create_task(closed.wait())}
    _, others = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _translate_qt(app: QApplication) -> None:
    """Qt's own buttons and menus in the person's language, as far as Qt has it."""
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(), "qtbase", "_", folder):
        app.installTranslator(translator)
