"""Help ▸ Show log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.services.log_file import NAME
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.wording.window import NO_LOG

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.ui.notices import Notices


def show_log(folder: Path, notices: Notices) -> None:
    """Open the log in the system's reader, or say why there is none."""
    if (folder / NAME).is_file():
        desktop.open_text(folder / NAME)
    else:
        notices.show_news("log", "info", NO_LOG)
