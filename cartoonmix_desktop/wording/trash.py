"""The trash in words for people. Free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.wording.formats import pictures, size_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.trash import Pieces, TrashItem


def pieces_words(pieces: Pieces) -> str:
    """``"1 task"``, ``"2 tasks and 1 picture"``."""
    return counted(len(pieces.tasks), len(pieces.pictures))


def counted(tasks: int, single: int) -> str:
    """Tasks, and pictures that were thrown away by themselves."""
    words = []
    if tasks:
        words.append("1 task" if tasks == 1 else f"{tasks:,} tasks")
    if single:
        words.append(pictures(single))
    return " and ".join(words)


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
    what = "Picture" if item.picture_id else f"Task · {pictures(item.pictures)}"
    facts = [what] + ([size_words(item.size)] if item.size else []) + [left_words(left)]
    return " · ".join(filter(None, facts))


def left_words(left: int | None) -> str:
    """When something is deleted by itself; empty for never."""
    if left is None:
        return ""
    if left < 0:
        return "deleted automatically soon"
    if not left:
        return "deleted automatically on the next day of use"
    days = "1 more day" if left == 1 else f"{left} more days"
    return f"deleted automatically after {days} of use"


def term_words(days: int) -> str:
    """What becomes of things in the trash."""
    if not days:
        return "What you delete stays here until you empty the trash."
    return (
        f"What you delete stays here for {days} days of use, and then is deleted automatically."
        " Days on which the program does not run do not count."
    )


def question_words(items: Sequence[TrashItem]) -> tuple[str, str]:
    """Title and text of the question before something is deleted for good."""
    return f"Delete {_what(items)} for good?", _gone_words(items)


def empty_words(items: Sequence[TrashItem], strays: Sequence[int]) -> tuple[str, str]:
    """Title and text of the question before the trash is emptied.

    Args:
        items: what is in it.
        strays: bytes of each file there that the history does not know.
    """
    files, size = f"{len(strays):,} file{'s' * (len(strays) != 1)}", size_words(sum(strays))
    if not items:
        verb = "is" if len(strays) == 1 else "are"
        return f"Empty the trash: {files}?", (
            f"{files} ({size}) that the history does not know {verb} removed from this computer."
            " This cannot be undone."
        )
    title, words = f"Empty the trash: {_what(items)}?", _gone_words(items)
    if strays:
        verb = "goes" if len(strays) == 1 else "go"
        words += f" {files} ({size}) that the history does not know {verb} with it."
    return title, words


def _what(items: Sequence[TrashItem]) -> str:
    single = sum(bool(item.picture_id) for item in items)
    return counted(len(items) - single, single)


def _gone_words(items: Sequence[TrashItem]) -> str:
    files, size = sum(item.pictures for item in items), sum(item.size for item in items)
    if not files:
        return "This cannot be undone."
    gone = "is" if files == 1 else "are"
    return (
        f"{pictures(files)} ({size_words(size)}) {gone} removed from this computer."
        " This cannot be undone."
    )


def busy_words(titles: Sequence[str], others: int) -> tuple[str, str]:
    """Title and text of the question before what is under way is cancelled to be thrown away.

    Args:
        titles: of the tasks under way.
        others: how many tasks were chosen besides.
    """
    many = len(titles) > 1
    title = f"{len(titles)} tasks are still under way" if many else "This task is still under way"
    text = (
        f"“{titles[0]}” can be moved to the trash when it has ended."
        if not many
        else "They can be moved to the trash when they have ended."
    )
    text += " Pictures that are ready go with " + ("them." if many else "it.")
    return title, text + (f" The {others} other tasks can go at once." if others > 1 else "")


def remote_question(count: int, *, sandbox: bool) -> tuple[str, str]:
    """Title and text of the question before the server's copies are deleted.

    Args:
        count: pictures that are kept here.
        sandbox: whether the server is the local one.
    """
    whose = "the sandbox’s" if sandbox else "Wiro’s"
    if count == 1:
        title = f"Delete {whose} copy of this picture?"
        then = f"then {whose} copy is removed, and yours stays."
    else:
        title = f"Delete {whose} copies of these {count} pictures?"
        then = f"then {whose} copies are removed, and yours stay."
    return title, (
        f"First every picture on this computer is compared with what was served; {then}"
        " Nothing can be fetched from there again. This cannot be undone."
    )
