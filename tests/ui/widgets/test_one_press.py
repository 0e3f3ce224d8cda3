"""Keys that are held, told as X11 tells them once it is asked for releases of real keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QShortcutEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPlainTextEdit, QPushButton

from cartoonmix_desktop.ui.widgets.one_press import OnePress, once, one_press

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QWindow
    from pytestqt.qtbot import QtBot

RETURN, D, SPACE = 36, 40, 65  # scan codes of X11
KEYS = {RETURN: Qt.Key.Key_Return, D: Qt.Key.Key_D, SPACE: Qt.Key.Key_Space}


class Keyboard:
    """A keyboard of which the test says what is down."""

    def __init__(self) -> None:
        self.held: set[int] = set()

    def down(self) -> set[int]:
        return self.held


class Desk:
    """A window with a field, a text, a button, and keys that reach it from the system."""

    def __init__(self, keyboard: Keyboard | None) -> None:
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        self.window = QMainWindow()
        self.text, self.line, self.button = QPlainTextEdit(), QLineEdit(), QPushButton("Spend")
        self.window.setCentralWidget(self.text)
        for part in (self.line, self.button):
            part.setParent(self.window)
            part.show()
        self.window.show()
        self.window.activateWindow()
        self.watch = OnePress(application, keyboard)
        self.clicks = 0
        self.button.clicked.connect(self._on_clicked)
        self._time = 0

    @property
    def handle(self) -> QWindow:
        handle = self.window.windowHandle()
        assert handle is not None
        return handle

    def press(self, code: int, *, repeated: bool = False) -> bool:
        """One press as Qt tells it, twice; whether it was a repeat."""
        self._time += 30
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            self._send(kind, code, repeated=repeated)
        return self.watch.repeats

    def release(self, code: int) -> None:
        self._send(QEvent.Type.KeyRelease, code)

    def _send(self, kind: QEvent.Type, code: int, *, repeated: bool = False) -> None:
        text = " " if code == SPACE else ""
        none = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(kind, KEYS[code], none, code, 0, 0, text, repeated)
        event.setTimestamp(self._time)
        QCoreApplication.sendEvent(self.handle, event)

    def _on_clicked(self) -> None:
        self.clicks += 1


@pytest.fixture
def keyboard() -> Keyboard:
    return Keyboard()


@pytest.fixture
def desk(qtbot: QtBot, keyboard: Keyboard) -> Iterator[Desk]:
    made = Desk(keyboard)
    qtbot.addWidget(made.window)
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() == made.handle)
    yield made
    made.watch.setParent(None)  # no other test is watched


def test_a_press_without_a_release_before_it_is_a_repeat(desk: Desk) -> None:
    assert [desk.press(D) for _ in range(4)] == [False, True, True, True]
    desk.release(D)
    assert not desk.watch.repeats
    told = []
    for _ in range(3):
        told.append(desk.press(D))
        desk.release(D)
    assert told == [False] * 3


def test_another_key_meanwhile_is_fresh(desk: Desk) -> None:
    assert not desk.press(RETURN)
    assert not desk.press(D)
    assert desk.press(D)
    desk.release(D)
    assert not desk.press(D)
    assert desk.press(RETURN)


def test_elsewhere_the_systems_own_mark_is_right(qtbot: QtBot) -> None:
    desk = Desk(None)
    qtbot.addWidget(desk.window)
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() == desk.handle)
    assert [desk.press(D, repeated=again) for again in (False, True, False)] == [False, True, False]
    desk.watch.setParent(None)


def test_what_is_let_go_while_the_focus_moves_is_fresh_again(
    desk: Desk, keyboard: Keyboard
) -> None:
    desk.press(RETURN)
    desk.press(D)
    keyboard.held = {D}  # Return was let go, and no window was told
    desk.watch._on_focus_window_changed(desk.handle)
    assert not desk.press(RETURN)
    assert desk.press(D)


@pytest.mark.parametrize("code", [RETURN, SPACE])
def test_a_held_key_that_presses_buttons_does_nothing_more(desk: Desk, code: int) -> None:
    desk.text.setFocus()
    desk.press(code)
    desk.button.setAutoDefault(True)  # Return presses it
    desk.button.setFocus()  # by what the first press did
    for _ in range(5):
        desk.press(code)
    desk.release(code)
    assert desk.clicks == 0
    desk.press(code)
    desk.release(code)
    assert desk.clicks == 1


def test_a_held_key_that_pressed_a_button_does_not_write_elsewhere(desk: Desk) -> None:
    desk.button.setFocus()
    desk.press(RETURN)
    desk.text.setFocus()  # by what the first press did
    for _ in range(5):
        desk.press(RETURN)
    assert desk.text.toPlainText() == ""


def test_where_it_writes_it_repeats(desk: Desk) -> None:
    desk.text.setFocus()
    for _ in range(3):
        desk.press(SPACE)
    desk.release(SPACE)
    assert desk.text.toPlainText() == "   "
    for _ in range(3):
        desk.press(RETURN)
    assert desk.text.document().blockCount() == 4
    desk.release(RETURN)
    desk.line.setFocus()
    for _ in range(3):
        desk.press(SPACE)
    assert desk.line.text() == "   "


def test_a_shortcut_made_for_one_press_acts_once(desk: Desk, qtbot: QtBot) -> None:
    action = QAction("Spend", desk.window)
    desk.watch.guard(action)
    done = []
    action.triggered.connect(lambda: done.append(1))
    event = QShortcutEvent(QKeySequence("D"), 0)
    for _ in range(4):
        desk.press(D)
        QCoreApplication.sendEvent(action, event)
    assert len(done) == 1
    desk.release(D)
    action.trigger()  # by the menu or an assistive tool, whatever the keys do
    desk.press(D)
    action.trigger()
    assert len(done) == 3
    assert not action.autoRepeat()


def test_a_button_made_for_one_press(desk: Desk, qtbot: QtBot) -> None:
    once(desk.button)
    desk.line.setFocus()
    QTest.mouseClick(desk.button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(desk.button, Qt.MouseButton.LeftButton)  # its second half alone
    assert desk.clicks == 1
    assert desk.line.hasFocus()
    assert one_press() is one_press()
