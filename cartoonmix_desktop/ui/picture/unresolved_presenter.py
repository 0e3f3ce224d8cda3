"""What a person decides of tasks that nobody can decide of: lost answers, and long silences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.ui.widgets.dialogs import ask
from cartoonmix_desktop.wording.tasks.actions import ACTION_WORDS, WAIT, Action
from cartoonmix_desktop.wording.tasks.unresolved import SEND_AGAIN_TITLE, SEND_AGAIN_WORDS

if TYPE_CHECKING:
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.sending.task_commands import TaskCommands
    from cartoonmix_desktop.ui.app.event_signals import EventSignals
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.history.panel import HistoryPanel
    from cartoonmix_desktop.ui.picture.pane import PicturePane


class UnresolvedPresenter(QObject):
    """Joins the window's words and buttons for tasks in doubt to the studio."""

    def __init__(
        self,
        history: History,
        tasks: TaskCommands,
        history_panel: HistoryPanel,
        pane: PicturePane,
        signals: EventSignals,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Connect everything.

        Args:
            history: has the tasks.
            tasks: finds out and carries out.
            history_panel: shows and asks.
            pane: likewise.
            signals: tells what was found out.
            frame: the window around them.
            spawn: runs what a person asked for and says what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._history, self._tasks, self._frame, self._spawn = history, tasks, frame, spawn
        pane.doubt_of = tasks.doubt
        signals.doubt_changed.connect(pane.renew_doubt)
        pane.adopt_requested.connect(self._on_adopt)
        for part in (history_panel, pane):
            part.send_again_requested.connect(self._on_send_again)
            part.discard_requested.connect(self._on_discard)
            part.doubt_action_requested.connect(self._on_action)

    def _on_adopt(self, task_id: int, remote_id: str) -> None:
        self._spawn(self._tasks.adopt(task_id, remote_id))

    def _on_discard(self, task_id: int) -> None:
        self._spawn(self._tasks.discard(task_id))

    def _on_send_again(self, task_id: int) -> None:
        async def work() -> None:
            task = await self._history.task(task_id)
            if task.state is TaskState.UNKNOWN and not task.is_sandbox:
                yes = ACTION_WORDS[Action.SEND_AGAIN]
                answer = await ask(
                    self._frame.widget, SEND_AGAIN_TITLE, SEND_AGAIN_WORDS, [yes, WAIT]
                )
                if answer != yes:
                    return
            await self._tasks.send_again(task_id)

        self._spawn(work())

    def _on_action(self, action: str, task_id: int) -> None:
        match Action(action):
            case Action.ASK_AGAIN:
                self._tasks.ask_again(task_id)
            case Action.KEEP_WAITING:
                self._spawn(self._tasks.keep_waiting(task_id))
            case Action.STOP_FOLLOWING:
                self._spawn(self._tasks.stop_following(task_id))
            case Action.FOLLOW_AGAIN:
                self._spawn(self._tasks.follow_again(task_id))
