"""Menu entries with a name in them that a person gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.ui.widgets.text import elided, tooltip

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu

_WIDEST_NAME = 280  # pixels of an entry


def add_named(menu: QMenu, words: str, name: str) -> QAction:
    """Put an entry at the end of a menu, with a name in it that a person gave.

    Args:
        menu: which.
        words: of the entry; ``{}`` stands for the name, of which a tooltip tells what is cut off.
        name: of any length.
    """
    shown = elided(name, menu.fontMetrics(), _WIDEST_NAME)
    action = menu.addAction(words.replace("{}", shown).replace("&", "&&"))  # & underlines a letter
    if shown != name:
        action.setToolTip(tooltip(name))
        menu.setToolTipsVisible(True)
    return action
