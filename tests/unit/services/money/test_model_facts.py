"""What the server says of the model: asked once a day, checked, remembered."""

from __future__ import annotations

import asyncio

import pytest

from cartoonmix_desktop.core.recipe.limits import Limits
from cartoonmix_desktop.services.events import AccountKind, ModelChanged, PricesChanged

A_MOMENT = 0.3  # seconds in which what is to happen at once would have happened
GONE = {
    "endpoint": "Tool/Detail",
    "error": {"code": 1, "message": "slug-owner-project-not-exist"},
}


def told(bench):
    return [event for event in bench.told if isinstance(event, ModelChanged)]


async def test_ranges_steps_and_options_are_told(bench):
    await bench.until(lambda: told(bench) and told(bench)[-1].limits)
    limits = told(bench)[-1].limits
    assert limits["steps"] == Limits(1, 150, 1)
    assert "ddimscheduler" in limits["scheduler"].options
    assert not told(bench)[-1].gone
    bench.studio.accounts.choose(AccountKind.SANDBOX)
    assert told(bench)[-1].limits == {}


async def test_the_last_answer_holds_offline(benches, sandbox):
    first = await benches()
    await first.until(lambda: told(first) and told(first)[-1].limits)
    limits = told(first)[-1].limits
    await first.close()
    sandbox.stop()
    second = await benches()
    await second.until(lambda: told(second) and told(second)[-1].limits == limits)


async def test_a_model_that_is_gone_is_told_once(benches, sandbox, recipe):
    sandbox.faults([GONE | {"times": 2}])  # under its own name and the clean one
    first = await benches()
    await first.until(lambda: any(event.gone for event in told(first)))
    assert not sandbox.faults_left()
    assert first.studio.prices.quote(recipe()) is None
    await first.close()
    second = await benches()
    await asyncio.sleep(A_MOMENT)
    assert not any(event.gone for event in told(second))


@pytest.mark.parametrize("trouble", [{"http": 503}, {"close": "before"}, {"raw": "<html>"}])
async def test_a_server_in_trouble_changes_nothing(benches, sandbox, trouble):
    sandbox.faults([{"endpoint": "Tool/Detail", "times": 9} | trouble])
    bench = await benches()
    await bench.until(lambda: any(isinstance(event, PricesChanged) for event in bench.told))
    await asyncio.sleep(A_MOMENT)
    assert not any(event.gone or event.limits for event in told(bench))
    assert len(sandbox.faults_left()) == 1
