"""Words that stand where they are true: a notice with buttons, and the banner over the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.focus_order import take_turn
from cartoonmix_desktop.ui.widgets.icons import Drawing, icon
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording.common import CLOSE_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.wording.common import Offer


_DRAWINGS = {
    "info": ("info", "muted"),
    "good": ("check", "good"),
    "warn": ("warning", "warn"),
    "bad": ("error", "bad"),
}


class Notice(QFrame):
    """An icon, a sentence, perhaps advice, and the buttons that help. Hidden until there is one.

    Signals:
        action_requested: the `Offer` whose button was pressed.
    """

    action_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, beside: bool = False) -> None:
        """Make an empty one.

        Args:
            parent: its owner.
            beside: buttons stand at the right of the words, not under them.
        """
        super().__init__(parent)
        self._drawing = Drawing("info", "muted")
        self._text = label(wrap=True)
        self._advice = label(role="muted", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(SPACE)
        words.addWidget(self._text)
        words.addWidget(self._advice)
        self._actions = QWidget()
        self._buttons = QHBoxLayout(self._actions)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._buttons.setSpacing(2 * SPACE)
        self._body = QBoxLayout(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        )
        self._body.setSpacing(2 * SPACE)
        self._body.addLayout(words, 1)
        self._body.addWidget(self._actions)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2 * SPACE)
        at = Qt.AlignmentFlag.AlignVCenter if beside else Qt.AlignmentFlag.AlignTop
        self._row.addWidget(self._drawing, 0, at)
        self._row.addLayout(self._body, 1)
        self.hide()

    def show_notice(
        self, kind: str, text: str, advice: str = "", offers: Sequence[Offer] = ()
    ) -> None:
        """Say something, in place of what was said.

        Args:
            kind: ``"info"``, ``"good"``, ``"warn"`` or ``"bad"``.
            text: what is so; plain text.
            advice: what to do; plain text.
            offers: a button each.
        """
        self._drawing.set_drawing(*_DRAWINGS[kind])
        self._text.setText(text)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.setAccessibleName(text)
        self.setAccessibleDescription(advice)
        while item := self._buttons.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()  # at once: deletion waits for the event loop
                old.deleteLater()
        before: QWidget = self._actions
        for offer in offers:
            made = button(offer.words)
            made.clicked.connect(partial(self._on_clicked, offer))
            self._buttons.addWidget(made)
            take_turn(made, before)
            before = made
        if self._body.direction() == QBoxLayout.Direction.TopToBottom:
            self._buttons.addStretch()
        self._actions.setVisible(bool(offers))
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def clear(self) -> None:
        """Say nothing any more."""
        self.hide()
        self._text.clear()
        self._advice.clear()

    def _on_clicked(self, offer: Offer) -> None:
        self.action_requested.emit(offer)


class Banner(Notice):
    """One line over the window, only while it is true or until it is closed.

    Signals:
        dismissed: the person closed it.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, beside=True)
        self.setProperty("surface", "banner")
        self._row.setContentsMargins(4 * SPACE, SPACE, 2 * SPACE, SPACE)
        close = QToolButton()
        close.setProperty("quiet", "true")
        close.setIcon(icon("close", "muted"))
        close.setIconSize(QSize(16, 16))
        close.setAccessibleName(CLOSE_MESSAGE)
        close.setToolTip(CLOSE_MESSAGE)
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(self._on_closed)
        self._row.addWidget(close)

    def show_banner(self, kind: str, text: str, offers: Sequence[Offer] = ()) -> None:
        """Show one line with its buttons.

        Args:
            kind: ``"info"``, ``"warn"`` or ``"bad"``.
            text: plain text; it wraps where the window is narrow.
            offers: a button each.
        """
        self.show_notice(kind, text, "", offers)

    def _on_closed(self) -> None:
        self.clear()
        self.dismissed.emit()
