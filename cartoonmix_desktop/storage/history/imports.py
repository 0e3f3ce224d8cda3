"""Pictures that come from files instead of a server, as the history holds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.recipe.others import NONE
from cartoonmix_desktop.core.task.task import IMPORTED, OutputState, TaskState
from cartoonmix_desktop.storage.database import insert_many
from cartoonmix_desktop.storage.files.trash_files import Place
from cartoonmix_desktop.storage.history.full_text import folded, words_of
from cartoonmix_desktop.storage.history.records import index_prompts, insert_others
from cartoonmix_desktop.storage.history.requests import hash_column, hash_of, request_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import apsw

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.storage.database import Database

# As bytes, or as texts that are none; the index holds their beginnings.
_ASKED = """
    WITH asked(sha256) AS MATERIALIZED (
        SELECT unhex(value) FROM json_each(?1) UNION ALL SELECT value FROM json_each(?1))"""
_HAS_HASH = """
    sha256 <> '' AND substr(sha256, 1, 8) IN (SELECT substr(sha256, 1, 8) FROM asked)
    AND sha256 IN (SELECT sha256 FROM asked) AND state = 'kept'"""
_KNOWN = f"""
    {_ASKED} SELECT sha256, id, path, size FROM output
    WHERE {_HAS_HASH} AND trashed_at IS NULL"""  # noqa: S608  ours
_PLACES = f"""
    {_ASKED} SELECT id, path, trash_path, trashed_at IS NOT NULL, size, sha256 FROM output
    WHERE {_HAS_HASH}"""  # noqa: S608  ours
_OWNED = """
    WITH asked AS MATERIALIZED (SELECT value AS path FROM json_each(?))
    SELECT path FROM output WHERE path IN asked
    UNION SELECT trash_path FROM output WHERE trash_path IN asked"""
# Asked once, instead of having each statement return the ids that it gave: row by row.
_LAST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'task'"
_TASKS = "INSERT INTO task(id, uid, account, owner, request, state, created_at, source)"
_MOVES = "INSERT INTO move(task_id, state, at)"
_OUTPUTS = (
    "INSERT INTO output(task_id, position, remote_id, state, path, size, sha256, width, height,"
    " kept_at, rating, rejected)"
)
_TAGS = "INSERT OR IGNORE INTO tag(name, folded, words)"
_TAGGED = """
    INSERT OR IGNORE INTO task_tag(tag_id, task_id)
    SELECT tag.id, given.value ->> 0
    FROM json_each(?) AS given JOIN tag ON tag.folded = given.value ->> 1"""


class KnownPicture(Struct, frozen=True):
    """A picture that the history has outside the trash.

    Attributes:
        id: the output.
        path: where its file should be.
        size: bytes.
        sha256: hex.
    """

    id: int
    path: str
    size: int
    sha256: str


class NewPicture(Struct, frozen=True):
    """A picture to be entered, as a task of its own.

    Attributes:
        uid: 32 hex digits, our own.
        request: what was asked for, as far as it is known.
        source: name of its file.
        created_at: unix seconds.
        path: where it is, or will be at once, in the library.
        size: bytes.
        sha256: hex.
        width: pixels.
        height: pixels.
        rating: 1 to 5 stars, 0 for none.
        rejected: whether it was put aside.
        tags: names.
        others: what it says beside its request.
    """

    uid: str
    request: GenerationRequest
    source: str
    created_at: float
    path: str
    size: int
    sha256: str
    width: int
    height: int
    rating: int = 0
    rejected: bool = False
    tags: tuple[str, ...] = ()
    others: Mapping[str, str] = NONE


class ImportRecords:
    """One part of the `Ledger`, with the same manners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, hashes: Iterable[str]) -> dict[str, list[KnownPicture]]:
        """By hash, the pictures outside the trash that are kept."""
        found: dict[str, list[KnownPicture]] = {}
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(_KNOWN, (json.dumps(list(hashes)),))
            for column, output_id, path, size in rows:
                sha256 = hash_of(column)
                known = KnownPicture(output_id, path, size, sha256)
                found.setdefault(sha256, []).append(known)
        return found

    def places(self, hashes: Iterable[str]) -> dict[str, list[Place]]:
        """By hash, where the files of kept pictures should be, also of those in the trash."""
        found: dict[str, list[Place]] = {}
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(_PLACES, (json.dumps(list(hashes)),))
            for output_id, path, trash_path, in_trash, size, column in rows:
                place = Place(output_id, path, trash_path, in_trash, size, hash_of(column))
                found.setdefault(place.sha256, []).append(place)
        return found

    def add(self, pictures: Sequence[NewPicture], *, at: float) -> list[int]:
        """Enter pictures, all or none; the ids of their tasks in the same order."""
        with self._database.writing() as connection:
            last: Any = connection.execute(_LAST).fetchall()[0][0]  # all: the statement ends
            ids = list(range(last + 1, last + 1 + len(pictures)))
            _insert(connection, list(zip(ids, pictures, strict=True)), at)
            return ids

    def kept(self, after: int = 0, most: int = 2_000) -> list[KnownPicture]:
        """The kept pictures outside the trash whose ids follow ``after``, in order."""
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(
                "SELECT id, path, size, sha256 FROM output WHERE id > ? AND state = 'kept'"
                " AND trashed_at IS NULL AND sha256 <> '' ORDER BY id LIMIT ?",
                (after, most),
            )
            return [
                KnownPicture(one, path, size, hash_of(column)) for one, path, size, column in rows
            ]

    def owned(self, paths: Iterable[str]) -> set[str]:
        """Those of some paths, relative to the library, at which a picture's file should be.

        Every picture is looked at: ask for many at a time.
        """
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(_OWNED, (json.dumps(list(paths)),))
            return {path for (path,) in rows}


