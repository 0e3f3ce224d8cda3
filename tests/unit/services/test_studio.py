"""From the click to the picture, and every way in which it can go wrong."""

from __future__ import annotations

import asyncio
import hashlib
import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    InsufficientBalance,
    NotAPicture,
    OutcomeUnknown,
    PictureAddressForbidden,
    PictureTruncated,
    TaskFailed,
    Unreachable,
    ValidationRefused,
)
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.services.events import (
    AccountChanged,
    AccountKind,
    ConnectionChanged,
    KeyLocation,
    QueueChanged,
    TaskProgressed,
    TotalsChanged,
)

pytestmark = pytest.mark.timeout(60)


def paused(bench):
    """Why the queue is paused, from the newest event."""
    return next(
        (event.paused for event in reversed(bench.told) if isinstance(event, QueueChanged)), None
    )


async def test_a_click_becomes_pictures_on_disk(bench, recipe, sandbox):
    task = await bench.studio.tasks.generate(recipe(samples=4, steps=100))
    done = await bench.until_state(task.id, "kept")
    assert bench.states(task.id) == [
        *("queued", "sending", "accepted", "running", "downloading", "kept")
    ]
    assert done.verdict is Verdict.SUCCEEDED
    assert done.cost is not None
    assert done.cost > 0
    assert len(done.kept) == 4
    for output in done.outputs:
        path = bench.studio.library.path(output)
        data = path.read_bytes()
        assert len(data) == output.size
        assert hashlib.sha256(data).hexdigest() == output.sha256
        assert (output.width, output.height) == (64, 64)
        assert await bench.studio.library.thumbnail(output)
    assert len(sandbox.ledger()) >= 1


async def test_progress_is_told_while_a_task_runs(bench, recipe):
    task = await bench.studio.tasks.generate(recipe(samples=4, steps=150, width=256, height=256))
    await bench.until(lambda: any(isinstance(event, TaskProgressed) for event in bench.told))
    await bench.until_state(task.id, "kept")


async def test_the_kept_bytes_are_those_served(bench, recipe):
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until_state(task.id, "kept")
    connection = await bench.studio.accounts.connection(done.account)
    remote = await connection.client.detail(task_id=done.remote_id)
    async with connection.pictures.open(remote.outputs[0]) as delivery:
        served = b"".join([chunk async for chunk in delivery.chunks])
    assert bench.studio.library.path(done.outputs[0]).read_bytes() == served


async def test_totals_count_money_and_pictures(bench, recipe):
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")

    def told():
        totals = [event for event in bench.told if isinstance(event, TotalsChanged)]
        return totals and totals[-1].pictures == 2 and totals[-1]

    totals = await bench.until(told)
    assert totals.spent_today == done.cost
    assert totals.size == sum(output.size for output in done.outputs)


async def test_a_task_that_fails_at_wiro_is_failed_though_it_ends_in_postprocess_end(
    bench, recipe, sandbox
):
    sandbox.faults([{"endpoint": "task", "fail": "CUDA out of memory"}])
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "failed", "kept")
    assert done.state is TaskState.FAILED
    assert isinstance(done.error, TaskFailed)
    assert "CUDA out of memory" in done.error.server_message
    assert done.cost in {None, Decimal(0)}


async def test_a_failed_task_is_tried_again_as_a_new_one(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "task", "fail": "CUDA out of memory"}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "failed")
    await bench.studio.tasks.send_again(task.id)
    done = await bench.until_state(task.id + 1, "kept")
    assert done.request == task.request
    assert bench.latest(task.id).state is TaskState.FAILED


async def test_a_refused_input_is_rejected_with_its_field(bench, recipe):
    task = await bench.studio.tasks.generate(recipe(steps=5000))
    done = await bench.until_state(task.id, "rejected")
    assert isinstance(done.error, ValidationRefused)
    assert done.error.field == "steps"


async def test_no_balance_pauses_the_queue_and_keeps_the_job(benches, recipe, sandbox):
    bench = await benches()
    sandbox.faults(
        [{"endpoint": "Run", "error": {"code": 97, "message": "Insufficient balance"}, "times": 1}]
    )
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: paused(bench))
    assert isinstance(paused(bench), InsufficientBalance)
    assert bench.latest(task.id).state is TaskState.QUEUED
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")


async def test_a_wrong_key_pauses_with_the_servers_words(benches, recipe, environ):
    bench = await benches(environ=environ | {"CARTOONMIX_API_SECRET": "wrong"})
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: paused(bench))
    reason = paused(bench)
    assert isinstance(reason, AuthenticationRefused)
    assert "authorization" in reason.server_message
    assert bench.latest(task.id).state is TaskState.QUEUED


