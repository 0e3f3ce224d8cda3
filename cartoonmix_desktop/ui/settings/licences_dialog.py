"""What the program is made of: every part with its version, its licence and the licence's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import settings as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.licences import Part

_ROW = 26  # pixels, as in every list


class LicencesDialog(QDialog):
    """Show it with ``open()``; it deletes itself when closed.

    Args:
        parts: all parts, in the order of the list.
        parent: the window.
    """

    def __init__(self, parts: Sequence[Part], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.LICENCES)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 600)
        self.setMinimumSize(560, 360)
        self._parts = parts
        self._find = QLineEdit()
        self._find.setPlaceholderText(words.FIND_PART)
        self._find.setAccessibleName(words.FIND_PART)
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._on_find)
        self._list = QListWidget()
        self._list.setAccessibleName(words.PARTS)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        for part in parts:
            self._list.addItem(f"{part.name} {part.version}".strip())
            item = self._list.item(self._list.count() - 1)
            item.setSizeHint(QSize(0, _ROW))
            item.setToolTip(tooltip(f"{part.name} {part.version}\n{part.licence}"))
        self._list.currentRowChanged.connect(self._on_current)
        self._title = label(size=15, wrap=True, selectable=True)
        self._facts = label(role="muted", wrap=True, selectable=True)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setFont(font(11))  # their lines are broken for 80 columns
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(words.LICENCE_TEXT)
        close = button(common.CLOSE)
        close.clicked.connect(self.reject)
        self._arrange(close)
        self._list.setCurrentRow(0)
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self, close: QWidget) -> None:
        left = QVBoxLayout()
        left.setSpacing(2 * SPACE)
        left.addWidget(self._find)
        left.addWidget(self._list, 1)
        right = QVBoxLayout()
        right.setSpacing(SPACE)
        right.addWidget(self._title)
        right.addWidget(self._facts)
        right.addSpacing(SPACE)
        right.addWidget(self._text, 1)
        halves = QHBoxLayout()
        halves.setSpacing(4 * SPACE)
        halves.addLayout(left, 2)
        halves.addLayout(right, 5)
        last = QHBoxLayout()
        count = words.all_parts(len(self._parts))
        last.addWidget(label(count, role="muted", size=11), 1)
        last.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 3 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addLayout(halves, 1)
        column.addLayout(last)

    def _on_find(self, typed: str) -> None:
        wanted = typed.casefold().split()
        first = -1
        for row, part in enumerate(self._parts):
            told = f"{part.name} {part.version} {part.licence}".casefold()
            fits = all(word in told for word in wanted)
            self._list.setRowHidden(row, not fits)
            first = row if fits and first < 0 else first
        current = self._list.currentRow()
        if current < 0 or self._list.isRowHidden(current):
            self._list.setCurrentRow(first)

    def _on_current(self, row: int) -> None:
        if row < 0:
            self._title.setText(words.NO_SUCH_PART)
            self._facts.clear()
            self._text.clear()
            return
        part = self._parts[row]
        self._title.setText(f"{part.name} {part.version}".strip())
        self._facts.setText(" · ".join(fact for fact in (part.licence, part.homepage) if fact))
        self._text.setPlainText(part.text or words.NO_TEXT)