def _insert(
    connection: apsw.Connection, pictures: Sequence[tuple[int, NewPicture]], at: float
) -> None:
    """Enter pictures under the ids of their tasks."""
    state = TaskState.KEPT.value
    insert_many(
        connection,
        _TASKS,
        [
            (
                *(task_id, picture.uid, IMPORTED, "", request_column(picture.request), state),
                *(picture.created_at, picture.source),
            )
            for task_id, picture in pictures
        ],
    )
    insert_many(connection, _MOVES, [(task_id, state, at) for task_id, _ in pictures])
    insert_many(
        connection,
        _OUTPUTS,
        [
            (
                *(task_id, 0, "", OutputState.KEPT.value, picture.path, picture.size),
                *(hash_column(picture.sha256), picture.width, picture.height, at),
                *(picture.rating, int(picture.rejected)),
            )
            for task_id, picture in pictures
        ],
    )
    add_tags(connection, [(task_id, tag) for task_id, picture in pictures for tag in picture.tags])
    insert_others(connection, [(task_id, picture.others) for task_id, picture in pictures])
    index_prompts(
        connection, [(task_id, picture.request, picture.source) for task_id, picture in pictures]
    )


def add_tags(connection: apsw.Connection, tags: Sequence[tuple[int, str]]) -> None:
    """Give tasks, by their ids, some tags, clean already."""
    if not tags:
        return
    known = [(task_id, name, folded(name)) for task_id, name in tags]
    insert_many(connection, _TAGS, [(name, key, words_of(name)) for _, name, key in known])
    connection.execute(_TAGGED, (json.dumps([(task_id, key) for task_id, _, key in known]),))


def add_note(connection: apsw.Connection, task_id: int, text: str) -> None:
    """Give a task a note, unless it has one or the text is empty."""
    if text:
        connection.execute(
            "INSERT OR IGNORE INTO note(task_id, text, folded, words) VALUES (?, ?, ?, ?)",
            (task_id, text, folded(text), words_of(text)),
        )


def make_collection(connection: apsw.Connection, name: str) -> None:
    """Make a collection, unless there is one of this name, clean already."""
    connection.execute(
        "INSERT OR IGNORE INTO collection(name, folded) VALUES (?, ?)", (name, folded(name))
    )


def keep_searches(connection: apsw.Connection, searches: Iterable[tuple[str, str]]) -> None:
    """Keep searches, each a name and a query, whose name is free."""
    connection.executemany(
        "INSERT OR IGNORE INTO saved_search(name, query) VALUES (?, ?)", list(searches)
    )
