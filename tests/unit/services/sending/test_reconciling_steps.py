"""Each step of finding a lost answer, by what the server tells: when it is asked, what is told."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    DiskFull,
    NoAnswer,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    Refused,
    Unreachable,
)
from cartoonmix_desktop.core.task.doubt import Candidate, Doubt, Inquiry
from cartoonmix_desktop.core.task.remote import RemoteTask, TaskPage
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.events import DoubtChanged, TaskAdded, TaskChanged
from cartoonmix_desktop.services.sending import reconciling as reconciling_module
from cartoonmix_desktop.services.sending.reconciling import Reconciler
from tests.unit.services.sending.scripted import (
    ACCOUNT,
    NOW,
    Server,
    open_history,
    queued,
    turns,
    until,
)

LOOP = 5000.0
"""What the loop's clock says."""

LATER = [LOOP + delay for delay in (2.0, 5.0, 15.0, 60.0)]
AWAY = NoAnswer("Task/List")
OTHER = "wiro-2"


@pytest.fixture
async def opened(tmp_path):
    history, events = await open_history(tmp_path)
    yield history, events
    await history.close()


@pytest.fixture
def history(opened):
    return opened[0]


@pytest.fixture
def events(opened):
    return opened[1]


@pytest.fixture
def heard(events):
    """All that is told of tasks in doubt."""
    seen = []
    events.listen(
        lambda event: (
            seen.append((event.task_id, event.doubt)) if isinstance(event, DoubtChanged) else None
        )
    )
    return seen


@pytest.fixture
def server():
    made = Server()
    made.answers["list"] = [[]]
    return made


class Taker:
    def __init__(self) -> None:
        self.taken = []

    def accept(self, task) -> None:
        self.taken.append(task)


@pytest.fixture
def taker():
    return Taker()


@pytest.fixture(autouse=True)
async def clock(monkeypatch):
    """The loop's clock, which stands still until a test sets it."""

    class Clock:
        now = LOOP

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "time", lambda: Clock.now)
    yield Clock
    monkeypatch.undo()


@pytest.fixture
def reconciler(history, server, events, taker):
    return Reconciler(history, server, events, asyncio.Lock(), server, taker)


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, "cartoonmix.reconcile")
    return lambda *kinds: [m for m in caplog.messages if m.partition(" ")[0] in kinds]


async def sent(history, at=NOW, account=ACCOUNT, **values):
    task = await queued(history, account, **values)
    owner = history.owner
    return await history.write_ledger(
        lambda ledger: ledger.move(task.id, TaskState.SENDING, at=at, owner=owner)
    )


async def lost(history, at=NOW, account=ACCOUNT, found=-1, named="", **values):
    """A task whose answer is lost."""
    task = await sent(history, at, account, **values)
    error = OutcomeUnknown("reset", found, named)
    return await history.move(task.id, TaskState.UNKNOWN, error=error)


def theirs(task, remote_id="r9", created=NOW + 1, **facts) -> RemoteTask:
    """The server's task that one of ours became."""
    values = {"parameters": dict(task.request.body()), **facts}
    return RemoteTask(remote_id, f"t of {remote_id}", "task_queue", created=created, **values)


def candidate(remote_id="r9", created=NOW + 1, *, exact=True) -> Candidate:
    return Candidate(remote_id, f"t of {remote_id}", created, "task_queue", None, exact)


def moments(reconciler, task_id):
    return reconciler._cases[task_id].moments


def told(error: object) -> str:
    return str(error)


async def settled(history):
    """Let all that goes on by itself come to its end."""
    for _ in range(8):
        await history.state("nothing")
        await turns()


# --- what comes to be in doubt -------------------------------------------------------------------


async def test_a_lost_answer_is_asked_about_in_a_while(history, reconciler, heard, lines):
    task = await lost(history)
    assert moments(reconciler, task.id) == LATER
    assert heard == [(task.id, Doubt())]
    assert reconciler.doubt(task.id) == Doubt()
    assert reconciler.doubt(task.id + 1) is None
    assert reconciler._wake.is_set()
    assert reconciler._cases[task.id].account == ACCOUNT
    assert lines("in_doubt") == [f"in_doubt task={task.id} named=none"]


