"""The history in its place, before all else is there; what its place is in a window of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.history.panel import HistoryPanel
from cartoonmix_desktop.ui.shell.status_bar import StatusBar

if TYPE_CHECKING:
    from cartoonmix_desktop.ui.history.list.model import HistoryModel
    from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow

_SHORT = 700  # below this what waits is folded
_NARROW = 1100  # below this the history folds under the picture
_RECIPE = 320  # the usual width
_ALL_ELSE = 10_000  # pixels of what has all the room that the other leaves


class FirstRooms(QObject):
    """What a person sees first in a window; the places of all else are kept free.

    Attributes:
        widget: the window.
        history: right, or below the picture in a narrow window.
        status: below all.
    """

    def __init__(self, window: EmptyWindow, model: HistoryModel) -> None:
        """Put the history into its place.

        Args:
            window: an empty window, perhaps shown.
            model: of the history; nothing of it need be read yet.
        """
        super().__init__(window)
        self.widget = window
        self.history = HistoryPanel(model, window)
        self.status = StatusBar()
        self._picture, self._recipe = QWidget(), QWidget()  # empty ones, until `put_rest`
        self._inner = _splitter(self._wanted(), self._picture, self.history)
        self._outer = _splitter(Qt.Orientation.Horizontal, self._recipe, self._inner)
        self._outer.setStretchFactor(1, 1)
        self._inner.setStretchFactor(0, 1)
        self._pages, rooms = QStackedWidget(window), QWidget()
        self._pages.addWidget(rooms)
        self._column = QVBoxLayout(rooms)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._outer, 1)
        self._column.addWidget(self.status)
        self._sizes = {shape: list(sizes) for shape, sizes in _SHAPES.items()}
        self._restore()
        window.setCentralWidget(self._pages)
        self._pages.show()
        self.divide()
        window.shown.connect(self.divide)
        window.resized.connect(self._on_resized)

    def _restore(self) -> None:
        """Put the history where it was; what is not there yet keeps its place free."""
        state = self.widget.layout_state
        inner = state.get("inner")
        if isinstance(inner, dict):
            self._sizes |= {k: _fit(v, self._sizes[k]) for k, v in inner.items() if k in _SHAPES}
        self._outer.setSizes(_fit(state.get("outer"), [_RECIPE, _ALL_ELSE]))
        options = state.get("look")
        self.history.view_options.restore(options if isinstance(options, dict) else {})
        shown = state.get("history") is not False
        self.history.setVisible(shown)
        self._recipe.setVisible(state.get("recipe") is not False)
        self._picture.setVisible(not (shown and self.history.shows_pictures))
        self.history.set_short(self.short)

    def put_rest(self, banner: QWidget, recipe: QWidget, picture: QWidget) -> None:
        """Put what comes later into the places that were kept free for it.

        Args:
            banner: above all; first in Tab's order, which ends with the history.
            recipe: left.
            picture: in the middle.
        """
        self._column.insertWidget(0, banner)
        _replace(self._outer, self._recipe, recipe)
        _replace(self._inner, self._picture, picture)
        self._picture, self._recipe = picture, recipe
        self._inner.splitterMoved.connect(self.note_sizes)

    def show_alone(self, alone: bool) -> None:
        """Give the picture all the room, or its place beside the rest."""
        if alone:
            self.note_sizes()
            self._pages.setCurrentIndex(self._pages.addWidget(self._picture))
        else:
            self._inner.insertWidget(0, self._picture)  # and so not a page any more
            self._pages.setCurrentIndex(0)

    # --- sizes -----------------------------------------------------------------------------------

    @property
    def short(self) -> bool:
        """Whether the window is so low that it is left to what matters in it."""
        return self.widget.height() < _SHORT

    @property
    def sizes(self) -> dict[str, Any]:
        """How the room is divided, as JSON values."""
        return {"outer": self._outer.sizes(), "inner": self._sizes}

    def note_sizes(self) -> None:
        """Only what a person chose: a window that is made small squeezes the history first."""
        if not self.history.isHidden() and not self._picture.isHidden():
            self._sizes[self._shape()] = self._inner.sizes()

    def divide(self) -> None:
        """Give picture and history their sizes; too large ones would squeeze both alike."""
        if not self.widget.isVisible() or (layout := self.widget.layout()) is None:
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

    def _shape(self) -> str:
        wide = self._inner.orientation() == Qt.Orientation.Horizontal
        return ("wide" if wide else "narrow") + "_grid" * self.history.shows_pictures

    def _wanted(self) -> Qt.Orientation:
        narrow = self.widget.width() < _NARROW
        return Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal

    def _on_resized(self) -> None:
        """Fold the history under the picture when there is no room beside it."""
        self.history.set_short(self.short)
        wanted = self._wanted()
        if self._inner.orientation() != wanted:
            self._inner.setOrientation(wanted)
            self.divide()


_SHAPES = {
    "wide": [_ALL_ELSE, 340],
    "narrow": [_ALL_ELSE, 300],
    "wide_grid": [_ALL_ELSE, 380],
    "narrow_grid": [_ALL_ELSE, 300],
}
"""The usual sizes of picture and history: side by side, or one above the other."""


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    for part in parts:
        splitter.addWidget(part)
    return splitter


def _replace(splitter: QSplitter, empty: QWidget, part: QWidget) -> None:
    splitter.replaceWidget(splitter.indexOf(empty), part)
    empty.deleteLater()


def _fit(stored: Any, usual: list[int]) -> list[int]:
    """Stored splitter sizes if they are some, else the usual ones."""
    fits = isinstance(stored, list) and len(stored) == len(usual)
    if fits and all(isinstance(size, int) and 0 <= size < 100_000 for size in stored):
        return stored if any(stored) else usual
    return usual
