"""What can be undone, in words that follow "Undo" and "Redo"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.edit import EditKind
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.formats import both, pictures, tasks

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.edit import Edit

_WORDS = {
    EditKind.FAVOURITE: _("mark {what} as favourite"),
    EditKind.UNFAVOURITE: _("remove {what} from the favourites"),
    EditKind.RATE: _("rate {what}"),
    EditKind.UNRATE: _("remove the rating from {what}"),
    EditKind.REJECT: _("reject {what}"),
    EditKind.UNREJECT: _("take {what} back"),
    EditKind.COLLECT: _("add {what} to “{name}”"),
    EditKind.UNCOLLECT: _("remove {what} from “{name}”"),
    EditKind.NOTE: _("change the note of {what}"),
    EditKind.TAG: _("change the tags of {what}"),
    EditKind.CREATE_COLLECTION: _("create the collection “{name}”"),
    EditKind.RENAME_COLLECTION: _("rename “{name}”"),
    EditKind.DELETE_COLLECTION: _("delete the collection “{name}”"),
    EditKind.SAVE_SEARCH: _("save a search"),
    EditKind.RENAME_SEARCH: _("rename a saved search"),
    EditKind.DELETE_SEARCH: _("delete a saved search"),
    EditKind.IMPORT: _("import {what}"),
    EditKind.TRASH: _("move {what} to the trash"),
    EditKind.RESTORE: _("restore {what}"),
}


def edit_words(edit: Edit | None) -> str:
    """``"rate 4 pictures"``; empty for nothing."""
    if edit is None:
        return ""
    what = pictures(edit.pictures) if edit.pictures else tasks(edit.tasks)
    if edit.pictures and edit.tasks:
        what = both(tasks(edit.tasks), pictures(edit.pictures))
    return _WORDS[edit.kind].format(what=what, name=edit.name)
