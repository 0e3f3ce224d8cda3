"""Printing where somebody may read, and may stop reading."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
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


def is_understood(query: str) -> bool:
    """Whether anything of a query can be searched for; what cannot is told on stderr."""
    from datetime import date

    from cartoonmix_desktop.core.search.query import parse
    from cartoonmix_desktop.wording.search import problem_words

    parsed = parse(query, date.today())  # noqa: DTZ011  the person's own day
    for problem in parsed.problems:
        say(problem_words(problem), sys.stderr)
    return not parsed.is_lost
