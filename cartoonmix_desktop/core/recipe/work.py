"""How much work a run is: what its time grows with, and often its price."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from cartoonmix_desktop.core.recipe.inputs import Value
    from cartoonmix_desktop.core.recipe.request import GenerationRequest

FEWEST = 3
"""Past runs that are worth an opinion."""
SIMILAR = 4.0
"""Times more or less work that a run may be and still say something of another."""

LOOKED_AT = 200
"""Of an account's past runs, the newest that are looked through."""

_FACTORS = ("samples", "steps", "width", "height")


class PastRun(Struct, frozen=True):
    """A run that ended well.

    Attributes:
        request: what was asked for.
        made: unix seconds of the click.
        seconds: it took; None when not told.
        cost: USD; None when not told.
    """

    request: GenerationRequest
    made: float
    seconds: float | None
    cost: Decimal | None


def work_of(values: Mapping[str, Value]) -> float:
    """Samples × steps × pixels; 0 if that cannot be told.

    Args:
        values: inputs by wire name.
    """
    work = 1.0
    for name in _FACTORS:
        value = values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return 0.0
        try:
            work *= float(value)
        except OverflowError:
            return 0.0
    return work if 0 < work < math.inf else 0.0
