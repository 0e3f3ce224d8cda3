"""Caps are typed as people write amounts; what is none is marked, and nothing else is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit

from cartoonmix_desktop.core.money.caps import AtCap, Cap, Caps, Spent
from cartoonmix_desktop.ui.settings.caps_page import CapsPage
from cartoonmix_desktop.wording.money.caps import not_an_amount, typed

D = Decimal


@pytest.fixture
def page(qtbot, theme):
    made = CapsPage()
    qtbot.addWidget(made)
    made.show_caps(Caps({Cap.DAY: D("12.5")}, AtCap.PAUSE))
    made.show_spent(Spent(D("0.004"), D(3), D("0.006")))
    made.show()
    made.told = []
    made.cap_changed.connect(lambda cap, amount: made.told.append((cap, amount)))
    return made


def field(page, name) -> QLineEdit:
    return next(f for f in page.findChildren(QLineEdit) if f.accessibleName() == name)


def enter(page, name, text):
    edit = field(page, name)
    edit.setFocus()
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    QTest.keyClicks(edit, text)
    edit.editingFinished.emit()


def said(page):
    return [each.text() for each in page.findChildren(QLabel) if each.isVisible()]


def test_it_shows_what_is_set_and_what_was_spent(page):
    assert field(page, "For one press").text() == ""
    assert field(page, "For a day").text() == "$12.50"
    assert page.findChild(QComboBox).currentData() == AtCap.PAUSE
    assert "So far today: $0.01" in said(page)
    assert "So far this month: $3.01" in said(page)
    assert page.told == []


def test_an_amount_is_taken_and_shown_as_money(page):
    enter(page, "For a month", "20")
    assert field(page, "For a month").text() == "$20.00"
    enter(page, "For a day", "")
    assert page.told == [(Cap.MONTH, D(20)), (Cap.DAY, None)]
    field(page, "For a month").editingFinished.emit()  # turned to and left again
    assert len(page.told) == 2


@pytest.mark.parametrize("text", ["a lot", "-1", "1,000", "1e3", "$", "NaN", "12 50", "9" * 12])
def test_what_is_no_amount_is_marked_at_its_field_and_changes_nothing(page, text):
    enter(page, "For a day", text)
    edit = field(page, "For a day")
    assert edit.text() == text
    assert edit.property("invalid")
    assert edit.accessibleDescription() == not_an_amount()
    assert said(page).count(not_an_amount()) == 1
    assert page.told == []
    enter(page, "For one press", "1")  # nothing else is refused
    assert page.told == [(Cap.PRESS, D(1))]
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    assert not edit.property("invalid")
    enter(page, "For a day", "$12.50")
    assert not_an_amount() not in said(page)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.50", "12.5"),
        ("$ 12.5", "12.5"),
        ("12,50", "12.5"),
        ("1,234.50", "1234.5"),
        ("1.234,50 $", "1234.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0,005", "0.005"),
        ("0", "0"),
        ("3 USD", "3"),
    ],
)
def test_amounts_are_understood_as_people_write_them(text, amount):
    assert typed(text) == D(amount)


def test_what_becomes_of_more_is_chosen(page, qtbot):
    box = page.findChild(QComboBox)
    with qtbot.waitSignal(page.at_cap_changed) as told:
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert told.args == [AtCap.WAIT]
