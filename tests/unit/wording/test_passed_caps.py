"""A total that passes a cap is told in as few digits as show that it does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cartoonmix_desktop.core.money.caps import Cap, Passed, Verdict
from cartoonmix_desktop.wording.money.caps import passed_words


@pytest.mark.parametrize(
    ("total", "limit", "told"),
    [
        ("0.024815844", "0.022", "$0.025"),
        ("12.3456", "10", "$12.35"),
        ("10.004", "10", "$10.004"),
        ("0.0015", "0.001", "$0.002"),
        ("0.020000000001", "0.02", "$0.020000000001"),
    ],
)
def test_a_total_is_told_as_short_as_it_passes(total, limit, told):
    passed = Passed(Cap.DAY, Decimal(limit), Decimal(total))
    assert f"about {told}. " in passed_words(Verdict((passed,)))
