"""Rows are read in every form they come in; what cannot be read says nothing."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.money.price_list import PriceList
from cartoonmix_desktop.core.money.quote import PriceSource, Quote
from cartoonmix_desktop.core.recipe.request import GenerationRequest


def run(**values: object) -> GenerationRequest:
    return GenerationRequest.build({"prompt": "a fox"} | values)


def row(price: object, method: object = "cpr", **inputs: object) -> dict[str, object]:
    return {"inputs": inputs, "price": price, "priceMethod": method}


def told(rows: object, **values: object) -> tuple[str, bool] | None:
    """The amount as text, and whether it is the least."""
    quote = PriceList.read({"dynamicprice": rows}, 7.0).price(run(**values))
    if quote is None:
        return None
    assert quote.source is PriceSource.LIST
    assert quote.as_of == 7.0
    return f"{quote.amount:f}", quote.at_least


FLAT = [row("0.09")]


@pytest.mark.parametrize(
    "rows",
    [
        FLAT,
        json.dumps(FLAT),
        FLAT[0],
        {"rows": FLAT},
        {"any": FLAT[0]},
        json.dumps([{"inputs": [], "price": 0.09, "priceMethod": "cpr"}]),
        [{"price": 0.09, "priceMethod": "per-run"}],
        [{"inputs": "{}", "price": "0.090000", "priceMethod": "Per Run"}],
    ],
)
def test_one_price_for_every_run(rows: object) -> None:
    assert told(rows) == ("0.09", False)
    assert told(rows, samples=8) == ("0.09", False)


@pytest.mark.parametrize("method", ["cpo", "per-output-file", "cp-outputPictureCount"])
def test_a_price_for_each_picture(method: str) -> None:
    assert told([row("0.0035", method)], samples=3) == ("0.0105", False)


@pytest.mark.parametrize("method", ["cp-pixel", "per-pixel"])
def test_a_price_by_size(method: str) -> None:
    rows = [row("0.01", method) | {"priceExtra": "0.004", "priceInput": "1"}]
    assert told(rows, samples=1) == ("0.01", False)
    assert told(rows, samples=1, width=1024, height=1024) == ("0.01", False)
    assert told(rows, samples=1, width=1024, height=1025) == ("0.014", False)
    assert told([row("0.01", method)], samples=1, width=2048, height=1024) == ("0.02", False)
    assert told(rows, samples=4) == ("0.01", True)  # whether each picture counts is not said


def test_a_price_for_each_letter() -> None:
    assert told([row("0.001", "cp-promptlength")], prompt="abc") == ("0.003", False)


@pytest.mark.parametrize(
    "method",
    ["cps", "cpt", "per-input-video-second", "cp-readoutput", "set when the run ends", "?"],
)
def test_what_only_the_end_can_tell_has_no_price(method: str) -> None:
    assert told([row("0.01", method)]) is None


def test_rows_for_some_inputs() -> None:
    rows = [row("0.1", samples="1"), row("0.2", samples=["2", "4.0"], scheduler="ddimscheduler")]
    assert told(rows, samples=1) == ("0.1", False)
    assert told(rows, samples=4, scheduler="DDIMScheduler") == ("0.2", False)
    assert told(rows, samples=4) == ("0.1", True)  # no row is for it
    assert told([*rows, row("0.3")], samples=4) == ("0.3", False)
    assert told([*rows, row("0.3")], samples=1) == ("0.1", False)  # the row that says most


def test_a_number_of_things() -> None:
    rows = [row("0.1", samples="QUANTITY:1"), row("0.2", samples="QUANTITY:2")]
    assert told(rows, samples=2) == ("0.2", False)
    assert told([row("0.1", inputImage="QUANTITY:1"), row("0.2")], samples=2) == ("0.1", True)


def test_inputs_that_we_do_not_send_leave_it_open() -> None:
    rows = [row("0.2", resolution="720p"), row("0.1", resolution="480p")]
    assert told(rows) == ("0.1", True)
    assert told([row("0.2", resolution="720p")]) == ("0.2", True)


def test_rows_that_contradict_each_other_tell_the_least() -> None:
    assert told([row("0.2"), row("0.1")]) == ("0.1", True)
    assert told([row("0.2"), row("0.2")]) == ("0.2", False)
    assert told([row("0.2"), row("0.2", "cpt")]) is None


def test_a_price_for_nobody_knows_what_is_the_least() -> None:
    assert told([{"inputs": {}, "price": 0.09}]) == ("0.09", True)


BAD = [
    *("", "[", "{}", "null", "[]", "3", [], {}, None, 3, True, "[" * 5000),
    *([None], [3], [[]], [{}], [{"inputs": {}}], {"a": 1}, {"a": [], "b": []}),
    [row("0.1")] * 5000,
    json.dumps([row("0.1")] * 5000),
    [row("0.1", **{f"a{i}": str(i) for i in range(50)})] * 400,
    *([row(bad)] for bad in ("-1", "NaN", "Infinity", "$1", "€1", "1,5", "1e9", "1_0", "0", 0)),
    *([row(bad)] for bad in (None, True, [], {}, float("nan"), -0.1, "9" * 9000, 10**5000)),
    [row("0.1"), row("-0.1")],
    [row("0.1"), "what?"],
    [row("0.1") | {"currency": "EUR"}],
    [row("0.1") | {"priceCurrency": "TRY"}],
    [row("0.1", 7)],
    [row("0.1") | {"inputs": "x"}],
    [row("0.1", samples={"a": 1})],
    [row("0.1", samples=None)],
    [row("0.1", "cp-pixel") | {"priceExtra": "-1"}],
]


@pytest.mark.parametrize("rows", BAD)
def test_what_cannot_be_read_has_no_price(rows: object) -> None:
    assert told(rows) is None


def test_another_currency_of_all_rows_says_nothing() -> None:
    tool = {"dynamicprice": FLAT, "approximatelycost": "1", "currency": "EUR"}
    prices = PriceList.read(tool, 1.0)
    assert prices.price(run()) is prices.average(run()) is None


def test_the_average_is_told_where_time_is_paid() -> None:
    for rows in (None, "", "[]", [row("0.000585", "cps")]):
        prices = PriceList.read({"dynamicprice": rows, "approximatelycost": "0.0035"}, 3.0)
        assert prices.price(run()) is None
        usual = Quote(Decimal("0.0035"), at_least=False, source=PriceSource.LIST, as_of=3.0)
        assert prices.average(run()) == usual
        assert prices.average(run(steps=40)).at_least
    for tool in (
        {"approximatelycost": "0"},
        {"approximatelycost": "-1"},
        {"approximatelycost": 10**5000},
        {"approximatelycost": "9" * 5000},
        {"cps": "0.000585"},
        {"approximatelycost": "1", "dynamicprice": [row("0.1", "cpt")]},
        {"approximatelycost": "1", "dynamicprice": "["},
    ):
        assert PriceList.read(tool, 3.0).average(run()) is None


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["samples", "4", "cpr", "QUANTITY:4", "0.1", "NaN", "EUR"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["inputs", "price", "priceMethod", "priceExtra", "currency", "samples"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(values, values, st.integers(1, 10**9))
def test_nothing_told_is_an_error_or_no_amount(rows: object, average: object, n: int) -> None:
    prices = PriceList.read({"dynamicprice": rows, "approximatelycost": average}, 1.0)
    for quote in (prices.price(run(samples=n)), prices.average(run(samples=n))):
        assert quote is None or 0 < quote.amount <= 1_000_000


amounts = st.decimals("0.000001", "100", places=6)


@given(st.lists(st.tuples(st.integers(1, 8), amounts), min_size=1, max_size=20))
def test_a_price_is_always_one_of_the_rows(rows: list[tuple[int, Decimal]]) -> None:
    prices = [row(str(price), samples=str(n)) for n, price in rows]
    for samples in range(1, 9):
        found = told(prices, samples=samples)
        assert found is not None
        for_it = {price for n, price in rows if n == samples}
        assert Decimal(found[0]) == min(for_it or {price for _n, price in rows})
        assert found[1] == (len(for_it) != 1)


def test_a_price_is_looked_up_within_a_keystroke() -> None:
    rows = [
        row("0.1", samples=str(n % 9), steps=str(n), resolution="720", x="1") for n in range(500)
    ]
    prices, asked = PriceList.read({"dynamicprice": rows}, 1.0), run()
    took = min(_timed(prices, asked) for _ in range(5))
    assert took < 0.005, f"{1000 * took:.1f} ms"


def _timed(prices: PriceList, asked: GenerationRequest) -> float:
    begun = time.perf_counter()
    prices.price(asked)
    return time.perf_counter() - begun
