"""Undo and Redo in the Edit menu: they name what they would undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from cartoonmix_desktop.wording.errors import one_line

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_LONGEST = 60  # characters of the words in the menu


class UndoActions(QObject):
    """Two menu entries for changes of the library.

    While a text field has the focus, their keys are the field's own: Qt asks it first.
    """

    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._undo, self._redo = QAction(window), QAction(window)
        self._undo.setShortcuts(QKeySequence.StandardKey.Undo)
        self._redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self._undo.triggered.connect(self._on_undo)
        self._redo.triggered.connect(self._on_redo)
        self.show_words("", "")

    @property
    def actions(self) -> list[QAction]:
        """Undo, then Redo."""
        return [self._undo, self._redo]

    def show_words(self, undo: str, redo: str) -> None:
        """Say what each would do; without words it is disabled."""
        for action, name, words in ((self._undo, "Undo", undo), (self._redo, "Redo", redo)):
            plain = one_line(words, _LONGEST).replace("&", "&&")
            action.setText(f"{name} {plain}".rstrip())
            action.setEnabled(bool(words))

    def _on_undo(self) -> None:
        self.undo_requested.emit()

    def _on_redo(self) -> None:
        self.redo_requested.emit()
