"""What waits to be sent, as a person sees and rearranges it: durable before it is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.core.log import queue as _log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.money.caps import CapKeeper


class Removed(Struct, frozen=True):
    """Tasks that were taken out of the queue, and where they stood.

    Attributes:
        ids: which.
        order: ids of the whole queue as it was.
    """

    ids: tuple[int, ...]
    order: tuple[int, ...]


class PendingQueue:
    """The queue of stored tasks, in the order in which they are sent.

    The task whose turn it is keeps its place until it is known what became of it, but is no longer
    the person's to rearrange: it can only be recalled.

    Attributes:
        in_turn: the task that is being sent.
        edited: id of the task whose recipe is in the form, 0 for none; it is not sent meanwhile.
    """

    def __init__(self, history: History, caps: CapKeeper, on_changed: Callable[[], None]) -> None:
        """Nobody waits yet.

        Args:
            history: where changes are made durable.
            caps: tells what a recipe is expected to cost.
            on_changed: told after each change of the queue.
        """
        self._history, self._caps = history, caps
        self._on_changed = on_changed
        self._tasks: list[Task] = []
        self._recalled: set[int] = set()
        self._rearranging = asyncio.Lock()
        self.in_turn: Task | None = None
        self.edited = 0

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All that wait, the next first."""
        return tuple(task for task in self._tasks if task is not self.in_turn)

    def __len__(self) -> int:
        """With the one whose turn it is: nobody else has it yet."""
        return len(self._tasks)

    # --- for who sends ---------------------------------------------------------------------------

    def put(self, tasks: Iterable[Task]) -> None:
        """Let stored tasks wait at the end of the queue."""
        known = {task.id for task in self._tasks}
        new = [task for task in tasks if task.id not in known]
        self._tasks += new
        for task in new:
            _log.debug("waits task=%d account=%s", task.id, task.account)
        self._on_changed()

    def first(self, may_be_sent: Callable[[Task], bool]) -> Task | None:
        """The first that may be sent and is not being edited."""
        return next((t for t in self._tasks if t.id != self.edited and may_be_sent(t)), None)

    def leave(self, task: Task) -> None:
        """This task was sent, or will never be."""
        self._tasks = [other for other in self._tasks if other.id != task.id]
        if self.in_turn is task:
            self.in_turn = None

    def recall(self, task_id: int) -> bool:
        """Take back a task that is just being sent: before it leaves, or once it has an id.

        Returns:
            Whether the task is being sent.
        """
        if self.in_turn is None or self.in_turn.id != task_id:
            return False
        self._recalled.add(task_id)
        _log.debug("recalled task=%d", task_id)
        return True

    def was_recalled(self, task_id: int) -> bool:
        """Whether a task was recalled while it was being sent; told once."""
        was = task_id in self._recalled
        self._recalled.discard(task_id)
        return was

    # --- for the person --------------------------------------------------------------------------

    async def arrange(self, ids: Sequence[int], before: int | None = None) -> None:
        """Let tasks follow one another in the order given, in front of another.

        Args:
            ids: of tasks that wait; others are ignored.
            before: id of the task that follows them; None puts them at the end.

        Raises:
            StorageError: the order stays as it was.
        """
        async with self._rearranging:
            present = {task.id for task in self._tasks}
            moved = [task_id for task_id in dict.fromkeys(ids) if task_id in present]
            rest = [task.id for task in self._tasks if task.id not in set(moved)]
            at = rest.index(before) if before in rest else len(rest)
            order = rest[:at] + moved + rest[at:]
            if order == [task.id for task in self._tasks]:
                return
            await self._history.arrange(order)
            self._sort(order)
        _log.debug("arranged tasks=%d before=%s", len(moved), before or "none")
        self._on_changed()

    async def to_front(self, ids: Sequence[int]) -> None:
        """Send these next, the first of them first.

        Raises:
            StorageError: the order stays as it was.
        """
        first = next((task.id for task in self.tasks if task.id not in set(ids)), None)
        await self.arrange(ids, before=first)

    async def remove(self, ids: Iterable[int]) -> Removed:
        """Take tasks out of the queue; one that is just being sent is recalled.

        Raises:
            StorageError: they wait as before.
        """
        unwanted = set(ids)
        order = tuple(task.id for task in self._tasks)
        out = [t for t in self._tasks if t.id in unwanted and not self.recall(t.id)]
        gone = {task.id for task in out}
        self._tasks = [task for task in self._tasks if task.id not in gone]  # not sent meanwhile
        if self.edited in gone:
            self.edited = 0
        try:
            removed = await self._history.remove([task.id for task in out])
        except StorageError:
            self._tasks += out
            self._sort(order)
            raise
        finally:
            self._on_changed()
        return Removed(tuple(task.id for task in removed), order)

    async def put_back(self, removed: Removed) -> None:
        """Let removed tasks wait again where they stood.

        Raises:
            StorageError: they stay removed.
        """
        async with self._rearranging:
            order = [*removed.order]
            order += [task.id for task in self._tasks if task.id not in set(order)]
            self._tasks += await self._history.put_back(removed.ids, order)
            self._sort(order)
        self._on_changed()

    def begin_edit(self, task_id: int) -> Task | None:
        """Do not send a task until `end_edit`; None if it does not wait any more."""
        found = next((task for task in self.tasks if task.id == task_id), None)
        if found is not None:
            self.edited = task_id
            _log.debug("edit_begun task=%d", task_id)
            self._on_changed()
        return found

    def end_edit(self) -> None:
        """Send the task that was edited when its turn comes, as it is stored."""
        _log.debug("edit_ended task=%d", self.edited)
        self.edited = 0
        self._on_changed()

    async def finish_edit(self, request: GenerationRequest) -> bool:
        """Give the edited task another recipe, and let it be sent when its turn comes.

        Returns:
            False if there is none any more: nothing was stored.

        Raises:
            StorageError: it is edited still, and waits with its old recipe.
        """
        if (task_id := self.edited) == 0:
            return False
        estimated = self._caps.estimate(request)
        changed = await self._history.update(task_id, request=request, estimated=estimated)
        _log.debug("edited task=%d", task_id)
        self._tasks = [changed if task.id == task_id else task for task in self._tasks]
        self.end_edit()
        return True

    def _sort(self, order: Sequence[int]) -> None:
        rank = {task_id: place for place, task_id in enumerate(order)}
        self._tasks.sort(key=lambda task: rank.get(task.id, len(rank)))
