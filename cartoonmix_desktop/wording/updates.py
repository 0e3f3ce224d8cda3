"""What is known of newer versions of the program, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.formats import clock, local, long_day

if TYPE_CHECKING:
    from cartoonmix_desktop.services.events import UpdatesChanged


def news_words(updates: UpdatesChanged, longest: int = 300) -> str:
    """What is known of newer versions, e.g. "Version 1.2.0 is out: …"; empty before the first look.

    Args:
        updates: as the services tell it.
        longest: characters of the notes, which come from outside.
    """
    said = []
    if updates.newer:
        notes = one_line(updates.notes, longest)
        out = _("Version {version} is out: {notes}") if notes else _("Version {version} is out.")
        said.append(out.format(version=updates.newer, notes=notes))
    if updates.error is not None:
        words = describe(updates.error)
        said.append(f"{words.title}. {words.advice}")
    if updates.wanted and updates.looked and not said:
        then = local(updates.looked)
        latest = _("You have the latest version, as of {day}, {time}.")
        said.append(latest.format(day=long_day(then, then), time=clock(then)))
    return " ".join(said)
