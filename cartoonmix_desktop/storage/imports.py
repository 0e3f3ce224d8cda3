"""Pictures that come from files instead of a server, as the history holds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.task import IMPORTED, OutputState, TaskState
from cartoonmix_desktop.storage.records import index, note_move, request_column
from cartoonmix_desktop.storage.search import folded, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from cartoonmix_desktop.core.request import GenerationRequest
    from cartoonmix_desktop.storage.database import Database

_KNOWN = """
    SELECT sha256, id, path, size FROM output
    WHERE sha256 <> '' AND sha256 IN (SELECT value FROM json_each(?))
        AND state = 'kept' AND trashed_at IS NULL"""
_TASK = """
    INSERT INTO task(uid, account, owner, request, state, created_at, source)
    VALUES (?, ?, '', ?, ?, ?, ?) RETURNING id"""
_OUTPUT = """
    INSERT INTO output(task_id, position, remote_id, state, path, size, sha256, width, height,
                       kept_at, rating, rejected)
    VALUES (?, 0, '', ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


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


class ImportRecords:
    """One part of the `Ledger`, with the same manners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, hashes: Iterable[str]) -> dict[str, list[KnownPicture]]:
        """By hash, the pictures outside the trash that are kept."""
        found: dict[str, list[KnownPicture]] = {}
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(_KNOWN, (json.dumps(list(hashes)),))
            for sha256, output_id, path, size in rows:
                known = KnownPicture(output_id, path, size, sha256)
                found.setdefault(sha256, []).append(known)
        return found

    def add(self, pictures: Sequence[NewPicture], *, at: float) -> list[int]:
        """Enter pictures, all or none; the ids of their tasks in the same order."""
        with self._database.writing() as connection:
            return [_add(connection, picture, at) for picture in pictures]

    def kept(self, after: int = 0, most: int = 2_000) -> list[KnownPicture]:
        """The kept pictures outside the trash whose ids follow ``after``, in order."""
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(
                "SELECT id, path, size, sha256 FROM output WHERE id > ? AND state = 'kept'"
                " AND trashed_at IS NULL AND sha256 <> '' ORDER BY id LIMIT ?",
                (after, most),
            )
            return [KnownPicture(*row) for row in rows]

    def owns(self, path: str) -> bool:
        """Whether a picture's file should be at ``path``, relative to the library."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM output WHERE path = ?1 OR trash_path = ?1", (path,)
            ).fetchone()
            return row is not None


def _add(connection: apsw.Connection, picture: NewPicture, at: float) -> int:
    state = TaskState.KEPT
    rows: Any = connection.execute(
        _TASK,
        (
            picture.uid,
            IMPORTED,
            request_column(picture.request),
            state.value,
            picture.created_at,
            picture.source,
        ),
    )
    task_id = int(rows.fetchall()[0][0])  # all: the statement ends with its last row
    index(connection, task_id, picture.request, picture.source)
    note_move(connection, task_id, state, at)
    connection.execute(
        _OUTPUT,
        (
            *(task_id, OutputState.KEPT.value, picture.path, picture.size, picture.sha256),
            *(picture.width, picture.height, at, picture.rating, int(picture.rejected)),
        ),
    )
    add_tags(connection, task_id, picture.tags)
    return task_id


def add_tags(connection: apsw.Connection, task_id: int, names: Iterable[str]) -> None:
    """Give a task some tags, clean already."""
    for name in names:
        connection.execute(
            "INSERT OR IGNORE INTO tag(name, folded, words) VALUES (?, ?, ?)",
            (name, folded(name), words_of(name)),
        )
        connection.execute(
            "INSERT OR IGNORE INTO task_tag(tag_id, task_id)"
            " SELECT id, ? FROM tag WHERE folded = ?",
            (task_id, folded(name)),
        )
