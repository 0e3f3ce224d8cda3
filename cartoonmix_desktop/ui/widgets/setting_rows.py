"""Rows of settings: what it is, what is set, and a sentence about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TITLES = 150  # pixels, the same on every page


class SettingRows(QWidget):
    """A page of settings. End it with `finish`."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4 * SPACE, 3 * SPACE, 0)
        column.setSpacing(SPACE)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4 * SPACE)
        self._grid.setVerticalSpacing(SPACE)
        self._grid.setColumnMinimumWidth(0, _TITLES)
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)

    def add(
        self,
        title: str,
        widget: QWidget,
        about: str = "",
        *,
        at_top: bool = False,
        lower: int = 0,
    ) -> None:
        """A row.

        Args:
            title: what it is.
            widget: shows or sets it.
            about: a sentence under it.
            at_top: the title stands at the top of a high widget.
            lower: pixels by which it stands lower than that.
        """
        at = self._grid.rowCount()
        where = Qt.AlignmentFlag.AlignTop if at_top else Qt.AlignmentFlag.AlignVCenter
        named = label(title, wrap=True)
        named.setContentsMargins(0, lower, 0, 0)
        self._grid.addWidget(named, at, 0, where)
        self._grid.addWidget(widget, at, 1)
        if about:
            self._grid.addWidget(label(about, role="muted", size=11, wrap=True), at + 1, 1)
        self._grid.setRowMinimumHeight(at + 2, 2 * SPACE)

    def add_choice(
        self, title: str, options: Mapping[Any, str], about: str, chosen: Callable[[Any], object]
    ) -> QComboBox:
        """A row with a list to choose from.

        Args:
            title: what it is.
            options: each value and its words.
            about: a sentence under it.
            chosen: told what a person chose, and nothing else.
        """
        box = QComboBox()
        for value, words in options.items():
            box.addItem(words, value)
        box.setAccessibleName(title)
        box.setAccessibleDescription(about)

        def tell(index: int) -> None:
            chosen(box.itemData(index))

        box.activated.connect(tell)
        self.add(title, box, about)
        return box

    def finish(self) -> None:
        """All rows are there: room that is left stays under them."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.addStretch()

    def height_at(self, width: int) -> int:
        """Pixels it wants to be high at a width."""
        layout = self.layout()
        if layout is None:
            return 0
        wrapped = layout.totalHeightForWidth(width)
        return max(wrapped, layout.totalMinimumSize().height())


class Scrolled(QScrollArea):
    """A page that scrolls where the dialog has no room for it.

    Signals:
        grown: it needs more width than it has.
    """

    grown = Signal()

    def __init__(self, page: SettingRows) -> None:
        super().__init__()
        self._page = page
        page.installEventFilter(self)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when what it says has become wider than it is."""
        if (
            watched is self._page
            and event.type() == QEvent.Type.LayoutRequest
            and self.least_width > self.viewport().width()
        ):
            self.grown.emit()
        return super().eventFilter(watched, event)

    def height_at(self, width: int) -> int:
        """Pixels it wants to be high at a width."""
        return self._page.height_at(width)

    @property
    def least_width(self) -> int:
        """Pixels below which something of it would be cut off."""
        return self._page.minimumSizeHint().width()
