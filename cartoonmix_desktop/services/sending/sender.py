"""Sends stored tasks, one Run each, and never a second time once a byte of it may have left."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeGuard

from cartoonmix_desktop.core.error_records import from_record, to_record
from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CapReached,
    CartoonMixError,
    ConcurrencyLimited,
    CredentialsError,
    InsufficientBalance,
    OutcomeUnknown,
    PriceUnknown,
    RateLimited,
    Refused,
    SandboxFailed,
    StorageError,
    TaskNamed,
    TeamRefused,
    Unreachable,
    WiroError,
)
from cartoonmix_desktop.core.log import queue as _log
from cartoonmix_desktop.core.log import storage as _storage
from cartoonmix_desktop.core.money.caps import BY_ITSELF, Cap, periods_of
from cartoonmix_desktop.core.task.task import AT_SERVER, SANDBOX, TaskState
from cartoonmix_desktop.services.events import Rest
from cartoonmix_desktop.services.sending.backoff import backoff
from cartoonmix_desktop.services.sending.pending import PendingQueue
from cartoonmix_desktop.services.sending.resume_detector import monotonic
from cartoonmix_desktop.storage.history.queue_order import HELD_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.account.accounts import Accounts, Connection
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.money.caps import CapKeeper
    from cartoonmix_desktop.services.sending.peers import AnswerListener, SenderPeer

_SEND_ATTEMPTS = 3  # while nothing has left this computer
_LIMIT_HOLDS = 600.0  # seconds a learnt concurrency limit is believed
_LIMITED_RETRY = 20.0  # seconds, when the account is busy with tasks that are not ours
_RATE_RETRY = 10.0  # seconds, when the server names none
_LONGEST_REST = 3600.0  # seconds, whatever the server names; the person can end it
_PAUSED_KEY = "queue_pauses"
_PAUSING = (
    *(InsufficientBalance, TeamRefused, AuthenticationRefused),
    *(CredentialsError, SandboxFailed),
)
"""Refusals that the next task would meet as well: the queue waits for the person."""
_LASTING = (
    *(InsufficientBalance, TeamRefused, AuthenticationRefused, Unreachable),
    *(CapReached, PriceUnknown),
)
"""Of the reasons for a pause, those that a new start of the program does not change."""
_NEW_DAY = 30.0  # seconds between looks whether the day or month of a cap is over
_LETTING_GO = 0.2  # seconds for a cancelled Run to close its connection
_SLOWEST_RECORDING = 8.0  # seconds between attempts to record what the server answered


class Sender:
    """Waiting tasks in order, sent one after the other while their account has room.

    Attributes:
        pending: the tasks and their order.
        pauses: why nothing of an account is sent until the person resumes, or the reason is lifted.
        held: whether the person has paused sending.
    """

    def __init__(
        self,
        history: History,
        accounts: Accounts,
        caps: CapKeeper,
        answers: AnswerListener,
        peer: SenderPeer,
    ) -> None:
        """Nothing is sent before `run`.

        Args:
            history: where each step is recorded before it is taken.
            accounts: gives the connection of a task's account.
            caps: tells whether a task may be sent.
            answers: told after each Run.
            peer: takes over what a server accepted, and is told how the queue changes.
        """
        self._history = history
        self._accounts = accounts
        self._caps = caps
        caps.attach(self)
        self._answers, self._peer = answers, peer
        self.pending = PendingQueue(history, caps, self._on_pending_changed)
        # Of each account, as what holds up one leaves the others usable:
        self.pauses: dict[str, CartoonMixError] = {}
        self._limits: dict[str, tuple[int, float, Rest]] = {}  # tasks at once, and until when
        self._rests: dict[str, tuple[float, Rest]] = {}  # until when nothing is sent
        self._failures: Counter[str] = Counter()  # in a row
        self._wake = asyncio.Event()
        self._sending: asyncio.Task[Task] | None = None
        self._ending = self._untold = False
        self.held = False

    @property
    def paused(self) -> CartoonMixError | None:
        """Why something waits for the person; None while nothing does."""
        return next((self.pauses[one] for one in self._told_of() if one in self.pauses), None)

    @property
    def paused_elsewhere(self) -> bool:
        """Whether that is so of another account than the one in use."""
        return self.paused is not None and self._told_of()[0] not in self.pauses

    @property
    def rest(self) -> Rest | None:
        """Why something waits without the person; None while nothing does."""
        waiting = {task.account for task in self.pending.tasks}
        rests = (self._rest_of(account) for account in self._told_of() if account in waiting)
        return next((rest for rest in rests if rest is not None), None)

    def _rest_of(self, account: str) -> Rest | None:
        if account in self._rests and self._rests[account][0] > monotonic():
            return self._rests[account][1]
        return self._limits[account][2] if account in self.full else None

    def _told_of(self) -> tuple[str, ...]:
        """The account in use, then those whose tasks wait."""
        waiting = tuple(dict.fromkeys(task.account for task in self.pending.tasks))
        try:
            return self._accounts.name, *waiting
        except CartoonMixError:  # nobody is signed in
            return waiting

    @property
    def full(self) -> frozenset[str]:
        """Accounts that run as many tasks as they may."""
        return frozenset(account for account in self._limits if not self._has_slot(account))

    async def restore(self) -> None:
        """Read why the queue was paused when the program last ended."""
        self.held = bool(await self._history.state(HELD_KEY))
        if stored := await self._history.state(_PAUSED_KEY):
            for account, record in json.loads(stored).items():
                self.pauses[account] = from_record(record)

    def wake(self) -> None:
        """Look again: a task ended, say."""
        self._wake.set()

    async def hold(self) -> None:
        """Send nothing more until the person resumes, also after the next start.

        Raises:
            StorageError: nothing is sent until the end of the program; the next start may send.
        """
        self.held = True
        _log.debug("held waiting=%d", len(self.pending))
        self._peer.tell_pending()
        await self._history.set_state(HELD_KEY, "held")

    async def resume(self, *, keeping_disk: bool = False) -> None:
        """Send again after a pause, whatever it was for.

        Args:
            keeping_disk: pauses for a disk that refuses stay.
        """
        if self.held:
            with suppress(StorageError):
                await self._history.set_state(HELD_KEY, "")
            self.held = False
        _log.debug("resumed waiting=%d", len(self.pending))
        await self.lift_all(keeping_disk=keeping_disk)

    async def pause_if_offline(self, account: str, away: Unreachable | None) -> None:
        """Before a new task is stored: is it drafted while the server is known to be away?

        Then it waits until the person resumes, however soon the server is back.

        Args:
            account: whose task it will be.
            away: why its server cannot be reached; None if it can, or nobody knows.
        """
        if away is not None:
            if account not in self.pauses:
                await self.pause(account, away)
        elif isinstance(self.pauses.get(account), Unreachable) and not any(
            task.account == account for task in self.pending.tasks
        ):
            del self.pauses[account]  # it was for tasks that are gone
            await self._store_pauses()

    async def pause(self, account: str, reason: CartoonMixError) -> None:
        """Send nothing more for an account until the person resumes, or the reason is lifted."""
        self.pauses[account] = reason
        _log.debug("paused account=%s why=%s", account, type(reason).__name__)
        await self._store_pauses()

    async def lift(self, account: str, reason: CartoonMixError) -> None:
        """End the pause of an account, if it is still for this reason."""
        if self.pauses.get(account) is reason:
            del self.pauses[account]
            _log.debug("lifted account=%s why=%s", account, type(reason).__name__)
            await self._store_pauses()

    async def lift_all(self, *, keeping_disk: bool = False) -> None:
        """End every pause but the person's own, and perhaps those for a disk that refuses."""
        for account, reason in tuple(self.pauses.items()):
            if not (keeping_disk and isinstance(reason, StorageError)):
                del self.pauses[account]
                _log.debug("lifted account=%s why=%s", account, type(reason).__name__)
        self._rests.clear()
        await self._store_pauses()

    async def lift_for_disk(self) -> None:
        """End all pauses that were for a disk that refused."""
        for account, reason in tuple(self.pauses.items()):
            if isinstance(reason, StorageError):
                await self.lift(account, reason)

    async def on_caps_changed(self, caps: Sequence[Cap]) -> None:
        """End all pauses for these caps: what still does not fit is held back again."""
        changed = tuple(cap.value for cap in caps)
        for account, reason in tuple(self.pauses.items()):
            of_cap = isinstance(reason, CapReached) and reason.reason.startswith(changed)
            if of_cap or isinstance(reason, PriceUnknown):
                await self.lift(account, reason)

    async def on_spent_changed(self) -> None:
        """End the pauses that end by themselves where the next task fits again.

        What ran was charged less than was expected.
        """
        for account, reason in tuple(self.pauses.items()):
            waiting = next((t for t in self.pending.tasks if t.account == account), None)
            if _ends_by_itself(reason) and waiting is not None and self._caps.fits(waiting):
                await self.lift(account, reason)

    async def _lift_ended_caps(self) -> None:
        """End the pauses that were to end with a day or month that is over."""
        now = periods_of(time.time())
        for account, reason in tuple(self.pauses.items()):
            if _ends_by_itself(reason) and reason.period not in {now.day, now.month}:
                await self.lift(account, reason)

    async def _store_pauses(self) -> None:
        self._wake.set()
        self._peer.tell_pending()
        lasting = {
            account: to_record(reason)
            for account, reason in self.pauses.items()
            if isinstance(reason, _LASTING)
        }
        with suppress(StorageError):  # a disk that refuses is often the reason itself
            await self._history.set_state(_PAUSED_KEY, json.dumps(lasting))

    async def run(self) -> None:
        """Until cancelled: send what waits."""
        while True:
            self._wake.clear()
            await self._lift_ended_caps()
            if (task := self._next()) is not None:
                await self._turn(task)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._until_free()):
                        await self._wake.wait()

    async def finish_sending(self, within: float) -> None:
        """Begin no Run any more, and give one that is under way a last chance to be answered.

        One that stays unanswered is left as ``SENDING``; the next start tells the person.
        """
        self._ending = True
        if self._sending is None:
            return
        done, late = await asyncio.wait({self._sending}, timeout=within)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_LETTING_GO)
        for task in done:
            if not task.cancelled():
                task.exception()  # already told by `send`

    async def send(self, task: Task, patience: float = math.inf, *, over_cap: bool = False) -> Task:
        """One Run for one stored task.

        Args:
            task: queued.
            patience: seconds to go on trying to record the answer when the disk refuses.
            over_cap: the person wants it whatever it costs.

        Returns:
            The task: accepted, rejected or unknown; cancelled if it was recalled in time.

        Raises:
            CartoonMixError: nothing was made and the task is queued as before: not reachable,
                not signed in, no balance, no free slot, too many requests, over a cap.
        """
        connection = await self._accounts.connection(task.account)
        if self.pending.was_recalled(task.id):
            return await self._history.move(task.id, TaskState.CANCELLED)
        # Shielded: a Run on its way is not torn down with who waits; `finish_sending` awaits it.
        run = self._run(connection, task, patience, over_cap=over_cap)
        self._sending = asyncio.ensure_future(run)
        return await asyncio.shield(self._sending)

    async def _run(
        self, connection: Connection, task: Task, patience: float, *, over_cap: bool
    ) -> Task:
        payer = self._accounts.payer(task.account)
        task = await self._caps.begin_sending(task, payer, over_cap=over_cap)
        _log.debug("sent task=%d account=%s", task.id, task.account)
        move = partial(self._history.move, task.id)
        record = partial(self._record, task, patience)
        try:
            receipt = await connection.client.run(task.request)
        except (Unreachable, ConcurrencyLimited, RateLimited, *_PAUSING) as error:
            self._answers.note(task.account, error)
            await record(partial(move, TaskState.QUEUED))
            raise
        except Refused as error:
            self._answers.note(task.account, None)
            return await record(partial(move, TaskState.REJECTED, error=error))
        except WiroError as error:  # no answer, unreadable, or a fault after the work
            _log.warning("the outcome of a Run is unknown: %s", type(error).__name__)
            self._answers.note(task.account, error)
            named = error.task_id if isinstance(error, TaskNamed) else ""
            unknown = OutcomeUnknown(cause=str(error), named=named)
            return await record(partial(move, TaskState.UNKNOWN, error=unknown))
        except Exception as error:  # noqa: BLE001 - a bug of ours does not unmake a task
            _log.exception("a Run failed in an unknown way")
            unknown = OutcomeUnknown(cause=type(error).__name__)
            return await record(partial(move, TaskState.UNKNOWN, error=unknown))
        self._answers.note(task.account, None)
        accept = self._history.accept
        return await record(partial(accept, task.id, receipt.task_id, receipt.token))

    async def _record(
        self, task: Task, patience: float, write: Callable[[], Awaitable[Task]]
    ) -> Task:
        """Record what became of a Run, however often the disk refuses.

        Until it is recorded nobody else knows of the task at the server, and to send it again
        would pay twice.
        """
        deadline = time.monotonic() + patience
        refused: StorageError | None = None
        failures = 0
        while True:
            try:
                moved = await write()
            except StorageError as error:
                if time.monotonic() > deadline:
                    raise
                refused = error
                await self.pause(task.account, error)
                wait = backoff(failures, _SLOWEST_RECORDING)
                kind = type(error).__name__
                _storage.debug("wait task=%d for=record error=%s s=%.1f", task.id, kind, wait)
                await asyncio.sleep(wait)
                failures += 1
            else:
                if refused is not None:
                    await self.lift(task.account, refused)
                return moved

    # --- turns -----------------------------------------------------------------------------------

    def _on_pending_changed(self) -> None:
        # What is sent at once never waits: it would be told, shown and gone again.
        self._untold = self.pending.in_turn is None and self._next() is not None
        if not self._untold:
            self._peer.tell_pending()
        self._wake.set()

    def _next(self) -> Task | None:
        """The first waiting task whose account has room."""
        if self._ending or self.held:
            return None
        return self.pending.first(lambda task: self._has_room(task.account))

    def _has_room(self, account: str) -> bool:
        resting = account in self._rests and self._rests[account][0] > monotonic()
        return account not in self.pauses and not resting and self._has_slot(account)

    def _has_slot(self, account: str) -> bool:
        if account not in self._limits:
            return True
        limit, until, _rest = self._limits[account]
        return until <= monotonic() or self._peer.count_at_server(account) < limit

    def _until_free(self) -> float | None:
        """Seconds until an account that rests, is limited or paused may be asked again."""
        now = monotonic()
        moments = [until for until, _rest in self._rests.values()]
        moments += [until for _limit, until, _rest in self._limits.values()]
        if any(_ends_by_itself(reason) for reason in self.pauses.values()):
            moments.append(now + _NEW_DAY)
        return min((moment - now for moment in moments if moment > now), default=None)

    async def _turn(self, task: Task) -> None:
        """Send one task, and learn from the answer when the next may be sent."""
        pending = self.pending
        pending.in_turn = task
        if self._untold:
            self._untold = False
            self._peer.tell_pending()
        try:
            sent = await self.send(task)
            pending.leave(task)
            self._failures[task.account] = 0
            if sent.state in AT_SERVER:
                self._peer.accept(sent)
            else:
                pending.was_recalled(task.id)  # whoever sends it again wants it
        except CartoonMixError as error:
            if pending.was_recalled(task.id):
                pending.leave(task)
                cancel = partial(self._history.move, task.id, TaskState.CANCELLED)
                await self._record(task, math.inf, cancel)
            else:
                pending.in_turn = None  # it waits again: to recall it would come too late
                await self._after_refusal(task.account, error)
        except Exception:  # noqa: BLE001 - a bug of ours must not hold up the others
            # This one is left as it is recorded, and not sent again before the next start.
            pending.leave(task)
            _log.exception("task %s was not sent", task.id)
        finally:
            pending.in_turn = None
            self._peer.tell_pending()

    async def _after_refusal(self, account: str, error: CartoonMixError) -> None:
        rest = 0.0
        failures, self._failures[account] = self._failures[account], 0
        if isinstance(error, ConcurrencyLimited):
            rest = self._learn_limit(account, error)
        elif isinstance(error, RateLimited):
            rest = min(error.retry_after or _RATE_RETRY, _LONGEST_REST)
        elif _may_pass(error) and failures + 1 < _SEND_ATTEMPTS:
            self._failures[account] = failures + 1
            rest = backoff(failures)
        else:
            await self.pause(account, _told(account, error))
        self._rests.pop(account, None)
        if rest:
            told = Rest(account, _told(account, error), time.time() + rest)
            self._rests[account] = (monotonic() + rest, told)
            _log.debug("rests account=%s s=%.1f why=%s", account, rest, type(error).__name__)

    def _learn_limit(self, account: str, error: ConcurrencyLimited) -> float:
        """How many tasks run at once; the seconds to rest when none of them is ours."""
        ours = self._peer.count_at_server(account)
        limit = min(ours, error.limit or ours) or error.limit or 1
        _log.debug("room_full account=%s limit=%d", account, limit)
        elsewhere = 0 < ours < (error.limit or 0)  # some are, and end without our hearing of it
        holds = _LIMITED_RETRY if elsewhere else _LIMIT_HOLDS
        again_at = time.time() + holds if elsewhere else None
        self._limits[account] = (limit, monotonic() + holds, Rest(account, error, again_at))
        return 0.0 if ours else _LIMITED_RETRY


def _told(account: str, error: CartoonMixError) -> CartoonMixError:
    """What is told of an error: no network lies between the sandbox and us."""
    if account == SANDBOX and isinstance(error, Unreachable):
        return SandboxFailed(error.detail)
    return error


def _may_pass(error: CartoonMixError) -> bool:
    """Whether the server may be reached a moment later; a proxy that refuses once refuses again."""
    return isinstance(error, Unreachable) and error.reason != "proxy"


def _ends_by_itself(reason: CartoonMixError) -> TypeGuard[CapReached]:
    """Whether a pause is for a cap, and ends with its day or month."""
    return isinstance(reason, CapReached) and reason.reason.endswith(BY_ITSELF)
