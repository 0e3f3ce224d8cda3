"""Each step from the end of a task at the server to its last picture, without waiting for any."""

from __future__ import annotations

import asyncio
import logging
import re
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import (
    DiskFull,
    NoAnswer,
    NoCredentials,
    NotAPicture,
    NothingListed,
    PictureGone,
    PictureTooLarge,
    PictureTruncated,
    PictureUnreachable,
    TaskFailed,
    TaskNotFound,
    Unreachable,
)
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask, Verdict
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.sending import fetcher as fetcher_module
from cartoonmix_desktop.services.sending.fetcher import Fetcher, ending, without_pictures
from cartoonmix_desktop.storage.files.received import ReceivedFile
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

END = "task_postprocess_end"
AWAY = NoAnswer("Task/Detail")
GONE = PictureGone("403")
KEPT, BROKEN, ASIDE, PENDING = (
    OutputState.KEPT,
    OutputState.BROKEN,
    OutputState.ASIDE,
    OutputState.PENDING,
)


@pytest.fixture
async def history(tmp_path):
    opened, _events = await open_history(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def fetcher(history, shelf, server):
    return Fetcher(history, shelf, server, server, clock=lambda: NOW)


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """How long each pause would be; none is made."""
    made = []

    def backoff(failures, most=60.0):
        made.append((failures, most))
        return 0.0

    monkeypatch.setattr(fetcher_module, "backoff", backoff)
    return made


@pytest.fixture
def lines(caplog):
    """What is logged of the pictures."""
    caplog.set_level(logging.DEBUG, "cartoonmix.fetch")
    return lambda: [re.sub(r"ms=\d+", "ms=…", line) for line in caplog.messages]


def entry(number: int, remote_id: str | None = None) -> RemoteOutput:
    remote_id = f"o{number}" if remote_id is None else remote_id
    return RemoteOutput(remote_id, f"{number}.png", f"https://a/{number}", 90 + number)


def remote(*outputs: RemoteOutput, status: str = END, **facts: object) -> RemoteTask:
    return RemoteTask("r1", "t1", status, outputs=outputs, **facts)


def told(error: object) -> str:
    return str(error)


# --- how a task ended ----------------------------------------------------------------------------


async def test_a_task_and_its_pictures_come_to_rest(history, fetcher, shelf, server):
    task = await accepted(history)
    done = await fetcher.bring_to_rest(
        task, remote(entry(0), entry(1), cost=Decimal("0.5"), seconds=6.5)
    )
    assert done == await history.task(task.id)
    assert (done.state, done.status, done.verdict) == (TaskState.KEPT, END, Verdict.SUCCEEDED)
    assert (done.cost, done.seconds, done.error, done.owed) == (Decimal("0.5"), 6.5, None, ())
    assert [(o.remote_id, o.state, o.path) for o in done.outputs] == [
        ("o0", KEPT, "0.png"),
        ("o1", KEPT, "1.png"),
    ]
    assert sorted((o.position, source, size) for _kind, o, source, size in shelf.asked) == [
        (0, entry(0), 90),
        (1, entry(1), 91),
    ]
    assert shelf.forgotten == [(0, ""), (1, "")]
    assert server.asked == [("connect", ACCOUNT)] * 2
    assert server.noted == []


async def test_what_is_owed_is_owed_from_now(history, fetcher):
    task = await accepted(history, samples=3)
    done = await fetcher.bring_to_rest(task, remote(entry(0)))
    assert done.state is TaskState.KEPT
    assert done.owed == (
        Aftercare(Owed.CHARGE, NOW, NOW + 3.0),
        Aftercare(Owed.MORE, NOW, NOW + 3.0),
    )


async def test_what_was_thrown_away_is_not_owed(history, fetcher):
    task = await downloading(history, "o0", "o1")
    for output in task.outputs:
        await history.keep_output(output, drawing(output.position))
    await history.move(task.id, TaskState.KEPT)
    thrown = Pieces(pictures=(task.outputs[1].id,))
    await history.write_ledger(lambda ledger: ledger.trash.put(thrown, at=NOW))
    task = await history.move(task.id, TaskState.DOWNLOADING)
    done = await fetcher.bring_to_rest(task, remote(entry(0), cost=Decimal(1)))
    assert (done.state, done.owed) == (TaskState.KEPT, ())


async def test_what_was_owed_before_goes_on_as_it_was(history, fetcher):
    before = Aftercare(Owed.MORE, NOW - 100, NOW + 5, 2, NOW - 10)
    task = await accepted(history)
    task = await history.update(task.id, owed=(before,))
    done = await fetcher.bring_to_rest(task, remote(entry(0), cost=Decimal(1)))
    assert done.owed == (before,)


async def test_a_failed_task_keeps_what_it_made(history, fetcher):
    task = await accepted(history)
    done = await fetcher.bring_to_rest(task, remote(entry(0), exit_code="1", debug_error=" bad "))
    assert (done.state, done.verdict) == (TaskState.FAILED, Verdict.FAILED)
    assert told(done.error) == told(TaskFailed("bad"))
    assert len(done.kept) == 1


async def test_pictures_that_are_kept_or_broken_are_not_fetched_again(history, fetcher, shelf):
    task = await accepted(history)
    task = await history.move(task.id, TaskState.DOWNLOADING)
    task = await history.set_outputs(task.id, ["o0", "o1", "o2"])
    await history.keep_output(task.outputs[0], drawing(0))
    task = await history.break_output(task.outputs[1], GONE)
    done = await fetcher.bring_to_rest(task, remote(entry(0), entry(1), entry(2)))
    assert [asked[1].position for asked in shelf.asked] == [2]
    assert done.state is TaskState.DOWNLOADING
    assert [output.state for output in done.outputs] == [KEPT, BROKEN, KEPT]
    assert done.status == END


@pytest.mark.parametrize(
    ("facts", "state", "error", "cost"),
    [
        ({"exit_code": "1", "debug_output": "no"}, TaskState.FAILED, TaskFailed("no"), None),
        ({"status": "task_cancel", "started": 0.0}, TaskState.CANCELLED, None, Decimal(0)),
        ({"status": "task_cancel", "started": 5.0}, TaskState.CANCELLED, None, None),
        ({"status": "task_error"}, TaskState.FAILED, TaskFailed(""), None),
        ({}, TaskState.DOWNLOADING, None, None),
    ],
)
async def test_without_pictures_a_task_rests_as_it_ended(
    history, fetcher, shelf, facts, state, error, cost
):
    task = await accepted(history)
    done = await fetcher.bring_to_rest(task, remote(**facts))
    assert (done.state, done.cost, told(done.error)) == (state, cost, told(error))
    assert done.status == facts.get("status", END)
    assert shelf.asked == []


async def test_pictures_that_were_not_listed_are_waited_for_and_then_no_more(history, fetcher):
    task = await accepted(history)
    task = await fetcher.bring_to_rest(task, remote())
    assert [(one.reason, one.due) for one in task.owed][-1] == (Owed.OUTPUTS, NOW + 3.0)
    again = await fetcher.bring_to_rest(task, remote(seconds=5.0))
    assert (again.state, again.seconds, again.owed) == (TaskState.DOWNLOADING, 5.0, task.owed)
    over = Aftercare(Owed.OUTPUTS, NOW - 100, None, 12)
    task = await history.update(task.id, owed=(over,))
    done = await fetcher.bring_to_rest(task, remote(cost=Decimal(1)))
    assert done.state is TaskState.FAILED
    assert told(done.error) == told(NothingListed())


async def test_pictures_that_are_known_are_fetched_when_none_is_listed_any_more(history, fetcher):
    task = await accepted(history)
    task = await history.move(task.id, TaskState.DOWNLOADING)
    task = await history.set_outputs(task.id, ["o0"])
    done = await fetcher.bring_to_rest(task, remote())
    assert done.state is TaskState.DOWNLOADING
    assert told(done.outputs[0].error) == told(PictureGone("the server no longer lists it"))


async def test_what_the_end_tells(history):
    task = await accepted(history)
    task = await history.update(task.id, cost=Decimal(2), seconds=3.0, status="task_start")
    assert ending(task, remote()) == {
        "status": END,
        "verdict": Verdict.SUCCEEDED,
        "error": None,
        "cost": Decimal(2),
        "seconds": 3.0,
    }
    facts = ending(task, remote(exit_code="1", debug_error=" a ", debug_output="b"))
    assert told(facts["error"]) == told(TaskFailed("a"))
    assert ending(task, remote(status="task_error"))["verdict"] is Verdict.FAILED
    free = await accepted(history)
    assert ending(free, remote(status="task_cancel", started=0.0))["cost"] == 0
    assert ending(free, remote(started=0.0))["cost"] is None
    assert ending(free, remote(cost=Decimal(0), seconds=0.0))["seconds"] == 0.0


def test_where_a_task_without_pictures_stands():
    error = TaskFailed("no")
    over, more = Aftercare(Owed.OUTPUTS, NOW, None), Aftercare(Owed.MORE, NOW, None)
    due = Aftercare(Owed.OUTPUTS, NOW, NOW)
    facts = {"error": error, "owed": (over,)}
    assert without_pictures(Verdict.FAILED, facts) == (TaskState.FAILED, error)
    assert without_pictures(Verdict.CANCELLED, facts) == (TaskState.CANCELLED, error)
    state, why = without_pictures(Verdict.SUCCEEDED, facts)
    assert (state, told(why)) == (TaskState.FAILED, told(NothingListed()))
    waiting = {"error": None, "owed": (due, more)}
    assert without_pictures(Verdict.SUCCEEDED, waiting) == (TaskState.DOWNLOADING, None)


# --- one picture ---------------------------------------------------------------------------------


async def one(history, fetcher, listed=None, patience=None):
    """The only picture of a task, after it was tried for."""
    task = await accepted(history, samples=1)
    done = await fetcher.bring_to_rest(task, remote(listed or entry(0)), patience)
    (output,) = done.outputs
    return output


@pytest.mark.parametrize("problem", [PictureTruncated("cut"), GONE, NotAPicture("page")])
async def test_what_passes_is_tried_again_and_again(
    history, fetcher, shelf, server, waits, problem
):
    shelf.answers["keep"] = [problem, problem, drawing(0)]
    server.answers["detail"] = [remote(entry(0))]
    assert (await one(history, fetcher)).state is KEPT
    assert shelf.count("keep") == 3
    assert waits == [(1, 8), (2, 8)]


async def test_three_attempts_are_made_at_a_picture(history, fetcher, shelf, server, waits, lines):
    shelf.answers["keep"] = [PictureTruncated("one"), PictureTruncated("two"), GONE, drawing(0)]
    output = await one(history, fetcher)
    assert (output.state, told(output.error)) == (BROKEN, told(GONE))
    assert waits == [(1, 8), (2, 8)]
    assert lines() == [
        "attempt task=1 picture=1 attempt=1 result=PictureTruncated ms=… bytes=0",
        "attempt task=1 picture=1 attempt=2 result=PictureTruncated ms=… bytes=0",
        "attempt task=1 picture=1 attempt=3 result=PictureGone ms=… bytes=0",
        "given_up task=1 picture=1 error=PictureGone",
    ]
    assert server.count("detail") == 0


async def test_a_picture_that_is_kept_is_logged_with_its_bytes(history, fetcher, lines):
    await one(history, fetcher)
    assert lines() == ["attempt task=1 picture=1 attempt=1 result=kept ms=… bytes=90"]


async def test_how_long_an_attempt_took_is_logged(history, fetcher, shelf, monkeypatch, caplog):
    class Time:
        now = 10.0

        def monotonic(self):
            return self.now

    clock = Time()
    monkeypatch.setattr(fetcher_module, "time", clock)

    def keep(*_asked):
        clock.now += 2.0
        return drawing(0)

    shelf.answers["keep"] = [keep]
    caplog.set_level(logging.DEBUG, "cartoonmix.fetch")
    await one(history, fetcher)
    assert caplog.messages == ["attempt task=1 picture=1 attempt=1 result=kept ms=2000 bytes=90"]


async def test_what_does_not_pass_is_tried_once(history, fetcher, shelf, lines):
    shelf.answers["keep"] = [PictureTooLarge("much"), drawing(0)]
    output = await one(history, fetcher)
    assert (output.state, told(output.error)) == (BROKEN, told(PictureTooLarge("much")))
    assert lines()[0] == "attempt task=1 picture=1 attempt=1 result=PictureTooLarge ms=… bytes=0"


async def test_a_missing_connection_is_a_host_that_is_away(history, fetcher, server, lines):
    server.answers["connect"] = [NoCredentials(), NoCredentials(), server.connected]
    server.answers["detail"] = [remote(entry(0))]
    assert (await one(history, fetcher)).state is KEPT
    assert lines()[0] == "attempt task=1 picture=1 attempt=1 result=NoCredentials ms=… bytes=0"


async def test_a_connection_that_stays_away_is_named(history, fetcher, server):
    away, here = NoCredentials(), server.connected
    server.answers["connect"] = [away, here, away, here, away]
    server.answers["detail"] = [remote(entry(0))]
    output = await one(history, fetcher)
    assert (output.state, told(output.error)) == (BROKEN, told(PictureUnreachable("NoCredentials")))


async def test_why_there_is_no_connection_is_told(history, fetcher, server):
    server.answers["connect"] = [NoCredentials()]
    with pytest.raises(NoCredentials):
        await one(history, fetcher, patience=-1.0)
    (output,) = (await history.task(1)).outputs
    assert output.state is PENDING
    assert [(account, type(error)) for account, error in server.noted] == [(ACCOUNT, NoCredentials)]


async def test_a_disk_that_refuses_is_told_and_the_others_are_fetched(
    history, fetcher, shelf, lines
):
    def keep(output, _source, _size):
        if output.position == 0:
            raise DiskFull("pictures")
        return drawing(output.position)

    shelf.answers["keep"] = [keep]
    task = await accepted(history)
    with pytest.raises(DiskFull):
        await fetcher.bring_to_rest(task, remote(entry(0), entry(1)))
    assert [output.state for output in (await history.task(1)).outputs] == [PENDING, KEPT]
    assert sorted(lines()) == [
        "attempt task=1 picture=1 attempt=1 result=DiskFull ms=… bytes=0",
        "attempt task=1 picture=2 attempt=1 result=kept ms=… bytes=91",
    ]


async def test_a_picture_that_fails_does_not_leave_the_others_alone(history, fetcher, shelf):
    go_on = asyncio.Event()

    async def keep(_task, output, _deliver, _size):
        if output.position == 0:
            raise DiskFull("pictures")
        await go_on.wait()
        return drawing(output.position)

    shelf.keep = keep
    task = await accepted(history)
    running = asyncio.ensure_future(fetcher.bring_to_rest(task, remote(entry(0), entry(1))))
    for _ in range(8):
        await history.state("nothing")
        await turns()
    assert not running.done()
    go_on.set()
    with pytest.raises(DiskFull):
        await running


@pytest.mark.parametrize("problem", [PictureUnreachable("away"), GONE, NotAPicture("page")])
async def test_an_address_that_may_be_old_is_asked_for_anew(
    history, fetcher, shelf, server, problem
):
    fresh = RemoteOutput("o0", "0.png", "https://b/fresh", 77)
    shelf.answers["keep"] = [problem, drawing(0)]
    server.answers["detail"] = [remote(fresh)]
    await one(history, fetcher)
    assert [(source, size) for _kind, _output, source, size in shelf.asked] == [
        (entry(0), 90),
        (fresh, 77),
    ]
    assert server.asked.count(("detail", "r1", "")) == server.count("detail") == 1
    assert server.asked.count(("connect", ACCOUNT)) == server.count("connect") == 3
    assert server.noted == [(ACCOUNT, None)]


async def test_what_is_listed_no_more_keeps_its_last_error(history, fetcher, shelf, server):
    shelf.answers["keep"] = [NotAPicture("page"), drawing(0)]
    server.answers["detail"] = [TaskNotFound("Task/Detail", 1, "")]
    output = await one(history, fetcher)
    assert (output.state, told(output.error)) == (BROKEN, told(NotAPicture("page")))
    assert server.noted == []


async def test_while_the_server_is_away_too_it_is_asked_until_it_answers(
    history, fetcher, shelf, server, waits
):
    shelf.answers["keep"] = [GONE, drawing(0)]
    server.answers["detail"] = [AWAY, AWAY, AWAY, remote(entry(0))]
    assert (await one(history, fetcher)).state is KEPT
    assert server.noted == [(ACCOUNT, AWAY)] * 3 + [(ACCOUNT, None)]
    assert waits == [(1, 8), (1, 60.0), (2, 60.0), (3, 60.0)]


async def test_patience_ends_the_asking(history, fetcher, shelf, server):
    shelf.answers["keep"] = [GONE]
    server.answers["detail"] = [AWAY, AWAY, remote(entry(0))]
    with pytest.raises(NoAnswer):
        await one(history, fetcher, patience=-1.0)
    assert server.count("detail") == 1
    shelf.answers["keep"] = [GONE, drawing(0)]
    server.answers["detail"] = [AWAY, AWAY, remote(entry(0))]
    assert (await one(history, fetcher, patience=1000.0)).state is KEPT


async def test_a_hurry_ends_every_pause_and_no_later_one(history, fetcher, shelf, monkeypatch):
    monkeypatch.setattr(fetcher_module, "backoff", lambda *_a, **_k: 60.0)
    shelf.answers["keep"] = [PictureTruncated("cut"), PictureTruncated("cut"), drawing(0)]
    running = asyncio.ensure_future(one(history, fetcher))
    for attempts in (1, 2):
        await until(lambda attempts=attempts: shelf.count("keep") == attempts)
        await turns()  # amid the pause; nothing goes on by itself
        assert shelf.count("keep") == attempts
        fetcher.hurry()
    async with asyncio.timeout(10):
        assert (await running).state is KEPT


async def test_four_pictures_are_fetched_at_once(history, fetcher, shelf):
    go_on, most, now = asyncio.Event(), 0, 0

    async def keep(_task, output, _deliver, _size):
        nonlocal most, now
        now += 1
        most = max(most, now)
        await go_on.wait()
        now -= 1
        return drawing(output.position)

    shelf.keep = keep
    task = await accepted(history, samples=6)
    running = asyncio.ensure_future(
        fetcher.bring_to_rest(task, remote(*(entry(n) for n in range(6))))
    )
    await until(lambda: most == 4)
    await turns()
    go_on.set()
    assert len((await running).kept) == 6
    assert most == 4


# --- which entry of the server's is meant --------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "listed", "found"),
    [
        ("o0", [entry(5, "o0")], 5),
        ("o0", [entry(5, "o1"), entry(6, "o0")], 6),
        ("o0", [entry(5, "")], 5),
        ("o0", [entry(5, "o1"), entry(6, "o2")], None),
        ("", [entry(5, "o1")], 5),
        ("", [entry(5, "")], 5),
        ("o0", [], None),
    ],
)
async def test_the_servers_entry_is_found_by_id_and_else_by_place(
    history, fetcher, shelf, ours, listed, found
):
    task = await accepted(history)
    await history.move(task.id, TaskState.DOWNLOADING)
    task = await history.set_outputs(task.id, [ours])
    (output,) = task.outputs
    assert fetcher_module._counterpart(output, remote(*listed)) == (
        None if found is None else next(each for each in listed if each.name == f"{found}.png")
    )


