"""How fast the price under Generate follows a field, beside a label that says something else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks.figures import Bound

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def test_the_price_follows_a_field(scripts: Any, figures: Any) -> None:
    told = scripts.run("price_line.py")
    figures.compare_times(
        "changed field to painted price, a list of 500 rows and 200 past runs",
        told["price"],
        told["label"],
        bound=Bound(most=5),
        against="a label with another text",
    )
