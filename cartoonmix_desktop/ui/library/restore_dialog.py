"""What can be done about a history that cannot be opened: go back, rebuild it, or begin anew."""

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
    """The ways back, the best first and chosen. Show with ``open()``; `reject` means to quit.

    Signals:
        restore_requested: the chosen `Backup`; None to rebuild it from the pictures folder.
        anew_requested: begin with an empty history.
    """

    restore_requested = Signal(object)
    anew_requested = Signal()

    def __init__(
        self,
        error: CartoonMixError,
        backups: Sequence[Backup],
        parent: QWidget | None = None,
        *,
        has_journal: bool = False,
    ) -> None:
        """Make it.

        Args:
            error: why the history cannot be opened.
            backups: newest first; may be empty.
            parent: the window it belongs to.
            has_journal: whether there is a journal beside the pictures.
        """
        super().__init__(parent, texts.DAMAGED, 520)
        self._ways: list[Backup | None] = [*backups, *([None] if has_journal else [])]
        title, text = texts.what_is_wrong(error)
        self.content.addWidget(label(title, size=20, wrap=True))
        self.content.addWidget(label(text, wrap=True))
        self._list = QListWidget()
        self._list.setAccessibleName(texts.BACKUPS)
        for way in self._ways:
            item = QListWidgetItem(_words_of(way), self._list)
            item.setSizeHint(QSize(0, _ROW))
        self._list.itemActivated.connect(self._restore)
        self._restore_button = button(texts.RESTORE, primary=True)
        self._restore_button.clicked.connect(self._restore)
        anew = button(texts.START_EMPTY)
        anew.clicked.connect(self.anew_requested)
        leave = button(texts.QUIT)
        leave.clicked.connect(self.reject)
        if self._ways:
            self.content.addSpacing(SPACE)
            self.content.addWidget(label(texts.GO_BACK_TO, role="muted"))
            self.content.addWidget(self._list)
            self._list.setCurrentRow(0)
            rows = min(len(self._ways), _ROWS)
            self._list.setFixedHeight(rows * _ROW + 2 * SPACE)
            later = texts.TASKS_COME_BACK if has_journal else texts.TASKS_LOST
            if backups:
                self.content.addWidget(label(later, role="muted", wrap=True))
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
        self._restore_button.setVisible(bool(self._ways))
        (self._list if self._ways else anew).setFocus()

    def show_problem(self, error: CartoonMixError) -> None:
        """Say why the choice could not be carried out; another one can be made."""
        words = describe(error)
        self._problem.show_notice("bad", words.title, words.advice)

    def _restore(self) -> None:
        row = self._list.currentRow()
        if 0 <= row < len(self._ways):
            self.restore_requested.emit(self._ways[row])


def _words_of(way: Backup | None) -> str:
    return texts.REBUILD if way is None else texts.backup(way.taken_at, way.tasks, way.pictures)


async def restore_history(
    error: CartoonMixError, backups: HistoryBackups, parent: QWidget | None
) -> bool:
    """Let the person decide, and carry it out; what fails can be tried otherwise.

    Args:
        error: why the history cannot be opened.
        backups: of that history.
        parent: the window that waits for it.

    Returns:
        Whether there is a history to open; else the person would rather quit.
    """
    stored = await backups.stored()
    dialog = RestoreDialog(error, stored, parent, has_journal=backups.has_journal)
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

    def restore(way: Backup | None) -> None:
        going = backups.begin_anew(rebuild=True) if way is None else backups.restore(way)
        work.spawn(carry_out(going), "restore")

    def begin_anew() -> None:
        work.spawn(carry_out(backups.begin_anew()), "begin anew")

    dialog.restore_requested.connect(restore)
    dialog.anew_requested.connect(begin_anew)
    return await finished(dialog) == QDialog.DialogCode.Accepted
