"""The cursor blinks while somebody types."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from cartoonmix_desktop.ui.app.resting_cursor import RestingCursor


def test_it_rests_and_blinks_again_when_something_is_typed(qtbot, qapp):
    hints = QGuiApplication.styleHints()
    usual = hints.cursorFlashTime()
    field = QPlainTextEdit()
    qtbot.addWidget(field)
    with qtbot.waitExposed(field):
        field.show()
    field.activateWindow()
    field.setFocus()
    cursor = RestingCursor(qapp, rests=30)
    qtbot.waitUntil(lambda: hints.cursorFlashTime() == 0, timeout=2_000)
    qtbot.keyClicks(field, "fox")
    assert hints.cursorFlashTime() == usual > 0
    cursor.deleteLater()
