"""The texts in the person's language: `gettext` and `ngettext`, for the modules of `wording` alone.

The language is chosen once, when this is imported: the first of the system's languages that there
is a catalogue for, or the English of the code. A text is looked up when its module is imported, or
when its function is called, so that nothing waits for a window. Without a catalogue nothing is
read at all: it costs nothing before the first paint.
"""

from __future__ import annotations

from cartoonmix_desktop import system_locale
from cartoonmix_desktop.resources import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOMAIN = "cartoonmix_desktop"
_SOURCE = "en"
"""The language of the texts in the code."""


def _choose() -> tuple[str, Path | None]:
    """The language of the texts, and its catalogue; None for the texts as they are."""
    for name in system_locale.languages():
        for language in dict.fromkeys((name, name.partition("_")[0])):
            catalogue = resource(f"locale/{language}/LC_MESSAGES/{DOMAIN}.mo")
            if catalogue.is_file():
                return language, catalogue
            if language == _SOURCE:
                return language, None
    return _SOURCE, None


def _as_it_is(text: str) -> str:
    return text


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _load(
    path: Path | None,
) -> tuple[Callable[[str], str], Callable[[str, str, int], str]]:
    if path is None:
        return _as_it_is, _one_or_many
    from gettext import GNUTranslations

    with path.open("rb") as file:
        found = GNUTranslations(file)
    return found.gettext, found.ngettext


LANGUAGE, _path = _choose()
"""Of the texts: ``"en"``, ``"pt_BR"``."""
gettext, ngettext = _load(_path)
