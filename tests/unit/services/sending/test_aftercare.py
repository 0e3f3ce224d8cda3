"""After the end: pictures and charges that come late, errors that are no end, refusals to stop."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import NothingListed, TaskFailed, Unreachable
from cartoonmix_desktop.core.task import aftercare as core_module
from cartoonmix_desktop.core.task.aftercare import LONGEST, Aftercare, Owed
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.sending import aftercare as service_module
from cartoonmix_desktop.services.sending import follower as follower_module

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def _module_sandbox(start_sandbox):
    """One with room for all the tasks here that never end."""
    sandbox = start_sandbox("--limit", "50")
    yield sandbox
    sandbox.stop()


LOOKS = (0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Looks within three seconds of the end, and six of them instead of twelve."""
    monkeypatch.setattr(core_module, "LOOKS", LOOKS)
    monkeypatch.setattr(core_module, "MOST_LOOKS", 6)
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 0.2)


async def made(bench, recipe, sandbox, *, samples=2, **fault):
    sandbox.faults([{"endpoint": "task", **fault}])
    return await bench.studio.tasks.generate(recipe(samples=samples))


async def until(bench, task_id, condition):
    """Wait until the newest snapshot of a task fits."""
    return await bench.until(
        lambda: (task := bench.latest(task_id)) is not None and condition(task) and task
    )


async def told_by_server(bench, tasks):
    """Wait until the server tells what each of the newest tasks costs."""
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    while not all(task.cost for task in await client.list_tasks(limit=len(tasks))):
        await bench.studio.history.state("nothing")


# --- pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("costs", [[[0, None]], [[0, "0"]], [[0, "0.0035"]]])
async def test_pictures_that_are_listed_late_are_fetched(bench, recipe, sandbox, costs):
    task = await made(bench, recipe, sandbox, outputs_after=[1, 1], costs=costs)
    undecided = await until(bench, task.id, lambda task: task.is_owed(Owed.OUTPUTS))
    assert undecided.state is TaskState.DOWNLOADING
    assert undecided.at_rest  # nothing is on its way at this moment
    done = await bench.until_state(task.id, "kept")
    assert len(done.kept) == 2
    assert done.error is None
    assert "failed" not in bench.states(task.id)


async def test_pictures_that_never_come_end_in_a_failure_that_says_so(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, outputs_after=[99, 99], costs=[[0, "0.0035"]])
    done = await bench.until_state(task.id, "failed")
    assert isinstance(done.error, NothingListed)
    assert done.was_owed(Owed.OUTPUTS)
    assert done.owed[0].tries == 6
    assert done.cost == Decimal("0.0035")


async def test_a_task_is_not_whole_before_all_its_pictures_came(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, samples=4, outputs_after=[0, 1, 1, 1])
    partly = await until(bench, task.id, lambda task: task.is_owed(Owed.MORE) and task.kept)
    assert len(partly.outputs) == 1
    done = await until(bench, task.id, lambda task: task.state == "kept" and not task.owed)
    assert len(done.kept) == 4


async def test_what_was_listed_last_is_what_there_is(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, samples=4, outputs_after=[0, 0, 0, 99])
    done = await until(bench, task.id, lambda task: task.was_owed(Owed.MORE))
    assert done.state is TaskState.KEPT
    assert len(done.kept) == 3


async def test_fetch_again_asks_the_server_anew(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, outputs_after=[3.5, 3.5], costs=[[0, "0.0035"]])
    await bench.until_state(task.id, "failed")
    end = time.time() + 20
    while bench.latest(task.id).state is not TaskState.KEPT:
        assert time.time() < end
        await bench.studio.tasks.fetch_again(task.id)
        await bench.until(
            lambda: not bench.studio._pipeline.aftercare._open or bench.latest(task.id).kept
        )
    assert len((await bench.until_state(task.id, "kept")).kept) == 2


async def test_fetch_again_of_a_task_that_fell_short_asks_too(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, samples=3, drop_outputs=[1])
    await until(bench, task.id, lambda task: task.was_owed(Owed.MORE))
    bench.told.clear()
    await bench.studio.tasks.fetch_again(task.id)
    again = await until(bench, task.id, lambda task: task.is_owed(Owed.MORE))
    assert again.state is TaskState.KEPT