async def test_one_of_another_version_has_named_nothing(history, reconciler, lines):
    task = await sent(history)
    await history.move(task.id, TaskState.UNKNOWN, error=AWAY)
    assert moments(reconciler, task.id) == LATER
    assert lines("in_doubt") == [f"in_doubt task={task.id} named=none"]


async def test_one_that_named_a_task_is_asked_about_at_once(history, reconciler, lines):
    task = await lost(history, named="r 5")
    assert moments(reconciler, task.id) == [LOOP, *LATER]
    assert lines("in_doubt") == [f"in_doubt task={task.id} named=r?5"]


async def test_news_of_it_change_nothing_until_it_is_solved(
    history, reconciler, events, heard, lines, caplog
):
    task = await lost(history)
    other = await queued(history)
    moments(reconciler, task.id).pop()
    events.emit(TaskAdded(other))
    events.emit(TaskChanged(other))
    events.emit(TaskChanged(task))
    assert "a listener failed" not in caplog.text
    assert moments(reconciler, task.id) == LATER[:-1]
    await history.claim(task.id, "r1", "t1")
    assert heard == [(task.id, Doubt()), (task.id, None)]
    assert reconciler.doubt(task.id) is None
    await history.update(task.id, status="task_start")
    assert lines("solved") == [f"solved task={task.id}"]
    assert len(heard) == 2


async def test_a_start_takes_up_what_was_left(history, server, events, taker):
    fresh, asked, on_its_way = (
        await lost(history),
        await lost(history, found=0),
        await sent(history),
    )
    strange = await sent(history)
    strange = await history.move(strange.id, TaskState.UNKNOWN, error=AWAY)
    reconciler = Reconciler(history, server, events, asyncio.Lock(), server, taker)
    await reconciler.restore()
    assert set(reconciler._cases) == {fresh.id, asked.id, strange.id}
    assert moments(reconciler, fresh.id) == [LOOP, *LATER]
    assert moments(reconciler, strange.id) == [LOOP, *LATER]
    assert moments(reconciler, asked.id) == [LOOP]
    assert on_its_way.id not in reconciler._cases
    moments(reconciler, fresh.id).clear()
    await history.write_ledger(
        lambda ledger: ledger.claim(asked.id, "r1", "", at=NOW, owner=history.owner)
    )
    await reconciler.restore()  # another process has solved one
    assert set(reconciler._cases) == {fresh.id, strange.id}
    assert moments(reconciler, fresh.id) == []


async def test_it_is_asked_about_again_when_the_person_wants(history, reconciler, heard):
    first, second = await lost(history), await lost(history)
    known = Doubt(Inquiry.UNANSWERED, (candidate(),), AWAY)
    reconciler._cases[first.id].doubt = known
    heard.clear()
    reconciler._wake.clear()
    reconciler.ask_again(first.id)
    assert heard == [(first.id, replace(known, inquiry=Inquiry.ASKING))]
    assert reconciler.doubt(first.id) == replace(known, inquiry=Inquiry.ASKING)
    assert moments(reconciler, first.id) == [0.0, *LATER]
    assert moments(reconciler, second.id) == LATER
    assert reconciler._wake.is_set()
    reconciler.ask_again()
    assert moments(reconciler, first.id) == [0.0, 0.0, *LATER]
    assert moments(reconciler, second.id) == [0.0, *LATER]
    assert len(heard) == 1  # nothing new is told


async def test_the_person_chooses_one(history, reconciler, taker, lines):
    task = await lost(history)
    chosen = candidate("r8")
    reconciler._cases[task.id].doubt = Doubt(Inquiry.ANSWERED, (candidate("r7"), chosen))
    await reconciler.adopt(task.id, "r8")
    done = await history.task(task.id)
    assert (done.state, done.remote_id, done.token) == (TaskState.ACCEPTED, "r8", "t of r8")
    assert taker.taken == [done]
    assert lines("claimed") == [f"claimed task={task.id} remote=r8"]


