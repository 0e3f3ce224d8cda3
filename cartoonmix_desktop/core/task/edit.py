"""What a person did to the library and can take back, as facts; `wording.edits` has the words."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class EditKind(StrEnum):
    """What was done."""

    FAVOURITE = "favourite"
    UNFAVOURITE = "unfavourite"
    RATE = "rate"
    UNRATE = "unrate"
    REJECT = "reject"
    UNREJECT = "unreject"
    COLLECT = "collect"
    UNCOLLECT = "uncollect"
    NOTE = "note"
    TAG = "tag"
    CREATE_COLLECTION = "create_collection"
    RENAME_COLLECTION = "rename_collection"
    DELETE_COLLECTION = "delete_collection"
    SAVE_SEARCH = "save_search"
    RENAME_SEARCH = "rename_search"
    DELETE_SEARCH = "delete_search"
    IMPORT = "import"
    TRASH = "trash"
    RESTORE = "restore"


class Edit(Struct, frozen=True):
    """One thing that was done.

    Attributes:
        kind: what.
        tasks: how many it was done to.
        pictures: likewise, by themselves.
        name: of the collection it was done to, if any.
    """

    kind: EditKind
    tasks: int = 0
    pictures: int = 0
    name: str = ""
