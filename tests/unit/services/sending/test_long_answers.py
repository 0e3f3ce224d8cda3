"""Answers that are long, or odd in one place: what was paid is fetched all the same."""

from __future__ import annotations

import asyncio
import time

import pytest

from cartoonmix_desktop.core.task.remote import Verdict

pytestmark = pytest.mark.timeout(60)

LOG = "step 1/20 \\ loaded\n" * (5 * 1024 * 1024 // 20)


async def longest_turn(stop):
    """Seconds of this thread's CPU that the loop's longest turn took."""
    longest, before = 0.0, time.thread_time()
    while not stop.is_set():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, before = max(longest, now - before), now
    return longest


@pytest.mark.parametrize("field", ["debugoutput", "debugerror"])
async def test_a_log_of_megabytes_does_not_keep_the_pictures(
    benches, recipe, start_sandbox, environ, field
):
    other = start_sandbox()  # its list would be as long for the other tests
    address = {
        "CARTOONMIX_API_URL": other.api,
        "CARTOONMIX_SOCKET_URL": other.socket,
        "CARTOONMIX_API_KEY": other.credentials.key,
        "CARTOONMIX_API_SECRET": other.credentials.secret,
    }
    bench = await benches(environ=environ | address)
    other.faults([{"endpoint": "task", "tell": {field: LOG}}])
    stop = asyncio.Event()
    measuring = asyncio.create_task(longest_turn(stop))
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    stop.set()
    assert await measuring < 0.2
    assert done.verdict is Verdict.SUCCEEDED
    assert len(done.kept) == 2
    other.stop()


async def test_one_output_of_null_does_not_keep_the_others(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "task", "null_outputs": [1]}])
    task = await bench.studio.tasks.generate(recipe(samples=3))
    await bench.until(lambda: len(bench.latest(task.id).kept) == 2)
