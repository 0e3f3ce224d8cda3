"""After the end, where it goes wrong: tasks that are gone, thrown away, told badly or of doubt."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import NothingListed, TaskFailed
from cartoonmix_desktop.core.task import aftercare as core_module
from cartoonmix_desktop.core.task.aftercare import LONGEST, Aftercare, Owed
from cartoonmix_desktop.core.task.outcome import Charge, charge_of
from cartoonmix_desktop.core.task.owed import owed_after
from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask
from cartoonmix_desktop.core.task.task import Output, OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.sending import follower as follower_module
from cartoonmix_desktop.services.sending import single_run as single_run_module
from cartoonmix_desktop.wording.tasks.actions import Action, actions_of
from cartoonmix_desktop.wording.tasks.states import notice_words

pytestmark = pytest.mark.timeout(60)

GONE = {"code": 1, "message": "There is no task yet."}


@pytest.fixture(scope="module")
def _module_sandbox(start_sandbox):
    """One with room for the tasks here that never end."""
    sandbox = start_sandbox("--limit", "50")
    yield sandbox
    sandbox.stop()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Looks within a few seconds of the end, and six of them instead of twelve."""
    monkeypatch.setattr(core_module, "LOOKS", (0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8))
    monkeypatch.setattr(core_module, "MOST_LOOKS", 6)
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 0.2)


async def until(bench, task_id, condition):
    """Wait until the newest snapshot of a task fits."""
    return await bench.until(
        lambda: (task := bench.latest(task_id)) is not None and condition(task) and task
    )


async def made(bench, recipe, sandbox, *, samples=2, **fault):
    sandbox.faults([{"endpoint": "task", **fault}])
    return await bench.studio.tasks.generate(recipe(samples=samples))


# --- a server that no longer knows the task ------------------------------------------------------


async def test_an_undecided_task_that_the_server_forgot_comes_to_rest(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, outputs_after=[99, 99], costs=[[0, "0.001"]])
    await until(bench, task.id, lambda task: task.is_owed(Owed.OUTPUTS))
    sandbox.faults([{"endpoint": "Task/Detail", "error": GONE, "times": 99}])
    done = await until(bench, task.id, lambda task: task.was_owed(Owed.OUTPUTS))
    assert done.state is TaskState.FAILED
    assert isinstance(done.error, NothingListed)


async def test_a_start_does_not_make_a_forgotten_task_one_with_pictures(benches, recipe, sandbox):
    first = await benches()
    task = await made(first, recipe, sandbox, outputs_after=[99, 99], costs=[[0, "0.001"]])
    await until(first, task.id, lambda task: task.is_owed(Owed.OUTPUTS))
    await first.close()
    sandbox.faults([{"endpoint": "Task/Detail", "error": GONE, "times": 99}])
    second = await benches()
    done = await until(second, task.id, lambda task: task.was_owed(Owed.OUTPUTS))
    assert done.state is TaskState.FAILED
    assert "kept" not in second.states(task.id)


# --- in the trash --------------------------------------------------------------------------------


async def test_pictures_listed_while_a_task_is_in_the_trash_come_once_it_is_restored(
    bench, recipe, sandbox
):
    task = await made(bench, recipe, sandbox, outputs_after=[0.9, 0.9], costs=[[0, "0.001"]])
    await until(bench, task.id, lambda task: task.is_owed(Owed.OUTPUTS))
    thrown = await bench.studio.trash.put(Pieces(tasks=(task.id,)))
    account = bench.studio.accounts.name
    client = (await bench.studio.accounts.connection(account)).client
    remote_id = bench.latest(task.id).remote_id
    while not (await client.detail(task_id=remote_id)).outputs:
        pass
    await bench.studio._pipeline.aftercare.look(task.id)  # as for a charge
    await bench.studio.trash.restore(thrown)
    done = await bench.until_state(task.id, "kept")
    assert len(done.kept) == 2


