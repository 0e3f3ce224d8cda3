"""How far a history of an older version is renewed: in the midst of a window that waits for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.wording.window import RENEWAL_HELP, renewing

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cartoonmix_desktop.services.progress import LongWork

_LOOKS = 0.2  # seconds between two


async def show_renewal(window: QWidget, work: LongWork, opening: asyncio.Task[Any]) -> None:
    """Say how far it is until the history is open, or cannot be opened.

    Args:
        window: shown.
        work: how far it is; as long as its total is not known, there is nothing to be said.
        opening: ends it.
    """
    line, hint = label(size=15), label(RENEWAL_HELP, role="muted")
    shown = (line, hint)
    for one in shown:
        one.setParent(window)
        one.setAlignment(Qt.AlignmentFlag.AlignCenter)
    while not opening.done():
        if work.total:
            line.setText(renewing(work.done))
            line.setGeometry(0, window.height() // 2 - 40, window.width(), 30)
            hint.setGeometry(0, window.height() // 2 - 8, window.width(), 24)
            for one in shown:
                one.show()
                one.raise_()
        await asyncio.wait({opening}, timeout=_LOOKS)
    for one in shown:
        one.hide()
        one.deleteLater()
