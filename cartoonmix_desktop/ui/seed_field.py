"""The seed: free text, a throw of the dice, a new one each time."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from cartoonmix_desktop.ui.buttons import icon_button
from cartoonmix_desktop.ui.controls import replace_text
from cartoonmix_desktop.ui.fields import Field
from cartoonmix_desktop.ui.text import tooltip
from cartoonmix_desktop.ui.theme import SPACE, font

if TYPE_CHECKING:
    from cartoonmix_desktop.core.inputs import Input


class SeedField(Field):
    """A seed. It always shows what is or was sent, also when it is new each time."""

    new_each_time_changed = Signal()

    def __init__(self, entry: Input, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self.edit = QLineEdit(str(entry.default))
        self.edit.setFont(font(tabular=True))
        self.edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.edit.textChanged.connect(self._on_edited)
        dice = icon_button("New seed", "dice", role="text")
        dice.clicked.connect(self.throw)
        self.new_each_time = QCheckBox("New each time")
        self.new_each_time.setAccessibleName("New seed each time")
        self.new_each_time.setToolTip(
            tooltip("Throw the dice at each Generate; the field shows the seed that was sent.")
        )
        self.new_each_time.toggled.connect(self.new_each_time_changed)
        # Room for the ten figures of a thrown seed.
        self.edit.setMinimumWidth(self.edit.fontMetrics().horizontalAdvance("0" * 10) + 22)
        self.in_row = True
        row = QGridLayout()
        row.setHorizontalSpacing(2 * SPACE)
        row.setVerticalSpacing(SPACE)
        row.setColumnStretch(1, 1)
        row.addWidget(self.caption, 0, 0)
        row.addWidget(self.edit, 0, 1)
        row.addWidget(dice, 0, 2)
        below = QHBoxLayout()
        below.setContentsMargins(-5, 0, 0, 0)  # its box, not its focus ring, lines up with the text
        below.addWidget(self.new_each_time)
        row.addLayout(below, 1, 1, 1, 2)
        self._column.addLayout(row)
        self._column.addWidget(self.notice)
        self._watch(self.edit)

    def raw(self) -> str:
        """What is entered."""
        return self.edit.text()

    def set_raw(self, value: object) -> None:
        """Enter a seed."""
        replace_text(self.edit, str(value))

    def throw(self) -> None:
        """Enter a random seed of 32 bits."""
        self.set_raw(secrets.randbits(32))
