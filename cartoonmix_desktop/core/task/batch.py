"""The same recipe several times: each a task of its own, with a seed of its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.recipe.request import GenerationRequest

MOST = 500
"""Tasks that one press of Generate makes at most."""


def new_seed() -> str:
    """A seed of 32 random bits."""
    return str(secrets.randbits(32))


def several(
    request: GenerationRequest,
    count: int,
    *,
    new_each_time: bool,
    throw: Callable[[], str] = new_seed,
) -> list[GenerationRequest]:
    """``count`` requests, the first of them ``request`` itself.

    With the same seed the same pictures would be paid for again. So the seed of the others is
    thrown if the person wants a new one each time, or if it is no number; else it counts up.

    Args:
        request: what the form says.
        count: at least 1.
        new_each_time: whether seeds are thrown.
        throw: gives a seed.
    """
    seed = str(request.values.get("seed", "")).strip()
    counts = seed.isdecimal() and seed.isascii() and len(seed) <= 18 and not new_each_time
    return [request] + [
        replace(
            request, values={**request.values, "seed": str(int(seed) + n) if counts else throw()}
        )
        for n in range(1, count)
    ]


def alike(
    request: GenerationRequest, count: int, throw: Callable[[], str] = new_seed
) -> list[GenerationRequest]:
    """``count`` times the same recipe, each with a new seed.

    Args:
        request: the recipe.
        count: at least 1.
        throw: gives a seed.
    """
    return [replace(request, values={**request.values, "seed": throw()}) for _ in range(count)]
