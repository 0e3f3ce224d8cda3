"""Generate pressed twice: the same pictures are not paid for again without a question."""

from __future__ import annotations

import asyncio

import pytest

from cartoonmix_desktop.core.task.task import TaskState

pytestmark = pytest.mark.timeout(60)


async def test_the_same_is_not_sent_again_while_it_is_made_or_kept(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    ask = bench.studio.tasks.generate_unless_same
    request = recipe(seed="7")
    assert await ask(request) is None
    same = await ask(request)
    assert same is not None
    await bench.until_state(same.id, "kept")
    assert (await ask(request)).state is TaskState.KEPT
    assert await ask(recipe(seed="8")) is None
    await bench.until_state(same.id + 1, "kept")
    assert len(sandbox.ledger()) == before + 2
    again = await bench.studio.tasks.generate(request)  # who says so has it again
    await bench.until_state(again.id, "kept")
    assert (await ask(request)).id == again.id


async def test_presses_at_the_same_moment_store_one(bench, recipe):
    await bench.studio.sender.hold()
    request = recipe(seed="7")
    asks = [bench.studio.tasks.generate_unless_same(request) for _ in range(5)]
    told = await asyncio.gather(*asks)
    assert [same is None for same in told] == [True, *[False] * 4]
    assert len(bench.studio.sender.pending.tasks) == 1


async def test_one_of_several_that_are_being_stored_counts(bench, recipe):
    await bench.studio.sender.hold()
    requests = [recipe(seed=str(n)) for n in range(3)]
    _, same = await asyncio.gather(
        bench.studio.tasks.generate_several(requests),
        bench.studio.tasks.generate_unless_same(requests[1]),
    )
    assert same is not None
    assert len(bench.studio.sender.pending.tasks) == 3


async def test_what_was_taken_out_of_the_queue_may_be_asked_for_again(bench, recipe):
    await bench.studio.sender.hold()
    request = recipe(seed="7")
    [task] = await bench.studio.tasks.generate_several([request])
    await bench.studio.sender.pending.remove([task.id])
    assert await bench.studio.tasks.generate_unless_same(request) is None