async def test_the_concurrency_limit_is_learnt_and_obeyed(bench, recipe, sandbox):
    first = await bench.studio.tasks.generate(recipe())
    await bench.until_state(first.id, "accepted", "running")
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", "error": {"code": 96, "message": "limit"}}])
    second = await bench.studio.tasks.generate(recipe())
    await bench.until_state(first.id, "kept")
    await bench.until_state(second.id, "kept")
    assert bench.states(second.id)[:4] == ["queued", "sending", "queued", "sending"]
    assert len(sandbox.ledger()) == before + 1


@pytest.mark.parametrize("fault", [{"close": "after"}, {"close": "before"}, {"http": 503}])
async def test_a_lost_answer_is_never_sent_again(bench, recipe, sandbox, fault):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", **fault}])
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "unknown")
    assert isinstance(done.error, OutcomeUnknown)
    later = await bench.studio.tasks.generate(recipe())
    await bench.until_state(later.id, "kept")
    made = len(sandbox.ledger()) - before
    assert made == (2 if fault == {"close": "after"} else 1)
    assert bench.states(task.id).count("sending") == 1


async def test_an_unknown_can_be_sent_again_or_set_aside_by_the_person(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "close": "before", "times": 2}])
    one = await bench.studio.tasks.generate(recipe())
    two = await bench.studio.tasks.generate(recipe())
    await bench.until_state(one.id, "unknown")
    await bench.until_state(two.id, "unknown")
    await bench.studio.tasks.send_again(one.id)
    await bench.studio.tasks.discard(two.id)
    await bench.until_state(one.id, "kept")
    assert bench.latest(two.id).state is TaskState.DISCARDED


async def test_without_a_network_the_job_is_kept_and_sent_when_asked(benches, recipe, sandbox):
    bench = await benches()
    sandbox.stop()
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: paused(bench))
    assert isinstance(paused(bench), Unreachable)
    assert bench.latest(task.id).state is TaskState.QUEUED
    assert any(isinstance(e, ConnectionChanged) and e.online is False for e in bench.told)
    sandbox.start()
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")


async def test_a_truncated_picture_is_fetched_again_by_itself(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "files", "truncate": 100}])
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    assert len(done.kept) == 2


