"""Printing where somebody may read, and may stop reading."""

from __future__ import annotations

import os
from typing import TextIO


def say(text: str, stream: TextIO | None) -> None:
    """Print where somebody reads; who has stopped reading does not change what was done."""
    if stream is None or not text:
        return  # the program was started without it
    try:
        written = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
        print(written, file=stream, flush=True)
    except OSError:
        # Or else the interpreter tries once more at its end, and fails in its own words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
