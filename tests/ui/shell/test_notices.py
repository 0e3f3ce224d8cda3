from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton

from cartoonmix_desktop.core.errors import (
    DiskFull,
    FolderUnusable,
    KeyringLocked,
    PictureTruncated,
    ServerFault,
)
from cartoonmix_desktop.services.events import (
    AccountChanged,
    AccountKind,
    KeyLocation,
    QueueChanged,
    UpdatesChanged,
)
from cartoonmix_desktop.ui.notices import Notices
from cartoonmix_desktop.ui.widgets.notice import Banner
from cartoonmix_desktop.wording.common import NoticeAction, Offer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cartoonmix_desktop.ui.widgets.theme import Theme


@pytest.fixture
def banner(qtbot: QtBot, theme: Theme) -> Banner:
    made = Banner()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def notices(banner: Banner) -> Notices:
    return Notices(banner, banner)


def press(banner: Banner, words: str) -> None:
    """The newest button of that name: those before it are on their way out."""
    [*_, found] = [b for b in banner.findChildren(QPushButton) if b.text() == words]
    found.click()


def offers(banner: Banner) -> list[str]:
    return [b.text() for b in banner.findChildren(QPushButton) if not b.isHidden()]


def test_a_full_disk_leads_to_its_own_folder(
    notices: Notices, banner: Banner, qtbot: QtBot
) -> None:
    notices.show_problem(DiskFull("/exports/2025", "No space left on device"))
    with qtbot.waitSignal(notices.action_requested) as told:
        press(banner, "Show folder")
    assert told.args == [Offer(NoticeAction.SHOW_FOLDER, path=Path("/exports/2025"))]


def test_a_picture_can_be_fetched_again_where_its_task_is_known(
    notices: Notices, banner: Banner, qtbot: QtBot
) -> None:
    notices.show_problem(PictureTruncated("https://x"))
    assert offers(banner) == []
    notices.show_problem(PictureTruncated("https://x"), 7)
    with qtbot.waitSignal(notices.action_requested) as told:
        press(banner, "Fetch again")
    assert told.args == [Offer(NoticeAction.FETCH_AGAIN, task_id=7)]


def test_a_newer_version_leads_to_its_page(notices: Notices, banner: Banner, qtbot: QtBot) -> None:
    notices.show_account(AccountChanged(AccountKind.SANDBOX, KeyLocation.NOWHERE))
    notices.show_updates(UpdatesChanged(wanted=True, newer="2.0.0"))
    assert banner.accessibleName() == "CartoonMix Desktop 2.0.0 is available."
    with qtbot.waitSignal(notices.action_requested) as told:
        press(banner, "Open its page")
    assert told.args == [Offer(NoticeAction.RELEASE_PAGE)]
    notices.show_updates(UpdatesChanged(wanted=False))
    assert banner.accessibleName().startswith("Sandbox")


def test_what_went_wrong_is_told_before_a_newer_version(notices: Notices, banner: Banner) -> None:
    notices.show_updates(UpdatesChanged(wanted=True, newer="2.0.0"))
    notices.show_problem(ServerFault("Run", 500))
    assert "2.0.0" not in banner.accessibleName()


def test_what_cannot_be_tried_again_from_here_has_no_button_for_it(
    notices: Notices, banner: Banner
) -> None:
    notices.show_problem(FolderUnusable("/pictures", "Read-only file system"))
    assert "Read-only file system" in banner.accessibleName()
    assert "Try again" not in [button.text() for button in banner.findChildren(QPushButton)]


def test_what_the_queue_says_of_the_keyring_is_not_said_twice(
    notices: Notices, banner: Banner
) -> None:
    locked = KeyringLocked()
    account = AccountChanged(AccountKind.WIRO, KeyLocation.NOWHERE, error=locked)
    notices.show_account(account)
    assert "locked" in banner.accessibleName()
    notices.show_queue(QueueChanged(0, 3, locked))
    assert banner.isHidden()
    notices.show_queue(QueueChanged(0, 3))
    assert "locked" in banner.accessibleName()
