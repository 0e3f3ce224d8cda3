"""Joins the grid of pictures to the studio and to the rest of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from cartoonmix_desktop.ui.command_names import Command, Menu
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.toast import Toast
from cartoonmix_desktop.wording import history as words
from cartoonmix_desktop.wording.commands import copy_pictures

if TYPE_CHECKING:
    from array import array

    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.app.event_signals import EventSignals
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.history.panel import HistoryPanel
    from cartoonmix_desktop.ui.history.picture_side import PictureSide

_MOST_COPIED = 2_000  # files on the clipboard


class GalleryPresenter(QObject):
    """The picture that the grid is at is the one that the pane shows, seen or not."""

    def __init__(
        self,
        panel: HistoryPanel,
        picture: PictureSide,
        signals: EventSignals,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Connect everything.

        Args:
            panel: has the grid.
            picture: shows the picture that the grid is at.
            signals: tells what happens to them.
            frame: the window around them.
            spawn: runs a coroutine and says what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._panel, self._picture = panel, picture
        self._frame, self._spawn = frame, spawn
        self._view = view = panel.pictures
        self._toast: Toast | None = None
        signals.task_changed.connect(view.gallery.change)
        signals.marks_changed.connect(self._on_marks_changed)
        signals.history_changed.connect(view.gallery.reload)
        panel.options_changed.connect(self._on_options_changed)
        view.picture_selected.connect(self._on_picture_selected)
        view.opened.connect(self._on_opened)
        view.preview_requested.connect(self._on_preview_requested)
        view.left.connect(self._on_left)
        view.copy_requested.connect(self._on_copy)
        frame.commands.bind(Command.OPEN_PICTURE, self._on_opened)
        frame.commands.bind(Command.COPY_PICTURES, self._on_copy)
        view.menu_opening.connect(self._on_menu_opening)
        picture.left.connect(self._on_left)
        if panel.shows_pictures:
            self._on_options_changed()

    # --- what happens ----------------------------------------------------------------------------

    def _on_marks_changed(self, tasks: tuple[Task, ...]) -> None:
        for task in tasks:
            self._view.gallery.change(task)

    def _on_options_changed(self) -> None:
        """Go on at the same place, whichever way one looks."""
        pane = self._picture
        if self._panel.shows_pictures:
            if pane.task_id:
                shown = pane.current.id if pane.current is not None else 0
                self._view.select(shown, pane.task_id)
        elif (task_id := self._view.current.task) and pane.task_id == task_id:
            self._panel.select(task_id)

    def _on_picture_selected(self, task_id: int, picture_id: int) -> None:
        if self._panel.shows_pictures:
            self._picture.choose_picture(picture_id)
            self._panel.select(task_id)

    # --- what is done ----------------------------------------------------------------------------

    def _on_preview_requested(self) -> None:
        self._frame.previewing = not self._frame.previewing
        self._view.scrollTo(self._view.currentIndex())

    def _on_opened(self) -> None:
        self._frame.previewing = True
        self._view.scrollTo(self._view.currentIndex())
        self._picture.focus_picture()

    def _on_left(self) -> None:
        if self._panel.shows_pictures:
            self._frame.previewing = False
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_copy(self) -> None:
        pictures = self._view.chosen()
        if len(pictures) > 1:
            self._spawn(self._copy(pictures))
        else:
            self._picture.copy_picture()

    async def _copy(self, pictures: array[int]) -> None:
        files = await self._view.gallery.source.files(pictures[:_MOST_COPIED].tolist())
        desktop.copy_files(files)
        self._toast = self._toast or Toast(self._view)
        self._toast.say(words.copied(len(files), len(pictures)))

    def _on_menu_opening(self, menu: QMenu) -> None:
        """What is done with pictures stands above what others have put in, throwing away below."""
        several, others = self._view.count > 1, menu.actions()
        for action in others:
            menu.removeAction(action)
        commands = self._frame.commands
        commands[Command.COPY_PICTURES].setText(copy_pictures(self._view.count))
        commands.fill(menu, Menu.GRID, {Command.SAVE_PICTURE} if several else ())
        above_last = menu.actions()[-2]
        menu.insertActions(above_last, others)
