"""The library in words: where it is, what it takes, how it moves, and a history that is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.core.errors import (
    DatabaseAltered,
    DatabaseForeign,
    DatabaseTooNew,
    HistoryMissing,
)
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import describe, one_line, sentences
from cartoonmix_desktop.wording.formats import (
    local,
    moment,
    number,
    percent,
    pictures,
    size_words,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.core.errors import CartoonMixError, StorageError
    from cartoonmix_desktop.core.storage_risk import Risk

_GIGABYTE = 1024  # megabytes

# --- the page of the settings
FOLDER = _("Pictures folder")
FOLDER_HELP = _("Every picture is a file here, exactly as Wiro served it.")
OPEN_FOLDER = _("Open folder")
MOVE_FOLDER = _("Move…")
MOVE_FOLDER_HELP = _("Move all pictures to another folder or disk")
USE_FOLDER = _("Use another folder…")
USE_FOLDER_HELP = _("For a folder that already holds the pictures, for example after you moved it")
KEEP_DELETED = _("Keep deleted items for")
KEEP_DELETED_HELP = _(
    "Until then, you can restore them from the trash. Only days on which you run the program count."
)
FOREVER = _("Until you empty the trash")
THUMBNAILS = _("Space for thumbnails")
THUMBNAILS_HELP = _("Oldest are removed first and rebuilt when needed.")
ON_DISK = _("Space used")
KINDS = {
    DiskUse.PICTURES: _("Pictures"),
    DiskUse.TRASH: _("Trash"),
    DiskUse.HISTORY: _("History"),
    DiskUse.BACKUPS: _("Backups of the history"),
    DiskUse.DAMAGED: _("Damaged files, kept aside"),
    DiskUse.THUMBNAILS: _("Thumbnails"),
    DiskUse.LOGS: _("Logs and crash reports"),
}
"""What takes room on the disk."""
_EMPTY = _("Empty trash…")
_CLEAR = _("Clear")

_JOURNAL_WAITS = _(
    "New recipes and marks are safe in the history. "
    "They are also saved with the pictures when this works again."
)

# --- another folder
CHOOSE_USED = _("Where the pictures are")
CHOOSE_TARGET = _("Move the library to")
USE_THIS = _("Use this folder")
STAYS = _("The library stays where it is.")
_NONE_THERE = _("It has none of the pictures in the history: they would be shown as missing.")

# --- moving
MOVE_TITLE = _("Move the library")
MOVE_TEXT = _(
    "Every picture is copied and compared before the original is removed. New pictures wait until "
    "the move is done."
)
MOVE_FROM = _("From")
MOVE_TO = _("To")
MOVE = _("Move")
MOVED = _("Moved")
PROGRESS = _("Progress")
CLEARING = _("Removing the old files…")
WAITING = _("Waiting for downloads to finish…")
CANCELLING = _("Cancelling…")

# --- a damaged history
DAMAGED = _("The history cannot be opened")
_TITLES: dict[type[CartoonMixError], str] = {
    HistoryMissing: _("The history is missing"),
    DatabaseForeign: _("Something else is in the history’s place"),
    DatabaseAltered: _("Something else has changed the history"),
    DatabaseTooNew: _("The history was written by a newer version"),
}
_ALTERED = _("It holds parts that this program did not put there: {detail}. They were not run.")
_NEWER = _("Install the newest version to use it as it is.")
_DAMAGED = _("The history is damaged")
DAMAGED_TEXT = _(
    "Your pictures are safe in their folder. What is left of the history is kept aside, "
    "whatever you choose: nothing is deleted."
)
BACKUPS = _("Backups")
GO_BACK_TO = _("Bring it back from")
TASKS_LOST = _("Tasks made after a backup are not in it.")
TASKS_COME_BACK = _("What was made after a backup comes back from the pictures folder.")
REBUILD = _("Pictures folder, where recipes and marks are written too")
_BACKUP_OF = _("Backup of {moment}")
_UNREADABLE = _("cannot be read")
NO_BACKUP = _("There is no backup.")
RESTORE = _("Restore")
START_EMPTY = _("Start with an empty history")
QUIT = _("Quit")


def what_is_wrong(error: CartoonMixError) -> tuple[str, str]:
    """Why the history cannot be opened: a title, and what else is to be said."""
    title = _TITLES.get(type(error), _DAMAGED)
    if isinstance(error, DatabaseAltered):
        return title, sentences(_ALTERED.format(detail=one_line(error.detail)), DAMAGED_TEXT)
    if isinstance(error, DatabaseTooNew):
        return title, sentences(_NEWER, DAMAGED_TEXT)
    return title, DAMAGED_TEXT


def act_of(use: DiskUse) -> str:
    """What can be done about what takes room."""
    return {DiskUse.TRASH: _EMPTY, DiskUse.THUMBNAILS: _CLEAR}.get(use, OPEN_FOLDER)


def act_name(use: DiskUse) -> str:
    """The same, as it is read aloud: ``"Empty trash: Trash"``."""
    return f"{act_of(use).removesuffix('…')}: {KINDS[use]}"


def term(days: int) -> str:
    """For how long the trash keeps; 0 for ever."""
    if not days:
        return FOREVER
    return ngettext("{n} day of use", "{n} days of use", days).format(n=number(days))


def budget(megabytes: int) -> str:
    """How much room thumbnails may take: ``"512 MB"``, ``"1 GB"``."""
    if megabytes < _GIGABYTE:
        return _("{n} MB").format(n=number(megabytes))
    return _("{n} GB").format(n=number(megabytes // _GIGABYTE))


def path_name(words: str, path: Path) -> str:
    """A path as it is read aloud."""
    return f"{words} {path}"


def question(folder: str) -> str:
    """The title before another folder is used."""
    return _("Use {folder}?").format(folder=folder)


def found_words(there: int, looked_for: int) -> str:
    """How much of the history's pictures a folder holds; empty for all."""
    if there == looked_for:
        return ""
    if not there:
        return _NONE_THERE
    return _(
        "It has about {share} of the pictures in the history; the others would be missing."
    ).format(share=percent(round(100 * there / looked_for)))


