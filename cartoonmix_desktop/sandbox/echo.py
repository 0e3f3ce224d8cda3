"""A server that does not tell inputs as they were sent."""

from __future__ import annotations

import html
import json
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SHORT = 255  # characters
_GRID = 64  # pixels
_LOCAL = 3 * 3600  # seconds

Told = dict[str, Any]


def _of_prompt(change: Callable[[str], str]) -> Callable[[Told], Told]:
    def changed(told: Told) -> Told:
        asked = told["parameters"]
        return {"parameters": asked | {"prompt": change(str(asked.get("prompt", "")))}}

    return changed


def _size(told: Told) -> Told:
    sides = {
        name: str(max(_GRID, round(int(told["parameters"][name]) / _GRID) * _GRID))
        for name in ("width", "height")
        if str(told["parameters"].get(name, "")).isdigit()
    }
    return {"parameters": told["parameters"] | sides}


CHANGES: dict[str, Callable[[Told], Told]] = {
    "trim": _of_prompt(str.strip),
    "spaces": _of_prompt(lambda prompt: " ".join(prompt.split())),
    "escape": _of_prompt(html.escape),
    "json": _of_prompt(lambda prompt: json.dumps(prompt)[1:-1]),
    "decompose": _of_prompt(lambda prompt: unicodedata.normalize("NFD", prompt)),
    "cut": _of_prompt(lambda prompt: prompt[:_SHORT]),
    "seed": lambda told: {"parameters": told["parameters"] | {"seed": 3_735_928_559}},
    "size": _size,
    "ms": lambda told: {"createtime": str(int(told["createtime"]) * 1000)},
    "local": lambda told: {"createtime": str(int(told["createtime"]) + _LOCAL)},
}
"""By the name of a change: which fields of a description are told instead."""


def changed(told: Told, changes: Iterable[str]) -> Told:
    """A description as such a server tells it.

    Args:
        told: as it is.
        changes: names of `CHANGES`.
    """
    for name in changes:
        told = told | CHANGES[name](told)
    return told
