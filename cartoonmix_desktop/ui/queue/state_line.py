"""The one line that says how the queue stands, with the button that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.icons import Drawing
from cartoonmix_desktop.ui.widgets.text import elided, tooltip
from cartoonmix_desktop.ui.widgets.text_layout import broken_in_two
from cartoonmix_desktop.ui.widgets.theme import SPACE, font

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from cartoonmix_desktop.wording.common import Offer
    from cartoonmix_desktop.wording.queue import QueueState


class StateLine(QWidget):
    """Keeps its room whatever it says: nothing moves when the queue is paused.

    Signals:
        action_requested: the `Offer` whose button was pressed.
    """

    action_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._offer: Offer | None = None
        self._drawing = Drawing("warning", "warn")
        self._words = _TwoLines()
        self._helps = button("")
        self._helps.clicked.connect(self._on_helps)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, 0, 2 * SPACE, SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._drawing)
        row.addWidget(self._words, 1)
        row.addWidget(self._helps)
        self.setFixedHeight(max(self._helps.sizeHint().height(), self._words.height()) + SPACE)

    def show_state(self, state: QueueState) -> None:
        """Say how the queue stands."""
        self._drawing.setVisible(state.paused)
        self._words.setProperty("role", "warn" if state.paused else "muted")
        self._words.style().polish(self._words)
        self._words.set_words(state.words, state.help)
        self._offer = state.offer
        self._helps.setText(self._offer.words if self._offer else "")
        self._helps.setVisible(self._offer is not None)
        if state.paused:
            QAccessible.updateAccessibility(QAccessibleEvent(self._words, QAccessible.Event.Alert))

    def _on_helps(self) -> None:
        if self._offer is not None:
            self.action_requested.emit(self._offer)


class _TwoLines(QLabel):
    """Small words on at most two lines, with room for both; the tooltip has all."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(11, tabular=True))
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 2)
        self._said = ""

    def set_words(self, words: str, more: str) -> None:
        """Show other words; the tooltip says more."""
        self._said = words
        self.setAccessibleName(words)
        self.setAccessibleDescription(more)
        self.setToolTip(tooltip(f"{words}\n{more}".strip()))
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics, width = self.fontMetrics(), self.width()
        lines = broken_in_two(" ".join(self._said.split()), metrics, width)
        self.setText("\n".join(elided(line, metrics, width) for line in lines if line))
