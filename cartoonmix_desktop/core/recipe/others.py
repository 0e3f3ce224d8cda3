"""What a picture of another program says that CartoonMix has no input for: names and texts.

Hashes, an upscaler, a sampler without an equal: kept beside the recipe, shown, found and written
again. Whoever wrote them may mean harm: they are bounded and taken as plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cartoonmix_desktop.core.recipe.recipe import LONGEST_TEXT, plain

NONE: Mapping[str, str] = MappingProxyType({})
"""Of what has none."""

_LONGEST_NAME = 80
_MOST_CHARACTERS = 64 * 1024  # of all names and texts of one picture


def sound(told: object) -> dict[str, str]:
    """Of ``told``, which may be anything, the names and texts that are kept. Never raises."""
    kept: dict[str, str] = {}
    room = _MOST_CHARACTERS
    for name, text in told.items() if isinstance(told, Mapping) else ():
        if not isinstance(name, str) or not isinstance(text, str) or len(text) > LONGEST_TEXT:
            continue
        name, text = plain(name[:_LONGEST_NAME], lines=False), plain(text, lines=True)
        room -= len(name) + len(text)
        if room < 0:
            break
        if name and text:
            kept[name] = text
    return kept
