"""What a person asks for a task: make it, take it back, fetch it again, decide about it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import PictureGone
from cartoonmix_desktop.core.task.task import AT_SERVER, MOVES, UNFINISHED, Task, TaskState
from cartoonmix_desktop.services.sending.single_run import SingleRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.doubt import Doubt
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.library.library import Library
    from cartoonmix_desktop.services.library.relocation import Relocation
    from cartoonmix_desktop.services.money.caps import CapKeeper
    from cartoonmix_desktop.services.sending.pipeline import Pipeline


class TaskCommands:
    """Each is recorded before it is done, and one at a time decides about a task."""

    def __init__(
        self,
        history: History,
        library: Library,
        accounts: Accounts,
        relocation: Relocation,
        caps: CapKeeper,
        pipeline: Pipeline,
    ) -> None:
        """Nothing is done yet.

        Args:
            history: where each step is recorded.
            library: tells which pictures are missing.
            accounts: whom pictures are asked from.
            relocation: tells whether pictures can be kept.
            caps: tells what may be stored and sent, and asks the person.
            pipeline: sends, follows, fetches and looks after.
        """
        self._history, self._library = history, library
        self._accounts, self._relocation = accounts, relocation
        self._caps = caps
        self._pipeline, self._sender = pipeline, pipeline.sender
        self._storing = asyncio.Lock()  # in the order of the presses

    async def generate(
        self, request: GenerationRequest, parent_id: int | None = None
    ) -> Task | None:
        """Store the request durably, then send it when its turn comes.

        Args:
            request: what to make.
            parent_id: the task that the recipe came from.

        Returns:
            The task; None if it would have passed a cap, and the person did not want that.

        Raises:
            NoCredentials: Wiro is chosen and nobody is signed in; nothing was stored.
            StorageError: the disk refused; nothing is sent.
        """
        return next(iter(await self.generate_several([request], [parent_id])), None)

    async def generate_several(
        self, requests: Sequence[GenerationRequest], parents: Sequence[int | None] = ()
    ) -> list[Task]:
        """Store all requests durably, or none; then send each when its turn comes.

        Args:
            requests: what to make.
            parents: for each the task that its recipe came from; empty when none came from any.

        Returns:
            The tasks; none if they would have passed a cap, and the person did not want that.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """

        async def work(granted: Decimal | None) -> list[Task]:
            async with self._storing:
                return await self._store(requests, parents, granted)

        return await self._caps.with_leave(work) or []

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

        async def work(granted: Decimal | None) -> Task | None:
            async with self._storing:  # a press before this one has stored what it asked for
                await self._accounts.known.wait()
                same = await self._history.same(request, self._accounts.name)
                if same is None:
                    await self._store([request], [parent_id], granted)
                return same

        return await self._caps.with_leave(work)

    async def _store(
        self,
        requests: Sequence[GenerationRequest],
        parents: Sequence[int | None],
        granted: Decimal | None,
    ) -> list[Task]:
        account = await self._ready_account()
        admitted = await self._caps.admit(requests, account, granted)
        tasks = await self._history.add_several(
            requests, account, parents, admitted.estimates, admitted.held
        )
        self._sender.pending.put(tasks)
        return tasks

    async def duplicate(self, task_ids: Sequence[int]) -> None:
        """Let waiting tasks wait a second time, each right behind the last of them.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """
        line = [task.id for task in self._sender.pending.tasks]
        tasks = await self._history.tasks(task_ids)
        requests = [task.request for task in tasks]
        new = [t.id for t in await self.generate_several(requests, [t.id for t in tasks])]
        if not new:
            return
        behind = max((line.index(task.id) for task in tasks if task.id in line), default=len(line))
        if behind + 1 < len(line):
            await self._sender.pending.arrange(new, before=line[behind + 1])

    async def failed_of(self, query: Query) -> list[int]:
        """Those that a search finds, as `failed_among`."""
        return await self.failed_among((await self._history.ids(query)).ids)

    async def failed_among(self, task_ids: Sequence[int]) -> list[int]:
        """Ids of those that were refused or failed, and were not tried again since.

        Without what was told as an error just now: it may still run, and would be paid twice.
        """
        return await self._history.failed(task_ids)

    async def retry(self, task_ids: Sequence[int]) -> None:
        """Try refused and failed tasks again; others among them are left alone.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """

        async def work(granted: Decimal | None) -> None:
            async with self._storing, self._pipeline.deciding:
                account = await self._ready_account()
                ids = await self.failed_among(task_ids)
                requests = [task.request for task in await self._history.tasks(ids)]
                admitted = await self._caps.admit(requests, account, granted)
                self._sender.pending.put(
                    await self._history.retry(ids, account, admitted.estimates, admitted.held)
                )

        await self._caps.with_leave(work)

    async def _ready_account(self) -> str:
        """Whose the next tasks are; if its server is away, they will wait for the person."""
        await self._accounts.known.wait()  # a slow keyring takes some seconds
        account = self._accounts.name
        await self._sender.pause_if_offline(account, self._pipeline.reachability.away)
        if self._relocation.problem is not None:
            await self._sender.pause(account, self._relocation.problem)
        return account

    async def generate_now(
        self,
        request: GenerationRequest,
        patience: float,
        *,
        over_cap: bool = False,
        uid: str = "",
    ) -> Task:
        """One job for a caller who waits for it; see `SingleRun.generate`."""
        run, account = self._single_run(), self._accounts.name
        return await run.generate(request, account, patience, over_cap=over_cap, uid=uid)

    async def take_up_now(self, task: Task, patience: float) -> Task:
        """One task that a process had begun which is gone; see `SingleRun.take_up`."""
        return await self._single_run().take_up(task, patience)

    def _single_run(self) -> SingleRun:
        return SingleRun(self._history, self._relocation, self._caps, self._pipeline)

    async def cancel(self, task_id: int) -> None:
        """Take a task back: out of the queue, or at the server by Cancel, else by Kill.

        It is cancelled when the server says so, which is asked again until it does; pictures
        already made are kept.

        Raises:
            StorageError: the wish could not be recorded.
            CartoonMixError: another process follows the task, and the server could not be asked.
        """
        recalled = self._sender.pending.recall(task_id)
        if not recalled and (await self._sender.pending.remove([task_id])).ids:
            return
        if not recalled and (await self._history.task(task_id)).state not in AT_SERVER:
            return
        task = await self._history.update(task_id, cancelling=True)  # it outlives this program
        if recalled or task_id in self._pipeline.in_flight:
            self._pipeline.follower.renew(task)
        else:
            await self._pipeline.follower.stop_at_server(task)

    async def keep_waiting(self, task_id: int) -> None:
        """Ask the person about a silent task only after another day."""
        task = await self._history.update(task_id, heard_at=time.time(), error=None)
        self._pipeline.follower.renew(task)

    async def stop_following(self, task_id: int) -> None:
        """Set a task aside that the server may still end and charge; nothing of it is fetched."""
        async with self._pipeline.deciding:
            await self._pipeline.in_flight.let_go(task_id)
            task = await self._history.task(task_id)
            if task.state in AT_SERVER:
                await self._history.move(task_id, TaskState.DISCARDED, error=None)
            elif task.state is TaskState.DOWNLOADING:  # it has ended meanwhile
                self._pipeline.accept(task)

    async def follow_again(self, task_id: int) -> None:
        """Take up a task at the server that was set aside."""
        async with self._pipeline.deciding:
            task = await self._history.task(task_id)
            if task.state is TaskState.DISCARDED and task.remote_id:
                self._pipeline.accept(
                    await self._history.move(task_id, TaskState.ACCEPTED, heard_at=time.time())
                )

    async def fetch_again(self, task_id: int) -> None:
        """Fetch what is broken or missing once more, and ask the server anew what it has.

        Raises:
            NoCredentials: nobody is signed in whom the server would tell; nothing was changed.
            WiroError: the server could not be asked about a task that ended.
        """
        task = await self._history.task(task_id)
        if task.is_imported:  # no server has it
            return
        await self._accounts.connection(task.account)  # the sandbox may take a moment to start
        async with self._pipeline.deciding:
            if task_id in self._pipeline.in_flight:
                self._pipeline.follower.ask_now(task_id)
                return
            task = await self._history.task(task_id)
            for output in await self._library.not_whole(task):
                task = await self._history.break_output(output, PictureGone("the file was missing"))
            if task.broken and task.state is not TaskState.DOWNLOADING:
                task = await self._history.move(task_id, TaskState.DOWNLOADING)
            fetching = task.state in AT_SERVER or bool(task.broken)
            if fetching and any(one.due is None for one in task.owed):  # looked for anew as well
                owed = tuple(one for one in task.owed if one.due is not None)
                task = await self._history.update(task_id, owed=owed)
            if task.aside:
                task = await self._history.retry_outputs(task_id, aside=True)
            if fetching:
                self._pipeline.accept(task)
                return
        if task.verdict is not None and task.remote_id:
            task = await self._pipeline.aftercare.look(task.id, anew=True)
            if task.state is TaskState.DOWNLOADING and not task.at_rest:
                self._pipeline.accept(task)

    async def send_again(self, task_id: int) -> None:
        """Try once more what was refused, failed or lost its answer: the person has decided.

        What never became a task is sent itself; what failed at the server becomes a new task. What
        is under way is left alone: to send it once more would pay twice.

        Raises:
            NoCredentials: as for `generate`.
            StorageError: as for `generate`.
        """

        async def work(granted: Decimal | None) -> None:
            async with self._storing, self._pipeline.deciding:
                task = await self._history.task(task_id)
                if task.state in UNFINISHED or task.is_imported:
                    return
                if TaskState.QUEUED not in MOVES[task.state]:
                    await self._store([task.request], [task.id], granted)
                    return
                admitted = await self._caps.admit([task.request], task.account, granted)
                [estimate] = admitted.estimates
                task = await self._history.requeue(task_id, estimate, admitted.held)
                self._sender.pending.put([task])

        await self._caps.with_leave(work)

    async def adopt(self, task_id: int, remote_id: str) -> None:
        """The person says which of the server's tasks is the one whose answer was lost."""
        await self._pipeline.reconciler.adopt(task_id, remote_id)

    def ask_again(self, task_id: int) -> None:
        """Ask the server now, instead of waiting for the next turn."""
        self._pipeline.reconciler.ask_again(task_id)
        self._pipeline.follower.ask_now(task_id)

    def doubt(self, task_id: int) -> Doubt | None:
        """What is known of a task whose answer is lost; None for any other."""
        return self._pipeline.reconciler.doubt(task_id)

    async def discard(self, task_id: int) -> None:
        """Set a task whose outcome is unknown aside."""
        async with self._pipeline.deciding:
            if (await self._history.task(task_id)).state is TaskState.UNKNOWN:
                await self._history.move(task_id, TaskState.DISCARDED)

    async def resume(self) -> None:
        """Send what waits after a pause, unless no picture could be kept.

        The person is asked where it passes a cap.
        """
        if self._relocation.problem is not None:
            await self._relocation.look()  # it may be there now
        if await self._caps.may_resume(self._sender.pending.tasks):
            await self._sender.resume(keeping_disk=self._relocation.problem is not None)
        self._pipeline.follower.ask_now()
