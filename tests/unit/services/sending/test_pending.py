"""What a person does with what waits: nothing lost, nothing sent twice, the same after any end."""

from __future__ import annotations

import asyncio

import pytest

from cartoonmix_desktop.core.errors import DiskFull, Unreachable
from cartoonmix_desktop.core.search.query import EVERYTHING, Query
from cartoonmix_desktop.core.task.batch import several
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import PendingChanged, QueueChanged, TaskChanged
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.queue_order import QueueOrder

pytestmark = pytest.mark.timeout(60)


def queue(bench):
    return next(e for e in reversed(bench.told) if isinstance(e, QueueChanged))


def line(bench):
    """Who waits, as it was last told."""
    told = next((e for e in reversed(bench.told) if isinstance(e, PendingChanged)), None)
    return [task.id for task in told.tasks] if told else []


async def five(bench, recipe):
    """A held queue with five tasks."""
    await bench.studio.sender.hold()
    made = await bench.studio.tasks.generate_several(
        several(recipe(seed="7"), 5, new_each_time=False)
    )
    return [task.id for task in made]


def seeds(sandbox, since):
    return [entry["parameters"]["seed"] for entry in sandbox.ledger()[since:]]


async def test_several_are_stored_at_once_and_sent_in_order(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    ids = await five(bench, recipe)
    assert line(bench) == ids
    assert (queue(bench).waiting, queue(bench).held) == (5, True)
    assert len(sandbox.ledger()) == before
    await bench.studio.tasks.resume()
    for task_id in ids:
        await bench.until_state(task_id, "kept")
    assert seeds(sandbox, before) == ["7", "8", "9", "10", "11"]


async def test_a_pause_and_the_order_hold_after_the_next_start(benches, recipe, sandbox):
    first = await benches()
    before = len(sandbox.ledger())
    a, b, c, d, e = await five(first, recipe)
    await first.studio.sender.pending.to_front([e])
    await first.studio.sender.pending.arrange([a], before=d)
    assert line(first) == [e, b, c, a, d]
    await first.close()
    second = await benches()
    await second.until(lambda: line(second) == [e, b, c, a, d])
    assert queue(second).held
    await second.studio.tasks.resume()
    for task_id in (e, b, c, a, d):
        await second.until_state(task_id, "kept")
    assert seeds(sandbox, before) == ["11", "8", "9", "7", "10"]


async def test_the_order_is_durable_before_it_is_told(bench, recipe, monkeypatch):
    a, b, *_ = ids = await five(bench, recipe)
    stored = []
    arrange = QueueOrder.arrange

    def noting(self, order):
        arrange(self, order)
        stored.append(line(bench))

    monkeypatch.setattr(QueueOrder, "arrange", noting)
    await bench.studio.sender.pending.arrange([b], before=a)
    assert stored == [ids]
    assert line(bench) == [b, a, *ids[2:]]


async def test_a_disk_that_refuses_leaves_the_order_and_the_tasks(bench, recipe, monkeypatch):
    a, b, *_ = ids = await five(bench, recipe)

    def refuse(*_args, **_facts):
        raise DiskFull("history.sqlite3")

    for name in ("arrange", "remove", "put_back"):
        monkeypatch.setattr(QueueOrder, name, refuse)
    waiting = bench.studio.sender.pending
    with pytest.raises(DiskFull):
        await waiting.to_front([b])
    with pytest.raises(DiskFull):
        await waiting.remove([a, b])
    assert line(bench) == ids
    assert [task.id for task in waiting.tasks] == ids


async def test_moving_what_is_gone_moves_the_rest(bench, recipe):
    a, b, c, d, e = await five(bench, recipe)
    waiting = bench.studio.sender.pending
    await waiting.arrange([d, 999, b], before=a)
    assert line(bench) == [d, b, a, c, e]
    await waiting.arrange([d], before=999)  # sent meanwhile
    assert line(bench) == [b, a, c, e, d]


async def test_removed_tasks_are_put_back_where_they_stood(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    a, b, c, d, e = await five(bench, recipe)
    waiting = bench.studio.sender.pending
    removed = await waiting.remove([b, d])
    assert line(bench) == [a, c, e]
    assert bench.latest(b).state is TaskState.REMOVED
    await waiting.put_back(removed)
    await waiting.put_back(removed)  # pressed twice
    assert line(bench) == [a, b, c, d, e]
    removed = await waiting.remove([a, b, c, d])
    await bench.studio.tasks.resume()
    await bench.until_state(e, "kept")
    assert len(sandbox.ledger()) == before + 1
    assert removed.ids == (a, b, c, d)


async def test_what_is_edited_is_not_sent_until_it_is_updated(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    a, b, *rest = await five(bench, recipe)
    waiting = bench.studio.sender.pending
    assert waiting.begin_edit(a).id == a
    await bench.studio.tasks.resume()
    for task_id in (b, *rest):
        await bench.until_state(task_id, "kept")
    assert line(bench) == [a]
    assert await waiting.finish_edit(recipe(seed="99"))
    assert not await waiting.finish_edit(recipe(seed="100"))  # pressed twice
    done = await bench.until_state(a, "kept")
    assert done.request["seed"] == "99"
    assert seeds(sandbox, before) == ["8", "9", "10", "11", "99"]


async def test_an_edit_that_is_given_up_sends_the_task_as_it_was(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    a, *rest = await five(bench, recipe)
    waiting = bench.studio.sender.pending
    await waiting.remove(rest)
    waiting.begin_edit(a)
    await bench.studio.tasks.resume()
    waiting.end_edit()
    await bench.until_state(a, "kept")
    assert seeds(sandbox, before) == ["7"]


async def test_what_was_removed_or_sent_cannot_be_edited(bench, recipe):
    a, *_ = await five(bench, recipe)
    waiting = bench.studio.sender.pending
    waiting.begin_edit(a)
    await waiting.remove([a])
    assert not await waiting.finish_edit(recipe(seed="99"))
    assert waiting.begin_edit(a) is None
    assert waiting.begin_edit(999) is None
    assert waiting.edited == 0


async def test_an_edited_task_that_the_disk_refuses_is_edited_still(bench, recipe, monkeypatch):
    a, *_ = await five(bench, recipe)
    waiting = bench.studio.sender.pending
    waiting.begin_edit(a)
    monkeypatch.setattr(
        Ledger, "update", lambda *_a, **_k: (_ for _ in ()).throw(DiskFull("history.sqlite3"))
    )
    with pytest.raises(DiskFull):
        await waiting.finish_edit(recipe(seed="99"))
    assert waiting.edited == a
    assert bench.latest(a).request["seed"] == "7"


async def test_a_duplicate_waits_right_behind(bench, recipe):
    a, b, c, d, e = await five(bench, recipe)
    await bench.studio.tasks.duplicate([a, b])
    assert line(bench) == [a, b, e + 1, e + 2, c, d, e]
    assert bench.latest(e + 1).request == bench.latest(a).request
    assert bench.latest(e + 1).uid != bench.latest(a).uid


async def test_what_a_task_came_from_is_recorded_with_it(bench, recipe):
    a, *_ = await five(bench, recipe)
    one = await bench.studio.tasks.generate(recipe(seed="77"), a)
    await bench.studio.tasks.duplicate([a])
    assert one.parent_id == a
    lineage = await bench.studio.history.lineage(a)
    assert lineage.children == (one.id + 1, one.id)
    assert (await bench.studio.history.lineage(one.id)).parent_there


async def test_what_failed_of_all_that_is_shown_is_retried_once(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "task", "fail": "CUDA out of memory", "times": 1}])
    made = [
        await bench.studio.tasks.generate(request)  # each at a press of its own
        for request in (recipe(seed="1"), recipe(seed="2", steps=5000), recipe(seed="3"))
    ]
    for task in made:
        await bench.until_state(task.id, "kept", "failed", "rejected")
    failed = await bench.studio.tasks.failed_of(EVERYTHING)
    assert len(failed) == 2
    assert not await bench.studio.tasks.failed_of(Query("bear"))
    await asyncio.gather(bench.studio.tasks.retry(failed), bench.studio.tasks.retry(failed))
    await bench.until(lambda: bench.states(made[1].id)[-3:] == ["queued", "sending", "rejected"])
    again = await bench.until(
        lambda: [
            e.task
            for e in bench.told
            if isinstance(e, TaskChanged) and e.task.id > made[2].id and e.task.state == "kept"
        ]
    )
    assert again[0].request["seed"] in {"1", "3"}
    await bench.until(lambda: queue(bench).running == queue(bench).waiting == 0)
    assert len(sandbox.ledger()) == before + 3  # two, and the failed one at one of two presses
    assert await bench.studio.tasks.failed_of(EVERYTHING) == [made[1].id]  # refused once more


# --- away ----------------------------------------------------------------------------------------


async def test_what_is_drafted_offline_waits_for_the_person_also_after_a_start(
    benches, recipe, sandbox
):
    first = await benches()
    before = len(sandbox.ledger())
    sandbox.stop()
    asked = await first.studio.tasks.generate(recipe(seed="1"))
    await first.until(lambda: queue(first).paused)
    await first.studio.sender.pending.remove([asked.id])
    # Nothing waits now; the server is known to be away.
    drafted = await first.studio.tasks.generate(recipe(seed="2"))
    assert isinstance(queue(first).paused, Unreachable)
    assert first.states(drafted.id) == ["queued"]
    await first.close()
    sandbox.start()
    second = await benches()
    await second.until(lambda: second.studio._pipeline.reachability._online)
    assert isinstance(queue(second).paused, Unreachable)
    assert line(second) == [drafted.id]
    assert len(sandbox.ledger()) == before
    await second.studio.tasks.resume()
    await second.until_state(drafted.id, "kept")


async def test_a_pause_for_tasks_that_are_gone_does_not_hold_up_new_ones(bench, recipe, sandbox):
    sandbox.stop()
    asked = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: queue(bench).paused)
    await bench.studio.sender.pending.remove([asked.id])
    sandbox.start()
    bench.studio._pipeline.reachability.begin_anew()
    await bench.until(lambda: bench.studio._pipeline.reachability._online)
    later = await bench.studio.tasks.generate(recipe())
    await bench.until_state(later.id, "kept")
    assert queue(bench).paused is None


async def test_what_waits_at_the_server_is_not_counted_as_running(benches, recipe, start_sandbox):
    slow = start_sandbox(speed=1)
    slow.faults([{"endpoint": "task", "never_ends": True}])
    bench = await benches(
        environ={
            "CARTOONMIX_API_URL": slow.api,
            "CARTOONMIX_SOCKET_URL": slow.socket,
            "CARTOONMIX_API_KEY": slow.credentials.key,
            "CARTOONMIX_API_SECRET": slow.credentials.secret,
        }
    )
    task = await bench.studio.tasks.generate(recipe(steps=50))
    await bench.until_state(task.id, "accepted")
    await bench.until_state(task.id, "running")
    counts = [(e.running, e.queued) for e in bench.told if isinstance(e, QueueChanged)]
    assert (0, 1) in counts
    assert counts[-1] == (1, 0)
