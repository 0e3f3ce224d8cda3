"""The trash in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.formats import both, files, number, pictures, size_words, tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.trash import Pieces, TrashItem

TITLE = _("Trash")
NOTHING = _("The trash is empty")
RESTORE = _("Restore")
DELETE_NOW = _("Delete now…")
EMPTY_NOW = _("Empty trash…")
EMPTY = _("Empty trash")
KEEP = _("Keep")
DELETE_FOR_GOOD = _("Delete permanently")
DELETE_COPIES = _("Delete the copies")
DELETE_BOTH = _("Delete them, and move mine to the trash")
_PICTURE = _("Picture")
_FINAL = _("This cannot be undone.")


def pieces_words(pieces: Pieces) -> str:
    """``"1 task"``, ``"2 tasks and 1 picture"``."""
    return counted(len(pieces.tasks), len(pieces.pictures))


def counted(many: int, single: int) -> str:
    """Tasks, and pictures that were thrown away by themselves."""
    if many and single:
        return both(tasks(many), pictures(single))
    if single:
        return pictures(single)
    return tasks(many) if many else ""


def contents_words(items: Sequence[TrashItem]) -> str:
    """``"2 tasks and 1 picture · 4.2 MB"``; empty when there is nothing."""
    words = _what(items)
    size = sum(item.size for item in items)
    return f"{words} · {size_words(size)}" if size else words


def item_words(item: TrashItem, left: int | None) -> str:
    """The line under what is in the trash.

    Args:
        item: what.
        left: more days of use for which it stays, fewer than none if it may go; None for ever.
    """
    what = _PICTURE
    if not item.picture_id:
        what = _("Task · {pictures}").format(pictures=pictures(item.pictures))
    facts = [what] + ([size_words(item.size)] if item.size else []) + [left_words(left)]
    return " · ".join(filter(None, facts))


def left_words(left: int | None) -> str:
    """When something is deleted by itself; empty for never."""
    if left is None:
        return ""
    if left < 0:
        return _("deleted automatically soon")
    if not left:
        return _("deleted automatically on the next day of use")
    return ngettext(
        "deleted automatically after {n} more day of use",
        "deleted automatically after {n} more days of use",
        left,
    ).format(n=number(left))


def term_words(days: int) -> str:
    """What becomes of things in the trash."""
    if not days:
        return _("Deleted items stay here until you empty the trash.")
    return ngettext(
        "Deleted items stay here for {n} day of use, then are removed automatically."
        " Days when you do not run the program do not count.",
        "Deleted items stay here for {n} days of use, then are removed automatically."
        " Days when you do not run the program do not count.",
        days,
    ).format(n=number(days))


def moved_words(what: str) -> str:
    """Something was moved to the trash."""
    return _("Moved {what} to the trash").format(what=what)


def question_words(items: Sequence[TrashItem]) -> tuple[str, str]:
    """Title and text of the question before something is deleted for good."""
    return _("Delete {what} permanently?").format(what=_what(items)), _gone_words(items)


def empty_words(items: Sequence[TrashItem], strays: Sequence[int]) -> tuple[str, str]:
    """Title and text of the question before the trash is emptied.

    Args:
        items: what is in it.
        strays: bytes of each file there that the history does not know.
    """
    title = _("Empty the trash: {what}?")
    if not items:
        return title.format(what=files(len(strays))), f"{_strays_words(strays)} {_FINAL}"
    words = _gone_words(items)
    if strays:
        words = f"{words} {_strays_words(strays)}"
    return title.format(what=_what(items)), words


def _strays_words(strays: Sequence[int]) -> str:
    return ngettext(
        "{n} file ({size}) that is not in the history is removed from this computer.",
        "{n} files ({size}) that are not in the history are removed from this computer.",
        len(strays),
    ).format(n=number(len(strays)), size=size_words(sum(strays)))


def _what(items: Sequence[TrashItem]) -> str:
    single = sum(bool(item.picture_id) for item in items)
    return counted(len(items) - single, single)


def _gone_words(items: Sequence[TrashItem]) -> str:
    count, size = sum(item.pictures for item in items), sum(item.size for item in items)
    if not count:
        return _FINAL
    gone = ngettext(
        "{n} picture ({size}) is removed from this computer.",
        "{n} pictures ({size}) are removed from this computer.",
        count,
    ).format(n=number(count), size=size_words(size))
    return f"{gone} {_FINAL}"


def busy_words(titles: Sequence[str], others: int) -> tuple[str, str]:
    """Title and text of the question before what is under way is cancelled to be thrown away.

    Args:
        titles: of the tasks under way.
        others: how many tasks were chosen besides.
    """
    count = len(titles)
    title = ngettext(
        "This task is still in progress", "{n} tasks are still in progress", count
    ).format(n=number(count))
    text = ngettext(
        "“{title}” can be moved to the trash once it has ended."
        " Pictures that are ready go with it.",
        "They can be moved to the trash once they have ended."
        " Pictures that are ready go with them.",
        count,
    ).format(title=titles[0])
    if others > 1:
        rest = ngettext(
            "The {n} other task can go right away.",
            "The {n} other tasks can go right away.",
            others,
        ).format(n=number(others))
        text = f"{text} {rest}"
    return title, text


def cancel_first(count: int) -> str:
    """The button that cancels what is under way and throws it away."""
    return ngettext("Cancel it, then delete", "Cancel them, then delete", count)


def remote_question(count: int, *, sandbox: bool) -> tuple[str, str]:
    """Title and text of the question before the server's copies are deleted.

    Args:
        count: pictures that are kept here.
        sandbox: whether the server is the local one.
    """
    if sandbox:
        title = ngettext(
            "Delete the sandbox’s copy of this picture?",
            "Delete the sandbox’s copies of these {n} pictures?",
            count,
        )
        text = ngettext(
            "First the picture on this computer is compared with what was served; then the "
            "sandbox’s copy is removed, and yours stays. It cannot be fetched from there again. "
            "This cannot be undone.",
            "First every picture on this computer is compared with what was served; then the "
            "sandbox’s copies are removed, and yours stay. They cannot be fetched from there "
            "again. This cannot be undone.",
            count,
        )
    else:
        title = ngettext(
            "Delete Wiro’s copy of this picture?",
            "Delete Wiro’s copies of these {n} pictures?",
            count,
        )
        text = ngettext(
            "First the picture on this computer is compared with what was served; then Wiro’s "
            "copy is removed, and yours stays. It cannot be fetched from there again. "
            "This cannot be undone.",
            "First every picture on this computer is compared with what was served; then Wiro’s "
            "copies are removed, and yours stay. They cannot be fetched from there again. "
            "This cannot be undone.",
            count,
        )
    return title.format(n=number(count)), text


def copies_deleted(*, sandbox: bool) -> str:
    """The server's copies are gone."""
    if sandbox:
        return _("The sandbox’s copies are deleted; yours are here")
    return _("Wiro’s copies are deleted; yours are here")
