"""What the fields of the form have in common: caption with reset, words beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.icons import Drawing
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, set_style
from cartoonmix_desktop.wording.recipe import form as words
from cartoonmix_desktop.wording.recipe.inputs import label_of

if TYPE_CHECKING:
    from cartoonmix_desktop.core.recipe.inputs import Input


class Caption(QWidget):
    """A field's label and, only while the value is not the default, its reset button."""

    reset_requested = Signal()

    def __init__(self, entry: Input, *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = 0
        self.label = label(
            label_of(entry), role="muted" if small else "text", size=11 if small else 13
        )
        self.reset = icon_button(words.reset(entry), "reset")
        shown = str(entry.default)
        if len(shown) <= 40:  # a whole default prompt would be a wall of words
            self.reset.setToolTip(tooltip(words.reset_to(entry, shown)))
        self.reset.setFixedSize(22, 22)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes and goes
        self.reset.setSizePolicy(policy)
        self.reset.hide()
        self.reset.clicked.connect(self.reset_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        row.addWidget(self.label)
        row.addWidget(self.reset)
        row.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_column(self, width: int) -> None:
        """Line up what follows with other captions, while there is room."""
        self._column = width
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The column's width, or more where the label needs it."""
        natural = super().sizeHint()
        return QSize(max(self._column, natural.width()), natural.height())


class Notice(QWidget):
    """Words beneath a field: what is wrong, with an icon, or soft advice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = Drawing("error", "bad")
        self._words = label(role="muted", size=11, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(SPACE + 2)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self._is_error = False
        self.hide()

    @property
    def text(self) -> str:
        """The words, empty while there are none."""
        return self._words.text()

    @property
    def is_error(self) -> bool:
        """Whether the words say that something is wrong."""
        return self._is_error and bool(self.text)

    def say(self, text: str, *, error: bool = False) -> None:
        """Show words, or nothing for an empty text."""
        self._is_error = error
        self._words.setText(text)
        set_style(self._words, "role", "bad" if error else "muted")
        self._mark.setVisible(error)
        self.setVisible(bool(text))
