"""A list whose items are laid out by arithmetic and painted by hand: 100,000 cost what ten do.

It is a `QListView` for keyboard, selection and accessibility, but none of Qt's own layout of items
is used, nor what of Qt goes through all items one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from cartoonmix_desktop.core.search.result_set import packed

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence


class ItemList(QListView):
    """Items of a model with one column; who inherits says where they are, and paints them."""

    def begin(self, model: QAbstractItemModel) -> None:
        """Show a model. Qt asks at once where its items are: that can be said by now."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setModel(model)

    def rows_moved(self) -> None:
        """Rows stand elsewhere in the viewport now: for who follows the pointer."""

    # --- what is selected ------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many items are selected."""
        return sum(part.bottom() - part.top() + 1 for part in self.selected_parts())

    def selected_parts(self) -> list[QItemSelectionRange]:
        """The runs of rows that are selected; the binding does not know that they are a list."""
        selection = self.selectionModel().selection()
        return sorted(cast("list[QItemSelectionRange]", selection), key=QItemSelectionRange.top)

    def selected_of(self, numbers: array[int], most: int = 0) -> array[int]:
        """What belongs to the selected rows, in the order seen.

        Args:
            numbers: one a row, **the last row's first**.
            most: how many, the first to be seen; 0 for all.
        """
        found, end = packed(), len(numbers)
        for part in self.selected_parts():
            found += numbers[end - 1 - part.bottom() : end - part.top()][::-1]
            if most and len(found) >= most:
                return found[:most]
        return found

    def selectAll(self) -> None:
        """Select all in one run; `QListView` would ask of each item whether it is hidden."""
        chosen, last = QItemSelection(), self.model().rowCount() - 1
        if last >= 0:
            chosen.select(self.model().index(0, 0), self.model().index(last, 0))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def make_current(self, row: int) -> None:
        """Select one row alone; Qt would bring it into sight unasked."""
        value = self.verticalOffset()
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), flag)
        self.verticalScrollBar().setValue(value)

    # --- geometry, as QAbstractItemView asks for it ----------------------------------------------

    def doItemsLayout(self) -> None:
        """There is nothing to lay out."""
        self.updateGeometries()
        self.viewport().update()

    def dataChanged(
        self,
        topLeft: QModelIndex | QPersistentModelIndex,  # noqa: N803  Qt passes it by this name
        bottomRight: QModelIndex | QPersistentModelIndex,  # noqa: N803
        roles: Sequence[int] = (),
    ) -> None:
        """Paint what changed; `QListView` would lay out all."""
        QAbstractItemView.dataChanged(self, topLeft, bottomRight, roles)

    def horizontalOffset(self) -> int:
        """Items are never wider than the view."""
        return 0

    def verticalOffset(self) -> int:
        """Pixels above the upper edge."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: QModelIndex | QPersistentModelIndex) -> bool:  # noqa: ARG002  Qt's signature
        """None is hidden."""
        return False

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002  Qt's signature
        """Paint anew: what is in sight is cheaper than shifting and patching."""
        self.viewport().update()

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump: Qt would fetch every item to compare. The search field finds."""
