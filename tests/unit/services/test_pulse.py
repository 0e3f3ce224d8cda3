"""One clock for what is looked at again and again."""

from __future__ import annotations

import asyncio

import pytest

from cartoonmix_desktop.services.events import Events, QueueChanged
from cartoonmix_desktop.services.pulse import Pulse

BEAT = 0.08  # seconds


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def pulse(events) -> Pulse:
    return Pulse(events)


async def test_looks_fall_together(pulse):
    now = asyncio.get_running_loop().time
    fell = []

    async def look(after: float) -> None:
        await asyncio.sleep(after)
        began = now()
        await pulse.wait(BEAT)
        assert now() - began > BEAT / 5, "never at once"
        fell.append(round(now() / BEAT))

    await asyncio.gather(look(0), look(0.001), look(0.002))
    assert len(set(fell)) <= 2  # two if they began on both sides of a beat


async def test_while_nobody_sees_and_nothing_runs_nothing_is_looked_at(pulse, events):
    pulse.show(seen=False)
    look = asyncio.ensure_future(pulse.wait(BEAT))
    await asyncio.sleep(3 * BEAT)
    assert not look.done()
    pulse.show(seen=True)
    await asyncio.wait_for(look, 1)


@pytest.mark.parametrize("queue", [QueueChanged(1, 0), QueueChanged(0, 1)])
async def test_what_is_under_way_is_looked_at_unseen(pulse, events, queue):
    pulse.show(seen=False)
    look = asyncio.ensure_future(pulse.wait(BEAT))
    await asyncio.sleep(3 * BEAT)
    events.emit(queue)
    await asyncio.wait_for(look, 1)
    events.emit(QueueChanged(0, 0))
    again = asyncio.ensure_future(pulse.wait(BEAT))
    await asyncio.sleep(3 * BEAT)
    assert not again.done()
    again.cancel()
