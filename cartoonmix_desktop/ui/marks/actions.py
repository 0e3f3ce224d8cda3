"""What can be done with marks, as entries of menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cartoonmix_desktop.ui.command_names import STARS, Command, When
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.named_action import add_named
from cartoonmix_desktop.wording import commands as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.core.task.marks import Collection
    from cartoonmix_desktop.ui.commands import Commands


class MarkActions(QObject):
    """Fills every menu that has them: the collections are those that there are at the time."""

    collect_requested = Signal(object, bool)
    """A `Collection`, or None for a new one; and whether to put in or take out."""

    def __init__(self, commands: Commands, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = commands
        self._collections: Sequence[Collection] = ()

    def allow(self, *, tasks: bool, pictures: bool) -> None:
        """Say what there is to mark."""
        self._commands.allow(When.MARKED_TASKS, tasks)
        self._commands.allow(When.MARKED_PICTURES, pictures)

    def set_collections(self, collections: Sequence[Collection]) -> None:
        """Offer these."""
        self._collections = collections

    def fill(self, menu: QMenu, inside: Collection | None) -> None:
        """Put all entries at the end of a menu.

        Args:
            menu: which; about to be opened.
            inside: the collection that is looked at, which pictures can be taken out of.
        """
        commands = self._commands
        menu.addAction(commands[Command.FAVOURITE])
        rating = menu.addMenu(icon("star"), words.RATING)
        rating.addActions([commands[command] for command in reversed(STARS)])
        self._follow(rating.menuAction())
        menu.addAction(commands[Command.REJECT])
        menu.addSeparator()
        menu.addActions([commands[Command.TAGS], commands[Command.NOTE]])
        chosen = menu.addMenu(words.ADD_TO_COLLECTION)
        self._follow(chosen.menuAction())
        new = chosen.addAction(icon("plus"), words.NEW_COLLECTION)
        new.triggered.connect(lambda: self.collect_requested.emit(None, True))  # noqa: FBT003  a signal's
        chosen.addSeparator()
        for each in self._collections:
            self._offer(add_named(chosen, "{}", each.name), each, inside=True)
        if inside is not None:
            out = add_named(menu, words.TAKE_OUT, inside.name)
            self._offer(out, inside, inside=False)
            self._follow(out)

    def _offer(self, action: QAction, of: Collection, *, inside: bool) -> None:
        action.triggered.connect(lambda: self.collect_requested.emit(of, inside))

    def _follow(self, action: QAction) -> None:
        """Allow it as long as there are pictures to mark: they may come while its menu is open."""
        heart = self._commands[Command.FAVOURITE]
        action.setEnabled(heart.isEnabled())
        heart.enabledChanged.connect(action.setEnabled)
