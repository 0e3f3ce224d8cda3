"""A quiet bar a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cartoonmix_desktop.core.money.amounts import from_units
from cartoonmix_desktop.core.money.spending import Sums, added
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import Theme
from cartoonmix_desktop.wording.money import spending as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPaintEvent

_HEIGHT = 72
_WIDEST = 28  # pixels of a bar
_MOST = 100  # bars of days; of more, one stands for a month


class SpendingChart(QWidget):
    """What was charged, a bar a day, or a month where there would be too many.

    The table says the same: who listens need not go through the bars.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(words.CHART)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bars: list[tuple[date, Sums]] = []
        self._of_months = False

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(320, _HEIGHT)

    def show_days(self, days: Mapping[date, Sums], first: date, last: date) -> None:
        """Show other days.

        Args:
            days: those on which something was made.
            first: the first bar.
            last: the last, not before it.
        """
        every = (last - first).days + 1
        self._of_months = every > _MOST
        if self._of_months:
            months: dict[date, list[Sums]] = {}
            month = first.replace(day=1)
            while month <= last:
                months[month] = []
                month = (month + timedelta(31)).replace(day=1)
            for day, sums in days.items():
                months[day.replace(day=1)].append(sums)
            self._bars = [(month, added(several)) for month, several in months.items()]
        else:
            each = (first + timedelta(number) for number in range(every))
            self._bars = [(day, days.get(day, Sums())) for day in each]
        self.setAccessibleDescription(words.chart(from_units(self._highest), self._of_months))
        self.update()

    @property
    def _highest(self) -> int:
        return max((sums.charge for _, sums in self._bars), default=0)

    @property
    def _step(self) -> float:
        return min(self.width() / max(len(self._bars), 1), _WIDEST + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """From the left, each on the same ground line."""
        theme, step = Theme.current(), self._step
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        gap = 4 if step > 12 else 1
        ground, highest = self.height() - 1, max(self._highest, 1)
        painter.fillRect(0, ground, self.width(), 1, theme.color("line"))
        painter.setBrush(theme.color("accent"))
        painter.setOpacity(0.7)
        for place, (_, sums) in enumerate(self._bars):
            if sums.charge:
                high = max(2.0, (ground - 2) * sums.charge / highest)
                box = QRectF(place * step, ground - high, max(1.0, step - gap), high)
                painter.drawRoundedRect(box, min(2.0, step / 4), min(2.0, step / 4))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """A bar tells its day and its exact charge."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = int(event.pos().x() / self._step)
            if place < len(self._bars):
                said = words.bar(*self._bars[place], month=self._of_months)
                QToolTip.showText(event.globalPos(), tooltip(said), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
