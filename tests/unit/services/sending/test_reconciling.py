"""A lost answer: what the server made of it is found, or the person decides with the facts."""

from __future__ import annotations

import asyncio
import time

import pytest

from cartoonmix_desktop.core.errors import OutcomeUnknown
from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.remote import RemoteTask, TaskPage
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import DoubtChanged
from cartoonmix_desktop.services.sending import reconciling as reconciling_module
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.owners import Owner

pytestmark = pytest.mark.timeout(60)

LOST = {"endpoint": "Run", "close": "after"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(reconciling_module, "_QUESTIONS", (0.05, 0.1, 0.2, 0.4))
    monkeypatch.setattr(reconciling_module, "_SIBLING_WAIT", 0.1)


@pytest.fixture
def seldom(monkeypatch):
    """Nothing is asked by itself, but at the start."""
    monkeypatch.setattr(reconciling_module, "_QUESTIONS", (600.0,))


def doubt_of(bench, task_id):
    told = [e.doubt for e in bench.told if isinstance(e, DoubtChanged) and e.task_id == task_id]
    return told[-1] if told else None


async def until_inquiry(bench, task_id, inquiry):
    return await bench.until(
        lambda: (doubt := doubt_of(bench, task_id)) and doubt.inquiry is inquiry and doubt
    )


async def made_on_the_web(bench, request):
    """The same recipe run by the same account, not by this program."""
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    return (await client.run(request)).task_id


@pytest.mark.parametrize(
    "fault", [{"close": "after"}, {"garbage": True}, {"truncate": 5}], ids=lambda f: next(iter(f))
)
async def test_a_task_whose_answer_was_lost_is_found_and_its_pictures_are_kept(
    bench, recipe, sandbox, fault
):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", **fault}])
    task = await bench.studio.tasks.generate(recipe(seed=f"lost {fault}"))
    done = await bench.until_state(task.id, "kept")
    assert bench.states(task.id)[:4] == ["queued", "sending", "unknown", "accepted"]
    made = sandbox.ledger()[before:]
    assert [one["id"] for one in made] == [done.remote_id]
    assert done.error is None
    assert bench.studio.tasks.doubt(task.id) is None


@pytest.mark.parametrize("fault", [{"close": "before"}, {"http": 503}, {"http": 408}])
async def test_what_was_never_made_is_left_to_the_person(bench, recipe, sandbox, fault):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", **fault}])
    task = await bench.studio.tasks.generate(recipe(seed=f"never {fault}"))
    doubt = await until_inquiry(bench, task.id, Inquiry.ANSWERED)
    assert doubt.candidates == ()
    await bench.until(lambda: bench.latest(task.id).error.found == 0)
    assert bench.latest(task.id).state is TaskState.UNKNOWN
    assert bench.latest(task.id).error.cause
    assert len(sandbox.ledger()) == before
    await bench.studio.tasks.send_again(task.id)
    await bench.until_state(task.id, "kept")
    assert len(sandbox.ledger()) == before + 1


async def test_of_several_equal_tasks_the_person_chooses_one(bench, recipe, sandbox):
    request = recipe(seed="several")
    twin = await made_on_the_web(bench, request)
    sandbox.faults([LOST])
    task = await bench.studio.tasks.generate(request)
    doubt = await until_inquiry(bench, task.id, Inquiry.ANSWERED)
    assert len(doubt.candidates) == 2
    assert twin in [candidate.remote_id for candidate in doubt.candidates]
    assert all(c.exact and c.status and abs(c.created - time.time()) < 60 for c in doubt.candidates)
    await bench.until(lambda: bench.latest(task.id).error.found == 2)
    ours = next(c.remote_id for c in doubt.candidates if c.remote_id != twin)
    before = len(sandbox.ledger())
    await bench.studio.tasks.adopt(task.id, ours)
    done = await bench.until_state(task.id, "kept")
    assert done.remote_id == ours
    assert len(sandbox.ledger()) == before


async def test_a_candidate_is_chosen_once(bench, recipe, sandbox):
    request = recipe(seed="chosen once")
    await made_on_the_web(bench, request)
    sandbox.faults([{**LOST, "times": 2}])
    tasks = [await bench.studio.tasks.generate(request) for _ in range(2)]
    for task in tasks:
        doubt = await until_inquiry(bench, task.id, Inquiry.ANSWERED)
        assert len(doubt.candidates) == 3
    chosen = doubt.candidates[0].remote_id
    await asyncio.gather(
        *(bench.studio.tasks.adopt(task.id, chosen) for task in tasks for _ in range(2))
    )
    states = [(await bench.studio.history.task(task.id)).state for task in tasks]
    assert states.count(TaskState.UNKNOWN) == 1
    left = tasks[states.index(TaskState.UNKNOWN)]
    doubt = await bench.until(
        lambda: (d := doubt_of(bench, left.id)) and len(d.candidates) == 2 and d
    )
    assert chosen not in [candidate.remote_id for candidate in doubt.candidates]


async def test_identical_clicks_that_were_both_lost_are_both_found(bench, recipe, sandbox, seldom):
    before = len(sandbox.ledger())
    sandbox.faults([{**LOST, "times": 2}])
    tasks = [await bench.studio.tasks.generate(recipe(seed="twins")) for _ in range(2)]
    for task in tasks:
        await bench.until_state(task.id, "unknown")
    bench.studio._pipeline.reconciler.ask_again()
    done = [await bench.until_state(task.id, "kept") for task in tasks]
    assert [task.remote_id for task in done] == [one["id"] for one in sandbox.ledger()[before:]]


async def test_the_task_of_an_identical_click_is_not_taken(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "close": "before"}])
    lost = await bench.studio.tasks.generate(recipe(seed="sibling"))
    sent = await bench.studio.tasks.generate(recipe(seed="sibling"))
    done = await bench.until_state(sent.id, "kept")
    await until_inquiry(bench, lost.id, Inquiry.ANSWERED)
    assert bench.latest(lost.id).state is TaskState.UNKNOWN
    assert done.remote_id not in [c.remote_id for c in doubt_of(bench, lost.id).candidates]


