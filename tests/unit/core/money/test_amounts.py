"""Amounts stay exact, and what is no amount is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cartoonmix_desktop.core.money.amounts import LARGEST, amount_of, from_units, to_units
from cartoonmix_desktop.core.money.quote import PriceSource, Quote, Total, total_of


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        ("0.0035", "0.0035"),
        (" 12.50 ", "12.5"),
        ("1e-7", "0.0000001"),
        (0.1, "0.1"),
        (3, "3"),
        ("100", "100"),
        ("0", "0"),
        ("0.0000000000004", "0"),
        ("0.0000000000006", "0.000000000001"),
        (str(LARGEST), "1000000"),
    ],
)
def test_an_amount_is_read_exactly(told: object, amount: str) -> None:
    read = amount_of(told)
    assert read == Decimal(amount)
    assert f"{read:f}" == amount


@pytest.mark.parametrize(
    "told",
    [
        "-1",
        "NaN",
        "inf",
        "",
        "$1",
        "1,5",
        "1e9",
        True,
        None,
        [],
        float("nan"),
        "1_0",
        "١",
        "9" * 5000,
    ],
)
def test_what_is_no_amount_is_none(told: object) -> None:
    assert amount_of(told) is None
    assert amount_of(10**5000) is None  # which Python does not even write


def test_units_go_both_ways() -> None:
    for text in ("0", "0.000000000001", "1.572277743795", "999999.999999999999", "20"):
        amount = Decimal(text)
        assert from_units(to_units(amount)) == amount


def test_a_sum_says_what_it_leaves_out() -> None:
    first = Quote(Decimal("0.0035"), at_least=False, source=PriceSource.LIST, as_of=1.0)
    past = Quote(Decimal("0.004"), at_least=False, source=PriceSource.PAST, as_of=1.0, runs=5)
    low = Quote(Decimal("0.001"), at_least=True, source=PriceSource.LIST, as_of=1.0)
    assert total_of([first, past]) == Total(Decimal("0.0075"), at_least=False, priced=2, unpriced=0)
    assert total_of([first, low]).at_least
    assert total_of([first, None]) == Total(Decimal("0.0035"), at_least=True, priced=1, unpriced=1)
    assert total_of([]) == Total(Decimal(0), at_least=False, priced=0, unpriced=0)
