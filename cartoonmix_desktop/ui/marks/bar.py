"""The marks of the shown picture, to see and to set; and the tags and the note of its task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cartoonmix_desktop.core.task.marks import MOST_STARS
from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import elided, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import marks as words

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Output, Task

_TAGS = 160  # pixels that the names of tags may take


class MarksBar(QWidget):
    """A row of small buttons; each says what is so by its drawing, and in words."""

    favourite_clicked = Signal()
    stars_clicked = Signal(int)
    """0 to 5."""
    reject_clicked = Signal()
    tags_clicked = Signal()
    note_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rating = 0
        self._heart = self._button(words.FAVOURITE, "heart")
        self._heart.clicked.connect(self.favourite_clicked)
        self._stars = [
            self._button(words.rate(number), "star") for number in range(1, MOST_STARS + 1)
        ]
        for number, star in enumerate(self._stars, 1):
            star.setProperty("stars", number)
            star.clicked.connect(self._on_star_clicked)
        self._reject = self._button(words.REJECT, "reject")
        self._reject.clicked.connect(self.reject_clicked)
        self._tags = self._button(words.TAGS_KEY, "tag")
        self._tags.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._tags.setFont(font(11))
        self._tags.clicked.connect(self.tags_clicked)
        self._note = self._button(words.NOTE_KEY, "note")
        self._note.clicked.connect(self.note_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addStretch(1)
        row.addWidget(self._tags)
        row.addWidget(self._note)
        row.addSpacing(2 * SPACE)
        row.addWidget(self._heart)
        for star in self._stars:
            row.addWidget(star)
        row.addWidget(self._reject)

    @staticmethod
    def _button(name: str, drawing: str) -> QToolButton:
        made = icon_button(name, drawing)
        made.setIconSize(QSize(14, 14))
        return made

    def show_marks(self, task: Task | None, output: Output | None) -> None:
        """Show the marks of a picture and its task; what there is not cannot be marked."""
        for button in (self._heart, self._reject, *self._stars):
            button.setVisible(output is not None)
        if output is not None:
            self._rating = output.rating
            _draw(self._heart, "heart-full" if output.favourite else "heart", on=output.favourite)
            _draw(self._reject, "reject", on=output.rejected)
            for number, star in enumerate(self._stars, 1):
                on = number <= output.rating
                _draw(star, "star-full" if on else "star", on=on)
        if task is not None:
            tags = " · ".join(task.tags)
            self._tags.setText(elided(tags, self._tags.fontMetrics(), _TAGS))
            self._tags.setToolTip(tooltip(f"{words.TAGS_KEY}\n{tags}".rstrip()))
            self._tags.setAccessibleDescription(tags)
            _draw(self._note, "note", on=bool(task.note))
            self._note.setToolTip(tooltip(f"{words.NOTE_KEY}\n{task.note}".rstrip()))
            self._note.setAccessibleDescription(task.note)

    def _on_star_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            stars = int(sender.property("stars"))
            # The star that is the rating takes it away: a second click undoes the first.
            self.stars_clicked.emit(0 if stars == self._rating else stars)


def _draw(button: QToolButton, drawing: str, *, on: bool) -> None:
    button.setIcon(icon(drawing, "text" if on else "muted"))
    button.setAccessibleDescription(words.ON if on else words.OFF)
