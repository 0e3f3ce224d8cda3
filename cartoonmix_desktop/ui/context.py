"""What is selected, shown and looked at: one object that whoever acts asks.

It keeps nothing that a part of the window keeps already: list, grid and picture are asked each
time, so that it cannot disagree with what is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

from cartoonmix_desktop.core.task.marks import Target

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.task import Output, Task

_MANY = 64  # pictures that are looked through for the tasks they are of


class ListSide(Protocol):
    """The list of tasks."""

    selection_changed: SignalInstance
    menu_opening: SignalInstance

    def chosen(self, most: int = 0) -> Sequence[int]:
        """Ids of the selected tasks."""


class GridSide(Protocol):
    """The grid of pictures."""

    selection_changed: SignalInstance
    menu_opening: SignalInstance

    @property
    def count(self) -> int:
        """How many pictures are selected."""

    def chosen(self, most: int = 0) -> array[int]:
        """Ids of the selected pictures."""

    def chosen_tasks(self, most: int = 0) -> Sequence[int]:
        """Ids of their tasks."""

    def select(self, picture_id: int, task_id: int) -> None:
        """Turn to a picture; 0 for the first of its task."""


class HistorySide(Protocol):
    """What holds the two."""

    options_changed: SignalInstance

    @property
    def shows_pictures(self) -> bool:
        """Whether the grid is seen, and not the list."""

    @property
    def query(self) -> Query:
        """What is searched for."""

    @property
    def view(self) -> ListSide:
        """The list."""

    @property
    def pictures(self) -> GridSide:
        """The grid."""

    def select(self, task_id: int) -> None:
        """Select a task and bring it into sight."""

    def task_at_hand(self, task_id: int) -> Task | None:
        """A task of the list if it is read already."""


class PictureSide(Protocol):
    """What shows one picture of one task."""

    task_shown: SignalInstance
    offer_changed: SignalInstance
    menu_opening: SignalInstance

    @property
    def task(self) -> Task | None:
        """The task that is shown."""

    @property
    def current(self) -> Output | None:
        """Which of its pictures; None while there is none."""

    @property
    def has_pictures(self) -> bool:
        """Whether it has any."""


class Context(QObject):
    """Asked by presenters, which need not know where anything is shown.

    What a person marks or exports is what they last turned to: rows, or the picture.
    """

    selection_changed = Signal()
    """Other tasks or pictures are selected, another picture is shown, or list became grid."""
    task_shown = Signal(object)
    """A `Task`, or None: another is shown, or the same has changed."""
    rows_menu_opening = Signal(object)
    """The `QMenu` of the selected tasks or pictures, to be added to."""
    picture_menu_opening = Signal(object)
    """The `QMenu` of the picture that is shown, to be added to."""

    def __init__(self, history: HistorySide, picture: PictureSide, parent: QWidget) -> None:
        """Listen from now on.

        Args:
            history: list and grid.
            picture: shows one picture.
            parent: the window, its owner.
        """
        super().__init__(parent)
        self._history, self._picture, self._window = history, picture, parent
        self._of_rows = False  # whether the person last turned to list or grid
        for view in (history.view, history.pictures):
            view.selection_changed.connect(self.selection_changed)
            view.menu_opening.connect(self._on_rows_menu)
        history.options_changed.connect(self.selection_changed)
        picture.offer_changed.connect(self.selection_changed)
        picture.task_shown.connect(self.task_shown)
        picture.menu_opening.connect(self._on_picture_menu)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    # --- what is looked at -----------------------------------------------------------------------

    @property
    def shows_pictures(self) -> bool:
        """Whether the history is a grid of pictures, and not a list of tasks."""
        return self._history.shows_pictures

    @property
    def query(self) -> Query:
        """Which tasks are shown in the history."""
        return self._history.query

    @property
    def task(self) -> Task | None:
        """The task that is shown."""
        return self._picture.task

    @property
    def picture(self) -> Output | None:
        """The picture that is shown."""
        return self._picture.current

    def select(self, task_id: int) -> None:
        """Select a task, bring it into sight and show it."""
        self._history.select(task_id)

    def turn_to(self, task_id: int) -> None:
        """As `select`, in the grid too if that is looked at."""
        self._history.select(task_id)
        if self.shows_pictures:
            self._history.pictures.select(0, task_id)

    def task_at_hand(self, task_id: int) -> Task | None:
        """A task if it is in the list and read already."""
        return self._history.task_at_hand(task_id)

    # --- what is selected ------------------------------------------------------------------------

    def tasks(self, most: int = 0) -> Sequence[int]:
        """Ids of the selected tasks, or of the first; of pictures, of the tasks they are of."""
        history = self._history
        if history.shows_pictures:
            return history.pictures.chosen_tasks(most)
        return history.view.chosen(most)

    def few_tasks(self) -> Sequence[int]:
        """As `tasks`, three at most; none of so many pictures that to look would take long."""
        history = self._history
        if not history.shows_pictures:
            return history.view.chosen(3)
        few = history.pictures.count <= _MANY
        return history.pictures.chosen_tasks()[:3] if few else ()

    def pictures(self, most: int = 0) -> array[int]:
        """Ids of the pictures that are selected in the grid."""
        return self._history.pictures.chosen(most)

    # --- what is meant ---------------------------------------------------------------------------

    def target(self) -> Target:
        """The pictures that are to be marked: those of the selected rows, or the shown one."""
        if not self._of_rows and (shown := self.picture) is not None:
            return Target(outputs=(shown.id,))
        if self.shows_pictures:
            return Target(outputs=self.pictures())
        return Target(tasks=self._history.view.chosen())

    def target_tasks(self) -> Sequence[int]:
        """The tasks that are to be tagged or noted."""
        if self._of_rows or (shown := self.task) is None:
            return self.tasks()
        return (shown.id,)

    def has_target(self) -> tuple[bool, bool]:
        """Whether there is a task to be marked, and whether there are pictures."""
        if self.shows_pictures:
            some = bool(self.pictures(1))
            return some, some
        chosen = self._history.view.chosen(2)
        return (
            bool(chosen or self.task is not None),
            self._picture.has_pictures or len(chosen) > 1,
        )

    def turn_to_picture(self) -> None:
        """What is shown is meant from now on: the person pressed something beside it."""
        self._of_rows = False

    def _on_rows_menu(self, menu: QMenu) -> None:
        self._of_rows = True
        self.rows_menu_opening.emit(menu)

    def _on_picture_menu(self, menu: QMenu) -> None:
        self._of_rows = False
        self.picture_menu_opening.emit(menu)

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is None or not isValid(self._window):
            return
        if any(_holds(view, now) for view in (self._history.view, self._history.pictures)):
            self._of_rows = True
        elif _holds(self._picture, now):
            self._of_rows = False


def _holds(part: object, widget: QWidget) -> bool:
    """Whether a widget is a part of the window, or in it."""
    return isinstance(part, QWidget) and (part is widget or part.isAncestorOf(widget))
