"""The saved searches as a row of small buttons: one click each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from cartoonmix_desktop.ui.widgets.focus_order import take_turn
from cartoonmix_desktop.ui.widgets.text import elided, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import search as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from cartoonmix_desktop.core.task.marks import SavedSearch

_WIDEST = 140  # pixels of a name


class SavedSearches(QWidget):
    """As many of them as there is room for; all of them are in the menu beside it."""

    chosen = Signal(str)
    """The query; empty when the one that is asked was clicked again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._searches: list[SavedSearch] = []
        self._buttons: list[tuple[QToolButton, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_searches(self, searches: Sequence[SavedSearch], asked: str) -> None:
        """Offer these.

        Args:
            searches: in their order.
            asked: the query that is asked now; empty for none of them.
        """
        if self._searches == list(searches):
            return
        self._searches = list(searches)
        for button, _query in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = [(self._button(each), each.query) for each in searches]
        place: QWidget = self
        for button, _query in self._buttons:
            take_turn(button, place)
            place = button
        self.show_asked(asked)
        self.updateGeometry()
        self._place()

    def show_asked(self, query: str) -> None:
        """Mark the one that is asked."""
        for button, its in self._buttons:
            button.setChecked(its == query)

    def sizeHint(self) -> QSize:
        """As high as a button; as wide as there is room."""
        heights = [button.sizeHint().height() for button, _query in self._buttons]
        return QSize(0, max(heights, default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what fits."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        left = 0
        for button, _query in self._buttons:
            size = button.sizeHint()
            button.setGeometry(left, 0, size.width(), size.height())
            left += size.width() + SPACE
            button.setVisible(left - SPACE <= self.width())

    def _button(self, search: SavedSearch) -> QToolButton:
        made = QToolButton(self)
        made.setAccessibleName(words.saved_search(search.name))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setFont(font(11))
        made.setText(elided(search.name, made.fontMetrics(), _WIDEST).replace("&", "&&"))
        made.setToolTip(tooltip(f"{search.name}\n{search.query}"))
        made.setCheckable(True)
        made.clicked.connect(self._on_clicked)
        return made

    def _on_clicked(self, checked: bool) -> None:
        clicked = self.sender()
        query = next((query for button, query in self._buttons if button is clicked), "")
        self.chosen.emit(query if checked else "")