async def test_a_choice_that_cannot_be_made_is_asked_about(history, reconciler, taker, lines):
    task, taken = await lost(history), await lost(history)
    await history.claim(taken.id, "r8", "")
    reconciler._cases[task.id].doubt = Doubt(Inquiry.ANSWERED, (candidate("r8"),))
    await reconciler.adopt(task.id, "r7")  # none of the candidates
    assert moments(reconciler, task.id) == [0.0, *LATER]
    await reconciler.adopt(task.id, "r8")  # another's meanwhile
    assert moments(reconciler, task.id) == [0.0, 0.0, *LATER]
    await reconciler.adopt(taken.id, "r8")  # in no doubt
    assert moments(reconciler, task.id) == [0.0, 0.0, 0.0, *LATER]
    assert not await reconciler._claim(999, "r1", "t1")  # deleted
    assert taker.taken == []
    assert lines("not_claimed") == [
        f"not_claimed task={task.id} remote=r8",
        "not_claimed task=999 remote=r1",
    ]


async def test_decisions_are_made_one_after_the_other(history, reconciler):
    task = await lost(history)
    async with reconciler._deciding:
        claiming = asyncio.ensure_future(reconciler._claim(task.id, "r1", "t1"))
        concluding = asyncio.ensure_future(
            reconciler._conclude(task.id, Doubt(Inquiry.ANSWERED, ()))
        )
        await settled(history)
        assert repr(await history.task(task.id)) == repr(task)
    await asyncio.gather(claiming, concluding)
    assert (await history.task(task.id)).state is TaskState.ACCEPTED


# --- when it is asked ----------------------------------------------------------------------------


async def running(reconciler, *steps):
    task = asyncio.ensure_future(reconciler.run())
    try:
        for step in steps:
            await step()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_is_lost_later_is_asked_about_too(history, reconciler, server):
    async def lose():
        await settled(history)
        await lost(history, named="r1")
        server.answers["detail"] = [AWAY]
        await until(lambda: server.count("detail"))

    await running(reconciler, lose)


async def test_it_is_asked_when_it_is_time_to(history, reconciler, server, clock):
    first, second = await lost(history), await lost(history, account=OTHER)
    server.in_use |= {OTHER}

    async def nothing_yet():
        await settled(history)
        assert server.asked == []

    async def time_goes_on():
        clock.now = LATER[0]
        reconciler._wake.set()
        await until(lambda: server.count("list") == 2)
        assert {asked[1] for asked in server.asked if asked[0] == "connect"} == {ACCOUNT, OTHER}
        await until(
            lambda: moments(reconciler, first.id) == moments(reconciler, second.id) == LATER[1:]
        )
        await settled(history)

    async def and_on():
        clock.now = LATER[1]  # nobody wakes it
        await until(lambda: server.count("list") == 4)

    await running(reconciler, nothing_yet, time_goes_on, and_on)
    assert moments(reconciler, first.id) == LATER[2:]


async def test_one_question_is_asked_for_all_that_are_due(history, reconciler, server):
    due, later = await lost(history), await lost(history)
    also = await lost(history)
    other = await lost(history, account=OTHER)
    moments(reconciler, due.id)[:] = [LOOP - 5, LOOP - 1, LOOP, LOOP + 1]
    moments(reconciler, also.id)[:] = [LOOP]
    moments(reconciler, other.id)[:] = [LOOP]
    await reconciler._ask_due(ACCOUNT)
    assert moments(reconciler, due.id) == [LOOP + 1]
    assert moments(reconciler, also.id) == []
    assert moments(reconciler, other.id) == [LOOP]
    assert moments(reconciler, later.id) == LATER
    assert server.count("list") == 1
    assert reconciler.doubt(due.id).inquiry is Inquiry.ASKING
    assert reconciler.doubt(also.id).inquiry is Inquiry.ANSWERED
    assert reconciler.doubt(later.id) == Doubt()


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (DiskFull("history"), "lost answers could not be looked into: DiskFull"),
        (ZeroDivisionError(), "lost answers were not looked into"),
    ],
)
async def test_what_stands_in_the_way_does_not_end_the_asking(
    history, reconciler, server, caplog, problem, message
):
    task = await lost(history)
    moments(reconciler, task.id)[:] = [LOOP, LOOP + 100]
    server.answers["list"] = [problem]
    reconciler._wake.clear()
    await reconciler._ask_due(ACCOUNT)
    assert moments(reconciler, task.id) == [LOOP + 60, LOOP + 100]
    assert reconciler._wake.is_set()
    assert message in caplog.messages
    assert reconciler.doubt(task.id) == Doubt()


