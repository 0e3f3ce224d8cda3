"""What a person thinks of pictures and writes to tasks.

Favourite, rating and reject belong to a picture, since one of four is the good one; to mark a task
is to mark all its pictures. Tags and notes belong to a task, since they speak of the job, and one
that failed can have them too. A collection holds pictures.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_STARS = 5
_LONGEST_NAME = 80


class PictureMark(StrEnum):
    """A mark of a picture, by the name of its column."""

    FAVOURITE = "favourite"  # 0 or 1
    RATING = "rating"  # 0 for none, else 1 to 5
    REJECTED = "rejected"  # 0 or 1


class Target(Struct, frozen=True):
    """What is to be marked.

    Attributes:
        tasks: ids of tasks; all their pictures are meant.
        outputs: ids of single pictures.

    Of a selection of 400,000 they are packed arrays, see `core.found`.
    """

    tasks: Sequence[int] = ()
    outputs: Sequence[int] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to mark."""
        return bool(self.tasks or self.outputs)


class Collection(Struct, frozen=True):
    """Pictures put together under a name.

    Attributes:
        id: row in the history database.
        name: unique but for case and accents.
        count: how many pictures are in it.
    """

    id: int
    name: str
    count: int = 0


class SavedSearch(Struct, frozen=True):
    """A query under a name."""

    id: int
    name: str
    query: str


def clean_name(text: str) -> str:
    """A name for a tag, collection or search: one line, empty if nothing is left.

    Straight quotes are left out because the search language puts names between them.
    """
    sound = text.encode("utf-8", "replace").decode().replace('"', "")
    return " ".join("".join(c for c in sound if c.isprintable() or c.isspace()).split())[
        :_LONGEST_NAME
    ].strip()


def clean_names(text: str) -> tuple[str, ...]:
    """The names in a text that commas or lines part, each once."""
    names: Iterable[str] = (clean_name(part) for part in text.replace("\n", ",").split(","))
    return tuple(dict.fromkeys(filter(None, names)))
