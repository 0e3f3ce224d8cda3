"""What becomes of a bug of ours."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from cartoonmix_desktop.storage.crash_reports import CrashReports
from cartoonmix_desktop.ui.app.crash_handler import CrashHandler
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.theme import Theme

SAID = "a prompt <b>of somebody</b>"


@pytest.fixture
def crash_handler(qapp, tmp_path, monkeypatch):
    Theme(qapp).apply()
    for module, hook in (
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
    ):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    before = list(logging.getLogger().handlers)
    made = CrashHandler(tmp_path / "logs", CrashReports(tmp_path / "crashes"), qapp)
    yield made
    for handler in logging.getLogger().handlers[:]:
        if handler not in before:
            logging.getLogger().removeHandler(handler)
            handler.close()
    made.deleteLater()


def boxes():
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]


def fail():
    raise ZeroDivisionError(SAID)


@pytest.mark.no_qt_log
def test_a_bug_in_a_slot_is_logged_once_and_told_once(crash_handler, qtbot, monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(desktop, "open_text", opened.append)
    for _ in range(2):
        try:
            fail()
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: len(boxes()) == 1)
    [box] = boxes()
    first, _ = sorted((tmp_path / "crashes").iterdir())
    assert str(first) in box.text()
    next(button for button in box.buttons() if button.text() == "Open report").click()
    assert opened == [first]
    box.close()
    text = crash_handler.path.read_text("utf-8")
    assert SAID not in text + first.read_text("utf-8"), "what it says may hold a secret"
    assert text.count("CRITICAL") == 2
    assert "ZeroDivisionError" in text


def test_a_warning_is_logged_and_not_told(crash_handler, qtbot):
    logging.getLogger("cartoonmix_desktop.x").warning("something passed")
    assert "something passed" in crash_handler.path.read_text("utf-8")
    QTimer.singleShot(0, lambda: None)
    QApplication.processEvents()
    assert boxes() == []


def test_a_bug_in_a_thread_is_told_too(crash_handler, qtbot):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(boxes()) == 1)
    boxes()[0].close()


def test_without_a_log_folder_the_bug_is_still_told(qapp, tmp_path, qtbot, crash_handler):
    for name in ("logs", "crashes"):
        (tmp_path / name).write_text("a file in the way")
    logging.getLogger("x").error("bad", exc_info=ValueError("x"))
    qtbot.waitUntil(lambda: len(boxes()) == 1)
    boxes()[0].close()
