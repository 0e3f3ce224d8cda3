"""Finds out what became of a Run whose answer is lost, by asking the server for its tasks.

Whatever it cannot tell for certain is left to the person, with all that is known.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CartoonMixError,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    Refused,
    StorageError,
)
from cartoonmix_desktop.core.log import reconcile as _log
from cartoonmix_desktop.core.log import shown
from cartoonmix_desktop.core.task.doubt import Claim, Doubt, Inquiry, match, named
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import DoubtChanged, TaskChanged
from cartoonmix_desktop.services.sending.task_list import TaskList

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cartoonmix_desktop.core.task.remote import RemoteTask
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.account.accounts import Accounts
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.sending.makers import Makers
    from cartoonmix_desktop.services.sending.peers import TaskTaker
    from cartoonmix_desktop.wiro.client import WiroClient

_QUESTIONS = (2.0, 5.0, 15.0, 60.0)  # seconds after an answer was lost
_SLACK = 15.0  # seconds by which clocks may differ when the server tells its own
_BLIND_SLACK = 120.0  # and when it does not
_PAGE = 50  # tasks
_PAGES = 25
_SIBLING_WAIT = 5.0  # seconds until a Run of the same recipe that is on its way is answered
_LONGEST_REST = 600.0  # seconds, whatever a busy server names


@dataclass(slots=True)
class _Case:
    """One task whose answer is lost.

    Attributes:
        account: whose server is asked.
        moments: of the questions still to come, on the loop's clock, in order.
        doubt: what is known.
    """

    account: str
    moments: list[float]
    doubt: Doubt = field(default_factory=Doubt)


class Reconciler:
    """Asks again and again after each lost answer, once at every start, and when told to."""

    def __init__(
        self,
        history: History,
        accounts: Accounts,
        events: Events,
        deciding: asyncio.Lock,
        makers: Makers,
        taker: TaskTaker,
    ) -> None:
        """Nothing is asked before `run`.

        Args:
            history: tells what is in doubt.
            accounts: gives the connection of a task's account.
            events: tells of tasks that come to be in doubt; hears what is found out.
            deciding: held while the person's or this decision on a task is recorded.
            makers: tells our tasks from those of others.
            taker: takes over a task that is found at the server.
        """
        self._makers = makers
        self._history = history
        self._accounts = accounts
        self._events = events
        self._deciding = deciding
        self._taker = taker
        self._cases: dict[int, _Case] = {}
        self._wake = asyncio.Event()
        events.listen(self._on_event)

    def doubt(self, task_id: int) -> Doubt | None:
        """What is known of a task; None if it is not in doubt."""
        case = self._cases.get(task_id)
        return None if case is None else case.doubt

    async def restore(self) -> None:
        """Take up what this or another process left in doubt, and drop what another has solved.

        What was fully asked about before is asked once, the rest as if its answer were just lost.
        """
        found = {
            task.id: task
            for task, _sent_at in await self._history.in_doubt()
            if task.state is TaskState.UNKNOWN
        }
        for task_id in self._cases.keys() - found.keys():
            self._drop(task_id)
        for task in found.values():
            if task.id not in self._cases:
                asked = isinstance(task.error, OutcomeUnknown) and task.error.found >= 0
                self._take(task, () if asked else _QUESTIONS, at_once=True)

    def ask_again(self, task_id: int | None = None) -> None:
        """Ask now, about one task or about all: the server is back, or the person wants it."""
        for one, case in self._cases.items():
            if task_id in {None, one}:
                case.moments.insert(0, 0.0)
                self._tell(one, replace(case.doubt, inquiry=Inquiry.ASKING))
        self._wake.set()

    async def adopt(self, task_id: int, remote_id: str) -> None:
        """The person says which of the candidates it is.

        Nothing happens when that one has become another task's meanwhile.
        """
        case = self._cases.get(task_id)
        candidates = case.doubt.candidates if case is not None else ()
        chosen = next((one for one in candidates if one.remote_id == remote_id), None)
        if chosen is None or not await self._claim(task_id, chosen.remote_id, chosen.token):
            self.ask_again()

    async def run(self) -> None:
        """Until cancelled: ask when it is time to."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            now = loop.time()
            due = {c.account for c in self._cases.values() if c.moments and c.moments[0] <= now}
            if due:
                await asyncio.gather(*(self._ask_due(account) for account in due))
                continue
            moments = [case.moments[0] for case in self._cases.values() if case.moments]
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(moments, default=None)):
                    await self._wake.wait()

    # --- cases -----------------------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        if not isinstance(event, TaskChanged):
            return
        task = event.task
        if task.state is not TaskState.UNKNOWN:
            self._drop(task.id)
        elif task.id not in self._cases:
            self._take(task, _QUESTIONS, at_once=bool(_named(task)))

    def _take(self, task: Task, delays: Sequence[float], *, at_once: bool) -> None:
        now = asyncio.get_running_loop().time()
        moments = [now] * at_once + [now + delay for delay in delays]
        _log.debug("in_doubt task=%d named=%s", task.id, shown(_named(task)) or "none")
        self._cases[task.id] = _Case(task.account, moments)
        self._events.emit(DoubtChanged(task.id, self._cases[task.id].doubt))
        self._wake.set()

    def _drop(self, task_id: int) -> None:
        if self._cases.pop(task_id, None) is not None:
            _log.debug("solved task=%d", task_id)
            self._events.emit(DoubtChanged(task_id, None))

    def _tell(self, task_id: int, doubt: Doubt) -> None:
        case = self._cases.get(task_id)
        if case is not None and case.doubt != doubt:
            case.doubt = doubt
            self._events.emit(DoubtChanged(task_id, doubt))

    # --- asking ----------------------------------------------------------------------------------

    async def _ask_due(self, account: str) -> None:
        """One question for all tasks of an account whose moment has come."""
        now = asyncio.get_running_loop().time()
        asked = []
        for task_id, case in self._cases.items():
            if case.account == account and case.moments and case.moments[0] <= now:
                case.moments = [moment for moment in case.moments if moment > now]
                asked.append(task_id)
        try:
            await self._ask(account, asked)
        except StorageError as error:
            _log.warning("lost answers could not be looked into: %s", type(error).__name__)
            self._ask_later(asked, _QUESTIONS[-1])
        except Exception:  # noqa: BLE001 - a bug of ours must not end the asking
            _log.exception("lost answers were not looked into")
            self._ask_later(asked, _QUESTIONS[-1])

    def _ask_later(self, task_ids: Sequence[int], delay: float) -> None:
        moment = asyncio.get_running_loop().time() + delay
        for task_id in task_ids:
            if (case := self._cases.get(task_id)) is not None:
                case.moments = sorted([*case.moments, moment])
        self._wake.set()

    async def _ask(self, account: str, asked: Sequence[int]) -> None:
        if not self._accounts.is_in_use(account):
            other = self._accounts.is_signed_in
            for task_id in asked:
                why = Inquiry.OTHER_ACCOUNT if other else Inquiry.SIGNED_OUT
                await self._conclude(task_id, Doubt(why))
            return
        try:
            client = (await self._accounts.connection(account)).client
            told = await self._look_at_named(account, client, asked)
            sent = {task.id: at for task, at in await self._history.in_doubt()}
            earliest = min((sent[task_id] for task_id in asked if task_id in sent), default=None)
            if earliest is None:  # all were decided meanwhile
                for task_id in asked:
                    self._drop(task_id)
                return
            listing = TaskList(client, earliest - _slack(client), page=_PAGE, pages=_PAGES)
            listed = [task async for page in listing.pages() for task in page]
            ids = {task.id for task in listed}
            listed += [task for task in told if task.id not in ids]
            others = await self._makers.others(account, client, listed)
        except StorageError:
            raise
        except CartoonMixError as error:
            await self._note_failure(asked, error)
            return
        await self._compare(
            account,
            asked,
            listed,
            others=others,
            ahead=client.clock_ahead or 0.0,
            slack=_slack(client),
            reached=listing.reached + _slack(client),
        )

    async def _look_at_named(
        self, account: str, client: WiroClient, asked: Sequence[int]
    ) -> list[RemoteTask]:
        """Ask about the tasks that answers have named, and take up those that are ours.

        Returns:
            Those of which the server did not tell enough.

        Raises:
            CartoonMixError: the server could not be asked.
        """
        undecided = []
        for task, sent_at in await self._history.in_doubt():
            if task.id not in asked or not (remote_id := _named(task)):
                continue
            try:
                remote = await client.detail(task_id=remote_id)
            except (AuthenticationRefused, RateLimited):
                raise
            except (ProtocolError, Refused):
                continue  # what was named is nothing; the list may tell more
            claim = Claim(task.id, task.request, sent_at)
            ahead, slack = client.clock_ahead or 0.0, _slack(client)
            it = named(claim, remote, ahead=ahead, slack=slack)
            anothers = await self._makers.others(account, client, [remote])
            if it is None or anothers or not await self._claim(task.id, it.remote_id, it.token):
                undecided.append(remote)
        return undecided

    async def _note_failure(self, asked: Sequence[int], error: CartoonMixError) -> None:
        """The server could not tell: what it told before still holds."""
        passing = isinstance(error, AuthenticationRefused | RateLimited)
        cannot = isinstance(error, ProtocolError | Refused) and not passing
        if isinstance(error, RateLimited):
            self._ask_later(asked, min(error.retry_after or _QUESTIONS[-1], _LONGEST_REST))
        for task_id in asked:
            if (case := self._cases.get(task_id)) is None:
                continue
            inquiry = Inquiry.NO_LIST if cannot else Inquiry.UNANSWERED
            if case.moments and not cannot:
                inquiry = Inquiry.ASKING
            await self._conclude(task_id, Doubt(inquiry, case.doubt.candidates, error))

    async def _compare(
        self,
        account: str,
        asked: Sequence[int],
        listed: Sequence[RemoteTask],
        *,
        others: Collection[str],
        ahead: float,
        slack: float,
        reached: float,
    ) -> None:
        # Read after the server has told: a Run that began since cannot be among what it told, and
        # one that began before is seen here as on its way, or its id as known.
        in_doubt = [
            entry for entry in await self._history.in_doubt() if entry[0].account == account
        ]
        claims = [
            Claim(
                task.id,
                task.request,
                sent_at,
                open=task.state is TaskState.SENDING or sent_at < reached,
            )
            for task, sent_at in in_doubt
        ]
        known = await self._history.known([task.id for task in listed], account)
        unknown = [task for task in listed if task.id not in known]
        certain, possible = match(claims, unknown, others=others, ahead=ahead, slack=slack)
        on_their_way = [task.request for task, _at in in_doubt if task.state is TaskState.SENDING]
        for task, sent_at in in_doubt:
            it = certain.get(task.id)
            if it is not None and await self._claim(task.id, it.remote_id, it.token):
                continue
            if task.state is TaskState.SENDING or task.id not in asked:
                continue
            if task.request in on_their_way:
                self._ask_later([task.id], _SIBLING_WAIT)
            case = self._cases.get(task.id)
            inquiry = Inquiry.ANSWERED if sent_at >= reached else Inquiry.TOO_LONG_AGO
            if reached == math.inf:
                inquiry = Inquiry.NO_END
            if case is not None and case.moments:
                inquiry = Inquiry.ASKING
            await self._conclude(task.id, Doubt(inquiry, possible[task.id]))

    async def _claim(self, task_id: int, remote_id: str, token: str) -> bool:
        async with self._deciding:
            try:
                task = await self._history.claim(task_id, remote_id, token)
            except KeyError:  # deleted meanwhile
                task = None
        if task is None:
            _log.debug("not_claimed task=%d remote=%s", task_id, shown(remote_id))
            return False
        _log.debug("claimed task=%d remote=%s", task_id, shown(remote_id))
        self._taker.accept(task)
        return True

    async def _conclude(self, task_id: int, doubt: Doubt) -> None:
        """Tell what is known now, and record that it is the person's turn once it is."""
        _log.debug(
            "verdict task=%d inquiry=%s candidates=%d error=%s",
            *(task_id, doubt.inquiry.name, len(doubt.candidates)),
            type(doubt.error).__name__ if doubt.error else "none",
        )
        self._tell(task_id, doubt)
        if doubt.inquiry is Inquiry.ASKING:
            return
        async with self._deciding:
            try:
                task = await self._history.task(task_id)
            except KeyError:  # deleted meanwhile
                self._drop(task_id)
                return
            error = task.error if isinstance(task.error, OutcomeUnknown) else OutcomeUnknown()
            found = len(doubt.candidates)
            if task.state is TaskState.UNKNOWN and error.found != found:
                await self._history.update(
                    task_id, error=OutcomeUnknown(**error.facts | {"found": found})
                )


def _named(task: Task) -> str:
    """The server's id of the task that the answer to its Run named; empty for none."""
    return task.error.named if isinstance(task.error, OutcomeUnknown) else ""


def _slack(client: WiroClient) -> float:
    """Seconds by which either clock may be wrong."""
    return _BLIND_SLACK if client.clock_ahead is None else _SLACK
