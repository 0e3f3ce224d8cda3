"""Puts the library elsewhere as a person asks, and says when it is away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from cartoonmix_desktop.core.disk import MEGABYTE, DiskUse
from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.ui.library.move_dialog import MoveDialog
from cartoonmix_desktop.ui.library.risky_folders import (
    risk_at,
)
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.dialogs import ask, choose_folder
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import library as texts
from cartoonmix_desktop.wording.errors import sentences

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from cartoonmix_desktop.services.events import LibraryChanged
    from cartoonmix_desktop.services.library.disk import Disk
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.library.relocation import Moving, Relocation
    from cartoonmix_desktop.services.preferences import Preferences
    from cartoonmix_desktop.ui.frame import Spawn
    from cartoonmix_desktop.ui.notices import Notices
    from cartoonmix_desktop.ui.settings.dialog import SettingsDialog

_NAME = "CartoonMix"  # of the folder that is made in one that holds other things
_RISK_SHOWN = "history_risk_told"  # the setting: for which folder it was
_TOPIC = "library"
_JOURNAL = "journal"
_LOOK = 100  # milliseconds between looks how far a move is


class LibraryPresenter(QObject):
    """Everything about where the library is that a person can ask for."""

    def __init__(
        self,
        library: Library,
        relocation: Relocation,
        disk: Disk,
        preferences: Preferences,
        notices: Notices,
        empty_trash: Callable[[QWidget], Awaitable[None]],
        window: QWidget,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._library, self._relocation, self._disk = library, relocation, disk
        self._preferences, self._window = preferences, window
        self._notices = notices
        self._empty_trash = empty_trash
        self._spawn = spawn
        self._page: SettingsDialog | None = None

    def begin(self) -> None:
        """Say once if the history lies where it may be damaged."""
        self._spawn(self._look_at_home())

    def attend(self, page: SettingsDialog) -> None:
        """Serve the settings while they are open."""
        self._page = page
        library = page.library
        library.open_requested.connect(self._on_open)
        library.move_requested.connect(self._on_move)
        library.use_requested.connect(self._on_use)
        library.empty_requested.connect(self._on_empty)
        library.clear_requested.connect(self._on_clear)
        page.changed.connect(self._on_changed)
        self._spawn(self._show())

    def show_library(self, library: LibraryChanged) -> None:
        """Keep the settings true; the queue says what no folder can take."""
        if library.problem is None:
            self._notices.forget(_TOPIC)
        if self._open_page() is not None:
            self._spawn(self._show())

    def show_journal(self, problem: StorageError | None) -> None:
        """Say when recipes cannot be written down beside the pictures."""
        if problem is None:
            self._notices.forget(_JOURNAL)
        else:
            self._notices.show_news(_JOURNAL, "warn", texts.journal_waits(problem))

    # --- the settings ----------------------------------------------------------------------------

    def _open_page(self) -> SettingsDialog | None:
        if self._page is not None and not isValid(self._page):
            self._page = None
        return self._page

    async def _show(self) -> None:
        root = self._library.root
        risk = await asyncio.to_thread(risk_at, root)
        if (page := self._open_page()) is not None:
            page.library.show_folder(str(root), texts.library_risk_words(risk))
        for use in DiskUse:
            if self._open_page() is None:
                return  # nobody wants to know any more
            await self._count(use)

    async def _count(self, use: DiskUse) -> None:
        size = await self._disk.count(use)
        if size is not None and (page := self._open_page()) is not None:
            page.library.show_use(use, size)

    def _on_changed(self, name: str, value: object) -> None:
        if name == "thumbnail_budget" and isinstance(value, int):
            budget = value * MEGABYTE

            async def work() -> None:
                await self._library.limit_thumbnails(budget)
                await self._count(DiskUse.THUMBNAILS)

            self._spawn(work())

    def _on_open(self, use: DiskUse) -> None:
        desktop.open_folder(self._disk.folder(use))

    def _on_clear(self) -> None:
        async def work() -> None:
            await self._library.clear_thumbnails()
            await self._count(DiskUse.THUMBNAILS)

        self._spawn(work())

    def _on_empty(self) -> None:
        async def work() -> None:
            if (page := self._open_page()) is not None:
                await self._empty_trash(page)
                await self._count(DiskUse.TRASH)

        self._spawn(work())

    # --- another folder --------------------------------------------------------------------------

    def _on_use(self) -> None:
        self._spawn(self._use())

    async def _use(self) -> None:
        parent = self._open_page() or self._window
        root = self._library.root
        folder = await choose_folder(parent, texts.CHOOSE_USED, root.parent)
        if folder is None:
            return
        found = await self._relocation.found_in(folder)
        risk = texts.library_risk_words(await asyncio.to_thread(risk_at, folder))
        if risk or found.there < found.looked_for:
            words = sentences(texts.found_words(found.there, found.looked_for), risk)
            answers = (texts.USE_THIS, common.CANCEL)
            answer = await ask(parent, texts.question(folder.name), words, answers)
            if answer != texts.USE_THIS:
                return
        await self._relocation.use(folder)

    def _on_move(self) -> None:
        self._spawn(self._move())

    async def _move(self) -> None:
        parent = self._open_page() or self._window
        source = self._library.root
        folder = await choose_folder(parent, texts.CHOOSE_TARGET, source.parent)
        if folder is None:
            return
        target = await asyncio.to_thread(_target_in, folder)
        risk = texts.library_risk_words(await asyncio.to_thread(risk_at, target))
        dialog = MoveDialog(source, target, risk, parent)
        dialog.move_requested.connect(lambda: self._spawn(self._carry_out(dialog, target)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _carry_out(self, dialog: MoveDialog, target: Path) -> None:
        moving = self._relocation.moving(target)
        dialog.cancel_requested.connect(moving.cancel)
        clock = QTimer(dialog, interval=_LOOK)
        clock.timeout.connect(lambda: _show_progress(dialog, moving))
        clock.start()
        try:
            end = await moving.run()
        except StorageError as error:
            if isValid(dialog):
                clock.stop()
                dialog.show_problem(error)
            return
        if isValid(dialog):
            dialog.end()
        if not end.moved:
            self._notices.show_news(_TOPIC, "info", texts.STAYS)
            return
        self._notices.show_news("moved", "good", texts.moved_words(target, end.left))

    # --- what the queue offers -------------------------------------------------------------------

    def choose(self) -> None:
        """Ask where the library is now."""
        self._on_use()

    async def _look_at_home(self) -> None:
        home = self._disk.folder(DiskUse.HISTORY)
        risk = await asyncio.to_thread(risk_at, home)
        if risk is not None and self._preferences.get(_RISK_SHOWN, "") != str(home):
            self._notices.show_news("home", "warn", texts.history_risk_words(risk))
            await self._preferences.remember(_RISK_SHOWN, str(home))


def _show_progress(dialog: MoveDialog, moving: Moving) -> None:
    dialog.show_figures(moving.figures, clearing=moving.clearing)


def _target_in(folder: Path) -> Path:
    """The folder itself if it is empty, else one of ours in it."""
    try:
        return folder / _NAME if any(folder.iterdir()) else folder
    except OSError:  # told when it is tried
        return folder
