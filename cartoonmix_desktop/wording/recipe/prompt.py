"""What the field says that prompts are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.prompt.syntax import Remark
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.formats import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.prompt.syntax import Note

EDGE = _("Drag to change the height. Double-click to fit the text.")

_WORDS = {
    Remark.UNOPENED: _("“{piece}” has no opening bracket."),
    Remark.UNCLOSED: _("“{piece}” is never closed."),
    Remark.VARIANT: _("“{piece}” is sent as written; variants are not expanded here."),
}
_LONGEST = 24


def notes_words(notes: Sequence[Note], text: str) -> str:
    """The first of them with its place, and how many more there are; empty for none.

    Args:
        notes: by their place.
        text: the prompt.
    """
    if not notes:
        return ""
    note = notes[0]
    before = text[: note.start]
    piece = text[note.start : note.end]
    said = _("Line {line}, column {column}: {words}").format(
        line=number(before.count("\n") + 1),
        column=number(note.start - before.rfind("\n")),
        words=_WORDS[note.remark].format(
            piece=piece if len(piece) <= _LONGEST else f"{piece[:_LONGEST]}…"
        ),
    )
    if more := len(notes) - 1:
        others = ngettext("{n} more note is underlined.", "{n} more notes are underlined.", more)
        said = f"{said} {others.format(n=number(more))}"
    return said
