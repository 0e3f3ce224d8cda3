"""Full screen: the same picture, keys and marks, and nothing beside them.

The window itself fills the screen, so that dialogs and toasts stay in front of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal

from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.wording.commands import IS_MAC

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMainWindow

    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.commands import Commands
    from cartoonmix_desktop.ui.history.panel import HistoryPanel
    from cartoonmix_desktop.ui.picture.pane import PicturePane

_KEYS = (
    *(Command.FULL_SCREEN, Command.PREVIOUS_PICTURE, Command.NEXT_PICTURE),
    *(Command.FIT, Command.FILL, Command.ZOOM_IN, Command.ZOOM_OUT, Command.SHOW_RECIPE),
    *(Command.UNDO, Command.REDO, Command.COPY_PICTURE, Command.SAVE_PICTURE),
    *(Command.SHOW_IN_FOLDER, Command.EXPORT, Command.USE_RECIPE, Command.KEYS, Command.QUIT),
)
_FAR = 200  # rows without a picture that are passed over


class FullScreen(QObject):
    """Turns it on and off, and walks through all that is found there."""

    left = Signal()
    """The picture is in its place again, perhaps not to be seen there."""

    def __init__(
        self,
        window: QMainWindow,
        show_alone: Callable[[bool], None],
        pane: PicturePane,
        history: HistoryPanel,
        commands: Commands,
    ) -> None:
        """Listen from now on.

        Args:
            window: fills the screen.
            show_alone: gives the picture all the room in it, or its place beside the rest.
            pane: shows the picture.
            history: what is walked through: the pictures of the grid, or those of the list's tasks.
            commands: of the window.
        """
        super().__init__(window)
        self._window, self._show_alone = window, show_alone
        self._pane, self._history, self._commands = pane, history, commands
        self._smallest = window.minimumSize()
        self._before: tuple[QByteArray, bool] | None = None
        self._action = commands[Command.FULL_SCREEN]
        commands.bind(Command.FULL_SCREEN, self._on_toggled)
        pane.walk = self._walk
        pane.left.connect(self.leave)
        pane.enlarge_requested.connect(self._enter)
        history.enlarge_requested.connect(self._enter)
        pane.task_shown.connect(self._on_task_shown)
        pane.offer_changed.connect(self._look_ahead)
        pane.stage.currentChanged.connect(self._on_page_changed)

    @property
    def on(self) -> bool:
        """Whether there is nothing but the picture."""
        return self._before is not None

    @property
    def geometry(self) -> QByteArray:
        """Where the window is while it does not fill the screen."""
        return self._before[0] if self._before is not None else self._window.saveGeometry()

    @property
    def recipe_wanted(self) -> bool:
        """Whether the recipe is shown beside the picture while there is more than that."""
        return self._before[1] if self._before is not None else self._pane.recipe_wanted

    def leave(self) -> None:
        """Give the picture its place back."""
        self._action.setChecked(False)

    def _enter(self) -> None:
        self._action.setChecked(True)

    def _on_toggled(self, on: bool) -> None:
        if on and self._before is None:
            self._before = self._window.saveGeometry(), self._pane.recipe_wanted
            self._pane.recipe_wanted = False
        elif not on and self._before is not None:
            self._pane.recipe_wanted, self._before = self._before[1], None
        else:
            return
        self._pane.alone = on
        self._show_alone(on)
        self._window.setMinimumSize(QSize(1, 1) if on else self._smallest)  # a screen can be lower
        self._pane.show()
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
        for command in _KEYS:
            # Qt takes no key of an action that is in a hidden menu alone.
            (self._window.addAction if on else self._window.removeAction)(self._commands[command])
        self._window.menuBar().setVisible(not on or IS_MAC)
        if on:
            self._look_ahead()
        else:
            self._pane.ahead.want(())
            self.left.emit()
        if self._pane.isHidden():
            self._history.pictures.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._pane.focus_picture()

    def _on_task_shown(self, task: Task | None) -> None:
        """Where the last picture was thrown away there is nothing to be alone with."""
        if task is None:
            self.leave()

    def _on_page_changed(self) -> None:
        """Keys go on, also where there is a picture no more, or again."""
        if self.on:
            self._pane.focus_picture()

    def follow_window(self) -> None:
        """Leave where the system let the window fill the screen no more."""
        if self.on and not self._window.isFullScreen():
            self._action.setChecked(False)

    # --- walking ---------------------------------------------------------------------------------

    def _walk(self, by: int) -> bool:
        """Turn to the next picture of all that is found, or the one before."""
        if not self.on or self._pane.task is None:
            return False
        if self._history.shows_pictures:
            grid = self._history.pictures
            row = grid.currentIndex().row() + by
            if 0 <= row < self._history.gallery.rowCount():
                grid.setCurrentIndex(self._history.gallery.index(row, 0))
            return True
        if self._beside(by) is not None:
            return False
        if (found := self._task_beside(by)) is not None:
            task_id, task = found
            if by < 0 and task is not None:
                self._pane.choose_picture(task.kept[-1].id)
            self._history.select(task_id)
        return True

    def _beside(self, by: int) -> Output | None:
        """The picture of the same task that is so many further."""
        task, chosen = self._pane.task, self._pane.deletable
        if task is None or chosen not in task.outputs:
            return None
        place = task.outputs.index(chosen) + by
        return task.outputs[place] if 0 <= place < len(task.outputs) else None

    def _task_beside(self, by: int) -> tuple[int, Task | None] | None:
        """The next task in the list that has pictures, or may have: it is not read yet."""
        model = self._history.model
        row = model.row_of(self._pane.task_id)
        for place in range(row + by, row + by * _FAR, by):
            task = model.task_at(place)
            if not (task_id := model.id_at(place)):
                return None
            if task is None or task.kept:
                return task_id, task
        return None

    # --- decoding ahead --------------------------------------------------------------------------

    def _look_ahead(self) -> None:
        """Have the picture that is shown and its neighbours at hand, the next one first."""
        if self.on:
            near = (self._pane.current, self._neighbour(1), self._neighbour(-1))
            self._pane.ahead.want([output for output in near if output is not None])

    def _neighbour(self, by: int) -> Output | None:
        if self._history.shows_pictures:
            row = self._history.pictures.currentIndex().row() + by
            known = self._history.gallery.picture_at(row)
            return known[1] if known is not None else None
        if (beside := self._beside(by)) is not None:
            return beside
        found = self._task_beside(by)
        task = found[1] if found is not None else None
        return task.kept[0 if by > 0 else -1] if task is not None else None
