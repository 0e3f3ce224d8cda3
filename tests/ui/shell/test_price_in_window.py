"""The whole window with a server that tells prices and a wallet: what stands under Generate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QPushButton

from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.shell.controller import Controller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from cartoonmix_desktop.ui.widgets.theme import Theme

# The whole window is made on the loop here; the program shows it before the loop begins.
pytestmark = pytest.mark.long_turns


@pytest.fixture
async def window(
    theme: Theme, tmp_path: Path, start_sandbox: Callable[..., Any]
) -> AsyncIterator[Any]:
    server = start_sandbox("--prices", "new", "--balance", "12.34")
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    environ = {
        "CARTOONMIX_API_URL": server.api,
        "CARTOONMIX_SOCKET_URL": server.socket,
        "CARTOONMIX_API_KEY": server.credentials.key,
        "CARTOONMIX_API_SECRET": server.credentials.secret,
    }
    settings = Settings(locations.data / "settings.json")
    studio = Studio(LocalStore(locations, settings), environ)
    controller = Controller(studio)
    controller.window.widget.resize(1280, 800)
    controller.window.widget.show()
    await studio.open()
    await controller.show_history()
    await studio.start()
    yield controller.window
    await controller.close()
    await studio.close()
    server.stop()
    controller.window.widget.deleteLater()


async def test_price_balance_and_ranges_come_by_themselves(window, until):
    named = {button.accessibleName(): button for button in window.recipe.findChildren(QPushButton)}
    price, balance = named["Price"], named["Balance"]
    await until(lambda: price.text() == "4 pictures · about $0.0036")
    await until(lambda: balance.isVisible() and balance.text() == "$12.34 left")
    window.recipe.set_raw({"samples": 2, "steps": 151})
    assert price.text() == "2 pictures · about $0.0018"
    notice = window.recipe._fields["steps"].notice
    assert notice.text == "Wiro lists values from 1 to 150."
    assert price.visibleRegion().boundingRect() == price.rect()
