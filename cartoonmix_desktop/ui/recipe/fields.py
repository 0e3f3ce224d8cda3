"""One field of the form for each kind of input: caption, control, reset, and words beneath."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.recipe.inputs import Kind
from cartoonmix_desktop.core.recipe.limits import ANY
from cartoonmix_desktop.ui.recipe.field_parts import Caption, Notice
from cartoonmix_desktop.ui.recipe.prompt.edit import PromptEdit
from cartoonmix_desktop.ui.widgets.controls import (
    DropDown,
    NumberBox,
    Slider,
    replace_text,
    text_of,
)
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, set_style
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.recipe import form as words
from cartoonmix_desktop.wording.recipe.inputs import advice_of, help_of
from cartoonmix_desktop.wording.recipe.prompt import notes_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.recipe.inputs import Input, Value
    from cartoonmix_desktop.core.recipe.limits import Limits


class Field(QWidget):
    """An input of the model on the form.

    A subclass makes its control, arranges it with `caption` and `notice`, and calls `_watch`.

    Attributes:
        entry: the input.
        caption: its label and reset button.
        notice: the words beneath.
        in_row: the caption stands left of the control; see `line_up`.
    """

    edited = Signal()

    def __init__(self, entry: Input, parent: QWidget | None = None, *, small: bool = False) -> None:
        super().__init__(parent)
        self.entry = entry
        self.in_row = False
        self._limits = ANY
        self.caption = Caption(entry, small=small)
        self.caption.reset_requested.connect(self._on_reset)
        self.notice = Notice()
        self._control: QWidget = self
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE // 2)

    @abstractmethod
    def raw(self) -> str:
        """What is entered, even if it cannot be meant."""

    @abstractmethod
    def set_raw(self, value: object) -> None:
        """Enter a value; where the control is a text, Undo brings the old one back."""

    @property
    def control(self) -> QWidget:
        """What takes the focus and carries the accessible name."""
        return self._control

    def check(self) -> InputError | None:
        """What is wrong with what is entered; shown beneath."""
        try:
            self.entry.parse(self.raw())
        except InputError as error:
            self.show_error(describe(error).title)
            return error
        return None

    def show_error(self, said: str) -> None:
        """Mark the field until it is edited."""
        self.notice.say(said, error=True)
        set_style(self._control, "invalid", True)  # noqa: FBT003  Qt's property value
        self._control.setAccessibleDescription(f"{said} {help_of(self.entry)}")

    def refresh(self) -> None:
        """Bring advice and the reset button in line with the value; errors are cleared."""
        try:
            value = self.entry.parse(self.raw())
        except InputError:
            self.notice.say("")
            changed = True
        else:
            self.notice.say(self._advice(value))
            changed = value != self.entry.default
        self.caption.reset.setVisible(changed)
        set_style(self._control, "invalid", False)  # noqa: FBT003  Qt's property value
        self._control.setAccessibleDescription(help_of(self.entry))

    def _advice(self, value: Value) -> str:
        """Soft words on a value that can be meant."""
        return advice_of(self.entry, value, self._limits)

    def set_limits(self, limits: Limits) -> None:
        """Advise by what the server says of the input, too."""
        if limits != self._limits:
            self._limits = limits
            if not self.notice.is_error:
                self.refresh()

    def _watch(self, control: QWidget) -> None:
        self._control = control
        help_text = tooltip(words.wire_name(self.entry, help_of(self.entry)))
        control.setAccessibleName(self.entry.label)
        control.setToolTip(help_text)
        self.caption.label.setToolTip(help_text)
        self.caption.label.setBuddy(control)
        self.refresh()

    def _on_edited(self) -> None:
        self.refresh()
        self.edited.emit()

    def _on_reset(self) -> None:
        self.set_raw(self.entry.default)
        self._control.setFocus(Qt.FocusReason.OtherFocusReason)  # its button is about to hide


class LongTextField(Field):
    """A prompt, of several lines.

    Args:
        entry: the input.
        lines: how many are shown at least and at most.
        buttons: put at the right end of the caption's row.
        parent: the owner.
    """

    def __init__(
        self,
        entry: Input,
        lines: tuple[int, int],
        buttons: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(entry, parent)
        self._told = ""
        self.edit = PromptEdit(lines, str(entry.default) if entry.required else "")
        self.edit.enter(str(entry.default))
        self.edit.document().clearUndoRedoStacks()
        self.edit.textChanged.connect(self._on_edited)
        self.edit.notes_changed.connect(self._on_notes_changed)
        header = QHBoxLayout()
        header.setSpacing(0)
        header.addWidget(self.caption, 1)
        for button in buttons:
            header.addWidget(button)
        self._column.addLayout(header)
        self._column.addWidget(self.edit)
        self._column.addWidget(self.notice)
        self._watch(self.edit)

    def raw(self) -> str:
        """What is entered."""
        return text_of(self.edit)

    def set_raw(self, value: object) -> None:
        """Enter a text."""
        self.edit.enter(str(value))

    def _advice(self, value: Value) -> str:
        return super()._advice(value) or self._told

    def _on_notes_changed(self) -> None:
        self._told = notes_words(self.edit.notes, self.raw())
        if not self.notice.is_error:
            self.refresh()


class TextField(Field):
    """Text of one line, e.g. an address; its help is shown, since nobody knows it by heart."""

    def __init__(self, entry: Input, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self.edit = QLineEdit(str(entry.default))
        if entry.kind is Kind.URL:
            self.edit.setPlaceholderText("https://…")
        self.edit.textChanged.connect(self._on_edited)
        self.edit.editingFinished.connect(self.check)
        self._column.addWidget(self.caption)
        self._column.addWidget(self.edit)
        self._column.addWidget(self.notice)
        self._column.addWidget(label(help_of(entry), role="muted", size=11, wrap=True))
        self._watch(self.edit)

    def raw(self) -> str:
        """What is entered."""
        return self.edit.text()

    def set_raw(self, value: object) -> None:
        """Enter a text."""
        replace_text(self.edit, str(value))


class NumberField(Field):
    """A number, with a slider over its usual range if it has one.

    Args:
        entry: the input.
        stacked: caption above the box, and `notice` left to the caller to place.
        parent: the owner.
    """

    def __init__(
        self, entry: Input, *, stacked: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(entry, parent, small=stacked)
        self.box = NumberBox(entry)
        self.slider = Slider(entry) if entry.usual else None
        if stacked:
            self._column.addWidget(self.caption)
            self._column.addWidget(self.box)
            self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        else:
            self._column.addLayout(self._row())
            self._column.addWidget(self.notice)
        self.box.edited.connect(self._on_edited)
        self.box.editingFinished.connect(self.check)
        self._watch(self.box)

    def _row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(self.caption)
        self.in_row = True
        if self.slider is None:
            row.addStretch(1)
        else:
            self.box.setProperty("plain", True)  # noqa: FBT003  Qt's property value
            self.slider.setAccessibleName(words.slider(self.entry))
            self.slider.setAccessibleDescription(help_of(self.entry))
            self.slider.moved.connect(self._on_slider_moved)
            row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        return row

    def raw(self) -> str:
        """What is entered."""
        return self.box.text()

    def set_raw(self, value: object) -> None:
        """Enter a number, or anything."""
        self.box.set_text(str(value))

    def refresh(self) -> None:
        """Let the slider follow, too."""
        super().refresh()
        number = self.box.number()
        if self.slider is not None and number is not None:
            self.slider.follow(number)

    def _on_slider_moved(self, number: float) -> None:
        self.set_raw(int(number) if number.is_integer() else number)


class ChoiceField(Field):
    """One of several, by readable names."""

    def __init__(self, entry: Input, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self.list = DropDown()
        for option in entry.options:
            self.list.addItem(option.label, option.value)
            wire = tooltip(words.wire_value(option))
            self.list.setItemData(self.list.count() - 1, wire, Qt.ItemDataRole.ToolTipRole)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(self.caption)
        row.addWidget(self.list, 1)
        self.in_row = True
        self._column.addLayout(row)
        self._column.addWidget(self.notice)
        self.set_raw(entry.default)
        self.list.currentIndexChanged.connect(self._on_edited)
        self._watch(self.list)

    def raw(self) -> str:
        """What is entered."""
        return str(self.list.currentData())

    def set_raw(self, value: object) -> None:
        """Choose; a value that this model does not list is kept, to be marked when sent."""
        try:
            wanted = str(self.entry.parse(value))
        except InputError:
            wanted = str(value)
        index = self.list.findData(wanted)
        if index < 0:
            self.list.addItem(wanted, wanted)
            index = self.list.count() - 1
        self.list.setCurrentIndex(index)


def line_up(fields: list[Field]) -> None:
    """Give the captions of rows one width."""
    rows = [field for field in fields if field.in_row]
    width = max((field.caption.sizeHint().width() for field in rows), default=0)
    for field in rows:
        field.caption.set_column(width)
