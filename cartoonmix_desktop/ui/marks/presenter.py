"""Joins marks, tags, notes, collections and saved searches to the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QMenu

from cartoonmix_desktop.core.errors import NameTaken
from cartoonmix_desktop.core.task.marks import Collection, PictureMark, SavedSearch, Target
from cartoonmix_desktop.ui.command_names import STARS, Command, Menu
from cartoonmix_desktop.ui.marks.actions import MarkActions
from cartoonmix_desktop.ui.marks.dialogs import NameDialog, NoteDialog, SearchesDialog, TagDialog
from cartoonmix_desktop.ui.widgets.dialogs import finished
from cartoonmix_desktop.ui.widgets.toast import Toast
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import marks as words
from cartoonmix_desktop.wording.errors import describe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from cartoonmix_desktop.services.history.marks import Marks
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.marks.bar import MarksBar
    from cartoonmix_desktop.ui.marks.history_side import HistorySide


class MarksPresenter(QObject):
    """What is marked is what the person last turned to: the rows of the list, or the picture."""

    def __init__(
        self,
        marks: Marks,
        history: HistorySide,
        bar: MarksBar,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Connect everything; `refresh` reads names once the history is open.

        Args:
            marks: does the work, and tells what is so now.
            history: shows names of searches, tags and collections.
            bar: beside the picture.
            frame: the window around them.
            spawn: runs a coroutine and says what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._marks, self._frame, self._spawn = marks, frame, spawn
        self._history, self._context = history, frame.context
        self._toast: Toast | None = None
        self._searches_dialog: SearchesDialog | None = None
        self._refreshing = self._stale = False
        self._searches: list[SavedSearch] = []
        self._tags: list[str] = []
        commands = frame.commands
        self._actions = actions = MarkActions(commands, self)
        commands.bind(Command.FAVOURITE, partial(self._on_toggle, PictureMark.FAVOURITE))
        commands.bind(Command.REJECT, partial(self._on_toggle, PictureMark.REJECTED))
        for stars, command in enumerate(STARS):
            commands.bind(command, partial(self._on_rate, stars))
        commands.bind(Command.TAGS, self._on_tags)
        commands.bind(Command.NOTE, self._on_note)
        actions.collect_requested.connect(self._on_collect)
        self._connect_bar(bar)
        self._connect_search()
        self._menu = frame.menu(Menu.RATE)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._context.rows_menu_opening.connect(self._on_menu_opening)
        self._context.picture_menu_opening.connect(self._on_menu_opening)
        self._context.selection_changed.connect(self._offer)
        history.collection_dropped.connect(self._on_dropped)

    def _connect_bar(self, bar: MarksBar) -> None:
        of_picture = self._of_picture
        bar.favourite_clicked.connect(partial(of_picture, self._on_toggle, PictureMark.FAVOURITE))
        bar.reject_clicked.connect(partial(of_picture, self._on_toggle, PictureMark.REJECTED))
        bar.stars_clicked.connect(partial(of_picture, self._on_rate))
        bar.tags_clicked.connect(partial(of_picture, self._on_tags))
        bar.note_clicked.connect(partial(of_picture, self._on_note))

    def _connect_search(self) -> None:
        search, spawn = self._history.search, self._spawn
        search.save_search_requested.connect(lambda query: spawn(self._save_search(query)))
        search.edit_searches_requested.connect(self._edit_searches)
        search.new_collection_requested.connect(lambda: spawn(self._new_collection(Target())))
        search.rename_collection_requested.connect(lambda of: spawn(self._rename_collection(of)))
        search.delete_collection_requested.connect(lambda of: spawn(self._delete_collection(of)))

    # --- what is meant ---------------------------------------------------------------------------

    def _of_picture(self, act: Callable[..., None], *values: object) -> None:
        self._context.turn_to_picture()
        act(*values)

    def _offer(self) -> None:
        tasks, pictures = self._context.has_target()
        self._actions.allow(tasks=tasks, pictures=pictures)

    def _on_menu_opening(self, menu: QMenu) -> None:
        menu.addSeparator()
        self._actions.fill(menu, self._history.search.collection)

    def _fill_menu(self) -> None:
        """The menu of the menu bar: collections come and go."""
        self._menu.clear()
        for former in self._menu.findChildren(QMenu):
            former.deleteLater()
        self._actions.fill(self._menu, self._history.search.collection)

    # --- pictures --------------------------------------------------------------------------------

    # What is meant is asked at once: before the work begins a person may have gone on.

    def _on_rate(self, stars: int) -> None:
        self._spawn(self._marks.rate(self._context.target(), stars))

    def _on_toggle(self, mark: PictureMark) -> None:
        self._spawn(self._toggle(mark, self._context.target()))

    async def _toggle(self, mark: PictureMark, target: Target) -> None:
        """Mark what is not marked yet; when all of it is, take the mark away."""
        on = not await self._marks.all_have(target, mark)
        change = {
            PictureMark.FAVOURITE: self._marks.favourite,
            PictureMark.REJECTED: self._marks.reject,
        }
        await change[mark](target, on=on)

    def _on_collect(self, collection: Collection | None, inside: bool) -> None:
        self._spawn(self._collect(self._context.target(), collection, inside=inside))

    def _on_dropped(self, target: Target, collection: Collection | None) -> None:
        self._spawn(self._collect(target, collection, inside=True))

    async def _collect(self, target: Target, to: Collection | None, *, inside: bool) -> None:
        if to is None:
            await self._new_collection(target)
        else:
            count = await self._marks.collect(to, target, inside=inside)
            if not inside:
                self._history.search_again()
            elif count:
                self._say(words.added(count, to.name))
            elif await self._marks.has_pictures(target):
                self._say(words.all_there(to.name))
            else:
                self._say(words.nothing_to_add(to.name))

    def _say(self, said: str) -> None:
        over = self._frame.stage
        self._toast = self._toast or Toast(over)
        self._toast.lie_on(over)
        self._toast.say(said)

    # --- tasks -----------------------------------------------------------------------------------

    def _on_tags(self) -> None:
        self._spawn(self._edit_tags(self._context.target_tasks()))

    def _on_note(self) -> None:
        self._spawn(self._edit_note(self._context.target_tasks()))

    async def _edit_tags(self, ids: Sequence[int]) -> None:
        tag_counts = await self._marks.tag_counts(ids)
        dialog = TagDialog(self._frame.widget, self._tags, tag_counts, len(ids))
        if ids and await _agreed(dialog):
            await self._marks.change_tags(ids, add=dialog.added, remove=dialog.removed)

    async def _edit_note(self, ids: Sequence[int]) -> None:
        dialog = NoteDialog(self._frame.widget, await self._marks.common_note(ids), len(ids))
        if ids and await _agreed(dialog):
            await self._marks.set_note(ids, dialog.text)

    # --- collections and saved searches ----------------------------------------------------------

    async def _name(
        self,
        title: str,
        name: str,
        done: str,
        use: Callable[[str], Awaitable[object]],
        names: tuple[str, ...] = (),
    ) -> None:
        """Ask for a name and use it; ask again as long as it is taken."""
        refused = ""
        while True:
            dialog = NameDialog(self._frame.widget, title, name, done, names=names, refused=refused)
            if not await _agreed(dialog):
                return
            name = dialog.name
            try:
                await use(name)
            except NameTaken as error:
                why = describe(error)
                refused = f"{why.title}. {why.advice}"
            else:
                return

    async def _new_collection(self, target: Target) -> None:
        await self._name(
            *(words.NEW_COLLECTION, "", words.CREATE),
            lambda name: self._marks.create_collection(name, target),
        )

    async def _rename_collection(self, collection: Collection) -> None:
        await self._name(
            *(words.RENAME_COLLECTION, collection.name, words.RENAME),
            lambda name: self._marks.rename_collection(collection, name),
        )

    async def _delete_collection(self, collection: Collection) -> None:
        await self._marks.delete_collection(collection)
        self._say(words.deleted(collection.name))

    async def _save_search(self, query: str) -> None:
        await self._name(
            *(words.SAVE_SEARCH, query[:40], common.SAVE),
            lambda name: self._marks.save_search(name, query),
            tuple(each.name for each in self._searches),
        )

    def _edit_searches(self) -> None:
        dialog = SearchesDialog(self._frame.widget)
        dialog.show_searches(self._searches)
        dialog.rename_requested.connect(lambda of: self._spawn(self._rename_search(of)))
        dialog.delete_requested.connect(lambda of: self._spawn(self._marks.delete_search(of)))
        dialog.finished.connect(self._on_searches_closed)
        self._searches_dialog = dialog
        dialog.open()

    def _on_searches_closed(self) -> None:
        self._searches_dialog = None

    async def _rename_search(self, search: SavedSearch) -> None:
        await self._name(
            *(words.RENAME_SEARCH, search.name, words.RENAME),
            lambda name: self._marks.rename_search(search, name),
        )

    # --- names -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read tags, collections and saved searches again."""
        self._stale = True
        if not self._refreshing:
            self._refreshing = True
            self._spawn(self._read_names())

    async def _read_names(self) -> None:
        try:
            while self._stale:
                self._stale = False
                tags = await self._marks.tags()
                collections = await self._marks.collections()
                self._searches = await self._marks.saved_searches()
                self._tags = [name for name, _ in tags]
                self._history.show_names(tags, collections, self._searches)
                self._actions.set_collections(collections)
                if self._searches_dialog is not None:
                    self._searches_dialog.show_searches(self._searches)
        finally:
            self._refreshing = False


async def _agreed(dialog: QDialog) -> bool:
    """Whether the person agreed; what they entered can be read until the next pause."""
    try:
        return await finished(dialog) == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()
