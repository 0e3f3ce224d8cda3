"""The caps on what runs cost: set in the settings, and asked about before one is passed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from cartoonmix_desktop.core.money.caps import AtCap
from cartoonmix_desktop.ui.widgets.dialogs import ask
from cartoonmix_desktop.wording.money import caps as words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from cartoonmix_desktop.core.money.caps import Cap
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.services.money.caps import CapKeeper, Press
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.settings.dialog import SettingsDialog


class CapsPresenter(QObject):
    """Joins the caps to the window."""

    def __init__(self, caps: CapKeeper, frame: Frame, spawn: Spawn, parent: QObject) -> None:
        """From now on the person can be asked.

        Args:
            caps: what is set, and what is left of it.
            frame: the window.
            spawn: runs what a person asked for, and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._caps, self._frame, self._spawn = caps, frame, spawn
        self._page: SettingsDialog | None = None
        self._asking = asyncio.Lock()  # one question after the other
        caps.ask = self._ask

    def attend(self, page: SettingsDialog) -> None:
        """The settings are opened."""
        self._page = page
        page.caps.show_caps(self._caps.caps)
        page.caps.cap_changed.connect(self._on_cap_changed)
        page.caps.at_cap_changed.connect(self._on_at_cap_changed)
        self.show_spent()
        self._spawn(self._caps.look())

    def show_page(self) -> None:
        """Turn to the caps in the settings that are open."""
        if self._page is not None and isValid(self._page):
            self._page.show_page("caps")

    def show_spent(self) -> None:
        """Keep an open page true."""
        if self._page is not None and isValid(self._page):
            self._page.caps.show_spent(self._caps.spent)

    def _on_cap_changed(self, cap: Cap, amount: Decimal | None) -> None:
        self._spawn(self._caps.set_cap(cap, amount))

    def _on_at_cap_changed(self, at_cap: str) -> None:
        self._spawn(self._caps.set_at_cap(AtCap(at_cap)))  # Qt made a text of it

    def words_of(self, requests: Sequence[GenerationRequest]) -> str:
        """What a press sends, costs and leaves."""
        return words.of_press(self._caps.press(requests))

    async def _ask(self, press: Press) -> bool:
        asked = words.question(press)
        async with self._asking:
            buttons = [asked.yes, asked.no]
            return await ask(self._frame.widget, asked.title, asked.text, buttons) == asked.yes
