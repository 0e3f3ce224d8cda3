"""The buttons beside the filmstrip: other pictures, zoom, and what to do with this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.command_table import TABLE
from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import picture as words
from cartoonmix_desktop.wording.formats import percent

if TYPE_CHECKING:
    from cartoonmix_desktop.ui.commands import Commands

_WALK = (Command.PREVIOUS_PICTURE, Command.NEXT_PICTURE)
_PICTURE = (
    *(Command.FIT, Command.ACTUAL_SIZE),
    *(Command.COPY_PICTURE, Command.SAVE_PICTURE, Command.SHOW_IN_FOLDER),
)
_FIGURE = 52  # width of the zoom figure


class PictureTools(QWidget):
    """A row of quiet buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure = label(role="muted")
        self._figure.setFont(font(tabular=True))
        self._figure.setFixedWidth(_FIGURE)
        self._figure.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._figure.setAccessibleName(words.ZOOM)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self._buttons = {command: self._button(command) for command in (*_WALK, *_PICTURE)}
        row.insertWidget(row.indexOf(self._buttons[Command.COPY_PICTURE]), self._figure)

    def bind(self, commands: Commands) -> None:
        """Let the buttons do what they say."""
        for command, button in self._buttons.items():
            commands.follow(button, command)

    def _button(self, command: Command) -> QToolButton:
        made = icon_button(TABLE[command].words, TABLE[command].drawing, role="text")
        layout = self.layout()
        if layout is not None:
            layout.addWidget(made)
        return made

    def show_zoom(self, zoom: float) -> None:
        """Show how large a picture is.

        Args:
            zoom: screen pixels to one picture pixel.
        """
        self._figure.setText(percent(zoom * 100))

    def allow(self, *, picture: bool, walk: bool) -> None:
        """Say what can be done.

        Args:
            picture: there is one to zoom, copy and save.
            walk: there are several to go through.
        """
        for command in _PICTURE:
            self._buttons[command].setEnabled(picture)
        for command in _WALK:
            self._buttons[command].setVisible(walk)
        if not picture:
            self._figure.clear()
