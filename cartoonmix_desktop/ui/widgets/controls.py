"""The controls that fields are made of: number box, slider, drop-down list and growing text.

None of them takes the wheel while it has no focus: the wheel then scrolls what they lie in.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Property, QObject, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QTextCursor,
    QValidator,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QAccessibleWidget,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.ui.widgets.theme import font

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QResizeEvent, QWheelEvent

    from cartoonmix_desktop.core.recipe.inputs import Input

_UNBOUNDED = float(2**31 - 1)


def text_of(edit: QPlainTextEdit) -> str:
    """All of a text as it was entered; ``toPlainText`` makes plain spaces of hard ones."""
    return edit.document().toRawText().replace("\u2029", "\n")


def replace_text(edit: QLineEdit | QPlainTextEdit, text: str) -> None:
    """Replace all of a text such that Undo brings the old one back."""
    if isinstance(edit, QLineEdit):
        if edit.text() != text:
            edit.selectAll()
            edit.insert(text)
        return
    if text_of(edit) == text:
        return
    cursor = QTextCursor(edit.document())
    cursor.beginEditBlock()
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.insertText(text)
    cursor.endEditBlock()
    cursor.movePosition(QTextCursor.MoveOperation.Start)
    edit.setTextCursor(cursor)


class NumberBox(QAbstractSpinBox):
    """A number that is entered as free text: what it means is judged where it is used.

    The arrows go to the next multiple of the input's step. The Qt properties ``value``,
    ``minimum``, ``maximum`` and ``singleStep`` are for assistive programs.
    """

    edited = Signal()

    def __init__(self, entry: Input, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry = entry
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(font(tabular=True))
        self.lineEdit().setTextMargins(6, 0, 0, 0)  # the sheet's padding does not reach it
        self.lineEdit().setText(str(entry.default))
        self.lineEdit().textChanged.connect(self.edited)

    def set_text(self, text: str) -> None:
        """Put this text in; Undo takes it out again."""
        replace_text(self.lineEdit(), text)

    def number(self) -> int | float | None:
        """What the text means, or None."""
        try:
            meant = self._entry.parse(self.text())
        except InputError:
            return None
        return meant if not isinstance(meant, str) else None

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Any text may be typed."""
        return QValidator.State.Acceptable, text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Both ways: where a server's limits are is not known."""
        return (
            QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
            | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        )

    def stepBy(self, steps: int) -> None:
        """Go to the next multiples of the step; from what means nothing, to the default."""
        now = self.number()
        if now is None:
            self.set_text(str(self._entry.default))
        else:
            self.set_text(str(_stepped(now, steps, self._entry.step, self._entry.minimum)))
        self.selectAll()

    def sizeHint(self) -> QSize:
        """Room for five figures."""
        frame = 22 if self.property("plain") else 38
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("00000") + frame, max(28, metrics.height() + 10))

    def minimumSizeHint(self) -> QSize:
        """The same: figures are never cut off."""
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _value(self) -> float:
        now = self.number()
        return float(now) if now is not None else 0.0

    def _set_value(self, value: float) -> None:
        self.set_text(str(int(value) if float(value).is_integer() else value))

    def _minimum(self) -> float:
        return -_UNBOUNDED if self._entry.minimum is None else float(self._entry.minimum)

    def _maximum(self) -> float:
        return _UNBOUNDED

    def _step(self) -> float:
        return float(self._entry.step)

    value = Property(float, _value, _set_value, notify=edited, user=True)
    minimum = Property(float, _minimum, constant=True)
    maximum = Property(float, _maximum, constant=True)
    singleStep = Property(float, _step, constant=True)  # noqa: N815  the name that Qt asks for


def _stepped(now: float, steps: int, step: float, minimum: float | None = None) -> int | float:
    """The multiple of ``step`` that lies ``steps`` away from ``now``, not below ``minimum``.

    Whole numbers stay exact however large they are.
    """
    if isinstance(now, int) and float(step).is_integer():
        size = int(step)
        base = now // size if steps > 0 else -(-now // size)
        wanted: int | float = (base + steps) * size
    else:
        base = math.floor(now / step) if steps > 0 else math.ceil(now / step)
        wanted = round((base + steps) * step, 9)
    if minimum is not None and wanted < minimum:
        lowest = math.ceil(minimum / step) * step
        wanted = min(now, lowest)
    return int(wanted) if float(wanted).is_integer() and not isinstance(wanted, int) else wanted


