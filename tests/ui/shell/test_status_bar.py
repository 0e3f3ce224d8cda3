from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.services.events import (
    AccountChanged,
    AccountKind,
    ConnectionChanged,
    KeyLocation,
    QueueChanged,
    TotalsChanged,
)
from cartoonmix_desktop.ui.shell.status_bar import StatusBar
from cartoonmix_desktop.ui.widgets.theme import Theme
from cartoonmix_desktop.wording.queue import QueueState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The windowless platform complains so of every window that has size hints.

SANDBOX = AccountChanged(AccountKind.SANDBOX, KeyLocation.NOWHERE)
WIRO = AccountChanged(AccountKind.WIRO, KeyLocation.KEYRING, "4f2a")
MARKUP = "<b>x</b><img src=file:///etc/passwd>"


@pytest.fixture
def line(qtbot: QtBot, qapp: QApplication) -> StatusBar:
    Theme(qapp).apply()
    made = StatusBar()
    qtbot.addWidget(made)
    made.resize(1200, made.height())
    made.show()
    qtbot.waitExposed(made)
    return made


def words(line: StatusBar) -> list[str]:
    return [w.text() for w in line.findChildren(QLabel) if w.isVisible()]


def button(line: StatusBar, text: str) -> QToolButton | None:
    found = [b for b in line.findChildren(QToolButton) if b.isVisible() and b.text() == text]
    return found[0] if found else None


def test_it_says_nothing_before_it_knows(line: StatusBar) -> None:
    assert words(line) == []
    assert not [b for b in line.findChildren(QToolButton) if b.isVisible()]
    assert 24 <= line.height() <= 28


@pytest.mark.parametrize(("account", "text"), [(SANDBOX, "Sandbox"), (WIRO, "Wiro")])
def test_the_account_opens_its_page(
    line: StatusBar, qtbot: QtBot, account: AccountChanged, text: str
) -> None:
    line.show_account(account)
    found = button(line, text)
    assert found.accessibleName() == f"Account: {text}"
    assert found.accessibleDescription()
    assert not found.icon().isNull()
    with qtbot.waitSignal(line.account_requested):
        found.click()


def test_offline_is_a_word_and_goes_again(line: StatusBar) -> None:
    line.show_account(WIRO)
    line.show_connection(ConnectionChanged(None))
    assert button(line, "Wiro")
    line.show_connection(ConnectionChanged(online=False, error=e.Unreachable("Run", "dns")))
    assert "Wiro cannot be found" in button(line, "Wiro · Offline").toolTip()
    line.show_connection(ConnectionChanged(online=True))
    assert button(line, "Wiro")


@pytest.mark.parametrize(
    ("running", "waiting", "said"),
    [
        (2, 5, ["2 running · 5 waiting"]),
        (1, 0, ["1 running"]),
        (0, 1200, ["1,200 waiting"]),
        (0, 0, []),
    ],
)
def test_the_queue(line: StatusBar, running: int, waiting: int, said: list[str]) -> None:
    line.show_queue(QueueChanged(running, waiting))
    assert words(line) == said


def test_what_waits_at_the_server_is_told_apart_from_what_runs(line: StatusBar) -> None:
    line.show_account(WIRO)
    line.show_queue(QueueChanged(1, 4, queued=2))
    assert words(line) == ["1 running · 2 queued at Wiro · 4 waiting"]


def test_what_is_being_sent_waits_no_longer(line: StatusBar) -> None:
    line.show_queue(QueueChanged(1, 3, sending=True))
    assert words(line) == ["1 running · 1 sending · 2 waiting"]
    line.show_queue(QueueChanged(0, 1, sending=True))
    assert words(line) == ["1 sending"]


def test_how_the_queue_stands_is_said_where_it_stands(line: StatusBar) -> None:
    for queue in (
        QueueChanged(0, 5, e.InsufficientBalance("Run", 97, MARKUP)),
        QueueChanged(0, 5, held=True),
    ):
        line.show_queue(queue)
        assert words(line) == ["5 waiting"]
        assert len([b for b in line.findChildren(QToolButton) if b.isVisible()]) == 0


def test_out_of_sight_it_is_said_here_and_leads_there(line: StatusBar, qtbot: QtBot) -> None:
    line.show_state(QueueState(f"Paused: {MARKUP}", "Add credit at Wiro", paused=True))
    state = button(line, f"Paused: {MARKUP}")
    assert "<img" not in state.toolTip()
    assert state.accessibleDescription() == "Add credit at Wiro"
    with qtbot.waitSignal(line.queue_requested):
        state.click()
    for state_of in (QueueState("Sending one after another"), None):
        line.show_state(state_of)
        assert not [b for b in line.findChildren(QToolButton) if b.isVisible()]


def test_a_long_reason_gives_way(line: StatusBar) -> None:
    line.show_account(WIRO)
    line.show_totals(TotalsChanged(Decimal("0.07"), 1204, 4_200_000_000))
    line.show_queue(QueueChanged(2, 5))
    line.show_state(QueueState("word " * 60, paused=True))
    line.resize(800, line.height())
    QApplication.processEvents()
    assert line.minimumSizeHint().width() <= 800
    kept = next(w for w in line.findChildren(QLabel) if "pictures" in w.text())
    assert kept.geometry().right() <= 800
    assert kept.width() >= kept.sizeHint().width()


@pytest.mark.parametrize(
    ("spent", "pictures", "size", "said"),
    [
        ("0.0735", 1204, 4_200_000_000, ["$0.07 today", "4.2 GB · 1,204 pictures"]),
        ("1234.5", 1, 400_000, ["$1,234.50 today", "400 KB · 1 picture"]),
        ("0.0035", 2, 1_630_000, ["$0.0035 today", "1.6 MB · 2 pictures"]),
        ("0", 0, 0, []),
    ],
)
def test_totals(line: StatusBar, spent: str, pictures: int, size: int, said: list[str]) -> None:
    line.show_totals(TotalsChanged(Decimal(spent), pictures, size))
    buttons = [b.text() for b in line.findChildren(QToolButton) if b.isVisible()]
    assert [*buttons, *words(line)] == said


def test_what_today_cost_opens_spending_and_tells_itself_exactly(
    line: StatusBar, qtbot: QtBot
) -> None:
    line.show_totals(TotalsChanged(Decimal("0.073512345678"), 1, 1))
    today = button(line, "$0.07 today")
    assert today is not None
    assert today.toolTip() == "$0.073512345678"
    with qtbot.waitSignal(line.spending_requested):
        today.click()
