"""Tasks at the server: taken back until it is so, asked about when silent, never dropped."""

from __future__ import annotations

import asyncio
import time

import pytest

from cartoonmix_desktop.core.errors import ProtocolError, TaskSilent
from cartoonmix_desktop.core.task import aftercare as aftercare_module
from cartoonmix_desktop.core.task.remote import LiveFrame
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.sending import follower as follower_module

pytestmark = pytest.mark.timeout(60)

DAY = 24 * 3600.0
LONG = 8.0  # seconds between two questions, of which nothing is to take even one


@pytest.fixture(scope="module")
def _module_sandbox(start_sandbox):
    """One with room for all the tasks here that never end."""
    sandbox = start_sandbox("--limit", "50")
    yield sandbox
    sandbox.stop()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 0.2)
    monkeypatch.setattr(follower_module, "backoff", lambda *_a, **_k: 0.1)
    monkeypatch.setattr(follower_module, "_SILENT_CADENCE", 0.2)
    monkeypatch.setattr(aftercare_module, "LOOKS", (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4))


@pytest.fixture
def mute(sandbox):
    """The live socket tells nothing: a running task would show its life there."""
    sandbox.faults([{"endpoint": "socket", "http": 503, "times": 999}])


class Clock:
    """Unix seconds that can be set forward."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


def give(bench):
    clock = bench.studio._pipeline.follower._clock = Clock()
    return clock


async def endless(bench, recipe, sandbox, *states):
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    task = await bench.studio.tasks.generate(recipe())
    return await bench.until_state(task.id, *(states or ("running",)))


async def until_steady(bench, task_id):
    """Wait until the server will tell the same for ever."""
    watched = bench.studio._pipeline.follower._watched[task_id]
    while watched.last_status != "task_postprocess_start":
        await bench.studio.history.state("nothing")
    return watched


async def until_error(bench, task_id, kind):
    return await bench.until(
        lambda: (task := bench.latest(task_id)) and isinstance(task.error, kind) and task
    )


# --- taking back ---------------------------------------------------------------------------------

WRONG_MOMENT = {"error": {"code": 1, "message": "Task is not in a cancellable state."}}


async def test_when_both_are_refused_they_are_asked_again(bench, recipe, sandbox):
    task = await endless(bench, recipe, sandbox)
    sandbox.faults(
        [{"endpoint": name, **WRONG_MOMENT, "times": 3} for name in ("Task/Cancel", "Task/Kill")]
    )
    await bench.studio.tasks.cancel(task.id)
    await bench.until(lambda: bench.latest(task.id).cancelling)
    done = await bench.until_state(task.id, "cancelled")
    assert done.cancelling


async def test_a_wish_to_cancel_outlives_the_program(benches, recipe, sandbox):
    first = await benches()
    task = await endless(first, recipe, sandbox)
    sandbox.faults([{"endpoint": "Task/Kill", "http": 503, "times": 999}])
    await first.studio.tasks.cancel(task.id)
    await first.close()
    sandbox.clear_faults()
    second = await benches()
    await second.until_state(task.id, "cancelled")


async def test_a_task_that_waits_at_the_server_is_cancelled(benches, recipe, start_sandbox):
    other = start_sandbox("--limit", "1", speed=1)
    bench = await benches(
        environ={
            "CARTOONMIX_API_URL": other.api,
            "CARTOONMIX_SOCKET_URL": other.socket,
            "CARTOONMIX_API_KEY": other.credentials.key,
            "CARTOONMIX_API_SECRET": other.credentials.secret,
        }
    )
    first = await endless(bench, recipe, other)
    waiting = await bench.studio.tasks.generate(recipe())
    await bench.until_state(waiting.id, "accepted")
    other.faults([{"endpoint": "Task/Kill", "http": 500, "times": 99}])  # Cancel alone will do
    await bench.studio.tasks.cancel(waiting.id)
    done = await bench.until_state(waiting.id, "cancelled")
    assert done.outputs == ()
    assert bench.latest(first.id).state is TaskState.RUNNING
    other.stop()


async def test_a_task_that_ends_before_it_is_stopped_keeps_its_pictures(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": name, "http": 503, "times": 999} for name in STOPPING])
    task = await bench.studio.tasks.generate(recipe(steps=60))
    await bench.until_state(task.id, "accepted", "running")
    await bench.studio.tasks.cancel(task.id)
    done = await bench.until_state(task.id, "kept")
    assert len(done.kept) == 2


STOPPING = ("Task/Cancel", "Task/Kill")


async def test_a_server_that_agrees_and_goes_on_is_not_pestered(
    bench, recipe, sandbox, monkeypatch
):
    task = await endless(bench, recipe, sandbox)
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    kill, asked = client.kill, []

    async def agree(**which):
        asked.append(time.monotonic())
        if len(asked) == 3:
            monkeypatch.setattr(client, "kill", kill)

    monkeypatch.setattr(client, "kill", agree)
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 0.2)
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "cancelled")
    assert asked[2] - asked[1] > 0.15


async def test_what_another_process_follows_is_stopped_too(benches, recipe, sandbox):
    follows, looks_on = await benches(), await benches()
    task = await endless(follows, recipe, sandbox)
    await looks_on.studio.tasks.cancel(task.id)
    await follows.until_state(task.id, "cancelled")


# --- silence -------------------------------------------------------------------------------------


async def test_a_task_silent_for_a_day_is_asked_about_and_followed_on(bench, recipe, sandbox, mute):
    task = await endless(bench, recipe, sandbox)
    await until_steady(bench, task.id)
    clock = give(bench)
    clock.ahead = DAY - 60
    bench.studio.tasks.ask_again(task.id)
    await bench.studio.history.state("nothing")
    assert bench.latest(task.id).error is None
    clock.ahead = DAY + 60
    silent = await until_error(bench, task.id, TaskSilent)
    assert silent.state is TaskState.RUNNING
    client = (await bench.studio.accounts.connection(task.account)).client
    await client.kill(task_id=silent.remote_id)  # it ends after all
    await bench.until_state(task.id, "cancelled")


async def test_a_silence_is_still_known_after_a_restart(benches, recipe, sandbox, mute):
    first = await benches()
    task = await endless(first, recipe, sandbox)
    await until_steady(first, task.id)
    await first.studio.history.update(task.id, heard_at=time.time() - DAY - 60)
    await first.close()
    second = await benches()
    await until_error(second, task.id, TaskSilent)
    await second.studio.tasks.keep_waiting(task.id)
    await second.until(lambda: second.latest(task.id).error is None)
    clock = give(second)
    clock.ahead = DAY + 60
    await until_error(second, task.id, TaskSilent)


async def test_news_ends_a_silence(bench, recipe, sandbox, mute):
    task = await endless(bench, recipe, sandbox)
    watched = await until_steady(bench, task.id)
    clock = give(bench)
    clock.ahead = DAY + 60
    await until_error(bench, task.id, TaskSilent)
    watched.last_status = "task_start"  # and the server says another
    await bench.until(lambda: bench.latest(task.id).error is None)
    assert bench.latest(task.id).heard_at > time.time() + DAY - 60


async def test_a_silent_task_can_be_set_aside_and_taken_up_again(bench, recipe, sandbox, mute):
    task = await endless(bench, recipe, sandbox)
    await until_steady(bench, task.id)
    give(bench).ahead = DAY + 60
    await until_error(bench, task.id, TaskSilent)
    await asyncio.gather(*(bench.studio.tasks.stop_following(task.id) for _ in range(2)))
    assert bench.latest(task.id).state is TaskState.DISCARDED
    assert not bench.studio._pipeline.in_flight
    await bench.studio.tasks.follow_again(task.id)
    await bench.until_state(task.id, "running")
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "cancelled")


async def test_an_unknown_that_was_set_aside_cannot_be_followed(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "close": "before"}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "unknown")
    await bench.studio.tasks.discard(task.id)
    await bench.studio.tasks.follow_again(task.id)
    assert bench.latest(task.id).state is TaskState.DISCARDED


# --- answers that cannot be understood -----------------------------------------------------------

PORTAL = "<html><title>Sign in to the wireless network</title></html>"
DEEP = '{"result": true, "tasklist": ' + "[" * 100_000 + "]" * 100_000 + "}"
NO_ID = '{"result": true, "tasklist": [{"status": "task_postprocess_end"}]}'
HUGE = '{"result": true, "padding": "' + "x" * (4 * 1024 * 1024) + '"}'


@pytest.mark.parametrize(
    "raw",
    [PORTAL, DEEP, NO_ID, HUGE, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")],
    ids=["portal", "deep", "no id", "huge", "no text"],
)
async def test_garbage_is_told_on_the_row_until_there_is_sense(bench, recipe, sandbox, raw):
    sandbox.faults([{"endpoint": "Task/Detail", "raw": raw, "times": 3}])
    task = await bench.studio.tasks.generate(recipe())
    told = await until_error(bench, task.id, ProtocolError)
    assert told.state in {TaskState.ACCEPTED, TaskState.RUNNING}
    done = await bench.until_state(task.id, "kept")
    assert done.error is None
    assert len(done.kept) == 2


# --- between two questions -----------------------------------------------------------------------


@pytest.fixture
async def waiting(bench, recipe, sandbox, mute, monkeypatch):
    """A task that is not asked about for a while, its watch, and the questions from now on."""
    task = await endless(bench, recipe, sandbox)
    watched = await until_steady(bench, task.id)
    client = (await bench.studio.accounts.connection(task.account)).client
    follower, waits, asked = bench.studio._pipeline.follower, [], []
    detail, wait = client.detail, follower._wait

    async def counted(**which):
        asked.append(which)
        return await detail(**which)

    async def told(watched, seconds):
        waits.append(seconds)
        await wait(watched, seconds)

    monkeypatch.setattr(follower_module, "cadence", lambda _age: LONG)
    monkeypatch.setattr(client, "detail", counted)
    monkeypatch.setattr(follower, "_wait", told)
    while LONG not in waits:
        await bench.studio.history.state("nothing")
    asked.clear()
    return bench.latest(task.id), watched, asked


async def longest_turn(seconds: float) -> float:
    """CPU time between two turns of the loop at most, of those in so many seconds."""
    longest, until, last = 0.0, time.monotonic() + seconds, time.thread_time()
    while time.monotonic() < until:
        await asyncio.sleep(0.001)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    return longest


@pytest.mark.long_turns  # where it fails, it says by how much
async def test_a_frame_does_not_keep_the_loop(bench, waiting, monkeypatch):
    task, watched, asked = waiting
    follower, records = bench.studio._pipeline.follower, []
    record = follower._record

    async def counted(watched, status):
        records.append(status)
        if len(records) > 1000:
            pytest.fail("the same status is recorded again and again")
        await record(watched, status)

    monkeypatch.setattr(follower, "_record", counted)
    for _ in range(3):
        follower.on_frame(LiveFrame(task.status, task_id=task.remote_id))
        assert await longest_turn(0.05) < 0.05
    assert records == [task.status] * 3
    assert watched.status == ""
    assert asked == []


async def test_what_a_frame_tells_is_recorded_before_the_next_question(bench, waiting):
    task, watched, asked = waiting
    watched.task = await bench.studio.history.update(task.id, status="task_start")
    bench.studio._pipeline.follower.on_frame(LiveFrame(task.status, task_id=task.remote_id))
    await bench.until(lambda: bench.latest(task.id).status == task.status, within=LONG / 2)
    assert asked == []


async def test_one_hint_is_one_question(bench, waiting):
    task, watched, asked = waiting
    for count in (1, 2):
        bench.studio.tasks.ask_again(task.id)
        async with asyncio.timeout(LONG / 2):
            while len(asked) < count:
                await bench.studio.history.state("nothing")
        await longest_turn(0.1)
        assert len(asked) == count
        assert not watched.ask


async def test_thousands_of_ends_are_a_few_questions(bench, waiting):
    task, _watched, asked = waiting
    follower = bench.studio._pipeline.follower
    for _ in range(50):
        for _frame in range(200):
            follower.on_frame(LiveFrame("task_postprocess_end", task_id=task.remote_id))
        await asyncio.sleep(0.01)
    assert 1 <= len(asked) <= 4
