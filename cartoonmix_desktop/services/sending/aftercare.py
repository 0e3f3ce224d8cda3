"""Asks after what the server still owes of tasks that it called ended: pictures, charges, words.

One clock for all of it; see `core.aftercare` for when. What another process works on is its own.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CartoonMixError,
    ProtocolError,
    RateLimited,
    Refused,
    StorageError,
    TaskNotFound,
)
from cartoonmix_desktop.core.log import follow as _log
from cartoonmix_desktop.core.task.aftercare import Owed, begun
from cartoonmix_desktop.core.task.owed import new_outputs, owed_after
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import AT_SERVER, TaskState
from cartoonmix_desktop.services.events import HistoryChanged, TaskChanged
from cartoonmix_desktop.services.sending.fetcher import ending, without_pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from cartoonmix_desktop.core.task.aftercare import Aftercare
    from cartoonmix_desktop.core.task.remote import RemoteTask
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.sending.peers import AnswerListener, TaskTaker

_BY_DETAIL = 10  # tasks of which each is asked about by itself; of more, lists are read
_PAGE = 100
_PAGES = 25
_DISK_REST = 10.0  # seconds, when an answer could not be recorded
_REST = 30.0  # seconds, when an account's server could not be asked
_LONGEST_REST = 600.0  # seconds, whatever a busy server names
_PICTURES = frozenset({Owed.OUTPUTS, Owed.MORE, Owed.ERROR})
"""What may still bring pictures."""


class AftercareClock:
    """Looks when it is time to, and when told to."""

    def __init__(
        self,
        history: History,
        accounts: Accounts,
        events: Events,
        deciding: asyncio.Lock,
        in_flight: Container[object],
        answers: AnswerListener,
        taker: TaskTaker,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is asked before `run`.

        Args:
            history: where it is recorded what is owed.
            accounts: gives the connection of a task's account.
            events: tells how tasks change.
            deciding: held while an answer about a task is recorded.
            in_flight: ids of the tasks that are followed or fetched, which are left alone.
            answers: told after each question.
            taker: takes over a task with pictures to fetch.
            clock: unix seconds.
        """
        self._history = history
        self._accounts = accounts
        self._deciding = deciding
        self._in_flight = in_flight
        self._answers, self._taker = answers, taker
        self._clock = clock
        self._open: dict[int, Task] = {}
        self._stale = True  # another process may have left something
        self._rests: dict[str, float] = {}  # of accounts, until a moment on the monotonic clock
        self._wake = asyncio.Event()
        events.listen(self._on_event)

    def wake(self) -> None:
        """Look at the clock again: something changed."""
        self._wake.set()

    def hurry(self) -> None:
        """Do not wait with what could not be asked: the server may be back."""
        self._rests.clear()
        self.wake()

    async def restore(self, *, at_start: bool = False) -> None:
        """Take up what this or another process left to be asked after.

        Args:
            at_start: of the program: what is looked for once a start is due now.
        """
        if not (self._stale or at_start):
            return
        now = self._clock()
        found, self._stale = await self._history.in_aftercare()
        self._open |= {task.id: task for task in found}
        for task in found if at_start else ():
            owed = tuple(one.due_at(now) if one.waits_for_start else one for one in task.owed)
            if owed != task.owed:
                await self._history.update(task.id, owed=owed)
        self.wake()

    async def run(self) -> None:
        """Until cancelled: look when something is due."""
        while True:
            self._wake.clear()
            now = self._clock()
            moments = {t.id: at for t in self._open.values() if (at := self._due(t, now))}
            # What waits longest goes first, so that one task never keeps others waiting.
            line = sorted(moments, key=moments.__getitem__)
            if due := [self._open[one] for one in line if moments[one] <= now]:
                await self._look_all(due)
                continue
            wait = min(moments.values(), default=None)
            with suppress(TimeoutError):
                async with asyncio.timeout(None if wait is None else wait - now):
                    await self._wake.wait()

    async def look(self, task_id: int, *, anew: bool = False) -> Task:
        """Ask about one task now.

        Args:
            task_id: ended at the server.
            anew: what is owed is looked for from the beginning.

        Returns:
            The task; ``DOWNLOADING`` with outputs that are pending when there are pictures to
            fetch, which is the caller's to see to.

        Raises:
            CartoonMixError: the server could not be asked; nothing was changed.
        """
        task = await self._history.task(task_id)
        try:
            remote = await self._detail(task)
        except TaskNotFound:
            if anew:
                raise
            return await self._note(task_id, None) or task
        return await self._note(task_id, remote, anew=anew) or task

    # --- when ------------------------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TaskChanged):
            task = event.task
            if any(one.due is not None for one in task.owed):
                self._open[task.id] = task
                self.wake()
            elif self._open.pop(task.id, None) is not None:
                self.wake()
        elif isinstance(event, HistoryChanged):
            self._stale = True

    def _due(self, task: Task, now: float) -> float | None:
        """When to look at a task: unix seconds; None while nobody can, or another does."""
        if task.id in self._in_flight or not self._accounts.is_in_use(task.account):
            return None
        # What was thrown away is asked for its charge alone; the rest waits until it is restored.
        others = {Owed.STOP} | (_PICTURES if task.trashed_at is not None else set())
        dues = (one.due_by(now) for one in task.owed if one.reason not in others)
        moments = [due for due in dues if due is not None]
        rest = self._rests.get(task.account, 0.0) - time.monotonic()
        return max(min(moments), now + rest if rest > 0 else 0.0) if moments else None

    # --- asking ----------------------------------------------------------------------------------

    async def _look_all(self, due: Sequence[Task]) -> None:
        for account, tasks in groupby(sorted(due, key=_account), _account):
            try:
                await self._look_at(account, list(tasks))
            except StorageError as error:
                _log.warning("what is owed could not be recorded: %s", type(error).__name__)
                await asyncio.sleep(_DISK_REST)
            except Exception:  # noqa: BLE001 - a bug of ours must not end the asking
                _log.exception("what is owed was not asked for")
                await asyncio.sleep(_DISK_REST)

    async def _look_at(self, account: str, tasks: Sequence[Task]) -> None:
        """One look at what is due of an account: by lists where much is, else one by one."""
        told: dict[str, RemoteTask] = {}
        if len(tasks) > _BY_DETAIL:
            try:
                told = await self._listed(account, {task.remote_id for task in tasks})
            except CartoonMixError as error:
                if self._rests_after(account, error):
                    return
        for task in tasks:
            if task.remote_id not in told:
                try:
                    told[task.remote_id] = await self._detail(task)
                except TaskNotFound:
                    pass  # an answer too
                except CartoonMixError as error:
                    await self._note_failure(task.id)
                    if self._rests_after(account, error):
                        return
                    continue
            noted = await self._note(task.id, told.get(task.remote_id))
            if noted is not None and noted.state is TaskState.DOWNLOADING and not noted.at_rest:
                self._taker.accept(noted)

    def _rests_after(self, account: str, error: CartoonMixError) -> bool:
        """Whether nothing can be asked for now; a bad answer about one task says nothing of all."""
        all_alike = isinstance(error, AuthenticationRefused | RateLimited)
        if isinstance(error, ProtocolError | Refused) and not all_alike:
            return False
        wait = isinstance(error, RateLimited) and error.retry_after
        self._rests[account] = time.monotonic() + max(_REST, min(wait or 0.0, _LONGEST_REST))
        return True

    async def _detail(self, task: Task) -> RemoteTask:
        try:
            client = (await self._accounts.connection(task.account)).client
            remote = await client.detail(
                task_id=task.remote_id, token="" if task.remote_id else task.token
            )
        except TaskNotFound:
            raise
        except CartoonMixError as error:
            self._answers.note(task.account, error)
            raise
        self._answers.note(task.account, None)
        return remote

    async def _listed(self, account: str, wanted: set[str]) -> dict[str, RemoteTask]:
        """What the server lists of these tasks; the newest come first."""
        found: dict[str, RemoteTask] = {}
        client = (await self._accounts.connection(account)).client
        seen: set[str] = set()
        for page in range(_PAGES):
            listed = {
                task.id: task for task in await client.list_tasks(start=page * _PAGE, limit=_PAGE)
            }
            found |= {one: task for one, task in listed.items() if one in wanted}
            if listed.keys() <= seen or len(found) == len(wanted):
                break
            seen |= listed.keys()
        return found

    # --- what comes of it ------------------------------------------------------------------------

    async def _note_failure(self, task_id: int) -> None:
        """The server could not be asked."""
        now = self._clock()
        try:
            task = await self._history.task(task_id)
        except KeyError:  # deleted meanwhile
            self._open.pop(task_id, None)
            return
        owed = tuple(one.unanswered(now) if one.is_due(now) else one for one in task.owed)
        await self._history.update(task_id, owed=owed)

    async def _note(
        self, task_id: int, remote: RemoteTask | None, *, anew: bool = False
    ) -> Task | None:
        """Record what the server told of a task, None if it knows no such task."""
        _log_look(task_id, remote)
        async with self._deciding:
            try:
                task = await self._history.task(task_id)
            except KeyError:  # deleted meanwhile
                self._open.pop(task_id, None)
                return None
            if task_id in self._in_flight or task.state in AT_SERVER:
                return task  # it is followed again
            if remote is None:
                owed = self._owed(task, {one.reason for one in task.owed})
                if task.state is TaskState.DOWNLOADING and not task.outputs:
                    return await self._rest(task, task.verdict, {"owed": owed})
                return await self._history.update(task_id, owed=owed)
            known = await self._history.read_ledger(
                lambda ledger: ledger.trash.every_output(task_id)
            )
            reasons = owed_after(task, remote, known)
            if task.trashed_at is not None:  # only the money counts, until it is restored
                facts = ending(task, remote) | {"owed": self._owed(task, reasons - _PICTURES)}
                facts["owed"] += tuple(one for one in task.owed if one.reason in _PICTURES)
                return await self._history.update(task_id, **_money(facts))
            facts = ending(task, remote) | {"owed": self._owed(task, reasons, anew=anew)}
            # An error that was no end after all is ended anew, with the pictures that are here.
            well_after_all = task.state is TaskState.FAILED and remote.verdict is Verdict.SUCCEEDED
            news = new_outputs(known, remote) or (well_after_all and task.outputs)
            if remote.verdict is not None and news:
                if task.state is not TaskState.DOWNLOADING:
                    await self._history.move(task_id, TaskState.DOWNLOADING)
                ids = [output.id for output in remote.outputs]
                return await self._history.set_outputs(task_id, ids)
            return await self._rest(task, remote.verdict, facts)

    async def _rest(self, task: Task, verdict: Verdict | None, facts: dict[str, Any]) -> Task:
        """Bring a task where it belongs that has no more pictures than before."""
        if task.outputs or task.state in {TaskState.KEPT, TaskState.CANCELLED}:
            return await self._history.update(task.id, **_money(facts))
        to, error = without_pictures(verdict or Verdict.FAILED, {"error": task.error} | facts)
        facts = facts | {"error": error}
        if to is task.state:
            return await self._history.update(task.id, **facts)
        return await self._history.move(task.id, to, **facts)

    def _owed(self, task: Task, reasons: set[Owed], *, anew: bool = False) -> tuple[Aftercare, ...]:
        """What is owed after an answer."""
        now = self._clock()
        before = () if anew else task.owed
        known = {one.reason for one in before}
        return tuple(
            one.looked(now) if one.reason in known and one.is_due(now) else one
            for one in begun(reasons, now, before)
        )


def _log_look(task_id: int, remote: RemoteTask | None) -> None:
    known = "no" if remote is None else "yes"
    charged = "yes" if remote is not None and remote.cost is not None else "no"
    outputs = 0 if remote is None else len(remote.outputs)
    _log.debug("aftercare task=%d known=%s outputs=%d charged=%s", task_id, known, outputs, charged)


def _account(task: Task) -> str:
    return task.account


def _money(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("cost", "seconds", "owed") if name in facts}
