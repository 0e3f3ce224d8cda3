"""The menus of the menu bar; their titles came with the empty window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.ui.command_table import BAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.ui.command_table import Menu
    from cartoonmix_desktop.ui.commands import Commands


def filled(titled: Sequence[QMenu], commands: Commands) -> dict[Menu, QMenu]:
    """Put the entries in; what stands where is the table's.

    Args:
        titled: a menu for each title, in their order.
        commands: the entries.
    """
    menus = dict(zip(BAR, titled, strict=True))
    for place, menu in menus.items():
        commands.fill(menu, place)
    return menus
