"""The menus of the menu bar, whose titles the empty window had already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from cartoonmix_desktop.ui.command_table import BAR, Menu

if TYPE_CHECKING:
    from cartoonmix_desktop.ui.commands import Commands
    from cartoonmix_desktop.ui.history.search.bar import SearchBar
    from cartoonmix_desktop.ui.marks.actions import MarkActions
    from cartoonmix_desktop.ui.shell.window_frame import WindowFrame


class Menus(QObject):
    """What stands in them is the table's."""

    def __init__(
        self, frame: WindowFrame, commands: Commands, marks: MarkActions, search: SearchBar
    ) -> None:
        """Put the entries in.

        Args:
            frame: has the titles.
            commands: the entries.
            marks: those of the menu that is filled each time it is opened.
            search: tells the collection that is looked at.
        """
        super().__init__(frame)
        self._marks, self._search = marks, search
        self._menus = dict(zip(BAR, frame.titled_menus, strict=True))
        for place, menu in self._menus.items():
            commands.fill(menu, place)
        self[Menu.RATE].aboutToShow.connect(self._fill_rate)

    def __getitem__(self, place: Menu) -> QMenu:
        """One of them."""
        return self._menus[place]

    def _fill_rate(self) -> None:
        menu = self[Menu.RATE]
        menu.clear()
        for former in menu.findChildren(QMenu):
            former.deleteLater()
        self._marks.fill(menu, self._search.collection)
