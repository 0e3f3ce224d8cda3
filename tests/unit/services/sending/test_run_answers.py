"""Answers to Run that name a task in an odd way, or name another task."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.events import DoubtChanged, QueueChanged
from cartoonmix_desktop.services.sending import reconciling as reconciling_module
from cartoonmix_desktop.services.sending import sender as sender_module
from cartoonmix_desktop.storage.history.ledger import Ledger

pytestmark = pytest.mark.timeout(60)

ID = '"taskid": "{taskid}", "socketaccesstoken": "{token}"'


def answering(body, http=200, **headers):
    return {"endpoint": "Run", "answer": {"http": http, "body": body, "headers": headers}}


def no(code, more="", words="no"):
    return f'{{"result": false, "errors": [{{"code": {code}, "message": "{words}"}}], {more}}}'


ODD = {
    "429, yes": answering(f'{{"result": true, {ID}}}', 429, **{"Retry-After": "0"}),
    "400, 96": answering(no(96, ID), 400),
    "404, unknown model": answering(no(1, ID, "slug-owner-project-not-exist"), 404),
    "200, unknown model": answering(no(1, ID, "slug-owner-project-not-exist")),
    "401": answering(no(0, ID), 401),
    "402, 97": answering(no(97, ID), 402),
    "403": answering(f"{{{ID}}}", 403),
    "409": answering(no(409, ID), 409),
    "499": answering(f'{{"result": true, {ID}}}', 499),
    "503, wrapped": answering(f'{{"data": {{{ID}}}}}', 503),
    "200, a page": answering(f"<html>{{{ID}}}</html>"),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(reconciling_module, "_QUESTIONS", (0.05, 0.1, 0.2, 0.4))
    for name in ("_RATE_RETRY", "_LIMITED_RETRY"):
        monkeypatch.setattr(sender_module, name, 0.05)


def doubt_of(bench, task_id):
    told = [e.doubt for e in bench.told if isinstance(e, DoubtChanged) and e.task_id == task_id]
    return told[-1] if told else None


async def made_elsewhere(bench, request):
    """A task of the same account that this history knows nothing of."""
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    return (await client.run(request)).task_id


@pytest.mark.parametrize("name", ODD)
async def test_a_task_that_an_answer_names_is_taken_up_and_never_sent_again(
    bench, recipe, sandbox, name
):
    before = len(sandbox.ledger())
    sandbox.faults([ODD[name]])
    task = await bench.studio.tasks.generate(recipe(seed=f"odd {name}"))
    done = await bench.until_state(task.id, "kept")
    assert bench.states(task.id)[:4] == ["queued", "sending", "unknown", "accepted"]
    made = sandbox.ledger()[before:]
    assert [one["id"] for one in made] == [done.remote_id]
    assert done.error is None
    assert not [e for e in bench.told if isinstance(e, QueueChanged) and e.paused], "nothing to do"


async def test_what_was_named_is_found_where_the_server_lists_nothing(bench, recipe, sandbox):
    sandbox.faults([ODD["400, 96"], {"endpoint": "Task/List", "http": 404, "times": 99}])
    task = await bench.studio.tasks.generate(recipe(seed="no list"))
    done = await bench.until_state(task.id, "kept")
    assert done.remote_id == sandbox.ledger()[-1]["id"]


async def test_what_was_named_is_found_after_a_restart(benches, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(reconciling_module, "_QUESTIONS", (600.0,))
    first = await benches()
    down = {"http": 503, "times": 99}
    away = [{"endpoint": name, **down} for name in ("Task/Detail", "Task/List")]
    sandbox.faults([ODD["402, 97"], *away])
    task = await first.studio.tasks.generate(recipe(seed="named before"))
    await first.until_state(task.id, "unknown")
    await first.until(lambda: doubt_of(first, task.id).error)
    await first.close()
    sandbox.clear_faults()
    second = await benches()
    done = await second.until_state(task.id, "kept")
    assert done.remote_id == sandbox.ledger()[-1]["id"]


async def test_a_named_task_of_another_recipe_is_not_taken(bench, recipe, sandbox):
    strange = await made_elsewhere(bench, recipe(prompt="somebody's castle", seed="5"))
    body = no(96, f'"taskid": "{strange}"')
    sandbox.faults([{"endpoint": "Run", "http": 400, "body": body}])
    task = await bench.studio.tasks.generate(recipe(seed="not that one"))
    await bench.until(lambda: (d := doubt_of(bench, task.id)) and d.inquiry is Inquiry.ANSWERED)
    assert doubt_of(bench, task.id).candidates == ()
    assert bench.latest(task.id).state is TaskState.UNKNOWN
    assert bench.latest(task.id).error.named == strange
    assert bench.latest(task.id).outputs == ()


@pytest.mark.parametrize("tells", ["parameters", "createtime"])
async def test_a_named_task_of_which_little_is_told(benches, recipe, start_sandbox, environ, tells):
    other = start_sandbox()  # what it does not tell would leave the other tests in doubt
    address = {
        "CARTOONMIX_API_URL": other.api,
        "CARTOONMIX_SOCKET_URL": other.socket,
        "CARTOONMIX_API_KEY": other.credentials.key,
        "CARTOONMIX_API_SECRET": other.credentials.secret,
    }
    bench = await benches(environ=environ | address)
    omitted = {"parameters", "createtime"} - {tells}
    other.faults([ODD["409"], {"endpoint": "task", "omit": [*omitted]}])
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    assert [one["id"] for one in other.ledger()] == [done.remote_id]
    other.stop()


# --- the id of another task ----------------------------------------------------------------------


async def test_the_id_of_an_earlier_task_is_no_answer(bench, recipe, sandbox):
    first = await bench.studio.tasks.generate(recipe(prompt="the first of them", seed="1"))
    first = await bench.until_state(first.id, "kept")
    body = f'{{"result": true, "errors": [], "taskid": "{first.remote_id}"}}'
    before = len(sandbox.ledger())
    sandbox.faults([answering(body), answering(body)])
    tasks = [
        await bench.studio.tasks.generate(recipe(prompt="a second dragon", seed=str(seed)))
        for seed in (2, 3)
    ]
    done = [await bench.until_state(task.id, "kept") for task in tasks]
    made = sandbox.ledger()[before:]
    assert [task.remote_id for task in done] == [one["id"] for one in made]
    for task in tasks:
        assert bench.states(task.id)[:4] == ["queued", "sending", "unknown", "accepted"]
    pictures = {o.sha256 for task in (first, *done) for o in task.outputs}
    assert len(pictures) == 6


async def test_the_id_of_a_task_that_was_deleted_for_good_is_no_answer(bench, recipe, sandbox):
    first = await bench.studio.tasks.generate(recipe(seed="gone"))
    first = await bench.until_state(first.id, "kept")
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    pieces = await bench.studio.trash.put(Pieces((first.id,)))
    await bench.studio.trash.delete(pieces)
    assert not await bench.studio.history.tasks([first.id])
    sandbox.faults([answering(f'{{"result": true, "taskid": "{first.remote_id}"}}')])
    task = await bench.studio.tasks.generate(recipe(seed="gone", steps=21))
    done = await bench.until_state(task.id, "kept")
    assert done.remote_id == sandbox.ledger()[-1]["id"] != first.remote_id


async def test_somebody_elses_task_is_not_followed(bench, recipe, sandbox):
    strange = await made_elsewhere(bench, recipe(prompt="somebody's castle", seed="5"))
    before = len(sandbox.ledger())
    sandbox.faults([answering(f'{{"result": true, "taskid": "{strange}"}}')])
    task = await bench.studio.tasks.generate(recipe(prompt="our own dragon", seed="6"))
    done = await bench.until_state(task.id, "kept")
    assert bench.states(task.id)[:4] == ["queued", "sending", "accepted", "unknown"]
    assert [one["id"] for one in sandbox.ledger()[before:]] == [done.remote_id]
    assert all(len(e.task.outputs) in {0, 2} for e in bench.told if hasattr(e, "task"))
    fetched = {o.remote_id for o in done.outputs}
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    assert fetched == {o.id for o in (await client.detail(task_id=done.remote_id)).outputs}


async def test_a_server_that_trims_a_prompt_is_followed(bench, recipe, sandbox):
    told = recipe(prompt="  a fox,\nin a RED scarf  ", width=70).body() | {
        "prompt": "a fox, in a red scarf",
        "width": "72",
        "height": 64.0,
    }
    sandbox.faults([{"endpoint": "task", "tell": {"parameters": json.dumps(told)}}])
    task = await bench.studio.tasks.generate(recipe(prompt="  a fox,\nin a RED scarf  ", width=70))
    await bench.until_state(task.id, "kept")
    assert "unknown" not in bench.states(task.id)


def test_an_id_is_accepted_once(tmp_path, recipe):
    ledgers = [Ledger(tmp_path / "history.sqlite3") for _ in range(2)]
    tasks = []
    for number, ledger in enumerate(ledgers):
        task = ledger.add(recipe(), "wiro", "me", at=1.0, uid=f"{number:032}")
        ledger.move(task.id, TaskState.SENDING, at=2.0)
        tasks.append(task)
    first, second = (
        ledger.accept(task.id, "2221", "t", at=3.0, owner="me")
        for ledger, task in zip(ledgers, tasks, strict=True)
    )
    assert (first.state, first.remote_id, first.token) == (TaskState.ACCEPTED, "2221", "t")
    assert (second.state, second.remote_id, second.token) == (TaskState.UNKNOWN, "", "")
    assert second.error.named == ""
    again = ledgers[1].accept(first.id, "2221", "t", at=4.0, owner="me")
    assert again == first, "said twice, and recorded once"
    with pytest.raises(ValueError, match="cannot go"):
        ledgers[0].accept(first.id, "2222", "t", at=4.0, owner="me")
    for ledger in ledgers:
        ledger.close()


def test_an_id_is_accepted_once_however_many_take_it_at_the_same_time(tmp_path, recipe):
    path = tmp_path / "history.sqlite3"
    ledgers = [Ledger(path) for _ in range(6)]
    tasks = [
        ledger.add(recipe(), "wiro", "me", at=1.0, uid=f"{number:032}")
        for number, ledger in enumerate(ledgers)
    ]
    for ledger, task in zip(ledgers, tasks, strict=True):
        ledger.move(task.id, TaskState.SENDING, at=2.0)
    ready = threading.Barrier(len(ledgers))

    def accept(ledger, task):
        ready.wait()
        return ledger.accept(task.id, "2221", "t", at=3.0, owner="me").state

    with ThreadPoolExecutor(len(ledgers)) as pool:
        states = list(pool.map(accept, ledgers, tasks))
    assert Counter(states) == {TaskState.ACCEPTED: 1, TaskState.UNKNOWN: len(ledgers) - 1}
    for ledger in ledgers:
        ledger.close()


# --- taken back while it is refused --------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal",
    [
        {"http": 429, "headers": {"Retry-After": "600"}},
        {"error": {"code": 96, "message": "limit"}},
        {"error": {"code": 97, "message": "balance"}},
    ],
    ids=["429", "96", "97"],
)
async def test_a_task_that_is_taken_back_while_its_run_is_refused_is_never_sent(
    bench, recipe, sandbox, monkeypatch, refusal
):
    monkeypatch.setattr(sender_module, "_LIMITED_RETRY", 600.0)  # it is over now, not by then
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", **refusal}])
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    run, sending, cancelled = client.run, asyncio.Event(), asyncio.Event()

    async def slow(request):
        sending.set()
        await cancelled.wait()
        return await run(request)

    client.run = slow
    task = await bench.studio.tasks.generate(recipe(seed="taken back"))
    await sending.wait()
    await bench.studio.tasks.cancel(task.id)
    cancelled.set()
    await bench.until_state(task.id, "cancelled")
    await bench.studio.tasks.resume()
    next_one = await bench.studio.tasks.generate(recipe(seed="the next one"))
    await bench.until_state(next_one.id, "kept")
    assert bench.states(task.id) == ["queued", "sending", "queued", "cancelled"]
    assert len(sandbox.ledger()) == before + 1


async def test_a_task_that_is_taken_back_just_after_it_was_refused_is_taken_out(
    bench, recipe, sandbox, monkeypatch
):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", "error": {"code": 97, "message": "balance"}}])
    set_state = bench.studio.history.set_state
    pausing, free = asyncio.Event(), asyncio.Event()

    async def slow(*fact):
        pausing.set()
        await free.wait()
        await set_state(*fact)

    monkeypatch.setattr(bench.studio.history, "set_state", slow)
    task = await bench.studio.tasks.generate(recipe(seed="just after"))
    await pausing.wait()
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "removed")
    free.set()
    await bench.until(lambda: bench.studio.sender.paused)
    await bench.studio.tasks.resume()
    next_one = await bench.studio.tasks.generate(recipe(seed="after that"))
    await bench.until_state(next_one.id, "kept")
    assert bench.states(task.id) == ["queued", "sending", "queued", "removed"]
    assert len(sandbox.ledger()) == before + 1
