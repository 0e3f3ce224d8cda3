"""What a person does with what waits: panel, form and menu joined to the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cartoonmix_desktop.ui.command_names import Command, Menu, When
from cartoonmix_desktop.ui.widgets.dialogs import ask
from cartoonmix_desktop.wording import commands as words
from cartoonmix_desktop.wording.money.caps import retry_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.services.events import PendingChanged, QueueChanged
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.money.caps import CapKeeper
    from cartoonmix_desktop.services.sending.pending import Removed
    from cartoonmix_desktop.services.sending.sender import Sender
    from cartoonmix_desktop.services.sending.task_commands import TaskCommands
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.queue.panel import QueuePanel
    from cartoonmix_desktop.ui.queue.waiting_prices import Quotes
    from cartoonmix_desktop.ui.recipe.panel import RecipePanel


class QueuePresenter(QObject):
    """Joins the queue panel and the Generate area to a studio's queue."""

    def __init__(
        self,
        history: History,
        sender: Sender,
        tasks: TaskCommands,
        caps: CapKeeper,
        prices: Quotes,
        panel: QueuePanel,
        form: RecipePanel,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Connect all.

        Args:
            history: knows the recipes of tasks.
            sender: what waits.
            tasks: what is asked for a task.
            caps: tells what several cost.
            prices: what runs are expected to cost.
            panel: shows what waits.
            form: asks for more, and changes what waits.
            frame: the window around them.
            spawn: runs what a person asked for, and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        panel.ask_prices(prices)
        self._history, self._sender = history, sender
        self._tasks, self._caps = tasks, caps
        self._panel, self._form, self._frame, self._spawn = panel, form, frame, spawn
        self._removed: Removed | None = None
        view = panel.view
        panel.pause_requested.connect(self._on_pause)
        panel.resume_requested.connect(self._on_resume)
        panel.put_back_requested.connect(self._on_put_back)
        view.move_requested.connect(self._on_move)
        view.front_requested.connect(self._on_front)
        view.edit_requested.connect(self._on_edit)
        view.duplicate_requested.connect(self._on_duplicate)
        view.remove_requested.connect(self._on_remove)
        form.several_requested.connect(self._on_several)
        form.update_requested.connect(self._on_update)
        form.edit_left.connect(self._on_edit_left)
        form.area.menu_opened.connect(self._on_menu_opened)
        frame.menu(Menu.QUEUE).aboutToShow.connect(self._on_menu_opened)
        frame.context.rows_menu_opening.connect(self._on_rows_menu)
        frame.commands.bind(Command.PAUSE_QUEUE, self._on_pause_or_resume)
        frame.commands.bind(Command.RETRY_FAILED, self._on_retry)
        frame.commands.bind(Command.REMOVE_WAITING, self.remove_all)

    def show_pending(self, pending: PendingChanged) -> None:
        """Who waits now; the form goes on when the edited task does not wait any more."""
        self._panel.show_pending(pending)
        if not pending.edited:
            self._form.end_edit()
        self._frame.commands.allow(When.WAITING, bool(pending.tasks))

    def show_queue(self, queue: QueueChanged) -> None:
        """What holds up the queue."""
        self._panel.show_queue(queue)
        said = words.RESUME_QUEUE if self._panel.state.paused else words.PAUSE_QUEUE
        self._frame.commands[Command.PAUSE_QUEUE].setText(said)

    def remove_all(self) -> None:
        """Take all that waits out of the queue; it can be put back."""
        self._on_remove([task.id for task in self._sender.pending.tasks])

    # --- the menu --------------------------------------------------------------------------------

    def _on_menu_opened(self) -> None:
        """Offer to retry if something failed of what is shown."""

        async def work() -> None:
            failed = await self._tasks.failed_of(self._frame.context.query)
            self._form.area.set_failed(len(failed))

        self._spawn(work())

    def _on_rows_menu(self, menu: QMenu) -> None:
        """Offer to retry what failed of several rows."""
        if len(self._frame.context.tasks(2)) > 1:
            menu.addSeparator()
            menu.addAction(words.RETRY_SELECTED, self._on_retry_selected)

    # --- what is asked for -----------------------------------------------------------------------

    def _on_pause_or_resume(self) -> None:
        if self._panel.state.paused:
            self._on_resume()
        else:
            self._on_pause()

    def _on_pause(self) -> None:
        self._spawn(self._sender.hold())

    def _on_resume(self) -> None:
        self._spawn(self._tasks.resume())

    def _on_several(self, requests: Sequence[GenerationRequest]) -> None:
        origin = self._form.origin
        self._spawn(self._tasks.generate_several(requests, [origin] * len(requests)))

    def _on_retry(self) -> None:
        async def work() -> None:
            await self._retry(await self._tasks.failed_of(self._frame.context.query))

        self._spawn(work())

    def _on_retry_selected(self) -> None:
        async def work() -> None:
            await self._retry(await self._tasks.failed_among(self._frame.context.tasks()))

        self._spawn(work())

    async def _retry(self, ids: Sequence[int]) -> None:
        """Try tasks again; of several it is told first what they cost."""
        if len(ids) > 1:
            tasks = await self._history.tasks(ids)
            asked = retry_question(self._caps.press([task.request for task in tasks]))
            buttons = [asked.yes, asked.no]
            if await ask(self._frame.widget, asked.title, asked.text, buttons) != asked.yes:
                return
        await self._tasks.retry(ids)

    def _on_move(self, ids: list[int], before: int) -> None:
        self._spawn(self._sender.pending.arrange(ids, before or None))

    def _on_front(self, ids: list[int]) -> None:
        self._spawn(self._sender.pending.to_front(ids))

    def _on_duplicate(self, ids: list[int]) -> None:
        self._spawn(self._tasks.duplicate(ids))

    def _on_remove(self, ids: list[int]) -> None:
        async def work() -> None:
            removed = await self._sender.pending.remove(ids)
            if removed.ids:
                self._removed = removed
                self._panel.offer_back(len(removed.ids))

        self._spawn(work())

    def _on_put_back(self) -> None:
        if self._removed is not None:
            self._spawn(self._sender.pending.put_back(self._removed))

    def _on_edit(self, task_id: int) -> None:
        task = self._sender.pending.begin_edit(task_id)
        if task is not None:
            self._form.begin_edit(task.request.values)
            self._frame.show_recipe()

    def _on_update(self, request: GenerationRequest) -> None:
        self._spawn(self._sender.pending.finish_edit(request))

    def _on_edit_left(self) -> None:
        self._sender.pending.end_edit()
