"""What is said once about the last time: a crash, or settings that could not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

from cartoonmix_desktop.wording import window as texts
from cartoonmix_desktop.wording.common import NoticeAction, Offer

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.ui.notices import Notices


class Quarantined(Protocol):
    """A file of settings that could not be used."""

    @property
    def reason(self) -> str:
        """``"damaged"`` or ``"newer"``."""

    @property
    def path(self) -> Path:
        """Where it is now."""


class LastRun(QObject):
    """Says it in the banner and opens what it offers."""

    def __init__(self, notices: Notices, parent: QObject) -> None:
        super().__init__(parent)
        self._notices = notices

    def tell(self, crashed: Path | None, quarantined: Quarantined | None) -> None:
        """Say what there is to say.

        Args:
            crashed: the report of a crash.
            quarantined: settings that could not be used.
        """
        if quarantined is not None:
            self._notices.show_news(
                "settings",
                "warn",
                texts.settings_quarantined(quarantined.reason, quarantined.path.name),
                Offer(NoticeAction.SHOW_FILE, path=quarantined.path),
            )
        if crashed is not None:
            self._notices.show_news(
                "crash",
                "warn",
                texts.CRASHED,
                Offer(NoticeAction.OPEN_REPORT, path=crashed),
            )