class Slider(QSlider):
    """A horizontal slider over an input's usual range, in its steps."""

    moved = Signal(float)

    def __init__(self, entry: Input, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        if entry.usual is None:
            raise ValueError(f"{entry.name} has no usual range")
        self._low, high = entry.usual
        self._step = entry.step
        count = round((high - self._low) / self._step)
        self.setRange(0, count)
        self.setPageStep(max(1, count // 10))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._following = False
        self.valueChanged.connect(self._on_value_changed)

    def follow(self, number: float) -> None:
        """Show a number without telling; beyond the range the handle rests at the end."""
        self._following = True
        position = (number - self._low) / self._step
        self.setValue(round(min(max(position, self.minimum()), self.maximum())))
        self._following = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The handle jumps to a click in the groove, and can be dragged on from there."""
        point = event.position().toPoint()
        handle = self._handle()
        if event.button() != Qt.MouseButton.LeftButton or handle.contains(point):
            super().mousePressEvent(event)
            return
        room = self.width() - handle.width()
        left = point.x() - handle.width() // 2
        self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), left, room))
        # Qt would go a page further where the nearest step is not under the pointer.
        on_handle = QMouseEvent(
            event.type(),
            QPointF(self._handle().center()),
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
        )
        super().mousePressEvent(on_handle)

    def _handle(self) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _on_value_changed(self, position: int) -> None:
        if not self._following:
            self.moved.emit(round(self._low + position * self._step, 9))


class DropDown(QComboBox):
    """A list to choose from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _install_accessible_lists()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """As wide as its longest choice and the arrow."""
        texts = (self.itemText(index) for index in range(self.count()))
        longest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
        return QSize(longest + 32, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same: no choice is cut off."""
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _AccessibleList(QAccessibleWidget):
    """Qt on Linux names a combo box by its current choice; here it keeps its own name."""

    def __init__(self, shown: DropDown) -> None:
        super().__init__(shown, QAccessible.Role.ComboBox)

    def text(self, kind: QAccessible.Text) -> str:
        return self._list().currentText() if kind is QAccessible.Text.Value else super().text(kind)

    def childCount(self) -> int:
        return 1  # the choices

    def child(self, index: int) -> QAccessibleInterface:  # noqa: ARG002  there is only one
        return QAccessible.queryAccessibleInterface(self._list().view())

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return 0 if child.object() is self._list().view() else -1

    def actionNames(self) -> list[str]:
        return [QAccessibleActionInterface.showMenuAction(), *super().actionNames()]

    def doAction(self, name: str) -> None:
        if name == QAccessibleActionInterface.showMenuAction():
            self._list().showPopup()
        else:
            super().doAction(name)

    def _list(self) -> DropDown:
        return cast("DropDown", self.object())


def _accessible_list(_key: str, shown: QObject) -> QAccessibleInterface | None:
    return _AccessibleList(shown) if isinstance(shown, DropDown) else None


@cache
def _install_accessible_lists() -> None:
    QAccessible.installFactory(_accessible_list)


class GrowingText(QPlainTextEdit):
    """Plain text that is as high as its lines, within bounds. Tab leaves it.

    Args:
        lowest: lines shown at least.
        highest: lines shown at most; beyond, it scrolls.

    Signals:
        pasted: a text that came in as a whole.
    """

    pasted = Signal(str)

    def __init__(self, lowest: int, highest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bounds = (lowest, highest)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Return is left to the window."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.ignore()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Files are for the window; their names would only disturb a prompt."""
        if any(url.isLocalFile() for url in source.urls()):
            return False
        return super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Say what came in."""
        super().insertFromMimeData(source)
        if text := source.text():
            self.pasted.emit(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines break elsewhere now."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        line = math.ceil(QFontMetricsF(self.font()).lineSpacing())
        lowest, highest = (lines * line for lines in self._bounds)
        # Lines of other scripts are higher than the font's own, so they are measured one by one.
        needed = -self.document().documentMargin()  # the last line's measure has it
        block = self.document().begin()
        while block.isValid() and needed < highest:
            needed += self.blockBoundingRect(block).height()
            block = block.next()
        # With a pixel less, Qt thinks that the last line does not fit.
        text = min(max(needed, lowest), highest) + 2 * self.document().documentMargin() + 1
        # Before it was laid out, its own height means nothing; it fits itself again when it is.
        height = math.ceil(text) + max(0, self.height() - self.viewport().height())
        if height != self.height():
            self.setFixedHeight(height)
