"""Turns the services' plain events into Qt signals; the only place where the two meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.services import events as e
from cartoonmix_desktop.wording.edits import edit_words

if TYPE_CHECKING:
    from cartoonmix_desktop.services.events import Event, Events


class EventSignals(QObject):
    """One signal an event; the payload is the event's own object."""

    task_added = Signal(object)  # Task
    task_changed = Signal(object)  # Task
    task_progressed = Signal(int, object)  # task id, Progress
    doubt_changed = Signal(int, object)  # task id, Doubt or None
    history_changed = Signal()
    marks_changed = Signal(object)  # tuple of Task
    account_changed = Signal(object)  # AccountChanged
    connection_changed = Signal(object)  # ConnectionChanged
    queue_changed = Signal(object)  # QueueChanged
    pending_changed = Signal(object)  # PendingChanged
    task_expected = Signal(object)  # TaskExpected
    totals_changed = Signal(object)  # TotalsChanged
    prices_changed = Signal(object)  # PricesChanged
    model_changed = Signal(object)  # ModelChanged
    balance_changed = Signal(object)  # BalanceChanged
    caps_changed = Signal(object)  # CapsChanged
    trash_changed = Signal(object)  # TrashChanged
    backup_failed = Signal(object)  # CartoonMixError
    journal_changed = Signal(object)  # StorageError or None
    undo_changed = Signal(str, str)  # words that follow "Undo" and "Redo"
    updates_changed = Signal(object)  # UpdatesChanged
    library_changed = Signal(object)  # LibraryChanged

    def __init__(self, events: Events, parent: QObject) -> None:
        super().__init__(parent)
        self._whole = {
            e.AccountChanged: self.account_changed,
            e.ConnectionChanged: self.connection_changed,
            e.QueueChanged: self.queue_changed,
            e.PendingChanged: self.pending_changed,
            e.TaskExpected: self.task_expected,
            e.TotalsChanged: self.totals_changed,
            e.PricesChanged: self.prices_changed,
            e.ModelChanged: self.model_changed,
            e.BalanceChanged: self.balance_changed,
            e.CapsChanged: self.caps_changed,
            e.TrashChanged: self.trash_changed,
            e.UpdatesChanged: self.updates_changed,
            e.LibraryChanged: self.library_changed,
        }
        events.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        match event:
            case e.TaskAdded(task):
                self.task_added.emit(task)
            case e.TaskChanged(task):
                self.task_changed.emit(task)
            case e.TaskProgressed(task_id, progress):
                self.task_progressed.emit(task_id, progress)
            case e.DoubtChanged(task_id, doubt):
                self.doubt_changed.emit(task_id, doubt)
            case e.HistoryChanged():
                self.history_changed.emit()
            case e.BackupFailed(error):
                self.backup_failed.emit(error)
            case e.JournalChanged(problem):
                self.journal_changed.emit(problem)
            case e.MarksChanged(tasks):
                self.marks_changed.emit(tasks)
            case e.UndoChanged(undo, redo):
                self.undo_changed.emit(edit_words(undo), edit_words(redo))
            case _ if whole := self._whole.get(type(event)):
                whole.emit(event)
