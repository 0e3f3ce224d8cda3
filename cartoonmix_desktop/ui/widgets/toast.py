"""A line that says what was just done and offers the way back; it moves nothing and goes away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import OneLine, label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording.common import CLOSE_MESSAGE

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_STAYS = 8_000  # milliseconds; longer while the pointer or the focus is on it
_ABOVE = 4 * SPACE  # the lower edge of what it lies on
_WIDEST = 520


class Toast(QFrame):
    """Lies over the lower edge of a widget while it has something to say.

    Signals:
        pressed: its button was.
    """

    pressed = Signal()

    def __init__(self, over: QWidget) -> None:
        """Make one that says nothing.

        Args:
            over: what it lies on; the widget around that owns it.
        """
        super().__init__(over.parentWidget())
        self.setProperty("surface", "toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words = OneLine()
        self._more = label(role="muted", wrap=True)
        texts = QVBoxLayout()
        texts.setSpacing(SPACE // 2)
        texts.addWidget(self._words)
        texts.addWidget(self._more)
        self._button = button("")
        self._button.setProperty("quiet", "true")
        self._button.clicked.connect(self._on_pressed)
        close = QToolButton()
        close.setProperty("quiet", "true")
        close.setIcon(icon("close", "muted"))
        close.setIconSize(QSize(16, 16))
        close.setAccessibleName(CLOSE_MESSAGE)
        close.setToolTip(CLOSE_MESSAGE)
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(self.hide)
        self._over = over
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, SPACE, SPACE, SPACE)
        row.setSpacing(2 * SPACE)
        row.addLayout(texts, 1)
        row.addWidget(self._button)
        row.addWidget(close)
        self._clock = QTimer(self, interval=_STAYS, singleShot=True)
        self._clock.timeout.connect(self._on_time_up)
        over.installEventFilter(self)
        self.hide()

    def say(self, words: str, action: str = "", more: str = "") -> None:
        """Say something for some seconds, in place of what was said.

        Args:
            words: what was done; plain text.
            action: label of the button; empty for none.
            more: what else is to be known of it, in as many lines as it takes; plain text.
        """
        self._words.set_text(words)
        self._more.setText(more)
        self._more.setVisible(bool(more))
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(f"{words} {more}".strip())
        for other in self.window().findChildren(Toast):
            if other is not self:
                other.hide()  # they would lie on each other
        self._take_place()
        self.show()
        self.raise_()
        self._clock.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def lie_on(self, over: QWidget) -> None:
        """Lie on another widget from now on."""
        if over is not self._over:
            self._over.removeEventFilter(self)
            self._over = over
            self.setParent(over.parentWidget())
            over.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle of what it lies on."""
        moves = {QEvent.Type.Resize, QEvent.Type.Move}
        if event.type() in moves and self.isVisible():
            self._take_place()
        return bool(super().eventFilter(watched, event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape sends it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _take_place(self) -> None:
        place, wanted = self._over.geometry(), self._row.totalSizeHint()
        width, height = min(wanted.width(), _WIDEST), wanted.height()
        if self._more.text():
            width = _WIDEST
        width = min(width, place.width() - 4 * SPACE)
        if self._more.text():
            height = self._row.totalHeightForWidth(width)
        left = place.center().x() - width // 2
        self.setGeometry(left, place.bottom() - height - _ABOVE, width, height)

    def _on_time_up(self) -> None:
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus)):
            self._clock.start()  # somebody is about to use it
        else:
            self.hide()

    def _on_pressed(self) -> None:
        self.hide()
        self.pressed.emit()
