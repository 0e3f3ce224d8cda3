"""What a person does with the picture that is shown: save it, copy it, show its file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cartoonmix_desktop.core.errors import PictureError
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.dialogs import save_file
from cartoonmix_desktop.ui.widgets.image_decoding import load_in_pool
from cartoonmix_desktop.wording import window as texts
from cartoonmix_desktop.wording.picture import missing_words

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.notices import Notices
    from cartoonmix_desktop.ui.picture.pane import PicturePane


class PicturePresenter(QObject):
    """Does it if the file is there, and else says that it is not."""

    def __init__(
        self,
        library: Library,
        notices: Notices,
        pane: PicturePane,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Connect everything.

        Args:
            library: has the files.
            notices: says that one is gone, or damaged.
            pane: shows the picture, and asks.
            frame: the window around it.
            spawn: runs a coroutine and says what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._library, self._notices, self._pane = library, notices, pane
        self._frame, self._spawn = frame, spawn
        pane.save_requested.connect(self._on_save)
        pane.copy_requested.connect(self._on_copy)
        pane.show_in_folder_requested.connect(self._on_show)

    def _on_save(self, output: Output) -> None:
        number = self._number_of(output)

        async def work() -> None:
            source = self._library.path(output)
            suffix = source.suffix
            chosen = await save_file(
                self._frame.widget,
                texts.SAVE_PICTURE,
                desktop.usual_folder() / source.name,
                [texts.pictures_filter(suffix)],
            )
            if chosen is not None and await self._is_there(output, number):
                await self._library.export(output, chosen)

        self._spawn(work())

    def _on_copy(self, output: Output) -> None:
        number, task_id = self._number_of(output), self._pane.task_id

        async def work() -> None:
            path = self._library.path(output)
            if not await self._is_there(output, number):
                return
            try:
                picture = await load_in_pool(path)
            except PictureError as error:
                self._notices.show_problem(error, task_id)
            else:
                desktop.copy_picture(path, picture.levels[0])

        self._spawn(work())

    def _on_show(self, output: Output) -> None:
        number = self._number_of(output)

        async def work() -> None:
            if await self._is_there(output, number):
                desktop.show_in_folder(self._library.path(output))

        self._spawn(work())

    async def _is_there(self, output: Output, number: int) -> bool:
        """Whether a picture's file is, to do something with; if not, the person is told.

        Args:
            output: the picture.
            number: in its task, as it was when this was asked for: another may be shown by now.
        """
        path = self._library.path(output)
        there = await asyncio.to_thread(path.is_file)
        if not there:
            self._notices.show_missing(missing_words(number, path, output), output)
        return there

    def _number_of(self, output: Output) -> int:
        """Its number in the task that is shown."""
        task = self._pane.task
        return task.number_of(output) if task is not None else output.position + 1
