"""Each step of a task at the server, by what the server answers: what is recorded and asked."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from cartoonmix_desktop.core.errors import (
    DiskFull,
    NoAnswer,
    NoCredentials,
    NotCancellable,
    OutcomeUnknown,
    PictureGone,
    ProtocolError,
    ServerFault,
    TaskFailed,
    TaskNotFound,
    TaskSilent,
    Unreachable,
)
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.remote import LiveFrame, Progress, RemoteOutput, RemoteTask
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.account.accounts import Connection
from cartoonmix_desktop.services.events import TaskChanged, TaskProgressed
from cartoonmix_desktop.services.sending import fetcher as fetcher_module
from cartoonmix_desktop.services.sending import follower as follower_module
from cartoonmix_desktop.services.sending.follower import Follower, cadence
from tests.unit.services.sending.scripted import (
    ACCOUNT,
    NOW,
    Server,
    Shelf,
    accepted,
    drawing,
    open_history,
    turns,
    until,
)

DAY = 24 * 3600.0
AWAY = NoAnswer("Task/Detail")
ODD = ProtocolError("Task/Detail", "HTML")
MISSING = TaskNotFound("Task/Detail", 1, "There is no task")
WRONG_MOMENT = NotCancellable("Task/Cancel", 0, "no")


class Time:
    """The clocks of the computer, as a test sets them."""

    def __init__(self) -> None:
        self.unix, self.steady = NOW, 100.0

    def time(self) -> float:
        return self.unix

    def monotonic(self) -> float:
        return self.steady


@pytest.fixture
async def opened(tmp_path):
    history, events = await open_history(tmp_path)
    yield history, events
    await history.close()


@pytest.fixture
def history(opened):
    return opened[0]


@pytest.fixture
def heard(opened):
    """All that is told."""
    seen = []
    opened[1].listen(seen.append)
    return seen


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def clock(monkeypatch):
    made = Time()
    monkeypatch.setattr(follower_module, "time", made)
    return made


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """How long each pause would be; none is made."""
    made = []

    def backoff(failures, most=60.0):
        made.append(("backoff", failures, most))
        return 0.0

    def steady(age):
        made.append(("cadence", age))
        return 0.0

    monkeypatch.setattr(follower_module, "backoff", backoff)
    monkeypatch.setattr(fetcher_module, "backoff", lambda *_a, **_k: 0.0)
    monkeypatch.setattr(follower_module, "cadence", steady)
    return made


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def follower(opened, server, shelf, clock):
    history, events = opened
    return Follower(history, shelf, server, events, server, clock.time)


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, "cartoonmix.follow")
    return lambda *kinds: [
        record.message
        for record in caplog.records
        if record.name == "cartoonmix.follow"
        and (not kinds or record.message.partition(" ")[0] in kinds)
    ]


def said(status="task_start", **facts) -> RemoteTask:
    return RemoteTask("r1", "t1", status, **facts)


END = said(
    "task_postprocess_end",
    outputs=(RemoteOutput("o0", "0.png", "https://a/0", 90),),
    exit_code="0",
)


def told(error: object) -> str:
    return str(error)


def later(clock, answer, *, unix=0.0, steady=0.0):
    """An answer that comes so much later."""

    def give(*_asked):
        clock.unix += unix
        clock.steady += steady
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return give


def recorded(heard, name):
    """What was recorded of one fact, in order."""
    return [getattr(event.task, name) for event in heard if isinstance(event, TaskChanged)]


# --- to the end ----------------------------------------------------------------------------------


async def test_a_task_is_followed_to_its_last_picture(history, follower, server, heard, lines):
    task = await accepted(history, samples=1)
    heard.clear()
    server.answers["detail"] = [said("task_queue"), said(), said("task_output"), END]
    done = await follower.see_through(task)
    assert done.state is TaskState.KEPT
    assert done.owed == (Aftercare(Owed.CHARGE, NOW, NOW + 3),)
    assert recorded(heard, "state")[:2] == [TaskState.ACCEPTED, TaskState.RUNNING]
    assert [asked for asked in server.asked if asked[0] in {"detail", "follow", "forget"}] == [
        ("follow", "t1"),
        *[("detail", "r1", "")] * 4,
        ("forget", "t1"),
    ]
    assert server.noted == [(ACCOUNT, None)] * 4
    assert {asked[1] for asked in server.asked if asked[0] == "connect"} == {ACCOUNT}
    assert lines() == [
        "answer task=1 remote=r1 status=task_queue verdict=none outputs=0",
        "answer task=1 remote=r1 status=task_start verdict=none outputs=0",
        "answer task=1 remote=r1 status=task_output verdict=none outputs=0",
        "answer task=1 remote=r1 status=task_postprocess_end verdict=succeeded outputs=1",
    ]
    assert follower._watched == {}


async def test_a_task_without_an_id_is_asked_for_by_its_token(history, follower, server, lines):
    task = await accepted(history, samples=1)
    task = await history.update(task.id, remote_id="")
    server.answers["detail"] = [END]
    await follower.see_through(task)
    assert ("detail", "", "t1") in server.asked
    assert lines("answer")[0].startswith("answer task=1 remote=none status=")


async def test_a_task_without_a_token_is_not_listened_for(history, follower, server):
    task = await accepted(history, samples=1)
    task = await history.update(task.id, token="")
    server.answers["detail"] = [END]
    await follower.see_through(task)
    assert server.count("follow") == 0


async def test_a_new_connection_is_listened_on_instead(history, follower, server):
    task = await accepted(history, samples=1)
    anew = Server()
    server.answers["connect"] = [server.connected, Connection(server, server, anew)]
    server.answers["detail"] = [said("task_queue"), said("task_queue"), END]
    await follower.see_through(task)
    assert [asked for asked in server.asked if asked[0] in {"follow", "forget"}] == [
        ("follow", "t1"),
        ("forget", "t1"),
    ]
    assert anew.asked == [("follow", "t1"), ("forget", "t1")]


async def test_the_fetcher_has_as_much_patience(history, follower, server, shelf):
    task = await accepted(history, samples=1)
    shelf.answers["keep"] = [PictureGone("403")]
    server.answers["detail"] = [END, AWAY]
    with pytest.raises(NoAnswer):
        await follower.see_through(task, patience=-1.0)
    assert (await history.task(task.id)).state is TaskState.DOWNLOADING


async def test_who_is_cancelled_listens_no_more(history, follower, server, monkeypatch):
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 1000.0)
    task = await accepted(history)
    server.answers["detail"] = [said("task_queue")]
    running = asyncio.ensure_future(follower.see_through(task))
    await until(lambda: server.noted)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert server.asked[-1] == ("forget", "t1")
    assert follower._watched == {}


async def test_four_questions_are_asked_at_once(history, follower, server):
    go_on, most, now = asyncio.Event(), 0, 0

    async def detail(**_asked):
        nonlocal most, now
        now += 1
        most = max(most, now)
        await go_on.wait()
        now -= 1
        return END

    server.detail = detail
    tasks = [await accepted(history, samples=1) for _ in range(6)]
    running = [asyncio.ensure_future(follower.see_through(task)) for task in tasks]
    await until(lambda: most == 4)
    await turns()
    go_on.set()
    await asyncio.gather(*running)
    assert most == 4


def test_a_young_task_is_asked_about_often():
    ages = (0.0, 14.9, 15.0, 59.9, 60.0, 5000.0)
    assert [cadence(age) for age in ages] == [2.0, 2.0, 5.0, 5.0, 10.0, 10.0]


async def test_its_age_counts_from_the_click(history, server, shelf, opened, clock, monkeypatch):
    ages = []
    monkeypatch.setattr(follower_module, "cadence", lambda age: ages.append(age) or 0.0)
    task = await accepted(history, samples=1)
    clock.unix = NOW + 30
    follower = Follower(history, shelf, server, opened[1], server)  # by the computer's own clock
    follower._clock = clock.time
    server.answers["detail"] = [
        later(clock, said("task_queue"), steady=5.0),
        later(clock, said("task_queue"), steady=7.0),
        END,
    ]
    await follower.see_through(task)
    assert ages == [35.0, 42.0]
    ages.clear()
    clock.unix = NOW - 30  # set back
    task = await accepted(history, samples=1)
    server.answers["detail"] = [said("task_queue"), END]
    await follower.see_through(task)
    assert ages == [0.0]


@pytest.fixture
def restless(monkeypatch):
    """Silence too is asked about without a pause."""
    monkeypatch.setattr(follower_module, "_SILENT_CADENCE", 0.0)


async def test_the_next_question_comes_when_it_is_time_to(history, follower, server, monkeypatch):
    monkeypatch.setattr(follower_module, "time", time)
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 0.2)
    task = await accepted(history, samples=1)
    moments = []
    server.answers["detail"] = [
        lambda *_asked: moments.append(time.monotonic()) or said("task_queue"),
        lambda *_asked: moments.append(time.monotonic()) or END,
    ]
    assert (await follower.see_through(task)).state is TaskState.KEPT
    assert moments[1] - moments[0] >= 0.19


# --- no answer -----------------------------------------------------------------------------------


async def test_who_cannot_be_asked_is_asked_again_less_and_less(
    history, follower, server, waits, lines
):
    task = await accepted(history, samples=1)
    server.answers["detail"] = [AWAY, AWAY, said("task_queue"), AWAY, END]
    await follower.see_through(task)
    assert [wait[:2] for wait in waits if wait[0] == "backoff"] == [
        ("backoff", 1),
        ("backoff", 2),
        ("backoff", 1),
    ]
    assert [wait[0] for wait in waits] == ["backoff", "backoff", "cadence", "backoff"]
    assert server.noted[:3] == [(ACCOUNT, AWAY), (ACCOUNT, AWAY), (ACCOUNT, None)]
    assert lines("unanswered") == ["unanswered task=1 error=NoAnswer"] * 3


async def test_a_missing_connection_is_no_answer(history, follower, server):
    task = await accepted(history, samples=1)
    server.answers["connect"] = [NoCredentials(), server.connected]
    server.answers["detail"] = [END]
    assert (await follower.see_through(task)).state is TaskState.KEPT
    assert [type(error) for _account, error in server.noted] == [NoCredentials, type(None)]


async def test_patience_counts_from_the_last_answer(history, follower, server, clock):
    task = await accepted(history, samples=1)
    server.answers["detail"] = [
        later(clock, AWAY, steady=10.0),
        later(clock, said("task_queue"), steady=5.0),
        later(clock, AWAY, steady=10.0),
        later(clock, AWAY, steady=0.1),
        END,
    ]
    with pytest.raises(NoAnswer):
        await follower.see_through(task, patience=10.0)
    assert server.count("detail") == 4
    server.answers["detail"] = [later(clock, AWAY, steady=1e6), END]
    assert (await follower.see_through(task)).state is TaskState.KEPT


async def test_an_answer_that_is_not_understood_is_told_until_one_is(
    history, follower, server, heard
):
    task = await accepted(history, samples=1)
    heard.clear()
    other = ProtocolError("Task/Detail", "broken")
    server.answers["detail"] = [AWAY, ODD, other, said("task_queue"), END]
    await follower.see_through(task)
    assert [told(error) for error in recorded(heard, "error")][:3] == [told(ODD), "None", "None"]


@pytest.mark.usefixtures("restless")
async def test_silence_is_not_told_over_by_an_odd_answer(history, follower, server, clock, heard):
    task = await accepted(history, samples=1)
    task = await history.update(task.id, error=TaskSilent())
    clock.unix = NOW + 2 * DAY
    heard.clear()
    server.answers["detail"] = [ODD, END]
    await follower.see_through(task)
    assert told(ODD) not in [told(error) for error in recorded(heard, "error")]


# --- not found -----------------------------------------------------------------------------------


async def test_a_task_that_is_missing_thrice_is_given_up(history, follower, server, waits, lines):
    task = await accepted(history)
    server.answers["detail"] = [MISSING, MISSING, MISSING, END]
    done = await follower.see_through(task)
    assert (done.state, told(done.error)) == (TaskState.ACCEPTED, told(MISSING))
    assert done.at_rest
    assert server.count("detail") == 3
    assert server.noted == []
    assert [wait[0] for wait in waits] == ["cadence", "cadence"]
    assert lines("not_found") == ["not_found task=1 remote=r1"] * 3


async def test_it_is_counted_anew_after_an_answer(history, follower, server):
    task = await accepted(history, samples=1)
    server.answers["detail"] = [MISSING, MISSING, said("task_queue"), MISSING, MISSING, END]
    assert (await follower.see_through(task)).state is TaskState.KEPT


async def test_another_account_may_well_not_know_it(history, follower, server, waits, lines):
    task = await accepted(history, samples=1)
    task = await history.update(task.id, remote_id="")
    server.in_use.clear()
    server.answers["detail"] = [MISSING] * 4 + [END]
    assert (await follower.see_through(task)).state is TaskState.KEPT
    assert [wait[:2] for wait in waits] == [("backoff", count) for count in (1, 2, 3, 4)]
    assert lines("not_found") == ["not_found task=1 remote=none"] * 4


async def test_what_was_here_before_is_only_asked_for_again(history, follower, server):
    task = await accepted(history, samples=1)
    await history.move(task.id, TaskState.DOWNLOADING)
    task = await history.set_outputs(task.id, ["o0"])
    await history.keep_output(task.outputs[0], drawing(0))
    await history.break_output(task.outputs[0], PictureGone("403"))
    task = await history.retry_outputs(task.id)
    assert task.outputs[0].was_kept
    server.in_use.clear()
    server.answers["detail"] = [MISSING] * 3 + [END]
    done = await follower.see_through(task)
    assert server.count("detail") == 3
    assert told(done.outputs[0].error) == told(PictureGone("the server no longer knows its task"))


async def test_what_never_came_is_waited_for_with_its_own_key(history, follower, server):
    task = await accepted(history, samples=2)
    await history.move(task.id, TaskState.DOWNLOADING)
    task = await history.set_outputs(task.id, ["o0", "o1"])
    await history.keep_output(task.outputs[0], drawing(0))
    task = await history.task(task.id)
    server.in_use.clear()
    both = (*END.outputs, RemoteOutput("o1", "1.png", "https://a/1", 91))
    server.answers["detail"] = [MISSING] * 4 + [said(END.status, outputs=both)]
    assert (await follower.see_through(task)).state is TaskState.KEPT


# --- another's task ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [END.status, "task_start"])
async def test_a_task_that_is_anothers_is_looked_for_anew(
    history, follower, server, shelf, caplog, status
):
    task = await accepted(history, samples=1)
    await history.update(task.id, status="task_start")
    theirs = {"prompt": "ships on a stormy sea at night"}
    server.answers["detail"] = [said(status, outputs=END.outputs, parameters=theirs)]
    done = await follower.see_through(task)
    assert done.state is TaskState.UNKNOWN
    assert told(done.error) == told(OutcomeUnknown("the server tells of another task as r1"))
    assert (done.remote_id, done.token, done.status) == ("", "", "")
    assert shelf.asked == []
    assert "task 1 is another at the server" in caplog.messages


async def test_a_task_that_has_ended_is_its_own_whatever_it_tells(history, follower, server):
    task = await accepted(history, samples=1)
    await history.move(task.id, TaskState.DOWNLOADING)
    task = await history.set_outputs(task.id, ["o0"])
    theirs = {"prompt": "ships on a stormy sea at night"}
    server.answers["detail"] = [said(END.status, outputs=END.outputs, parameters=theirs)]
    assert (await follower.see_through(task)).state is TaskState.KEPT


# --- what is recorded on the way -----------------------------------------------------------------


async def test_a_status_is_recorded_when_it_tells_something_new(
    history, follower, server, clock, heard
):
    task = await accepted(history, samples=1)
    heard.clear()
    statuses = ("task_queue", "task_queue", "task_accept", "task_assign", "task_start")
    more = ("task_of_tomorrow", "task_output", "task_output_full")
    server.answers["detail"] = [
        *(later(clock, said(status), unix=1.0) for status in (*statuses, *more)),
        END,
    ]
    await follower.see_through(task)
    assert [
        (event.task.state, event.task.status, event.task.heard_at)
        for event in heard
        if isinstance(event, TaskChanged)
    ][:4] == [
        (TaskState.ACCEPTED, "task_queue", NOW + 1),
        (TaskState.ACCEPTED, "task_accept", NOW + 3),
        (TaskState.RUNNING, "task_start", NOW + 5),
        (TaskState.RUNNING, "task_output_full", NOW + 8),
    ]


async def test_a_task_may_be_finishing_when_it_is_first_heard_of(history, follower, server, heard):
    task = await accepted(history, samples=1)
    heard.clear()
    server.answers["detail"] = [said("task_output_full"), END]
    await follower.see_through(task)
    assert recorded(heard, "state")[0] is TaskState.RUNNING


async def test_an_old_sign_of_life_is_recorded_now_and_then(
    history, follower, server, clock, heard
):
    task = await accepted(history, samples=1)
    task = await history.move(task.id, TaskState.RUNNING, status="task_start", heard_at=NOW)
    heard.clear()
    server.answers["detail"] = [
        later(clock, said("task_output"), unix=900.0),
        later(clock, said("task_start"), unix=0.0),
        later(clock, said("task_output"), unix=1.0),
        later(clock, said("task_output"), unix=899.0),
        END,
    ]
    await follower.see_through(task)
    assert recorded(heard, "heard_at")[:1] == [NOW + 901]
    assert recorded(heard, "state")[1] is TaskState.DOWNLOADING


async def test_what_is_being_fetched_changes_no_status(history, follower, server, heard):
    task = await accepted(history, samples=1)
    await history.move(task.id, TaskState.DOWNLOADING, status=END.status)
    task = await history.set_outputs(task.id, ["o0"])
    heard.clear()
    server.answers["detail"] = [said("task_start"), END]
    await follower.see_through(task)
    assert set(recorded(heard, "status")) == {END.status}


# --- silence -------------------------------------------------------------------------------------


async def test_the_person_is_asked_about_a_task_that_is_silent_for_a_day(
    history, follower, server, clock, heard, monkeypatch
):
    asked_in = []
    wait = follower._wait

    async def waiting(watched, seconds):
        asked_in.append(seconds)
        await wait(watched, 0.0)

    monkeypatch.setattr(follower, "_wait", waiting)
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 10.0)
    task = await accepted(history, samples=1)
    heard.clear()
    server.answers["detail"] = [
        later(clock, said("task_queue"), unix=100.0),
        later(clock, said("task_queue"), unix=DAY),
        later(clock, said("task_queue"), unix=1.0),
        later(clock, said("task_queue"), unix=1.0),
        later(clock, said("task_accept"), unix=1.0),
        END,
    ]
    await follower.see_through(task)
    assert asked_in == [10.0, 10.0, 300.0, 300.0, 10.0]
    errors = [told(error) for error in recorded(heard, "error")]
    assert errors[:3] == ["None", told(TaskSilent()), "None"]
    assert recorded(heard, "heard_at")[2] == NOW + 100 + DAY + 3


@pytest.mark.parametrize(
    ("problem", "silent"),
    [
        (AWAY, True),
        (ServerFault("x", 502), True),
        (ODD, True),
        (Unreachable("x", "dns"), False),
        (NoCredentials(), False),
    ],
)
@pytest.mark.usefixtures("restless")
async def test_a_server_that_tells_nothing_for_a_day_is_silent_too(
    history, follower, server, clock, heard, problem, silent
):
    task = await accepted(history, samples=1)
    heard.clear()
    server.answers["detail"] = [later(clock, problem, unix=DAY + 1), END]
    await follower.see_through(task)
    assert (told(TaskSilent()) in [told(e) for e in recorded(heard, "error")]) is silent


@pytest.mark.usefixtures("restless")
@pytest.mark.parametrize("first", ["task_output", "task_of_tomorrow"])
async def test_after_a_start_what_tells_nothing_new_is_no_sign_of_life(
    history, follower, server, clock, heard, first
):
    task = await accepted(history, samples=1)
    facts = {"error": TaskSilent(), "status": "task_start"}
    task = await history.move(task.id, TaskState.RUNNING, **facts)
    clock.unix = NOW + 2 * DAY
    heard.clear()
    server.answers["detail"] = [
        later(clock, said(first), unix=1.0),
        later(clock, said(first), unix=1.0),
        later(clock, said("task_of_the_day_after"), unix=1.0),
        END,
    ]
    await follower.see_through(task)
    assert recorded(heard, "heard_at")[:1] == [NOW + 2 * DAY + 3]
    assert told(recorded(heard, "error")[0]) == "None"
    assert server.count("detail") == 4


@pytest.mark.usefixtures("restless")
async def test_who_is_to_wait_on_is_asked_no_more(history, follower, server, clock, heard):
    task = await accepted(history, samples=1)
    facts = {"error": TaskSilent(), "status": "task_start", "heard_at": NOW + 9}
    task = await history.move(task.id, TaskState.RUNNING, **facts)
    clock.unix = NOW + 10
    heard.clear()
    server.answers["detail"] = [said("task_start"), END]
    await follower.see_through(task)
    assert recorded(heard, "error")[0] is None
    assert recorded(heard, "state")[0] is TaskState.RUNNING


# --- frames and hints ----------------------------------------------------------------------------


@pytest.fixture
def waiting(monkeypatch):
    """Nothing is asked by itself."""
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 1000.0)


async def followed(history, follower, server, **values):
    """A task that is followed, asked about once."""
    task = await accepted(history, samples=1, **values)
    before = len(server.noted)
    server.answers["detail"] = [said("task_queue")]
    running = asyncio.ensure_future(follower.see_through(task))
    await until(lambda: len(server.noted) > before)
    await until(lambda: follower._watched[task.id].task.status == "task_queue")
    await turns()
    return task, running


async def test_a_frame_is_recorded_and_its_progress_told(
    history, follower, server, heard, waiting, clock, lines
):
    task, running = await followed(history, follower, server)
    heard.clear()
    clock.unix += 50
    half = Progress(percent=50.0)
    follower.on_frame(LiveFrame("task_start", token="t1", progress=half))
    follower.on_frame(LiveFrame("task_start", task_id="r1"))
    assert heard[0] == TaskProgressed(task.id, half)
    assert len(heard) == 1
    await until(lambda: recorded(heard, "state") == [TaskState.RUNNING])
    assert recorded(heard, "status") == ["task_start"]
    assert recorded(heard, "heard_at") == [NOW + 50]
    assert server.count("detail") == 1  # it is a hint, and no reason to ask
    follower.on_frame(LiveFrame("task_output", token="t1"))
    assert lines("frame") == [
        "frame task=1 status=task_start",
        "frame task=1 status=task_output",
    ]
    server.answers["detail"] = [END]
    follower.on_frame(LiveFrame(END.status, task_id="r1"))
    assert (await running).state is TaskState.KEPT
    assert server.count("detail") == 2


async def test_a_frame_is_its_own_tasks(history, follower, server, heard, waiting):
    first, one = await followed(history, follower, server)
    second, two = await followed(history, follower, server)
    heard.clear()
    for frame in (
        LiveFrame(END.status, task_id="r9", token="t9", progress=Progress()),
        LiveFrame(END.status, progress=Progress()),
    ):
        follower.on_frame(frame)
    await turns()
    assert heard == []
    assert server.count("detail") == 2
    server.answers["detail"] = [END]
    follower.on_frame(LiveFrame("task_cancel", task_id="r2", token="t2"))
    assert (await two).id == second.id
    assert not one.done()
    assert follower._watched[first.id].last_frame == ""
    one.cancel()
    await asyncio.gather(one, return_exceptions=True)


async def test_an_end_is_asked_about_though_another_frame_follows(
    history, follower, server, waiting
):
    _task, running = await followed(history, follower, server)
    server.answers["detail"] = [END]
    follower.on_frame(LiveFrame(END.status, token="t1"))
    follower.on_frame(LiveFrame("task_output", token="t1"))
    assert (await running).state is TaskState.KEPT


async def test_of_many_ends_that_frames_tell_a_few_are_asked_about(
    history, follower, server, waiting, clock
):
    _task, running = await followed(history, follower, server)

    async def asked_after(seconds):
        """Whether an end that is told so much later is asked about."""
        clock.steady += seconds
        before = server.count("detail")
        follower.on_frame(LiveFrame(END.status, token="t1"))
        for _ in range(5):
            await history.state("nothing")
            await turns()
        return server.count("detail") > before

    told_after = (0.0, 0.0, 0.0, 0.0, 1.9, 0.5, 0.0, 100.0, 0.0, 0.0, 0.0)
    asked = [await asked_after(seconds) for seconds in told_after]
    assert asked == [True] * 3 + [False] * 2 + [True, False] + [True] * 3 + [False]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_one_task_or_all_are_asked_about_now(history, follower, server, waiting, monkeypatch):
    hurried = []
    monkeypatch.setattr(follower._fetcher, "hurry", lambda: hurried.append(True))
    first, one = await followed(history, follower, server)
    _second, two = await followed(history, follower, server)
    follower.ask_now(first.id)
    await until(lambda: server.count("detail") == 3)
    await turns()
    assert hurried == []
    server.answers["detail"] = [END]
    follower.ask_now()
    await asyncio.gather(one, two)
    assert server.count("detail") == 5
    assert hurried == [True]


async def test_an_answer_to_a_hint_is_waited_after_as_after_any(history, follower, server, waiting):
    task, running = await followed(history, follower, server)
    follower.ask_now(task.id)
    await until(lambda: server.count("detail") == 2)
    for _ in range(5):
        await history.state("nothing")
        await turns()
    assert server.count("detail") == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_the_person_changes_is_taken_note_of(
    history, follower, server, waiting, monkeypatch
):
    hurried = []
    monkeypatch.setattr(follower._fetcher, "hurry", lambda: hurried.append(True))
    task, running = await followed(history, follower, server)
    follower.renew(await accepted(history))  # not followed
    watched = follower._watched[task.id]
    changed = await history.update(task.id, heard_at=NOW + 500, cancelling=False)
    follower.renew(changed)
    assert watched.task == changed
    assert watched.heard_at == NOW + 500
    await until(lambda: server.count("detail") == 2)
    earlier = await history.update(task.id, heard_at=None)
    watched.heard_at = NOW + 600
    follower.renew(earlier)
    assert watched.heard_at == NOW + 600
    assert hurried == []
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_was_kept_aside_is_the_fetchers(history, follower, monkeypatch):
    task = await accepted(history)

    async def take_up(given):
        return ("taken up", given)

    monkeypatch.setattr(follower._fetcher, "take_up", take_up)
    assert await follower.take_up(task) == ("taken up", task)


# --- to be stopped -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "answers", "asked", "by"),
    [
        ("", {}, ["cancel"], "cancel"),
        ("task_queue", {}, ["cancel"], "cancel"),
        ("task_accept", {}, ["kill"], "kill"),
        ("task_start", {}, ["kill"], "kill"),
        ("task_of_tomorrow", {}, ["kill"], "kill"),
        ("task_queue", {"cancel": WRONG_MOMENT}, ["cancel", "kill"], "kill"),
        ("task_start", {"kill": WRONG_MOMENT}, ["kill", "cancel"], "cancel"),
        ("", {"kill": WRONG_MOMENT, "cancel": WRONG_MOMENT}, ["cancel", "kill"], ""),
    ],
)
async def test_a_task_is_stopped_where_it_stands(
    history, follower, server, lines, status, answers, asked, by
):
    task = await accepted(history)
    task = await history.update(task.id, status=status)
    for question in ("cancel", "kill"):
        server.answers[question] = [answers.get(question)]
    assert await follower.stop_at_server(task) is bool(by)
    assert server.asked == [("connect", ACCOUNT), *[(question, "r1") for question in asked]]
    assert lines("stop_asked") == ([f"stop_asked task=1 by={by}"] if by else [])


async def unwanted(history, **facts):
    task = await accepted(history, samples=1)
    return await history.update(task.id, cancelling=True, **facts)


async def test_the_server_is_asked_to_stop_until_it_has(history, follower, server):
    task = await unwanted(history)
    server.answers["cancel"] = [None]
    server.answers["detail"] = [said("task_queue"), said("task_queue"), said("task_cancel")]
    done = await follower.see_through(task)
    assert done.state is TaskState.CANCELLED
    assert server.count("cancel") == 2


async def test_what_agreed_to_stop_is_asked_about_at_once_and_once(
    history, follower, server, waiting
):
    task = await unwanted(history)
    server.answers["cancel"] = [None]
    server.answers["detail"] = [said("task_queue")]
    running = asyncio.ensure_future(follower.see_through(task))
    await until(lambda: server.count("cancel") == 2)
    for _ in range(5):
        await history.state("nothing")
        await turns()
    assert (server.count("detail"), server.count("cancel")) == (2, 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_refuses_to_stop_is_asked_less_and_less_often(
    history, follower, server, clock, heard
):
    task = await unwanted(history)
    heard.clear()
    server.answers["cancel"] = server.answers["kill"] = [WRONG_MOMENT]
    queued = said("task_queue")
    server.answers["detail"] = [
        queued,
        later(clock, queued, unix=2.9),
        later(clock, queued, unix=0.2),
        later(clock, queued, unix=1.0),
        END,
    ]
    await follower.see_through(task)
    first = Aftercare(Owed.STOP, NOW, NOW + 3)
    owed = [value for value in recorded(heard, "owed") if value]
    assert owed[0] == (first,)
    assert (first.looked(NOW + 2.9 + 0.2),) in owed
    assert server.count("cancel") == server.count("kill") == 2


async def test_what_refuses_to_stop_is_asked_about_at_once_for_it_may_have_ended(
    history, follower, server, waiting
):
    task = await unwanted(history)
    server.answers["cancel"] = server.answers["kill"] = [WRONG_MOMENT]
    server.answers["detail"] = [said("task_queue"), END]
    assert (await follower.see_through(task)).state is TaskState.KEPT


async def test_something_else_that_is_owed_does_not_keep_from_stopping(history, follower, server):
    owed = Aftercare(Owed.CHARGE, NOW, NOW + 9e9)
    task = await unwanted(history, owed=(owed,))
    server.answers["cancel"] = [None]
    server.answers["detail"] = [said("task_queue"), said("task_cancel")]
    await follower.see_through(task)
    assert server.count("cancel") == 1


async def test_a_server_that_cannot_be_asked_to_stop_is_asked_later(
    history, follower, server, caplog
):
    task = await unwanted(history)
    server.answers["cancel"] = [AWAY, None]
    server.answers["detail"] = [said("task_queue"), said("task_queue"), said("task_cancel")]
    assert (await follower.see_through(task)).state is TaskState.CANCELLED
    assert server.count("cancel") == 2
    assert "a task could not be stopped yet: NoAnswer" in caplog.messages


async def test_what_nobody_wants_stopped_is_not(history, follower, server):
    task = await accepted(history, samples=1)
    server.answers["detail"] = [said("task_queue"), END]
    await follower.see_through(task)
    assert server.count("cancel") == server.count("kill") == 0


# --- errors that may be an end -------------------------------------------------------------------


@pytest.mark.parametrize("status", ["task_error", "task_error_full"])
async def test_an_error_with_a_time_of_its_end_is_one(history, follower, server, status):
    task = await accepted(history)
    server.answers["detail"] = [said(status, ended=NOW, debug_error="no"), END]
    done = await follower.see_through(task)
    assert (done.state, told(done.error)) == (TaskState.FAILED, told(TaskFailed("no")))
    assert server.count("detail") == 1


async def test_an_error_is_believed_when_it_is_told_for_a_while(history, follower, server, clock):
    task = await accepted(history)
    bad = said("task_error", debug_error="no")
    server.answers["detail"] = [
        bad,
        later(clock, said("task_error", debug_error="other"), steady=100.0),
        later(clock, said("task_start"), steady=100.0),
        later(clock, bad, steady=100.0),
        later(clock, bad, steady=30.0),  # long enough, and twice
        later(clock, bad, steady=0.0),
        END,
    ]
    done = await follower.see_through(task)
    assert done.state is TaskState.FAILED
    assert server.count("detail") == 6


async def test_an_error_that_was_told_often_in_a_short_time_is_not_believed(
    history, follower, server, clock
):
    task = await accepted(history)
    bad = said("task_error", debug_error="no")
    server.answers["detail"] = [
        *[later(clock, bad, steady=7.4)] * 5,
        later(clock, bad, steady=0.3),
        later(clock, bad, steady=0.1),
        END,
    ]
    done = await follower.see_through(task)
    assert done.state is TaskState.FAILED
    assert server.count("detail") == 7


async def test_a_disk_that_refuses_is_told_to_who_follows(history, follower, server, monkeypatch):
    task = await accepted(history)

    async def refuse(*_facts, **_more):
        raise DiskFull("history")

    monkeypatch.setattr(history, "update", refuse)
    server.answers["detail"] = [said("task_queue")]
    with pytest.raises(DiskFull):
        await follower.see_through(task)
