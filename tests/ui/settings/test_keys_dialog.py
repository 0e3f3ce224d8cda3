from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QTreeWidget, QWidget

from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.command_table import TABLE
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.settings.keys_dialog import KeysDialog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from cartoonmix_desktop.ui.widgets.theme import Theme

Q = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def commands(qtbot: QtBot, theme: Theme) -> Iterator[Commands]:
    window = QWidget()
    qtbot.addWidget(window)
    made = Commands(window)
    yield made
    made.disconnect(made)


class Sheet:
    """The dialog as a person sees it."""

    def __init__(self, commands: Commands, qtbot: QtBot) -> None:
        self.dialog = KeysDialog(commands)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(self.dialog)
        self.qtbot = qtbot
        self.rows = self.dialog.findChild(QTreeWidget)
        self.edit = self.dialog.findChild(QKeySequenceEdit)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Words and keys of the rows."""
        rows = [self.rows.topLevelItem(at) for at in range(self.rows.topLevelItemCount())]
        return [(row.text(0), row.text(2)) for row in rows if not row.isHidden()]

    @property
    def said(self) -> str:
        return " ".join(part.text() for part in self.dialog.findChildren(QLabel))

    def find(self, text: str) -> None:
        field = next(f for f in self.dialog.findChildren(QLineEdit) if "Find" in f.accessibleName())
        field.setText(text)

    def press(self, key: Qt.Key, held: Any = Qt.KeyboardModifier.NoModifier) -> None:
        self.edit.clear()
        self.qtbot.keyClick(self.edit, key, held)
        self.edit.editingFinished.emit()  # else a second later

    def button(self, words: str) -> QPushButton:
        return next(b for b in self.dialog.findChildren(QPushButton) if b.text() == words)


@pytest.fixture
def sheet(commands: Commands, qtbot: QtBot) -> Sheet:
    return Sheet(commands, qtbot)


def test_every_command_that_has_a_key_or_may_have_one_is_listed(sheet: Sheet) -> None:
    assert len(sheet.shown) == sum(not entry.of_task for entry in TABLE.values())
    for row in (("Favourite", "F"), ("Generate", "Ctrl+Return, Ctrl+Enter"), ("Cut", "Ctrl+X")):
        assert row in sheet.shown


def test_it_is_searched_by_words_and_by_keys(sheet: Sheet) -> None:
    sheet.find("ctrl+s")
    assert ("Save picture as…", "Ctrl+S") in sheet.shown
    assert len(sheet.shown) < 15
    sheet.find("trash grid")
    assert [words for words, _ in sheet.shown] == ["Move to trash"]
    sheet.find("no such thing")
    assert sheet.shown == []
    assert "No action or key matches" in sheet.said
    assert not sheet.edit.isEnabled()


def test_a_new_key_works_at_once(sheet: Sheet, commands: Commands) -> None:
    sheet.find("favourite")
    sheet.press(Q.Key_H)
    assert sheet.shown == [("Favourite", "H")]
    assert commands[Command.FAVOURITE].shortcuts() == [QKeySequence("H")]
    sheet.button("Use default").click()
    assert sheet.shown == [("Favourite", "F")]
    assert commands.own_keys == {}


def test_a_key_that_is_taken_is_told_by_name(sheet: Sheet, commands: Commands) -> None:
    sheet.find("export…")
    sheet.press(Q.Key_S, CONTROL)
    assert "Ctrl+S is already used for “Save picture as…”" in sheet.said
    assert commands.own_keys == {}
    sheet.press(Q.Key_C, CONTROL)  # of text fields, lists and the picture
    assert "Ctrl+C is already used for “" in sheet.said
    sheet.press(Q.Key_E)
    assert "Ctrl or Alt" in sheet.said
    assert commands.own_keys == {}
    assert sheet.edit.keySequence() == QKeySequence("Ctrl+E")


def test_what_lists_and_fields_do_themselves_cannot_be_changed(sheet: Sheet) -> None:
    sheet.find("select all")
    assert not sheet.edit.isEnabled()
    assert "cannot be changed" in sheet.said


def test_the_usual_key_is_not_taken_back_from_another(sheet: Sheet, commands: Commands) -> None:
    sheet.find("favourite")
    sheet.press(Q.Key_H)
    sheet.find("reject")
    sheet.press(Q.Key_F)
    sheet.find("favourite")
    sheet.button("Use default").click()
    assert "F is already used for “Reject”" in sheet.said
    sheet.button("Reset all keys").click()
    assert commands.own_keys == {}
    assert sheet.shown == [("Favourite", "F")]


@pytest.mark.parametrize(
    "stored",
    [
        {"export": ["Ctrl+S"]},  # taken
        {"export": ["E"]},  # would be written nowhere
        {"export": ["Ctrl+"]},
        {"export": ["no key"]},
        {"export": [3]},
        {"export": "Ctrl+J"},
        {"export": [["Ctrl+J"]]},
        {"copy": ["Ctrl+J"]},  # a field's own
        {"task-cancel": ["Ctrl+J"]},
        {"gone with an older version": ["Ctrl+J"]},
        {"": None},
        [],
        None,
        7,
    ],
)
def test_keys_that_cannot_be_used_are_passed_over(commands: Commands, stored: object) -> None:
    commands.restore(stored)
    assert commands.own_keys == {}
    assert commands[Command.EXPORT].shortcuts() == [QKeySequence("Ctrl+E")]


def test_of_two_stored_for_one_key_one_stays(commands: Commands) -> None:
    commands.restore({"export": ["Ctrl+J"], "account": ["Ctrl+J"], "undo": [], "reject": ["R"]})
    assert commands.own_keys == {"export": ["Ctrl+J"], "undo": [], "reject": ["R"]}
    assert commands[Command.UNDO].shortcuts() == []
