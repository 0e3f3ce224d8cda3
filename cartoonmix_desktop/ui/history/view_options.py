"""How the history is looked at: as tasks or as pictures, in days or not, and how large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSlider, QToolButton, QWidget

from cartoonmix_desktop.ui.history.grid.geometry import LARGEST, SMALLEST, USUAL
from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.text import modifier, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import history as words

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP = 8  # pixels of a key


class ViewOptions(QWidget):
    """A switch between tasks and pictures, and what there is to choose for each.

    Attributes:
        pictures_side: the side of the switch that a key reaches as well.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = self._side(words.TASKS)
        self._tasks.setToolTip(tooltip(words.TASKS_HELP))
        self.pictures_side = self._side(words.PICTURES)
        sides = QButtonGroup(self)
        for side in (self._tasks, self.pictures_side):
            sides.addButton(side)
        self._tasks.setChecked(True)
        self._grouped = self._switch(words.GROUP_BY_DAY, "calendar")
        self._grouped.setChecked(True)
        self._fitted = self._switch(words.WHOLE_PICTURES, "fit")
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(SMALLEST, LARGEST)
        self._size.setSingleStep(_STEP)
        self._size.setPageStep(4 * _STEP)
        self._size.setValue(USUAL)
        self._size.setFixedWidth(24 * SPACE)
        self._size.setAccessibleName(words.SIZE)
        held = modifier(Qt.KeyboardModifier.ControlModifier)
        self._size.setToolTip(tooltip(words.SIZE_HELP.format(key=held)))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 0, 2 * SPACE, SPACE)
        row.setSpacing(0)
        row.addWidget(self._tasks)
        row.addWidget(self.pictures_side)
        row.addStretch(1)
        row.addWidget(self._size)
        row.addSpacing(SPACE)
        row.addWidget(self._fitted)
        row.addWidget(self._grouped)
        self._show_choice()
        sides.buttonClicked.connect(self._on_changed)
        self._grouped.toggled.connect(self._on_changed)
        self._fitted.toggled.connect(self._on_changed)
        self._size.valueChanged.connect(self._on_changed)

    @staticmethod
    def _side(name: str) -> QToolButton:
        made = icon_button(name, "square")
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        made.setText(name)
        made.setFont(font(11))
        made.setCheckable(True)
        return made

    @staticmethod
    def _switch(name: str, drawing: str) -> QToolButton:
        made = icon_button(name, drawing)
        made.setIconSize(QSize(16, 16))
        made.setCheckable(True)
        return made

    @property
    def pictures(self) -> bool:
        """Whether pictures are looked at, and not tasks."""
        return self.pictures_side.isChecked()

    @pictures.setter
    def pictures(self, pictures: bool) -> None:
        if pictures != self.pictures:
            (self.pictures_side if pictures else self._tasks).setChecked(True)
            self._on_changed()

    @property
    def grouped(self) -> bool:
        """Whether there are headings for days."""
        return self._grouped.isChecked()

    @property
    def fitted(self) -> bool:
        """Whether whole pictures are shown."""
        return self._fitted.isChecked()

    @property
    def edge(self) -> int:
        """Of a picture, in pixels."""
        return self._size.value()

    @edge.setter
    def edge(self, pixels: int) -> None:
        self._size.setValue(pixels)

    def state(self) -> dict[str, Any]:
        """What is chosen, as JSON values."""
        return {
            "pictures": self.pictures,
            "grouped": self.grouped,
            "fitted": self.fitted,
            "edge": self.edge,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Choose what `state` says; what it lacks is as usual."""
        self._grouped.setChecked(state.get("grouped") is not False)
        self._fitted.setChecked(state.get("fitted") is True)
        edge = state.get("edge")
        self.edge = edge if isinstance(edge, int) else USUAL
        self.pictures = state.get("pictures") is True

    def _on_changed(self) -> None:
        self._show_choice()
        self.changed.emit()

    def _show_choice(self) -> None:
        for part in (self._size, self._fitted):
            part.setVisible(self.pictures)
