"""Marks in words, and which of them a task shows. Free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Output, Task


class Seen(Struct, frozen=True):
    """The marks of a task as its row shows them.

    Attributes:
        favourite: whether one of its pictures is.
        stars: of its best picture.
        rejected: whether all of its pictures are.
        tags: its tags.
        note: whether it has one.
    """

    favourite: bool = False
    stars: int = 0
    rejected: bool = False
    tags: tuple[str, ...] = ()
    note: bool = False


def seen_of(task: Task) -> Seen:
    """What a task's row shows."""
    kept = task.kept
    return Seen(
        favourite=any(output.favourite for output in kept),
        stars=max((output.rating for output in kept), default=0),
        rejected=bool(kept) and all(output.rejected for output in kept),
        tags=task.tags,
        note=bool(task.note),
    )


def stars_words(stars: int) -> str:
    """``"1 star"``, ``"3 stars"``."""
    return "1 star" if stars == 1 else f"{stars} stars"


def marks_words(seen: Seen) -> str:
    """All marks in a line, for tooltips and those who listen; empty without any."""
    words = []
    if seen.favourite:
        words.append("favourite")
    if seen.stars:
        words.append(stars_words(seen.stars))
    if seen.rejected:
        words.append("rejected")
    if seen.tags:
        words.append(f"tags: {', '.join(seen.tags)}")
    if seen.note:
        words.append("has a note")
    return ", ".join(words)


def picture_marks(output: Output) -> str:
    """The marks of one picture in a line; empty without any."""
    return marks_words(Seen(output.favourite, output.rating, output.rejected))
