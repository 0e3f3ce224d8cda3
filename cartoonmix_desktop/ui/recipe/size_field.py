"""Width and height together: presets, the person's own among them, swap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.ui.recipe.fields import Field, NumberField
from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording.recipe import form as words

if TYPE_CHECKING:
    from cartoonmix_desktop.core.recipe.inputs import Input

QUICK = (("square", 512, 512), ("portrait", 512, 768), ("landscape", 768, 512))
"""Presets with a button of their own: shape (a drawing), width and height in pixels."""

MORE = (
    ("square", 640, 640),
    ("square", 768, 768),
    ("portrait", 448, 640),
    ("portrait", 576, 768),
    ("portrait", 576, 1024),
    ("landscape", 640, 448),
    ("landscape", 768, 576),
    ("landscape", 1024, 576),
)
"""Presets in the menu. All sides are multiples of 64 and near what the model was trained on."""


class SizeField(QWidget):
    """The fields of width and height, and the ways to set both at once."""

    edited = Signal()

    def __init__(self, width: Input, height: Input, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width = NumberField(width, stacked=True)
        self._height = NumberField(height, stacked=True)
        self._presets = QActionGroup(self)
        # The size may also be none of them.
        self._presets.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        self._presets.triggered.connect(self._on_preset)
        self._own: list[QAction] = []
        self._menu = QMenu(self)
        self._add_or_remove = QAction(self)
        self._add_or_remove.triggered.connect(self._on_own)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(self._preset_row())
        column.addLayout(self._side_row())
        for field in self.fields():
            column.addWidget(field.notice)
            field.edited.connect(self._on_edited)
        self._on_edited()

    def fields(self) -> tuple[Field, Field]:
        """Width and height."""
        return self._width, self._height

    def set_size(self, width: object, height: object) -> None:
        """Enter both sides."""
        self._width.set_raw(width)
        self._height.set_raw(height)

    def swap(self) -> None:
        """Turn the picture on its side."""
        self.set_size(self._height.raw(), self._width.raw())

    @property
    def own(self) -> list[list[int]]:
        """The presets that the person added, as JSON knows them: width and height in pixels."""
        return [list(action.data()) for action in self._own]

    def restore_own(self, stored: object) -> None:
        """Take what `own` gave, from a file, so that it may be anything."""
        for pair in stored if isinstance(stored, list) else ():
            if isinstance(pair, list) and len(pair) == 2:
                self._add_own(self._meant(*pair))
        self._on_edited()

    def _meant(self, width: object, height: object) -> tuple[int, int] | None:
        try:
            wide, high = self._width.entry.parse(width), self._height.entry.parse(height)
        except InputError:
            return None
        return (wide, high) if isinstance(wide, int) and isinstance(high, int) else None

    def _entered(self) -> tuple[int, int] | None:
        return self._meant(self._width.raw(), self._height.raw())

    def _known(self, size: tuple[int, int] | None) -> QAction | None:
        return next((each for each in self._presets.actions() if each.data() == size), None)

    def _add_own(self, size: tuple[int, int] | None) -> None:
        if size is None or self._known(size):
            return
        width, height = size
        shape = "square" if width == height else "portrait" if width < height else "landscape"
        action = self._preset(shape, width, height)
        self._own.append(action)
        self._menu.insertAction(self._end_of_own, action)

    def _on_own(self) -> None:
        """Add the size that is entered, or remove it if it is the person's own."""
        size = self._entered()
        known = self._known(size)
        if known in self._own:
            self._own.remove(known)
            self._presets.removeAction(known)
            self._menu.removeAction(known)
            known.deleteLater()
        else:
            self._add_own(size)
        self._on_edited()

    def _preset(self, shape: str, width: int, height: int) -> QAction:
        action = QAction(icon(shape), words.shape(shape, width, height), self._presets)
        action.setData((width, height))
        action.setCheckable(True)
        return action

    def _preset_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(label(words.SIZE))
        row.addStretch()
        for preset in QUICK:
            button = QToolButton()
            button.setProperty("quiet", True)  # noqa: FBT003  Qt's property value
            button.setDefaultAction(self._preset(*preset))
            button.setIconSize(QSize(16, 16))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        for preset in MORE:
            self._menu.addAction(self._preset(*preset))
        self._menu.addSeparator()
        self._end_of_own = self._menu.addSeparator()
        self._menu.addAction(self._add_or_remove)
        more = icon_button(words.MORE_SIZES, "chevron-down")
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(self._menu)
        row.addWidget(more)
        return row

    def _side_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        swap = icon_button(words.SWAP, "swap")
        swap.clicked.connect(self.swap)
        row.addWidget(self._width, 1)
        row.addWidget(swap, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._height, 1)
        return row

    def _on_preset(self, action: QAction) -> None:
        self.set_size(*action.data())
        self._on_edited()  # the action toggled itself, also when the size was this one already

    def _on_edited(self) -> None:
        size = self._entered()
        for action in self._presets.actions():
            action.setChecked(action.data() == size)
        known = self._known(size)
        self._add_or_remove.setText(words.REMOVE_SIZE if known in self._own else words.ADD_SIZE)
        self._add_or_remove.setEnabled(known in self._own if known else size is not None)
        # The same advice for both sides is said once.
        height = self._height.notice
        same = height.text == self._width.notice.text and not height.is_error
        height.setVisible(bool(height.text) and not same)
        self.edited.emit()
