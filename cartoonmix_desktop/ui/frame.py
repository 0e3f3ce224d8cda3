"""What presenters may ask of the window around their part, which they do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from PySide6.QtWidgets import QMenu, QWidget

    from cartoonmix_desktop.ui.command_names import Menu
    from cartoonmix_desktop.ui.commands import Commands
    from cartoonmix_desktop.ui.context import Context


class Spawn(Protocol):
    """Starts what a person asked for, and shows them what goes wrong."""

    def __call__(self, work: Coroutine[Any, Any, object], /) -> object:
        """Return at once."""


class Frame(Protocol):
    """The window: implemented by `ui.shell.main_window.MainWindow`."""

    previewing: bool
    """Whether the picture is shown beside the grid, which else has all the room."""

    @property
    def widget(self) -> QWidget:
        """The parent of dialogs."""

    @property
    def commands(self) -> Commands:
        """Every action there is."""

    @property
    def context(self) -> Context:
        """What is selected, shown and looked at."""

    def menu(self, which: Menu, /) -> QMenu:
        """A menu of the menu bar."""

    @property
    def stage(self) -> QWidget:
        """What the person looks at: toasts lie on it."""

    def search(self, query: str) -> None:
        """Bring the history into sight, and in it what this finds alone."""

    def show_recipe(self) -> None:
        """Bring the form into sight and put the cursor into its prompt."""
