from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.widgets.notice import Banner
from cartoonmix_desktop.ui.widgets.theme import Theme
from cartoonmix_desktop.wording.common import NoticeAction, Offer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The windowless platform complains so of every window that has size hints.

MARKUP = "<b>x</b><img src=file:///etc/passwd>"


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    Theme(qapp).apply()
    made = QWidget()
    qtbot.addWidget(made)
    column = QVBoxLayout(made)
    column.addWidget(Banner())
    column.addStretch()
    made.resize(1000, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def banner(window: QWidget) -> Banner:
    return window.findChild(Banner)


def buttons(banner: Banner) -> list[str]:
    return [b.text() for b in banner.findChildren(QPushButton) if b.isVisible()]


def words(banner: Banner) -> str:
    return "".join(w.text() for w in banner.findChildren(QLabel) if w.isVisible())


def test_nothing_is_there_until_something_is_true(banner: Banner, window: QWidget) -> None:
    assert not banner.isVisible()
    assert banner.parentWidget().layout().sizeHint().height() < 40


@pytest.mark.parametrize("kind", ["info", "warn", "bad"])
def test_one_line_with_its_buttons(banner: Banner, qtbot: QtBot, kind: str) -> None:
    actions = [Offer(NoticeAction.BILLING), Offer(NoticeAction.RETRY)]
    banner.show_banner(kind, "The balance is too low.", actions)
    qtbot.waitUntil(lambda: buttons(banner) == ["Open Wiro billing", "Try again"])
    assert words(banner) == banner.accessibleName() == "The balance is too low."
    assert banner.height() <= 40
    with qtbot.waitSignal(banner.action_requested) as told:
        banner.findChildren(QPushButton)[1].click()
    assert told.args == [Offer(NoticeAction.RETRY)]


def test_new_words_take_the_place_of_old_ones(banner: Banner, qtbot: QtBot) -> None:
    banner.show_banner("bad", "First", [Offer(NoticeAction.RETRY)])
    banner.show_banner("info", "Second", [Offer(NoticeAction.SIGN_IN)])
    qtbot.waitUntil(lambda: buttons(banner) == ["Sign in to Wiro"])
    assert words(banner) == "Second"
    banner.clear()
    assert not banner.isVisible()


def test_closing_hides_it_and_tells(banner: Banner, qtbot: QtBot) -> None:
    banner.show_banner("info", "Sandbox")
    close = banner.findChild(QToolButton)
    assert close.accessibleName() == "Close this message"
    with qtbot.waitSignal(banner.dismissed):
        close.click()
    assert not banner.isVisible()


def test_words_from_outside_are_plain(banner: Banner) -> None:
    banner.show_banner("bad", MARKUP)
    assert words(banner) == MARKUP
    assert {w.textFormat() for w in banner.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_it_wraps_where_the_window_is_narrow(banner: Banner, window: QWidget, qtbot: QtBot) -> None:
    banner.show_banner("warn", "a rather long sentence " * 5, [Offer(NoticeAction.SIGN_IN)])
    QApplication.processEvents()
    wide = banner.height()
    window.resize(480, 300)
    qtbot.waitUntil(lambda: banner.height() > wide)
    label = next(w for w in banner.findChildren(QLabel) if w.isVisible())
    assert label.height() >= label.heightForWidth(label.width())
    assert banner.rect().contains(banner.findChild(QToolButton).geometry())


def test_its_icon_follows_the_theme(banner: Banner, qapp: QApplication) -> None:
    banner.show_banner("info", "Sandbox")
    QApplication.processEvents()
    dark = banner.grab().toImage()
    Theme.current().apply("light")
    QApplication.processEvents()
    light = banner.grab().toImage()
    ink = {dark.pixelColor(x, y).lightness() for x in range(16, 33) for y in range(dark.height())}
    other = {
        light.pixelColor(x, y).lightness() for x in range(16, 33) for y in range(light.height())
    }
    assert max(ink) > 120 > min(ink)  # light lines on a dark ground
    assert min(other) < 140 < max(other)  # dark lines on a light one
