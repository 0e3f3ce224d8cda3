"""The menu bar: titles with the empty window, entries as soon as there is something to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cartoonmix_desktop.wording import commands as words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu, QMenuBar

    from cartoonmix_desktop.ui.command_table import Menu
    from cartoonmix_desktop.ui.commands import Commands


class Menus(QObject):
    """The menus of the menu bar; what stands in them is the table's."""

    def __init__(self, bar: QMenuBar) -> None:
        """The titles alone."""
        super().__init__(bar)
        self._titled = [bar.addMenu(title) for title in words.BAR]
        self._menus: dict[Menu, QMenu] = {}

    def __getitem__(self, place: Menu) -> QMenu:
        """One of them, once they are filled."""
        return self._menus[place]

    def fill(self, commands: Commands) -> None:
        """Put the entries in."""
        from cartoonmix_desktop.ui.command_table import BAR

        self._menus = dict(zip(BAR, self._titled, strict=True))
        for place, menu in self._menus.items():
            commands.fill(menu, place)
