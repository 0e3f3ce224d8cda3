"""What becomes of a bug of ours."""

from __future__ import annotations

import logging
import sys

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from cartoonmix_desktop.ui.mishaps import Mishaps
from cartoonmix_desktop.ui.theme import Theme


@pytest.fixture
def mishaps(qapp, tmp_path, monkeypatch):
    Theme(qapp).apply()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    before = list(logging.getLogger().handlers)
    made = Mishaps(tmp_path / "logs", qapp)
    yield made
    for handler in logging.getLogger().handlers[:]:
        if handler not in before:
            logging.getLogger().removeHandler(handler)
            handler.close()
    made.deleteLater()


def boxes():
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]


def fail():
    raise ZeroDivisionError("a bug <b>of ours</b>")


@pytest.mark.no_qt_log
def test_a_bug_in_a_slot_is_logged_once_and_told_once(mishaps, qtbot, monkeypatch):
    for _ in range(2):
        try:
            fail()
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: len(boxes()) == 1)
    [box] = boxes()
    assert str(mishaps.path) in box.text()
    box.close()
    text = mishaps.path.read_text("utf-8")
    assert text.count("CRITICAL") == 2
    assert "ZeroDivisionError" in text


def test_a_warning_is_logged_and_not_told(mishaps, qtbot):
    logging.getLogger("cartoonmix_desktop.x").warning("something passed")
    assert "something passed" in mishaps.path.read_text("utf-8")
    QTimer.singleShot(0, lambda: None)
    QApplication.processEvents()
    assert boxes() == []


def test_without_a_log_folder_the_bug_is_still_told(qapp, tmp_path, qtbot, mishaps):
    (tmp_path / "logs").write_text("a file in the way")
    logging.getLogger("x").error("bad", exc_info=ValueError("x"))
    qtbot.waitUntil(lambda: len(boxes()) == 1)
    boxes()[0].close()
