"""Text from outside, shown as it is.

Left alone, Qt's labels, tooltips and boxes guess rich text, and then load local files.
"""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING

from PySide6 import QtGui
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from cartoonmix_desktop.ui.widgets.theme import font

if TYPE_CHECKING:
    from PySide6.QtGui import QFontMetrics, QResizeEvent

_TOOLTIP_COLUMNS = 64
_TOOLTIP_CHARACTERS = 1200


def label(
    text: str = "",
    *,
    role: str = "text",
    size: int = 13,
    wrap: bool = False,
    selectable: bool = False,
) -> QLabel:
    """A label that never takes its text for markup.

    Args:
        text: shown as it is.
        role: colour, a field of `Tokens`; it follows the theme.
        size: 11, 13, 15 or 20; 15 and 20 are headings and heavier.
        wrap: break lines at the label's width.
        selectable: let the mouse and the keyboard select and copy.
    """
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setFont(font(size, medium=size >= 15))
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        made.setCursor(Qt.CursorShape.IBeamCursor)
    made.setText(text)
    return made


def modifier(held: Qt.KeyboardModifier) -> str:
    """A key that is held while something else is done, as this system writes it: Ctrl, ⌘."""
    with_letter = QtGui.QKeySequence(held | Qt.Key.Key_A)
    written = with_letter.toString(QtGui.QKeySequence.SequenceFormat.NativeText)
    return written.removesuffix("A").removesuffix("+")


class OneLine(QLabel):
    """A plain label on one line whose end becomes … where there is no room; the tooltip has all."""

    def __init__(self, text: str = "", *, role: str = "text", size: int = 13) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setFont(font(size))
        self._whole = self._help = ""
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._whole:
            self._whole = text
            self._fit()

    def set_help(self, words: str) -> None:
        """Let the tooltip say this, whether the text has room or not."""
        self._help = words
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """It may become as narrow as the layout likes."""
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """The whole text, up to a sane width."""
        wanted = self.fontMetrics().horizontalAdvance(self._whole[:400]) + 2
        return QSize(min(wanted, 1000), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width has room for more or less."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = elided(self._whole, self.fontMetrics(), self.width())
        self.setText(shown)
        self.setToolTip(tooltip(self._help or (self._whole if shown != self._whole else "")))
        self.updateGeometry()


def tooltip(text: str) -> str:
    """``text`` in lines of readable length, such that Qt shows it as it is."""
    if len(text) > _TOOLTIP_CHARACTERS:
        text = text[:_TOOLTIP_CHARACTERS].rstrip() + "…"
    lines = [
        wrapped
        for line in text.splitlines()
        for wrapped in textwrap.wrap(line, _TOOLTIP_COLUMNS, replace_whitespace=False) or [""]
    ]
    plain = "\n".join(lines)
    if not QtGui.Qt.mightBeRichText(plain):
        return plain
    return "<div>" + "<br>".join(html.escape(line) for line in lines) + "</div>"


def message_box(
    parent: QWidget | None,
    *,
    icon: QMessageBox.Icon,
    title: str,
    text: str,
    buttons: QMessageBox.StandardButton,
) -> QMessageBox:
    """A message box that never takes its text for markup. It deletes itself when closed.

    Show it with ``open()``: the nested event loop of ``exec()`` would break the coroutines.
    """
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(icon)
    box.setWindowTitle(title)
    box.setText(text)
    box.setStandardButtons(buttons)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def elided(text: str, metrics: QFontMetrics, width: int) -> str:
    """``text`` on one line, its end replaced by … where it is wider than ``width`` pixels."""
    # Measuring a novel to show a line of it is slow: no glyph is narrower than a pixel.
    line = " ".join(text[: 4 * max(width, 1)].split())
    return metrics.elidedText(line, Qt.TextElideMode.ElideRight, width)
