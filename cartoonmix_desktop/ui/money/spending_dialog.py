"""The window Spending: one large figure, a quiet bar a day, a table; a row leads to its tasks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.money.spending import Grouping, Row, Span
from cartoonmix_desktop.ui.money.spending_chart import SpendingChart
from cartoonmix_desktop.ui.money.spending_table import SpendingModel, SpendingTable
from cartoonmix_desktop.ui.widgets.buttons import button, worded_button
from cartoonmix_desktop.ui.widgets.controls import DropDown
from cartoonmix_desktop.ui.widgets.notice import Notice
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.money import spending as words

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.money.spending import Report

_SIZE, _SMALLEST = (860, 640), (700, 460)


class SpendingDialog(QDialog):
    """Show it with ``show()``: it is beside the window, which goes on. It deletes itself.

    Signals:
        asked: another span or grouping was chosen.
        row_chosen: another row, or none, is selected.
        tasks_requested: the tasks of the selected row are to be shown.
        unknown_requested: the tasks whose charge is not known.
        save_requested: the table is to be saved.
    """

    asked = Signal()
    row_chosen = Signal()
    tasks_requested = Signal()
    unknown_requested = Signal()
    save_requested = Signal()

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        """Make an empty one.

        Args:
            today: the local day.
            parent: the window it belongs to.
        """
        super().__init__(parent)
        self.setWindowTitle(words.TITLE)
        self.setAccessibleName(words.SPENDING)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.setMinimumSize(*_SMALLEST)
        self._name = label(role="muted")
        self._figure = label(size=20)
        self._figure.setFont(font(20, medium=True, tabular=True))
        self._facts = label(role="muted")
        self._unknown = worded_button("", "clock")
        self._unknown.clicked.connect(self.unknown_requested)
        self._problem = Notice()
        self._span = DropDown()
        self._span.setAccessibleName(words.SPAN)
        for choice, text in words.SPANS.items():
            self._span.addItem(text, choice)
        self._span.activated.connect(self._on_span)
        self._first, self._last = (self._date_field(name) for name in (words.FROM, words.TO))
        self._by = DropDown()
        self._by.setAccessibleName(words.BY)
        for by, text in words.GROUPINGS.items():
            self._by.addItem(text, by)
        self._by.activated.connect(self.asked)
        for chooser in (self._span, self._by):
            chooser.setMinimumWidth(chooser.sizeHint().width() + 2 * SPACE)
        self._twice = label(role="muted", size=11)
        self._chart = SpendingChart()
        self._model = SpendingModel(self)
        self._table = SpendingTable(self._model)
        self._table.activated_row.connect(self._on_show)
        self._table.selectionModel().selectionChanged.connect(self._on_selected)
        self._nothing = _nothing()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._nothing)
        self._here = label(role="muted", size=11)
        self._show = button(words.SHOW_TASKS)
        self._show.clicked.connect(self.tasks_requested)
        self._save = button(words.SAVE_CSV)
        self._save.clicked.connect(self.save_requested)
        self._close = button(common.CLOSE)
        self._close.clicked.connect(self.reject)
        self._lay_out()
        self.choose(words.SpanChoice.THIS_MONTH, Span(today.replace(day=1), today))
        self.show_here(words.CHOOSE, tasks=False)
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _date_field(self, name: str) -> QDateEdit:
        made = QDateEdit()
        made.setAccessibleName(name)
        made.setDisplayFormat(words.DAY_FORMAT)
        made.setFont(font(tabular=True))
        made.dateChanged.connect(self.asked)
        return made

    def _lay_out(self) -> None:
        figures = QVBoxLayout()
        figures.setSpacing(SPACE)
        figures.addWidget(self._name)
        figures.addWidget(self._figure)
        figures.addWidget(self._facts)
        figures.addWidget(self._unknown, alignment=Qt.AlignmentFlag.AlignLeft)
        choice = QGridLayout()
        choice.setHorizontalSpacing(2 * SPACE)
        choice.setVerticalSpacing(2 * SPACE)
        choice.addWidget(self._span, 0, 0, 1, 2)
        choice.addWidget(self._first, 1, 0)
        choice.addWidget(self._last, 1, 1)
        choice.setRowStretch(2, 1)
        head = QHBoxLayout()
        head.addLayout(figures, 1)
        head.addLayout(choice)
        grouping = QHBoxLayout()
        grouping.setSpacing(2 * SPACE)
        grouping.addWidget(self._by)
        grouping.addWidget(self._twice, 1)
        chosen = QHBoxLayout()
        chosen.setSpacing(2 * SPACE)
        chosen.addWidget(self._here, 1)
        chosen.addWidget(self._show)
        last = QHBoxLayout()
        last.addWidget(self._save)
        last.addStretch()
        last.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * SPACE, 4 * SPACE, 5 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addLayout(head)
        column.addWidget(self._problem)
        column.addWidget(self._chart)
        column.addLayout(grouping)
        column.addWidget(self._stack, 1)
        column.addLayout(chosen)
        column.addLayout(last)

    # --- what is asked ---------------------------------------------------------------------------

    @property
    def by(self) -> Grouping:
        """What a row stands for."""
        return Grouping(self._by.currentData())

    @property
    def choice(self) -> words.SpanChoice:
        """Which days are added up."""
        return words.SpanChoice(self._span.currentData())

    @property
    def dates(self) -> Span:
        """Those of the two fields, in whichever order they were put in."""
        first, last = sorted(_of(field) for field in (self._first, self._last))
        return Span(first, last)

    def choose(self, choice: words.SpanChoice, dates: Span, by: Grouping = Grouping.DAY) -> None:
        """Ask for these days, grouped so; nothing is told.

        Args:
            choice: which days.
            dates: of the two fields.
            by: what a row stands for.
        """
        self._span.setCurrentIndex(self._span.findData(choice))
        self._by.setCurrentIndex(self._by.findData(by))
        for field, day in ((self._first, dates.first), (self._last, dates.last)):
            field.blockSignals(True)  # noqa: FBT003  Qt's argument
            if day is not None:
                field.setDate(QDate(day.year, day.month, day.day))
            field.blockSignals(False)  # noqa: FBT003
            field.setVisible(choice is words.SpanChoice.CHOSEN)

    def _on_span(self) -> None:
        for field in (self._first, self._last):
            field.setVisible(self.choice is words.SpanChoice.CHOSEN)
        self.asked.emit()

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def row(self) -> Row | None:
        """The selected one."""
        chosen = self._table.selectionModel().selectedRows()
        return self._model.rows[chosen[0].row()] if chosen else None

    def show_report(self, report: Report, span: Span, today: date) -> None:
        """Show what was spent.

        Args:
            report: of the days asked for.
            span: those days.
            today: the local day.
        """
        self._problem.clear()
        total = report.total
        self._name.setText(words.span_name(self.choice, span, today))
        figure, exact = words.figure(total)
        self._figure.setText(figure)
        self._figure.setToolTip(tooltip(exact))
        self._facts.setText(words.figure_facts(total))
        self._facts.setVisible(total.tasks > 0)
        self._unknown.setText(words.unknown(total.unknown))
        self._unknown.setToolTip(tooltip(words.SHOW_UNKNOWN))
        self._unknown.setVisible(total.unknown > 0)
        self._twice.setText(words.TWICE.get(report.by, ""))
        days = {date.fromisoformat(row.key): row.sums for row in report.days}
        self._chart.setVisible(bool(days))
        if days:
            first, last = min(days), max(days)
            self._chart.show_days(
                days, min(span.first or first, first), max(last, min(span.last or last, today))
            )
        before = self.row
        rows = ordered(report)
        self._model.show_rows(report.by, rows, today)
        self._stack.setCurrentWidget(self._table if rows else self._nothing)
        for part in (self._here, self._show, self._save):
            part.setVisible(bool(rows))
        at = next((n for n, row in enumerate(rows) if before and row.key == before.key), None)
        if at is not None:
            self._table.selectRow(at)
        else:
            self._on_selected()

    def show_here(self, said: str, *, tasks: bool) -> None:
        """Say how many tasks of the selected row are in the history.

        Args:
            said: in words.
            tasks: whether there are any, to be shown.
        """
        self._here.setText(said)
        self._show.setEnabled(tasks)

    def show_problem(self, error: CartoonMixError) -> None:
        """Say what went wrong."""
        said = describe(error)
        self._problem.show_notice("warn", said.title, said.advice)

    def show_saved(self, name: str) -> None:
        """Say that the table is in a file of this name."""
        self._problem.show_notice("good", words.saved(name))

    def _on_selected(self) -> None:
        self.show_here(words.CHOOSE if self.row is None else "", tasks=False)
        self.row_chosen.emit()

    def _on_show(self) -> None:
        if self._show.isEnabled():
            self.tasks_requested.emit()


def ordered(report: Report) -> list[Row]:
    """Rows as they are looked at: the newest day first, else what cost most."""
    if report.by in {Grouping.DAY, Grouping.MONTH}:
        return [*reversed(report.rows)]
    return sorted(report.rows, key=lambda row: (row.deleted, -row.sums.charge))


def _of(field: QDateEdit) -> date:
    day = field.date()
    return date(day.year(), day.month(), day.day())


def _nothing() -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setSpacing(SPACE)
    column.addStretch(1)
    for made in (label(words.NOTHING, size=15), label(words.NOTHING_HELP, role="muted", wrap=True)):
        made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(made)
    column.addStretch(2)
    return page
