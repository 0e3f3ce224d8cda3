"""The menu bar: titles with the empty window, entries as soon as there is something to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from cartoonmix_desktop.wording import commands as words

if TYPE_CHECKING:
    from cartoonmix_desktop.ui.command_table import Menu
    from cartoonmix_desktop.ui.shell.main_window import MainWindow


class Menus(QObject):
    """The menus of the menu bar; what stands in them is the table's."""

    def __init__(self, window: MainWindow) -> None:
        """The titles alone."""
        super().__init__(window)
        self._window = window
        bar = window.menuBar()
        self._titled = [bar.addMenu(title) for title in words.BAR]
        self._menus: dict[Menu, QMenu] = {}

    def __getitem__(self, place: Menu) -> QMenu:
        """One of them, once they are filled."""
        return self._menus[place]

    def fill(self) -> None:
        """Put the entries in."""
        from cartoonmix_desktop.ui.command_table import BAR, Menu

        self._menus = dict(zip(BAR, self._titled, strict=True))
        for place, menu in self._menus.items():
            self._window.commands.fill(menu, place)
        self[Menu.RATE].aboutToShow.connect(self._fill_rate)
        self._rate = self[Menu.RATE]

    def _fill_rate(self) -> None:
        self._rate.clear()
        for former in self._rate.findChildren(QMenu):
            former.deleteLater()
        self._window.marks.fill(self._rate, self._window.history.search.collection)