async def test_another_place_without_ids_is_none_of_ours(history):
    task = await accepted(history)
    await history.move(task.id, TaskState.DOWNLOADING)
    task = await history.set_outputs(task.id, ["", ""])
    second = task.outputs[1]
    assert fetcher_module._counterpart(second, remote(entry(0, ""))) is None
    assert fetcher_module._counterpart(second, remote(entry(0, ""), entry(1, ""))) == entry(1, "")


# --- what is no longer at the server -------------------------------------------------------------


async def downloading(history, *remote_ids, **facts):
    task = await accepted(history)
    await history.move(task.id, TaskState.DOWNLOADING, **facts)
    return await history.set_outputs(task.id, remote_ids)


async def test_a_task_that_is_gone_leaves_its_pictures_broken(history, fetcher, lines):
    task = await downloading(history, "o0", "o1")
    task = await history.keep_output(task.outputs[0], drawing(0))
    done = await fetcher.do_without(task)
    assert done.state is TaskState.DOWNLOADING
    assert [output.state for output in done.outputs] == [KEPT, BROKEN]
    gone = PictureGone("the server no longer knows its task")
    assert told(done.outputs[1].error) == told(gone)
    assert lines() == ["given_up task=1 picture=2 error=PictureGone"]


async def test_a_task_that_is_gone_and_whole_rests_as_it_ended(history, fetcher):
    task = await downloading(history, "o0", verdict=Verdict.FAILED)
    task = await history.keep_output(task.outputs[0], drawing(0))
    assert (await fetcher.do_without(task)).state is TaskState.FAILED
    task = await downloading(history, "o0")
    task = await history.keep_output(task.outputs[0], drawing(0))
    assert (await fetcher.do_without(task)).state is TaskState.KEPT


