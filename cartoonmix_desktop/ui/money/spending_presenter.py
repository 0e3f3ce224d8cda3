"""Spending, as the window asks for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.money.spending import Grouping, Span
from cartoonmix_desktop.services.money.spending import query_of, unknown_in
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.dialogs import save_file
from cartoonmix_desktop.wording.money import spending as words
from cartoonmix_desktop.wording.money.spending import SpanChoice

if TYPE_CHECKING:
    from cartoonmix_desktop.core.money.spending import Report, Row
    from cartoonmix_desktop.services.money.spending import Spending
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.money.spending_dialog import SpendingDialog

_PAUSE = 300  # milliseconds in which changes become one


class SpendingPresenter(QObject):
    """Opens the window, keeps it true, leads from a row to its tasks, saves the table."""

    def __init__(self, spending: Spending, frame: Frame, spawn: Spawn, parent: QObject) -> None:
        """Join the sums to the window.

        Args:
            spending: adds them up.
            frame: the window around.
            spawn: runs a coroutine and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._spending, self._frame, self._spawn = spending, frame, spawn
        self._dialog: SpendingDialog | None = None
        self._report: Report | None = None
        self._span = Span()  # of the report
        self._asked = 0  # how often; only the last answer is shown
        self._last: tuple[SpanChoice, Span, Grouping] | None = None  # as it was left
        self._soon = QTimer(self, interval=_PAUSE, singleShot=True)
        self._soon.timeout.connect(self._on_asked)
        frame.commands.bind(Command.SPENDING, self.open)

    def open(self) -> None:
        """Show it, or bring it to the front."""
        if self._dialog is None:
            from cartoonmix_desktop.ui.money.spending_dialog import SpendingDialog

            dialog = self._dialog = SpendingDialog(today(), self._frame.widget)
            if self._last is not None:
                dialog.choose(*self._last)
            dialog.asked.connect(self._on_asked)
            dialog.row_chosen.connect(self._on_row_chosen)
            dialog.tasks_requested.connect(self._on_tasks_requested)
            dialog.unknown_requested.connect(self._on_unknown_requested)
            dialog.save_requested.connect(self._on_save_requested)
            dialog.finished.connect(self._on_finished)
            self._on_asked()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def refresh(self) -> None:
        """Something changed, or a day began: add up anew, soon."""
        if self._dialog is not None and not self._soon.isActive():
            self._soon.start()

    # --- what is asked ---------------------------------------------------------------------------

    def _on_asked(self) -> None:
        self._asked += 1
        self._spawn(self._load(self._asked))

    async def _load(self, asked: int) -> None:
        if (dialog := self._dialog) is None:
            return
        day = today()
        span = dialog.dates if dialog.choice is SpanChoice.CHOSEN else span_of(dialog.choice, day)
        try:
            report = await self._spending.report(dialog.by, span)
        except CartoonMixError as error:
            if dialog is self._dialog:
                dialog.show_problem(error)
            return
        if asked == self._asked and dialog is self._dialog:
            self._report, self._span = report, span
            dialog.show_report(report, span, day)

    def _on_row_chosen(self) -> None:
        if (dialog := self._dialog) is None or (row := dialog.row) is None:
            return
        if row.deleted:
            dialog.show_here(words.BEFORE_NAMES, tasks=False)
            return

        async def work() -> None:
            found = await self._spending.found(self._query_of(row))
            if dialog is self._dialog and dialog.row is row:
                dialog.show_here(words.here(found, row.sums.tasks), tasks=found > 0)

        self._spawn(work())

    # --- where it leads --------------------------------------------------------------------------

    def _query_of(self, row: Row) -> str:
        by = self._report.by if self._report is not None else Grouping.DAY
        return query_of(by, row, self._span)

    def _on_tasks_requested(self) -> None:
        if self._dialog is not None and (row := self._dialog.row) is not None:
            self._lead_to(self._query_of(row))

    def _on_unknown_requested(self) -> None:
        self._lead_to(unknown_in(self._span))

    def _lead_to(self, query: str) -> None:
        """The window would lie over what it leads to."""
        self._frame.search(query)
        if self._dialog is not None:
            self._dialog.accept()

    def _on_save_requested(self) -> None:
        dialog, report = self._dialog, self._report
        if dialog is None or report is None:
            return

        async def work() -> None:
            chosen = await save_file(
                dialog,
                words.SAVE_CSV_TITLE,
                desktop.usual_folder() / words.file_name(report.by, self._span),
                [words.CSV_FILTER],
            )
            if chosen is None:
                return
            try:
                await self._spending.save(report, chosen)
            except CartoonMixError as error:
                if dialog is self._dialog:
                    dialog.show_problem(error)
                return
            if dialog is self._dialog:
                dialog.show_saved(chosen.name)

        self._spawn(work())

    def _on_finished(self) -> None:
        if (dialog := self._dialog) is not None:
            self._last = dialog.choice, dialog.dates, dialog.by
        self._dialog = self._report = None
        self._soon.stop()


def today() -> date:
    """The local day."""
    return date.today()  # noqa: DTZ011  the person's own day


def span_of(choice: SpanChoice, day: date) -> Span:
    """The days that a choice means on a day."""
    month = day.replace(day=1)
    match choice:
        case SpanChoice.TODAY:
            return Span(day, day)
        case SpanChoice.THIS_MONTH:
            return Span(month, (month + timedelta(31)).replace(day=1) - timedelta(1))
        case SpanChoice.LAST_MONTH:
            last = month - timedelta(1)
            return Span(last.replace(day=1), last)
        case _:
            return Span()
