"""What like runs were charged is what this one is expected to cost, and no more than that."""

from __future__ import annotations

from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.money.past_charges import PastCharges
from cartoonmix_desktop.core.money.quote import PriceSource, Quote
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.recipe.work import PastRun

amounts = st.decimals("0.000001", "100", places=6)


def run(samples=4, steps=20, width=512, height=512, model="m"):
    values = {"samples": samples, "steps": steps, "width": width, "height": height}
    return GenerationRequest(model, values)


def past(*charges, made=1.0):
    return PastCharges(
        PastRun(request, made, None, None if cost is None else Decimal(cost))
        for request, cost in charges
    )


def told(known, request):
    quote = known.price(request)
    return None if quote is None else (f"{quote.amount:f}", quote.at_least)


def test_the_median_of_three_runs_alike():
    runs = PastCharges(
        PastRun(run(), made, None, Decimal(cost))
        for made, cost in ((5.0, "0.004"), (9.0, "0.003"), (7.0, "1"))
    )
    assert runs.price(run()) == Quote(
        Decimal("0.004"), at_least=False, source=PriceSource.PAST, as_of=9.0, runs=3
    )
    assert past((run(), "0.004"), (run(), "0.004")).price(run()) is None


def test_a_charge_that_is_not_known_says_nothing():
    for unknown in (None, "0", "-1"):
        assert past(*[(run(), unknown)] * 9).price(run()) is None


def test_it_grows_with_what_the_past_says_it_grows_with():
    by_work = past(*[(run(steps=20), "0.002")] * 3, *[(run(steps=40), "0.004")] * 3)
    assert told(by_work, run(steps=30)) == ("0.003", False)
    flat = past(*[(run(samples=2), "0.03")] * 3, *[(run(samples=4), "0.03")] * 3)
    assert told(flat, run(samples=3)) == ("0.03", False)
    by_picture = past(
        *[(run(samples=2, steps=20), "0.02")] * 3,
        *[(run(samples=4, steps=20), "0.04")] * 3,
        *[(run(samples=2, steps=40), "0.02")] * 3,
    )
    assert told(by_picture, run(samples=3, steps=30)) == ("0.03", False)


def test_where_the_past_leaves_it_open_the_least_is_told():
    only = past(*[(run(samples=4), "0.004")] * 5)
    assert told(only, run(samples=8)) == ("0.004", True)
    assert told(only, run(samples=2)) == ("0.002", True)
    assert told(only, run(samples=4)) == ("0.004", False)


def test_runs_of_quite_another_size_or_model_say_nothing():
    assert past(*[(run(steps=10), "0.1")] * 9).price(run(steps=100)) is None
    assert past(*[(run(model="other"), "0.1")] * 9).price(run()) is None


def test_charges_without_any_order_say_nothing_of_another_size():
    charges = ["0.001", "10", "0.01", "50", "0.1"]
    chaos = past(*((run(steps=20 + n), cost) for n, cost in enumerate(charges)))
    assert chaos.price(run(steps=30)) is None


@pytest.mark.parametrize("steps", [0, -1, None, "20", 2.5, True, 10**40])
def test_a_size_that_cannot_be_told(steps):
    assert past(*[(run(), "0.1")] * 5).price(run(steps=steps)) is None
    assert past(*[(run(steps=steps), "0.1")] * 5).price(run()) is None


@given(st.lists(amounts, min_size=3, max_size=30))
def test_runs_alike_cost_what_they_usually_cost(charges):
    quote = past(*((run(), charge) for charge in charges)).price(run())
    assert abs(quote.amount - median(charges)) <= Decimal("1e-12")


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 99), amounts), max_size=30),
    st.integers(1, 9),
    st.integers(1, 99),
)
def test_a_price_lies_among_what_it_is_made_from(charges, samples, steps):
    quote = past(*((run(n, s), charge) for n, s, charge in charges)).price(run(samples, steps))
    if quote is None:
        return
    work = Decimal(samples * steps)
    low = min(min(c, c * samples / n, c * work / (n * s)) for n, s, c in charges)
    high = max(max(c, c * samples / n, c * work / (n * s)) for n, s, c in charges)
    assert low * Decimal("0.999") <= quote.amount <= high * Decimal("1.001")
    assert quote.runs >= 3
