"""The main window: recipe, picture, history side by side; menus; what it looked like last time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.banner import Banner
from cartoonmix_desktop.ui.history_panel import HistoryPanel
from cartoonmix_desktop.ui.inspirations import Inspirations
from cartoonmix_desktop.ui.mark_actions import MarkActions
from cartoonmix_desktop.ui.picture_pane import PicturePane
from cartoonmix_desktop.ui.queue_panel import QueuePanel
from cartoonmix_desktop.ui.recipe_panel import RecipePanel
from cartoonmix_desktop.ui.status_line import StatusLine
from cartoonmix_desktop.ui.text import label
from cartoonmix_desktop.ui.theme import SPACE
from cartoonmix_desktop.ui.trash_entries import TrashEntries
from cartoonmix_desktop.ui.undo_entries import UndoEntries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent

    from cartoonmix_desktop.core.task import Output
    from cartoonmix_desktop.ui.history_model import HistoryModel

_USUAL = QSize(1440, 900)
_SMALLEST = QSize(760, 560)
_FRAME = QSize(16, 48)  # what a window manager may add around
_READABLE = 760  # of words and cards where pictures will be
_SHORT = 700  # below this what waits is folded
_NARROW = 1100  # below this the history folds under the picture


class MainWindow(QMainWindow):
    """Parts and places; what they do is the controller's.

    Attributes:
        recipe: left.
        pane: the selected picture, in the middle.
        history: right, or below the picture in a narrow window.
        banner: above all, while there is something to say.
        queue: what waits, under the history.
        status: below all.
        inspirations: cards shown where pictures will be.
        undo: the two entries of the menu.
        marks: the entries for favourites, ratings, tags and the like.
        queue_menu: filled by who does what it says.
        recipe_menu: as ``queue_menu``.
        trash: those of the trash.
    """

    closed = Signal()
    generate_requested = Signal()
    open_library_requested = Signal()
    settings_requested = Signal()
    account_requested = Signal()
    inspirations_requested = Signal()
    about_requested = Signal()
    licences_requested = Signal()

    def __init__(
        self,
        model: HistoryModel,
        path_of: Callable[[Output], Path],
        thumbnails_of: Callable[[Sequence[Output]], Awaitable[list[bytes | None]]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        super().__init__()
        self.setWindowTitle("CartoonMix Desktop")
        self.setMinimumSize(_SMALLEST)
        self.setUnifiedTitleAndToolBarOnMac(True)
        self._painted = asyncio.Event()
        self.banner = Banner()
        self.recipe = RecipePanel(parent=self)
        self.inspirations = Inspirations(self)
        self.pane = PicturePane(path_of, thumbnails_of, spawn, self)
        self.pane.set_empty_widget(_welcome(self.inspirations))
        self.history = HistoryPanel(model, self)
        self.queue = QueuePanel()
        if (column_of_history := self.history.layout()) is not None:
            column_of_history.addWidget(self.queue)
        self.status = StatusLine()
        self.undo = UndoEntries(self)
        self.trash = TrashEntries(self, self.history, self.pane)
        self.marks = MarkActions(self)
        self._inner = _splitter(Qt.Orientation.Horizontal, self.pane, self.history)
        self._outer = _splitter(Qt.Orientation.Horizontal, self.recipe, self._inner)
        self._outer.setStretchFactor(1, 1)
        self._inner.setStretchFactor(0, 1)
        self._inner.splitterMoved.connect(self._note_sizes)
        self._sizes: dict[str, list[int]] = {}
        self._previewing = False
        central = QWidget(self)
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._outer, 1)
        column.addWidget(self.status)
        self.setCentralWidget(central)
        self._build_menus()
        self.recipe.inspirations_requested.connect(self.inspirations_requested)
        self.status.account_requested.connect(self.account_requested)

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
            "look": self.history.look.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Look as `state` says; what it lacks takes the usual look."""
        available = self.screen().availableGeometry().size() - _FRAME
        self.resize(_USUAL.boundedTo(available))
        geometry = state.get("geometry")
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self._sizes = {shape: list(sizes) for shape, sizes in _SHAPES.items()}
        inner = state.get("inner")
        if isinstance(inner, dict):
            self._sizes |= {k: _sizes(v, self._sizes[k]) for k, v in inner.items() if k in _SHAPES}
        self._outer.setSizes(_sizes(state.get("outer"), [320, 10_000]))
        look = state.get("look")
        self.history.look.restore(look if isinstance(look, dict) else {})
        self._inner.setOrientation(self._wanted())
        self._arrange()
        self._show_recipe.setChecked(state.get("recipe") is not False)
        self._show_history.setChecked(state.get("history") is not False)
        self.queue.unfolded = state.get("queue") is not False
        self.pane.recipe_wanted = state.get("recipe_of_picture") is True

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
        self.queue.set_short(self.height() < _SHORT)
        self.history.set_short(self.height() < _SHORT)
        if self._sizes:
            self._fold()

    # --- parts -----------------------------------------------------------------------------------

    def _shape(self) -> str:
        wide = self._inner.orientation() == Qt.Orientation.Horizontal
        return ("wide" if wide else "narrow") + "_grid" * self.history.looks_at_pictures

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
            self._inner.setSizes(self._sizes[self._shape()])

    def _arrange(self) -> None:
        """Give the grid of pictures all the room, unless one of them is shown beside it."""
        grid = self.history.looks_at_pictures
        self._show_pictures.setChecked(grid)
        self.pane.setVisible(not grid or self._previewing or self.history.isHidden())
        if self._sizes:
            self._inner.setSizes(self._sizes[self._shape()])

    def _on_look_changed(self) -> None:
        self._previewing = False
        self._arrange()

    def _on_show_pictures(self, pictures: bool) -> None:
        if pictures:
            self._show_history.setChecked(True)
        self.history.look.pictures = pictures

    def _build_menus(self) -> None:
        bar = self.menuBar()
        file = bar.addMenu("&File")
        generate = _action(self, "Generate", "Ctrl+Return", self.generate_requested)
        generate.setAutoRepeat(False)  # a key held down would go on spending
        generate.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        file.addAction(generate)
        file.addSeparator()
        save = _action(self, "Save picture as…", "Ctrl+S", self.pane.save_picture)
        folder = _action(self, "Show picture in folder", "Ctrl+Shift+S", self.pane.show_in_folder)
        file.addActions([save, folder])
        file.addAction(_action(self, "Open pictures folder", "", self.open_library_requested))
        file.addSeparator()
        self._exchange_end = file.addSeparator()
        self._file = file
        leave = _action(self, "Quit", "Ctrl+Q", self.close)
        leave.setMenuRole(QAction.MenuRole.QuitRole)
        file.addAction(leave)

        edit = bar.addMenu("&Edit")
        edit.addActions(self.undo.actions)
        edit.addSeparator()
        copy = _action(self, "Copy picture", "Ctrl+Shift+C", self.pane.copy_picture)
        words = _action(self, "Copy prompt of picture", "", self.pane.copy_prompt)
        edit.addActions([copy, words])
        edit.addSeparator()
        edit.addActions(self.trash.of_edit)
        edit.addSeparator()
        edit.addAction(_action(self, "Find in history", "Ctrl+F", self._find))
        edit.addSeparator()
        edit.addAction(_action(self, "Account…", "", self.account_requested))
        settings = _action(self, "Settings…", "Ctrl+,", self.settings_requested)
        settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        edit.addAction(settings)

        view = bar.addMenu("&View")
        self._show_recipe = _toggle(self, "Recipe panel", "Ctrl+1", self.recipe)
        self._show_history = _toggle(self, "History panel", "Ctrl+2", self.history)
        self._show_history.toggled.connect(self._arrange)
        self._show_pictures = QAction("Pictures in a grid", self, checkable=True)
        self._show_pictures.setShortcut(QKeySequence("Ctrl+3"))
        self._show_pictures.toggled.connect(self._on_show_pictures)
        self.history.look_changed.connect(self._on_look_changed)
        view.addActions([self._show_recipe, self._show_history, self._show_pictures])
        view.addSeparator()
        view.addAction(_action(self, "Previous picture", "Alt+Left", self.pane.previous_picture))
        view.addAction(_action(self, "Next picture", "Alt+Right", self.pane.next_picture))
        view.addSeparator()
        zoom = [
            _action(self, "Fit picture", "Ctrl+0", self.pane.fit),
            _action(self, "Actual size", "", self.pane.actual_size),
            _action(self, "Zoom in", "Ctrl++", self.pane.zoom_in),
            _action(self, "Zoom out", "Ctrl+-", self.pane.zoom_out),
        ]
        zoom[2].setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        view.addActions(zoom)
        view.addSeparator()
        view.addActions(self.trash.of_view)

        self.recipe_menu = bar.addMenu("&Recipe")
        opened = _action(self, "Open recipe…", "Ctrl+O", self.recipe.open_requested)
        kept = _action(self, "Save recipe as…", "", self.recipe.save_requested)
        prompt = _action(self, "Edit prompt", "Ctrl+L", self.show_recipe)
        inspired = _action(self, "Inspirations…", "Ctrl+I", self.inspirations_requested)
        reset = _action(self, "Reset recipe", "", self.recipe.reset)
        use = _action(self, "Use recipe of picture", "Ctrl+R", self.pane.use_recipe)
        self.recipe_menu.addActions([opened, kept])
        self.recipe_menu.addSeparator()
        self.recipe_menu.addActions([prompt, inspired, reset])
        self.recipe_menu.addSeparator()
        self.recipe_menu.addAction(use)

        self._of_picture = [save, folder, copy, *zoom]
        self._of_task = [words, use]
        self.pane.offer_changed.connect(self._on_offer_changed)
        self._on_offer_changed(task=False, picture=False)

        self.queue_menu = bar.addMenu("&Queue")

        marks = bar.addMenu("&Marks")
        marks.aboutToShow.connect(self._fill_marks)
        self._marks_menu = marks

        help_menu = bar.addMenu("&Help")
        help_menu.addAction(_action(self, "Licences…", "", self.licences_requested))
        about = _action(self, "About CartoonMix Desktop", "", self.about_requested)
        about.setMenuRole(QAction.MenuRole.AboutRole)
        help_menu.addAction(about)

    def _fill_marks(self) -> None:
        self._marks_menu.clear()
        self.marks.fill(self._marks_menu)

    def add_exchange(self, actions: Sequence[QAction]) -> None:
        """Offer ways in and out in the menu of files."""
        self._file.insertActions(self._exchange_end, list(actions))

    def _find(self) -> None:
        self._show_history.setChecked(True)
        self.history.focus_search()

    def _on_offer_changed(self, task: bool, picture: bool) -> None:
        """Offer in the menus what can be done."""
        for action in self._of_task:
            action.setEnabled(task)
        for action in self._of_picture:
            action.setEnabled(picture)


_SHAPES = {
    "wide": [10_000, 340],
    "narrow": [600, 300],
    "wide_grid": [10_000, 380],
    "narrow_grid": [600, 300],
}
"""The usual sizes of picture and history: side by side, or one above the other."""


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
    column.addWidget(label("Your pictures appear here", size=20))
    column.addWidget(
        label(
            "Write what you want to see and press Generate, or start from one of these.",
            role="muted",
            wrap=True,
        )
    )
    column.addSpacing(2 * SPACE)
    column.addWidget(inspirations)
    column.addStretch(2)
    return page


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


def _action(window: QMainWindow, text: str, shortcut: str, target: Any) -> QAction:
    """A menu entry; ``target`` is a signal without arguments or a bound method."""
    action = QAction(text, window)
    if shortcut:
        action.setShortcut(QKeySequence(shortcut))
    action.triggered.connect(lambda _checked=False: getattr(target, "emit", target)())
    return action


def _toggle(window: QMainWindow, text: str, shortcut: str, part: QWidget) -> QAction:
    action = QAction(text, window, checkable=True, checked=True)
    action.setShortcut(QKeySequence(shortcut))
    action.toggled.connect(part.setVisible)
    return action
