"""A lost answer, and tasks of the server that name who made them: only ours are taken for ours."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import DoubtChanged
from cartoonmix_desktop.services.sending import reconciling

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(reconciling, "_QUESTIONS", (0.05, 0.1, 0.2, 0.4))


@pytest.fixture
def sandbox(start_sandbox):
    made = start_sandbox()
    yield made
    made.stop()


def doubt_of(bench, task_id):
    told = [e.doubt for e in bench.told if isinstance(e, DoubtChanged) and e.task_id == task_id]
    return told[-1] if told else None


async def until_decided(bench, task_id):
    return await bench.until(
        lambda: (d := doubt_of(bench, task_id)) and d.inquiry is Inquiry.ANSWERED and d
    )


async def made_on_the_web(bench, request):
    """The same recipe run with the same key, not by this program."""
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    return (await client.run(request)).task_id


async def test_another_members_task_is_a_candidate_and_never_taken(bench, recipe, sandbox):
    """All of it fits, but it names another project than what was sent from here."""
    known = await bench.studio.tasks.generate(recipe(seed="known"))
    await bench.until_state(known.id, "kept")
    request = recipe(seed="of a team mate")
    sandbox.faults([{"endpoint": "task", "tell": {"projectid": "7", "userid": "8"}}])
    theirs = await made_on_the_web(bench, request)
    sandbox.faults([{"endpoint": "Run", "close": "before"}])
    task = await bench.studio.tasks.generate(request)
    doubt = await until_decided(bench, task.id)
    assert [(c.remote_id, c.exact, c.anothers) for c in doubt.candidates] == [(theirs, True, True)]
    assert bench.latest(task.id).state is TaskState.UNKNOWN
    await bench.studio.tasks.adopt(task.id, theirs)  # the person may know better
    assert (await bench.until_state(task.id, "kept")).remote_id == theirs


async def test_another_members_task_does_not_stand_in_the_way(bench, recipe, sandbox):
    known = await bench.studio.tasks.generate(recipe(seed="known too"))
    await bench.until_state(known.id, "kept")
    request = recipe(seed="of a team mate, and ours")
    sandbox.faults([{"endpoint": "task", "tell": {"projectid": "7"}}])
    theirs = await made_on_the_web(bench, request)
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    task = await bench.studio.tasks.generate(request)
    assert (await bench.until_state(task.id, "kept")).remote_id not in {"", theirs}


async def test_of_several_members_none_is_taken_while_nobody_knows_who_we_are(
    bench, recipe, sandbox
):
    request = recipe(seed="who are we")
    sandbox.faults([{"endpoint": "task", "tell": {"projectid": "7"}}])
    await made_on_the_web(bench, recipe(seed="another's"))
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    task = await bench.studio.tasks.generate(request)
    doubt = await until_decided(bench, task.id)
    assert [c.anothers for c in doubt.candidates] == [True]


async def test_a_task_that_is_named_and_names_another_member_is_not_taken(bench, recipe, sandbox):
    known = await bench.studio.tasks.generate(recipe(seed="known as well"))
    await bench.until_state(known.id, "kept")
    request = recipe(seed="named, of another")
    sandbox.faults([{"endpoint": "task", "tell": {"projectid": "7"}}])
    theirs = await made_on_the_web(bench, request)
    body = f'{{"result": false, "errors": [], "taskid": "{theirs}"}}'
    sandbox.faults([{"endpoint": "Run", "raw": body}])
    task = await bench.studio.tasks.generate(request)
    doubt = await bench.until(lambda: (d := doubt_of(bench, task.id)) and d.candidates and d)
    assert [(c.remote_id, c.anothers) for c in doubt.candidates] == [(theirs, True)]
    assert bench.latest(task.id).state is TaskState.UNKNOWN
