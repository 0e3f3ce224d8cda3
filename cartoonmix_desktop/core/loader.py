"""What the system says that loads libraries."""

from __future__ import annotations

import re


def library_in(said: str) -> str:
    """The library that the system's loader complains of, or all that it said."""
    found = re.search(r"[\w.+-]+\.(?:so(?:\.\d+)*|dll|dylib)\b", said)
    return found[0] if found else said
