"""What the sandbox says of prices when it is asked to stand for Wiro: a list, and a wallet."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartoonmix_desktop.sandbox.tasks import SandboxTask

# Another amount than runs are charged: what is expected must never pass for a charge.
_EACH = "0.000900"

FORMS: dict[str, dict[str, Any]] = {
    "none": {},
    "old": {
        "dynamicprice": json.dumps([{"inputs": {}, "price": float(_EACH), "priceMethod": "cpo"}]),
        "cps": "0.000585000000",
        "approximatelycost": "0.003510000000",
    },
    "new": {
        "dynamicprice": [{"inputs": {}, "price": _EACH, "priceMethod": "per-output-file"}],
        "cps": "0.000585000000",
        "approximatelycost": "0.003510000000",
    },
    "seconds": {"dynamicprice": None, "cps": "0.000585", "approximatelycost": "0.003510000000"},
}
"""What Tool/Detail tells of prices: before November 2026, since then, and where time is paid."""


def wallet(balance: str, tasks: Iterable[SandboxTask]) -> list[dict[str, Any]]:
    """What Wallet/List tells.

    Args:
        balance: USD before the first task.
        tasks: all that were paid from it.
    """
    spent = sum((Decimal(task.cost(math.inf) or 0) for task in tasks), Decimal(0))
    return [{"id": "1", "currency": "USD", "balance": f"{Decimal(balance) - spent:.12f}"}]
