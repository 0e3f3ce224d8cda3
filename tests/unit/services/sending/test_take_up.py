"""What an account made elsewhere: listed, shown, taken up once, and never sent."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from cartoonmix_desktop.core.errors import AuthenticationRefused, Unreachable
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.maker import Whose
from cartoonmix_desktop.core.task.remote import RemoteOutput
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.events import AccountKind, QueueChanged
from cartoonmix_desktop.services.sending import reconciling, take_up
from tests.unit.services.conftest import Bench

pytestmark = pytest.mark.timeout(90)

DAY = 86_400.0
ADA = {"userid": "8", "username": "Ada", "projectid": "7"}


@pytest.fixture
def sandbox(start_sandbox):
    made = start_sandbox(speed=100)
    yield made
    made.stop()


def past(seed, age=60.0, samples=1, **fault):
    prompt = {"prompt": f"made elsewhere {seed}", "seed": str(seed), "samples": samples}
    return {"parameters": prompt | {"width": 64, "height": 64}, "age": age, "fault": fault}


async def look(bench, since=0.0, until=None):
    """What was found, and the listing in the end."""
    found = []
    listing = await bench.studio.take_up.look(
        since, time.time() + 60 if until is None else until, lambda _listing, new: found.extend(new)
    )
    return found, listing


async def take(bench, found, listing):
    """The tasks that were taken up, once all of them rest."""
    ids = await bench.studio.take_up.take(found, listing.account)
    await bench.until(lambda: all((t := bench.latest(one)) and t.at_rest for one in ids))
    return await bench.studio.history.tasks(ids)


async def test_what_was_made_elsewhere_is_listed_and_taken_up(bench, recipe, sandbox):
    sandbox.make_past(past("old", 40 * DAY), past("new", 2 * DAY, samples=2))
    own = await bench.studio.tasks.generate(recipe())
    await bench.until_state(own.id, "kept")
    spent = await spent_since(bench, 0)
    found, listing = await look(bench)
    assert (listing.listed, listing.known, listing.whole) == (3, 1, True)
    assert [one.request["seed"] for one in found] == ["new", "old"]
    assert [len(one.remote.outputs) for one in found] == [2, 1]

    before = len(sandbox.ledger())
    new, old = await take(bench, found, listing)
    assert new.state is old.state is TaskState.KEPT
    assert (new.elsewhere, old.elsewhere) == (True, True)
    assert new.request.prompt == "made elsewhere new"
    assert new.request.values["width"] == 64
    assert new.request.model == own.request.model
    assert [o.state for o in new.outputs] == [OutputState.KEPT] * 2
    assert all(bench.studio.library.path(o).stat().st_size == o.size for o in new.outputs)
    assert new.created_at == pytest.approx(time.time() - 2 * DAY, abs=30)
    assert old.created_at == pytest.approx(time.time() - 40 * DAY, abs=30)
    assert new.cost == old.cost == Decimal("0.000585")
    assert await spent_since(bench, 0) == spent + new.cost + old.cost
    assert await spent_since(bench, time.time() - DAY) == spent  # by the day they were made
    assert len(sandbox.ledger()) == before, "something was sent"
    for query, ids in (("is:made-elsewhere", [new.id, old.id]), ("-is:made-elsewhere", [own.id])):
        result = await bench.studio.history.ids(Query(query))
        assert sorted(result.ids) == sorted(ids), query


async def spent_since(bench, moment):
    return await bench.studio.history.read_ledger(
        lambda ledger: ledger.spent_since(moment, without_account="sandbox")
    )


async def test_nothing_is_taken_up_twice(bench, sandbox):
    sandbox.make_past(past("once"), past("deleted"))
    found, listing = await look(bench)
    both = await asyncio.gather(
        *(bench.studio.take_up.take(found, listing.account) for _ in range(2))
    )
    assert sorted(map(len, both)) == [0, 2]
    ids = max(both, key=len)
    await bench.until(lambda: all((t := bench.latest(one)) and t.at_rest for one in ids))
    assert await look(bench) == ([], take_up.Listing(listing.account, 2, 2, whole=True))
    # Not even what was deleted for good.
    deleted = await bench.studio.trash.put(Pieces(tasks=tuple(ids[:1])))
    await bench.studio.trash.delete(deleted)
    assert (await look(bench))[1].known == 2
    assert await bench.studio.take_up.take(found, listing.account) == []


async def test_a_span_of_days_is_all_that_is_read(bench, sandbox, monkeypatch):
    sandbox.make_past(*(past(n, (12 - n) * DAY) for n in range(12)))
    monkeypatch.setattr(take_up, "_PAGE", 4)
    asked = await watch(bench, monkeypatch)
    now = time.time()
    found, listing = await look(bench, now - 3.5 * DAY, now - 1.5 * DAY)
    assert [one.request["seed"] for one in found] == ["10", "9"]
    assert (listing.listed, listing.whole) == (2, True)
    assert len(asked) == 1, "what is older was read as well"


async def watch(bench, monkeypatch):
    """The questions for pages that the client is asked from now on."""
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    asked, list_page = [], client.list_page

    async def listed(**question):
        asked.append(question)
        return await list_page(**question)

    monkeypatch.setattr(client, "list_page", listed)
    return asked


async def test_250_tasks_in_pages(bench, sandbox, monkeypatch):
    sandbox.make_past(*(past(n, 300 - n) for n in range(250)))
    asked = await watch(bench, monkeypatch)
    found, listing = await look(bench)
    assert [question["start"] for question in asked] == [0, 99, 198]
    assert [one.request["seed"] for one in found] == [str(n) for n in reversed(range(250))]
    assert listing.whole
    tasks = await take(bench, found[::20], listing)
    assert {task.state for task in tasks} == {TaskState.KEPT}
    assert len({task.outputs[0].sha256 for task in tasks}) == 13
    assert len((await look(bench))[0]) == 237
    # Nothing of it was told as running, which would look like money being spent.
    assert max(e.running for e in bench.told if isinstance(e, QueueChanged)) == 0


@pytest.mark.parametrize(
    ("rule", "count", "whole"),
    [
        ({"ignore": ["order"]}, 9, True),
        ({"ignore": ["start"]}, 4, False),
        ({"ignore": ["total"]}, 9, True),
        ({"ignore": ["start", "total"]}, 4, False),
        ({"ignore": ["order", "total"], "most": 2}, 9, True),
        ({"most": 3}, 9, True),
        ({"ignore": ["modelName"]}, 9, True),
    ],
    ids=str,
)
async def test_a_server_that_passes_over_parts_of_the_question(
    bench, sandbox, monkeypatch, rule, count, whole
):
    other = {"modelslugowner": "wiro", "modelslugproject": "flux-2-dev"}
    for n in range(9):
        sandbox.make_past(past(n, 3 * (90 - n)))
        sandbox.make_past(past(f"of another model {n}", 3 * (90 - n), tell=other))
    monkeypatch.setattr(take_up, "_PAGE", 4 if "modelName" not in str(rule) else 100)
    sandbox.faults([{"endpoint": "list", "times": 99, **rule}])
    found, listing = await look(bench, time.time() - 3 * DAY)
    assert len(found) == len({one.remote.id for one in found}) == count
    assert listing.whole is whole
    assert not any("another model" in one.request.prompt for one in found)


async def test_a_model_under_another_name(bench, sandbox):
    clean = {"modelslugowner": "futurist", "modelslugproject": "cartoonmix-v1-0"}
    sandbox.make_past(past("clean", tell=clean))
    (found,), _listing = await look(bench)
    assert found.request["seed"] == "clean"
    # A server that knows no part of it lists all there is.
    sandbox.make_past(*(past(n, tell={"modelslugproject": "598"}) for n in range(2)))
    assert len((await look(bench))[0]) == 1


async def test_a_server_that_tells_no_model_or_no_recipe(bench, sandbox):
    untold = {"omit": ["modelslugowner", "modelslugproject"]}
    sandbox.make_past(
        past("told"),
        past("no model", **untold),
        past("other inputs", **untold, tell={"parameters": {"inputImage": "x"}}),
        past("no recipe", tell={"parameters": {}, "createtime": "0"}),
        past("odd", tell={"parameters": '{"prompt": "a\\u202ecat", "steps": [], "x": 1}'}),
    )
    found, listing = await look(bench, time.time() - DAY)
    prompts = {one.request.prompt for one in found}
    assert prompts == {"made elsewhere told", "made elsewhere no model", "", "acat"}
    nameless = next(one for one in found if not one.request.prompt)
    assert nameless.created is None
    tasks = await take(bench, found, listing)
    assert {task.state for task in tasks} == {TaskState.KEPT}
    assert all(task.created_at <= time.time() for task in tasks)


async def test_team_mates_are_told_apart(bench, recipe, sandbox):
    sandbox.make_past(past("hers", tell=ADA), past("ours"), past("nobody's", omit=["projectid"]))
    found, _listing = await look(bench)
    assert {one.whose for one in found} == {Whose.UNTOLD}  # nothing was made here yet
    own = await bench.studio.tasks.generate(recipe())
    await bench.until_state(own.id, "kept")
    told = {one.request["seed"]: one.whose for one in (await look(bench))[0]}
    assert told == {"hers": Whose.ANOTHERS, "ours": Whose.OURS, "nobody's": Whose.UNTOLD}


async def test_who_we_are_is_not_learnt_from_what_was_taken_up(bench, sandbox):
    sandbox.make_past(past("hers", tell=ADA))
    await take(bench, *await look(bench))
    sandbox.make_past(past("hers too", tell=ADA))
    assert [one.whose for one in (await look(bench))[0]] == [Whose.UNTOLD]


async def test_our_newest_task_is_asked_about_when_none_is_listed(
    bench, recipe, sandbox, monkeypatch
):
    own = await bench.studio.tasks.generate(recipe())
    await bench.until_state(own.id, "kept")
    monkeypatch.setattr(take_up, "_PAGE", 1)
    sandbox.make_past(past("ours"), past("hers", tell=ADA))
    told = [one.whose for one in (await look(bench, time.time() - DAY))[0]]
    assert told == [Whose.ANOTHERS, Whose.OURS]


async def test_what_may_be_a_lost_task_of_ours_is_not_offered(bench, recipe, sandbox, monkeypatch):
    """Taken up, it would be missed where it was lost, and perhaps be sent once more."""
    monkeypatch.setattr(reconciling, "_QUESTIONS", (600.0,))
    sandbox.make_past(past("another"))
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    lost = await bench.studio.tasks.generate(recipe(seed="lost"))
    await bench.until_state(lost.id, "unknown")
    found, listing = await look(bench)
    assert [one.request["seed"] for one in found] == ["another"]
    assert (listing.listed, listing.known) == (2, 1)
    # Named by the answer, and told in another way than it was sent.
    sandbox.faults(
        [
            {"endpoint": "task", "tell": {"parameters": {"prompt": "told otherwise"}}},
            {"endpoint": "Run", "answer": {"http": 503, "body": '{"taskid": "{taskid}"}'}},
            {"endpoint": "Task/Detail", "http": 503, "times": 99},
        ]
    )
    named = await bench.studio.tasks.generate(recipe(seed="named"))
    await bench.until_state(named.id, "unknown")
    assert [one.request["seed"] for one in (await look(bench))[0]] == ["another"]


async def test_what_is_being_sent_is_not_offered(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "slow": 1.0}])
    sent = await bench.studio.tasks.generate(recipe(seed="on its way"))
    async with asyncio.timeout(10):
        while not sandbox.ledger():  # noqa: ASYNC110  another process
            await asyncio.sleep(0.02)
    assert bench.latest(sent.id).state is TaskState.SENDING
    assert (await look(bench))[0] == []
    await bench.until_state(sent.id, "kept")


async def test_what_runs_elsewhere_is_followed_to_its_end(bench, recipe, sandbox):
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    sandbox.faults([{"endpoint": "task", "tell": {"parameters": {"prompt": "wholly other words"}}}])
    await client.run(recipe(samples=4, steps=150, width=512, height=512))
    found, listing = await look(bench)
    assert found[0].remote.verdict is None
    (task,) = await take(bench, found, listing)
    assert task.state is TaskState.KEPT
    assert len(task.outputs) == 4
    assert bench.states(task.id)[-1] == "kept"
    assert len(sandbox.ledger()) == 1


async def test_what_failed_elsewhere_is_taken_up_with_its_charge(bench, sandbox):
    sandbox.make_past(
        past("failed", fail="CUDA out of memory", costs=[[0, "0.25"]]),
        past("late", costs=[[0, None]]),
    )
    found, listing = await look(bench)
    late, failed = await take(bench, found, listing)
    assert (failed.state, failed.cost) == (TaskState.FAILED, Decimal("0.25"))
    assert failed.error.server_message == "CUDA out of memory"
    assert (late.state, late.cost) == (TaskState.KEPT, None)
    # Nothing but a new task is made of it, if the person wants that.
    before = len(sandbox.ledger())
    for state in (TaskState.QUEUED, TaskState.SENDING):
        with pytest.raises(ValueError, match="cannot go"):
            await bench.studio.history.move(failed.id, state)
    await bench.studio.tasks.retry([late.id])
    assert len(sandbox.ledger()) == before


async def test_quit_amid_taking_up(benches, sandbox):
    sandbox.make_past(*(past(n, 100 - n) for n in range(20)))
    bench = await benches()
    sandbox.faults([{"endpoint": "files", "slow": 0.2, "times": 99}])
    found, listing = await look(bench)
    ids = await bench.studio.take_up.take(found, listing.account)
    await bench.until(lambda: any((t := bench.latest(one)) and t.at_rest for one in ids))
    await bench.close()
    sandbox.clear_faults()
    again = await benches()
    await until_all_kept(again, 20)
    assert (await look(again))[0] == []


@pytest.mark.parametrize("step", [1, 2, 9, 26])
async def test_killed_amid_taking_up(benches, sandbox, environ, tmp_path, step):
    """Killed before its Nth write to the disk, and finished at the next start."""
    sandbox.make_past(*(past(n, 100 - n) for n in range(6)))
    home = tmp_path / "cartoonmix"
    script = Path(__file__).with_name("take_up_killed.py")
    killed = [sys.executable, str(script), str(home), str(step)]
    process = await asyncio.create_subprocess_exec(*killed, env={**os.environ, **environ})
    assert await process.wait() == 9
    bench = await benches()
    found, listing = await look(bench)
    assert len(found) in {0, 6}, "a part was taken up"
    if found:
        await bench.studio.take_up.take(found, listing.account)
    await until_all_kept(bench, 6)
    files = list(bench.studio.library.root.rglob("*.png"))
    assert len(files) == 6
    assert len(sandbox.ledger()) == 6


async def until_all_kept(bench, count):
    async def kept():
        ids = (await bench.studio.history.ids(Query("is:finished is:made-elsewhere"))).ids
        return len(ids) == count

    async with asyncio.timeout(20):
        while not await kept():  # noqa: ASYNC110  asked of the disk
            await asyncio.sleep(0.05)
    assert len((await bench.studio.history.ids()).ids) == count


async def test_a_picture_that_is_gone_is_told_as_such(bench, sandbox):
    sandbox.make_past(past("gone"), past("here"))
    sandbox.faults([{"endpoint": "files", "match": "/0.png", "http": 410, "times": 3}])
    found, listing = await look(bench)
    tasks = await take(bench, found[:1], listing)
    assert [o.state for o in tasks[0].outputs] == [OutputState.BROKEN]


# --- shown before it is taken ------------------------------------------------------------------


async def test_pictures_are_shown_beforehand(bench, sandbox):
    sandbox.make_past(past("shown"))
    (found,), listing = await look(bench)
    small = await bench.studio.take_up.preview(listing.account, found.remote.outputs[0])
    assert small is not None
    assert small.startswith(b"\xff\xd8\xff")
    assert (await bench.studio.history.ids()).ids.tolist() == []


@pytest.mark.parametrize(
    "fault",
    [{"garbage": True}, {"http": 404}, {"truncate": 9}, {"redirect": "http://127.0.0.1:1/x.png"}],
    ids=str,
)
async def test_what_cannot_be_shown_is_no_error(bench, sandbox, fault):
    sandbox.make_past(past("not shown"))
    (found,), listing = await look(bench)
    sandbox.faults([{"endpoint": "files", **fault}])
    assert await bench.studio.take_up.preview(listing.account, found.remote.outputs[0]) is None


async def test_previews_are_bounded(bench, sandbox, monkeypatch):
    sandbox.make_past(past("bounded", samples=2))
    (found,), listing = await look(bench)
    first, second = found.remote.outputs
    connection = await bench.studio.accounts.connection(listing.account)
    async with connection.pictures.open(first) as download:
        size = download.total
    preview = bench.studio.take_up.preview
    # What is told to be large is not asked for, and what proves to be is not read to its end.
    large = RemoteOutput(first.id, first.name, first.url, 9 * 1024**2)
    assert await preview(listing.account, large) is None
    monkeypatch.setattr(take_up, "_PREVIEW", size - 1)
    assert await preview(listing.account, first) is None
    monkeypatch.undo()
    monkeypatch.setattr(take_up, "_PREVIEWS", size)
    await look(bench)
    assert await preview(listing.account, first) is None  # the last that was allowed
    assert await preview(listing.account, second) is None
    foreign = RemoteOutput("1", "0.png", "http://192.0.2.1/0.png", 9)
    monkeypatch.undo()
    await look(bench)
    assert await preview(listing.account, foreign) is None


# --- nobody answers ----------------------------------------------------------------------------


async def test_offline(bench, sandbox, monkeypatch):
    sandbox.make_past(*(past(n) for n in range(6)))
    found, listing = await look(bench)
    sandbox.stop()
    with pytest.raises(Unreachable):
        await look(bench)
    ids = await bench.studio.take_up.take(found, listing.account)  # waits for the server
    assert len(ids) == 6
    sandbox.start()
    await until_all_kept(bench, 6)


async def test_refused(bench, sandbox):
    sandbox.faults([{"endpoint": "Task/List", "http": 401, "body": "", "times": 9}])
    with pytest.raises(AuthenticationRefused):
        await look(bench)


async def test_signed_out(bench, sandbox):
    sandbox.make_past(past("of an account that is no longer in use"))
    found, listing = await look(bench)
    await bench.studio.accounts.remove()
    assert await bench.studio.take_up.preview(listing.account, found[0].remote.outputs[0]) is None
    assert await look(bench) == ([], take_up.Listing("sandbox", whole=True))


async def test_the_sandbox_lists_its_own(tmp_path, recipe):
    bench = Bench(tmp_path / "sand", {}, only=AccountKind.SANDBOX)
    await bench.begin()
    try:
        client = (await bench.studio.accounts.connection("sandbox")).client
        await client.run(recipe(samples=1, steps=1))
        found, listing = await look(bench)
        assert (listing.account, len(found)) == ("sandbox", 1)
        (task,) = await take(bench, found, listing)
        assert task.is_sandbox
        assert await spent_since(bench, 0) == 0
    finally:
        await bench.close()
