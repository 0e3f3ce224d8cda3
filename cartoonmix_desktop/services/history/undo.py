"""What a person did to the library, and the way back: one stack for the whole program.

Whoever changes the library at a person's wish makes the change first and then pushes it:

    async def rate(task_ids, stars):
        before = await history.set_ratings(task_ids, stars)      # done, durable
        studio.undo.push(
            Edit(EditKind.RATE, pictures=3),                      # named in the menu
            undo=lambda: history.restore_ratings(before),        # makes a fresh coroutine each time
            redo=lambda: history.set_ratings(task_ids, stars),
        )

Edit > Undo (Ctrl+Z) and Redo (Ctrl+Shift+Z) do the rest. Money is never undone or redone: what
asks a server for anything is not to be pushed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.services.events import UndoChanged

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cartoonmix_desktop.core.task.edit import Edit
    from cartoonmix_desktop.services.events import Events

    Way = Callable[[], Awaitable[object]]
    """Makes the coroutine that goes one way; it may be asked for several times."""

_MOST = 100  # changes that can be undone


class Change(Struct, frozen=True, eq=False):
    """One thing that was done.

    Attributes:
        edit: what was done.
        undo: takes it back.
        redo: does it again.
    """

    edit: Edit
    undo: Way
    redo: Way


class UndoStack:
    """The changes since the start, newest last; bounded, and not stored.

    Every change of what could be undone is told as `UndoChanged`.
    """

    def __init__(self, events: Events, most: int = _MOST) -> None:
        """Nothing was done yet.

        Args:
            events: hears what can be undone.
            most: changes that are remembered; beyond, the oldest are forgotten.
        """
        self._events = events
        self._most = most
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._turn = asyncio.Lock()  # a key held down undoes one after the other

    @property
    def last(self) -> Change | None:
        """What `undo` would take back."""
        return self._done[-1] if self._done else None

    def push(self, edit: Edit, *, undo: Way, redo: Way) -> Change:
        """Remember a change that was just made; what was undone before cannot be redone any more.

        Args:
            edit: as in `Change`.
            undo: as in `Change`. A `CartoonMixError` means that nothing was changed.
            redo: likewise.

        Returns:
            What to hand to `forget`.
        """
        change = Change(edit, undo, redo)
        self._done.append(change)
        del self._done[: -self._most]
        self._undone.clear()
        self._tell()
        return change

    async def undo(self, only: Change | None = None) -> None:
        """Take back the newest change; nothing happens when there is none.

        Args:
            only: undo this one or nothing, when another may have become the newest.

        Raises:
            CartoonMixError: it could not be undone; it can be tried again.
        """
        async with self._turn:
            if (change := self.last) is not None and only in {None, change}:
                await self._go(change, change.undo, self._done, self._undone)

    async def redo(self) -> None:
        """Do again what was undone last.

        Raises:
            CartoonMixError: it could not be done; it can be tried again.
        """
        async with self._turn:
            if self._undone:
                change = self._undone[-1]
                await self._go(change, change.redo, self._undone, self._done)

    def forget(self, *changes: Change) -> None:
        """There is no way back any more (or nothing to go back to); unknown ones are ignored."""
        for stack in (self._done, self._undone):
            stack[:] = [change for change in stack if change not in changes]
        self._tell()

    async def _go(self, change: Change, way: Way, old: list[Change], new: list[Change]) -> None:
        try:
            await way()
        except CartoonMixError:
            raise
        except BaseException:  # a bug of ours, or the end: it would fail again
            self.forget(change)
            raise
        if change in old:  # not forgotten meanwhile, nor overtaken by another change
            old.remove(change)
            new.append(change)
        self._tell()

    def _tell(self) -> None:
        self._events.emit(
            UndoChanged(
                self._done[-1].edit if self._done else None,
                self._undone[-1].edit if self._undone else None,
            )
        )
