"""What the list and the grid of the history say around their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import one_line
from cartoonmix_desktop.wording.formats import number, pictures, tasks
from cartoonmix_desktop.wording.marks import picture_marks
from cartoonmix_desktop.wording.picture import MISSING
from cartoonmix_desktop.wording.tasks.states import title_of

if TYPE_CHECKING:
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.task import Output, Task

_LONGEST_QUERY = 80  # characters that are repeated

HISTORY = _("History")
PICTURES_GRID = _("Pictures")
NOTHING_YET = _("Everything you make appears here as soon as you press Generate.")
HOW_MANY = _("How many there are")
TRASH = _("Trash")
TRASH_HELP = _("Deleted items you can restore")
UNREAD = "…"
"""In place of a row that is not read yet."""

TASKS = _("Tasks")
TASKS_HELP = _("A row for each task")
PICTURES = _("Pictures")
PICTURES_HELP = _("All pictures side by side")
GROUP_BY_DAY = _("Group by day")
WHOLE_PICTURES = _("Show whole pictures, not cropped to squares")
SIZE = _("Size of the pictures")
SIZE_HELP = _("Size of the pictures ({key} and wheel)")
SHOW_ALL_TASKS = _("Show all tasks")
SHOW_ALL_PICTURES = _("Show all pictures")

_NONE_HERE = _("There is nothing in this part of the history yet.")


def row(task: Task, words: str) -> str:
    """A row of the list in a line.

    Args:
        task: the task.
        words: of its state.
    """
    return f"{title_of(task)} – {words}"


def cell_facts(task: Task, output: Output, *, missing: bool) -> str:
    """Which picture of its task one is, and what is wrong with it or its marks."""
    which = _("picture {n} of {all}").format(
        n=number(task.number_of(output)), all=number(len(task.outputs))
    )
    return ", ".join(filter(None, (which, MISSING if missing else "", picture_marks(output))))


def cell(task: Task, output: Output, *, missing: bool) -> str:
    """A picture of the grid in a line."""
    return f"{title_of(task)} – {cell_facts(task, output, missing=missing)}"


def trash(items: int) -> str:
    """``"Trash · 12"``."""
    return f"{TRASH} · {number(items)}"


def selected(count: int, of: int | None) -> str:
    """``"3 of 40 selected"``.

    Args:
        count: how many.
        of: how many there are; None while that is not known.
    """
    if of is None:
        return ngettext("{n} selected", "{n} selected", count).format(n=number(count))
    words = ngettext("{n} of {all} selected", "{n} of {all} selected", count)
    return words.format(n=number(count), all=number(of))


def found(count: int, *, grid: bool) -> str:
    """``"12 tasks"``, in the grid ``"12 pictures"``."""
    return pictures(count) if grid else tasks(count)


def nothing_found(query: Query, *, grid: bool) -> str:
    """That nothing fits, and what was asked."""
    text = one_line(query.text, _LONGEST_QUERY)
    if not text:
        return _NONE_HERE
    if query.within and grid:
        words = _("No picture matches “{query}” in this part of the history.")
    elif query.within:
        words = _("No task matches “{query}” in this part of the history.")
    else:
        words = _("No picture matches “{query}”.") if grid else _("No task matches “{query}”.")
    return words.format(query=text)


def copied(count: int, of: int) -> str:
    """So many pictures of those that were chosen are on the clipboard."""
    if count == of:
        return ngettext("Copied {n} picture", "Copied {n} pictures", count).format(n=number(count))
    words = ngettext("Copied {n} picture of {all}", "Copied {n} pictures of {all}", count)
    return words.format(n=number(count), all=number(of))


def more_pictures(count: int) -> str:
    """Over the last of the tiles that have room: ``"+3"``."""
    return f"+{number(count)}"
