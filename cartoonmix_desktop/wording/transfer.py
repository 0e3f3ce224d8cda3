"""What came of imports and exports, in words. Free of Qt."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import (
    ExportImpossible,
    FileUnreadable,
    NotAPicture,
    PictureTooLarge,
    PictureTruncated,
)
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.formats import pictures

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.services.transfer.archive import ArchiveSummary
    from cartoonmix_desktop.services.transfer.exporting import ExportSummary
    from cartoonmix_desktop.services.transfer.importing import ImportSummary

_WHY = {
    NotAPicture: "not a whole PNG, JPEG or WebP picture",
    PictureTruncated: "stops before its end",
    PictureTooLarge: "too large: more than 64 megapixels or 256 MB",
}
_LONGEST = 80  # characters of a file's name


class Outcome(Struct, frozen=True):
    """What a window says in the end.

    Attributes:
        title: in a few words.
        words: the rest of it, or empty.
        lines: what was left out, each with its reason.
        problem: a title and advice, when something ended it before its time.
    """

    title: str
    words: str = ""
    lines: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None


def import_words(summary: ImportSummary) -> Outcome:
    """``"1,204 pictures imported"``; ``"12 were already here. 3 could not be read:"``."""
    said = []
    if summary.here:
        said.append(f"{summary.here:,} {'was' if summary.here == 1 else 'were'} already here.")
    said += _place_words(summary.found, summary.waiting)
    if summary.stopped:
        said.append("You stopped it; what was imported before stays.")
    if summary.tasks:
        said.append("Undo takes all of it back.")
    if summary.unread:
        said.append(f"{len(summary.unread):,} could not be read:")
    count = len(summary.tasks)
    title = f"{pictures(count)} imported" if count else "No picture imported"
    lines = tuple(_line(PurePath(one.path).name, one.error) for one in summary.unread)
    return Outcome(title, " ".join(said), lines, _problem(summary.error))


def export_words(summary: ExportSummary) -> Outcome:
    """``"12 pictures exported"``; each was read back and compared."""
    said = []
    if summary.files:
        each = "Each" if len(summary.files) > 1 else "It"
        said.append(f"{each} was read back and compared.")
    if summary.stopped:
        said.append("You stopped it; what was exported before stays.")
    if summary.failed:
        said.append(f"{len(summary.failed):,} could not be exported:")
    count = len(summary.files)
    title = f"{pictures(count)} exported" if count else "No picture exported"
    lines = tuple(_line(one.name, one.error) for one in summary.failed)
    return Outcome(title, " ".join(said), lines, _problem(summary.error))


def written_words(summary: ArchiveSummary) -> Outcome:
    """What came of a library that was written into one file."""
    if summary.stopped:
        return Outcome("No library exported", "You stopped it; nothing was written.")
    said = ["All of it was read back and compared. The trash is not in it."]
    if summary.left_out:
        was, are = ("was", "is") if summary.left_out == 1 else ("were", "are")
        said.append(f"{pictures(summary.left_out)} {was} missing or changed and {are} not in it.")
    return Outcome(f"Library with {pictures(summary.pictures)} exported", " ".join(said))


def merged_words(summary: ArchiveSummary) -> Outcome:
    """What came of a library that was merged into this one."""
    said = []
    if summary.here:
        said.append(f"{_tasks(summary.here)} already here, and kept.")
    if summary.trashed:
        verb = "is" if summary.trashed == 1 else "are"
        task = "task" if summary.trashed == 1 else "tasks"
        said.append(f"{summary.trashed:,} {task} {verb} in the trash here.")
    said += _place_words(summary.found, summary.waiting)
    if summary.left_out:
        said.append(f"{_tasks(summary.left_out)} unfinished there, and left out.")
    if summary.stopped:
        said.append("You stopped it; what was imported before stays.")
    new = f"{summary.tasks:,} task{'s' * (summary.tasks != 1)}"
    title = f"{new} with {pictures(summary.pictures)} imported"
    if not summary.tasks:
        title = "Nothing new imported"
    return Outcome(title, " ".join(said), problem=_problem(summary.error))


def _place_words(found: int, waiting: int) -> list[str]:
    """What became of files that were missing."""
    said = []
    if found:
        verb = "was missing and is" if found == 1 else "were missing and are"
        said.append(f"{pictures(found)} {verb} back in place.")
    if waiting:
        them, gets = ("its place", "gets it") if waiting == 1 else ("their places", "get them")
        verb = "waits" if waiting == 1 else "wait"
        said.append(
            f"{pictures(waiting)} {verb} for {them}, and {gets} when the folder can be written"
            " again: at the next import or start."
        )
    return said


def failed_words(title: str, error: CartoonMixError) -> Outcome:
    """What went wrong before anything was done."""
    return Outcome(title, problem=_problem(error))


def _tasks(count: int) -> str:
    return "1 task was" if count == 1 else f"{count:,} tasks were"


def find_words(found: int, left: int, *, stopped: bool) -> Outcome:
    """``"2 pictures found"``; ``"They are back in place. 1 is still missing."``."""
    said = []
    if found:
        said.append("It is back in place." if found == 1 else "They are back in place.")
    if stopped:
        said.append("You stopped it; what was found before stays.")
    elif left:
        said.append(f"{left:,} {'is' if left == 1 else 'are'} still missing.")
    return Outcome(
        f"{pictures(found)} found" if found else "No missing picture found", " ".join(said)
    )


def _line(name: str, error: CartoonMixError) -> str:
    return f"{one_line(name, _LONGEST)} – {_why(error)}"


def _why(error: CartoonMixError) -> str:
    """In short; of a file, not of what came from a server."""
    for kind, words in _WHY.items():
        if isinstance(error, kind):
            return words
    if isinstance(error, FileUnreadable):
        return one_line(error.detail, _LONGEST) or "cannot be read"
    said = describe(error)
    if isinstance(error, ExportImpossible) and said.advice:
        return f"{said.title}. {said.advice}"
    return said.title


def _problem(error: CartoonMixError | None) -> tuple[str, str] | None:
    if error is None:
        return None
    words = describe(error)
    return words.title, words.advice
