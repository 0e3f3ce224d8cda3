"""What the menus offer of the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.one_press import once

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cartoonmix_desktop.ui.history.panel import HistoryPanel
    from cartoonmix_desktop.ui.picture.pane import PicturePane

_DELETE = [QKeySequence("Del"), QKeySequence("Ctrl+Backspace")]  # the second is a Mac's


class TrashActions(QObject):
    """Del throws away the task where the history has the focus, the picture where that has it."""

    task_requested = Signal()
    picture_requested = Signal()
    pictures_requested = Signal()
    """Those that are selected in the grid."""
    trash_requested = Signal()

    def __init__(self, window: QWidget, history: HistoryPanel, pane: PicturePane) -> None:
        """Make the entries.

        Args:
            window: their owner.
            history: holds the selected task.
            pane: holds the chosen picture.
        """
        super().__init__(window)
        self._pane = pane
        self._task = QAction("Move task to trash", window)
        self._task.triggered.connect(self._on_task)
        self._picture = QAction("Move picture to trash", window)
        self._picture.triggered.connect(self._on_picture)
        self.of_grid = QAction(icon("trash"), "Move to trash", window)
        """Throws away the pictures that are selected in the grid."""
        self.of_grid.triggered.connect(self._on_pictures)
        places = ((self._task, history.view), (self._picture, pane))
        for action, place in (*places, (self.of_grid, history.pictures)):
            action.setShortcuts(_DELETE)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            once(action)
            place.addAction(action)
        self._trash = QAction("Trash…", window)
        self._trash.triggered.connect(self._on_trash)
        pane.offer_changed.connect(self._on_offer_changed)
        self._on_offer_changed(task=False)

    @property
    def of_edit(self) -> list[QAction]:
        """For the menu of what can be done."""
        return [self._picture, self._task]

    @property
    def of_view(self) -> list[QAction]:
        """For the menu of what can be seen."""
        return [self._trash]

    def _on_offer_changed(self, task: bool, _picture: bool = False) -> None:
        self._task.setEnabled(task)
        self._picture.setEnabled(self._pane.deletable is not None)

    def _on_task(self) -> None:
        self.task_requested.emit()

    def _on_picture(self) -> None:
        self.picture_requested.emit()

    def _on_pictures(self) -> None:
        self.pictures_requested.emit()

    def _on_trash(self) -> None:
        self.trash_requested.emit()
