"""The selected task, large: its picture, or why there is none; its other pictures; what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDrag, QKeySequence, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from cartoonmix_desktop.core.errors import CartoonMixError, PictureTooLarge
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.ui.command_names import Command, Menu, Scope, When
from cartoonmix_desktop.ui.marks.bar import MarksBar
from cartoonmix_desktop.ui.marks.drag import add_target
from cartoonmix_desktop.ui.picture.ahead import Ahead
from cartoonmix_desktop.ui.picture.caption import PictureCaption
from cartoonmix_desktop.ui.picture.filmstrip import FRAME, RING, Filmstrip
from cartoonmix_desktop.ui.picture.placeholder import PicturePlaceholder
from cartoonmix_desktop.ui.picture.tools import PictureTools
from cartoonmix_desktop.ui.picture.view import STEP, PictureView
from cartoonmix_desktop.ui.reuse.recipe_view import WIDTH, RecipeView
from cartoonmix_desktop.ui.widgets.desktop import files_data
from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails, decode_in_pool
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import picture as words
from cartoonmix_desktop.wording.tasks.actions import (
    Action,
    actions_of,
    can_fetch_again,
)
from cartoonmix_desktop.wording.tasks.states import is_at_work, notice_words, state_mark
from cartoonmix_desktop.wording.tasks.unresolved import doubt_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent, QShowEvent

    from cartoonmix_desktop.core.task.doubt import Doubt
    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.commands import Commands
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn

_ANY_WIDTH = 16_777_215  # Qt's own largest


class PicturePane(QWidget):
    """Shows one task. What is to be done is asked for by signals."""

    save_requested = Signal(object)
    """An `Output`, as in the two below; a task's id in the others."""
    copy_requested = Signal(object)
    show_in_folder_requested = Signal(object)
    find_requested = Signal(object)
    """Look for missing files in a folder."""
    missing_met = Signal()
    """A file is gone."""
    cancel_requested = Signal(int)
    fetch_again_requested = Signal(int)
    send_again_requested = Signal(int)
    discard_requested = Signal(int)
    adopt_requested = Signal(int, str)
    """A task's id, and the server's id of the one that it is."""
    doubt_action_requested = Signal(str, int)
    """One of the other values of `Action`, and a task's id."""
    retry_requested = Signal(int)
    use_recipe_requested = Signal(int)
    copy_prompt_requested = Signal(int)
    delete_requested = Signal(object)
    """An `Output`, to be thrown away."""
    offer_changed = Signal(bool, bool)
    """Whether there is a task, and whether there is a picture, to do something with."""
    left = Signal()
    """Escape."""
    menu_opening = Signal(object)
    """The `QMenu` of the picture, to be added to."""
    task_shown = Signal(object)
    """A `Task`, or its newest state; None for none."""
    recipe_toggled = Signal(bool)
    """Whether the recipe is wanted beside the picture."""
    enlarge_requested = Signal()
    """Show the picture alone."""

    def __init__(
        self,
        path_of: Callable[[Output], Path],
        thumbnails_of: Callable[[Sequence[Output]], Awaitable[list[bytes | None]]],
        spawn: Spawn,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up an empty pane.

        Args:
            path_of: where a kept picture is; the file may be missing.
            thumbnails_of: encoded small copies of some, None where one is missing.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
            clock: unix seconds.
        """
        super().__init__(parent)
        self._path_of, self._thumbnails_of, self._spawn = path_of, thumbnails_of, spawn
        self._clock = clock
        self.doubt_of: Callable[[int], Doubt | None] = lambda _task_id: None
        """What is known of a task whose answer is lost."""
        self.walk: Callable[[int], bool] = lambda _by: False
        """Turns to another picture, so many further; False where it is this task's own to turn."""
        self._alone = False
        self.ahead = Ahead(path_of)
        self._commands: Commands | None = None
        self._task: Task | None = None
        self._progress: Progress | None = None
        self._position = -1  # of the picture that is shown or was chosen; -1 before either
        self._wish = 0  # id of the picture that is to be shown once its task is
        self._wanted: Output | None = None  # that is being loaded, or shown
        self._loaded: Output | None = None
        self._problem: tuple[str, str] | None = None  # why the wanted one cannot be shown
        self.thumbnails = self._thumbnails = Thumbnails(thumbnails_of, spawn, self)
        self._view = PictureView()
        self._notice = PicturePlaceholder()
        self._empty: QWidget = QWidget()
        self._stack = QStackedWidget()
        self._strip = Filmstrip(self._thumbnails)
        self._tools = PictureTools()
        self.marks = MarksBar()
        self._caption = PictureCaption()
        self.recipe = RecipeView(self._thumbnails)
        self._foot = QWidget()
        self._lay_out()
        self._connect()
        self.show_task(None)

    def _lay_out(self) -> None:
        for page in (self._view, self._notice, self._empty):
            self._stack.addWidget(page)
        row = QHBoxLayout()
        row.setSpacing(4 * SPACE)
        row.addWidget(self._strip, 1)
        side = QVBoxLayout()
        side.setSpacing(SPACE)
        side.addWidget(self._tools, alignment=Qt.AlignmentFlag.AlignRight)
        side.addWidget(self.marks, alignment=Qt.AlignmentFlag.AlignRight)
        side.addStretch(1)
        row.addLayout(side)
        foot = QVBoxLayout(self._foot)
        self._caption.setContentsMargins(RING, 0, 0, 0)  # words begin where pictures do
        foot.setContentsMargins(4 * SPACE - RING, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        foot.setSpacing(SPACE)
        foot.addWidget(self._caption)
        foot.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self._stack, 1)
        beside.addWidget(self.recipe)
        column.addLayout(beside, 1)
        column.addWidget(self._foot)

    def _connect(self) -> None:
        self._view.zoom_changed.connect(self._on_zoom_changed)
        self._view.drag_started.connect(self._on_view_dragged)
        self._notice.action_requested.connect(self._on_action_requested)
        self._notice.candidate_chosen.connect(self._on_candidate_chosen)
        self._caption.use_recipe_clicked.connect(self.use_recipe)
        self._caption.recipe_toggled.connect(self._on_recipe_toggled)
        self.recipe.close_requested.connect(self._caption.recipe.toggle)
        self._strip.chosen.connect(self._choose)
        self._strip.drag_started.connect(self._drag_out)
        self._strip.opened.connect(self.enlarge_requested)

    def bind(self, commands: Commands) -> None:
        """Do what can be done with the picture, by menu, key and button."""
        self._commands = commands
        commands.explain(self._caption.recipe, Command.SHOW_RECIPE, words.RECIPE_HELP)
        own = {
            Command.SAVE_PICTURE: self.save_picture,
            Command.SHOW_IN_FOLDER: self.show_in_folder,
            Command.COPY_PICTURE: self.copy_picture,
            Command.COPY_PROMPT: self.copy_prompt,
            Command.DELETE_PICTURE: self.delete_picture,
            Command.USE_RECIPE: self.use_recipe,
            Command.PREVIOUS_PICTURE: self.previous_picture,
            Command.NEXT_PICTURE: self.next_picture,
            Command.FIT: self.fit,
            Command.FILL: self._view.fill,
            Command.ACTUAL_SIZE: self.actual_size,
            Command.TOGGLE_ZOOM: self.toggle_zoom,
            Command.ZOOM_IN: self.zoom_in,
            Command.ZOOM_OUT: self.zoom_out,
        }
        for command, act in own.items():
            commands.bind(command, act)
        commands.attend(self, Scope.PICTURE, Scope.MARKABLE)
        self._tools.bind(commands)
        self._refresh()

    # --- what is shown ---------------------------------------------------------------------------

    def set_empty_widget(self, widget: QWidget) -> None:
        """Show ``widget`` while no task is selected."""
        shown = self._stack.currentWidget() is self._empty
        self._stack.removeWidget(self._empty)
        self._empty.deleteLater()
        self._empty = widget
        self._stack.addWidget(widget)
        if shown:
            self._stack.setCurrentWidget(widget)

    def show_task(self, task: Task | None, progress: Progress | None = None) -> None:
        """Show a task, or its newest state: then picture, zoom and place stay.

        Args:
            task: None shows the empty widget.
            progress: the last that the server told of a running task.
        """
        if task is None or self._task is None or task.id != self._task.id:
            self._position = -1
            self._wanted = None
            self._view.clear()
        self._task, self._progress = task, progress
        self._refresh()
        self.task_shown.emit(task)

    def renew_doubt(self, task_id: int) -> None:
        """More is known of a task whose answer is lost."""
        if self._task is not None and self._task.id == task_id:
            self._refresh()

    @property
    def recipe_wanted(self) -> bool:
        """Whether the recipe is shown whenever there is a task."""
        return self._caption.recipe.isChecked()

    @recipe_wanted.setter
    def recipe_wanted(self, wanted: bool) -> None:
        self._caption.recipe.setChecked(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where both have no room, the recipe takes the place of the picture."""
        super().resizeEvent(event)
        self._make_room()

    def _on_recipe_toggled(self, wanted: bool) -> None:
        self._make_room()
        self.recipe_toggled.emit(wanted)

    def _make_room(self) -> None:
        there = self._task is not None
        shown = there and self.recipe_wanted
        alone = shown and self.width() < 2 * WIDTH
        self.recipe.setMaximumWidth(_ANY_WIDTH if alone else WIDTH)
        self.recipe.setVisible(shown)
        self._stack.setVisible(not alone)
        self._foot.setVisible(there and not alone)
        self._caption.setVisible(shown or not self._alone)

    @property
    def alone(self) -> bool:
        """Whether nothing else is in the window: then words stand where the recipe is."""
        return self._alone

    @alone.setter
    def alone(self, alone: bool) -> None:
        self._alone = alone
        self._make_room()

    @property
    def current(self) -> Output | None:
        """The picture that is on disk and shown, if there is one."""
        output = self._output()
        return output if output is not None and output.state is OutputState.KEPT else None

    @property
    def stage(self) -> QStackedWidget:
        """Where the picture, or why there is none, is shown."""
        return self._stack

    @property
    def deletable(self) -> Output | None:
        """The chosen picture that can be thrown away, also one that is missing or broken."""
        output = self._output()
        return output if output is not None and output.state is not OutputState.PENDING else None

    def delete_picture(self) -> None:
        """Ask for the chosen picture to be thrown away."""
        if self.deletable is not None:
            self.delete_requested.emit(self.deletable)

    @property
    def task(self) -> Task | None:
        """The task that is shown."""
        return self._task

    @property
    def task_id(self) -> int:
        """The task that is shown; 0 for none."""
        return self._task.id if self._task is not None else 0

    @property
    def has_pictures(self) -> bool:
        """Whether the task that is shown has pictures to mark."""
        return self._task is not None and bool(self._task.kept)

    def focus_picture(self) -> None:
        """Let the keys of the picture work."""
        # No focus proxy: Tab would get stuck at one that is hidden.
        there = self if self._alone and self._view.isHidden() else self._view
        if self._alone:  # it may have it with a ring, which says nothing where all else is gone
            there.clearFocus()
        reason = Qt.FocusReason
        there.setFocus(reason.NoFocusReason if self._alone else reason.OtherFocusReason)

    def next_picture(self) -> None:
        """Show the next picture of the task."""
        if not self.walk(1):
            self._choose(self._position + 1)

    def previous_picture(self) -> None:
        """Show the picture before."""
        if not self.walk(-1):
            self._choose(self._position - 1)

    def choose_picture(self, picture_id: int) -> None:
        """Show this picture, now or as soon as its task is shown."""
        self._wish = picture_id
        self._refresh()

    def save_picture(self) -> None:
        """Ask for the shown picture to be saved elsewhere."""
        if self.current is not None:
            self.save_requested.emit(self.current)

    def copy_picture(self) -> None:
        """Ask for the shown picture to be copied to the clipboard."""
        if self.current is not None:
            self.copy_requested.emit(self.current)

    def show_in_folder(self) -> None:
        """Ask for the shown picture to be shown in its folder."""
        if self.current is not None:
            self.show_in_folder_requested.emit(self.current)

    def fit(self) -> None:
        """Show all of the picture."""
        self._view.fit()

    def actual_size(self) -> None:
        """Show a pixel of the picture on a pixel of the screen."""
        self._view.zoom_to(1.0)

    def toggle_zoom(self) -> None:
        """Go to and fro between the whole picture and its actual size."""
        if abs(self._view.zoom - 1.0) < 0.001:
            self.fit()
        else:
            self.actual_size()

    def zoom_in(self) -> None:
        """Show the picture larger."""
        self._view.zoom_to(self._view.zoom * STEP)

    def zoom_out(self) -> None:
        """Show the picture smaller."""
        self._view.zoom_to(self._view.zoom / STEP)

    def use_recipe(self) -> None:
        """Ask for the recipe of the shown task to be put into the form."""
        if self._task is not None:
            self.use_recipe_requested.emit(self._task.id)

    def copy_prompt(self) -> None:
        """Ask for the prompt of the shown task to be copied to the clipboard."""
        if self._task is not None:
            self.copy_prompt_requested.emit(self._task.id)

    def _output(self) -> Output | None:
        outputs = self._task.outputs if self._task else ()
        return outputs[self._position] if 0 <= self._position < len(outputs) else None

    def _choose(self, position: int) -> None:
        if self._task is not None and 0 <= position < len(self._task.outputs):
            self._position = position
            self._refresh()

    def _refresh(self) -> None:
        task = self._task
        for place, wished in enumerate(task.outputs if task is not None else ()):
            if wished.id == self._wish:
                self._position, self._wish = place, 0
        if task is not None and self._position < 0 and (_has_first(task) or not is_at_work(task)):
            first = next(iter(task.kept or task.outputs), None)
            self._position = task.outputs.index(first) if first else -1
        if task is not None and self._position >= len(task.outputs):  # the last was thrown away
            self._position = len(task.outputs) - 1
        output = self.current
        if output is not None and not _same_file(output, self._wanted):
            self._load(output)
        elif output is None:
            self._wanted = self._problem = None
        self._strip.show_task(task, self._position)
        self._make_room()
        self._strip.setVisible(self._strip.count > 0)
        self._tools.setVisible(task is not None and bool(task.kept))
        self.marks.show_marks(task, output)
        self._tools.allow(
            picture=output is not None and self._problem is None,
            walk=task is not None and len(task.outputs) > 1,
        )
        self._offer(task=task is not None, picture=output is not None and self._problem is None)
        self._show_page(task, output)

    def _offer(self, *, task: bool, picture: bool) -> None:
        if self._commands is not None:
            self._commands.allow(When.TASK, task)
            self._commands.allow(When.PICTURE, picture)
            self._commands.allow(When.DELETABLE, self.deletable is not None)
        self.offer_changed.emit(task, picture)

    def _show_page(self, task: Task | None, output: Output | None) -> None:
        if task is None:
            self._stack.setCurrentWidget(self._empty)
            return
        now = self._clock()
        facts = words.picture_words(task, output, self._progress, now) if output is not None else ""
        self._caption.show_task(task, facts)
        if output is not None and self._problem is None:
            self._view.setAccessibleDescription(f"{facts}. {task.title}")
            self._on_zoom_changed(self._view.zoom)
            self._stack.setCurrentWidget(self._view)
            return
        broken = self._output()
        if output is not None and self._problem is not None:
            help_ = (Action.FIND, *((Action.FETCH_AGAIN,) if can_fetch_again(task) else ()))
            self._notice.show_words(("warning", "warn"), *self._problem, help_)
        elif task.broken and broken in task.broken:
            self._notice.show_words(
                ("warning", "warn"), *words.broken_words(task, broken), actions_of(task)
            )
        else:
            said = notice_words(task, self._progress, now)
            doubt = self.doubt_of(task.id) if task.state is TaskState.UNKNOWN else None
            if doubt is not None:
                said = (said[0], doubt_words(task, doubt))
            self._notice.show_words(state_mark(task), *said, actions_of(task))
            self._notice.show_candidates(doubt.candidates if doubt is not None else ())
            if is_at_work(task):
                self._notice.show_progress(self._progress)
        self._stack.setCurrentWidget(self._notice)

    def look_again(self) -> None:
        """Try once more to show a picture that was missing or damaged."""
        if self._problem is not None and self._wanted is not None:
            self._load(self._wanted)
            self._refresh()

    # --- loading ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Load what was chosen while nobody saw it."""
        super().showEvent(event)
        self._refresh()

    def _load(self, output: Output) -> None:
        if self.isHidden():
            return
        self._wanted, self._loaded, self._problem = output, None, None
        if (picture := self.ahead.at_hand(output)) is not None:
            self._loaded = output
            self._view.show_picture(picture)
            return
        self._spawn(self._load_stand_in(output))
        self._spawn(self._load_picture(output))

    async def _load_stand_in(self, output: Output) -> None:
        [data] = await self._thumbnails_of((output,))
        if data is None or self._wanted is not output:
            return
        try:
            image = await decode_in_pool(data)
        except CartoonMixError:
            return  # the picture itself may be sound
        if self._wanted is output and self._loaded is not output and self._problem is None:
            self._view.show_stand_in(image, QSize(output.width, output.height))

    async def _load_picture(self, output: Output) -> None:
        position, path = self._position + 1, self._path_of(output)
        problem = None
        try:
            picture = await self.ahead.load(output)
        except FileNotFoundError:
            problem = words.missing_words(position, path, output)
            self.missing_met.emit()
        except OSError as error:
            problem = words.unreadable_words(position, path, error.strerror or "")
        except PictureTooLarge:
            problem = words.too_large_words(position, path)
        except CartoonMixError:
            problem = words.damaged_words(position, path)
        if self._wanted is not output:
            return
        if problem is None:
            self._loaded = output
            self._view.show_picture(picture)
        else:
            self._problem = problem
            self._refresh()

    # --- what is done ----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, and leave; the other keys are commands."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_picture()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the picture."""
        on_picture = self.current is not None and self._stack.currentWidget() is self._view
        if not on_picture or self._commands is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands.fill(menu, Menu.PICTURE)
        self.menu_opening.emit(menu)
        menu.popup(event.globalPos())

    def _on_zoom_changed(self, zoom: float) -> None:
        if self.current is not None:
            self._tools.show_zoom(zoom)

    def _on_view_dragged(self) -> None:
        self._drag_out(self._position)

    def _drag_out(self, position: int) -> None:
        """Hand a picture's file to another program, as a copy."""
        outputs = self._task.outputs if self._task else ()
        output = outputs[position] if 0 <= position < len(outputs) else None
        if output is None or output.state is not OutputState.KEPT:
            return
        path = self._path_of(output)
        if not path.is_file():
            return
        drag = QDrag(self)
        data = files_data([path])
        add_target(data, Target(outputs=(output.id,)))
        drag.setMimeData(data)
        ratio = self.devicePixelRatioF()
        image = self._thumbnails.get(output, QSize(FRAME, FRAME) * ratio, output.id)
        if image is not None:
            small = QPixmap.fromImage(image)
            small.setDevicePixelRatio(ratio)
            drag.setPixmap(small)
        drag.exec(Qt.DropAction.CopyAction)

    def _on_action_requested(self, action: str) -> None:
        if self._task is None:
            return
        if action == Action.FIND:
            self.find_requested.emit(self._wanted)
            return
        signals = {
            Action.CANCEL: self.cancel_requested,
            Action.FETCH_AGAIN: self.fetch_again_requested,
            Action.SEND_AGAIN: self.send_again_requested,
            Action.DISCARD: self.discard_requested,
            Action.RETRY: self.retry_requested,
            Action.USE_RECIPE: self.use_recipe_requested,
        }
        if (signal := signals.get(Action(action))) is not None:
            signal.emit(self._task.id)
        else:
            self.doubt_action_requested.emit(action, self._task.id)

    def _on_candidate_chosen(self, remote_id: str) -> None:
        if self._task is not None:
            self.adopt_requested.emit(self._task.id, remote_id)


def _has_first(task: Task) -> bool:
    """Whether picture 1 is there: it is shown first, whichever of them comes first."""
    return bool(task.outputs) and task.outputs[0].state is OutputState.KEPT


def _same_file(one: Output, other: Output | None) -> bool:
    """Whether the picture on the screen is still the one: a mark does not make it another."""
    return other is not None and (one.id, one.state, one.path, one.sha256) == (
        *(other.id, other.state),
        *(other.path, other.sha256),
    )
