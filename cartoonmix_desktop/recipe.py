"""``cartoonmix-desktop recipe``: what files tell of their making."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cartoonmix_desktop.core.errors import RecipeUnreadable
from cartoonmix_desktop.printing import say
from cartoonmix_desktop.storage.exchange.recipe_files import read_all
from cartoonmix_desktop.wording.recipe.readings import in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.recipe.third_party import Reading

_SOME_UNREADABLE = 1
"""Exit status where a file could not be read."""


def run(options: argparse.Namespace) -> int:
    """Print what each file tells.

    Args:
        options: as `cli` parsed them.

    Returns:
        The exit status.
    """
    status = 0
    for file in options.files:
        try:
            reading = read_all(Path(file))
        except RecipeUnreadable as error:
            status = _SOME_UNREADABLE
            words = _words(error)
            if options.json:
                say(json.dumps({"file": file, "error": words}), sys.stdout)
            else:
                say(words, sys.stderr)
        else:
            told = json.dumps(_record(file, reading)) if options.json else in_words(file, reading)
            say(told, sys.stdout)
    return status


def _record(file: str, reading: Reading) -> dict[str, Any]:
    """As interfaces for scripts have it."""
    left_out = [{"name": e.field, "why": _words(e)} for e in reading.recipe.left_out]
    return {
        "file": file,
        "tool": reading.tool or None,
        "inputs": dict(reading.recipe.values),
        "model": reading.model,
        "others": dict(reading.others),
        "left_out": left_out,
    }


def _words(error: CartoonMixError) -> str:
    from cartoonmix_desktop.wording.errors import describe  # most files need none

    return describe(error).title
