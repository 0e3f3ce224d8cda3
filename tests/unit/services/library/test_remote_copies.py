"""Wiro's copies are deleted only when every picture is safe here."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.errors import CopyUncertain, ServerFault, StillAtWork
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.wording.tasks.actions import can_delete_remote


async def kept(bench, recipe):
    task = await bench.studio.tasks.generate(recipe())
    return await bench.until_state(task.id, "kept")


async def test_once_every_picture_is_compared_the_servers_are_deleted(bench, recipe, sandbox):
    task = await kept(bench, recipe)
    deleted = await bench.studio.remote_copies.delete(task.id)
    assert deleted.remote_deleted_at is not None
    assert (await bench.studio.history.task(task.id)) == deleted
    assert bench.latest(task.id) == deleted
    client = (await bench.studio.accounts.connection(task.account)).client
    assert (await client.detail(task_id=task.remote_id)).outputs == ()
    assert await bench.studio.library.missing(deleted) == []
    await bench.studio.remote_copies.delete(task.id)  # a lost answer: asked once more


@pytest.mark.parametrize("harm", ["missing", "changed", "broken"])
async def test_a_picture_that_is_not_safe_keeps_all_at_the_server(bench, recipe, sandbox, harm):
    task = await kept(bench, recipe)
    path = bench.studio.library.path(task.outputs[1])
    if harm == "missing":
        path.unlink()
    elif harm == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    else:
        await bench.studio.history.break_output(task.outputs[1], CopyUncertain())
    with pytest.raises(CopyUncertain) as caught:
        await bench.studio.remote_copies.delete(task.id)
    assert caught.value.picture == 2
    assert (await bench.studio.history.task(task.id)).remote_deleted_at is None
    client = (await bench.studio.accounts.connection(task.account)).client
    assert len((await client.detail(task_id=task.remote_id)).outputs) == 2


async def test_a_token_of_two_tasks_deletes_neithers_copies(bench, recipe, sandbox):
    first, second = await kept(bench, recipe), await kept(bench, recipe)
    await bench.studio.history.update(second.id, token=first.token)
    for task in (first, second):
        with pytest.raises(CopyUncertain) as caught:
            await bench.studio.remote_copies.delete(task.id)
        assert caught.value.reason == "token"
        client = (await bench.studio.accounts.connection(task.account)).client
        assert len((await client.detail(task_id=task.remote_id)).outputs) == 2


async def test_pictures_in_the_trash_count_and_those_deleted_for_good_do_not(bench, recipe):
    task = await kept(bench, recipe)
    trash = bench.studio.trash
    first, second = task.outputs
    await trash.put(Pieces(pictures=(first.id,)))
    await trash.delete(Pieces(pictures=(first.id,)))
    await trash.put(Pieces(tasks=(task.id,)))
    thrown = await bench.studio.history.task(task.id)
    bench.studio.library.path(thrown.outputs[0]).rename(bench.home / "away.png")
    with pytest.raises(CopyUncertain) as caught:
        await bench.studio.remote_copies.delete(task.id)
    assert caught.value.picture == second.position + 1
    (bench.home / "away.png").rename(bench.studio.library.path(thrown.outputs[0]))
    deleted = await bench.studio.remote_copies.delete(task.id)
    assert deleted.remote_deleted_at is not None


async def test_when_the_server_fails_nothing_is_recorded(bench, recipe, sandbox):
    task = await kept(bench, recipe)
    sandbox.faults([{"endpoint": "Task/InputOutputDelete", "http": 500}])
    with pytest.raises(ServerFault):
        await bench.studio.remote_copies.delete(task.id)
    assert (await bench.studio.history.task(task.id)).remote_deleted_at is None


async def test_what_may_still_be_listed_keeps_all_at_the_server(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "task", "outputs_after": [0, 99]}])
    task = await kept(bench, recipe)
    assert task.is_owed(Owed.MORE)
    assert not can_delete_remote(task)
    with pytest.raises(StillAtWork):
        await bench.studio.remote_copies.delete(task.id)
    client = (await bench.studio.accounts.connection(task.account)).client
    assert len((await client.detail(task_id=task.remote_id)).outputs) == 1
