"""Imports and exports in words: what is asked, how far they are, what came of them."""

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
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.formats import number, percent, pictures, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.services.transfer.archive import ArchiveSummary
    from cartoonmix_desktop.services.transfer.exporting import ExportSummary
    from cartoonmix_desktop.services.transfer.importing import ImportSummary

# --- the export dialog
EXPORT = _("Export")
PRESET = _("Preset")
NO_PRESET = _("Custom")
FOR_A_CLIENT = _("For a client")
SAVE_PRESET = _("Save preset…")
SAVE_PRESET_HELP = _("Save these choices, except the folder, under a name")
DELETE_PRESET = _("Delete")
NAME_OF_PRESET = _("Name of the preset")
FOLDER = _("Folder")
CHOOSE = _("Choose…")
CHOOSE_FOLDER = _("Choose folder")
EXPORT_TO = _("Export to")
NAME = _("Name")
INSERT = _("Insert")
INSERT_HELP = _("Insert a placeholder")
PREVIEW = _("Preview of the name")
FORMAT = _("Format")
FORMATS = {"PNG": _("PNG"), "JPEG": _("JPEG"), "WEBP": _("WebP")}
ORIGINAL = _("Original file, unchanged")
QUALITY = _("Quality")
LOSSLESS = _("Lossless")
SIZE = _("Size")
FULL_SIZE = _("Full size")
METADATA = _("Metadata")
SAYS = {
    "recipe": (_("Recipe"), _("Prompt, settings and date")),
    "marks": (_("Rating and tags"), _("Stars, rejects and tags, as photo managers read them")),
    "ai_made": (
        _("AI mark"),
        _("The IPTC source type: made by a model, or what the imported file says"),
    ),
}
"""What the metadata may say, by its name in `ExportPlan`, and a word on each."""
TITLE = _("Title")
TITLE_HELP = _("Placeholders such as {number} work here too")
CREATOR = _("Creator")
NONE = _("None")
SIDECAR = _("Sidecar file")
SIDECARS = {
    "": NONE,
    ".txt": _("Text (.txt)"),
    ".json": _("Recipe file (.json)"),
    ".xmp": _("For photo managers (.xmp)"),
}
HELP_ORIGINAL = _("Each file stays as it was served, byte for byte.")
HELP_ORIGINAL_XMP = _(
    "Each file stays as it was served. The metadata goes into the file beside it."
)
HELP_RECIPE = _("Other programs can read the recipe.")
HELP_BARE = _("No prompt, seed or setting, not in the file name either.")
HELP_BESIDE = _("The recipe is in the sidecar file only.")
FIELDS = {
    "date": _("The day it was made: 2026-11-23"),
    "time": _("The time it was made: 14.05.09"),
    "prompt": _("The first words of the prompt"),
    "seed": _("The seed"),
    "number": _("Counts the exported pictures: 001"),
    "picture": _("Its position in its task: 2"),
    "id": _("The number of its task in the history"),
    "width": _("Its width in pixels"),
    "height": _("Its height in pixels"),
    "steps": _("The number of steps"),
    "scale": _("The guidance scale"),
    "scheduler": _("The scheduler"),
    "model": _("The model"),
    "rating": _("Its stars, 0 to 5"),
}
"""What each placeholder of a name stands for."""

# --- files and folders to choose
IMPORT_PICTURES = _("Import pictures")
IMPORT_FOLDER = _("Import folder")
IMPORT_LIBRARY = _("Import library")
EXPORT_LIBRARY = _("Export library")
FIND_IN = _("Look for missing pictures in")
ARCHIVES = _("CartoonMix libraries") + " (*.zip)"
ALL_FILES = _("All files") + " (*)"

# --- while it goes on
SCANNING = _("Scanning…")
STOPPING = _("Stopping; finished items are kept…")
LEFT_OUT = _("What was left out")
SHOW_FOLDER = _("Show folder")
NOTHING_TO_EXPORT = _("There is no picture to export")
_FILES = _("{done} of {total} files")
_STEPS = _("{done} of {total} steps")
_PICTURES = _("{done} of {total} pictures")


class Doing(Struct, frozen=True):
    """Long work in words.

    Attributes:
        title: what is done.
        figures: how far it is; has places for ``{done}`` and ``{total}``.
        failed: what is said when nothing came of it.
    """

    title: str
    figures: str
    failed: str

    def progress(self, done: int, total: int) -> str:
        """How far it is: ``"12 of 40 files"``."""
        return self.figures.format(done=number(done), total=number(total))