async def test_a_task_that_is_gone_and_listed_nothing_has_failed(history, fetcher):
    task = await downloading(history)
    done = await fetcher.do_without(task)
    assert (done.state, told(done.error)) == (TaskState.FAILED, told(NothingListed()))
    task = await downloading(history)
    task = await history.update(task.id, owed=(Aftercare(Owed.OUTPUTS, NOW, NOW + 3),))
    assert await fetcher.do_without(task) == task
    assert (await history.task(task.id)).state is TaskState.DOWNLOADING
    task = await downloading(history, verdict=Verdict.CANCELLED)
    assert (await fetcher.do_without(task)).state is TaskState.CANCELLED


@pytest.mark.parametrize(("error", "state"), [(GONE, KEPT), (PictureUnreachable("away"), BROKEN)])
async def test_a_picture_that_was_here_stays_what_it_is(
    history, fetcher, shelf, server, error, state
):
    task = await downloading(history, "o0")
    await history.keep_output(task.outputs[0], drawing(0))
    await history.break_output(task.outputs[0], Unreachable("Task/Detail", "dns"))
    task = await history.retry_outputs(task.id)
    shelf.answers["keep"] = [error]
    shelf.aside = ReceivedFile(".received/x.received", 5, "ab")
    server.answers["detail"] = [remote(entry(0))]
    done = await fetcher.bring_to_rest(task, remote(entry(0)))
    (output,) = done.outputs
    assert (output.state, told(output.error)) == (state, told(error))
    assert shelf.count("received") == 0


