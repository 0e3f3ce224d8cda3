"""Spending: the real window over a real history."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import apsw
import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDateEdit,
    QLabel,
    QPushButton,
    QTableView,
    QToolButton,
    QToolTip,
)
from shiboken6 import isValid

from cartoonmix_desktop.core.errors import FolderUnusable
from cartoonmix_desktop.core.search.days import midnight
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import SANDBOX
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.money import spending_presenter
from cartoonmix_desktop.ui.money.spending_chart import SpendingChart
from cartoonmix_desktop.ui.money.spending_dialog import SpendingDialog
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets.controls import DropDown
from tests.unit.services.shelf import Shelf

TODAY = date(2026, 11, 20)


class Window:
    """A window over a history whose tasks are made on days of our own."""

    def __init__(self, shelf: Shelf, until: Any) -> None:
        self.shelf, self.until = shelf, until
        self.controller = Controller(shelf.studio)
        self.window = self.controller.window
        self.history = shelf.studio.history

    async def add(self, day: date, cost: str | None = "0.5", **facts: Any) -> Any:
        task = await self.shelf.add(**facts)
        await self.history.update(task.id, cost=None if cost is None else Decimal(cost))
        noon = midnight(day) + 12 * 3600
        path = self.shelf.locations.data / "history.sqlite3"
        with apsw.Connection(str(path)) as connection:
            connection.execute("UPDATE task SET created_at = ? WHERE id = ?", (noon, task.id))
        return task

    async def open(self) -> SpendingDialog:
        self.window.widget.resize(1280, 800)
        self.window.widget.show()
        await self.controller.show_history()
        self.window.commands[Command.SPENDING].trigger()
        await self.until(lambda: self.window.widget.findChild(SpendingDialog))
        dialog = self.window.widget.findChild(SpendingDialog)
        await self.until(lambda: self.words(dialog, QLabel))
        return dialog

    def words(self, dialog: SpendingDialog, kind: Any) -> list[str]:
        return [w.text() for w in dialog.findChildren(kind) if w.isVisible() and w.text()]

    async def until_figure(self, dialog: SpendingDialog, figure: str) -> None:
        await self.until(lambda: figure in self.words(dialog, QLabel))

    def rows(self, dialog: SpendingDialog) -> list[list[str]]:
        model = dialog.findChild(QTableView).model()
        return [
            [model.index(row, column).data() for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    async def choose(self, dialog: SpendingDialog, name: str, text: str) -> None:
        """From one of the lists, as a person does."""
        [box] = [b for b in dialog.findChildren(DropDown) if b.accessibleName() == name]
        box.setCurrentIndex(box.findText(text))
        box.activated.emit(box.currentIndex())

    def button(self, dialog: SpendingDialog, text: str) -> Any:
        every = [*dialog.findChildren(QPushButton), *dialog.findChildren(QToolButton)]
        return next(b for b in every if b.text() == text)

    async def select(self, dialog: SpendingDialog, row: int) -> str:
        """What is said of a row once it is known how many of its tasks there are."""
        dialog.findChild(QTableView).selectRow(row)
        before = {"Choose a row to see its tasks."}

        def said() -> str:
            return next(
                (t for t in self.words(dialog, QLabel) if "history" in t or "deleted" in t.lower()),
                "",
            )

        await self.until(said)
        assert said() not in before
        return said()


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


@pytest.fixture
async def whole(theme, shelf, until, monkeypatch):
    monkeypatch.setattr(spending_presenter, "today", lambda: TODAY)
    made = Window(shelf, until)
    yield made
    for dialog in made.window.widget.findChildren(SpendingDialog):
        dialog.reject()
    await asyncio.sleep(0)  # what was begun has its first step
    await made.controller.close()
    made.window.widget.deleteLater()


async def test_this_month_stands_beside_the_window_and_a_row_leads_to_its_tasks(whole):
    first = await whole.add(TODAY, "0.25", prompt="a lighthouse")
    await whole.add(TODAY - timedelta(1), "0.5", prompt="a fox")
    await whole.add(TODAY - timedelta(60), "7", prompt="a castle")
    dialog = await whole.open()
    await whole.until_figure(dialog, "$0.75")
    assert dialog.accessibleName() == "Spending"
    assert not dialog.isModal()
    said = whole.words(dialog, QLabel)
    assert {"November 2026", "2 tasks and 4 pictures"} <= {*said}
    assert whole.rows(dialog) == [
        ["20 November", "1", "2", "–", "$0.25", "–", ""],
        ["19 November", "1", "2", "–", "$0.50", "–", ""],
    ]
    assert await whole.select(dialog, 0) == "1 task is in the history."
    table = dialog.findChild(QTableView)
    table.setFocus()
    await whole.until(table.hasFocus)
    QTest.keyClick(table, Qt.Key.Key_Return)
    model = whole.window.history.model
    await whole.until(lambda: [model.id_at(r) for r in range(model.rowCount())] == [first.id])
    assert whole.window.history.search.edit.text() == "is:sent date:2026-11-20"
    await whole.until(lambda: not isValid(dialog) or not dialog.isVisible())


async def test_it_comes_back_as_it_was_left_and_there_is_one_of_it(whole):
    await whole.add(TODAY, "0.25")
    dialog = await whole.open()
    await whole.choose(dialog, "Days to show", "All time")
    await whole.choose(dialog, "Group by", "By month")
    await whole.until(lambda: whole.rows(dialog)[:1] and whole.rows(dialog)[0][0].startswith("Nov"))
    whole.window.commands[Command.SPENDING].trigger()
    assert len(whole.window.widget.findChildren(SpendingDialog)) == 1
    dialog.reject()
    await whole.until(lambda: not whole.window.widget.findChildren(SpendingDialog))
    again = await whole.open()
    await whole.until(lambda: whole.rows(again))
    assert whole.rows(again)[0][0] == "November 2026"


async def test_any_days_can_be_chosen_in_whichever_order(whole):
    for back, cost in ((0, "1"), (3, "2"), (9, "4")):
        await whole.add(TODAY - timedelta(back), cost)
    dialog = await whole.open()
    await whole.until_figure(dialog, "$7.00")
    fields = {field.accessibleName(): field for field in dialog.findChildren(QDateEdit)}
    assert not any(field.isVisible() for field in fields.values())
    await whole.choose(dialog, "Days to show", "From … to …")
    assert all(field.isVisible() for field in fields.values())
    fields["From"].setDate(QDate(2026, 11, 17))
    fields["To"].setDate(QDate(2026, 11, 11))
    await whole.until_figure(dialog, "$6.00")
    assert "11 Nov to 17 Nov" in whole.words(dialog, QLabel)


async def test_what_was_deleted_stays_in_its_rows_which_say_so(whole):
    studio = whole.shelf.studio
    kept, thrown, gone = [await whole.add(TODAY, "1") for _ in range(3)]
    await studio.marks.change_tags([kept.id, thrown.id], add=["client"])
    await studio.marks.change_tags([gone.id], add=["other"])
    await studio.marks.create_collection("Covers", Target(tasks=(kept.id,)))
    await studio.trash.put(Pieces(tasks=(thrown.id, gone.id)))
    await studio.trash.delete(Pieces(tasks=(gone.id,)))
    dialog = await whole.open()
    await whole.until_figure(dialog, "$3.00")
    await whole.choose(dialog, "Group by", "By tag")
    await whole.until(lambda: [r[0] for r in whole.rows(dialog)] == ["client", "other"])
    said = await whole.select(dialog, 0)
    assert said == "1 of 2 tasks is in the history; the rest was deleted."
    assert whole.button(dialog, "Show tasks").isEnabled()
    dialog.findChild(QTableView).selectRow(1)
    words = "Its task was deleted. The charge stays here."
    await whole.until(lambda: words in whole.words(dialog, QLabel))
    assert not whole.button(dialog, "Show tasks").isEnabled()
    await whole.choose(dialog, "Group by", "By collection")
    await whole.until(lambda: [r[0] for r in whole.rows(dialog)] == ["No collection", "Covers"])


async def test_a_late_charge_is_counted_apart_until_it_comes(whole):
    late = await whole.add(TODAY, None)
    await whole.add(TODAY, "0.25")
    dialog = await whole.open()
    await whole.until_figure(dialog, "$0.25")
    apart = whole.button(dialog, "1 charge is not known yet")
    assert apart.isVisible()
    assert whole.rows(dialog)[0][-1] == "1"
    await whole.history.update(late.id, cost=Decimal("0.000000000001"))
    await whole.until(lambda: not apart.isVisible())
    model = dialog.findChild(QTableView).model()
    charge = model.index(0, 4)
    assert charge.data() == "$0.25"
    assert charge.data(Qt.ItemDataRole.ToolTipRole) == "$0.250000000001"


async def test_charges_that_are_not_known_lead_to_their_tasks(whole):
    late = await whole.add(TODAY, None)
    await whole.add(TODAY, "0.25")
    dialog = await whole.open()
    await whole.until_figure(dialog, "$0.25")
    whole.button(dialog, "1 charge is not known yet").click()
    model = whole.window.history.model
    await whole.until(lambda: [model.id_at(r) for r in range(model.rowCount())] == [late.id])


async def test_today_ends_at_midnight_by_itself(whole, monkeypatch):
    await whole.add(TODAY, "0.25")
    dialog = await whole.open()
    await whole.choose(dialog, "Days to show", "Today")
    await whole.until_figure(dialog, "$0.25")
    monkeypatch.setattr(spending_presenter, "today", lambda: TODAY + timedelta(1))
    whole.history.tell_totals()  # as the history does when a day begins
    await whole.until_figure(dialog, "$0.00")
    assert "Nothing was spent in these days." in whole.words(dialog, QLabel)


async def test_the_table_is_saved_for_spreadsheets(whole, monkeypatch, tmp_path):
    one = await whole.add(TODAY, "1234.000000000001")
    await whole.shelf.studio.marks.change_tags([one.id], add=["=HYPERLINK(x)", "Förster; Söhne"])
    await whole.add(TODAY, "0.0035")
    target = tmp_path / "spending.csv"
    asked: list[Any] = []

    async def chosen(*about: Any) -> Any:
        asked.append(about)
        return target

    monkeypatch.setattr(spending_presenter, "save_file", chosen)
    dialog = await whole.open()
    await whole.choose(dialog, "Group by", "By tag")
    await whole.until(lambda: len(whole.rows(dialog)) == 3)
    whole.button(dialog, "Save as CSV…").click()
    await whole.until(lambda: "Saved as spending.csv." in whole.words(dialog, QLabel))
    assert asked[0][2].name == "spending-by-tag-2026-11.csv"
    text = target.read_bytes().decode("utf-8-sig")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")  # else spreadsheets guess
    rows = list(csv.DictReader(io.StringIO(text)))
    facts = {"tasks": "1", "pictures": "2", "estimated": "", "unknown": "0"}
    assert {row.pop("key"): row for row in rows} == {
        "'=HYPERLINK(x)": {**facts, "charged": "1234.000000000001"},
        "Förster; Söhne": {**facts, "charged": "1234.000000000001"},
        "": {**facts, "charged": "0.0035"},
    }


async def test_a_file_that_cannot_be_written_is_said_in_the_window(whole, monkeypatch, tmp_path):
    await whole.add(TODAY, "1")

    async def chosen(*_about: Any) -> Any:
        return tmp_path / "missing" / "spending.csv"

    monkeypatch.setattr(spending_presenter, "save_file", chosen)
    dialog = await whole.open()
    await whole.until(lambda: whole.rows(dialog))
    whole.button(dialog, "Save as CSV…").click()
    await whole.until(lambda: any("missing" in said for said in whole.words(dialog, QLabel)))


async def test_a_history_that_cannot_be_read_is_said_in_the_window(whole, monkeypatch):
    async def failing(*_asked: Any) -> Any:
        raise FolderUnusable(path="history.sqlite3", detail="gone")

    monkeypatch.setattr(whole.shelf.studio.spending, "report", failing)
    dialog = await whole.open()
    await whole.until(
        lambda: any("history.sqlite3" in said for said in whole.words(dialog, QLabel))
    )


async def test_the_figure_in_the_status_bar_opens_it(whole):
    await whole.add(date.today(), "0.25")  # noqa: DTZ011  the status bar's own day
    whole.window.widget.show()
    whole.history.tell_totals()

    def today() -> Any:
        every = whole.window.status.findChildren(QToolButton)
        return next((b for b in every if b.text() == "$0.25 today" and b.isVisible()), None)

    await whole.until(today)
    today().click()
    await whole.until(lambda: whole.window.widget.findChild(SpendingDialog))


async def test_the_price_under_generate_opens_it(whole):
    whole.window.widget.show()
    every = whole.window.recipe.findChildren(QAbstractButton)
    next(b for b in every if b.accessibleName() == "Price").click()
    await whole.until(lambda: whole.window.widget.findChild(SpendingDialog))


async def test_every_part_is_reached_from_the_keyboard_and_has_a_name(whole):
    await whole.add(TODAY, None)
    dialog = await whole.open()
    await whole.until(lambda: whole.rows(dialog))
    await whole.select(dialog, 0)
    await whole.until(dialog.isActiveWindow)
    turns: list[str] = []
    first = QApplication.focusWidget()
    assert first is dialog.findChild(QTableView)
    while not turns or QApplication.focusWidget() is not first:
        at = QApplication.focusWidget()
        assert at is not None
        turns.append(at.accessibleName() or getattr(at, "text", str)())
        assert len(turns) < 20
        QTest.keyClick(at, Qt.Key.Key_Tab)
    assert sorted(turns) == sorted(
        [
            *("Charges", "Show tasks", "Save as CSV…", "Close", "1 charge is not known yet"),
            *("Days to show", "Group by"),
        ]
    )


async def test_a_bar_tells_its_day(whole):
    await whole.add(TODAY, "0.0035")
    await whole.add(TODAY - timedelta(2), "0.0105")
    dialog = await whole.open()
    await whole.until(lambda: whole.rows(dialog))
    chart = dialog.findChild(SpendingChart)
    assert chart.accessibleDescription() == "The most in a day: $0.01."
    place = QPoint(int(chart._step * (TODAY.day - 0.5)), 40)
    QApplication.sendEvent(
        chart, QHelpEvent(QHelpEvent.Type.ToolTip, place, chart.mapToGlobal(place))
    )
    assert QToolTip.text() == "Friday, 20 November 2026\n$0.0035 · 1 task"


async def test_the_sandbox_is_not_among_it(whole):
    task = await whole.shelf.add()
    path = whole.shelf.locations.data / "history.sqlite3"
    with apsw.Connection(str(path)) as connection:
        connection.execute("UPDATE task SET account = ? WHERE id = ?", (SANDBOX, task.id))
    dialog = await whole.open()
    await whole.choose(dialog, "Days to show", "All time")
    await whole.until(lambda: "Nothing was spent in these days." in whole.words(dialog, QLabel))