async def test_a_picture_that_stays_broken_is_named_and_the_others_are_kept(
    bench, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(
        "cartoonmix_desktop.services.sending.fetcher.backoff", lambda *_a, **_k: 0.01
    )
    sandbox.faults([{"endpoint": "files", "truncate": 100, "times": 6}])
    task = await bench.studio.tasks.generate(recipe())
    broken = await bench.until(
        lambda: (t := bench.latest(task.id)) and len(t.broken) == 2 and t, within=30
    )
    assert isinstance(broken.broken[0].error, PictureTruncated)
    sandbox.clear_faults()
    await bench.until(lambda: not _running(bench))
    await bench.studio.tasks.fetch_again(task.id)
    done = await bench.until_state(task.id, "kept")
    assert len(done.kept) == 2


def _running(bench):
    return next(e.running for e in reversed(bench.told) if isinstance(e, QueueChanged))


async def test_bytes_that_are_no_picture_are_kept_aside(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "files", "match": "/0.png", "garbage": True, "times": 3}])
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until(
        lambda: (t := bench.latest(task.id)) and len(t.broken) == len(t.kept) == 1 and t
    )
    assert isinstance(done.broken[0].error, NotAPicture)
    assert not list((bench.locations.pictures / ".incoming").glob("*"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://example.org/0.png"])
async def test_a_foreign_address_is_never_obeyed(bench, recipe, sandbox, url):
    sandbox.faults([{"endpoint": "task", "output_url": url}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until(lambda: (t := bench.latest(task.id)) and t.broken and t)
    assert isinstance(done.broken[0].error, PictureAddressForbidden)


@pytest.mark.parametrize("name", ["../../evil.png", "CON.png", "a\x00b.png"])
async def test_names_from_the_server_are_never_used(bench, recipe, sandbox, name):
    sandbox.faults([{"endpoint": "task", "output_name": name}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until_state(task.id, "kept")
    path = bench.studio.library.path(done.outputs[0]).resolve()
    assert path.is_relative_to(bench.locations.pictures.resolve())
    assert path.name.endswith(f"a-fox-in-a-red-scarf-{task.uid[:8]}-1.png")


async def test_a_missing_file_can_be_fetched_again(bench, recipe):
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    path = bench.studio.library.path(done.outputs[0])
    path.unlink()
    await bench.studio.tasks.fetch_again(task.id)
    await bench.until(lambda: bench.states(task.id)[-2:] == ["downloading", "kept"])
    done = await bench.studio.history.task(task.id)
    assert bench.studio.library.path(done.outputs[0]).is_file()


async def test_a_waiting_job_is_cancelled_without_the_server(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "error": {"code": 97, "message": "no"}}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: paused(bench))
    before = len(sandbox.ledger())
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "removed")
    assert len(sandbox.ledger()) == before


async def test_a_running_task_is_killed_when_the_server_says_so(benches, recipe, start_sandbox):
    slow = start_sandbox(speed=1)
    bench = await benches(
        environ={
            "CARTOONMIX_API_URL": slow.api,
            "CARTOONMIX_SOCKET_URL": slow.socket,
            "CARTOONMIX_API_KEY": slow.credentials.key,
            "CARTOONMIX_API_SECRET": slow.credentials.secret,
        }
    )
    task = await bench.studio.tasks.generate(recipe(steps=50))
    await bench.until_state(task.id, "running")
    await bench.studio.tasks.cancel(task.id)
    done = await bench.until_state(task.id, "cancelled")
    assert done.verdict is Verdict.CANCELLED


async def test_quitting_half_way_loses_nothing(benches, recipe, sandbox):
    first = await benches()
    before = len(sandbox.ledger())
    tasks = [await first.studio.tasks.generate(recipe()) for _ in range(3)]
    await first.until_state(tasks[0].id, "accepted", "running")
    began = time.monotonic()
    await first.close()
    assert time.monotonic() - began < 3.5
    second = await benches()
    for task in tasks:  # those kept before the end are told nothing of
        if (await second.studio.history.task(task.id)).state is not TaskState.KEPT:
            await second.until_state(task.id, "kept")
    assert len(sandbox.ledger()) == before + 3


async def test_a_server_that_hangs_does_not_hold_up_quitting(bench, recipe, sandbox):
    task = await bench.studio.tasks.generate(recipe(steps=100))
    await bench.until_state(task.id, "accepted", "running")
    sandbox.faults(
        [{"endpoint": name, "hang": True, "times": 9} for name in ("Task/Detail", "Run", "files")]
    )
    await bench.studio.tasks.generate(recipe())
    await asyncio.sleep(0)
    began = time.monotonic()
    await bench.close()
    assert time.monotonic() - began < 4.0


async def test_offline_everything_is_still_there(benches, recipe, sandbox):
    first = await benches()
    task = await first.studio.tasks.generate(recipe())
    await first.until_state(task.id, "kept")
    await first.close()
    sandbox.stop()
    second = await benches()
    [found] = await second.studio.history.ids(Query("fox"))
    [kept] = await second.studio.history.tasks([found])
    assert kept.request == task.request
    assert all(o.state is OutputState.KEPT for o in kept.outputs)
    assert await second.studio.library.thumbnail(kept.outputs[0])
    assert second.studio.library.path(kept.outputs[0]).is_file()
    await second.until(
        lambda: any(isinstance(e, ConnectionChanged) and e.online is False for e in second.told)
    )


async def test_credentials_of_the_environment_win_and_are_never_stored(bench, sandbox):
    account = bench.studio.accounts.current
    assert account == AccountChanged(
        AccountKind.WIRO, KeyLocation.ENVIRONMENT, sandbox.credentials.key[-4:], has_secret=True
    )
    for path in bench.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert sandbox.credentials.secret.encode() not in data, path
            assert sandbox.credentials.key.encode() not in data, path


async def test_without_credentials_the_sandbox_is_ready(benches, recipe):
    bench = await benches(environ={})
    assert bench.studio.accounts.current.kind is AccountKind.SANDBOX
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until_state(task.id, "kept")
    assert done.is_sandbox


async def test_a_wiro_pause_leaves_the_sandbox_usable(benches, recipe, sandbox):
    bench = await benches()
    sandbox.faults([{"endpoint": "Run", "error": {"code": 97, "message": "no"}}])
    held = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: paused(bench))
    local = await bench.studio.history.add(recipe(samples=1), "sandbox")
    bench.studio.sender.pending.put([local])
    await bench.until_state(local.id, "kept")
    assert bench.latest(held.id).state is TaskState.QUEUED


async def test_the_sandbox_can_be_chosen_though_the_environment_holds_a_key(benches):
    bench = await benches()
    bench.studio.accounts.choose(AccountKind.SANDBOX)
    assert bench.studio.accounts.current.kind is AccountKind.SANDBOX
    await bench.close()
    again = await benches()
    assert again.studio.accounts.current.kind is AccountKind.WIRO
