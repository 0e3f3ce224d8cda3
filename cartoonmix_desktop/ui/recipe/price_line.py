"""What a click costs and what is left, in one quiet line under Generate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from cartoonmix_desktop.ui.widgets.text import elided, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font, set_style
from cartoonmix_desktop.wording.money import prices as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

_INSET = 2 * (SPACE + 1)  # what the style leaves free, left and right together


class _Figure(QPushButton):
    """A line of words that can be pressed; what is too long for its place is cut."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._whole = ""
        self._help: Callable[[], str] = str
        self.setProperty("quiet", True)  # noqa: FBT003  Qt's property value
        self.setProperty("role", "muted")
        self.setAutoDefault(False)
        self.setFont(font(11, tabular=True))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)

    def say(self, text: str, help_of: Callable[[], str]) -> None:
        """Show words.

        Args:
            text: plain text.
            help_of: tells what stands behind them, whenever somebody wants to know.
        """
        self._help = help_of
        self.setAccessibleDescription("\n".join(filter(None, (text, help_of()))))
        if text != self._whole:
            self._whole = text
            self._fit()
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """How old something is, is said as it is when it is read."""
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(tooltip(self._help()))
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """It may become as narrow as the layout likes."""
        return QSize(0, self.sizeHint().height())

    def sizeHint(self) -> QSize:
        """All its words."""
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(self._whole) + _INSET + 2  # widths are rounded
        return QSize(wide, metrics.height() + SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width has room for more or less."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # An ampersand would underline the letter after it.
        shown = elided(self._whole, self.fontMetrics(), max(0, self.width() - _INSET))
        self.setText(shown.replace("&", "&&"))


class PriceLine(QWidget):
    """Price left, balance right. Either leads to what was spent."""

    spending_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._price = _Figure(words.PRICE_NAME)
        self._price.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._balance = _Figure(words.BALANCE_NAME)
        self._balance.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._balance.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._price, 1)
        row.addWidget(self._balance)
        for figure in (self._price, self._balance):
            figure.clicked.connect(self.spending_requested)

    def show_price(self, text: str, help_of: Callable[[], str], *, warn: bool = False) -> None:
        """Show what a click costs.

        Args:
            text: plain text.
            help_of: tells where it comes from.
            warn: it would be too much.
        """
        self._price.say(text, help_of)
        set_style(self._price, "role", "warn" if warn else "muted")

    def show_balance(self, text: str, help_of: Callable[[], str]) -> None:
        """Show what is left; nothing for an empty text."""
        self._balance.say(text, help_of)
        self._balance.setVisible(bool(text))
