from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cartoonmix_desktop.core.errors import ServerFault
from cartoonmix_desktop.services.events import AccountChanged, AccountKind, Holding, UpdatesChanged
from cartoonmix_desktop.ui.banner import Banner
from cartoonmix_desktop.ui.notices import Notices

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cartoonmix_desktop.ui.theme import Theme


@pytest.fixture
def banner(qtbot: QtBot, theme: Theme) -> Banner:
    made = Banner()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def notices(banner: Banner) -> Notices:
    return Notices(banner, banner)


def test_a_newer_version_leads_to_its_page(notices: Notices, banner: Banner, qtbot: QtBot) -> None:
    notices.show_account(AccountChanged(AccountKind.SANDBOX, Holding.NOWHERE))
    notices.show_updates(UpdatesChanged(wanted=True, newer="2.0.0"))
    assert banner.accessibleName() == "Version 2.0.0 of CartoonMix Desktop is out."
    with qtbot.waitSignal(notices.action_requested) as told:
        banner.action_requested.emit("release_page")
    assert told.args == ["release_page"]
    notices.show_updates(UpdatesChanged(wanted=False))
    assert banner.accessibleName().startswith("Sandbox")


def test_what_went_wrong_is_told_before_a_newer_version(notices: Notices, banner: Banner) -> None:
    notices.show_updates(UpdatesChanged(wanted=True, newer="2.0.0"))
    notices.show_problem(ServerFault("Run", 500))
    assert "2.0.0" not in banner.accessibleName()
