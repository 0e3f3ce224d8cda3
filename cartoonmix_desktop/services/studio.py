"""The whole work behind the window and the command line, in one place to ask."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CartoonMixError,
    CredentialsError,
    PictureGone,
    PictureUnreachable,
    StorageError,
)
from cartoonmix_desktop.core.task.task import AT_SERVER, MOVES, UNFINISHED, Task, TaskState
from cartoonmix_desktop.services.account.accounts import Accounts
from cartoonmix_desktop.services.account.updates import Updates, built_in_channel
from cartoonmix_desktop.services.events import (
    AccountKind,
    ConnectionChanged,
    Event,
    HistoryChanged,
    LibraryChanged,
    PendingChanged,
    QueueChanged,
    TaskChanged,
)
from cartoonmix_desktop.services.history.marks import Marks
from cartoonmix_desktop.services.history.undo import UndoStack
from cartoonmix_desktop.services.library.deferred_files import DeferredFiles
from cartoonmix_desktop.services.library.disk import Disk
from cartoonmix_desktop.services.library.relinking import Relinker
from cartoonmix_desktop.services.library.relocation import Relocation
from cartoonmix_desktop.services.library.remote_copies import RemoteCopies
from cartoonmix_desktop.services.library.trash import Trash
from cartoonmix_desktop.services.sending.aftercare import AftercareClock
from cartoonmix_desktop.services.sending.backoff import SLOWEST_FOR_DISK, backoff
from cartoonmix_desktop.services.sending.estimates import Estimates
from cartoonmix_desktop.services.sending.follower import Follower
from cartoonmix_desktop.services.sending.in_flight import InFlightTasks
from cartoonmix_desktop.services.sending.reachability import Reachability
from cartoonmix_desktop.services.sending.reconciling import Reconciler
from cartoonmix_desktop.services.sending.resume_detector import ResumeDetector
from cartoonmix_desktop.services.sending.sender import Sender
from cartoonmix_desktop.services.sending.single_run import SingleRun
from cartoonmix_desktop.services.threads import OwnedTasks
from cartoonmix_desktop.services.transfer.archive import Archive
from cartoonmix_desktop.services.transfer.exporting import Exporter
from cartoonmix_desktop.services.transfer.importing import Importer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.doubt import Doubt
    from cartoonmix_desktop.services.library.local_store import LocalStore

_log = logging.getLogger(__name__)

_LAST_CHANCE = 1.0  # seconds, of the three that quitting may take, for a Run to be answered
_FIRST_LOOK = 2.0  # seconds that all waits for the library
_ORPHANS = 2.0  # seconds between looks whether another process left something unfinished
_DISK_KEY = "disk"  # a fact that is only written to see whether it can be


class Studio:
    """Open it, start it, ask it for pictures, close it. Everything that happens is told as events.

    Attributes:
        local_store: history and pictures; what it has is here too.
        events: listen here.
        history: all tasks.
        library: all pictures.
        settings: what the person chose.
        accounts: whom pictures are asked from.
        sender: what waits to be sent, and why it does.
        undo: what the person did to the library, and the way back.
        updates: whether a newer version exists; never asked in a run for the sandbox alone.
        trash: what was thrown away.
        deferred: files that wait for their places.
        importer: pictures from other folders.
        exporter: pictures into other folders.
        archive: the whole library in one file.
        relinker: finds pictures whose files are gone.
        relocation: where the library is, and whether pictures can be kept there.
        disk: what everything takes on it.
        remote_copies: the pictures that the server still has.
        marks: favourites, ratings, tags, notes, collections and saved searches.
    """

    def __init__(
        self,
        local_store: LocalStore,
        environ: Mapping[str, str] = os.environ,
        *,
        only: AccountKind | None = None,
    ) -> None:
        """Nothing is begun yet.

        Args:
            local_store: what there is; it may be open already.
            environ: read for addresses and credentials.
            only: ask this account for the whole run, whatever was chosen before.

        Raises:
            ConfigurationError: an address in ``environ`` is not allowed.
        """
        self.local_store = local_store
        locations = local_store.locations
        self.settings = settings = local_store.settings
        self.events = local_store.events
        self.history = local_store.history
        self.library = local_store.library
        self.undo = UndoStack(self.events)
        self.marks = Marks(self.history, self.events, self.undo)
        self.accounts = Accounts(locations, settings, self.events, environ, only=only)
        self.trash = Trash(self.history, self.library, settings, self.events)
        self.deferred = DeferredFiles(self.history, self.library)
        self.importer = Importer(
            self.history, self.library, self.deferred, self.trash, self.events, self.undo
        )
        self.exporter = Exporter(self.history, self.library)
        self.relinker = Relinker(self.history, self.library, self.deferred, self.events)
        self.archive = Archive(self.history, self.library, self.deferred, locations, self.events)
        self.relocation = Relocation(
            locations, self.history, self.library, self.deferred, self.trash, self.events
        )
        self.disk = Disk(locations, self.library)
        self.remote_copies = RemoteCopies(self.history, self.library, self.accounts)
        self._reachability = Reachability(self.accounts, self.events)
        channel = built_in_channel() if only is None else None
        self.updates = Updates(settings, local_store.files, self.events, channel)
        self._tasks = OwnedTasks()
        self._stranded: set[int] = set()  # tasks with a picture whose host could not be reached
        self._awaiting_disk = False
        self._resume_detector = ResumeDetector(self._on_resumed)
        self._last_pending = PendingChanged(())
        self._deciding = asyncio.Lock()  # a second press finds what the first has changed
        self._storing = asyncio.Lock()  # in the order of the presses
        self._account_known = asyncio.Event()
        self._follower = Follower(
            self.history, self.library, self.accounts, self.events, self._on_followed
        )
        self.sender = Sender(
            self.history,
            self.accounts,
            self._count_at_server,
            self._on_accepted,
            self._reachability.note,
            self._tell_pending,
        )
        self._in_flight = InFlightTasks(
            self.history,
            self.library,
            self.sender,
            self._follower,
            self.events,
            self._tasks,
            self._tell_pending,
        )
        self._reconciler = Reconciler(
            self.history, self.accounts, self.events, self._deciding, self._on_accepted
        )
        self._aftercare = AftercareClock(
            self.history,
            self.accounts,
            self.events,
            self._deciding,
            self._in_flight,
            self._reachability.note,
            self._on_accepted,
        )
        self._estimates = Estimates(self.history, self.events, self._tasks)
        self.events.listen(self._on_event)
        self.accounts.on_frame = self._follower.on_frame
        self.accounts.on_changed = self._on_account_changed

    @property
    def queue(self) -> Sender:
        """What waits to be sent, and why it does."""
        return self.sender

    # --- life ------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open history and pictures: from now on both can be browsed, offline too.

        Raises:
            StorageError: the disk refuses; its error names folder or file.
        """
        await self.local_store.open()
        self.history.tell_totals()

    async def start(self) -> None:
        """Find the credentials, pick up everything unfinished, and begin to send."""
        self._tasks.spawn(self._tidy(), "places")
        self._tasks.spawn(self.archive.sweep(), "archives")
        self._tasks.spawn(self.trash.watch(), "trash")
        await self.accounts.load()
        self._account_known.set()
        await self.sender.restore()
        with suppress(TimeoutError):  # a network share that hangs holds up nothing else
            async with asyncio.timeout(_FIRST_LOOK):
                await self.relocation.look()
        self._tasks.spawn(self.relocation.watch(), "library")
        await self._adopt()
        self._tasks.spawn(self.sender.run(), "queue")
        self._tasks.spawn(self._reconciler.run(), "lost answers")
        await self._aftercare.restore(at_start=True)
        self._tasks.spawn(self._aftercare.run(), "aftercare")
        self._tasks.spawn(self.history.watch(), "other processes")
        self._tasks.spawn(self._watch_orphans(), "orphans")
        self._tasks.spawn(self._reachability.watch(), "connection")
        self._tasks.spawn(self._resume_detector.watch(), "wake")
        self._tasks.spawn(self.updates.run(), "newer versions")
        self._tasks.spawn(self.local_store.backups.keep_up(), "backups")
        self._tell_pending()

    async def _tidy(self) -> None:
        """Finish what ended amid a move of the library, or before files had their places."""
        with suppress(StorageError):
            await self.relocation.sweep()  # first: what waits is still the same in both folders
        if (await self.deferred.reconcile_files()).found:
            self.events.emit(HistoryChanged())

    async def close(self) -> None:
        """End within three seconds; what is unfinished is picked up at the next start."""
        await asyncio.gather(
            self.sender.finish_sending(_LAST_CHANCE), self._tasks.cancel(_LAST_CHANCE)
        )
        await self.accounts.close()
        self.deferred.close()
        self.importer.close()
        self.exporter.close()
        self.relinker.close()
        self.archive.close()
        self.disk.close()
        self.relocation.close()
        self.trash.close()
        await self.local_store.close()

    async def remember(self, key: str, value: Any) -> None:
        """Store a setting without holding up the window."""
        await self.local_store.files.run(self.settings.set, key, value)

    # --- the work --------------------------------------------------------------------------------

    async def generate(self, request: GenerationRequest, parent_id: int | None = None) -> Task:
        """Store the request durably, then send it when its turn comes.

        Args:
            request: what to make.
            parent_id: the task that the recipe came from.

        Raises:
            NoCredentials: Wiro is chosen and nobody is signed in; nothing was stored.
            StorageError: the disk refused; nothing is sent.
        """
        return (await self.generate_several([request], [parent_id]))[0]

    async def generate_several(
        self, requests: Sequence[GenerationRequest], parents: Sequence[int | None] = ()
    ) -> list[Task]:
        """Store all requests durably, or none; then send each when its turn comes.

        Args:
            requests: what to make.
            parents: for each the task that its recipe came from; empty when none came from any.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """
        async with self._storing:
            return await self._store(requests, parents)

    async def generate_unless_same(
        self, request: GenerationRequest, parent_id: int | None = None
    ) -> Task | None:
        """As `generate`, unless that would pay for the same pictures once more.

        Returns:
            None if the request was stored; else the newest task of this account with this very
            request whose pictures are kept or on their way, and nothing was stored.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """
        async with self._storing:  # a press before this one has stored what it asked for
            await self._account_known.wait()
            same = await self.history.same(request, self.accounts.name)
            if same is None:
                await self._store([request], [parent_id])
            return same

    async def _store(
        self, requests: Sequence[GenerationRequest], parents: Sequence[int | None]
    ) -> list[Task]:
        account = await self._ready_account()
        tasks = await self.history.add_several(requests, account, parents)
        self.sender.pending.put(tasks)
        return tasks

    async def duplicate(self, task_ids: Sequence[int]) -> None:
        """Let waiting tasks wait a second time, each right behind the last of them.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """
        line = [task.id for task in self.sender.pending.tasks]
        tasks = await self.history.tasks(task_ids)
        requests = [task.request for task in tasks]
        new = [t.id for t in await self.generate_several(requests, [t.id for t in tasks])]
        behind = max((line.index(task.id) for task in tasks if task.id in line), default=len(line))
        if behind + 1 < len(line):
            await self.sender.pending.arrange(new, before=line[behind + 1])

    async def failed_of_last_batch(self) -> list[int]:
        """Ids of what was refused or failed of the tasks that were last asked for together.

        Without what was told as an error just now: it may still run, and would be paid twice.
        """
        bad = {TaskState.REJECTED, TaskState.FAILED}
        batch = await self.history.last_batch()
        return [task.id for task in batch if task.state in bad and not task.may_still_run]

    async def retry(self, task_ids: Sequence[int]) -> None:
        """Try refused and failed tasks again; others among them are left alone.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """
        async with self._deciding:
            account = await self._ready_account()
            self.sender.pending.put(await self.history.retry(task_ids, account))

    async def _ready_account(self) -> str:
        """Whose the next tasks are; if its server is away, they will wait for the person."""
        await self._account_known.wait()  # a slow keyring takes some seconds
        account = self.accounts.name
        await self.sender.pause_if_offline(account, self._reachability.away)
        if self.relocation.problem is not None:
            await self.sender.pause(account, self.relocation.problem)
        return account

    async def generate_now(self, request: GenerationRequest, patience: float) -> Task:
        """One job for a caller who waits for it; see `SingleRun.generate`."""
        run = SingleRun(self.history, self.relocation, self.sender, self._follower, self._aftercare)
        return await run.generate(request, self.accounts.name, patience)

    async def cancel(self, task_id: int) -> None:
        """Take a task back: out of the queue, or at the server by Cancel, else by Kill.

        It is cancelled when the server says so, which is asked again until it does; pictures
        already made are kept.

        Raises:
            StorageError: the wish could not be recorded.
            CartoonMixError: another process follows the task, and the server could not be asked.
        """
        recalled = self.sender.pending.recall(task_id)
        if not recalled and (await self.sender.pending.remove([task_id])).ids:
            return
        if not recalled and (await self.history.task(task_id)).state not in AT_SERVER:
            return
        task = await self.history.update(task_id, cancelling=True)  # it outlives this program
        if recalled or task_id in self._in_flight:
            self._follower.renew(task)
        else:
            await self._follower.stop_at_server(task)

    async def keep_waiting(self, task_id: int) -> None:
        """Ask the person about a silent task only after another day."""
        task = await self.history.update(task_id, heard_at=time.time(), error=None)
        self._follower.renew(task)

    async def stop_following(self, task_id: int) -> None:
        """Set a task aside that the server may still end and charge; nothing of it is fetched."""
        async with self._deciding:
            await self._in_flight.let_go(task_id)
            task = await self.history.task(task_id)
            if task.state in AT_SERVER:
                await self.history.move(task_id, TaskState.DISCARDED, error=None)
            elif task.state is TaskState.DOWNLOADING:  # it has ended meanwhile
                self._on_accepted(task)

    async def follow_again(self, task_id: int) -> None:
        """Take up a task at the server that was set aside."""
        async with self._deciding:
            task = await self.history.task(task_id)
            if task.state is TaskState.DISCARDED and task.remote_id:
                self._on_accepted(
                    await self.history.move(task_id, TaskState.ACCEPTED, heard_at=time.time())
                )

    async def fetch_again(self, task_id: int) -> None:
        """Fetch what is broken or missing once more, and ask the server anew what it has.

        Raises:
            NoCredentials: nobody is signed in whom the server would tell; nothing was changed.
            WiroError: the server could not be asked about a task that ended.
        """
        task = await self.history.task(task_id)
        if task.is_imported:  # no server has it
            return
        await self.accounts.connection(task.account)  # the sandbox may take a moment to start
        async with self._deciding:
            if task_id in self._in_flight:
                self._follower.ask_now(task_id)
                return
            task = await self.history.task(task_id)
            for output in await self.library.missing(task):
                task = await self.history.break_output(output, PictureGone("the file was missing"))
            if task.broken and task.state is not TaskState.DOWNLOADING:
                task = await self.history.move(task_id, TaskState.DOWNLOADING)
            fetching = task.state in AT_SERVER or bool(task.broken)
            if fetching and any(one.due is None for one in task.owed):  # looked for anew as well
                owed = tuple(one for one in task.owed if one.due is not None)
                task = await self.history.update(task_id, owed=owed)
            if task.aside:
                task = await self.history.retry_outputs(task_id, aside=True)
            if fetching:
                self._on_accepted(task)
                return
        if task.verdict is not None and task.remote_id:
            task = await self._aftercare.look(task.id, anew=True)
            if task.state is TaskState.DOWNLOADING and not task.at_rest:
                self._on_accepted(task)

    async def send_again(self, task_id: int) -> None:
        """Try once more what was refused, failed or lost its answer: the person has decided.

        What never became a task is sent itself; what failed at the server becomes a new task. What
        is under way is left alone: to send it once more would pay twice.
        """
        async with self._deciding:
            task = await self.history.task(task_id)
            if task.state in UNFINISHED or task.is_imported:
                return
            if TaskState.QUEUED in MOVES[task.state]:
                task = await self.history.move(
                    task_id, TaskState.QUEUED, error=None, cancelling=False
                )
                self.sender.pending.put([task])
            else:
                await self.generate(task.request, task.id)

    async def adopt(self, task_id: int, remote_id: str) -> None:
        """The person says which of the server's tasks is the one whose answer was lost."""
        await self._reconciler.adopt(task_id, remote_id)

    def ask_again(self, task_id: int) -> None:
        """Ask the server now, instead of waiting for the next turn."""
        self._reconciler.ask_again(task_id)
        self._follower.ask_now(task_id)

    def doubt(self, task_id: int) -> Doubt | None:
        """What is known of a task whose answer is lost; None for any other."""
        return self._reconciler.doubt(task_id)

    async def discard(self, task_id: int) -> None:
        """Set a task whose outcome is unknown aside."""
        async with self._deciding:
            if (await self.history.task(task_id)).state is TaskState.UNKNOWN:
                await self.history.move(task_id, TaskState.DISCARDED)

    async def resume(self) -> None:
        """Send what waits after a pause."""
        await self.sender.resume()
        self._follower.ask_now()

    def look_around(self) -> None:
        """Find out at once whether the computer slept, say: the window was just turned to."""
        if self._account_known.is_set():
            self._resume_detector.look()

    # --- what happens ----------------------------------------------------------------------------

    async def _adopt(self) -> None:
        """Pick up what this or another process left unfinished or in doubt."""
        adopted = []
        for task in await self.history.adopt():
            if task.state is TaskState.QUEUED and task.cancelling:  # taken back while it was sent
                await self.history.move(task.id, TaskState.CANCELLED)
            else:
                adopted.append(task)
        for task in adopted:
            if task.state is not TaskState.QUEUED:
                self._on_accepted(task)
        if waiting := [task for task in adopted if task.state is TaskState.QUEUED]:
            self.sender.pending.put(waiting)
        await self._reconciler.restore()
        await self._aftercare.restore()

    async def _watch_orphans(self) -> None:
        """Other processes end at any time, and the last of them tells nobody."""
        while True:
            await asyncio.sleep(_ORPHANS)
            with suppress(StorageError):
                await self._adopt()

    def _count_at_server(self, account: str) -> int:
        return self._in_flight.count_at_server(account)

    def _on_accepted(self, task: Task) -> None:
        if self._in_flight.take(task):
            self._estimates.look_at(task)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ConnectionChanged) and event.online:
            self._reconciler.ask_again()
            self._aftercare.hurry()
        if isinstance(event, LibraryChanged):
            self._tasks.spawn(self._heed_library(event.problem), "library")
        if isinstance(event, TaskChanged):
            if any(isinstance(output.error, PictureUnreachable) for output in event.task.broken):
                self._stranded.add(event.task.id)
            else:
                self._stranded.discard(event.task.id)
        elif isinstance(event, ConnectionChanged) and event.online:
            self._tasks.spawn(self._fetch_stranded(), "stranded pictures")

    async def _heed_library(self, problem: StorageError | None) -> None:
        """What no folder can take is not asked for; once there is one, all goes on."""
        if problem is None:
            await self.sender.lift_for_disk()
            return
        for account in {self.accounts.name, *(t.account for t in self.sender.pending.tasks)}:
            await self.sender.pause(account, problem)

    async def _fetch_stranded(self) -> None:
        for task_id in self._stranded - set(self._in_flight):
            with suppress(CartoonMixError, KeyError):
                await self.fetch_again(task_id)

    def _on_resumed(self) -> None:
        self._tasks.spawn(self._pick_up(), "roused")

    async def _pick_up(self) -> None:
        """After sleep, on another network, under a clock that was set: everything at once."""
        await self.accounts.reconnect()
        self._reachability.begin_anew()  # and what it finds brings stranded pictures home
        self.sender.wake()
        self._follower.ask_now()
        self._aftercare.hurry()

    def _on_account_changed(self) -> None:
        self._reachability.begin_anew()
        self._reconciler.ask_again()
        self._follower.ask_now()
        self._aftercare.hurry()
        if isinstance(self.sender.paused, AuthenticationRefused | CredentialsError):
            self._tasks.spawn(self.sender.lift_all(), "resume")

    def _on_followed(self, account: str, error: CartoonMixError | None) -> None:
        """A key that is refused while tasks run is told as one that is refused when sending."""
        self._reachability.note(account, error)
        told = isinstance(self.sender.paused, AuthenticationRefused)
        if isinstance(error, AuthenticationRefused) and not told:
            self._tasks.spawn(self.sender.pause(account, error), "pause")

    async def _await_disk(self) -> None:
        """Try a disk that refused until it takes things again; then what waits for it goes on."""
        for failures in count():
            await asyncio.sleep(backoff(failures, SLOWEST_FOR_DISK))
            if not isinstance(self.sender.paused, StorageError):
                break
            with suppress(StorageError):
                await self.library.check_room()
                await self.history.set_state(_DISK_KEY, "took this")
                await self.sender.lift_for_disk()
        self._awaiting_disk = False

    def _tell_pending(self) -> None:
        self._aftercare.wake()  # what is no longer fetched may be due
        if isinstance(self.sender.paused, StorageError) and not self._awaiting_disk:
            self._awaiting_disk = True
            self._tasks.spawn(self._await_disk(), "disk")
        sender, queued = self.sender, self._in_flight.queued_at_server
        pending = PendingChanged(sender.pending.tasks, sender.full, sender.pending.edited)
        if pending != self._last_pending:
            self._last_pending = pending
            self.events.emit(pending)
        self.events.emit(
            QueueChanged(
                len(self._in_flight) - queued,
                len(sender.pending),
                sender.paused,
                queued,
                sender.held,
            )
        )
