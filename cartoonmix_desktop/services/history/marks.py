"""What a person thinks of pictures and writes to tasks: changed at once, all of it undoable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.services.events import HistoryChanged, MarksChanged
from cartoonmix_desktop.storage.history.full_text import folded
from cartoonmix_desktop.storage.history.marks import Marks as Book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cartoonmix_desktop.core.task.marks import Collection, SavedSearch
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.history.undo import UndoStack
    from cartoonmix_desktop.storage.history.ledger import Ledger
    from cartoonmix_desktop.storage.history.marks import Recorded

_OF_TASKS = {EditKind.NOTE, EditKind.TAG}
"""What is counted in tasks; else it is in pictures."""


class Marks:
    """Each change is one transaction, on the disk before it returns, and one step back.

    Changes may raise `StorageError`: then nothing was changed.
    """

    def __init__(self, history: History, events: Events, undo: UndoStack) -> None:
        """Nothing is read yet.

        Args:
            history: holds the marks.
            events: hear what changed.
            undo: is told the way back.
        """
        self._history = history
        self._events = events
        self._undo = undo

    # --- pictures --------------------------------------------------------------------------------

    async def favourite(self, target: Target, *, on: bool) -> None:
        """Make pictures favourites, or no longer."""
        kind = EditKind.FAVOURITE if on else EditKind.UNFAVOURITE
        mark = PictureMark.FAVOURITE
        await self._apply(kind, lambda book: book.mark(target, mark, int(on)))

    async def rate(self, target: Target, stars: int) -> None:
        """Give pictures 1 to 5 stars; 0 takes them away."""
        kind = EditKind.RATE if stars else EditKind.UNRATE
        await self._apply(kind, lambda book: book.mark(target, PictureMark.RATING, stars))

    async def reject(self, target: Target, *, on: bool) -> None:
        """Put pictures aside, or take them back."""
        kind = EditKind.REJECT if on else EditKind.UNREJECT
        mark = PictureMark.REJECTED
        await self._apply(kind, lambda book: book.mark(target, mark, int(on)))

    async def collect(self, collection: Collection, target: Target, *, inside: bool = True) -> int:
        """Put pictures into a collection, or take them out.

        Returns:
            How many were not there before, or no longer are.
        """
        kind = EditKind.COLLECT if inside else EditKind.UNCOLLECT
        recorded = await self._apply(
            kind,
            lambda book: book.collect(collection.id, target, inside=inside),
            collection.name,
        )
        return recorded.count

    # --- tasks -----------------------------------------------------------------------------------

    async def set_note(self, tasks: Sequence[int], text: str) -> None:
        """Write a note to tasks; an empty text takes it away."""
        await self._apply(EditKind.NOTE, lambda book: book.set_note(tasks, text))

    async def change_tags(
        self, tasks: Sequence[int], *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> None:
        """Give tasks some tags and take others away."""
        change = partial(Book.change_tags, tasks=tasks, add=tuple(add), remove=tuple(remove))
        await self._apply(EditKind.TAG, change)

    # --- collections and saved searches ----------------------------------------------------------

    async def create_collection(self, name: str, target: Target = Target()) -> None:  # noqa: B008  frozen
        """Make a collection, of these pictures.

        Raises:
            NameTaken: there is one of that name.
        """
        await self._apply(
            EditKind.CREATE_COLLECTION, lambda book: book.create_collection(name, target), name
        )

    async def rename_collection(self, collection: Collection, name: str) -> None:
        """Give a collection another name.

        Raises:
            NameTaken: there is one of that name.
        """
        await self._apply(
            EditKind.RENAME_COLLECTION,
            lambda book: book.rename_collection(collection.id, name),
            collection.name,
        )

    async def delete_collection(self, collection: Collection) -> None:
        """Forget a collection; its pictures stay."""
        await self._apply(
            EditKind.DELETE_COLLECTION,
            lambda book: book.delete_collection(collection.id),
            collection.name,
        )

    async def save_search(self, name: str, query: str) -> None:
        """Keep a query under a name; one of the `same_name` is replaced."""
        await self._apply(EditKind.SAVE_SEARCH, lambda book: book.save_search(name, query))

    async def rename_search(self, search: SavedSearch, name: str) -> None:
        """Give a saved search another name.

        Raises:
            NameTaken: there is one of that name.
        """
        await self._apply(EditKind.RENAME_SEARCH, lambda book: book.rename_search(search.id, name))

    async def delete_search(self, search: SavedSearch) -> None:
        """Forget a saved search."""
        await self._apply(EditKind.DELETE_SEARCH, lambda book: book.delete_search(search.id))

    # --- reading ---------------------------------------------------------------------------------

    async def tags(self) -> list[tuple[str, int]]:
        """All tags and how many tasks outside the trash have each, in alphabetical order."""
        return await self._history.read_ledger(lambda ledger: ledger.marks.tags())

    async def collections(self) -> list[Collection]:
        """All collections, in alphabetical order."""
        return await self._history.read_ledger(lambda ledger: ledger.marks.collections())

    async def saved_searches(self) -> list[SavedSearch]:
        """All saved searches, in alphabetical order."""
        return await self._history.saved_searches()

    async def all_have(self, target: Target, mark: PictureMark) -> bool:
        """Whether each picture that is meant has a mark."""
        return await self._history.read_ledger(lambda ledger: ledger.marks.all_have(target, mark))

    async def has_pictures(self, target: Target) -> bool:
        """Whether there is a picture among what is meant."""
        return await self._history.read_ledger(lambda ledger: ledger.marks.has_pictures(target))

    async def tag_counts(self, tasks: Sequence[int]) -> dict[str, int]:
        """The tags that tasks have, and how many of them have each."""
        return await self._history.read_ledger(lambda ledger: ledger.marks.tag_counts(tasks))

    async def common_note(self, tasks: Sequence[int]) -> str:
        """The note that all of these tasks have; empty when they differ."""
        return await self._history.read_ledger(lambda ledger: ledger.marks.common_note(tasks))

    # --- inside ----------------------------------------------------------------------------------

    async def _apply(
        self, kind: EditKind, change: Callable[[Book], Recorded], name: str = ""
    ) -> Recorded:
        """Make a change, tell it, and remember the way back.

        Args:
            kind: what it is.
            change: what to do.
            name: of the collection, if it is about one.
        """
        recorded = await self._make(change)
        if recorded.changes:
            tasks, pictures = (recorded.count, 0) if kind in _OF_TASKS else (0, recorded.count)
            changes = recorded.changes
            self._undo.push(
                Edit(kind, tasks, pictures, name),
                undo=lambda: self._make(lambda book: book.take_back(changes)),
                redo=lambda: self._make(lambda book: book.repeat(changes)),
            )
        return recorded

    async def _make(self, change: Callable[[Book], Recorded]) -> Recorded:
        def work(ledger: Ledger) -> tuple[Recorded, list[Task] | None]:
            recorded = change(ledger.marks)
            return recorded, None if recorded.tasks is None else ledger.tasks(recorded.tasks)

        recorded, tasks = await self._history.write_ledger(work)
        if recorded.changes:
            self._events.emit(HistoryChanged() if tasks is None else MarksChanged(tuple(tasks)))
        return recorded


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case and accents."""
    return folded(one) == folded(other)
