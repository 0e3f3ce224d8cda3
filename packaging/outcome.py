"""How a check ends that does not pass."""

from __future__ import annotations

import shutil


class Failed(Exception):
    """What was built is not as it must be; the words say how."""


class Lacking(Exception):
    """What a check needs is not here: a tool by its name, or a right."""


def tool(name: str) -> str:
    """Where a tool is.

    Raises:
        Lacking: nowhere on the PATH.
    """
    found = shutil.which(name)
    if found is None:
        raise Lacking(name)
    return found