# --- what the server tells -----------------------------------------------------------------------


async def ask(reconciler, *task_ids, left=(), account=ACCOUNT):
    """Ask about tasks, of which so many questions are still to come."""
    for task_id in task_ids:
        moments(reconciler, task_id)[:] = [LOOP, *left]
    await reconciler._ask_due(account)


async def test_the_task_that_was_made_is_taken_up(history, reconciler, server, taker, lines):
    task = await lost(history)
    server.answers["list"] = [[theirs(task)], []]
    await ask(reconciler, task.id)
    done = await history.task(task.id)
    assert (done.state, done.remote_id, done.token) == (TaskState.ACCEPTED, "r9", "t of r9")
    assert taker.taken == [done]
    assert reconciler.doubt(task.id) is None
    assert lines("claimed", "verdict", "solved") == [
        f"solved task={task.id}",
        f"claimed task={task.id} remote=r9",
    ]
    assert server.noted == []


async def test_one_that_was_not_asked_about_is_taken_up_as_well(history, reconciler, server, taker):
    task, other = await lost(history, seed="1"), await lost(history, seed="2")
    server.answers["list"] = [[theirs(other)], []]
    await ask(reconciler, task.id)
    assert [one.id for one in taker.taken] == [other.id]
    assert reconciler.doubt(task.id).inquiry is Inquiry.ANSWERED


async def test_each_task_is_judged_by_itself(history, reconciler, server, taker, lines):
    first, unasked, second = [await lost(history, seed=str(n)) for n in range(3)]
    on_its_way, third = await sent(history, seed="3"), await lost(history, seed="4")
    moments(reconciler, unasked.id).clear()
    server.answers["list"] = [[theirs(first, "r1"), theirs(second, "r2")], []]
    await ask(reconciler, first.id, second.id, third.id)
    assert [one.id for one in taker.taken] == [first.id, second.id]
    assert lines("verdict") == [f"verdict task={third.id} inquiry=ANSWERED candidates=0 error=none"]
    assert (await history.task(on_its_way.id)).state is TaskState.SENDING


async def test_what_was_never_made_is_the_persons_to_decide(history, reconciler, server, lines):
    task = await lost(history)
    await ask(reconciler, task.id)
    assert reconciler.doubt(task.id) == Doubt(Inquiry.ANSWERED)
    now = await history.task(task.id)
    assert told(now.error) == told(OutcomeUnknown("reset", 0, ""))
    assert lines("verdict") == [f"verdict task={task.id} inquiry=ANSWERED candidates=0 error=none"]


async def test_while_more_is_asked_nothing_is_concluded(history, reconciler, lines):
    task = await lost(history)
    await ask(reconciler, task.id, left=[LOOP + 5])
    assert reconciler.doubt(task.id) == Doubt()
    assert repr(await history.task(task.id)) == repr(task)
    assert lines("verdict") == [f"verdict task={task.id} inquiry=ASKING candidates=0 error=none"]


async def test_what_it_may_be_is_told(history, reconciler, server, heard):
    task = await lost(history)
    server.answers["list"] = [
        [theirs(task, "r8", NOW + 3), theirs(task, "r7", NOW + 2, parameters={})],
        [],
    ]
    await ask(reconciler, task.id)
    may_be = (candidate("r8", NOW + 3), candidate("r7", NOW + 2, exact=False))
    assert heard[-1] == (task.id, Doubt(Inquiry.ANSWERED, may_be))
    assert (await history.task(task.id)).error.found == 2


