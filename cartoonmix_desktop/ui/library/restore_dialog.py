"""What can be done about a damaged history: go back to a backup, or begin anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.services.threads import OwnedTasks
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog, finished
from cartoonmix_desktop.ui.widgets.notice import Notice
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import library as texts
from cartoonmix_desktop.wording.errors import describe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.services.history.backups import Backup, HistoryBackups

_ROWS = 5  # of backups in sight
_ROW = 30  # pixels


class RestoreDialog(CalmDialog):
    """The backups, newest first and chosen. Show with ``open()``; `reject` means to quit.

    Signals:
        restore_requested: the chosen `Backup`.
        anew_requested: begin with an empty history.
    """

    restore_requested = Signal(object)
    anew_requested = Signal()

    def __init__(self, backups: Sequence[Backup], parent: QWidget | None = None) -> None:
        """Make it.

        Args:
            backups: newest first; may be empty.
            parent: the window it belongs to.
        """
        super().__init__(parent, texts.DAMAGED, 520)
        self._backups = list(backups)
        self.content.addWidget(label(texts.DAMAGED_TITLE, size=20))
        self.content.addWidget(label(texts.DAMAGED_TEXT, wrap=True))
        self._list = QListWidget()
        self._list.setAccessibleName(texts.BACKUPS)
        for backup in self._backups:
            item = QListWidgetItem(
                texts.backup(backup.taken_at, backup.tasks, backup.pictures), self._list
            )
            item.setSizeHint(QSize(0, _ROW))
        self._list.itemActivated.connect(self._restore)
        self._restore_button = button(texts.RESTORE, primary=True)
        self._restore_button.clicked.connect(self._restore)
        anew = button(texts.START_EMPTY)
        anew.clicked.connect(self.anew_requested)
        leave = button(texts.QUIT)
        leave.clicked.connect(self.reject)
        if self._backups:
            self.content.addSpacing(SPACE)
            self.content.addWidget(label(texts.GO_BACK_TO, role="muted"))
            self.content.addWidget(self._list)
            self._list.setCurrentRow(0)
            rows = min(len(self._backups), _ROWS)
            self._list.setFixedHeight(rows * _ROW + 2 * SPACE)
            self.content.addWidget(label(texts.TASKS_LOST, role="muted", wrap=True))
        else:
            self.content.addWidget(label(texts.NO_BACKUP, role="muted", wrap=True))
        self._problem = Notice(self)
        self.content.addWidget(self._problem)
        self.content.addSpacing(2 * SPACE)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(leave)
        row.addStretch()
        row.addWidget(anew)
        row.addWidget(self._restore_button)
        self.content.addLayout(row)
        self._restore_button.setVisible(bool(self._backups))
        (self._list if self._backups else anew).setFocus()

    def show_problem(self, error: CartoonMixError) -> None:
        """Say why the choice could not be carried out; another one can be made."""
        words = describe(error)
        self._problem.show_notice("bad", words.title, words.advice)

    def _restore(self) -> None:
        row = self._list.currentRow()
        if 0 <= row < len(self._backups):
            self.restore_requested.emit(self._backups[row])


async def restore_history(backups: HistoryBackups, parent: QWidget | None) -> bool:
    """Let the person decide, and carry it out; what fails can be tried otherwise.

    Args:
        backups: of the damaged history.
        parent: the window that waits for it.

    Returns:
        Whether there is a history to open; else the person would rather quit.
    """
    dialog = RestoreDialog(await backups.stored(), parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    work = OwnedTasks()

    async def carry_out(restoring: Awaitable[object]) -> None:
        dialog.setEnabled(False)
        try:
            await restoring
        except StorageError as error:
            dialog.setEnabled(True)
            dialog.show_problem(error)
        else:
            dialog.accept()

    def restore(backup: Backup) -> None:
        work.spawn(carry_out(backups.restore(backup)), "restore")

    def begin_anew() -> None:
        work.spawn(carry_out(backups.begin_anew()), "begin anew")

    dialog.restore_requested.connect(restore)
    dialog.anew_requested.connect(begin_anew)
    return await finished(dialog) == QDialog.DialogCode.Accepted
