"""The page of licences: all parts, found by name or licence, as plain text."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QPlainTextEdit

from cartoonmix_desktop.licences import Part
from cartoonmix_desktop.ui.settings.licences_dialog import LicencesDialog

PARTS = [
    Part("CartoonMix Desktop", "1.0", "MIT", "", "mine"),
    Part("PySide6", "6.11", "LGPL-3.0-only", "https://example.org", "<b>lesser</b>"),
    Part("zlib", "", "Zlib", "", ""),
]


@pytest.fixture
def dialog(theme, qtbot):
    made = LicencesDialog(PARTS)
    qtbot.addWidget(made)
    made.show()
    return made


def shown(dialog):
    words = " | ".join(label.text() for label in dialog.findChildren(QLabel))
    return words, dialog.findChild(QPlainTextEdit).toPlainText()


def test_every_part_and_its_text(dialog):
    rows = dialog.findChild(QListWidget)
    assert [rows.item(row).text() for row in range(rows.count())] == [
        *("CartoonMix Desktop 1.0", "PySide6 6.11", "zlib")
    ]
    assert "mine" in shown(dialog)[1]
    rows.setCurrentRow(1)
    words, text = shown(dialog)
    assert "LGPL-3.0-only · https://example.org" in words
    assert text == "<b>lesser</b>"


def test_a_part_is_found_by_name_or_licence(dialog):
    find, rows = dialog.findChild(QLineEdit), dialog.findChild(QListWidget)
    find.setText("lgpl")
    assert rows.currentRow() == 1
    assert [rows.isRowHidden(row) for row in range(3)] == [True, False, True]
    find.setText("nothing like that")
    assert rows.currentRow() == -1
    assert shown(dialog)[1] == ""
    find.clear()
    assert rows.currentRow() == 0
