"""The menus of the menu bar; their titles came with the empty window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from cartoonmix_desktop.ui.command_names import BAR, Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMenu, QWidget

    from cartoonmix_desktop.ui.command_names import Menu
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


def bind_window_menu(commands: Commands, main: QWidget) -> None:
    """Do what a Mac's menu Window says to the window in front, which may be a dialog."""

    def front() -> QWidget:
        return QApplication.activeWindow() or main

    def zoom() -> None:
        window = front()
        if window.isMaximized():
            window.showNormal()
        else:
            window.showMaximized()

    commands.bind(Command.MINIMIZE, lambda: front().showMinimized())
    commands.bind(Command.ZOOM, zoom)
    commands.bind(Command.CLOSE_WINDOW, lambda: front().close())
