"""The settings, the program's own facts and the licences in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.formats import clock, local, long_day, number

if TYPE_CHECKING:
    from cartoonmix_desktop.services.events import UpdatesChanged

TITLE = _("Settings")
GENERAL = _("General")
LIBRARY = _("Library")

# --- general
THEME = _("Theme")
THEMES = {"system": _("System"), "dark": _("Dark"), "light": _("Light")}
THEME_HELP = _("The neutral dark theme is best for judging colour.")
REQUEST_FORMAT = _("Request format")
REQUEST_FORMATS = {"json": _("JSON"), "multipart": _("Multipart form")}
REQUEST_FORMAT_HELP = _("How a recipe is sent to Wiro. Change it only if Wiro rejects JSON.")
PRIVACY = _("Privacy")
PRIVACY_TEXT = _(
    "Recipes go only to Wiro, and nowhere while you use the sandbox. The program sends no "
    "statistics, and your key stays in the keyring of this computer."
)
NEWER_VERSIONS = _("Newer versions")
TELL_OF_NEWER = _("Tell me when a newer version is available")
TELL_OF_NEWER_HELP = _(
    "The project’s page is checked once a day, and learns only which version you have. "
    "Nothing is downloaded or installed automatically."
)
OPEN_PAGE = _("Open its page")

# --- about
PROGRAM = "CartoonMix Desktop"
ABOUT = _("About CartoonMix Desktop")
WHAT_IT_IS = _(
    "Generates cartoon pictures with the CartoonMix model at Wiro, keeps them on this computer "
    "and finds them again."
)
LICENCE = _("Free software under the MIT licence.")
COPY_VERSIONS = _("Copy versions")

# --- licences
LICENCES = _("Licences")
FIND_PART = _("Find a part or a licence")
PARTS = _("Parts")
LICENCE_TEXT = _("Licence text")
NO_SUCH_PART = _("No match")
NO_TEXT = _("This part comes with no text of its own.")


def version(name: str) -> str:
    """Which version it is."""
    return _("Version {version}").format(version=name)


def all_parts(count: int) -> str:
    """How many parts there are."""
    return ngettext(
        "{n} part. All are free software.", "{n} parts. All are free software.", count
    ).format(n=number(count))


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
