"""The history as the program sees it: durable changes, told to all who listen."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import apsw

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.core.search.gallery import Gallery
from cartoonmix_desktop.core.search.query import EVERYTHING
from cartoonmix_desktop.core.search.result_set import ResultSet
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.events import (
    Events,
    HistoryChanged,
    TaskAdded,
    TaskChanged,
    TotalsChanged,
)
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.database import Interrupted
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.owners import Owner, dead_owners, does_one_job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from cartoonmix_desktop.core.errors import CartoonMixError, PictureError
    from cartoonmix_desktop.core.money.caps import Caps
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.recipe.work import PastRun
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.lineage import Lineage
    from cartoonmix_desktop.core.task.marks import SavedSearch
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.core.task.trash import Pieces
    from cartoonmix_desktop.services.pulse import Pulse
    from cartoonmix_desktop.storage.files.pictures import KeptPicture
    from cartoonmix_desktop.storage.files.received import ReceivedFile
    from cartoonmix_desktop.storage.history.journal.rebuilding import Rebuilt
    from cartoonmix_desktop.storage.journal.file import JournalFile
    from cartoonmix_desktop.storage.locations import Locations

R = TypeVar("R")

SQLITE_VERSION: str = apsw.sqlite_lib_version()
"""The SQLite in use."""

_AT_ONCE = 16  # new tasks told without a pause
_WATCH = 4.0  # seconds between looks at what other processes wrote


class History:
    """Every task there is. Writes are durable before they return, in order, and told as events.

    Three connections, each in a thread of its own: a search never holds up a write, nor the rows
    that are in sight.
    """

    def __init__(self, locations: Locations, events: Events, *, once: bool = False) -> None:
        """Nothing is opened yet.

        Args:
            locations: where everything is.
            events: hears of changes.
            once: this process does one job for a caller who waits.
        """
        self._once = once
        self._locations = locations
        self._events = events
        self._write_thread = Thread("ledger")
        self._read_thread = Thread("history")
        self._search_thread = Thread("search")
        self._ledger: Ledger
        self._reader: Ledger
        self._searcher: Ledger
        self._searching: object = None  # the question that is being answered
        self._owner: Owner
        self._totals_due: asyncio.TimerHandle | None = None
        self._closed = False

    async def open(self) -> None:
        """Open the database.

        Raises:
            StorageError: it cannot be opened; nothing was changed.
        """
        await self._write_thread.run(self.connect)

    def connect(self, progress: Callable[[float], None] | None = None) -> None:
        """As `open`, and blocking.

        Args:
            progress: hears which share of a history is renewed that an older version wrote.
        """
        path = self._locations.data / "history.sqlite3"
        self._ledger = Ledger(path, progress)
        self._reader = Ledger(path)
        self._searcher = Ledger(path)
        self._owner = Owner(self._locations.data / "runs", once=self._once)

    def write_beside(self, journal: JournalFile) -> None:
        """From now on, what changes is in the journal as well. Blocking."""
        self._ledger.outbox.begin(journal)
        with suppress(StorageError):  # looked at again with the first change
            self._ledger.outbox.look()

    def bring_back(
        self, journal: JournalFile, share: Callable[[float], None] = lambda _share: None
    ) -> Rebuilt | None:
        """Bring back what the history has lost and its journal knows. Blocking.

        That is all of it where the history is new, and what came later where it is a backup. Of
        what waited nothing is sent before the person has looked at it.

        Args:
            journal: beside the pictures.
            share: told how much is done; what it raises ends it, and the next start goes on.

        Returns:
            What came of it; None where nothing was lost.

        Raises:
            StorageError: the journal cannot be read, or the disk refuses; the next start goes on.
        """
        from cartoonmix_desktop.storage.journal.reading import read_journal

        ledger = self._ledger
        rebuilding, outbox = ledger.rebuilding, ledger.outbox
        keys = outbox.newer()
        if is_new := keys is None and bool(journal.size()) and rebuilding.is_wanted():
            rebuilding.begin()
        elif keys is None:
            return None

        def tell(done: int, every: int) -> None:
            share(done / every)

        with read_journal(journal.path, lambda: share(0)) as state:
            rebuilt = rebuilding.rebuild(state, keys, at=time.time(), share=tell, newer=not is_new)
        if is_new:
            rebuilding.settle()
        else:
            outbox.found()
        return rebuilt if rebuilt.tasks or rebuilt.taken_out else None

    def compact_journal(self, check: Callable[[], None]) -> None:
        """Make the journal smaller where that is worth it; see `Outbox.compact`. Blocking."""
        self._ledger.outbox.compact(check)

    def has_pictures(self) -> bool:
        """Whether any picture is kept. Blocking."""
        return self._reader.has_pictures()

    async def close(self) -> None:
        """Finish all writes and let go of the file."""
        self._closed = True
        if self._totals_due is not None:
            self._totals_due.cancel()
        for thread, name in (
            (self._search_thread, "_searcher"),
            (self._read_thread, "_reader"),
            (self._write_thread, "_ledger"),
        ):
            if (ledger := getattr(self, name, None)) is not None:
                await thread.run(ledger.close)
            thread.close()
        if hasattr(self, "_owner"):
            self._owner.release()

    @property
    def owner(self) -> str:
        """This process, among those that work on the history."""
        return self._owner.id

    # --- writing ---------------------------------------------------------------------------------

    async def add(
        self,
        request: GenerationRequest,
        account: str,
        estimated: Decimal | None = None,
        uid: str = "",
    ) -> Task:
        """Store what was asked for, before any byte of it is sent; of a batch, by its uid."""
        task = await self._write_thread.run(
            self._ledger.add,
            request,
            account,
            self._owner.id,
            at=time.time(),
            uid=uid or uuid.uuid4().hex,
            estimated=estimated,
        )
        self._events.emit(TaskAdded(task))
        return task

    async def add_several(
        self,
        requests: Sequence[GenerationRequest],
        account: str,
        parents: Sequence[int | None] = (),
        estimates: Sequence[Decimal | None] = (),
        held: Decimal | None = None,
    ) -> list[Task]:
        """Store what was asked for at one press, all or nothing.

        Args:
            requests: what was asked for.
            account: whose.
            parents: for each the task that its recipe came from; empty when none came from any.
            estimates: the USD expected of each, None where no price is known; empty when of none.
            held: the USD that they cost together, if they wait for the cap on one press.
        """
        uids = [uuid.uuid4().hex for _ in requests]
        queue_order, owner = self._ledger.queue_order, self._owner.id
        tasks = await self._write_thread.run(
            queue_order.add,
            requests,
            account,
            owner,
            at=time.time(),
            uids=uids,
            parents=parents,
            estimates=estimates,
            held=held,
        )
        await self._tell_added(tasks)
        return tasks

    async def move(self, task_id: int, to: TaskState, **changes: Any) -> Task:
        """Move a task along `core.task.MOVES`, with other changes in the same transaction.

        Whoever moves a task works on it from then on, so it becomes this process's.
        """
        task = await self._change(
            self._ledger.move, task_id, to, at=time.time(), owner=self._owner.id, **changes
        )
        if to in {TaskState.KEPT, TaskState.FAILED, TaskState.CANCELLED, TaskState.DOWNLOADING}:
            self.tell_totals()
        return task

    async def accept(self, task_id: int, remote_id: str, token: str) -> Task:
        """Record which task the server made of one that is being sent; see `Ledger.accept`."""
        accept, owner = self._ledger.accept, self._owner.id
        return await self._change(accept, task_id, remote_id, token, at=time.time(), owner=owner)

    async def update(self, task_id: int, **changes: Any) -> Task:
        """Change what is known of a task without moving it."""
        task = await self._change(self._ledger.update, task_id, **changes)
        if "cost" in changes:
            self.tell_totals()
        return task

    async def set_outputs(self, task_id: int, remote_ids: Sequence[str]) -> Task:
        """Record which outputs there are to fetch; those already known stay as they are."""
        return await self._change(self._ledger.set_outputs, task_id, remote_ids)

    async def keep_output(self, output: Output, kept: KeptPicture) -> Task:
        """Record a picture that is safely on disk."""
        task = await self._change(
            self._ledger.keep_output,
            output.id,
            path=kept.path,
            size=kept.size,
            sha256=kept.sha256,
            width=kept.width,
            height=kept.height,
            at=time.time(),
        )
        self.tell_totals()
        return task

    async def break_output(
        self, output: Output, error: CartoonMixError, *, was_here: bool = False
    ) -> Task:
        """Record why a picture could not be fetched; one that was here stays kept, and missing."""
        return await self._change(self._ledger.break_output, output.id, error, was_here=was_here)

    async def put_aside(self, output: Output, received: ReceivedFile, error: PictureError) -> Task:
        """Record that what came in the place of a picture is kept as it is, and why."""
        return await self._change(
            self._ledger.put_aside,
            output.id,
            error,
            path=received.path,
            size=received.size,
            sha256=received.sha256,
        )

    async def retry_outputs(self, task_id: int, *, aside: bool = False) -> Task:
        """Make broken pictures ones to be fetched; those kept aside too, if the person wants."""
        return await self._change(self._ledger.retry_outputs, task_id, aside=aside)

    # --- what waits to be sent, see `storage.history.queue_order` --------------------------------

    async def arrange(self, ids: Sequence[int]) -> None:
        """Store in which order tasks wait."""
        await self._write_thread.run(self._ledger.queue_order.arrange, ids)

    async def remove(self, ids: Sequence[int]) -> list[Task]:
        """Take waiting tasks out of the queue."""
        tasks = await self._write_thread.run(self._ledger.queue_order.remove, ids, at=time.time())
        return self._tell_changed(tasks)

    async def put_back(self, ids: Sequence[int], order: Sequence[int]) -> list[Task]:
        """Let removed tasks wait again, in this order of the whole queue."""
        queue_order, owner = self._ledger.queue_order, self._owner.id
        tasks = await self._write_thread.run(
            queue_order.put_back, ids, order, owner, at=time.time()
        )
        return self._tell_changed(tasks)

    async def requeue(self, task_id: int, estimate: Decimal | None, held: Decimal | None) -> Task:
        """Let a task wait again that was never made; see `QueueOrder.requeue`."""
        requeue, owner = self._ledger.queue_order.requeue, self._owner.id
        return await self._change(requeue, task_id, owner, estimate, held, at=time.time())

    async def retry(
        self,
        ids: Sequence[int],
        account: str,
        estimates: Sequence[Decimal | None],
        held: Decimal | None,
    ) -> list[Task]:
        """Let refused tasks wait again, and store a new one for each that failed."""
        uids = [uuid.uuid4().hex for _ in ids]
        queue_order, owner = self._ledger.queue_order, self._owner.id
        again, new = await self._write_thread.run(
            queue_order.retry,
            ids,
            account,
            owner,
            at=time.time(),
            uids=uids,
            estimates=estimates,
            held=held,
        )
        self._tell_changed(again)
        await self._tell_added(new)
        return again + new

    async def failed(self, ids: Sequence[int]) -> list[int]:
        """Ids of those that were refused or failed and not tried again; see `QueueOrder.failed`."""
        return await self._write_thread.run(self._ledger.queue_order.failed, ids)

    async def begin_sending(
        self, task_id: int, caps: Caps, estimate: Decimal | None, **changes: Any
    ) -> Task:
        """Move a task to `TaskState.SENDING` if it fits; see `CapRecords.begin_sending`."""
        begin, owner = self._ledger.caps.begin_sending, self._owner.id
        return await self._change(
            begin, task_id, caps, estimate, at=time.time(), owner=owner, **changes
        )

    async def adopt(self) -> list[Task]:
        """Take over the unfinished tasks of processes that are gone.

        What a command that did one job had not sent is cancelled instead.
        """

        def work() -> tuple[list[Task], list[Task]]:
            others = self._ledger.owners() - {self._owner.id}
            dead = dead_owners(self._locations.data / "runs", others, self._owner.id)
            once = [owner for owner in dead if does_one_job(owner)]
            abandoned = self._ledger.abandon(once, at=time.time()) if once else []
            return abandoned, self._ledger.adopt(dead, self._owner.id) if dead else []

        abandoned, adopted = await self._write_thread.run(work)
        for task in abandoned:
            self._events.emit(TaskChanged(task))
        return adopted

    async def batch(self, name: str) -> list[tuple[Task, bool]]:
        """Tasks of a batch, and whether another process works on each; see `core.sweep.batch`.

        Those of a process that is gone are taken over; what it had not sent is cancelled.
        """

        def work() -> list[tuple[Task, bool]]:
            others = self._ledger.owners() - {self._owner.id}
            dead = dead_owners(self._locations.data / "runs", others, self._owner.id)
            if once := [owner for owner in dead if does_one_job(owner)]:
                self._ledger.abandon(once, at=time.time())
            return self._ledger.queue_order.batch(name, dead, self._owner.id)

        return await self._write_thread.run(work)

    async def in_aftercare(self) -> tuple[list[Task], bool]:
        """The tasks of which the server still owes something, but for other processes' own.

        Returns:
            The tasks, and whether other processes have some, which they may leave at any time.
        """

        def work() -> tuple[list[Task], bool]:
            found = self._ledger.in_aftercare()
            others = {owner for _task, owner in found} - {self._owner.id}
            dead = set(dead_owners(self._locations.data / "runs", others, self._owner.id))
            living = others - dead
            return [task for task, owner in found if owner not in living], bool(living)

        return await self._write_thread.run(work)

    async def in_doubt(self) -> list[tuple[Task, float]]:
        """The tasks whose Run is not answered, or not yet, and the unix seconds it was sent."""
        return await self._write_thread.run(self._ledger.in_doubt)

    async def known(self, remote_ids: Sequence[str], account: str) -> set[str]:
        """Those of the server's ids that a task of ours already has."""
        return await self._write_thread.run(self._ledger.known, remote_ids, account)

    async def claim(self, task_id: int, remote_id: str, token: str) -> Task | None:
        """Make one of the server's tasks the one that a lost answer spoke of.

        Returns:
            The task, accepted and this process's; None if it is no longer in doubt, or the server's
            task is already another of ours.
        """
        task = await self._write_thread.run(
            self._ledger.claim, task_id, remote_id, token, at=time.time(), owner=self._owner.id
        )
        if task is not None:
            self._events.emit(TaskChanged(task))
        return task

    async def set_state(self, key: str, value: str) -> None:
        """Store a small fact beside the tasks."""
        await self._write_thread.run(self._ledger.set_state, key, value)

    async def state(self, key: str) -> str:
        """A fact stored with `set_state`, or an empty string."""
        return await self._write_thread.run(self._ledger.state, key)

    async def write_ledger(self, work: Callable[[Ledger], R]) -> R:
        """Let a service change the ledger, in turn with all other writes; nothing is told."""
        return await self._write_thread.run(work, self._ledger)

    # --- reading ---------------------------------------------------------------------------------

    async def ids(self, query: Query = EVERYTHING, most: int = 0) -> ResultSet:
        """Which tasks match, all or the newest; see `Ledger.ids`.

        Cancelled, it ends at once: a letter typed later need not wait for what nobody wants now.
        """
        return await self._search(lambda ledger: ledger.ids(query, most), ResultSet(whole=False))

    async def gallery(self, query: Query = EVERYTHING, most: int = 0) -> Gallery:
        """Which pictures match, all or the first to be shown; cancelled as `ids` is."""
        return await self._search(lambda ledger: ledger.gallery(query, most), Gallery(whole=False))

    async def _search(self, ask: Callable[[Ledger], R], nothing: R) -> R:
        question = object()
        wanted = True

        def work() -> R:
            while wanted:
                self._searching = question
                try:
                    return ask(self._searcher)
                except Interrupted:
                    continue  # unless it was another question that nobody wants
                finally:
                    self._searching = None
            return nothing  # nobody looks at it

        try:
            return await self._search_thread.run(work)
        except asyncio.CancelledError:
            wanted = False
            if self._searching is question:
                self._searcher.interrupt()
            raise

    async def tasks(self, ids: Sequence[int]) -> list[Task]:
        """The tasks with these ids, in their order; absent ones are left out."""
        return await self._read_thread.run(self._reader.tasks, ids)

    async def task(self, task_id: int) -> Task:
        """One task as it now is.

        Raises:
            KeyError: there is none.
        """
        return await self._write_thread.run(self._ledger.task, task_id)

    async def past_runs(self, account: str, most: int) -> list[PastRun]:
        """The newest runs of an account that ended well."""
        return await self._read_thread.run(self._reader.past_runs, account, most)

    async def same(self, request: GenerationRequest, account: str) -> Task | None:
        """The newest task with this very request whose pictures are kept or on their way.

        What was stored before this is asked counts, however shortly before.
        """

        def work() -> Task | None:
            found = self._ledger.same(request, account)
            return None if found is None else self._ledger.task(found)

        return await self._write_thread.run(work)

    async def came_to(self, task_id: int, state: TaskState) -> float | None:
        """Unix seconds when a task last came to a state; None if it never did."""
        return await self._read_thread.run(self._reader.came_to, task_id, state)

    async def lineage(self, task_id: int) -> Lineage:
        """What a task came from, and what came from it; see `Lineage`."""
        return await self._read_thread.run(self._reader.lineage, task_id)

    async def pictures(self, ids: Sequence[int]) -> list[Output]:
        """Outputs by their ids, also those in the trash; those that do not exist are left out."""
        return await self.read_ledger(lambda ledger: ledger.trash.pictures(ids))

    async def owners_of(self, pictures: Sequence[int]) -> list[int]:
        """Ids of the tasks that these outputs belong to."""
        return await self.read_ledger(lambda ledger: ledger.trash.tasks_of(pictures))

    async def pieces_of(self, pictures: Sequence[int]) -> Pieces:
        """These outputs, as whole tasks where they are all of one."""
        return await self.read_ledger(lambda ledger: ledger.pieces_of(pictures))

    async def at_work(self, ids: Sequence[int]) -> list[Task]:
        """Those of the tasks that are not at rest."""
        return await self.tasks(await self.read_ledger(lambda ledger: ledger.trash.busy(ids)))

    async def saved_searches(self) -> list[SavedSearch]:
        """Those a person gave names to, in their order."""
        return await self.read_ledger(lambda ledger: ledger.marks.saved_searches())

    async def read_ledger(self, work: Callable[[Ledger], R]) -> R:
        """Let a service ask the ledger something that no method here does."""
        return await self._read_thread.run(work, self._reader)

    def tell_totals(self) -> None:
        """Tell the totals soon; a burst of changes makes one event."""
        if self._totals_due is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._totals_due = loop.call_later(0.2, lambda: loop.create_task(self._tell_totals()))

    async def _tell_totals(self) -> None:
        self._totals_due = None
        if self._closed:
            return

        def work() -> tuple[Decimal, int, int]:
            spent = self._reader.spent_since(_midnight(), without_account=SANDBOX)
            return spent, *self._reader.totals()

        spent, pictures, size = await self._read_thread.run(work)
        self._events.emit(TotalsChanged(spent, pictures, size))

    async def watch(self, pulse: Pulse) -> None:
        """Until cancelled: tell when another process has written, and when a day begins."""
        seen: int | None = None
        day = _midnight()
        while True:
            with suppress(StorageError):
                version = await self._write_thread.run(self._ledger.data_version)
                if seen not in {None, version}:
                    self._events.emit(HistoryChanged())
                    self.tell_totals()
                seen = version
            if day != (day := _midnight()):
                self.tell_totals()  # nothing is spent yet
            await pulse.wait(_WATCH)

    async def _tell_added(self, tasks: Sequence[Task]) -> None:
        for count, task in enumerate(tasks, 1):
            self._events.emit(TaskAdded(task))
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)  # a window shows each, and goes on answering

    def _tell_changed(self, tasks: list[Task]) -> list[Task]:
        for task in tasks:
            self._events.emit(TaskChanged(task))
        return tasks

    async def _change(self, call: Callable[..., Task], *args: Any, **kwargs: Any) -> Task:
        task = await self._write_thread.run(call, *args, **kwargs)
        self._events.emit(TaskChanged(task))
        return task


def _midnight() -> float:
    """Unix seconds of the beginning of this day here, under the clock that was in force then."""
    year, month, day, *_ = time.localtime()
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))
