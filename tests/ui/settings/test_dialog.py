from __future__ import annotations

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
    QScrollArea,
    QToolButton,
    QWidget,
)

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.core.errors import UpdateRefused
from cartoonmix_desktop.services.events import UpdatesChanged
from cartoonmix_desktop.ui.settings.about_dialog import AboutDialog
from cartoonmix_desktop.ui.settings.dialog import SettingsDialog
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The windowless platform complains so of every window that has size hints.

VALUES = {
    "theme": "light",
    "body_format": "multipart",
    "thumbnail_budget": 1024,
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
    assert named(page, "Space for thumbnails").currentText() == "1 GB"
    page.show_values({})
    assert named(page, "Theme").currentText() == "Light"


@pytest.mark.parametrize(
    ("name", "key", "setting", "value"),
    [
        ("Theme", Qt.Key.Key_Up, "theme", "dark"),
        ("Request format", Qt.Key.Key_Up, "body_format", "json"),
        ("Space for thumbnails", Qt.Key.Key_Down, "thumbnail_budget", 2048),
    ],
)
def test_a_choice_works_at_once(
    page: SettingsDialog, qtbot: QtBot, name: str, key: Qt.Key, setting: str, value: str
) -> None:
    page.show_values(VALUES)
    page.show_page("library" if name.startswith("Space") else "general")
    box = named(page, name)
    box.setFocus()
    with qtbot.waitSignal(page.changed) as told:
        qtbot.keyClick(box, key)
    assert told.args == [setting, value]


def test_every_choice_is_offered_once(page: SettingsDialog) -> None:
    offered = [
        [box.itemData(i) for i in range(box.count())] for box in page.findChildren(QComboBox)
    ]
    assert sorted(offered, key=str) == [
        ["ask", "pause", "wait"],
        ["json", "multipart"],
        ["system", "dark", "light"],
        [128, 256, 512, 1024, 2048],
        [7, 30, 90, 0],
    ]


def test_the_folder_and_what_is_on_the_disk(page: SettingsDialog, qtbot: QtBot) -> None:
    library = page.library
    library.show_folder("/home/<b>someone</b>/Pictures", "It is synced.")
    page.show_page("library")
    assert named(page, "Pictures folder").text() == "/home/<b>someone</b>/Pictures"
    assert all(f.isReadOnly() for f in library.findChildren(QLineEdit))
    assert any(w.text() == "It is synced." and w.isVisible() for w in page.findChildren(QLabel))
    library.show_folder("/home/me", "")
    assert not any(w.text() == "It is synced." for w in page.findChildren(QLabel))
    library.show_use(DiskUse.THUMBNAILS, 182_300_000)
    assert named(page, "Thumbnails").text() == "182 MB"
    assert named(page, "Pictures").text() == "…"  # not yet counted
    library.show_use(DiskUse.TRASH, 0)
    assert not named(page, "Empty trash: Trash").isEnabled()
    for name, signal in (
        ("Clear: Thumbnails", library.clear_requested),
        ("Open folder: History", library.open_requested),
    ):
        with qtbot.waitSignal(signal):
            named(page, name).click()
    for text, signal in (
        ("Move…", library.move_requested),
        ("Use another folder…", library.use_requested),
    ):
        with qtbot.waitSignal(signal):
            button(page, text).click()


def test_in_a_small_window_the_pages_scroll(qtbot: QtBot, qapp: QApplication) -> None:
    Theme(qapp).apply()
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(760, 420)
    window.show()
    dialog = SettingsDialog(window)
    dialog.show_page("library")
    dialog.open()
    qtbot.waitExposed(dialog)
    assert dialog.height() <= 420
    clear = named(dialog, "Clear: Thumbnails")
    clear.setFocus()  # what gets the focus comes into sight
    area = next(a for a in dialog.findChildren(QScrollArea) if a.isAncestorOf(clear))
    area.ensureWidgetVisible(clear)
    assert area.verticalScrollBar().maximum() > 0
    qtbot.waitUntil(lambda: not clear.visibleRegion().isEmpty())


def test_escape_closes_and_return_presses_nothing_by_itself(
    page: SettingsDialog, qtbot: QtBot
) -> None:
    page.show_page("library")
    named(page, "Pictures folder").setFocus()
    qtbot.keyClick(named(page, "Pictures folder"), Qt.Key.Key_Return)
    assert page.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_a_setting_from_elsewhere_is_never_fatal(page: SettingsDialog) -> None:
    page.show_values({"theme": "mauve", "body_format": None})
    assert named(page, "Theme").currentText() == "System"


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


def test_nothing_of_a_longer_language_is_cut_off(page: SettingsDialog, qtbot: QtBot) -> None:
    page.show_page("library")
    narrow = page.width()
    for made in page.library.findChildren(QPushButton):
        made.setText(f"{made.text()} xxxxx")
    qtbot.waitUntil(lambda: page.width() > narrow)
    edge = page.library.mapTo(page, page.library.rect().topRight()).x()
    assert edge < page.width()
    for made in page.library.findChildren(QPushButton):
        assert made.width() >= made.minimumSizeHint().width()