IMPORTING = Doing(_("Importing pictures"), _FILES, _("No pictures imported"))
EXPORTING = Doing(_("Exporting pictures"), _PICTURES, _("No pictures exported"))
WRITING = Doing(_("Exporting the library"), _STEPS, _("The library was not exported"))
MERGING = Doing(_("Importing a library"), _STEPS, _("Nothing was imported"))
FINDING = Doing(_("Looking for missing pictures"), _FILES, _("The search ended early"))

_WHY = {
    NotAPicture: _("not a complete PNG, JPEG, WebP, AVIF or GIF picture"),
    PictureTruncated: _("the file is cut short"),
    PictureTooLarge: _("too large: more than 64 megapixels or 256 MB"),
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


def title(count: int) -> str:
    """The title of the export dialog."""
    return _("Export {pictures}").format(pictures=pictures(count))


def placeholder(name: str) -> str:
    """A placeholder in the menu, with what it stands for."""
    return f"{{{name}}}    {FIELDS[name]}"


def no_such_field(name: str) -> str:
    """A name between braces stands for nothing."""
    return _("There is no placeholder {name}: see Insert.").format(name=f"{{{name}}}")


def quality(value: int) -> str:
    """``"90 %"``."""
    return percent(value)


def long_edge(pixels: int) -> str:
    """How large the longer side may be."""
    if not pixels:
        return FULL_SIZE
    return _("Long edge at most {n} pixels").format(n=number(pixels))


def pictures_filter(endings: Iterable[str]) -> str:
    """The kinds of files that are pictures."""
    return _("Pictures") + f" ({' '.join('*' + ending for ending in endings)})"


def archive_name(day: date) -> str:
    """What the file of a library is called until the person says otherwise; sorts by its day."""
    return _("CartoonMix library {date}").format(date=day.isoformat()) + ".zip"


def and_more(count: int) -> str:
    """The last line of a list that is cut off."""
    return _("and {n} more").format(n=number(count))


def import_words(summary: ImportSummary) -> Outcome:
    """``"1,204 pictures imported"``; ``"12 were already here. 3 could not be read:"``."""
    said = []
    if summary.rebuilt:
        back = ngettext(
            "{n} task came whole, with recipe, marks and charge.",
            "{n} tasks came whole, with recipes, marks and charges.",
            summary.rebuilt,
        )
        said.append(_count(back, summary.rebuilt))
    if summary.here:
        said.append(
            _count(
                ngettext("{n} was already here.", "{n} were already here.", summary.here),
                summary.here,
            )
        )
    said += _place_words(0 if summary.rebuilt else summary.found, summary.waiting)
    if summary.stopped:
        said.append(_("You stopped it; everything imported so far stays."))
    if summary.tasks:
        said.append(_("Undo reverses the whole import."))
    if bare := summary.without_recipe:
        told = ngettext(
            "{n} has no recipe; search for {query} to find it.",
            "{n} have no recipe; search for {query} to find them.",
            bare,
        )
        said.append(told.format(n=number(bare), query="is:without-recipe"))
    if partly := len(summary.partly):
        told = ngettext(
            "{n} has settings that this form lacks, kept under “Other inputs”.",
            "{n} have settings that this form lacks, kept under “Other inputs”.",
            partly,
        )
        said.append(_count(told, partly))
    if unread := len(summary.unread):
        said.append(
            _count(ngettext("{n} could not be read:", "{n} could not be read:", unread), unread)
        )
    count = len(summary.tasks) + bool(summary.rebuilt) * summary.found
    done = _count(ngettext("{n} picture imported", "{n} pictures imported", count), count)
    lines = [_line(PurePath(one.path).name, one.error) for one in summary.unread]
    lines += [_line(one.name, error) for one in summary.partly for error in one.left_out]
    title = done if count else IMPORTING.failed
    return Outcome(title, " ".join(said), tuple(lines), _problem(summary.error))


def export_words(summary: ExportSummary) -> Outcome:
    """``"12 pictures exported"``; each was read back and compared."""
    said = []
    if summary.files:
        said.append(_("All files verified."))
    if summary.stopped:
        said.append(_("You stopped it; everything exported so far stays."))
    if summary.failed:
        failed = len(summary.failed)
        said.append(
            _count(
                ngettext("{n} could not be exported:", "{n} could not be exported:", failed), failed
            )
        )
    count = len(summary.files)
    done = _count(ngettext("{n} picture exported", "{n} pictures exported", count), count)
    lines = tuple(_line(one.name, one.error) for one in summary.failed)
    return Outcome(
        done if count else EXPORTING.failed, " ".join(said), lines, _problem(summary.error)
    )


def written_words(summary: ArchiveSummary) -> Outcome:
    """What came of a library that was written into one file."""
    if summary.stopped:
        return Outcome(_("No library exported"), _("You stopped it; nothing was written."))
    said = [_("The whole file was verified. The trash is not included.")]
    if summary.left_out:
        said.append(
            _count(
                ngettext(
                    "{n} picture was missing or changed and is not included.",
                    "{n} pictures were missing or changed and are not included.",
                    summary.left_out,
                ),
                summary.left_out,
            )
        )
    done = _("Library with {pictures} exported").format(pictures=pictures(summary.pictures))
    return Outcome(done, " ".join(said))


def merged_words(summary: ArchiveSummary) -> Outcome:
    """What came of a library that was merged into this one."""
    said = []
    if summary.here:
        said.append(
            _count(
                ngettext(
                    "{n} task was already here, and kept.",
                    "{n} tasks were already here, and kept.",
                    summary.here,
                ),
                summary.here,
            )
        )
    if summary.trashed:
        said.append(
            _count(
                ngettext(
                    "{n} task is in the trash here.",
                    "{n} tasks are in the trash here.",
                    summary.trashed,
                ),
                summary.trashed,
            )
        )
    said += _place_words(summary.found, summary.waiting)
    if summary.left_out:
        said.append(
            _count(
                ngettext(
                    "{n} task was unfinished there, and left out.",
                    "{n} tasks were unfinished there, and left out.",
                    summary.left_out,
                ),
                summary.left_out,
            )
        )
    if summary.unread:
        said.append(
            _count(
                ngettext(
                    "{n} picture could not be read, and was left out.",
                    "{n} pictures could not be read, and were left out.",
                    summary.unread,
                ),
                summary.unread,
            )
        )
    if summary.stopped:
        said.append(_("You stopped it; everything imported so far stays."))
    done = _("{tasks} with {pictures} imported").format(
        tasks=tasks(summary.tasks), pictures=pictures(summary.pictures)
    )
    return Outcome(
        done if summary.tasks else _("Nothing new imported"),
        " ".join(said),
        problem=_problem(summary.error),
    )


def _place_words(found: int, waiting: int) -> list[str]:
    """What became of files that were missing."""
    said = []
    if found:
        said.append(
            _count(
                ngettext(
                    "{n} picture was missing and is back in place.",
                    "{n} pictures were missing and are back in place.",
                    found,
                ),
                found,
            )
        )
    if waiting:
        said.append(
            _count(
                ngettext(
                    "{n} picture cannot be put in place yet; the next import or start does it, "
                    "once the folder can be written to.",
                    "{n} pictures cannot be put in place yet; the next import or start does it, "
                    "once the folder can be written to.",
                    waiting,
                ),
                waiting,
            )
        )
    return said


def find_words(found: int, left: int, *, stopped: bool) -> Outcome:
    """``"2 pictures found"``; ``"They are back in place. 1 is still missing."``."""
    said = []
    if found:
        said.append(ngettext("It is back in place.", "They are back in place.", found))
    if stopped:
        said.append(_("You stopped it; everything found so far stays."))
    elif left:
        said.append(_count(ngettext("{n} is still missing.", "{n} are still missing.", left), left))
    done = _count(ngettext("{n} picture found", "{n} pictures found", found), found)
    return Outcome(done if found else _("No missing picture found"), " ".join(said))


def _count(words: str, count: int) -> str:
    return words.format(n=number(count))


def failed_words(title: str, error: CartoonMixError) -> Outcome:
    """What went wrong before anything was done."""
    return Outcome(title, problem=_problem(error))


def _line(name: str, error: CartoonMixError) -> str:
    return f"{one_line(name, _LONGEST)} – {_why(error)}"


def _why(error: CartoonMixError) -> str:
    """In short; of a file, not of what came from a server."""
    for kind, words in _WHY.items():
        if isinstance(error, kind):
            return words
    if isinstance(error, FileUnreadable):
        return one_line(error.detail, _LONGEST) or _("cannot be read")
    said = describe(error)
    if isinstance(error, ExportImpossible) and said.advice:
        return f"{said.title}. {said.advice}"
    return said.title


def _problem(error: CartoonMixError | None) -> tuple[str, str] | None:
    if error is None:
        return None
    words = describe(error)
    return words.title, words.advice
