"""What can be done with marks, as entries of menus and as keys of the list and the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from cartoonmix_desktop.core.task.marks import MOST_STARS
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.named_action import add_named
from cartoonmix_desktop.ui.widgets.one_press import once
from cartoonmix_desktop.wording.marks import stars_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMenu, QWidget

    from cartoonmix_desktop.core.task.marks import Collection


class MarkActions(QObject):
    """One set of entries for every menu; their keys work in the widgets of `serve` alone.

    So that a letter typed into the recipe stays a letter.
    """

    favourite_requested = Signal()
    stars_requested = Signal(int)
    """0 to 5."""
    reject_requested = Signal()
    tags_requested = Signal()
    note_requested = Signal()
    collect_requested = Signal(object, bool)
    """A `Collection`, or None for a new one; and whether to put in or take out."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._collections: Sequence[Collection] = ()
        self._of_pictures = [self._action("Favourite", "F", "heart", self.favourite_requested.emit)]
        for number in range(MOST_STARS, 0, -1):
            made = self._action(stars_words(number), str(number), "", None)
            made.triggered.connect(lambda _on=False, n=number: self.stars_requested.emit(n))
            self._of_pictures.append(made)
        none = self._action("No rating", "0", "", None)
        none.triggered.connect(lambda: self.stars_requested.emit(0))
        reject = self._action("Reject", "X", "reject", self.reject_requested.emit)
        self._of_pictures += [none, reject]
        self._of_tasks = [
            self._action("Tags…", "T", "tag", self.tags_requested.emit),
            self._action("Note…", "N", "note", self.note_requested.emit),
        ]
        self.allow(tasks=False, pictures=False)

    def _action(self, text: str, key: str, drawing: str, done: object) -> QAction:
        made = QAction(text, self)
        if drawing:
            made.setIcon(icon(drawing))
        made.setShortcut(QKeySequence(key))
        made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        once(made)
        if callable(done):
            made.triggered.connect(lambda _on=False: done())
        return made

    def serve(self, *widgets: QWidget) -> None:
        """Let the keys work there."""
        for widget in widgets:
            widget.addActions([*self._of_pictures, *self._of_tasks])

    def allow(self, *, tasks: bool, pictures: bool) -> None:
        """Say what there is to mark."""
        for action in self._of_pictures:
            action.setEnabled(pictures)
        for action in self._of_tasks:
            action.setEnabled(tasks)

    def set_collections(self, collections: Sequence[Collection]) -> None:
        """Offer these."""
        self._collections = collections

    def fill(self, menu: QMenu, inside: Collection | None) -> None:
        """Put all entries at the end of a menu.

        Args:
            menu: which; about to be opened.
            inside: the collection that is looked at, which pictures can be taken out of.
        """
        heart, *stars, reject = self._of_pictures
        menu.addAction(heart)
        rating = menu.addMenu(icon("star"), "Rating")
        rating.addActions(stars)
        self._follow(rating.menuAction())
        menu.addAction(reject)
        menu.addSeparator()
        menu.addActions(self._of_tasks)
        chosen = menu.addMenu("Add to collection")
        self._follow(chosen.menuAction())
        new = chosen.addAction(icon("plus"), "New collection…")
        new.triggered.connect(lambda: self.collect_requested.emit(None, True))  # noqa: FBT003  a signal's
        chosen.addSeparator()
        for each in self._collections:
            self._offer(add_named(chosen, "{}", each.name), each, inside=True)
        if inside is not None:
            out = add_named(menu, "Take out of “{}”", inside.name)
            self._offer(out, inside, inside=False)
            self._follow(out)

    def _offer(self, action: QAction, of: Collection, *, inside: bool) -> None:
        action.triggered.connect(lambda: self.collect_requested.emit(of, inside))

    def _follow(self, action: QAction) -> None:
        """Allow it as long as there are pictures to mark: they may come while its menu is open."""
        heart = self._of_pictures[0]
        action.setEnabled(heart.isEnabled())
        heart.enabledChanged.connect(action.setEnabled)