async def test_a_task_that_is_gone_at_the_server_ends_too(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, outputs_after=[99, 99])
    await until(bench, task.id, lambda task: task.is_owed(Owed.OUTPUTS))
    gone = {"error": {"code": 1, "message": "There is no task yet."}}
    sandbox.faults([{"endpoint": "Task/Detail", **gone, "times": 99}])
    done = await bench.until_state(task.id, "failed")
    assert isinstance(done.error, NothingListed)


async def test_one_answer_that_cannot_be_read_does_not_put_off_the_others(
    bench, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(core_module, "LOOKS", (60.0,))
    tasks = [await made(bench, recipe, sandbox, costs=[[0, None], [1, "0.001"]]) for _ in "ab"]
    for task in tasks:
        await bench.until_state(task.id, "kept")
    await told_by_server(bench, tasks)
    first, second = (await bench.studio.history.in_aftercare())[0]
    sandbox.faults([{"endpoint": "Task/Detail", "raw": "no"}])
    await bench.studio._pipeline.aftercare._look_at(bench.studio.accounts.name, [first, second])
    assert bench.latest(first.id).cost is None
    assert bench.latest(second.id).cost == Decimal("0.001")


async def test_a_task_that_ended_well_after_all_is_whole(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, costs=[[0, "0.001"]])
    await bench.until_state(task.id, "kept")
    history, now = bench.studio.history, time.time()
    await bench.until(lambda: task.id not in bench.studio._pipeline.in_flight)
    await history.move(task.id, TaskState.DOWNLOADING)
    owed = (Aftercare(Owed.ERROR, now, now + 0.2),)
    await history.move(task.id, TaskState.FAILED, error=TaskFailed("a warning"), owed=owed)
    done = await bench.until_state(task.id, "kept")
    assert (len(done.kept), done.error, done.owed) == (2, None, ())


async def test_what_was_thrown_away_does_not_come_back_by_itself(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, samples=3, outputs_after=[0, 0, 1.5])
    await until(bench, task.id, lambda task: task.state == "kept" and len(task.kept) == 2)
    await bench.studio.trash.put(Pieces(tasks=(task.id,)))
    account = bench.studio.accounts.name
    client = (await bench.studio.accounts.connection(account)).client
    remote_id = bench.latest(task.id).remote_id
    while len((await client.detail(task_id=remote_id)).outputs) < 3:
        pass
    await bench.studio._pipeline.aftercare.look(task.id)
    gone = await bench.studio.history.task(task.id)
    assert gone.trashed_at is not None
    assert len(gone.outputs) == 2


async def test_it_is_gone_on_with_after_a_start(benches, recipe, sandbox):
    first = await benches()
    task = await made(first, recipe, sandbox, outputs_after=[1.5, 1.5])
    await until(first, task.id, lambda task: task.is_owed(Owed.OUTPUTS))
    await first.close()
    second = await benches()
    done = await second.until_state(task.id, "kept")
    assert len(done.kept) == 2


async def test_what_another_process_left_is_taken_up_once_it_is_gone(benches, recipe, sandbox):
    command = await benches(once=True)
    task = await made(command, recipe, sandbox, outputs_after=[2.5, 2.5])
    await until(command, task.id, lambda task: task.is_owed(Owed.OUTPUTS))
    window = await benches()
    assert (
        task.id not in window.studio._pipeline.aftercare._open
    )  # it is the other's as long as that lives
    await command.close()
    done = await window.until_state(task.id, "kept")
    assert len(done.kept) == 2


async def test_a_clock_that_was_set_back_puts_nothing_off(bench, recipe, sandbox, monkeypatch):
    task = await made(bench, recipe, sandbox, costs=[[0, None], [1.5, "0.001"]])
    await bench.until_state(task.id, "kept")
    ahead = time.time() + 60 * 86400
    owed = (Aftercare(Owed.CHARGE, ahead, ahead + 3),)
    await bench.studio.history.update(task.id, owed=owed)
    bench.studio._pipeline.aftercare.wake()
    done = await until(bench, task.id, lambda task: not task.owed)
    assert done.cost == Decimal("0.001")


# --- charges -------------------------------------------------------------------------------------


async def test_a_charge_that_comes_late_is_learnt(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, costs=[[0, None], [1, "0.0047"]])
    kept = await bench.until_state(task.id, "kept")
    assert kept.cost is None
    assert kept.is_owed(Owed.CHARGE)
    done = await until(bench, task.id, lambda task: not task.owed)
    assert done.cost == Decimal("0.0047")
    assert done.state is TaskState.KEPT


async def test_a_charge_that_changes_while_pictures_are_owed_is_followed(bench, recipe, sandbox):
    task = await made(
        bench,
        recipe,
        sandbox,
        samples=3,
        outputs_after=[0, 0, 1.2],
        costs=[[0, "0.001"], [0.7, "0.003"]],
    )
    done = await until(bench, task.id, lambda task: len(task.kept) == 3 and not task.owed)
    assert done.cost == Decimal("0.003")


async def test_a_task_stopped_while_it_runs_may_be_charged_later(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, never_ends=True, costs=[[0, "0"], [1, "0.002"]])
    await bench.until_state(task.id, "running")
    await bench.studio.tasks.cancel(task.id)
    stopped = await bench.until_state(task.id, "cancelled")
    assert stopped.is_owed(Owed.CHARGE_OF_STOPPED)
    done = await until(bench, task.id, lambda task: not task.owed)
    assert done.cost == Decimal("0.002")


async def test_one_that_failed_tells_its_charge_too(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, fail="CUDA", costs=[[0, None], [1, "0.001"]])
    failed = await bench.until_state(task.id, "failed")
    assert failed.is_owed(Owed.CHARGE)
    done = await until(bench, task.id, lambda task: not task.owed)
    assert done.cost == Decimal("0.001")
    assert isinstance(done.error, TaskFailed)


async def test_many_are_asked_about_by_lists(benches, recipe, start_sandbox, monkeypatch):
    sandbox = start_sandbox("--limit", "50", speed=200)
    bench = await benches(
        environ={
            "CARTOONMIX_API_URL": sandbox.api,
            "CARTOONMIX_SOCKET_URL": sandbox.socket,
            "CARTOONMIX_API_KEY": sandbox.credentials.key,
            "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
        }
    )
    monkeypatch.setattr(core_module, "LOOKS", (60.0,))
    sandbox.faults([{"endpoint": "task", "costs": [[0, None], [1.5, "0.001"]], "times": 15}])
    tasks = await bench.studio.tasks.generate_several(
        [recipe(seed=str(n), samples=1) for n in range(15)]
    )
    for task in tasks:
        await bench.until_state(task.id, "kept")
    await told_by_server(bench, tasks)
    account = bench.studio.accounts.name
    sandbox.faults([{"endpoint": "Task/Detail", "http": 503, "times": 99}])
    owing, _ = await bench.studio.history.in_aftercare()
    assert len(owing) > 10
    await bench.studio._pipeline.aftercare._look_at(account, owing)
    for task in tasks:
        done = await bench.studio.history.task(task.id)
        assert (done.cost, done.owed) == (Decimal("0.001"), ())
    sandbox.stop()


async def test_what_cannot_be_asked_is_no_look(bench, recipe, sandbox, monkeypatch):
    task = await made(bench, recipe, sandbox, costs=[[0, None], [1, "0.001"]])
    await bench.until_state(task.id, "kept")
    monkeypatch.setattr(service_module, "_REST", 1.0)
    sandbox.stop()
    late = await until(bench, task.id, lambda task: task.owed[0].due > time.time() + 0.5)
    assert late.owed[0].tries == 0
    with pytest.raises(Unreachable):
        await bench.studio._pipeline.aftercare.look(task.id)
    sandbox.restart()
    done = await until(bench, task.id, lambda task: not task.owed)
    assert done.cost == Decimal("0.001")


async def test_the_sandbox_owes_no_charge(benches, recipe):
    bench = await benches(environ={})
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    assert done.account == SANDBOX
    assert done.owed == ()


# --- errors and refusals -------------------------------------------------------------------------


async def test_an_error_is_believed_when_it_stays(bench, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(follower_module, "_ERROR_LASTS", 1.0)
    task = await made(bench, recipe, sandbox, error="Output folder creation failed")
    failed = await bench.until_state(task.id, "failed")
    assert failed.error.server_message == "Output folder creation failed"
    assert failed.is_owed(Owed.ERROR)


async def test_an_error_with_its_time_is_believed_at_once(bench, recipe, sandbox):
    task = await made(bench, recipe, sandbox, error="no folder", error_ended=True)
    await bench.until_state(task.id, "failed")


async def test_an_error_that_passes_is_no_end(bench, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(follower_module, "_ERROR_LASTS", 30.0)
    task = await made(bench, recipe, sandbox, error="a warning", error_for=2)
    await bench.until_state(task.id, "kept")
    assert "failed" not in bench.states(task.id)


async def test_pictures_after_an_error_are_taken_up(bench, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(follower_module, "_ERROR_LASTS", 0.5)
    task = await made(bench, recipe, sandbox, error="a warning", error_for=2.5)
    await bench.until_state(task.id, "failed")
    done = await bench.until_state(task.id, "kept")
    assert len(done.kept) == 2
    assert done.error is None


async def test_a_server_that_will_not_stop_a_task_is_asked_less_and_less(
    bench, recipe, sandbox, monkeypatch
):
    task = await made(bench, recipe, sandbox, never_ends=True, unstoppable=True)
    await bench.until_state(task.id, "running")
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    asked = []
    for name in ("cancel", "kill"):
        call = getattr(client, name)

        async def counted(*args, call=call, name=name, **kwargs):
            asked.append(name)
            return await call(*args, **kwargs)

        monkeypatch.setattr(client, name, counted)
    await bench.studio.tasks.cancel(task.id)
    over = await until(bench, task.id, lambda task: task.was_owed(Owed.STOP))
    assert over.state is TaskState.RUNNING  # it is followed all the same
    assert len(asked) == 2 * 7
    await bench.studio.tasks.stop_following(task.id)


# --- what is reckoned ----------------------------------------------------------------------------


def test_there_are_at_most_twelve_looks_within_seven_days(monkeypatch):
    monkeypatch.undo()
    one = Aftercare(Owed.CHARGE, 1000.0, 1003.0)
    moments = []
    while one.due is not None:
        moments.append(one.due - 1000)
        one = one.looked(1000 + 86400 * (one.tries - 6) if one.waits_for_start else one.due)
    assert moments[:7] == [3, 10, 30, 60, 180, 600, 3600]
    assert set(moments[7:]) == {LONGEST}  # once a start, which sets another moment
    assert one.tries == 12
    late = Aftercare(Owed.CHARGE, 1000.0, 1003.0).looked(1000.0 + LONGEST)
    assert late.due is None


def test_a_late_look_is_followed_by_those_to_come_not_by_those_missed():
    one = Aftercare(Owed.CHARGE, 0.0, LOOKS[0]).looked(1.3)
    assert (one.due, one.tries) == (LOOKS[3], 1)
    assert one.looked(5.0).waits_for_start


@pytest.mark.parametrize("ahead", [10.0, 60 * 86400.0, 40 * 365 * 86400.0])
def test_what_began_under_a_clock_that_was_ahead_begins_anew(ahead):
    now = 1000.0
    for one in (
        Aftercare(Owed.CHARGE, now + ahead, now + ahead + 3, 2),
        Aftercare(Owed.CHARGE, now - 1, now + LONGEST + ahead, 2),
    ):
        assert one.due_by(now) == now
        for after in (one.looked(now), one.unanswered(now)):
            assert after.began <= now
            assert now < after.due_by(now) <= now + LONGEST
    assert Aftercare(Owed.CHARGE, now + ahead, None).due_by(now) is None
