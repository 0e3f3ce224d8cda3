"""The history as rows of tasks for a view."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from cartoonmix_desktop.core.search.result_set import ResultSet
from cartoonmix_desktop.core.task.task import AT_SERVER
from cartoonmix_desktop.ui.history.paged_model import PagedModel
from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails
from cartoonmix_desktop.wording.formats import age_words
from cartoonmix_desktop.wording.history import UNREAD
from cartoonmix_desktop.wording.history import row as row_words
from cartoonmix_desktop.wording.tasks.states import state_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.history.paged_model import HistorySource
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn


class HistoryModel(PagedModel):
    """One row a task, newest first."""

    def __init__(
        self,
        source: HistorySource,
        spawn: Spawn,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up an empty model; `reload` fills it.

        Args:
            source: the history.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
            clock: unix seconds.
        """
        super().__init__(source, spawn, ResultSet(), parent)
        self.clock = clock
        self._progress: dict[int, Progress] = {}
        self.live_progress_of: Callable[[int], Progress | None] = lambda _task_id: None
        self._thumbnails = Thumbnails(source.thumbnails, spawn, self)
        self._thumbnails.ready.connect(self._show_task)

    async def ask_for(self, query: Query, most: int) -> ResultSet:
        """The tasks that match."""
        return await self.source.ids(query, most)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Words for people and their tools; the view paints from `task_at`."""
        if index.isValid() and role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return age_words(self.created_at(index.row()), self.clock())
        return super().data(index, role)

    def row_words(self, row: int) -> str:
        """Prompt and state."""
        task = self.task_at(row)
        return row_words(task, self.words(task)) if task else UNREAD

    def created_at(self, row: int) -> float:
        """Unix seconds of a row's task."""
        return self._found.moments[-1 - row] / 1000

    def progress_of(self, task_id: int) -> Progress | None:
        """The last that was told of a running task, or what is known of one that waits."""
        return self._progress.get(task_id) or self.live_progress_of(task_id)

    def words(self, task: Task) -> str:
        """The task's state in words, as of now."""
        return state_words(task, self.progress_of(task.id), self.clock())

    # --- what happens ----------------------------------------------------------------------------

    def add(self, task: Task) -> None:
        """Put a new task at the top; under a search, the source says whether it belongs there."""
        if self._search or self._answered:
            self.reload()
            return
        if self.row_of(task.id) >= 0:
            self.change(task)
            return
        self._remember(task.id, task, self._edition)
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._found.add(task.id, task.created_at)
        self.endInsertRows()
        if self._reading:
            self._asked += 1  # what is being read may have been read before this task was there

    def change(self, task: Task) -> None:
        """Show a task's newest state; under a search, the source says whether it still fits."""
        if task.state not in AT_SERVER:
            self._progress.pop(task.id, None)
        self._note(task)
        if self._search or self._answered:
            self._ask()

    def progress(self, task_id: int, progress: Progress) -> None:
        """Show how far a running task is."""
        self._progress[task_id] = progress
        self._show_task(task_id)
