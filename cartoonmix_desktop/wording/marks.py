"""Marks in words, which of them a task shows, and what the dialogs about them say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.task.marks import MOST_STARS
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.formats import number

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Output, Task

# --- what is marked ------------------------------------------------------------------------------

_FAVOURITE = _("favourite")
_REJECTED = _("rejected")
_NOTED = _("has a note")
_TAGGED = _("tags: {names}")


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


def _stars(stars: int) -> str:
    return ngettext("{n} star", "{n} stars", stars).format(n=number(stars))


_STARS = tuple(_stars(stars) for stars in range(MOST_STARS + 1))


def stars_words(stars: int) -> str:
    """``"1 star"``, ``"3 stars"``; up to five."""
    return _STARS[stars]


def marks_words(seen: Seen) -> str:
    """All marks in a line, for tooltips and those who listen; empty without any."""
    words = []
    if seen.favourite:
        words.append(_FAVOURITE)
    if seen.stars:
        words.append(stars_words(seen.stars))
    if seen.rejected:
        words.append(_REJECTED)
    if seen.tags:
        words.append(_TAGGED.format(names=", ".join(seen.tags)))
    if seen.note:
        words.append(_NOTED)
    return ", ".join(words)


def picture_marks(output: Output) -> str:
    """The marks of one picture in a line; empty without any."""
    return marks_words(Seen(output.favourite, output.rating, output.rejected))


# --- the bar under a picture ---------------------------------------------------------------------

FAVOURITE = _("Favourite (F)")
REJECT = _("Reject (X)")
TAGS_KEY = _("Tags (T)")
NOTE_KEY = _("Note (N)")
ON = _("on")
OFF = _("off")


def rate(stars: int) -> str:
    """``"3 stars (3)"``, with its key."""
    return f"{stars_words(stars)} ({stars})"


# --- dialogs -------------------------------------------------------------------------------------

NAME = _("Name")
ABOUT_NAME = _("About this name")
TAKEN = _("Replaces the one with the same name.")
NOTE = _("Note")
NOTES_REPLACED = _("It replaces the notes they have.")
NEW_TAGS = _("New tags")
NEW_TAGS_HINT = _("Add tags, separated by commas")
ALL_TAGS = _("All tags")
SAVED_SEARCHES = _("Saved searches")
SAVE_SEARCH = _("Save this search")
RENAME_SEARCH = _("Rename search")
NEW_COLLECTION = _("New collection")
RENAME_COLLECTION = _("Rename collection")
CREATE = _("Create")
RENAME = _("Rename")
RENAME_MORE = _("Rename…")


def note_title(count: int) -> str:
    """Over the note of so many tasks."""
    if count == 1:
        return NOTE
    return ngettext("Note for {n} task", "Note for {n} tasks", count).format(n=number(count))


def tags_title(count: int) -> str:
    """Over the tags of so many tasks."""
    if count == 1:
        return _("Tags")
    return ngettext("Tags of {n} task", "Tags of {n} tasks", count).format(n=number(count))


# --- collections ---------------------------------------------------------------------------------

DROP = _("Drop on a collection")
DROP_ON = _("Collections to drop on")
DROP_NEW = _("New collection to drop on")
DROP_NEW_LINE = _("New collection…")


def added(count: int, name: str) -> str:
    """So many pictures were added to a collection."""
    words = ngettext("Added {n} picture to “{name}”", "Added {n} pictures to “{name}”", count)
    return words.format(n=number(count), name=name)


def all_there(name: str) -> str:
    """What was to be added to a collection is in it."""
    return _("“{name}” already has all of them").format(name=name)


def nothing_to_add(name: str) -> str:
    """What was to be added to a collection has no picture."""
    return _("There is no picture to add to “{name}” yet").format(name=name)


def deleted(name: str) -> str:
    """A collection was deleted."""
    return _("Deleted “{name}”. Its pictures stay. Undo brings it back.").format(name=name)