# --- one bad answer among many -------------------------------------------------------------------


async def test_one_that_cannot_be_read_keeps_no_other_waiting(bench, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(core_module, "LOOKS", (60.0,))
    late = [[0, None], [0.2, "0.001"]]
    sandbox.faults([{"endpoint": "task", "costs": [[0, None]], "times": 1}])
    bad = await bench.studio.tasks.generate(recipe(seed="1"))
    bad = await bench.until_state(bad.id, "kept")
    sandbox.faults([{"endpoint": "task", "costs": late}])
    good = await bench.studio.tasks.generate(recipe(seed="2"))
    good = await bench.until_state(good.id, "kept")
    client = (await bench.studio.accounts.connection(good.account)).client
    while (await client.detail(task_id=good.remote_id)).cost is None:
        pass
    sandbox.faults([{"endpoint": "Task/Detail", "raw": "{", "times": 1}])
    await bench.studio._pipeline.aftercare._look_at(good.account, [bad, good])
    assert (await bench.studio.history.task(good.id)).cost == Decimal("0.001")
    assert (await bench.studio.history.task(bad.id)).owed[0].tries == 0


async def test_while_it_is_offline_little_is_written(bench, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(core_module, "LOOKS", (1.0, 60.0))
    sandbox.faults([{"endpoint": "task", "costs": [[0, None]], "times": 3}])
    tasks = [await bench.studio.tasks.generate(recipe(seed=str(n), samples=1)) for n in range(3)]
    for task in tasks:
        await bench.until_state(task.id, "kept")
    sandbox.stop()
    clock = bench.studio._pipeline.aftercare
    owing = (await bench.studio.history.in_aftercare())[0]
    bench.told.clear()
    await clock._look_at(owing[0].account, owing)
    assert len([event for event in bench.told if hasattr(event, "task")]) <= 1
    assert all(clock._due(task, time.time()) > time.time() + 20 for task in owing)
    clock.hurry()
    assert all(clock._due(task, time.time()) < time.time() + 20 for task in owing)


# --- what is owed --------------------------------------------------------------------------------


def told(*ids, status="task_postprocess_end", cost="0.001"):
    outputs = tuple(RemoteOutput(one, f"{one}.png", "http://x/", None) for one in ids)
    money = None if cost is None else Decimal(cost)
    return RemoteTask("1", "", status, "0", outputs, money)


@pytest.fixture
def four(bench, recipe):
    async def store():
        return await bench.studio.history.add(recipe(samples=4), bench.studio.accounts.name)

    return store


def known(*ids, state=OutputState.KEPT):
    return [Output(n, n, state, remote_id=one) for n, one in enumerate(ids)]


async def test_what_was_listed_first_and_what_is_listed_now_count_together(four):
    task = await four()
    assert owed_after(task, told("a", "b"), known("c", "d")) == set()
    assert owed_after(task, told("a", "b"), known("a", "d")) == {Owed.MORE}


async def test_what_was_thrown_away_is_not_owed(four):
    task = await four()
    gone = [*known("a", "b", "c"), Output(3, 3, OutputState.DELETED, remote_id="d")]
    assert owed_after(task, told(), gone) == set()


async def test_an_error_that_may_be_no_end_may_still_be_charged(bench, recipe, sandbox):
    task = await made(
        bench, recipe, sandbox, error="no folder", error_ended=True, tell={"totalcost": "0"}
    )
    failed = await bench.until_state(task.id, "failed")
    assert charge_of(failed) is Charge.PENDING


async def test_an_error_told_just_now_is_not_retried(bench, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(core_module, "LOOKS", (60.0,))
    task = await made(bench, recipe, sandbox, error="no folder", error_ended=True)
    failed = await bench.until_state(task.id, "failed")
    assert await bench.studio.tasks.failed_among([task.id]) == []
    _title, more = notice_words(failed, None, time.time())
    assert "may still be running" in more
    later = tuple(one.due_at(one.began + LONGEST) for one in failed.owed)
    await bench.studio.history.update(task.id, owed=later)
    assert await bench.studio.tasks.failed_among([task.id]) == [task.id]


async def test_pictures_that_an_earlier_version_took_for_lost_can_be_fetched(
    bench, recipe, sandbox
):
    task = await bench.studio.tasks.generate(recipe())
    kept = await bench.until_state(task.id, "kept")
    await bench.studio.history.write_ledger(  # as it recorded an end without outputs
        lambda ledger: ledger._database._connection.execute(
            "DELETE FROM output; UPDATE task SET state = 'failed', verdict = 'failed'"
        ).fetchall()
    )
    await bench.studio.history.update(task.id, error=TaskFailed(""))
    lost = bench.latest(task.id)
    assert Action.FETCH_AGAIN in actions_of(lost)
    await bench.studio.tasks.fetch_again(task.id)
    done = await until(bench, task.id, lambda task: task.state is TaskState.KEPT)
    assert len(done.kept) == len(kept.kept)
    assert done.error is None


async def test_an_error_that_was_no_end_ends_well_with_the_pictures_that_came(
    bench, recipe, sandbox, monkeypatch
):
    task = await bench.studio.tasks.generate(recipe())
    kept = await bench.until_state(task.id, "kept")
    as_failed = {"verdict": "failed", "owed": (Aftercare(Owed.ERROR, 0.0, LONGEST),)}
    await bench.studio.history.move(task.id, TaskState.DOWNLOADING)
    await bench.studio.history.move(task.id, TaskState.FAILED, **as_failed)
    await bench.studio.tasks.fetch_again(task.id)
    done = await until(bench, task.id, lambda task: task.state is TaskState.KEPT)
    assert (done.outputs, done.error, done.owed) == (kept.outputs, None, ())


async def test_fetch_again_of_broken_pictures_looks_for_more_anew(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "files", "http": 404, "times": 6}])
    task = await made(bench, recipe, sandbox, samples=3, drop_outputs=[1])
    await until(bench, task.id, lambda task: task.at_rest and len(task.broken) == 2)
    over = (Aftercare(Owed.MORE, 0.0, None, 6, 1.0),)
    await bench.studio.history.update(task.id, owed=over)
    await bench.studio.tasks.fetch_again(task.id)
    again = await until(bench, task.id, lambda task: len(task.kept) == 2)
    assert again.is_owed(Owed.MORE)


# --- clocks --------------------------------------------------------------------------------------


def test_a_clock_that_was_ahead_puts_nothing_off():
    ahead, now = 60 * 86400.0, 1000.0
    one = Aftercare(Owed.CHARGE, ahead, ahead + 3)
    assert one.is_due(now)
    again = one.looked(now)
    assert (again.began, again.due, again.tries) == (now, now + core_module.LOOKS[0], 1)
    assert not again.is_due(now)


# --- a caller who waits --------------------------------------------------------------------------


async def test_a_caller_does_not_ask_a_server_in_trouble_all_the_time(
    bench, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(single_run_module, "_FOR_OUTPUTS", 3.0)
    sandbox.faults([{"endpoint": "task", "outputs_after": [99, 99]}])
    job = asyncio.ensure_future(bench.studio.tasks.generate_now(recipe(), 60.0))
    await bench.until(
        lambda: any(
            event.task.is_owed(Owed.OUTPUTS) for event in bench.told if hasattr(event, "task")
        )
    )
    asked = 0
    look = bench.studio._pipeline.aftercare.look

    async def counted(task_id, **options):
        nonlocal asked
        asked += 1
        return await look(task_id, **options)

    monkeypatch.setattr(bench.studio._pipeline.aftercare, "look", counted)
    sandbox.faults([{"endpoint": "Task/Detail", "http": 503, "times": 9999}])
    await job
    assert 1 <= asked <= 8
