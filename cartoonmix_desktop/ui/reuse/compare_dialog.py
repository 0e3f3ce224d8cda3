"""Two recipes beside each other: the inputs that differ, and of texts the words that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.difference import Change, difference, differing
from cartoonmix_desktop.core.recipe.inputs import Input, Kind
from cartoonmix_desktop.ui.reuse.recipe_view import plain_text
from cartoonmix_desktop.ui.reuse.task_link import TaskLink
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.dialogs import rule
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording.recipe import reuse as words
from cartoonmix_desktop.wording.recipe.facts import difference_words, value_words
from cartoonmix_desktop.wording.recipe.inputs import label_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QShowEvent

    from cartoonmix_desktop.core.recipe.difference import Part
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.widgets.controls import GrowingText
    from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails

_SIZE = (720, 640)  # at most
_LOWEST = 220
_FOOT = 64  # with the button
_AROUND = 48  # of the window behind that stays in sight
_SCROLL_BAR = 10
_BETWEEN = "\N{THIN SPACE}"  # what was and what is instead are told apart without colours


class Side(Struct, frozen=True):
    """One of two recipes.

    Attributes:
        values: wire name to value.
        summary: when it was made, or that it is in the form.
        task: whose recipe it is; None for the form's.
    """

    values: Mapping[str, object]
    summary: str
    task: Task | None = None


class CompareDialog(QDialog):
    """Shows what leads from the first recipe to the second; it deletes itself when closed."""

    task_requested = Signal(int)
    """Go to a task."""

    def __init__(
        self, first: Side, second: Side, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.COMPARE_TITLE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._texts: list[tuple[GrowingText, tuple[Part, ...]]] = []
        names = differing(first.values, second.values)
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * SPACE)
        grid.setVerticalSpacing(2 * SPACE)
        grid.setColumnMinimumWidth(0, 92)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for column, side in ((1, first), (2, second)):
            self._add_head(grid, column, side, thumbnails)
        inside = QWidget()
        content = QVBoxLayout(inside)
        content.setContentsMargins(6 * SPACE, 4 * SPACE, 5 * SPACE, 4 * SPACE)
        content.setSpacing(3 * SPACE)
        content.addLayout(grid)
        texts = QVBoxLayout()
        texts.setSpacing(2 * SPACE)
        for name in names:
            entry = next((each for each in CARTOONMIX if each.name == name), None)
            values = first.values.get(name), second.values.get(name)
            if entry is not None and entry.kind is Kind.LONG_TEXT:
                self._add_text(texts, entry, *(str(value or "") for value in values))
            else:
                _add_values(grid, entry, name, values)
        if not names:
            content.addWidget(label(words.BOTH_THE_SAME, size=15))
        if self._texts:
            content.addWidget(rule())
            content.addLayout(texts)
            content.addWidget(label(words.LEGEND, role="muted", size=11, wrap=True))
        same = [e for e in CARTOONMIX if e.name not in names and e.name in first.values]
        if names and same:
            content.addWidget(label(words.same_in_both(same), role="muted", size=11, wrap=True))
        content.addStretch()
        self._content = content
        self._lay_out(inside)
        Theme.current().changed.connect(self._tint)
        self._tint()
        self._room = parent.size() if parent is not None else self.maximumSize()
        self.resize(min(_SIZE[0], self._room.width() - _AROUND), _SIZE[1])

    def showEvent(self, event: QShowEvent) -> None:
        """Only now do the texts know how high they are, and nobody has seen the dialog yet."""
        super().showEvent(event)
        if event.spontaneous():  # it was only minimised
            return
        self._content.activate()
        wanted = self._content.totalHeightForWidth(self.width() - _SCROLL_BAR) + _FOOT
        most = min(_SIZE[1], self._room.height() - _AROUND)
        self.resize(self.width(), max(_LOWEST, min(wanted, most)))

    def _lay_out(self, inside: QWidget) -> None:
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        close = button(common.CLOSE)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(6 * SPACE, 3 * SPACE, 6 * SPACE, 3 * SPACE)
        foot.addStretch()
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(rule())
        whole.addLayout(foot)

    def _add_head(self, grid: QGridLayout, column: int, side: Side, thumbnails: Thumbnails) -> None:
        link = TaskLink(thumbnails)
        if side.task is not None:
            link.show_task(side.task)
            link.task_requested.connect(self._on_task_requested)
        else:
            link.show_side(words.THE_FORM, "panel-left")
        summary = label(side.summary, role="muted", size=11)
        summary.setContentsMargins(SPACE, 0, 0, 0)
        grid.addWidget(link, 0, column)
        grid.addWidget(summary, 1, column)

    def _add_text(self, column: QVBoxLayout, entry: Input, before: str, after: str) -> None:
        parts = difference(before, after)
        text = plain_text(words.what_differs(entry), (1, 200))
        text.setAccessibleDescription(difference_words(parts))
        self._texts.append((text, parts))
        column.addWidget(label(label_of(entry), role="muted", size=11))
        column.addWidget(text)

    def _tint(self) -> None:
        """Write the texts in the colours of the theme; lines through and under say the same."""
        for text, parts in self._texts:
            text.clear()
            cursor = QTextCursor(text.document())
            before = Change.SAME
            for part in parts:
                if (before, part.kind) == (Change.REMOVED, Change.ADDED):
                    cursor.insertText(_BETWEEN, _format(Change.SAME))
                cursor.insertText(part.text, _format(part.kind))
                before = part.kind

    def _on_task_requested(self, task_id: int) -> None:
        self.accept()
        self.task_requested.emit(task_id)


def _add_values(
    grid: QGridLayout, entry: Input | None, name: str, values: tuple[object, object]
) -> None:
    row = grid.rowCount()
    title = label_of(entry) if entry is not None else name
    grid.addWidget(label(title, role="muted", size=11), row, 0, Qt.AlignmentFlag.AlignTop)
    for column, value in enumerate(values, 1):
        said = value_words(entry, value)
        shown = label(said, wrap=True, selectable=True)
        shown.setFont(font(13, medium=column == 2))
        shown.setAccessibleName(words.value_of(title, said, first=column == 1))
        shown.setContentsMargins(SPACE, 0, 0, 0)
        grid.addWidget(shown, row, column)


def _format(kind: Change) -> QTextCharFormat:
    made = QTextCharFormat()
    theme = Theme.current()
    if kind is Change.SAME:
        made.setForeground(theme.color("text"))
    elif kind is Change.REMOVED:
        made.setForeground(theme.color("bad"))
        made.setFontStrikeOut(True)
    else:
        made.setForeground(theme.color("good"))
        made.setFontUnderline(True)
        made.setFontWeight(QFont.Weight.DemiBold)
    return made
