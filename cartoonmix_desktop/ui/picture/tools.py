"""The buttons beside the filmstrip: other pictures, zoom, and what to do with this one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import picture as words
from cartoonmix_desktop.wording.formats import percent

_FIGURE = 52  # width of the zoom figure


class PictureTools(QWidget):
    """A row of quiet buttons."""

    previous_clicked = Signal()
    next_clicked = Signal()
    fit_clicked = Signal()
    actual_size_clicked = Signal()
    copy_clicked = Signal()
    save_clicked = Signal()
    folder_clicked = Signal()

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
        self._walk = [
            self._button(words.PREVIOUS, "previous", self.previous_clicked),
            self._button(words.NEXT, "next", self.next_clicked),
        ]
        self._deeds = [
            self._button(words.FIT, "fit", self.fit_clicked),
            self._button(words.ACTUAL_SIZE, "actual-size", self.actual_size_clicked),
        ]
        row.addWidget(self._figure)
        self._deeds += [
            self._button(words.COPY, "copy", self.copy_clicked),
            self._button(words.SAVE_AS, "download", self.save_clicked),
            self._button(words.SHOW_IN_FOLDER, "folder", self.folder_clicked),
        ]

    def _button(self, name: str, drawing: str, clicked: SignalInstance) -> QToolButton:
        made = icon_button(name, drawing, role="text")
        made.clicked.connect(clicked)
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
        for button in self._deeds:
            button.setEnabled(picture)
        for button in self._walk:
            button.setVisible(walk)
        if not picture:
            self._figure.clear()