async def test_while_an_identical_click_is_on_its_way_nothing_is_decided(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "close": "before"}, {"endpoint": "Run", "slow": 1.0}])
    lost = await bench.studio.tasks.generate(recipe(seed="on its way"))
    sent = await bench.studio.tasks.generate(recipe(seed="on its way"))
    done = await bench.until_state(sent.id, "kept")
    await bench.until(lambda: (d := doubt_of(bench, lost.id)) and d.candidates == ())
    assert bench.latest(lost.id).state is TaskState.UNKNOWN
    assert bench.states(sent.id)[:3] == ["queued", "sending", "accepted"]
    assert done.remote_id


@pytest.mark.parametrize(
    "fault",
    [
        {"http": 404, "body": "Error parsing url."},
        {"error": {"code": 1, "message": "tool-not-accessible"}},
        {"raw": "<html>Sign in to the wireless network</html>"},
        {"garbage": True},
    ],
    ids=str,
)
async def test_without_a_list_the_person_decides_at_once(bench, recipe, sandbox, fault, seldom):
    sandbox.faults([LOST, {"endpoint": "Task/List", "times": 99, **fault}])
    task = await bench.studio.tasks.generate(recipe(seed=f"no list {fault}"))
    await bench.until_state(task.id, "unknown")
    bench.studio._pipeline.reconciler.ask_again()
    doubt = await until_inquiry(bench, task.id, Inquiry.NO_LIST)
    assert doubt.error is not None
    await bench.until(lambda: bench.latest(task.id).error.found == 0)
    sandbox.clear_faults()
    bench.studio.tasks.ask_again(task.id)
    await bench.until_state(task.id, "kept")


