"""What a person does with what waits: panel, form and menu joined to the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from cartoonmix_desktop.ui.command_table import Command, Menu, When
from cartoonmix_desktop.wording import commands as words

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.services.events import PendingChanged, QueueChanged
    from cartoonmix_desktop.services.sending.pending import Removed
    from cartoonmix_desktop.services.studio import Studio
    from cartoonmix_desktop.ui.shell.main_window import MainWindow


class QueuePresenter(QObject):
    """Joins the queue panel and the Generate area to a studio's queue."""

    def __init__(
        self,
        studio: Studio,
        window: MainWindow,
        spawn: Callable[[Coroutine[Any, Any, object]], None],
        parent: QObject,
    ) -> None:
        """Connect all.

        Args:
            studio: does the work.
            window: its panel, form and menu.
            spawn: runs what a person asked for, and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._studio = studio
        self._window = window
        self._spawn = spawn
        self._removed: Removed | None = None
        self._held = False
        panel, view, recipe = window.queue, window.queue.view, window.recipe
        panel.pause_requested.connect(self._on_pause)
        panel.resume_requested.connect(self._on_resume)
        panel.put_back_requested.connect(self._on_put_back)
        view.move_requested.connect(self._on_move)
        view.front_requested.connect(self._on_front)
        view.edit_requested.connect(self._on_edit)
        view.duplicate_requested.connect(self._on_duplicate)
        view.remove_requested.connect(self._on_remove)
        recipe.several_requested.connect(self._on_several)
        recipe.update_requested.connect(self._on_update)
        recipe.edit_left.connect(self._on_edit_left)
        recipe.area.menu_opened.connect(self._on_menu_opened)
        window.menus[Menu.QUEUE].aboutToShow.connect(self._on_menu_opened)
        window.commands.bind(Command.PAUSE_QUEUE, self._on_pause_or_resume)
        window.commands.bind(Command.RETRY_FAILED, self._on_retry)
        window.commands.bind(Command.REMOVE_WAITING, self.remove_all)

    def show_pending(self, pending: PendingChanged) -> None:
        """Who waits now; the form goes on when the edited task does not wait any more."""
        self._window.queue.show_pending(pending)
        if not pending.edited:
            self._window.recipe.end_edit()
        self._window.commands.allow(When.WAITING, bool(pending.tasks))

    def show_queue(self, queue: QueueChanged) -> None:
        """Whether sending is paused."""
        self._held = queue.held or queue.paused is not None
        self._window.queue.show_queue(queue)
        said = words.RESUME_QUEUE if self._held else words.PAUSE_QUEUE
        self._window.commands[Command.PAUSE_QUEUE].setText(said)

    def remove_all(self) -> None:
        """Take all that waits out of the queue; it can be put back."""
        self._on_remove([task.id for task in self._studio.sender.pending.tasks])

    # --- the menu --------------------------------------------------------------------------------

    def _on_menu_opened(self) -> None:
        """Offer to retry if something failed."""

        async def work() -> None:
            failed = len(await self._studio.tasks.failed_of_last_batch())
            self._window.recipe.area.set_failed(failed)

        self._spawn(work())

    # --- what is asked for -----------------------------------------------------------------------

    def _on_pause_or_resume(self) -> None:
        if self._held:
            self._on_resume()
        else:
            self._on_pause()

    def _on_pause(self) -> None:
        self._spawn(self._studio.sender.hold())

    def _on_resume(self) -> None:
        self._spawn(self._studio.tasks.resume())

    def _on_several(self, requests: Sequence[GenerationRequest]) -> None:
        origin = self._window.recipe.origin
        self._spawn(self._studio.tasks.generate_several(requests, [origin] * len(requests)))

    def _on_retry(self) -> None:
        async def work() -> None:
            await self._studio.tasks.retry(await self._studio.tasks.failed_of_last_batch())

        self._spawn(work())

    def _on_move(self, ids: list[int], before: int) -> None:
        self._spawn(self._studio.sender.pending.arrange(ids, before or None))

    def _on_front(self, ids: list[int]) -> None:
        self._spawn(self._studio.sender.pending.to_front(ids))

    def _on_duplicate(self, ids: list[int]) -> None:
        self._spawn(self._studio.tasks.duplicate(ids))

    def _on_remove(self, ids: list[int]) -> None:
        async def work() -> None:
            removed = await self._studio.sender.pending.remove(ids)
            if removed.ids:
                self._removed = removed
                self._window.queue.offer_back(len(removed.ids))

        self._spawn(work())

    def _on_put_back(self) -> None:
        if self._removed is not None:
            self._spawn(self._studio.sender.pending.put_back(self._removed))

    def _on_edit(self, task_id: int) -> None:
        task = self._studio.sender.pending.begin_edit(task_id)
        if task is not None:
            self._window.recipe.begin_edit(task.request.values)
            self._window.show_recipe()

    def _on_update(self, request: GenerationRequest) -> None:
        self._spawn(self._studio.sender.pending.finish_edit(request))

    def _on_edit_left(self) -> None:
        self._studio.sender.pending.end_edit()
