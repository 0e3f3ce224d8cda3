"""What a run is expected to cost: by the server's list, by the past, or not at all."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.money.quote import PriceSource
from cartoonmix_desktop.services.events import AccountKind, PricesChanged

ROW = {"inputs": {}, "price": "0.0009", "priceMethod": "per-output-file"}
SLUG = "slug-owner-project-not-exist"


def model(**fields):
    return {"endpoint": "Tool/Detail", "times": 99, "model": fields}


async def priced(bench, request):
    """The first price told of a request."""
    return await bench.until(lambda: bench.studio.prices.quote(request), within=10)


@pytest.mark.parametrize("rows", [[ROW], json.dumps([ROW | {"priceMethod": "cpo"}])])
async def test_the_list_of_the_server_is_asked_for_by_itself(benches, sandbox, recipe, rows):
    sandbox.faults([model(dynamicprice=rows)])
    begun = time.time()
    bench = await benches()
    quote = await priced(bench, recipe(samples=3))
    assert quote.amount == Decimal("0.0027")
    assert quote.source is PriceSource.LIST
    assert not quote.at_least
    assert begun <= quote.as_of <= time.time()
    assert any(isinstance(event, PricesChanged) for event in bench.told)


async def test_the_list_is_remembered_offline_and_not_asked_for_twice_a_day(
    benches, sandbox, recipe
):
    sandbox.faults([model(dynamicprice=[ROW])])
    first = await benches()
    quote = await priced(first, recipe())
    await first.close()
    sandbox.clear_faults()
    sandbox.faults([model(dynamicprice=[ROW | {"price": "7"}])])
    second = await benches()
    assert second.studio.prices.quote(recipe()) == quote
    await second.close()
    sandbox.stop()
    third = await benches()
    assert third.studio.prices.quote(recipe()) == quote


async def test_the_past_tells_where_the_list_does_not(benches, sandbox, recipe):
    sandbox.faults([model(dynamicprice="[{]", approximatelycost="5")])
    sandbox.faults([{"endpoint": "task", "times": 3, "costs": [[0, "0.0125"]]}])
    bench = await benches()
    for _ in range(3):
        assert bench.studio.prices.quote(recipe()) is None
        task = await bench.studio.tasks.generate(recipe())
        await bench.until_state(task.id, "kept")
    quote = await priced(bench, recipe())
    assert (quote.amount, quote.source, quote.runs) == (Decimal("0.0125"), PriceSource.PAST, 3)
    assert bench.studio.prices.quote(recipe(samples=4)).at_least
    await bench.close()
    again = await benches()
    assert again.studio.prices.quote(recipe()) == quote


async def test_the_sandbox_is_free_and_its_charges_say_nothing_of_wiro(benches, recipe):
    bench = await benches(environ={})
    assert bench.studio.prices.free
    for _ in range(3):
        task = await bench.studio.tasks.generate(recipe())
        await bench.until_state(task.id, "kept")
    assert bench.studio.prices.quote(recipe()) is None
    await bench.close()
    wiro = await benches()
    assert not wiro.studio.prices.free
    assert wiro.studio.prices.quote(recipe()) is None


async def test_an_average_is_better_than_nothing_and_the_past_better_than_that(
    benches, sandbox, recipe
):
    sandbox.faults([model(cps="0.000585", approximatelycost="0.0035")])
    bench = await benches()
    quote = await priced(bench, recipe())
    assert (quote.amount, quote.source) == (Decimal("0.0035"), PriceSource.LIST)
    for _ in range(3):
        task = await bench.studio.tasks.generate(recipe())
        await bench.until_state(task.id, "kept")
    await bench.until(
        lambda: bench.studio.prices.quote(recipe()).source is PriceSource.PAST, within=10
    )


@pytest.mark.parametrize("content", ["", "{", "[]", '{"model": 3}', "x" * 2_000_000])
async def test_what_is_remembered_is_checked_when_it_is_read(benches, sandbox, recipe, content):
    first = await benches()
    await first.close()
    (first.locations.data / "model.json").write_text(content)
    sandbox.faults([model(dynamicprice=[ROW])])
    second = await benches()
    assert (await priced(second, recipe(samples=1))).amount == Decimal("0.0009")


async def test_nobody_signed_in_has_no_past(benches, environ, recipe):
    keyless = {name: value for name, value in environ.items() if "KEY" not in name}
    bench = await benches(environ=keyless, only=AccountKind.WIRO)
    assert bench.studio.prices.known
    assert bench.studio.prices.quote(recipe()) is None
