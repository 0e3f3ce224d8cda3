"""What a person decides of tasks that nobody can decide of: lost answers, and long silences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.ui.widgets.dialogs import ask
from cartoonmix_desktop.wording.tasks.actions import ACTION_WORDS, WAIT, Action
from cartoonmix_desktop.wording.tasks.unresolved import SEND_AGAIN_TITLE, SEND_AGAIN_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from cartoonmix_desktop.services.studio import Studio
    from cartoonmix_desktop.ui.app.event_signals import EventSignals
    from cartoonmix_desktop.ui.shell.main_window import MainWindow

    Spawn = Callable[[Coroutine[Any, Any, object]], None]


class UnresolvedPresenter(QObject):
    """Joins the window's words and buttons for tasks in doubt to the studio."""

    def __init__(
        self,
        studio: Studio,
        window: MainWindow,
        signals: EventSignals,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Connect everything.

        Args:
            studio: finds out and carries out.
            window: shows and asks.
            signals: tells what was found out.
            spawn: runs what a person asked for and says what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._studio, self._window, self._spawn = studio, window, spawn
        window.pane.doubt_of = studio.tasks.doubt
        signals.doubt_changed.connect(window.pane.renew_doubt)
        window.pane.adopt_requested.connect(self._on_adopt)
        for part in (window.history, window.pane):
            part.send_again_requested.connect(self._on_send_again)
            part.discard_requested.connect(self._on_discard)
            part.doubt_action_requested.connect(self._on_action)

    def _on_adopt(self, task_id: int, remote_id: str) -> None:
        self._spawn(self._studio.tasks.adopt(task_id, remote_id))

    def _on_discard(self, task_id: int) -> None:
        self._spawn(self._studio.tasks.discard(task_id))

    def _on_send_again(self, task_id: int) -> None:
        async def work() -> None:
            task = await self._studio.history.task(task_id)
            if task.state is TaskState.UNKNOWN and not task.is_sandbox:
                yes = ACTION_WORDS[Action.SEND_AGAIN]
                answer = await ask(
                    self._window.frame, SEND_AGAIN_TITLE, SEND_AGAIN_WORDS, [yes, WAIT]
                )
                if answer != yes:
                    return
            await self._studio.tasks.send_again(task_id)

        self._spawn(work())

    def _on_action(self, action: str, task_id: int) -> None:
        match Action(action):
            case Action.ASK_AGAIN:
                self._studio.tasks.ask_again(task_id)
            case Action.KEEP_WAITING:
                self._spawn(self._studio.tasks.keep_waiting(task_id))
            case Action.STOP_FOLLOWING:
                self._spawn(self._studio.tasks.stop_following(task_id))
            case Action.FOLLOW_AGAIN:
                self._spawn(self._studio.tasks.follow_again(task_id))
