"""Buttons that are pressed twice, settings that were edited by hand, networks that come back."""

from __future__ import annotations

import asyncio

import pytest

from cartoonmix_desktop.core.errors import Unreachable
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import ConnectionChanged, QueueChanged
from cartoonmix_desktop.services.sending import reachability as reachability_module
from cartoonmix_desktop.wiro.client import WiroClient

pytestmark = pytest.mark.timeout(60)


async def until_unreachable(bench):
    await bench.until(
        lambda: any(
            isinstance(event, QueueChanged) and isinstance(event.paused, Unreachable)
            for event in bench.told
        )
    )


async def test_send_again_pressed_thrice_sends_once(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "unknown")
    before = len(sandbox.ledger())
    await asyncio.gather(*(bench.studio.tasks.send_again(task.id) for _ in range(3)))
    await bench.until_state(task.id, "kept")
    assert len(sandbox.ledger()) == before + 1


async def test_what_is_being_sent_is_not_sent_again(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", "slow": 0.3}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "sending")
    await bench.studio.tasks.send_again(task.id)
    await bench.until_state(task.id, "kept")
    assert bench.states(task.id).count("sending") == 1
    assert len(sandbox.ledger()) == before + 1


async def test_discarding_twice_is_discarding_once(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "unknown")
    await asyncio.gather(bench.studio.tasks.discard(task.id), bench.studio.tasks.discard(task.id))
    assert bench.latest(task.id).state is TaskState.DISCARDED


async def test_cancelling_twice_is_cancelling_once(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "running")
    await asyncio.gather(*(bench.studio.tasks.cancel(task.id) for _ in range(3)))
    await bench.until_state(task.id, "cancelled")


async def test_an_absurd_setting_does_not_stop_the_queue(bench, recipe):
    bench.studio.local_store.settings.set("body_format", "tarball")
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "kept")


async def test_what_waits_for_the_network_is_sent_only_when_the_person_says_so(
    benches, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(reachability_module, "_RECHECK", 0.1)
    bench = await benches()
    sandbox.stop()
    task = await bench.studio.tasks.generate(recipe())
    await until_unreachable(bench)
    sandbox.start()
    await bench.until(
        lambda: any(isinstance(e, ConnectionChanged) and e.online for e in bench.told)
    )
    assert bench.latest(task.id).state is TaskState.QUEUED
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")


async def test_what_was_asked_for_offline_still_waits_at_the_next_start(benches, recipe, sandbox):
    bench = await benches()
    sandbox.stop()
    task = await bench.studio.tasks.generate(recipe())
    await until_unreachable(bench)
    await bench.close()
    sandbox.start()
    bench = await benches()
    await until_unreachable(bench)
    await bench.until(
        lambda: any(isinstance(e, ConnectionChanged) and e.online for e in bench.told)
    )
    assert (await bench.studio.history.task(task.id)).state is TaskState.QUEUED
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")


async def test_a_task_names_the_account_that_paid_for_it(benches, recipe, sandbox, environ):
    bench = await benches(environ=environ | {"CARTOONMIX_API_KEY": "another"})
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(
        lambda: any(isinstance(e, QueueChanged) and e.paused is not None for e in bench.told)
    )
    await bench.close()
    bench = await benches()
    await bench.studio.tasks.resume()
    done = await bench.until_state(task.id, "kept")
    assert task.account != done.account == sandbox.credentials.fingerprint


@pytest.mark.parametrize(("reason", "attempts"), [("proxy", 1), ("refused", 3)])
async def test_a_proxy_that_opens_no_way_is_told_at_once(
    bench, recipe, monkeypatch, reason, attempts
):
    runs = []

    async def run(_client, request):
        runs.append(request)
        raise Unreachable("Run", reason)

    monkeypatch.setattr(WiroClient, "run", run)
    await bench.studio.tasks.generate(recipe())
    await until_unreachable(bench)
    assert len(runs) == attempts
