"""A balance is believed only where an answer tells exactly one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.money.balance import balance_in

USD = {"currency": "USD", "balance": "12.34"}
EUR = {"currency": "EUR", "balance": "5"}


@pytest.mark.parametrize(
    "answer",
    [
        {"balance": "12.34"},
        {"result": True, "errors": [], "total": "1", "wallets": [USD]},
        {"result": True, "data": {"wallet": {"balance": "12.340000"}}},
        {"list": [{"currency": "usd", "amount": "12.34", "id": "7"}]},
        {"currencyCode": "USD", "wallet": {"available": "12.34"}},
        {"walletbalance": "12.34", "team": {"walletBalance": "12.34"}},
        {"wallets": [USD, EUR]},
        {"wallets": [USD, {"currency": "EUR", "parts": [{"balance": "7"}]}]},
        {"wallets": [USD | {"balance": "12.34", "frozenbalance": None}]},
    ],
)
def test_the_one_balance_is_found(answer: object) -> None:
    assert balance_in(answer) == Decimal("12.34")


@pytest.mark.parametrize(
    "answer",
    [
        *(None, [], {}, 12, "12.34", {"total": "3"}, {"amount": "12.34"}),
        {"wallets": [USD, {"currency": "USD", "balance": "1"}]},
        {"wallets": [USD | {"transactions": [{"amount": "50"}]}]},
        {"wallets": [EUR]},
        {"currency": "TRY", "wallet": {"balance": "12.34"}},
        *({"balance": bad} for bad in ("-1", "NaN", "", "$12", "9" * 5000, 10**5000, True)),
        {"wallets": [USD, {"balance": "unknown"}]},
        {"wallets": [USD, *([{}] * 20_000)]},
    ],
)
def test_anything_else_is_no_balance(answer: object) -> None:
    assert balance_in(answer) is None


names = st.sampled_from(["balance", "amount", "currency", "USD", "data", "walletbalance"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("12.34"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=25,
)


@given(values)
def test_no_answer_is_an_error(answer: object) -> None:
    found = balance_in(answer)
    assert found is None or found >= 0
