"""The main window: recipe, picture, history side by side; what it looked like last time.

It is shown empty, then has the history in its place, then all else: what a part needs is imported
with it, since the imports are most of a start.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.ui.shell.menu_bar import Menus
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import window as texts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent, QShowEvent
    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.ui.command_table import Menu
    from cartoonmix_desktop.ui.history.list.model import HistoryModel
    from cartoonmix_desktop.ui.recipe.inspirations import Inspirations

_USUAL = QSize(1440, 900)
_SMALLEST = QSize(760, 560)
_FRAME = QSize(16, 48)  # what a window manager may add around
_READABLE = 760  # of words and cards where pictures will be
_SHORT = 700  # below this what waits is folded
_NARROW = 1100  # below this the history folds under the picture
_RECIPE = 320  # the usual width
_ALL_ELSE = 10_000  # pixels of what has all the room that the other leaves


class MainWindow(QMainWindow):
    """Parts and places; what they do is the controller's.

    It is made empty, then `add_history`, then `add_rest`.

    Attributes:
        commands: all that can be done in the window. Added with ``recipe``.
        history: right, or below the picture in a narrow window. Added first, with ``status``.
        status: below all.
        recipe: left. It and all that follow are added last.
        pane: the selected picture, in the middle.
        banner: above all, while there is something to say.
        queue: what waits, under the history.
        inspirations: cards shown where pictures will be.
        marks: the entries for favourites, ratings, tags and the like.
    """

    closed = Signal()
    account_requested = Signal()
    inspirations_requested = Signal()

    def __init__(self, layout_state: Mapping[str, Any] | None = None) -> None:
        """An empty window.

        Args:
            layout_state: as `state` told it; None for the usual one.
        """
        super().__init__()
        self._layout_state = layout_state or {}
        self._painted = asyncio.Event()
        self._whole = False
        self._previewing = False
        self._sizes: dict[str, list[int]] = {}
        self.setWindowTitle(texts.PROGRAM)
        self.setMinimumSize(_SMALLEST)
        self.setUnifiedTitleAndToolBarOnMac(True)
        self._menus = Menus(self.menuBar())
        available = self.screen().availableGeometry().size() - _FRAME
        self.resize(_USUAL.boundedTo(available))
        geometry = self._layout_state.get("geometry")
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))

    def add_history(self, model: HistoryModel) -> None:
        """Put the history into its place; where the rest will be, nothing is yet."""
        from cartoonmix_desktop.ui.history.panel import HistoryPanel
        from cartoonmix_desktop.ui.shell.status_bar import StatusBar

        self.history = HistoryPanel(model, self)
        self.status = StatusBar()
        self._empty_pane, self._empty_recipe = QWidget(), QWidget()
        self._inner = _splitter(self._wanted(), self._empty_pane, self.history)
        self._outer = _splitter(Qt.Orientation.Horizontal, self._empty_recipe, self._inner)
        self._outer.setStretchFactor(1, 1)
        self._inner.setStretchFactor(0, 1)
        central = QWidget(self)
        self._column = QVBoxLayout(central)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._outer, 1)
        self._column.addWidget(self.status)
        self._restore_places()
        self.setCentralWidget(central)
        central.show()
        self._divide()
        self.status.account_requested.connect(self.account_requested)

    def add_rest(
        self,
        path_of: Callable[[Output], Path],
        thumbnails_of: Callable[[Sequence[Output]], Awaitable[list[bytes | None]]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """Put all else into its place, the history being there.

        Args:
            path_of: where a picture's file is.
            thumbnails_of: as `HistorySource.thumbnails`.
            spawn: starts a coroutine in an owned task set.
        """
        from cartoonmix_desktop.ui.command_table import Command
        from cartoonmix_desktop.ui.commands import Commands
        from cartoonmix_desktop.ui.context import Context
        from cartoonmix_desktop.ui.picture.pane import PicturePane
        from cartoonmix_desktop.ui.queue.panel import QueuePanel
        from cartoonmix_desktop.ui.recipe.inspirations import Inspirations
        from cartoonmix_desktop.ui.recipe.panel import RecipePanel
        from cartoonmix_desktop.ui.widgets.notice import Banner

        self.commands = Commands(self)
        self.banner = Banner()
        self.recipe = RecipePanel()
        self.inspirations = Inspirations(self)
        self.pane = PicturePane(path_of, thumbnails_of, spawn)
        self.pane.set_empty_widget(_welcome(self.inspirations))
        self.queue = QueuePanel()
        if (column_of_history := self.history.layout()) is not None:
            column_of_history.addWidget(self.queue)
        self._column.insertWidget(0, self.banner)  # in Tab's order, which ends with the history
        _put(self._outer, self._empty_recipe, self.recipe)
        _put(self._inner, self._empty_pane, self.pane)
        self._inner.splitterMoved.connect(self._note_sizes)
        self._menus.fill(self.commands)
        self._show_recipe = self.commands[Command.SHOW_RECIPE_PANEL]
        self._show_history = self.commands[Command.SHOW_HISTORY_PANEL]
        self._show_pictures = self.commands[Command.SHOW_PICTURES]
        self.context = Context(self.history, self.pane, self)
        self._bind()
        self.history.options_changed.connect(self._on_options_changed)
        self.recipe.inspirations_requested.connect(self.inspirations_requested)
        self._whole = True
        self._show_recipe.setChecked(self._layout_state.get("recipe") is not False)
        self._show_history.setChecked(self._layout_state.get("history") is not False)
        self._show_pictures.setChecked(self.history.shows_pictures)
        self.queue.unfolded = self._layout_state.get("queue") is not False
        self.pane.recipe_wanted = self._layout_state.get("recipe_of_picture") is True
        self._divide()
        self._note_height()

    def _bind(self) -> None:
        """Do what is the window's own to do; each part does its own."""
        from cartoonmix_desktop.ui.command_table import Command, Scope

        self._show_recipe.setChecked(True)
        self._show_history.setChecked(True)
        own: dict[Command, Callable[..., object]] = {
            Command.QUIT: self.close,
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
        self.recipe.bind(self.commands)
        self.pane.bind(self.commands)
        self.queue.view.bind(self.commands)
        for part, scope in ((self.history.view, Scope.LIST), (self.history.pictures, Scope.GRID)):
            self.commands.attend(part, scope, Scope.MARKABLE)

    # --- life ------------------------------------------------------------------------------------

    async def painted(self) -> None:
        """Wait until the window was first seen: heavy imports come after that."""
        await self._painted.wait()

    def come_forward(self) -> None:
        """Show over other windows, as far as the system lets a program do that."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def show_recipe(self) -> None:
        """Bring the recipe into sight and put the cursor into its prompt."""
        self._show_recipe.setChecked(True)
        self.recipe.focus_prompt()

    def show_queue(self) -> None:
        """Bring what waits into sight, and the keyboard into it."""
        self._show_history.setChecked(True)
        self.queue.focus_rows()

    @property
    def widget(self) -> QWidget:
        """The parent of dialogs."""
        return self

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
        self._note_sizes()
        self._previewing = previewing
        self._arrange()

    def state(self) -> dict[str, Any]:
        """How the window looks, as JSON values."""
        return {
            "geometry": bytes(self.saveGeometry().toBase64().data()).decode(),
            "outer": self._outer.sizes(),
            "inner": self._sizes,
            "recipe": not self.recipe.isHidden(),
            "history": not self.history.isHidden(),
            "queue": self.queue.unfolded,
            "recipe_of_picture": self.pane.recipe_wanted,
            "look": self.history.view_options.state(),
        }

    def showEvent(self, event: QShowEvent) -> None:
        """Divide the room, now that there is some."""
        super().showEvent(event)
        if self._sizes:
            self._divide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the person is done; the program ends once its work is safe."""
        self.closed.emit()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Note the first paint."""
        super().paintEvent(event)
        self._painted.set()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the history under the picture when there is no room beside it."""
        super().resizeEvent(event)
        if self._sizes:
            self._note_height()
            self._fold()

    # --- parts -----------------------------------------------------------------------------------

    def _restore_places(self) -> None:
        """Put the history where it was; what is not there yet keeps its place free."""
        self._sizes = {shape: list(sizes) for shape, sizes in _SHAPES.items()}
        inner = self._layout_state.get("inner")
        if isinstance(inner, dict):
            self._sizes |= {k: _sizes(v, self._sizes[k]) for k, v in inner.items() if k in _SHAPES}
        self._outer.setSizes(_sizes(self._layout_state.get("outer"), [_RECIPE, _ALL_ELSE]))
        options = self._layout_state.get("look")
        self.history.view_options.restore(options if isinstance(options, dict) else {})
        shown = self._layout_state.get("history") is not False
        self.history.setVisible(shown)
        self._empty_recipe.setVisible(self._layout_state.get("recipe") is not False)
        self._empty_pane.setVisible(not (shown and self.history.shows_pictures))
        self._note_height()

    def _note_height(self) -> None:
        """Leave a low window to what matters in it."""
        short = self.height() < _SHORT
        self.history.set_short(short)
        if self._whole:
            self.queue.set_short(short)

    def _shape(self) -> str:
        wide = self._inner.orientation() == Qt.Orientation.Horizontal
        return ("wide" if wide else "narrow") + "_grid" * self.history.shows_pictures

    def _wanted(self) -> Qt.Orientation:
        narrow = self.width() < _NARROW
        return Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal

    def _note_sizes(self) -> None:
        """Only what a person chose: a window that is made small squeezes the history first."""
        if self._sizes and not self.history.isHidden() and not self.pane.isHidden():
            self._sizes[self._shape()] = self._inner.sizes()

    def _fold(self) -> None:
        wanted = self._wanted()
        if self._inner.orientation() != wanted:
            self._inner.setOrientation(wanted)
            self._divide()

    def _arrange(self) -> None:
        """Give the grid of pictures all the room, unless one of them is shown beside it."""
        grid = self.history.shows_pictures
        self._show_pictures.setChecked(grid)
        self.pane.setVisible(not grid or self._previewing or self.history.isHidden())
        self._divide()

    def _divide(self) -> None:
        """Give picture and history their sizes; too large ones would squeeze both alike."""
        if not self.isVisible() or (layout := self.layout()) is None:
            return  # there is nothing to divide yet
        layout.activate()
        self._column.activate()
        picture, history = self._sizes[self._shape()]
        if picture == _ALL_ELSE:
            beside = self._inner.orientation() == Qt.Orientation.Horizontal
            room = self._inner.width() if beside else self._inner.height()
            if not beside:
                history = min(history, room // 3)
            picture = max(0, room - history)
        self._inner.setSizes([picture, history])

    def _on_options_changed(self) -> None:
        self._previewing = False
        self._arrange()

    def _on_show_history(self, shown: bool) -> None:
        self.history.setVisible(shown)
        self._arrange()

    def _on_show_pictures(self, pictures: bool) -> None:
        if pictures:
            self._show_history.setChecked(True)
        self.history.view_options.pictures = pictures

    def focus_search(self) -> None:
        """Bring the search field into sight, and the cursor into it."""
        self._show_history.setChecked(True)
        self.history.focus_search()


_SHAPES = {
    "wide": [_ALL_ELSE, 340],
    "narrow": [_ALL_ELSE, 300],
    "wide_grid": [_ALL_ELSE, 380],
    "narrow_grid": [_ALL_ELSE, 300],
}
"""The usual sizes of picture and history: side by side, or one above the other."""


def _welcome(inspirations: Inspirations) -> QWidget:
    """What stands where pictures will be, before there are any."""
    from cartoonmix_desktop.ui.widgets.text import label

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


def _put(splitter: QSplitter, empty: QWidget, part: QWidget) -> None:
    """Put a part into the place that was kept free for it."""
    splitter.replaceWidget(splitter.indexOf(empty), part)
    empty.deleteLater()


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    for part in parts:
        splitter.addWidget(part)
    return splitter


def _sizes(stored: Any, usual: list[int]) -> list[int]:
    """Stored splitter sizes if they are some, else the usual ones."""
    fits = isinstance(stored, list) and len(stored) == len(usual)
    if fits and all(isinstance(size, int) and 0 <= size < 100_000 for size in stored):
        return stored if any(stored) else usual
    return usual