@pytest.mark.parametrize("account", [ACCOUNT, SANDBOX])
async def test_what_is_known_to_be_anothers_is_no_candidate(history, reconciler, server, account):
    server.in_use = {account}
    task, other = await lost(history, account=account), await lost(history, account=account)
    await history.claim(other.id, "r8", "")
    server.answers["list"] = [[theirs(task, "r8"), theirs(task, "r7", parameters={})], []]
    await ask(reconciler, task.id, account=account)
    assert [one.remote_id for one in reconciler.doubt(task.id).candidates] == ["r7"]


async def test_another_accounts_task_is_none_of_this(history, reconciler, server):
    task, other = await lost(history), await lost(history, account=OTHER)
    server.answers["list"] = [[theirs(task)], []]
    await ask(reconciler, task.id)
    assert (await history.task(task.id)).remote_id == "r9"
    assert (await history.task(other.id)).state is TaskState.UNKNOWN


async def test_a_run_on_its_way_is_waited_for(history, reconciler, server):
    task = await lost(history)
    on_its_way = await sent(history)
    assert on_its_way.request == task.request
    server.answers["list"] = [[theirs(task)], []]
    await ask(reconciler, task.id)
    assert (await history.task(task.id)).state is TaskState.UNKNOWN
    assert moments(reconciler, task.id) == [LOOP + 5]
    assert reconciler.doubt(task.id) == Doubt(Inquiry.ASKING, (candidate(),))


async def test_a_run_of_another_recipe_is_not_waited_for(history, reconciler, server):
    task = await lost(history, seed="1")
    await sent(history, seed="2")
    await ask(reconciler, task.id)
    assert moments(reconciler, task.id) == []
    assert reconciler.doubt(task.id) == Doubt(Inquiry.ANSWERED)


@pytest.mark.parametrize(
    ("signed_in", "inquiry"), [(True, Inquiry.OTHER_ACCOUNT), (False, Inquiry.SIGNED_OUT)]
)
async def test_another_accounts_task_is_not_asked_about_with_this_key(
    history, reconciler, server, signed_in, inquiry
):
    task = await lost(history)
    server.in_use.clear()
    server.is_signed_in = signed_in
    await ask(reconciler, task.id)
    assert reconciler.doubt(task.id) == Doubt(inquiry)
    assert server.asked == []


async def test_what_was_decided_meanwhile_is_dropped(history, reconciler, server, heard):
    task = await lost(history)
    await history.write_ledger(
        lambda ledger: ledger.claim(task.id, "r1", "", at=NOW, owner=history.owner)
    )
    await ask(reconciler, task.id)
    assert reconciler.doubt(task.id) is None
    assert heard[-1] == (task.id, None)
    assert server.count("list") == 0


async def test_what_was_deleted_meanwhile_is_dropped(history, reconciler, heard):
    task = await lost(history)
    reconciler._cases[999] = replace(reconciler._cases[task.id])
    await reconciler._conclude(999, Doubt(Inquiry.ANSWERED))
    assert reconciler.doubt(999) is None
    assert heard[-1] == (999, None)


async def test_a_conclusion_is_recorded_once_and_only_of_what_is_in_doubt(
    history, reconciler, monkeypatch
):
    updated = []
    update = history.update

    async def noting(task_id, **facts):
        updated.append((task_id, told(facts["error"])))
        return await update(task_id, **facts)

    monkeypatch.setattr(history, "update", noting)
    task, solved = await lost(history, named="r5"), await lost(history)
    strange = await sent(history)
    strange = await history.move(strange.id, TaskState.UNKNOWN, error=AWAY)
    await history.claim(solved.id, "r1", "")
    one = Doubt(Inquiry.ANSWERED, (candidate(),))
    for task_id in (task.id, task.id, solved.id, strange.id):
        await reconciler._conclude(task_id, one)
    assert updated == [
        (task.id, told(OutcomeUnknown("reset", 1, "r5"))),
        (strange.id, told(OutcomeUnknown("", 1, ""))),
    ]


