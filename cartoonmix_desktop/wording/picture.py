"""The words about one picture: its facts, why it is not there, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import NotAPicture, PictureTooLarge, PictureTruncated
from cartoonmix_desktop.core.task.outcome import Outcome, outcome_of
from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.formats import number, seconds, size_words
from cartoonmix_desktop.wording.marks import picture_marks
from cartoonmix_desktop.wording.tasks.endings import ending_words
from cartoonmix_desktop.wording.tasks.states import asked_words, remote_words, state_words

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Output, Task

PICTURE = _("Picture")
PICTURES_OF_TASK = _("Pictures of this task")
PROGRESS = _("Progress")

ZOOM = _("Zoom")

RECIPE = _("Recipe")
RECIPE_HELP = _("Show the whole recipe. The form stays as it is.")
SANDBOX_DRAWING = _("Sandbox drawing")

CANDIDATES = _("Tasks that may be this one")
TAKE = _("Take this one")
TAKE_HELP = _("Follow this task and fetch its pictures. This costs nothing.")

_PENDING = _("not there yet")
_ASIDE = _("could not be read; the received file is kept")
_BROKEN = _("could not be fetched")
MISSING = _("the file is missing")


def take(remote_id: str) -> str:
    """The name of the button that takes one of the server's tasks."""
    return _("Take task {id}").format(id=remote_id)


def numbered(position: int, count: int) -> str:
    """``"Picture 2 of 4"``."""
    return _("Picture {n} of {all}").format(n=number(position), all=number(count))


def frame_problem(output: Output | None, *, missing: bool) -> str:
    """Why a picture of the strip is not there; empty if it is.

    Args:
        output: None for one that is only expected.
        missing: whether its file is gone.
    """
    if output is None or output.state is OutputState.PENDING:
        return _PENDING
    if output.state is OutputState.ASIDE:
        return _ASIDE
    if output.state is OutputState.BROKEN:
        return f"{_BROKEN}: {describe(output.error).title}" if output.error else _BROKEN
    return MISSING if missing else ""


def frame_words(position: int, count: int, output: Output | None, *, missing: bool) -> str:
    """A picture of the strip for those who listen: which, and what is wrong or its marks."""
    words = numbered(position, count)
    said = frame_problem(output, missing=missing)
    said = said or (picture_marks(output) if output is not None else "")
    return f"{words}: {said}" if said else words


def picture_words(task: Task, output: Output, progress: Progress | None, now: float) -> str:
    """The line under a picture: ``"Picture 2 of 4 · 512 × 512 · 202 KB · 6.0 s · $0.0035"``.

    Args:
        task: whose picture it is.
        output: kept.
        progress: as for `state_words`.
        now: as for `state_words`.
    """
    facts = [f"{output.width} × {output.height}", size_words(output.size)]
    if len(task.outputs) > 1:
        facts.insert(0, numbered(task.number_of(output), len(task.outputs)))
    if outcome_of(task) is not Outcome.KEPT:
        asked = asked_words(task, now)
        words = f"{' · '.join(facts)} – {state_words(task, progress, now)}"
        return f"{words}. {asked}" if asked else words
    if task.seconds is not None:
        facts.append(seconds(task.seconds, 1))
    charge = "" if task.is_sandbox or task.is_imported else ending_words(task, Outcome.KEPT)[1]
    return " · ".join(facts) + charge


# --- what stands where a picture would be --------------------------------------------------------


def broken_words(task: Task, output: Output) -> tuple[str, str]:
    """A title and more words where a picture of ``task`` would be that is not there.

    Args:
        task: whose picture it is.
        output: one that could not be fetched, or could not be read.
    """
    position = number(task.number_of(output))
    if output.state is OutputState.ASIDE:
        title = _("Picture {n} could not be read").format(n=position)
        return title, _aside_words(task, output)
    why = describe(output.error) if output.error else None
    return (
        _("Picture {n} could not be fetched").format(n=position),
        f"{why.title}\n\n{why.advice}" if why else "",
    )


def _aside_words(task: Task, output: Output) -> str:
    kept = _("What Wiro sent is kept as it arrived ({size}).").format(size=size_words(output.size))
    why, later = "", _("A later version that can read it will show it here.")
    if isinstance(output.error, NotAPicture):
        why = _("It is not a PNG, JPEG, WebP, AVIF or GIF that can be shown.") + f" {later}"
    elif isinstance(output.error, PictureTooLarge):
        why = _("It has more pixels than can be shown.") + f" {later}"
    elif isinstance(output.error, PictureTruncated):
        why = _("Not all of it arrived.")
    elif output.error:  # the latest attempt brought nothing
        why = f"{describe(output.error).title}."
    return remote_words(task, f"{kept} {why}".rstrip())


def missing_words(position: int, path: Path, output: Output) -> tuple[str, str]:
    """A title and more words where a picture would be whose file is gone.

    Args:
        position: of the picture in its task, from 1.
        path: where it should be.
        output: the picture.
    """
    words = _("The file {path} is gone.").format(path=path)
    if output.error is not None:
        failed = _("It could not be fetched again: {why}.")
        words += "\n\n" + failed.format(why=describe(output.error).title)
    return _("Picture {n} is missing").format(n=number(position)), words


def unreadable_words(position: int, path: Path, why: str) -> tuple[str, str]:
    """The same where the system cannot read the file, with its own words."""
    return _("Picture {n} cannot be read").format(n=number(position)), f"{path}: {why}"


def too_large_words(position: int, path: Path) -> tuple[str, str]:
    """The same where the file has more pixels than can be shown."""
    return _cannot_be_shown(position), _("The file {path} is too large.").format(path=path)


def damaged_words(position: int, path: Path) -> tuple[str, str]:
    """The same where the file is no whole picture any more."""
    return _cannot_be_shown(position), _("The file {path} exists but is damaged.").format(path=path)


def _cannot_be_shown(position: int) -> str:
    return _("Picture {n} cannot be shown").format(n=number(position))
