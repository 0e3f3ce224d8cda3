from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPlainTextEdit, QPushButton, QSpinBox

from cartoonmix_desktop.ui.command_names import Command, Menu
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.shell.undo_actions import UndoActions

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Window(QMainWindow):
    """A window with the two entries and something else to hold the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.commands = Commands(self)
        self.entries = UndoActions(self.commands)
        self.asked: list[str] = []
        self.commands.bind(Command.UNDO, lambda: self.asked.append("undo"))
        self.commands.bind(Command.REDO, lambda: self.asked.append("redo"))
        self.commands.fill(self.menuBar().addMenu("&Edit"), Menu.EDIT)


@pytest.fixture
def window(theme, qtbot):
    made = Window()
    qtbot.addWidget(made)
    return made


def focused(window, widget, qtbot):
    window.setCentralWidget(widget)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    widget.setFocus()
    return widget


def test_entries_name_what_they_would_do(window):
    undo, redo = window.commands[Command.UNDO], window.commands[Command.REDO]
    assert not undo.isEnabled()
    assert not redo.isEnabled()
    window.entries.show_words("add the tag “pen & ink”", "")
    assert undo.text() == "Undo add the tag “pen && ink”"
    assert undo.isEnabled()
    assert not redo.isEnabled()


def test_keys_undo_and_redo_in_the_library(window, qtbot):
    widget = focused(window, QPushButton("Somewhere"), qtbot)
    window.entries.show_words("rate a task", "rate another")
    QTest.keyClick(widget, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(widget, Qt.Key.Key_Z, CTRL | SHIFT)
    QTest.keyClick(widget, Qt.Key.Key_Y, CTRL)
    assert window.asked == ["undo", "redo", "redo"]


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox])
def test_a_focused_text_field_keeps_its_own_undo(window, qtbot, kind):
    field = focused(window, kind(), qtbot)
    window.entries.show_words("rate a task", "rate another")
    QTest.keyClick(field, Qt.Key.Key_7)
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)  # nothing left: still not the library's
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL | SHIFT)
    assert window.asked == []
