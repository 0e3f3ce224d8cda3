"""The whole main window: recipe, picture, history side by side; what it looked like last time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.command_names import Command, Scope
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.context import Context
from cartoonmix_desktop.ui.fullscreen.mode import FullScreen
from cartoonmix_desktop.ui.picture.pane import PicturePane
from cartoonmix_desktop.ui.queue.panel import QueuePanel
from cartoonmix_desktop.ui.recipe.inspirations import Inspirations
from cartoonmix_desktop.ui.recipe.panel import RecipePanel
from cartoonmix_desktop.ui.shell.menu_bar import bind_window_menu, filled
from cartoonmix_desktop.ui.widgets.notice import Banner
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import window as texts
from cartoonmix_desktop.wording.commands import IS_MAC
from cartoonmix_desktop.wording.history import PICTURES_HELP
from cartoonmix_desktop.wording.search import FIELDS_HELP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.ui.command_names import Menu
    from cartoonmix_desktop.ui.shell.first_rooms import FirstRooms

_READABLE = 760  # of words and cards where pictures will be


class MainWindow(QObject):
    """Parts and places; what they do is the controller's.

    Attributes:
        widget: the window itself, the parent of dialogs.
        context: what is selected, shown and looked at.
        commands: all that can be done in the window.
        full_screen: shows the picture alone.
        history: right, or below the picture in a narrow window.
        status: below all.
        recipe: left.
        pane: the selected picture, in the middle.
        banner: above all, while there is something to say.
        queue: what waits, under the history.
        inspirations: cards shown where pictures will be.
    """

    account_requested = Signal()
    inspirations_requested = Signal()

    def __init__(
        self,
        first: FirstRooms,
        path_of: Callable[[Output], Path],
        thumbnails_of: Callable[[Sequence[Output]], Awaitable[list[bytes | None]]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """Put all else into its place, the history being there.

        Args:
            first: the window, with the history in it.
            path_of: where a picture's file is.
            thumbnails_of: as `HistorySource.thumbnails`.
            spawn: starts a coroutine in an owned task set.
        """
        super().__init__(first)
        self._first, self._previewing = first, False
        self.widget, self.history, self.status = first.widget, first.history, first.status
        self.commands = Commands(self.widget)
        self.banner = Banner()
        self.recipe = RecipePanel()
        self.inspirations = Inspirations(self.widget)
        self.pane = PicturePane(path_of, thumbnails_of, spawn)
        self.pane.set_empty_widget(_welcome(self.inspirations))
        self.queue = QueuePanel()
        if (column_of_history := self.history.layout()) is not None:
            column_of_history.addWidget(self.queue)
        first.put_rest(self.banner, self.recipe, self.pane)
        self._menus = filled(self.widget.titled_menus, self.commands)
        self._show_recipe = self.commands[Command.SHOW_RECIPE_PANEL]
        self._show_history = self.commands[Command.SHOW_HISTORY_PANEL]
        self._show_pictures = self.commands[Command.SHOW_PICTURES]
        self.context = Context(self.history, self.pane, self.widget)
        self.full_screen = FullScreen(
            self.widget, first.show_alone, self.pane, self.history, self.commands
        )
        self.full_screen.left.connect(self._arrange)
        self._bind()
        self.status.account_requested.connect(self.account_requested)
        self.status.queue_requested.connect(self.show_queue)
        self.queue.state_changed.connect(self._show_state)
        self.history.options_changed.connect(self._on_options_changed)
        self.recipe.inspirations_requested.connect(self.inspirations_requested)
        state = self.widget.layout_state
        self._show_recipe.setChecked(state.get("recipe") is not False)
        self._show_history.setChecked(state.get("history") is not False)
        self._show_pictures.setChecked(self.history.shows_pictures)
        self.queue.unfolded = state.get("queue") is not False
        self.pane.recipe_wanted = state.get("recipe_of_picture") is True
        first.divide()
        self.widget.resized.connect(self._on_resized)
        self._on_resized()
        self._show_state()

    def _bind(self) -> None:
        """Do what is the window's own to do; each part does its own."""
        self._show_recipe.setChecked(True)
        self._show_history.setChecked(True)
        own: dict[Command, Callable[..., object]] = {
            Command.QUIT: self.widget.close,
            Command.FIND: self.focus_search,
            Command.EDIT_PROMPT: self.show_recipe,
            Command.SHOW_QUEUE: self.show_queue,
            Command.SHOW_RECIPE_PANEL: self.recipe.setVisible,
            Command.SHOW_HISTORY_PANEL: self._on_show_history,
            Command.SHOW_PICTURES: self._on_show_pictures,
            Command.INSPIRATIONS: self.inspirations_requested.emit,
            Command.ACCOUNT: self.account_requested.emit,
        }
        for command, act in own.items():
            self.commands.bind(command, act)
        if IS_MAC:
            bind_window_menu(self.commands, self.widget)
        self.recipe.bind(self.commands)
        self.pane.bind(self.commands)
        self.queue.view.bind(self.commands)
        options, search = self.history.view_options, self.history.search.edit
        self.commands.explain(options.pictures_side, Command.SHOW_PICTURES, PICTURES_HELP)
        self.commands.explain(search.fields, Command.SUGGEST, FIELDS_HELP)
        for part, scope in ((self.history.view, Scope.LIST), (self.history.pictures, Scope.GRID)):
            self.commands.attend(part, scope, Scope.MARKABLE)

    # --- what is seen ----------------------------------------------------------------------------

    def show_recipe(self) -> None:
        """Bring the recipe into sight and put the cursor into its prompt."""
        self.full_screen.leave()
        self._show_recipe.setChecked(True)
        self.recipe.focus_prompt()

    def show_queue(self) -> None:
        """Bring what waits into sight, and the keyboard into it."""
        self.full_screen.leave()
        self._show_history.setChecked(True)
        self.queue.focus_rows()

    def menu(self, which: Menu, /) -> QMenu:
        """A menu of the menu bar."""
        return self._menus[which]

    @property
    def stage(self) -> QWidget:
        """What the person looks at: the picture, or the grid of pictures."""
        return self.history.pictures if self.pane.isHidden() else self.pane.stage

    @property
    def previewing(self) -> bool:
        """Whether the picture is shown beside the grid of pictures, which else has all the room."""
        return self._previewing

    @previewing.setter
    def previewing(self, previewing: bool) -> None:
        self._first.note_sizes()
        self._previewing = previewing
        self._arrange()

    def state(self) -> dict[str, Any]:
        """How the window looks, as JSON values."""
        return {
            "geometry": bytes(self.full_screen.geometry.toBase64().data()).decode(),
            **self._first.sizes,
            "recipe": not self.recipe.isHidden(),
            "history": not self.history.isHidden(),
            "queue": self.queue.unfolded,
            "recipe_of_picture": self.full_screen.recipe_wanted,
            "look": self.history.view_options.state(),
        }

    def focus_search(self) -> None:
        """Bring the search field into sight, and the cursor into it."""
        self.full_screen.leave()
        self._show_history.setChecked(True)
        self.history.focus_search()

    def search(self, query: str) -> None:
        """Bring the history into sight, and in it what this finds alone."""
        self.focus_search()
        self.history.search.ask(query)
        self.widget.activateWindow()

    def _on_resized(self) -> None:
        self.queue.set_short(self._first.short)
        self.full_screen.follow_window()

    def _show_state(self) -> None:
        """How the queue stands is said in one place: below all while the queue is out of sight."""
        seen = self.queue.isVisibleTo(self.widget)
        self.status.show_state(None if seen else self.queue.state)

    def _arrange(self) -> None:
        """Give the grid of pictures all the room, unless one of them is shown beside it."""
        if self.full_screen.on:
            self.full_screen.leave()  # which leads here
            return
        grid = self.history.shows_pictures
        self._show_pictures.setChecked(grid)
        self.pane.setVisible(not grid or self._previewing or self.history.isHidden())
        self._first.divide()

    def _on_options_changed(self) -> None:
        self._previewing = False
        self._arrange()

    def _on_show_history(self, shown: bool) -> None:
        self.history.setVisible(shown)
        self._arrange()
        self._show_state()

    def _on_show_pictures(self, pictures: bool) -> None:
        if pictures:
            self._show_history.setChecked(True)
        self.history.view_options.pictures = pictures


def _welcome(inspirations: Inspirations) -> QWidget:
    """What stands where pictures will be, before there are any."""
    page = QWidget()
    middle = QWidget()
    middle.setMaximumWidth(_READABLE)
    row = QHBoxLayout(page)
    row.setContentsMargins(6 * SPACE, 6 * SPACE, 6 * SPACE, 6 * SPACE)
    row.addStretch(1)
    row.addWidget(middle, 1000)
    row.addStretch(1)
    column = QVBoxLayout(middle)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2 * SPACE)
    column.addStretch(1)
    column.addWidget(label(texts.EMPTY_TITLE, size=20))
    column.addWidget(label(texts.EMPTY_TEXT, role="muted", wrap=True))
    column.addSpacing(2 * SPACE)
    column.addWidget(inspirations)
    column.addStretch(2)
    scroll = QScrollArea()  # in a low window cards would else be squeezed to nothing
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(page)
    scroll.viewport().setAutoFillBackground(False)
    page.setAutoFillBackground(False)
    return scroll