# --- what an answer has named --------------------------------------------------------------------


async def test_the_task_that_an_answer_named_is_taken_up(history, reconciler, server, taker):
    other, task = await lost(history, named="r10"), await lost(history, named="r9")
    moments(reconciler, other.id)[:] = LATER
    server.answers["detail"] = [theirs(task)]
    await ask(reconciler, task.id)
    assert (await history.task(task.id)).remote_id == "r9"
    assert (await history.task(task.id)).token == "t of r9"
    assert [one.id for one in taker.taken] == [task.id]
    assert [asked for asked in server.asked if asked[0] == "detail"] == [("detail", "r9", "")]
    assert (await history.task(other.id)).state is TaskState.UNKNOWN
    assert server.count("list") == 0


async def test_what_was_named_and_tells_too_little_is_a_candidate(history, reconciler, server):
    task = await lost(history, named="r9")
    vague = theirs(task, created=None, parameters={})
    server.answers["detail"] = [vague]
    server.answers["list"] = [[theirs(task, "r7", parameters={})], []]
    await ask(reconciler, task.id)
    may_be = [(c.remote_id, c.exact) for c in reconciler.doubt(task.id).candidates]
    assert may_be == [("r9", False), ("r7", False)]
    server.answers["list"] = [[vague], []]
    await ask(reconciler, task.id)
    assert [c.remote_id for c in reconciler.doubt(task.id).candidates] == ["r9"]


async def test_what_was_named_and_is_another_of_ours_is_no_candidate(
    history, reconciler, server, taker
):
    task, other = await lost(history, named="r9"), await lost(history)
    await history.claim(other.id, "r9", "")
    server.answers["detail"] = [theirs(task)]
    await ask(reconciler, task.id)
    assert taker.taken == []
    assert reconciler.doubt(task.id) == Doubt(Inquiry.ANSWERED)


async def test_what_others_made_is_left_to_the_person(history, reconciler, server, taker):
    server.made_by_others = {"r8", "r9"}
    task = await lost(history, named="r9")
    server.answers["detail"] = [theirs(task)]
    server.answers["list"] = [[theirs(task, "r8")], []]
    await ask(reconciler, task.id)
    assert taker.taken == []
    assert (await history.task(task.id)).state is TaskState.UNKNOWN
    server.made_by_others = {"r9"}
    server.answers["list"] = [[theirs(task, "r8")], []]
    server.answers["detail"] = [Refused("Task/Detail", 1, "no")]
    await ask(reconciler, task.id)
    assert [one.remote_id for one in taker.taken] == ["r8"]


@pytest.mark.parametrize("problem", [ProtocolError("Task/Detail", "HTML"), Refused("x", 1, "no")])
async def test_what_was_named_and_is_nothing_is_looked_for_in_the_list(
    history, reconciler, server, problem
):
    first, second = await lost(history, named="r1"), await lost(history, named="r2", seed="2")
    server.answers["detail"] = [problem, theirs(second, "r2")]
    server.answers["list"] = [[theirs(first)], []]
    await ask(reconciler, first.id, second.id)
    assert (await history.task(first.id)).remote_id == "r9"
    assert (await history.task(second.id)).remote_id == "r2"


@pytest.mark.parametrize(
    "problem", [AuthenticationRefused("x", 98, ""), RateLimited("x", 0, "", 429), AWAY]
)
async def test_who_cannot_ask_about_one_asks_no_list(history, reconciler, server, problem):
    task = await lost(history, named="r1")
    server.answers["detail"] = [problem]
    await ask(reconciler, task.id)
    assert server.count("list") == 0
    assert reconciler.doubt(task.id).error is problem