async def test_a_server_that_fails_for_a_while_is_asked_again(bench, recipe, sandbox):
    sandbox.faults([LOST, {"endpoint": "Task/List", "http": 503, "times": 2}])
    task = await bench.studio.tasks.generate(recipe(seed="fails for a while"))
    await bench.until_state(task.id, "kept")


async def test_a_server_that_never_answers_leaves_it_to_the_person(bench, recipe, sandbox):
    sandbox.faults([LOST, {"endpoint": "Task/List", "http": 503, "times": 99}])
    task = await bench.studio.tasks.generate(recipe(seed="never answers"))
    doubt = await until_inquiry(bench, task.id, Inquiry.UNANSWERED)
    assert doubt.error.http_status == 503
    assert bench.latest(task.id).state is TaskState.UNKNOWN


@pytest.mark.parametrize("omitted", ["parameters", "createtime"])
async def test_what_the_server_does_not_tell_is_never_guessed(
    benches, recipe, start_sandbox, environ, omitted
):
    other = start_sandbox()  # what it does not tell would leave the other tests in doubt
    bench = await benches(
        environ=environ
        | {
            "CARTOONMIX_API_URL": other.api,
            "CARTOONMIX_SOCKET_URL": other.socket,
            "CARTOONMIX_API_KEY": other.credentials.key,
            "CARTOONMIX_API_SECRET": other.credentials.secret,
        }
    )
    other.faults([LOST, {"endpoint": "task", "omit": [omitted]}])
    task = await bench.studio.tasks.generate(recipe())
    doubt = await until_inquiry(bench, task.id, Inquiry.ANSWERED)
    assert [candidate.exact for candidate in doubt.candidates] == [False]
    assert bench.latest(task.id).state is TaskState.UNKNOWN
    [own] = other.ledger()
    await bench.studio.tasks.adopt(task.id, own["id"])
    done = await bench.until_state(task.id, "kept")
    assert done.remote_id == own["id"]
    other.stop()


async def test_what_was_in_doubt_at_the_end_is_found_at_the_next_start(
    benches, recipe, sandbox, seldom
):
    first = await benches()
    sandbox.faults([LOST])
    task = await first.studio.tasks.generate(recipe(seed="restart"))
    await first.until_state(task.id, "unknown")
    await first.close()
    second = await benches()
    done = await second.until_state(task.id, "kept")
    assert done.remote_id == sandbox.ledger()[-1]["id"]


async def test_candidates_are_known_again_after_a_restart(benches, recipe, sandbox):
    first = await benches()
    request = recipe(seed="candidates")
    await made_on_the_web(first, request)
    sandbox.faults([LOST])
    task = await first.studio.tasks.generate(request)
    told = await until_inquiry(first, task.id, Inquiry.ANSWERED)
    await first.until(lambda: first.latest(task.id).error.found == 2)
    await first.close()
    second = await benches()
    doubt = await until_inquiry(second, task.id, Inquiry.ANSWERED)
    assert {c.remote_id for c in doubt.candidates} == {c.remote_id for c in told.candidates}
    assert (await second.studio.history.task(task.id)).error.found == 2


async def test_a_program_that_died_while_it_sent_finds_the_task(bench, recipe, sandbox):
    request = recipe(seed="killed while sending")
    account = bench.studio.accounts.name
    other = Owner(bench.locations.data / "runs")
    ledger = Ledger(bench.locations.data / "history.sqlite3")
    left = ledger.add(request, account, other.id, at=time.time(), uid="0" * 32)
    ledger.move(left.id, TaskState.SENDING, at=time.time(), owner=other.id)
    ledger.close()
    made = await made_on_the_web(bench, request)  # what the other process sent
    other.release()
    done = await bench.until_state(left.id, "kept")
    assert done.remote_id == made