async def test_what_came_in_the_place_of_a_picture_is_kept_aside(history, fetcher, shelf):
    shelf.answers["keep"] = [PictureTooLarge("much")]
    shelf.aside = ReceivedFile(".received/x.received", 5, "ab")
    output = await one(history, fetcher)
    assert (output.state, output.path, output.size, output.sha256) == (
        ASIDE,
        ".received/x.received",
        5,
        "ab",
    )
    assert told(output.error) == told(PictureTooLarge("much"))
    assert shelf.forgotten == [(0, ".received/x.received")]


async def test_what_can_be_read_now_is_taken_up(history, fetcher, shelf):
    task = await downloading(history, "o0", "o1", verdict=Verdict.FAILED)
    for output in task.outputs:
        aside = ReceivedFile(f".received/{output.position}.received", 5, "ab")
        task = await history.put_aside(output, aside, NotAPicture("page"))
    shelf.answers["take_up"] = [None]
    assert await fetcher.take_up(task) == task
    shelf.answers["take_up"] = [lambda output: drawing(1) if output.position else None]
    half = await fetcher.take_up(task)
    assert [output.state for output in half.outputs] == [ASIDE, KEPT]
    assert shelf.forgotten == [(1, "")]
    shelf.answers["take_up"] = [drawing(0)]
    whole = await fetcher.take_up(half)
    assert (whole.state, len(whole.kept)) == (TaskState.FAILED, 2)
    task = await downloading(history, "o0")
    task = await history.put_aside(task.outputs[0], aside, NotAPicture("page"))
    assert (await fetcher.take_up(task)).state is TaskState.KEPT
