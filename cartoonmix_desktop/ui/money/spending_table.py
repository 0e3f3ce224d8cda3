"""The rows of Spending."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from cartoonmix_desktop.core.money.spending import Grouping, Row
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording.money import spending as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

_ROW = 28  # pixels
_WIDEST = ("100,000", "400,000", "$10,000.00", "$10,000.00", "+$1,000.00", "100,000")
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class SpendingModel(QAbstractTableModel):
    """Rows and their figures; words are made of those in sight alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._by, self._today = Grouping.DAY, date.min
        self.rows: Sequence[Row] = ()

    def show_rows(self, by: Grouping, rows: Sequence[Row], today: date) -> None:
        """Show others.

        Args:
            by: what they stand for.
            rows: from above.
            today: the local day.
        """
        self.beginResetModel()
        self._by, self.rows, self._today = by, rows, today
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """The name and its figures."""
        return 0 if parent.isValid() else 1 + len(words.COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, their exact form as a tooltip, and where they stand."""
        row, column = self.rows[index.row()], index.column() - 1
        match role:
            case Qt.ItemDataRole.DisplayRole:
                if column < 0:
                    return words.row_name(self._by, row, self._today)
                return words.cells(row.sums)[column]
            case Qt.ItemDataRole.ToolTipRole:
                if column < 0:
                    return tooltip(words.row_help(self._by, row) or row.key)
                return tooltip(words.exact_cells(row.sums)[column])
            case Qt.ItemDataRole.TextAlignmentRole:
                return _aligned(column)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What stands over a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (words.HEADINGS[self._by], *words.COLUMNS)[section]
            case Qt.ItemDataRole.ToolTipRole:
                return ("", "", "", "", "", words.DIFFERENCE_HELP, words.UNKNOWN_HELP)[section]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _aligned(section - 1)
        return None


def _aligned(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column < 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class SpendingTable(QTableView):
    """One row is chosen at a time; Return and a double click lead to its tasks."""

    activated_row = Signal()

    def __init__(self, model: SpendingModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(words.CHARGES)
        self.setFont(font(tabular=True))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        metrics = self.fontMetrics()
        for column, (heading, widest) in enumerate(zip(words.COLUMNS, _WIDEST, strict=True), 1):
            room = max(metrics.horizontalAdvance(text) for text in (heading, widest))
            header.resizeSection(column, room + 5 * SPACE)
        self.doubleClicked.connect(self.activated_row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return leads to the tasks of the chosen row."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.activated_row.emit()
            return
        super().keyPressEvent(event)