async def test_when_the_server_is_back_it_is_asked(benches, recipe, sandbox, monkeypatch, seldom):
    monkeypatch.setattr("cartoonmix_desktop.services.sending.reachability._RECHECK", 0.1)
    bench = await benches()
    sandbox.faults([LOST])
    task = await bench.studio.tasks.generate(recipe(seed="back"))
    await bench.until_state(task.id, "unknown")
    sandbox.stop()
    bench.studio._pipeline.reachability.begin_anew()
    await bench.until(lambda: bench.studio._pipeline.reachability._online is False)
    sandbox.start()
    await bench.until_state(task.id, "kept")


async def test_another_key_is_not_asked(benches, recipe, sandbox, environ, seldom):
    first = await benches()
    sandbox.faults([LOST])
    task = await first.studio.tasks.generate(recipe(seed="another key"))
    await first.until_state(task.id, "unknown")
    await first.close()
    second = await benches(environ=environ | {"CARTOONMIX_API_KEY": "another"})
    await until_inquiry(second, task.id, Inquiry.OTHER_ACCOUNT)
    assert (await second.studio.history.task(task.id)).state is TaskState.UNKNOWN


async def test_nobody_signed_in_is_no_other_key(benches, recipe, sandbox, environ, seldom):
    first = await benches()
    sandbox.faults([LOST])
    task = await first.studio.tasks.generate(recipe(seed="signed out"))
    await first.until_state(task.id, "unknown")
    await first.close()
    keyless = {name: value for name, value in environ.items() if "KEY" not in name}
    second = await benches(environ=keyless)
    await until_inquiry(second, task.id, Inquiry.SIGNED_OUT)


async def test_what_the_person_has_set_aside_is_not_found_later(bench, recipe, sandbox, seldom):
    sandbox.faults([LOST])
    task = await bench.studio.tasks.generate(recipe(seed="set aside"))
    await bench.until_state(task.id, "unknown")
    await bench.studio.tasks.discard(task.id)
    assert bench.studio.tasks.doubt(task.id) is None
    bench.studio._pipeline.reconciler.ask_again()
    await bench.studio.history.state("nothing")
    assert bench.latest(task.id).state is TaskState.DISCARDED


async def test_a_list_that_does_not_reach_back_decides_nothing(bench, recipe, sandbox, monkeypatch):
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client

    async def young(*, start, limit, model):
        later = time.time() + 600
        listed = [
            RemoteTask(str(start + n), "", "task_start", created=later - 0.01 * (start + n))
            for n in range(limit)
        ]
        return TaskPage(listed, 100_000)

    monkeypatch.setattr(client, "list_page", young)
    sandbox.faults([LOST])
    task = await bench.studio.tasks.generate(recipe(seed="long ago"))
    await until_inquiry(bench, task.id, Inquiry.TOO_LONG_AGO)


async def test_a_task_is_found_among_hundreds_of_the_last_minute(
    bench, recipe, sandbox, monkeypatch
):
    """A list that begins half a minute before the click holds all that the click may have made."""
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    told = client.list_page

    async def busy(*, start, limit, model):
        ours = (await told(start=0, limit=limit, model=model)).tasks
        others = [
            RemoteTask(str(n), "", "task_start", created=time.time() - 20 - n) for n in range(400)
        ]
        return TaskPage([*ours, *others][start : start + limit], len(ours) + 400)

    monkeypatch.setattr(client, "list_page", busy)
    sandbox.faults([LOST])
    task = await bench.studio.tasks.generate(recipe(seed="busy"))
    await bench.until_state(task.id, "kept")


async def test_a_cause_that_was_recorded_survives(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "http": 503}])
    task = await bench.studio.tasks.generate(recipe(seed="cause"))
    await bench.until(lambda: (t := bench.latest(task.id)) and t.error and t.error.found == 0)
    error = bench.latest(task.id).error
    assert isinstance(error, OutcomeUnknown)
    assert "ServerFault" in error.cause