@pytest.mark.parametrize(
    ("ahead", "created", "found"),
    [
        (0.0, NOW - 16, True),
        (0.0, NOW - 17, False),
        (100.0, NOW + 100 - 15, True),
        (100.0, NOW, False),
        (None, NOW - 121, True),
        (None, NOW - 122, False),
    ],
)
async def test_clocks_may_differ(history, reconciler, server, ahead, created, found):
    server.clock_ahead = ahead
    task = await lost(history)
    server.answers["list"] = [[theirs(task, created=created)], []]
    await ask(reconciler, task.id)
    assert ((await history.task(task.id)).remote_id == "r9") is found
    again = await lost(history, named="r8", seed="8")
    server.answers["list"] = [[]]
    server.answers["detail"] = [theirs(again, "r8", created)]
    server.asked.clear()
    await ask(reconciler, again.id)
    assert ((await history.task(again.id)).remote_id == "r8") is found
    assert (server.count("list") == 0) is found  # what was named is enough


# --- what the server does not tell ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "at_last", "amid"),
    [
        (AWAY, Inquiry.UNANSWERED, Inquiry.ASKING),
        (Unreachable("Task/List", "dns"), Inquiry.UNANSWERED, Inquiry.ASKING),
        (AuthenticationRefused("x", 98, ""), Inquiry.UNANSWERED, Inquiry.ASKING),
        (ProtocolError("Task/List", "HTML"), Inquiry.NO_LIST, Inquiry.NO_LIST),
        (Refused("Task/List", 1, "no"), Inquiry.NO_LIST, Inquiry.NO_LIST),
    ],
)
async def test_a_server_that_cannot_tell(
    history, reconciler, server, problem, at_last, amid, lines
):
    task, other = await lost(history), await lost(history)
    server.answers["list"] = [problem]
    known = (candidate("r7"),)
    reconciler._cases[task.id].doubt = Doubt(Inquiry.ANSWERED, known)
    del reconciler._cases[other.id]  # solved meanwhile
    moments(reconciler, task.id)[:] = [LOOP + 9]
    await reconciler._note_failure([other.id, task.id], problem)
    assert reconciler.doubt(task.id) == Doubt(amid, known, problem)
    await ask(reconciler, task.id)
    assert reconciler.doubt(task.id) == Doubt(at_last, known, problem)
    assert reconciler.doubt(other.id) is None
    assert moments(reconciler, task.id) == []
    name = type(problem).__name__
    assert lines("verdict")[-1] == (
        f"verdict task={task.id} inquiry={at_last.name} candidates=1 error={name}"
    )


@pytest.mark.parametrize(
    ("asked", "seconds"), [(7.0, 7.0), (None, 60.0), (0.0, 60.0), (5000.0, 600.0)]
)
async def test_a_busy_server_is_asked_later(history, reconciler, server, asked, seconds):
    task = await lost(history)
    busy = RateLimited("Task/List", 0, "", 429, asked)
    server.answers["list"] = [busy]
    await ask(reconciler, task.id, left=[LOOP + 30])
    assert moments(reconciler, task.id) == sorted([LOOP + 30, LOOP + seconds])
    assert reconciler.doubt(task.id) == Doubt(Inquiry.ASKING, (), busy)


# --- the list -------------------------------------------------------------------------------------


async def test_what_the_list_does_not_reach_back_to_is_not_decided(
    history, reconciler, server, monkeypatch
):
    monkeypatch.setattr(reconciling_module, "_PAGES", 1)
    old, new = await lost(history, at=NOW, seed="1"), await lost(history, at=NOW + 500, seed="2")
    listed = [theirs(new, "r2", NOW + 501), theirs(old, "r1", NOW + 1)]
    server.answers["list"] = [TaskPage(listed, 200)]
    await ask(reconciler, old.id, new.id)
    assert (await history.task(new.id)).remote_id == "r2"
    assert reconciler.doubt(old.id) == Doubt(Inquiry.TOO_LONG_AGO, (candidate("r1"),))
    exactly = await lost(history, at=NOW + 17.0, seed="3")
    await ask(reconciler, exactly.id)
    assert reconciler.doubt(exactly.id).inquiry is Inquiry.ANSWERED
    listed.insert(1, theirs(exactly, "r3", NOW + 18))
    await ask(reconciler, exactly.id)
    assert (await history.task(exactly.id)).remote_id == "r3"
