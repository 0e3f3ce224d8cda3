"""Undo and Redo in the Edit menu: they name what they would undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.ui.command_names import Command, When
from cartoonmix_desktop.wording import commands as words
from cartoonmix_desktop.wording.errors import one_line

if TYPE_CHECKING:
    from cartoonmix_desktop.ui.commands import Commands

_LONGEST = 60  # characters of the words in the menu


class UndoActions:
    """Two menu entries for changes of the library.

    While a text field has the focus, their keys are the field's own: Qt asks it first.
    """

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def show_words(self, undo: str, redo: str) -> None:
        """Say what each would do; without words it is disabled."""
        for command, when, what, said in (
            (Command.UNDO, When.UNDOABLE, undo, words.undo),
            (Command.REDO, When.REDOABLE, redo, words.redo),
        ):
            self._commands[command].setText(said(one_line(what, _LONGEST)).replace("&", "&&"))
            self._commands.allow(when, bool(what))
