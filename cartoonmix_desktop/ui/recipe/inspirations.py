"""The published examples as cards: one click fills the recipe, after a look at what it changes."""

from __future__ import annotations

import json
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.ui.widgets.text import OneLine, elided, label
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording.recipe import form as words
from cartoonmix_desktop.wording.recipe.inputs import label_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QResizeEvent

    from cartoonmix_desktop.core.recipe.inputs import Value

_EXCERPT_LINES = 2
_TWO_COLUMNS = 480  # pixels of width from which cards stand side by side


class Inspiration(Struct, frozen=True):
    """A recipe to start from.

    Attributes:
        title: a few words of ours.
        values: wire name to value, as published; inputs that it does not name stay as they are.
    """

    title: str
    values: Mapping[str, Value]

    def changes(self, recipe: Mapping[str, object]) -> list[tuple[str, str, str]]:
        """What applying this would change: label, old and new value of each input that differs.

        Args:
            recipe: wire name to what is entered, even if it cannot be meant.
        """
        found = []
        for name, new in self.values.items():
            entry = CARTOONMIX[name]
            raw = recipe.get(name, entry.default)
            try:
                old: object = entry.parse(raw)
            except InputError:
                old = raw
            if old != new:
                found.append((label_of(entry), str(old), str(new)))
        return found


@cache
def published() -> tuple[Inspiration, ...]:
    """Those that ship, from ``resources/inspirations``."""
    records = json.loads(resource("inspirations/inspirations.json").read_text(encoding="utf-8"))
    return tuple(
        Inspiration(words.inspiration(record["title"]), MappingProxyType(record["values"]))
        for record in records
    )


class Card(QPushButton):
    """One inspiration. It tells when it is looked at, by pointer or by focus."""

    looked_at = Signal(object)

    def __init__(self, inspiration: Inspiration) -> None:
        super().__init__()
        self.inspiration = inspiration
        self._prompt = str(inspiration.values["prompt"])
        self.setProperty("card", True)  # noqa: FBT003  Qt's property value
        self.setAutoDefault(False)
        self.setAccessibleName(inspiration.title)
        self.setAccessibleDescription(self._prompt)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        title = label(inspiration.title)
        title.setFont(font(medium=True))
        self._excerpt = label(role="muted", size=11, wrap=True)
        self._excerpt.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        lines = self._excerpt.fontMetrics().lineSpacing() * _EXCERPT_LINES
        self._excerpt.setFixedHeight(lines + 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        for part in (title, self._excerpt):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(part)

    def sizeHint(self) -> QSize:
        """As its words need, where a button would measure only its own text."""
        inner = self.layout()
        return QSize(220, inner.sizeHint().height() if inner else 0)

    def minimumSizeHint(self) -> QSize:
        """It may be narrow."""
        return QSize(160, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the excerpt."""
        super().resizeEvent(event)
        width = self.width() - 6 * SPACE
        # Lines break at words, so that a little of each is lost.
        room = width + (_EXCERPT_LINES - 1) * int(width * 0.8)
        self._excerpt.setText(elided(self._prompt, self._excerpt.fontMetrics(), room))

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is on it."""
        super().enterEvent(event)
        self.looked_at.emit(self.inspiration)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus is on it."""
        super().focusInEvent(event)
        self.looked_at.emit(self.inspiration)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses it, as Space does."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.click()
            return
        super().keyPressEvent(event)


class Changes(QFrame):
    """What the card that is looked at would change. Its height is always the same."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._recipe: Mapping[str, object] = CARTOONMIX.defaults()
        self._shown: Inspiration | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * SPACE)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self._cells = [
            (
                label(role="muted", size=11),
                OneLine(role="muted", size=11),
                label(role="muted", size=11),
                OneLine(size=11),
            )
            for _ in range(rows)
        ]
        self._note = label(role="muted", size=11)
        self._grid.addWidget(self._note, 0, 0, 1, 4)
        for row, cells in enumerate(self._cells, 1):
            for column, cell in enumerate(cells):
                self._grid.addWidget(cell, row, column)
        line = self._note.sizeHint().height()
        self.setFixedHeight((rows + 1) * line + rows * 2)
        self._grid.setRowStretch(rows + 1, 1)
        self._show()

    def set_recipe(self, recipe: Mapping[str, object]) -> None:
        """Compare with this from now on."""
        self._recipe = dict(recipe)
        self._show()

    def show_for(self, inspiration: Inspiration) -> None:
        """Show what this one would change."""
        self._shown = inspiration
        self._show()

    def words(self) -> list[tuple[str, str, str]]:
        """What is shown: label, old and new value."""
        return [] if self._shown is None else self._shown.changes(self._recipe)

    def _show(self) -> None:
        changes = self.words()
        if self._shown is None:
            note = words.POINT_AT_ONE
        elif changes:
            note = words.changes(self._shown.title)
        else:
            note = words.no_change(self._shown.title)
        self._note.setText(note)
        for cells, change in zip(
            self._cells, changes + [("", "", "")] * len(self._cells), strict=False
        ):
            name, old, arrow, new = cells
            name.setText(change[0])
            old.set_text(change[1] or (words.NOTHING if change[0] else ""))
            arrow.setText("→" if change[0] else "")
            new.set_text(change[2] or (words.NOTHING if change[0] else ""))


class Inspirations(QWidget):
    """The cards, in one or two columns, and what the one looked at would change."""

    chosen = Signal(object)
    """Wire name to value, for `RecipePanel.set_raw`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = [Card(inspiration) for inspiration in published()]
        most = max((len(card.inspiration.values) for card in self._cards), default=0)
        self._changes = Changes(most)
        self._grid = QGridLayout()
        self._grid.setSpacing(2 * SPACE)
        self._columns = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * SPACE)
        column.addLayout(self._grid)
        column.addWidget(self._changes)
        for card in self._cards:
            card.looked_at.connect(self._changes.show_for)
            card.clicked.connect(self._on_clicked)
        self._arrange(2)

    def set_recipe(self, recipe: Mapping[str, object]) -> None:
        """Say what the recipe is now, so that the preview compares with it."""
        self._changes.set_recipe(recipe)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= _TWO_COLUMNS else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for index, card in enumerate(self._cards):
            self._grid.addWidget(card, index // columns, index % columns)
        self._grid.setColumnStretch(1, columns - 1)
        self._grid.setColumnStretch(0, 1)

    def _on_clicked(self) -> None:
        card = self.sender()
        if isinstance(card, Card):
            self.chosen.emit(dict(card.inspiration.values))


class InspirationsDialog(QDialog):
    """The cards over the window; show it with ``open()``. It deletes itself when closed.

    Args:
        recipe: what is entered now.
        parent: the window.
    """

    chosen = Signal(object)
    """Wire name to value, for `RecipePanel.set_raw`."""

    def __init__(self, recipe: Mapping[str, object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.INSPIRATIONS)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(360)
        self.resize(640, 0)
        self._cards = Inspirations()
        self._cards.set_recipe(recipe)
        self._cards.chosen.connect(self._on_chosen)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setText(common.CLOSE)
        close.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 3 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addWidget(label(words.INSPIRATIONS_TITLE, size=15))
        column.addWidget(label(words.INSPIRATIONS_HELP, role="muted", wrap=True))
        column.addWidget(self._cards)
        column.addStretch()
        column.addWidget(buttons)

    def _on_chosen(self, values: object) -> None:
        self.chosen.emit(values)
        self.accept()
