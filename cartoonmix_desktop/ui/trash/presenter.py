"""Throwing away and bringing back, as the window asks for it."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.ui.command_names import Command, Scope
from cartoonmix_desktop.ui.trash.list import TrashModel
from cartoonmix_desktop.ui.widgets.dialogs import ask
from cartoonmix_desktop.ui.widgets.toast import Toast
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import trash as texts
from cartoonmix_desktop.wording.errors import one_line
from cartoonmix_desktop.wording.tasks.states import title_of
from cartoonmix_desktop.wording.trash import (
    busy_words,
    empty_words,
    pieces_words,
    question_words,
    remote_question,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from PySide6.QtWidgets import QWidget

    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.core.task.trash import TrashItem
    from cartoonmix_desktop.services.events import TrashChanged
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.history.undo import Change, UndoStack
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.library.relinking import Relinker
    from cartoonmix_desktop.services.library.remote_copies import RemoteCopies
    from cartoonmix_desktop.services.library.trash import Trash
    from cartoonmix_desktop.services.sending.task_commands import TaskCommands
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.history.panel import HistoryPanel
    from cartoonmix_desktop.ui.picture.pane import PicturePane
    from cartoonmix_desktop.ui.trash.dialog import TrashDialog

_PATIENCE = 20.0  # seconds that a cancelled task has to end


class _Source:
    """The trash as its list wants it."""

    def __init__(self, trash: Trash, history: History, library: Library) -> None:
        self._trash, self._history, self._library = trash, history, library

    async def items(self) -> list[TrashItem]:
        return await self._trash.items()

    async def tasks(self, ids: Sequence[int]) -> list[Task]:
        return await self._history.tasks(ids)

    async def pictures(self, ids: Sequence[int]) -> list[Output]:
        return await self._history.pictures(ids)

    async def thumbnails(self, outputs: Sequence[Output]) -> list[bytes | None]:
        return await self._library.thumbnails(outputs)

    def days_left(self, at: float) -> int | None:
        return self._trash.days_left(at)


class TrashPresenter(QObject):
    """Asks, does, says what was done, and offers the way back."""

    def __init__(
        self,
        trash: Trash,
        history: History,
        library: Library,
        undo: UndoStack,
        relinker: Relinker,
        remote_copies: RemoteCopies,
        commands: TaskCommands,
        panel: HistoryPanel,
        pane: PicturePane,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Join the trash to the window.

        Args:
            trash: throws away and brings back.
            history: has the tasks.
            library: has the pictures.
            undo: the way back.
            relinker: finds files that nobody knows any more.
            remote_copies: the pictures that the server still has.
            commands: takes back what runs.
            panel: asks for it.
            pane: likewise.
            frame: the window around them.
            spawn: runs a coroutine and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._trash, self._history, self._library, self._undo = trash, history, library, undo
        self._relinker, self._remote_copies, self._tasks = relinker, remote_copies, commands
        self._panel, self._pane, self._frame, self._spawn = panel, pane, frame, spawn
        self._dialog: TrashDialog | None = None
        self._said: Change | None = None  # what the toast would undo
        self._changes: list[tuple[Change, Pieces]] = []
        self._toast = Toast(pane.stage)
        self._toast.pressed.connect(self._on_undo)
        frame.commands.bind(Command.DELETE_PICTURES, self._on_pictures_requested)
        frame.commands.bind(Command.DELETE_TASK, self._on_task_requested)
        frame.commands.bind(Command.TRASH, self.open)
        frame.commands.bind(Command.DELETE_NOW, self._on_delete_key)
        panel.trash_requested.connect(self.open)
        panel.delete_requested.connect(self._on_delete_requested)
        panel.delete_remote_requested.connect(self._on_delete_remote_requested)
        pane.delete_requested.connect(self._on_picture_requested)

    def show_trash(self, trash: TrashChanged) -> None:
        """Follow what is in the trash."""
        self._panel.show_trash(trash.items)
        if self._dialog is not None:
            self._spawn(self._reload())

    def show_undo(self) -> None:
        """What the toast would undo may be undone already, or covered by something newer."""
        if self._said is not None and self._undo.last is not self._said:
            self._toast.hide()

    def open(self) -> None:
        """Show what is in the trash."""
        if self._dialog is not None:
            return
        from cartoonmix_desktop.ui.trash.dialog import TrashDialog

        model = TrashModel(_Source(self._trash, self._history, self._library), self._spawn)
        dialog = self._dialog = TrashDialog(model, self._trash.term, self._frame.widget)
        dialog.restore_requested.connect(self._on_restore)
        dialog.delete_requested.connect(self._on_delete_now)
        dialog.empty_requested.connect(self._on_empty)
        dialog.finished.connect(self._on_finished)
        self._frame.commands.attend(dialog.list, Scope.TRASH)
        self._spawn(self._reload())
        dialog.open()

    # --- throwing away ---------------------------------------------------------------------------

    def _on_task_requested(self) -> None:
        if chosen := self._panel.view.chosen():
            self._spawn(self._throw(chosen))

    def _on_delete_requested(self, task_id: int) -> None:
        chosen = self._panel.view.chosen()
        self._spawn(self._throw(chosen if task_id in chosen else [task_id]))

    def _on_picture_requested(self, output: Output) -> None:
        async def work() -> None:
            [owner] = await self._history.owners_of([output.id])
            task = await self._history.task(owner)
            if task.at_rest and len(task.outputs) == 1:  # without its last picture it is nothing
                await self._throw([task.id])
            else:
                await self._put(Pieces(pictures=(output.id,)))

        self._spawn(work())

    def _on_pictures_requested(self) -> None:
        """Those of the grid: with its last picture goes the task."""
        chosen = self._panel.pictures.chosen()

        async def work() -> None:
            await self._put(await self._history.pieces_of(chosen))

        if chosen:
            self._spawn(work())

    async def _throw(self, ids: Sequence[int]) -> None:
        busy = await self._history.at_work(ids)
        if busy:
            titles = [one_line(title_of(task), 60) for task in busy]
            stop = texts.cancel_first(len(busy))
            words = busy_words(titles, len(ids) - len(busy))
            if await ask(self._frame.widget, *words, (stop, texts.KEEP)) != stop:
                return
            for task in busy:
                await self._tasks.cancel(task.id)
            await self._trash.wait_for_rest([task.id for task in busy], _PATIENCE)
        await self._put(Pieces(tasks=tuple(ids)))

    async def _put(self, pieces: Pieces) -> None:
        put = await self._throw_away(pieces)
        if put:
            what = pieces_words(put)
            self._said = self._undo.push(
                _edit(EditKind.TRASH, put),
                undo=partial(self._bring_back, put),
                redo=partial(self._throw_away, put),
            )
            self._changes.append((self._said, put))
            self._toast.lie_on(self._frame.stage)
            self._toast.say(texts.moved_words(what), common.UNDO)

    async def _throw_away(self, pieces: Pieces) -> Pieces:
        near = self._neighbour(pieces.tasks)
        put = await self._trash.put(pieces)
        if near is not None and put.tasks:
            self._panel.select(near)
        return put

    def _neighbour(self, leaving: Sequence[int]) -> int | None:
        """What is selected once these rows are gone: the next below, or above; None as it is."""
        view, model = self._panel.view, self._panel.model
        if view.selected not in leaving or (row := model.row_of(view.selected)) < 0:
            return None
        gone, ids = set(leaving), model.found.ids  # the oldest first
        place = len(ids) - 1 - row
        others = chain(reversed(ids[:place]), ids[place + 1 :])
        return next((task_id for task_id in others if task_id not in gone), 0)

    # --- bringing back ---------------------------------------------------------------------------

    async def _bring_back(self, pieces: Pieces) -> None:
        await self._trash.restore(pieces)
        if pieces.tasks:
            self._panel.select(pieces.tasks[0])

    def _on_undo(self) -> None:
        if self._said is not None:
            self._spawn(self._undo.undo(self._said))

    def _on_restore(self, items: Sequence[TrashItem]) -> None:
        pieces = _pieces(items)

        async def work() -> None:
            await self._bring_back(pieces)
            change = self._undo.push(
                _edit(EditKind.RESTORE, pieces),
                undo=partial(self._throw_away, pieces),
                redo=partial(self._bring_back, pieces),
            )
            self._changes.append((change, pieces))

        self._spawn(self._in_dialog(work()))

    # --- for good --------------------------------------------------------------------------------

    def _on_delete_key(self) -> None:
        if self._dialog is not None:
            self._dialog.delete()

    def _on_delete_now(self, items: Sequence[TrashItem]) -> None:
        self._spawn(self._in_dialog(self._ask_and_delete(items)))

    async def empty(self, parent: QWidget) -> None:
        """Ask whether to delete all that is in the trash, and do it.

        Args:
            parent: the window that waits for the answer.
        """
        items = await self._trash.items()
        strays = await self._relinker.strays()
        self._pane.look_again()  # what it misses may have been there
        if not items and not strays:
            return
        words = empty_words(items, [stray.size for stray in strays])
        if await ask(parent, *words, (texts.EMPTY, texts.KEEP)) == texts.EMPTY:
            await self._delete(items)
            await self._relinker.delete(strays)

    def _on_empty(self) -> None:
        if self._dialog is not None:
            self._spawn(self._in_dialog(self.empty(self._dialog)))

    async def _ask_and_delete(self, items: Sequence[TrashItem]) -> None:
        sure = texts.DELETE_FOR_GOOD
        if await ask(self._dialog, *question_words(items), (sure, texts.KEEP)) == sure:
            await self._delete(items)

    async def _delete(self, items: Sequence[TrashItem]) -> None:
        pieces = _pieces(items)
        await self._trash.delete(pieces)
        self._forget(pieces)

    def _forget(self, deleted: Pieces) -> None:
        """To what was deleted for good there is no way back."""
        gone = [
            (change, pieces)
            for change, pieces in self._changes
            if {*pieces.tasks} <= {*deleted.tasks} and {*pieces.pictures} <= {*deleted.pictures}
        ]
        self._changes = [entry for entry in self._changes if entry not in gone]
        self._undo.forget(*(change for change, _ in gone))

    async def _in_dialog(self, work: Coroutine[Any, Any, None]) -> None:
        """Say what goes wrong where it was asked for."""
        try:
            await work
        except CartoonMixError as error:
            if self._dialog is None:
                raise
            self._dialog.show_problem(error)

    async def _reload(self) -> None:
        if self._dialog is not None:
            await self._dialog.model.reload()

    def _on_finished(self) -> None:
        self._dialog = None

    # --- at the server ---------------------------------------------------------------------------

    def _on_delete_remote_requested(self, task_id: int) -> None:
        async def work() -> None:
            task = await self._history.task(task_id)
            words = remote_question(len(task.kept), sandbox=task.is_sandbox)
            both = texts.DELETE_BOTH
            answer = await ask(self._frame.widget, *words, (texts.DELETE_COPIES, both, texts.KEEP))
            if answer == texts.KEEP:
                return
            await self._remote_copies.delete(task_id)
            if answer == both:
                await self._throw([task_id])
            else:
                self._said = None
                self._toast.say(texts.copies_deleted(sandbox=task.is_sandbox))

        self._spawn(work())


def _edit(kind: EditKind, pieces: Pieces) -> Edit:
    return Edit(kind, tasks=len(pieces.tasks), pictures=len(pieces.pictures))


def _pieces(items: Sequence[TrashItem]) -> Pieces:
    return Pieces(
        tuple(item.task_id for item in items if not item.picture_id),
        tuple(item.picture_id for item in items if item.picture_id),
    )