def moved_words(target: Path, left: Path | None) -> str:
    """Where the library is now.

    Args:
        target: its folder.
        left: the old one, if something is still in it.
    """
    if left is None:
        return _("The library is now in {target}.").format(target=target)
    return _(
        "The library is now in {target}. Files that are not part of it, or could not be removed, "
        "are still in {left}."
    ).format(target=target, left=left)


def figures(files_done: int, files: int, done: int, size: int) -> str:
    """How far a move is: ``"12 of 40 files · 3 MB of 9 MB"``."""
    counted = ngettext("{done} of {n} file", "{done} of {n} files", files)
    counted = counted.format(done=number(files_done), n=number(files))
    sizes = _("{done} of {size}").format(done=size_words(done), size=size_words(size))
    return f"{counted} · {sizes}"


def journal_waits(problem: StorageError) -> str:
    """That recipes and marks are in the history alone for now, and why."""
    return sentences(describe(problem).title, _JOURNAL_WAITS)


def backup(taken_at: float, tasks: int, kept: int) -> str:
    """A backup in the list.

    Args:
        taken_at: unix seconds.
        tasks: how many it holds; negative where it cannot be read.
        kept: how many pictures they made.
    """
    when = _BACKUP_OF.format(moment=moment(local(taken_at)))
    if tasks < 0:
        return f"{when}  ·  {_UNREADABLE}"
    counted = ngettext("{n} task", "{n} tasks", tasks).format(n=number(tasks))
    return f"{when}  ·  {counted}  ·  {pictures(kept)}"


def library_risk_words(risk: Risk | None) -> str:
    """One sentence why it is no good place for the pictures; empty without a risk."""
    if risk is None:
        return ""
    if risk.kind == "network":
        words = _(
            "This folder is on a network share{kind}: while the network is down, pictures can be "
            "neither kept nor shown."
        )
    else:
        words = _(
            "This folder is synced by {service}, which may change or remove pictures while the "
            "program works with them."
        )
    return _with_risk(words, risk)


def history_risk_words(risk: Risk) -> str:
    """Why it is no good place for the history."""
    if risk.kind == "network":
        words = _(
            "The history is on a network share{kind}, where its database can be damaged. Set "
            "CARTOONMIX_HOME to a folder on a disk of this computer."
        )
    else:
        words = _(
            "The history is synced by {service}, which can damage its database. Set "
            "CARTOONMIX_HOME to a folder on a disk of this computer."
        )
    return _with_risk(words, risk)


def _with_risk(words: str, risk: Risk) -> str:
    kind = f" ({risk.by})" if risk.by else ""
    return words.format(kind=kind, service=risk.by or _("a cloud service"))
