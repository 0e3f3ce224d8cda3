"""The composition root of the window: builds everything once, runs the loop, ends it cleanly.

What is seen comes first: an empty window, then the newest of the history in it, then all else. Each
imports only what it needs, since imports are most of a start.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    DatabaseDamaged,
    DatabaseTooNew,
    StorageError,
    WindowImpossible,
)
from cartoonmix_desktop.core.log import window as _log
from cartoonmix_desktop.core.surroundings import given_to_us
from cartoonmix_desktop.storage.crash_reports import CrashReports
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.app import application, event_loop
from cartoonmix_desktop.ui.app.crash_handler import CrashHandler
from cartoonmix_desktop.ui.app.single_instance import SingleInstance
from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from PySide6.QtWidgets import QWidget

    from cartoonmix_desktop.services.library.local_store import LocalStore


_OPENS = 0.5  # seconds in which a history is open that need not be renewed


def run(*, sandbox: bool, given: str = "") -> int:
    """Open the window and stay until it is closed.

    Args:
        sandbox: use the sandbox for this run, whatever account was chosen before.
        given: a link or a file to open in it; text from outside.

    Returns:
        The exit status: 0, 1 after a fault of our own, 2 when the environment or the disk cannot be
        used.
    """
    environ = given_to_us(os.environ)
    try:
        app = application.made(_fail_start)
    except WindowImpossible as error:
        return _fail_start(error)
    event_loop.GuiThreadCollector(app)
    locations = Locations.from_environment()
    reports = CrashReports(locations.data / "crashes")
    CrashHandler(locations.logs, reports, app)
    app.request_open(_absolute(given) if given else "")
    try:
        return event_loop.run(_Session(app, locations, reports, environ, sandbox=sandbox).run())
    except Exception as error:  # noqa: BLE001 - words and a report instead of a traceback
        from cartoonmix_desktop.startup_failure import EXIT_FAULT, tell
        from cartoonmix_desktop.wording.window import ended

        report = reports.write(error, fatal=True)
        tell(ended(report))
        return EXIT_FAULT
    finally:
        reports.end()


def _fail_start(error: CartoonMixError) -> int:
    """Say why there will be no window; the exit status."""
    from cartoonmix_desktop.startup_failure import EXIT_ENVIRONMENT, tell, words_of

    tell(words_of(error))
    return EXIT_ENVIRONMENT


def _absolute(given: str) -> str:
    """A path that also holds in the folder of another process; links stay as they are."""
    from pathlib import Path

    from cartoonmix_desktop.core.recipe.links import FileToOpen, read_given

    try:
        named = read_given(given)
    except CartoonMixError:
        return given  # told once there is a window
    return str(Path(named.path).absolute()) if isinstance(named, FileToOpen) else given


class _Session:
    """One window, from nothing to its end."""

    def __init__(
        self,
        app: application.Application,
        locations: Locations,
        reports: CrashReports,
        environ: Mapping[str, str],
        *,
        sandbox: bool,
    ) -> None:
        self._app = app
        self._locations = locations
        self._reports = reports
        self._environ = environ
        self._sandbox = sandbox
        self._closed = asyncio.Event()
        self._began = time.monotonic()

    async def run(self) -> int:
        """Run it; the exit status."""
        app, locations = self._app, self._locations
        event_loop.on_interrupt(self._end)
        app.quit_requested.connect(self._end)
        if app.has_to_quit:
            return 0
        theme = Theme(app)
        theme.choose("dark")  # until it is known what the person chose
        single = SingleInstance(locations.data, app)
        try:
            locations.create()
            if not single.acquire(app.pending_request):
                return 0
            crashed = self._reports.begin()
            settings = Settings(locations.data / "settings.json")
            self._note("settings_read")
        except (StorageError, WindowImpossible) as error:
            return await self._fail_start(error)
        theme.apply(settings.get("theme", "dark"))
        window = EmptyWindow(settings.get("window", {}))
        window.closed.connect(self._closed.set)
        single.knocked.connect(app.request_open)
        single.knocked.connect(window.come_forward)
        window.show()
        await window.painted()
        self._note("empty_window_painted")

        from cartoonmix_desktop.services.library.local_store import LocalStore

        local_store = LocalStore(locations, settings)
        opening = asyncio.create_task(_open(local_store, window, single))
        await asyncio.sleep(0)  # it goes on in its thread meanwhile

        from cartoonmix_desktop.ui.shell.first_paint import FirstPaint

        first = FirstPaint(window, local_store)
        window.closed.connect(local_store.renewal.stop)
        end: Callable[[], Awaitable[None]] = local_store.close
        try:
            await asyncio.wait({opening}, timeout=_OPENS)
            if not opening.done():
                from cartoonmix_desktop.ui.shell.renewal_line import show_renewal

                await show_renewal(window, local_store.renewal, opening)
            if not await opening or self._closed.is_set():
                self._note("history_not_opened")
                window.hide()
                await end()
                return 0
            self._note("history_opened")
            await first.show_history()
            self._note("history_shown")
            app.set_icon_and_translators()
            heard = single.listen()

            from PySide6.QtGui import QWindow

            from cartoonmix_desktop.services.events import AccountKind
            from cartoonmix_desktop.services.studio import Studio
            from cartoonmix_desktop.ui.app.resting_cursor import RestingCursor
            from cartoonmix_desktop.ui.shell.controller import Controller

            only = AccountKind.SANDBOX if self._sandbox else None
            studio = Studio(local_store, self._environ, only=only)
            end = studio.close
            controller = Controller(studio, first)
            RestingCursor(app)
            self._note("window_filled")
            controller.window.recipe.focus_prompt()
            app.applicationStateChanged.connect(controller.turn_to)
            unseen = {QWindow.Visibility.Hidden, QWindow.Visibility.Minimized}
            window.windowHandle().visibilityChanged.connect(
                lambda visibility: studio.pulse.show(seen=visibility not in unseen)
            )
            app.open_requested.connect(controller.open_given)
            await studio.open()
            await controller.show_history()  # what is in sight comes before what is under way
            self._note("all_shown")
            await studio.start()
            self._note("started")
        except CartoonMixError as error:
            window.hide()  # nothing in it would work
            await end()
            return await self._fail_start(error)
        controller.report_last_run(crashed, settings.quarantined, heard=heard)
        app.deliver_open_requests()
        await self._closed.wait()
        self._note("closing")
        single.stop_listening()
        await controller.close()
        await end()
        single.release()
        self._note("closed")
        return 0

    def _note(self, phase: str) -> None:
        """Log how far the start or the end has come."""
        _log.debug("phase name=%s ms=%.0f", phase, 1000 * (time.monotonic() - self._began))

    def _end(self) -> None:
        self._closed.set()
        self._app.closeAllWindows()  # also a page or a box that is open

    async def _fail_start(self, error: CartoonMixError) -> int:
        """Say why the program cannot start, on the terminal and in a box until that is closed."""
        from PySide6.QtWidgets import QMessageBox

        from cartoonmix_desktop.startup_failure import EXIT_ENVIRONMENT, print_words, words_of
        from cartoonmix_desktop.ui.widgets.dialogs import finished
        from cartoonmix_desktop.ui.widgets.text import message_box
        from cartoonmix_desktop.wording.errors import describe
        from cartoonmix_desktop.wording.window import CANNOT_START

        Theme.current().apply(Theme.current().choice)
        words = describe(error)
        _log.error("%s", error)
        print_words(words_of(error))
        box = message_box(
            None,
            icon=QMessageBox.Icon.Critical,
            title=CANNOT_START,
            text=f"{words.title}\n\n{words.advice}",
            buttons=QMessageBox.StandardButton.Close,
        )
        ends = {asyncio.create_task(finished(box)), asyncio.create_task(self._closed.wait())}
        _, others = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return EXIT_ENVIRONMENT


async def _open(local_store: LocalStore, window: QWidget, single: SingleInstance) -> bool:
    """Open what there is; a damaged history is restored, or begun anew, as the person decides.

    Returns:
        Whether it is open; else the person would rather quit.
    """
    from cartoonmix_desktop.services.progress import Stopped

    while True:
        try:
            await local_store.open()
        except Stopped:  # the window was closed
            return False
        except (DatabaseDamaged, DatabaseTooNew) as error:
            _log.error("%s", error)
            problem = error
        else:
            return True
        from cartoonmix_desktop.ui.library.restore_dialog import restore_history

        single.listen()  # the person may take their time
        if not await restore_history(problem, local_store.backups, window):
            return False
