"""Each step of sending, by what the server answers: what is recorded, told, paused and logged."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import math
import time
from contextlib import suppress
from datetime import datetime

import pytest

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CapReached,
    ConcurrencyLimited,
    DiskFull,
    FolderUnusable,
    InsufficientBalance,
    NoAnswer,
    NoCredentials,
    OutcomeUnknown,
    PriceUnknown,
    ProtocolError,
    RateLimited,
    Refused,
    SandboxFailed,
    ServerFault,
    TaskNamed,
    Unreachable,
)
from cartoonmix_desktop.core.money.caps import Cap
from cartoonmix_desktop.core.task.remote import RunReceipt
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.events import Rest
from cartoonmix_desktop.services.sending import sender as sender_module
from cartoonmix_desktop.services.sending.sender import Sender
from tests.unit.services.sending.scripted import ACCOUNT, Server, open_history, queued, until

OTHER, PAYER = "wiro-2", f"payer of {ACCOUNT}"
BALANCE = InsufficientBalance("Run", 97, "No money")
KEY = AuthenticationRefused("Run", 98, "Who?")
FULL = ConcurrencyLimited("Run", 96, "Full")
AWAY = Unreachable("Run", "dns")
DISK = DiskFull("history")
DAY_CAP = CapReached("day", "1", "2")
YES = RunReceipt("r-1", "t-1")


class Peer:
    """Takes over what was accepted, and hears how the queue changes."""

    def __init__(self) -> None:
        self.taken = []
        self.told = 0
        self.at_server = 0

    def accept(self, task) -> None:
        self.taken.append(task)

    def tell_pending(self) -> None:
        self.told += 1

    def count_at_server(self, account: str) -> int:
        assert account
        return self.at_server


class Caps:
    """Lets all be sent that a test does not hold back, and expects nothing of its cost."""

    def __init__(self, history) -> None:
        self._history = history
        self.held_back = None
        self.over_cap = []
        self.fitting = True

    def attach(self, user) -> None:
        self.user = user

    def estimate(self, _request) -> None:
        return None

    def fits(self, task) -> bool:
        assert task.id
        return self.fitting

    async def begin_sending(self, task, payer, *, over_cap):
        self.over_cap.append(over_cap)
        if self.held_back is not None:
            raise self.held_back
        return await self._history.move(task.id, TaskState.SENDING, error=None, account=payer)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def history(tmp_path):
    opened, _events = await open_history(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def server():
    made = Server()
    made.answers["run"] = [YES]
    return made


@pytest.fixture
def peer():
    return Peer()


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(sender_module, "monotonic", made)
    return made


@pytest.fixture
def wall(monkeypatch):
    """Unix seconds, which stand still."""
    monkeypatch.setattr(sender_module.time, "time", lambda: 5e8)
    return 5e8


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """How long each pause would be; none is made."""
    made = []

    def backoff(failures, most=60.0):
        made.append((failures, most))
        return 0.0

    monkeypatch.setattr(sender_module, "backoff", backoff)
    return made


@pytest.fixture
def caps(history):
    return Caps(history)


@pytest.fixture
def sender(history, server, peer, caps, clock):
    assert clock.now == 1000.0
    return Sender(history, server, caps, server, peer)


@pytest.fixture
def lines(caplog):
    """What is logged of the queue and of the disk."""
    caplog.set_level(logging.DEBUG, "cartoonmix")
    return lambda *kinds: [m for m in caplog.messages if m.partition(" ")[0] in kinds]


def told(error: object) -> str:
    return str(error)


async def running(sender, condition):
    """Let the sender run until something holds."""
    task = asyncio.ensure_future(sender.run())
    try:
        await until(condition)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def waiting(history, sender, count=1, account=ACCOUNT):
    tasks = [await queued(history, account, seed=str(n)) for n in range(count)]
    sender.pending.put(tasks)
    return tasks


# --- one Run -------------------------------------------------------------------------------------


async def test_a_run_that_is_accepted(history, sender, server, lines):
    task = await queued(history)
    await history.update(task.id, error=BALANCE)
    states = []
    server.answers["run"] = [lambda request: states.append(request) or YES]
    sent = await sender.send(task)
    assert sent == await history.task(task.id)
    assert (sent.state, sent.remote_id, sent.token) == (TaskState.ACCEPTED, "r-1", "t-1")
    assert (sent.error, sent.account) == (None, PAYER)
    assert states == [task.request]
    assert server.noted == [(PAYER, None)]
    assert lines("sent") == [f"sent task={task.id} account={PAYER}"]


async def test_it_is_on_record_before_it_leaves(history, sender, server):
    task = await queued(history)

    async def run():
        return (await history.task(task.id)).state

    seen = []

    async def answer(_request):
        seen.append(await run())
        return YES

    server.answers["run"] = [answer]
    await sender.send(task)
    assert seen == [TaskState.SENDING]


@pytest.mark.parametrize(
    "error",
    [AWAY, FULL, RateLimited("Run", 0, "", 429), BALANCE, KEY, NoCredentials(), SandboxFailed("x")],
    ids=lambda error: type(error).__name__,
)
async def test_what_made_nothing_waits_again(history, sender, server, error):
    task = await queued(history)
    server.answers["run"] = [error]
    with pytest.raises(type(error)) as caught:
        await sender.send(task)
    assert caught.value is error
    assert (await history.task(task.id)).state is TaskState.QUEUED
    assert server.noted == [(PAYER, error)]


async def test_a_refusal_is_recorded(history, sender, server):
    task = await queued(history)
    refusal = Refused("Run", 5, "Never")
    server.answers["run"] = [refusal]
    sent = await sender.send(task)
    assert (sent.state, told(sent.error)) == (TaskState.REJECTED, told(refusal))
    assert server.noted == [(PAYER, None)]


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (NoAnswer("Run", "reset"), ""),
        (ServerFault("Run", 502, "bad"), ""),
        (ProtocolError("Run", "HTML"), ""),
        (TaskNamed("Run", "a task", 404, "r-5"), "r-5"),
    ],
)
async def test_an_answer_that_is_lost_is_recorded_as_such(
    history, sender, server, caplog, error, named
):
    task = await queued(history)
    server.answers["run"] = [error]
    sent = await sender.send(task)
    assert sent.state is TaskState.UNKNOWN
    assert told(sent.error) == told(OutcomeUnknown(cause=str(error), named=named))
    assert server.noted == [(PAYER, error)]
    assert f"the outcome of a Run is unknown: {type(error).__name__}" in caplog.messages


async def test_a_fault_of_ours_does_not_unmake_a_task(history, sender, server, caplog):
    task = await queued(history)
    server.answers["run"] = [ZeroDivisionError("ours")]
    sent = await sender.send(task)
    assert sent.state is TaskState.UNKNOWN
    assert told(sent.error) == told(OutcomeUnknown(cause="ZeroDivisionError"))
    assert server.noted == []
    assert "a Run failed in an unknown way" in caplog.messages


async def test_what_was_recalled_in_time_is_not_sent(history, sender, server):
    (task,) = await waiting(history, sender)
    sender.pending.in_turn = task
    assert sender.pending.recall(task.id)
    assert (await sender.send(task)).state is TaskState.CANCELLED
    assert server.asked == [("connect", ACCOUNT)]


# --- the disk refuses ----------------------------------------------------------------------------


class Refusing:
    """A write that the disk refuses so many times."""

    def __init__(self, times, value="written"):
        self.times, self.value, self.tried, self.paused = times, value, 0, []

    async def __call__(self):
        self.tried += 1
        if self.tried <= self.times:
            raise DISK
        return self.value


async def test_an_answer_is_recorded_however_often_the_disk_refuses(history, sender, waits, lines):
    task = await queued(history)
    write = Refusing(3)
    assert await sender._record(task, math.inf, write) == "written"
    assert waits == [(0, 8.0), (1, 8.0), (2, 8.0)]
    assert sender.paused is None
    assert lines("wait", "paused", "lifted") == [
        *[
            f"paused account={ACCOUNT} why=DiskFull",
            f"wait task={task.id} for=record error=DiskFull s=0.0",
        ]
        * 3,
        f"lifted account={ACCOUNT} why=DiskFull",
    ]


async def test_meanwhile_nothing_is_sent_for_that_account(history, sender):
    task = await queued(history)
    seen = []

    async def write():
        seen.append(sender.paused)
        if len(seen) < 3:
            raise DISK
        return task

    await sender._record(task, math.inf, write)
    assert seen == [None, DISK, DISK]


async def test_a_pause_for_something_else_stays(history, sender):
    task = await queued(history)

    async def write():
        if sender.paused is None:
            raise DISK
        await sender.pause(ACCOUNT, BALANCE)
        return task

    await sender._record(task, math.inf, write)
    assert sender.paused is BALANCE


async def test_who_waits_is_told_when_patience_is_over(history, sender):
    task = await queued(history)
    write = Refusing(9)
    with pytest.raises(DiskFull):
        await sender._record(task, -1.0, write)
    assert (write.tried, sender.paused) == (1, None)
    assert await sender._record(task, 1000.0, write) == "written"


async def test_an_accepted_task_is_recorded_when_the_disk_takes_it(
    history, sender, lines, monkeypatch
):
    task = await queued(history)
    accept, refusals = history.accept, [DISK, DISK]

    async def accepting(*facts):
        if refusals:
            raise refusals.pop()
        return await accept(*facts)

    monkeypatch.setattr(history, "accept", accepting)
    assert (await sender.send(task)).state is TaskState.ACCEPTED
    assert lines("wait") == [f"wait task={task.id} for=record error=DiskFull s=0.0"] * 2


async def test_patience_is_that_of_who_sends(history, sender, monkeypatch):
    task = await queued(history)

    async def accept(*_facts):
        raise DISK

    monkeypatch.setattr(history, "accept", accept)
    with pytest.raises(DiskFull):
        await sender.send(task, patience=-1.0)


# --- turns ---------------------------------------------------------------------------------------


async def test_what_waits_is_sent_in_order_and_handed_on(history, sender, server, peer):
    tasks = await waiting(history, sender, 3)
    answers = iter(RunReceipt(f"r-{n}", "") for n in range(3))
    server.answers["run"] = [lambda _request: next(answers)]
    before = peer.told
    await running(sender, lambda: len(peer.taken) == 3)
    assert [task.id for task in peer.taken] == [task.id for task in tasks]
    assert {task.state for task in peer.taken} == {TaskState.ACCEPTED}
    assert sender.pending.tasks == ()
    assert len(sender.pending) == 0
    assert sender.pending.in_turn is None
    assert peer.told >= before + 3


async def test_what_comes_later_wakes_the_sender(history, sender, peer):
    async def later():
        await asyncio.sleep(0.02)
        await waiting(history, sender)

    adding = asyncio.ensure_future(later())
    await running(sender, lambda: peer.taken)
    await adding


async def test_what_the_server_refuses_is_not_handed_on(history, sender, server, peer):
    (task,) = await waiting(history, sender)
    server.answers["run"] = [Refused("Run", 5, "Never")]
    await running(sender, lambda: not len(sender.pending))
    assert peer.taken == []
    assert sender.paused is None
    assert (await history.task(task.id)).state is TaskState.REJECTED


async def test_what_is_refused_and_was_recalled_may_be_sent_again(history, sender, server):
    (task,) = await waiting(history, sender)

    def refuse(_request):
        sender.pending.recall(task.id)
        raise Refused("Run", 5, "Never")

    server.answers["run"] = [refuse]
    await running(sender, lambda: not len(sender.pending))
    assert not sender.pending.was_recalled(task.id)


async def test_what_was_recalled_and_made_nothing_is_cancelled(history, sender, server, waits):
    first, second = await waiting(history, sender, 2)

    def refuse(_request):
        sender.pending.recall(first.id)
        raise BALANCE

    server.answers["run"] = [refuse, YES]
    await running(sender, lambda: not len(sender.pending))
    assert (await history.task(first.id)).state is TaskState.CANCELLED
    assert (await history.task(second.id)).state is TaskState.ACCEPTED
    assert sender.paused is None
    assert waits == []


async def test_a_call_back_is_recorded_however_often_the_disk_refuses(
    history, sender, server, lines, monkeypatch
):
    (task,) = await waiting(history, sender)
    move, refusals = history.move, [DISK, DISK]

    async def moving(task_id, to, **facts):
        if to is TaskState.CANCELLED and refusals:
            raise refusals.pop()
        return await move(task_id, to, **facts)

    def refuse(_request):
        sender.pending.recall(task.id)
        raise BALANCE

    monkeypatch.setattr(history, "move", moving)
    server.answers["run"] = [refuse]
    await running(sender, lambda: not refusals and sender.paused is None)
    assert (await history.task(task.id)).state is TaskState.CANCELLED
    assert lines("paused") == [f"paused account={ACCOUNT} why=DiskFull"] * 2


async def test_a_fault_of_ours_does_not_hold_up_the_others(
    history, sender, peer, caplog, monkeypatch
):
    first, second = await waiting(history, sender, 2)
    move = history.move

    async def moving(task_id, *rest, **facts):
        if task_id == first.id:
            raise ZeroDivisionError
        return await move(task_id, *rest, **facts)

    monkeypatch.setattr(history, "move", moving)
    await running(sender, lambda: peer.taken)
    assert [task.id for task in peer.taken] == [second.id]
    assert f"task {first.id} was not sent" in caplog.messages
    assert sender.pending.in_turn is None


async def test_what_is_in_turn_is_not_the_persons_to_move(history, sender, server):
    first, second = await waiting(history, sender, 2)
    seen = []

    def refuse(_request):
        seen.append([task.id for task in sender.pending.tasks])
        raise BALANCE

    server.answers["run"] = [refuse]
    await running(sender, lambda: sender.paused)
    assert seen == [[second.id]]
    assert [task.id for task in sender.pending.tasks] == [first.id, second.id]


async def test_what_holds_up_one_account_leaves_the_others(history, sender, server, peer):
    await waiting(history, sender, 1, OTHER)
    (ours,) = await waiting(history, sender)
    await sender.pause(OTHER, BALANCE)
    await running(sender, lambda: peer.taken)
    assert [task.id for task in peer.taken] == [ours.id]
    assert server.count("run") == 1


async def test_an_account_that_is_refused_holds_up_no_other(history, sender, server, peer):
    await waiting(history, sender)
    (other,) = await waiting(history, sender, 1, OTHER)
    server.answers["run"] = [BALANCE, YES]
    await running(sender, lambda: peer.taken)
    assert [task.id for task in peer.taken] == [other.id]
    assert sender.paused is BALANCE


async def test_what_waits_again_cannot_be_called_back_as_if_it_were_sent(
    history, sender, server, monkeypatch
):
    (task,) = await waiting(history, sender)
    called_back = []
    pause = sender.pause

    async def pausing(*facts):
        called_back.append(sender.pending.recall(task.id))
        await pause(*facts)

    monkeypatch.setattr(sender, "pause", pausing)
    server.answers["run"] = [BALANCE]
    await running(sender, lambda: sender.paused)
    assert called_back == [False]


async def test_what_waits_can_be_put_in_another_order(history, sender):
    first, second = await waiting(history, sender, 2)
    await sender.pending.to_front([second.id])
    assert sender._next().id == second.id
    assert [task.id for task in sender.pending.tasks] == [second.id, first.id]


# --- what a refusal teaches ----------------------------------------------------------------------


async def refused(history, sender, server, *errors):
    """Send one task, which meets these refusals, until nothing more happens."""
    await waiting(history, sender)
    server.answers["run"] = [*errors, YES]
    pending = sender.pending
    await running(sender, lambda: server.count("run") == len(errors) and pending.in_turn is None)


async def test_an_account_that_is_full_is_asked_again_when_one_of_its_tasks_ends(
    history, sender, server, peer, clock, lines
):
    peer.at_server = 2
    await refused(history, sender, server, FULL)
    assert sender.full == {ACCOUNT}
    assert sender.paused is None
    assert lines("room_full", "rests") == [f"room_full account={ACCOUNT} limit=2"]
    assert sender._until_free() == 600.0
    assert sender._next() is None
    peer.at_server = 1
    assert sender.full == frozenset()
    assert sender._next() is not None
    peer.at_server = 3
    clock.now += 599.0
    assert sender._next() is None
    assert sender._until_free() == 1.0
    clock.now += 1.0
    assert sender.full == frozenset()
    assert sender._next() is not None
    assert sender._until_free() is None


async def test_an_account_that_others_fill_is_asked_again_in_a_while(
    history, sender, server, peer, clock, lines
):
    await refused(history, sender, server, FULL)
    assert lines("room_full", "rests") == [
        f"room_full account={ACCOUNT} limit=1",
        f"rests account={ACCOUNT} s=20.0 why=ConcurrencyLimited",
    ]
    assert sender._until_free() == 20.0
    assert sender._next() is None
    clock.now += 19.9
    assert sender._next() is None
    clock.now += 0.1
    assert sender._next() is not None
    peer.at_server = 1
    assert sender._next() is None


@pytest.mark.parametrize(
    ("named", "seconds"), [(7.0, 7.0), (None, 10.0), (0.0, 10.0), (5000.0, 3600.0)]
)
async def test_too_many_requests_rest_as_long_as_the_server_says(
    history, sender, server, peer, lines, named, seconds
):
    await refused(history, sender, server, RateLimited("Run", 0, "", 429, named))
    assert sender._until_free() == seconds
    assert sender.paused is None
    assert lines("rests") == [f"rests account={ACCOUNT} s={seconds:.1f} why=RateLimited"]


async def test_nothing_left_this_computer_thrice_and_it_waits_for_the_person(
    history, sender, server, waits, peer
):
    await waiting(history, sender)
    server.answers["run"] = [AWAY]
    await running(sender, lambda: sender.paused)
    assert sender.paused is AWAY
    assert server.count("run") == 3
    assert waits == [(0, 60.0), (1, 60.0)]
    assert sender._until_free() is None


async def test_attempts_are_counted_anew_after_any_other_answer(
    history, sender, server, waits, peer
):
    await waiting(history, sender, 2)
    slower = RateLimited("Run", 0, "", 429, 1e-20)
    server.answers["run"] = [AWAY, AWAY, YES, AWAY, AWAY, slower, AWAY, RunReceipt("r-2", "")]
    await running(sender, lambda: len(peer.taken) == 2)
    assert waits == [(0, 60.0), (1, 60.0), (0, 60.0), (1, 60.0), (0, 60.0)]
    assert sender.paused is None


async def test_a_rest_is_made_before_the_next_attempt(history, sender, server, peer, monkeypatch):
    monkeypatch.setattr(sender_module, "backoff", lambda *_a: 50.0)
    await refused(history, sender, server, AWAY)
    assert sender._until_free() == 50.0
    assert server.count("run") == 1


async def test_a_rest_ends_by_itself(history, sender, server, peer, monkeypatch):
    monkeypatch.setattr(sender_module, "monotonic", time.monotonic)
    await waiting(history, sender)
    server.answers["run"] = [RateLimited("Run", 0, "", 429, 0.02), YES]
    await running(sender, lambda: peer.taken)
    assert server.count("run") == 2


@pytest.mark.parametrize(
    "error", [BALANCE, KEY, NoCredentials(), SandboxFailed("x"), Unreachable("Run", "proxy")]
)
async def test_what_the_next_would_meet_as_well_pauses_the_account(
    history, sender, server, peer, error, lines
):
    await waiting(history, sender, 2)
    server.answers["run"] = [error]
    await running(sender, lambda: sender.paused)
    assert sender.paused is error
    assert server.count("run") == 1
    assert lines("paused", "rests") == [f"paused account={ACCOUNT} why={type(error).__name__}"]


async def test_the_first_to_be_free_is_waited_for(sender, clock):
    rest = Rest(ACCOUNT, FULL)
    sender._rests |= {ACCOUNT: (clock.now + 5.0, rest), OTHER: (clock.now - 5.0, rest)}
    sender._limits[OTHER] = (1, clock.now + 3.0, rest)
    assert sender._until_free() == 3.0
    sender._limits[OTHER] = (1, clock.now + 7.0, rest)
    assert sender._until_free() == 5.0


@pytest.mark.parametrize(
    ("ours", "told", "limit", "holds", "comes_back"),
    [
        (0, None, 1, 600.0, False),
        (0, 4, 4, 600.0, False),
        (2, None, 2, 600.0, False),
        (2, 2, 2, 600.0, False),
        (3, 2, 2, 600.0, False),
        (1, 4, 1, 20.0, True),
        (2, 4, 2, 20.0, True),
    ],
)
async def test_how_many_may_run_is_learnt_from_what_runs_and_what_is_said(
    history, sender, server, peer, lines, wall, ours, told, limit, holds, comes_back
):
    peer.at_server = ours
    full = ConcurrencyLimited("Run", 96, "Full", limit=told)
    await refused(history, sender, server, full)
    assert lines("room_full") == [f"room_full account={ACCOUNT} limit={limit}"]
    learnt, until_, rest = sender._limits[ACCOUNT]
    assert (learnt, until_) == (limit, 1000.0 + holds)
    assert rest == Rest(ACCOUNT, full, wall + 20.0 if comes_back else None)
    assert sender._rests == ({} if ours else {ACCOUNT: (1020.0, Rest(ACCOUNT, full, wall + 20.0))})


async def test_why_something_waits_without_the_person(history, sender, server, peer, clock, wall):
    assert sender.rest is None
    slower = RateLimited("Run", 0, "", 429, 7.0)
    await refused(history, sender, server, slower)
    assert sender.rest == Rest(ACCOUNT, slower, wall + 7.0)
    (task,) = sender.pending.tasks
    sender.pending.leave(task)
    assert sender.rest is None  # nothing waits
    await waiting(history, sender)
    clock.now += 7.0
    assert sender.rest is None  # the time is over
    peer.at_server = 1
    await running(sender, lambda: peer.taken)
    server.asked.clear()
    await refused(history, sender, server, FULL)
    assert sender.rest == Rest(ACCOUNT, FULL)
    peer.at_server = 0
    assert sender.rest is None


async def test_nothing_left_the_sandbox_is_told_as_its_own_fault(history, sender, server, wall):
    server.in_use.add(SANDBOX)
    await waiting(history, sender, 1, SANDBOX)
    away = Unreachable("Run", "refused", "gone")
    server.answers["run"] = [away]
    await running(sender, lambda: sender.paused)
    assert str(sender.pauses[SANDBOX]) == str(SandboxFailed("gone"))


async def test_the_sandbox_rests_for_its_own_fault(history, sender, server, wall, monkeypatch):
    monkeypatch.setattr(sender_module, "backoff", lambda _failures: 50.0)
    server.in_use.add(SANDBOX)
    await waiting(history, sender, 1, SANDBOX)
    server.answers["run"] = [Unreachable("Run", "refused", "gone")]
    await running(sender, lambda: sender.rest)
    rest = sender.rest
    assert (rest.account, rest.again_at) == (SANDBOX, wall + 50.0)
    assert str(rest.error) == str(SandboxFailed("gone"))


async def test_what_rests_is_forgotten_once_it_is_paused(history, sender, server):
    await waiting(history, sender)
    sender._rests[ACCOUNT] = (0.0, Rest(ACCOUNT, FULL))
    server.answers["run"] = [BALANCE]
    await running(sender, lambda: sender.paused and not sender._rests)
    assert sender.rest is None


async def test_what_is_sent_at_once_is_told_with_its_turn(history, sender, peer):
    before = peer.told
    await waiting(history, sender)
    assert peer.told == before
    await running(sender, lambda: peer.taken)
    assert peer.told == before + 2  # its turn, and its end
    before = peer.told
    await waiting(history, sender, 2)
    await running(sender, lambda: not len(sender.pending) and sender.pending.in_turn is None)
    assert peer.told == before + 3  # the second has waited, and was told with the first
    await sender.hold()
    before = peer.told
    await waiting(history, sender)
    assert peer.told == before + 1


# --- pauses --------------------------------------------------------------------------------------


async def stored(history):
    return json.loads(await history.state("queue_pauses") or "{}")


async def test_the_account_in_use_comes_first(history, sender, server, monkeypatch):
    assert (sender.paused, sender.paused_elsewhere) == (None, False)
    await sender.pause(OTHER, KEY)
    assert (sender.paused, sender.paused_elsewhere) == (None, False)  # nothing of it waits
    await waiting(history, sender, 1, OTHER)
    assert (sender.paused, sender.paused_elsewhere) == (KEY, True)
    await sender.pause(ACCOUNT, AWAY)
    assert (sender.paused, sender.paused_elsewhere) == (AWAY, False)

    def nobody(_server):
        raise NoCredentials

    monkeypatch.setattr(Server, "name", property(nobody))
    assert sender.paused is KEY


async def test_a_pause_wakes_tells_and_is_logged(sender, peer, lines):
    await sender.pause(ACCOUNT, BALANCE)
    assert (peer.told, sender._wake.is_set()) == (1, True)
    sender._wake.clear()
    await sender.lift(ACCOUNT, KEY)
    assert (peer.told, sender._wake.is_set(), sender.paused) == (1, False, BALANCE)
    await sender.lift(ACCOUNT, BALANCE)
    assert (peer.told, sender._wake.is_set(), sender.paused) == (2, True, None)
    assert lines("paused", "lifted") == [
        f"paused account={ACCOUNT} why=InsufficientBalance",
        f"lifted account={ACCOUNT} why=InsufficientBalance",
    ]


async def test_all_pauses_end_at_once_with_every_rest(sender, history, lines):
    await sender.pause(ACCOUNT, BALANCE)
    await sender.pause(OTHER, KEY)
    await sender.pause("wiro-3", DISK)
    sender._rests[ACCOUNT] = math.inf
    await sender.lift_all()
    assert sender.pauses == {}
    assert sender._until_free() is None
    assert await stored(history) == {}
    assert lines("lifted") == [
        f"lifted account={ACCOUNT} why=InsufficientBalance",
        f"lifted account={OTHER} why=AuthenticationRefused",
        "lifted account=wiro-3 why=DiskFull",
    ]


async def test_a_pause_for_the_disk_may_outlast_the_others(sender, lines):
    await sender.pause(ACCOUNT, DISK)
    await sender.pause(OTHER, KEY)
    await sender.resume(keeping_disk=True)
    assert sender.pauses == {ACCOUNT: DISK}
    assert lines("lifted") == [f"lifted account={OTHER} why=AuthenticationRefused"]
    await sender.resume()
    assert sender.pauses == {}


async def test_when_the_disk_takes_again_what_waited_for_it_goes_on(sender):
    await sender.pause(ACCOUNT, DISK)
    await sender.pause(OTHER, KEY)
    await sender.pause("wiro-3", FolderUnusable("pictures"))
    await sender.lift_for_disk()
    assert list(sender.pauses) == [OTHER]


@pytest.mark.parametrize(
    ("reason", "lasts"),
    [
        (DAY_CAP, True),
        (PriceUnknown(), True),
        (BALANCE, True),
        (KEY, True),
        (AWAY, True),
        (NoCredentials(), False),
        (DISK, False),
    ],
)
async def test_what_a_new_start_does_not_change_is_kept(
    history, sender, server, peer, reason, lasts
):
    await sender.pause(ACCOUNT, reason)
    later = Sender(history, server, Caps(history), server, peer)
    await later.restore()
    assert (told(later.paused) == told(reason)) is lasts
    assert (later.paused is None) is not lasts
    assert not later.held


async def test_a_disk_that_refuses_is_paused_for_all_the_same(sender, history, monkeypatch):
    async def refuse(*_facts):
        raise DISK

    monkeypatch.setattr(history, "set_state", refuse)
    await sender.pause(ACCOUNT, DISK)
    assert sender.paused is DISK


async def test_the_persons_own_pause(history, sender, server, peer, lines):
    await waiting(history, sender, 2)
    before = peer.told
    assert sender.held is False
    await sender.hold()
    assert (sender.held, peer.told) == (True, before + 1)
    assert sender._next() is None
    later = Sender(history, server, Caps(history), server, peer)
    await later.restore()
    assert later.held
    await sender.pause(ACCOUNT, BALANCE)
    await sender.resume()
    assert (sender.held, sender.paused) == (False, None)
    assert sender._next() is not None
    again = Sender(history, server, Caps(history), server, peer)
    await again.restore()
    assert not again.held
    assert again.paused is None
    assert lines("held", "resumed") == ["held waiting=2", "resumed waiting=2"]


async def test_a_pause_that_the_disk_does_not_keep_holds_until_the_end(
    history, sender, peer, monkeypatch
):
    async def refuse(*_facts):
        raise DISK

    with monkeypatch.context() as patch:
        patch.setattr(history, "set_state", refuse)
        with pytest.raises(DiskFull):
            await sender.hold()
        assert (sender.held, peer.told) == (True, 1)
        await sender.resume()
    assert not sender.held


async def test_what_is_drafted_while_the_server_is_away_waits_for_the_person(history, sender, peer):
    await sender.pause_if_offline(ACCOUNT, None)
    assert (sender.paused, peer.told) == (None, 0)
    await sender.pause_if_offline(ACCOUNT, AWAY)
    assert sender.paused is AWAY
    later = Unreachable("Run", "timeout")
    await sender.pause_if_offline(ACCOUNT, later)
    assert sender.paused is AWAY  # it stays the first
    (task,) = await waiting(history, sender)
    await sender.pause_if_offline(ACCOUNT, None)
    assert sender.paused is AWAY  # others wait for the same
    sender.pending.leave(task)
    await waiting(history, sender, 1, OTHER)
    told_before = peer.told
    await sender.pause_if_offline(ACCOUNT, None)
    assert sender.paused is None
    assert peer.told == told_before + 1
    assert await stored(history) == {}
    await sender.pause(ACCOUNT, BALANCE)
    await sender.pause_if_offline(ACCOUNT, None)
    assert sender.paused is BALANCE


# --- caps ----------------------------------------------------------------------------------------

DAY, MONTH = DAY_CAP, CapReached("month", "1", "2")
TODAY = CapReached("day_by_itself", "1", "2", "2026-12-01")


async def test_what_passes_a_cap_waits_unless_the_person_wants_it(history, sender, server, caps):
    (task,) = await waiting(history, sender)
    caps.held_back = DAY
    await running(sender, lambda: sender.paused)
    assert sender.paused is DAY
    assert server.count("run") == 0
    assert (await history.task(task.id)).state is TaskState.QUEUED
    caps.held_back = None
    assert (await sender.send(task, over_cap=True)).state is TaskState.ACCEPTED
    assert caps.over_cap == [False, True]
    assert caps.user is sender


async def test_another_cap_ends_the_pauses_for_it(sender):
    sender.pauses |= {ACCOUNT: DAY, OTHER: MONTH, "3": TODAY, "4": PriceUnknown(), "5": KEY}
    await sender.on_caps_changed([Cap.DAY])
    assert sender.pauses == {OTHER: MONTH, "5": KEY}


async def test_a_charge_below_what_was_expected_ends_what_ends_by_itself(history, sender, caps):
    await waiting(history, sender)
    await waiting(history, sender, 1, OTHER)
    sender.pauses |= {ACCOUNT: TODAY, OTHER: DAY, "3": TODAY}
    caps.fitting = False
    await sender.on_spent_changed()
    assert sender.pauses == {ACCOUNT: TODAY, OTHER: DAY, "3": TODAY}
    caps.fitting = True
    await sender.on_spent_changed()
    assert sender.pauses == {OTHER: DAY, "3": TODAY}


@pytest.mark.parametrize(
    ("reason", "stays"),
    [
        (TODAY, True),
        (CapReached("month_by_itself", "1", "2", "2026-12"), True),
        (CapReached("day_by_itself", "1", "2", "2026-11-30"), False),
        (CapReached("month_by_itself", "1", "2", "2026-11"), False),
        (CapReached("day", "1", "2", "2026-11-30"), True),
    ],
)
async def test_a_pause_for_a_day_ends_with_it(sender, monkeypatch, reason, stays):
    noon = datetime(2026, 12, 1, 12).timestamp()  # noqa: DTZ001 - local, as a day is
    monkeypatch.setattr(sender_module.time, "time", lambda: noon)
    sender.pauses[ACCOUNT] = reason
    by_itself = reason.reason.endswith("_by_itself")
    assert sender._until_free() == (30.0 if by_itself else None)
    await sender._lift_ended_caps()
    assert (ACCOUNT in sender.pauses) is stays


# --- the end of the program ----------------------------------------------------------------------


async def test_at_the_end_no_run_is_begun(history, sender, server):
    await waiting(history, sender)
    await sender.finish_sending(0.0)
    assert sender._next() is None
    assert server.count("run") == 0


async def test_a_run_that_is_answered_in_time_is_recorded(history, sender, server, peer):
    (task,) = await waiting(history, sender)
    go_on = asyncio.Event()

    async def slowly(_request):
        await go_on.wait()
        return YES

    server.answers["run"] = [slowly]
    turn = asyncio.ensure_future(sender.run())
    await until(lambda: server.count("run"))
    turn.cancel()  # who waits is gone, the Run is not
    await asyncio.gather(turn, return_exceptions=True)
    ending = asyncio.ensure_future(sender.finish_sending(5.0))
    await asyncio.sleep(0)
    go_on.set()
    await ending
    assert (await history.task(task.id)).state is TaskState.ACCEPTED


async def test_a_run_that_stays_unanswered_is_let_go_of(history, sender, server, monkeypatch):
    (task,) = await waiting(history, sender)
    closed = asyncio.Event()

    async def never(_request):
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            closed.set()

    server.answers["run"] = [never]
    turn = asyncio.ensure_future(sender.run())
    await until(lambda: server.count("run"))
    async with asyncio.timeout(10):
        await sender.finish_sending(0.01)
        assert closed.is_set()
        await asyncio.gather(turn, return_exceptions=True)
    assert (await history.task(task.id)).state is TaskState.SENDING


async def test_a_run_that_does_not_let_go_is_not_waited_for(history, sender, server):
    await waiting(history, sender)
    go_on = asyncio.Event()

    async def stubborn(_request):
        while not go_on.is_set():
            with suppress(asyncio.CancelledError):
                await go_on.wait()
        return YES

    server.answers["run"] = [stubborn]
    turn = asyncio.ensure_future(sender.run())
    await until(lambda: server.count("run"))
    turn.cancel()
    try:
        async with asyncio.timeout(5):
            await sender.finish_sending(0.01)
        assert not sender._sending.done()
    finally:
        go_on.set()
        await asyncio.gather(turn, sender._sending, return_exceptions=True)


async def test_a_run_that_failed_is_told_once(history, sender, server, caplog):
    task = await queued(history)
    server.answers["run"] = [BALANCE]
    with pytest.raises(InsufficientBalance):
        await sender.send(task)
    await sender.finish_sending(1.0)
    gc.collect()
    assert "never retrieved" not in caplog.text
