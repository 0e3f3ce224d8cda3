"""What waits, as rows: the next first. Nothing moves here before the services have made it so."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from cartoonmix_desktop.ui.queue.waiting_prices import WaitingPrices
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.wording import queue as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.money.quote import Total
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import PendingChanged

_DRAGGED = "application/x-cartoonmix-waiting"
_NOWHERE = QModelIndex()


class QueueModel(QAbstractListModel):
    """One row a waiting task.

    Attributes:
        prices: what each is expected to cost.
    """

    move_requested = Signal(object, int)
    """Ids in their order, and the id of the task before which they are to wait; 0 for the end."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: list[Task] = []
        self._edited = 0
        self.prices = WaitingPrices()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many wait."""
        return 0 if parent.isValid() else len(self._tasks)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Words for people and their tools; the delegate paints from `task_at`."""
        if not index.isValid():
            return None
        request, quote = self._tasks[index.row()].request, self.prices.of(self._tasks[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return words.row_words(request, quote)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return words.numbered(index.row() + 1, words.row_words(request, quote))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(f"{request.prompt.strip()}\n\n{words.facts_of(request, quote)}")
        return None

    def task_at(self, row: int) -> Task:
        """The task of a row."""
        return self._tasks[row]

    def ids(self) -> list[int]:
        """Ids of all, the next first."""
        return [task.id for task in self._tasks]

    def row_of(self, task_id: int) -> int:
        """Where a task is; -1 if it does not wait."""
        ids = self.ids()
        return ids.index(task_id) if task_id in ids else -1

    def mark(self, row: int) -> str:
        """What tells a row from its neighbours where there is little room."""
        task = self._tasks[row]
        return words.BEING_EDITED if task.id == self._edited else words.seed_of(task.request)

    def price(self, row: int) -> str:
        """What a row is expected to cost; empty if nobody can tell, or it is free."""
        return words.price_of(self.prices.of(self._tasks[row]))

    def total(self) -> Total:
        """What all together are expected to cost."""
        return self.prices.total(self._tasks)

    def show_prices(self) -> None:
        """Prices may be told differently now."""
        self.prices.forget()
        if self._tasks:
            self.dataChanged.emit(self.index(0), self.index(len(self._tasks) - 1))

    # --- dragging --------------------------------------------------------------------------------

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Rows can be dragged, and dropped between others."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, never copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only our own rows can be dropped."""
        return [_DRAGGED]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The ids of rows, in their order."""
        ids = [self._tasks[row].id for row in sorted({index.row() for index in indexes})]
        data = QMimeData()
        data.setData(_DRAGGED, QByteArray(json.dumps(ids).encode()))
        return data

    def dropMimeData(
        self,
        data: QMimeData,
        action: Qt.DropAction,
        row: int,
        column: int,  # noqa: ARG002  Qt's signature
        parent: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Ask for the move."""
        if action != Qt.DropAction.MoveAction or not data.hasFormat(_DRAGGED):
            return False
        ids = json.loads(bytes(data.data(_DRAGGED).data()))
        at = row if row >= 0 else parent.row() if parent.isValid() else len(self._tasks)
        before = next((task.id for task in self._tasks[at:] if task.id not in ids), 0)
        self.move_requested.emit(ids, before)
        return True

    # --- what happens ----------------------------------------------------------------------------

    def show_pending(self, pending: PendingChanged) -> None:
        """Show who waits now. Rows go and come one run at a time: the selection holds."""
        self._edited = pending.edited
        new = {task.id: task for task in pending.tasks}
        for first, last in reversed(_runs([task.id not in new for task in self._tasks])):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._tasks[first : last + 1]
            self.endRemoveRows()
        old = {task.id for task in self._tasks}
        self._sort([task for task in pending.tasks if task.id in old])
        for first, last in _runs([task.id not in old for task in pending.tasks]):
            self.beginInsertRows(QModelIndex(), first, last)
            self._tasks[first:first] = pending.tasks[first : last + 1]
            self.endInsertRows()
        if self._tasks:
            self.dataChanged.emit(self.index(0), self.index(len(self._tasks) - 1))

    def _sort(self, tasks: list[Task]) -> None:
        before, ids = self.ids(), [task.id for task in tasks]
        if before == ids:
            self._tasks = tasks  # one may have been edited
            return
        self.layoutAboutToBeChanged.emit()
        rows = {task_id: row for row, task_id in enumerate(ids)}
        self._tasks = tasks
        known = self.persistentIndexList()
        self.changePersistentIndexList(
            known, [self.index(rows[before[index.row()]]) for index in known]
        )
        self.layoutChanged.emit()


def _runs(marks: list[bool]) -> list[tuple[int, int]]:
    """First and last place of each run of true marks."""
    runs, place = [], 0
    for mark, group in groupby(marks):
        length = sum(1 for _ in group)
        if mark:
            runs.append((place, place + length - 1))
        place += length
    return runs
