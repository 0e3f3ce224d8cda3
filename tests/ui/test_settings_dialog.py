from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.errors import UpdateRefused
from cartoonmix_desktop.services.events import UpdatesChanged
from cartoonmix_desktop.ui.about_dialog import AboutDialog
from cartoonmix_desktop.ui.settings_dialog import SettingsDialog
from cartoonmix_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The windowless platform complains so of every window that has size hints.

VALUES = {
    "theme": "light",
    "body_format": "multipart",
    "pictures_folder": Path("/home/<b>someone</b>/Pictures"),
    "thumbnails_size": 182_300_000,
}


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> SettingsDialog:
    Theme(qapp).apply()
    dialog = SettingsDialog()
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog


def named(page: QWidget, name: str) -> QWidget:
    return next(w for w in page.findChildren(QWidget) if w.accessibleName() == name)


def button(page: QWidget, text: str) -> QAbstractButton:
    return next(b for b in page.findChildren(QAbstractButton) if b.text() == text)


def test_shows_what_is_set_and_tells_nobody(page: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.changed):
        page.show_values(VALUES)
    assert named(page, "Theme").currentText() == "Light"
    assert named(page, "Request format").currentText() == "Multipart form"
    assert named(page, "Pictures folder").text() == str(VALUES["pictures_folder"])
    assert named(page, "Thumbnails").text() == "182 MB"
    page.show_values({"thumbnails_size": 0})
    assert named(page, "Theme").currentText() == "Light"
    assert not button(page, "Clear").isEnabled()


@pytest.mark.parametrize(
    ("name", "key", "setting", "value"),
    [
        ("Theme", Qt.Key.Key_Up, "theme", "dark"),
        ("Request format", Qt.Key.Key_Up, "body_format", "json"),
    ],
)
def test_a_choice_works_at_once(
    page: SettingsDialog, qtbot: QtBot, name: str, key: Qt.Key, setting: str, value: str
) -> None:
    page.show_values(VALUES)
    box = named(page, name)
    box.setFocus()
    with qtbot.waitSignal(page.changed) as told:
        qtbot.keyClick(box, key)
    assert told.args == [setting, value]


def test_every_choice_is_offered_once(page: SettingsDialog) -> None:
    offered = [
        [box.itemData(i) for i in range(box.count())] for box in page.findChildren(QComboBox)
    ]
    assert offered == [["system", "dark", "light"], ["json", "multipart"], [7, 30, 90, 0]]


def test_folder_and_thumbnails(page: SettingsDialog, qtbot: QtBot) -> None:
    page.show_values(VALUES)
    assert all(f.isReadOnly() for f in page.findChildren(QLineEdit))
    with qtbot.waitSignal(page.open_folder_requested):
        button(page, "Open folder").click()
    with qtbot.waitSignal(page.clear_requested):
        button(page, "Clear").click()


def test_escape_closes_and_return_presses_nothing_by_itself(
    page: SettingsDialog, qtbot: QtBot
) -> None:
    named(page, "Pictures folder").setFocus()
    qtbot.keyClick(named(page, "Pictures folder"), Qt.Key.Key_Return)
    assert page.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_a_setting_from_elsewhere_is_never_fatal(page: SettingsDialog) -> None:
    page.show_values({"theme": "mauve", "body_format": None})
    assert named(page, "Theme").currentText() == "As the system"


def test_about_tells_the_versions(qtbot: QtBot, qapp: QApplication) -> None:
    Theme(qapp).apply()
    about = AboutDialog(sqlite_version="3.51.3")
    qtbot.addWidget(about)
    about.open()
    said = "\n".join(w.text() for w in about.findChildren(QLabel))
    assert f"Version {__version__}" in said
    assert "SQLite 3.51.3" in said
    assert "MIT" in said
    selectable = Qt.TextInteractionFlag.TextSelectableByMouse
    assert all(w.textInteractionFlags() & selectable for w in about.findChildren(QLabel))
    about.findChild(QToolButton).click()
    assert "SQLite 3.51.3" in QGuiApplication.clipboard().text()
    about.findChild(QPushButton).click()
    assert not about.isVisible()


# --- news of newer versions ----------------------------------------------------------------------


@pytest.fixture
def news_page(qtbot: QtBot, qapp: QApplication) -> SettingsDialog:
    Theme(qapp).apply()
    dialog = SettingsDialog(offers_news=True)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog


def test_a_build_without_a_page_offers_no_news(page: SettingsDialog) -> None:
    page.show_news(UpdatesChanged(wanted=True, newer="2.0.0"))
    assert not page.findChildren(QCheckBox)
    assert not any("version" in w.text().lower() for w in page.findChildren(QLabel))


def test_news_are_off_until_they_are_switched_on(news_page: SettingsDialog, qtbot: QtBot) -> None:
    news_page.show_news(UpdatesChanged(wanted=False))
    box = news_page.findChild(QCheckBox)
    assert not box.isChecked()
    assert not button(news_page, "Open its page").isVisible()
    box.setFocus()
    with qtbot.waitSignal(news_page.news_wanted) as told:
        qtbot.keyClick(box, Qt.Key.Key_Space)
    assert told.args == [True]


def test_a_newer_version_is_told_as_plain_text(news_page: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(news_page.news_wanted):
        news_page.show_news(UpdatesChanged(wanted=True, newer="2.0.0", notes="<b>Faster</b>\nyes"))
    [told] = [w for w in news_page.findChildren(QLabel) if "2.0.0" in w.text()]
    assert told.text() == "Version 2.0.0 is out: <b>Faster</b> yes"
    assert told.textFormat() is Qt.TextFormat.PlainText
    with qtbot.waitSignal(news_page.release_page_requested):
        button(news_page, "Open its page").click()


def test_news_that_were_refused_are_told(news_page: SettingsDialog) -> None:
    news_page.show_news(UpdatesChanged(wanted=True, error=UpdateRefused("signature")))
    assert any("not signed" in w.text() for w in news_page.findChildren(QLabel) if w.isVisible())
