"""What can be followed with ``--debug``: one logger a category, and silence until one is asked for.

A line begins with what happened; ids, states and figures follow as ``key=value``. Never in one are
a key, a prompt or the address of a picture.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = "cartoonmix"
"""What the names of the loggers begin with."""


def _logger(category: str) -> logging.Logger:
    return logging.getLogger(f"{ROOT}.{category}")


wire = _logger("wire")
"""Each request, and the live socket."""
queue = _logger("queue")
"""Each state of a task, and each decision about what waits."""
follow = _logger("follow")
"""What the server tells of a task, and what is asked after its end."""
fetch = _logger("fetch")
"""Each attempt at a picture."""
reconcile = _logger("reconcile")
"""What is found out about lost answers."""
money = _logger("money")
"""Each charge."""
library = _logger("library")
"""What happens to the folder of pictures."""
storage = _logger("storage")
"""What the disk refuses, or is slow with."""
window = _logger("window")
"""The phases of a start and of an end."""


def shown(text: str) -> str:
    """A word from outside as the value of a fact: short, and never more than one word or line."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else "?" for c in text[:40])


def follow_categories(categories: Iterable[str]) -> None:
    """Let these be logged line by line, for the rest of the run."""
    for category in categories:
        _logger(category).setLevel(logging.DEBUG)
