"""The seed: free text, a lock that keeps it, a throw of the dice."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from cartoonmix_desktop.ui.recipe.fields import Field
from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.controls import replace_text
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording.recipe import form as words

if TYPE_CHECKING:
    from cartoonmix_desktop.core.recipe.inputs import Input


class SeedField(Field):
    """A seed. It always shows what is or was sent, also when it is new each time.

    Attributes:
        edit: its text.
        new_each_time: the lock; checked while it is open. A seed that is entered, not thrown,
            closes it.
    """

    new_each_time_changed = Signal()

    def __init__(self, entry: Input, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self._thrown = False
        self.edit = QLineEdit(str(entry.default))
        self.edit.setFont(font(tabular=True))
        self.edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.edit.textChanged.connect(self._on_text_changed)
        dice = icon_button(words.NEW_SEED, "dice", role="text")
        dice.clicked.connect(self.throw)
        self.new_each_time = icon_button(words.NEW_SEED_EACH_TIME, "lock", role="text")
        self.new_each_time.setCheckable(True)
        self.new_each_time.setProperty("plain", "true")  # the drawing tells, not the ground
        self.new_each_time.toggled.connect(self._show_lock)
        self.new_each_time.toggled.connect(self.new_each_time_changed)
        self._show_lock()
        # Room for the ten figures of a thrown seed.
        self.edit.setMinimumWidth(self.edit.fontMetrics().horizontalAdvance("0" * 10) + 22)
        self.in_row = True
        row = QGridLayout()
        row.setHorizontalSpacing(2 * SPACE)
        row.setColumnStretch(1, 1)
        for column, part in enumerate((self.caption, self.edit, self.new_each_time, dice)):
            row.addWidget(part, 0, column)
        self._column.addLayout(row)
        self._column.addWidget(self.notice)
        self._watch(self.edit)

    def raw(self) -> str:
        """What is entered."""
        return self.edit.text()

    def set_raw(self, value: object) -> None:
        """Enter a seed, and keep it: who enters one means it."""
        self.new_each_time.setChecked(False)
        replace_text(self.edit, str(value))

    def throw(self) -> None:
        """Enter a random seed of 32 bits; the lock stays as it is."""
        self._thrown = True
        replace_text(self.edit, str(secrets.randbits(32)))
        self._thrown = False

    def _on_text_changed(self) -> None:
        if not self._thrown:
            self.new_each_time.setChecked(False)
        self._on_edited()

    def _show_lock(self) -> None:
        new = self.new_each_time.isChecked()
        self.new_each_time.setIcon(icon("lock-open" if new else "lock", "muted" if new else "text"))
        self.new_each_time.setToolTip(tooltip(words.SEED_IS_NEW if new else words.SEED_IS_KEPT))
