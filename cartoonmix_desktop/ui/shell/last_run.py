"""What is said once about the last time: a crash, or settings that could not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.wording import window as texts

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.ui.notices import Notices

_OPEN_REPORT, _SHOW_SETTINGS = "open_report", "show_old_settings"


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
        self._paths: dict[str, Path] = {}
        notices.action_requested.connect(self._on_action)

    def tell(self, crashed: Path | None, quarantined: Quarantined | None) -> None:
        """Say what there is to say.

        Args:
            crashed: the report of a crash.
            quarantined: settings that could not be used.
        """
        if quarantined is not None:
            self._paths[_SHOW_SETTINGS] = quarantined.path
            self._notices.show_news(
                "settings",
                "warn",
                texts.settings_quarantined(quarantined.reason, quarantined.path.name),
                ((_SHOW_SETTINGS, texts.SHOW_FILE),),
            )
        if crashed is not None:
            self._paths[_OPEN_REPORT] = crashed
            self._notices.show_news(
                "crash",
                "warn",
                texts.CRASHED,
                ((_OPEN_REPORT, texts.OPEN_REPORT),),
            )

    def _on_action(self, action: str) -> None:
        path = self._paths.get(action)
        if path is None:
            return
        if action == _OPEN_REPORT:
            desktop.open_text(path)
        else:
            desktop.show_in_folder(path)
