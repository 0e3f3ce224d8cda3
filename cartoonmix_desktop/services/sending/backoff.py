"""How long to wait before trying again."""

from __future__ import annotations

import random

SLOWEST_FOR_DISK = 10.0
"""Seconds between attempts when the disk refuses, at most."""


def backoff(failures: int, most: float = 60.0) -> float:
    """Seconds to wait after so many failures in a row; jittered so that clients spread out."""
    return min(most, 2.0 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
