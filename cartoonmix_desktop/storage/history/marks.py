"""Marks, tags, notes, collections and saved searches: written, recorded, taken back.

What is done to pictures is recorded by their ids, 8 bytes each: it may be all of them. What any
other change did is recorded by SQLite itself as a changeset, which can be inverted. It flows in
pieces, since apsw keeps Python's lock for as long as a changeset is made or applied: between two of
them others get it. Blocking: call it from a worker thread.
"""

from __future__ import annotations

import json
import time
import zlib
from contextlib import closing
from datetime import date
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import apsw
from msgspec import Struct

from cartoonmix_desktop.core.errors import NameTaken
from cartoonmix_desktop.core.search.query import parse, quoted
from cartoonmix_desktop.core.search.result_set import packed
from cartoonmix_desktop.core.task.marks import (
    MOST_STARS,
    Collection,
    PictureMark,
    SavedSearch,
    Target,
    clean_name,
)
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.history.full_text import folded, words_of
from cartoonmix_desktop.storage.history.query_sql import is_name

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterable, Sequence

    from cartoonmix_desktop.storage.database import Database

_TABLES = ("note", "tag", "task_tag", "collection", "collected", "saved_search")
_AT_ONCE = 4096  # ids taken from SQLite's rows
_PIECE = 1 << 14  # bytes of a changeset: some hundred changes, a millisecond of work
_PAUSE = 0.0001  # seconds; who merely lets go of Python's lock has it back before anyone wakes up
_PICTURES_LOOKED_AT = 1024  # of a change; of more than that, it is not asked whose they are
# Only what can be seen is judged: a picture that is still to come has no stars.
_PICTURES = "state = 'kept' AND trashed_at IS NULL AND (task_id IN carray(?1) OR id IN carray(?2))"
_MARK = "UPDATE output SET {0} = ?2 WHERE id IN carray(?1) AND {0} = ?3"
_UNMARK = "UPDATE output SET {0} = ?3 WHERE id IN carray(?1) AND {0} = ?2"
_COLLECT = """
    INSERT OR IGNORE INTO collected(collection_id, output_id, task_id)
    SELECT ?2, id, task_id FROM output
    WHERE id IN carray(?1) AND EXISTS (SELECT 1 FROM collection WHERE id = ?2)"""
_TAKE_OUT = "DELETE FROM collected WHERE collection_id = ?2 AND output_id IN carray(?1)"
_INSIDE = "id IN (SELECT output_id FROM collected WHERE collection_id = ?3)"
# Those that a change of tags touches: they have one that goes, or lack one that comes.
_RETAGGED = """
    SELECT count(*) FROM task WHERE id IN carray(?1) AND (
        EXISTS (SELECT 1 FROM task_tag JOIN tag ON tag.id = tag_id WHERE task_id = task.id
                AND folded IN (SELECT value FROM json_each(?2)))
        OR json_array_length(?3) > (
            SELECT count(*) FROM task_tag JOIN tag ON tag.id = tag_id WHERE task_id = task.id
            AND folded IN (SELECT value FROM json_each(?3))))"""

MOST_TOLD = 64
"""Tasks of one change that are told one by one; of more, only that there are many."""

apsw.session_config(apsw.SQLITE_SESSION_CONFIG_STRMSIZE, _PIECE)


class PictureChange(Struct, frozen=True):
    """Something that was done to pictures.

    Attributes:
        there: SQL that does it; ``?1`` takes the pictures, the others what stands before them.
        back: SQL that undoes it, likewise; what has changed again since is left alone.
        parts: values, and the ids of the pictures.
    """

    there: str
    back: str
    parts: tuple[tuple[tuple[int, ...], array[int]], ...]

    def inverted(self) -> PictureChange:
        """The way back."""
        return PictureChange(self.back, self.there, self.parts)


class Recorded(Struct, frozen=True):
    """A change that was made.

    Attributes:
        changes: what was done to pictures, or SQLite's changeset, compressed; empty when nothing
            changed.
        tasks: the ids of the tasks that look different now; None for more than `MOST_TOLD`.
        count: how many pictures, or else tasks, were changed; 0 for what is neither.
    """

    changes: bytes | PictureChange
    tasks: tuple[int, ...] | None = ()
    count: int = 0


class Marks:
    """What a person thinks of the pictures of a history.

    Every method may raise `StorageError`; it then changed nothing. Each is one transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- pictures --------------------------------------------------------------------------------

    def mark(self, target: Target, mark: PictureMark, value: int) -> Recorded:
        """Give all pictures that are meant a mark.

        Args:
            target: which; tasks without pictures have nothing to mark.
            mark: which mark.
            value: see `PictureMark`.

        Raises:
            ValueError: no such value.
        """
        if not 0 <= value <= (MOST_STARS if mark is PictureMark.RATING else 1):
            raise ValueError(f"{mark} cannot be {value}")

        with self._database.writing() as connection:
            most = MOST_STARS if mark is PictureMark.RATING else 1
            parts = [
                ((value, before), _chosen(connection, f"{mark} = ?3", target, before))
                for before in range(most + 1)
                if before != value
            ]
            return _done(connection, _MARK.format(mark), _UNMARK.format(mark), parts)

    def collect(self, collection_id: int, target: Target, *, inside: bool) -> Recorded:
        """Put pictures into a collection, or take them out."""
        with self._database.writing() as connection:
            which = f"NOT {_INSIDE}" if inside else _INSIDE
            parts = [((collection_id,), _chosen(connection, which, target, collection_id))]
            ways = (_COLLECT, _TAKE_OUT) if inside else (_TAKE_OUT, _COLLECT)
            return _done(connection, *ways, parts)

    # --- tasks -----------------------------------------------------------------------------------

    def set_note(self, tasks: Sequence[int], text: str) -> Recorded:
        """Write a note to tasks, instead of the one they had; an empty text takes it away."""
        sound = text.encode("utf-8", "replace").decode().replace("\0", " ").strip()

        def work(connection: apsw.Connection) -> int:
            if sound:
                connection.execute(
                    "INSERT INTO note(task_id, text, folded, words)"
                    " SELECT id, ?2, ?3, ?4 FROM task WHERE id IN carray(?1)"
                    " ON CONFLICT DO UPDATE SET text = ?2, folded = ?3, words = ?4"
                    " WHERE text <> ?2",
                    (listed(tasks), sound, folded(sound), words_of(sound)),
                )
            else:
                connection.execute("DELETE FROM note WHERE task_id IN carray(?)", (listed(tasks),))
            return connection.changes()

        return self._recorded(work)

    def change_tags(
        self, tasks: Sequence[int], *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Recorded:
        """Give tasks some tags, and take others away; one that nothing has any more is forgotten.

        Args:
            tasks: which.
            add: names; one that differs from a known tag in case or accents alone is that tag.
            remove: likewise.
        """
        come: dict[str, str] = {}
        for name in filter(None, map(clean_name, add)):
            come.setdefault(folded(name), name)
        gone = {folded(name) for name in filter(None, map(clean_name, remove))} - come.keys()

        def work(connection: apsw.Connection) -> int:
            chosen = listed(tasks)
            names = json.dumps([*gone]), json.dumps([*come])
            row: Any = connection.execute(_RETAGGED, (chosen, *names)).fetchone()
            connection.execute(
                "DELETE FROM task_tag WHERE task_id IN carray(?1) AND tag_id IN"
                " (SELECT id FROM tag WHERE folded IN (SELECT value FROM json_each(?2)))",
                (chosen, names[0]),
            )
            for key, name in come.items():
                connection.execute(
                    "INSERT OR IGNORE INTO tag(name, folded, words) VALUES (?, ?, ?)",
                    (name, key, words_of(name)),
                )
                connection.execute(
                    "INSERT OR IGNORE INTO task_tag(tag_id, task_id)"
                    " SELECT (SELECT id FROM tag WHERE folded = ?2), id"
                    " FROM task WHERE id IN carray(?1)",
                    (chosen, key),
                )
            connection.execute("DELETE FROM tag WHERE id NOT IN (SELECT tag_id FROM task_tag)")
            return int(row[0])

        return self._recorded(work)

    # --- collections and saved searches ----------------------------------------------------------

    def create_collection(self, name: str, target: Target = Target()) -> Recorded:  # noqa: B008  frozen
        """Make a collection, of these pictures.

        Raises:
            NameTaken: there is one of that name, or the name is empty.
        """

        def work(connection: apsw.Connection) -> int:
            clean = self._free_name(connection, "collection", name)
            connection.execute(
                "INSERT INTO collection(name, folded) VALUES (?, ?)", (clean, folded(clean))
            )
            connection.execute(
                "INSERT INTO collected(collection_id, output_id, task_id)"  # noqa: S608  ours
                f" SELECT ?3, id, task_id FROM output WHERE {_PICTURES}",
                (*_ids(target), connection.last_insert_rowid()),
            )
            return 0

        return self._recorded(work)

    def rename_collection(self, collection_id: int, name: str) -> Recorded:
        """Give a collection another name.

        Raises:
            NameTaken: as for `create_collection`.
        """

        def work(connection: apsw.Connection) -> int:
            clean = self._free_name(connection, "collection", name, but=collection_id)
            rows: Any = connection.execute(
                "SELECT name FROM collection WHERE id = ?", (collection_id,)
            )
            for (former,) in rows.fetchall():
                _rename_in_searches(connection, former, clean)
            connection.execute(
                "UPDATE collection SET name = ?, folded = ? WHERE id = ?",
                (clean, folded(clean), collection_id),
            )
            return 0

        return self._recorded(work)

    def delete_collection(self, collection_id: int) -> Recorded:
        """Forget a collection; its pictures stay."""

        def work(connection: apsw.Connection) -> int:
            connection.execute("DELETE FROM collected WHERE collection_id = ?", (collection_id,))
            connection.execute("DELETE FROM collection WHERE id = ?", (collection_id,))
            return 0

        return self._recorded(work)

    def save_search(self, name: str, query: str) -> Recorded:
        """Keep a query under a name; one that was kept under it, in any case, is replaced.

        Raises:
            NameTaken: the name is empty.
        """

        def work(connection: apsw.Connection) -> int:
            clean = clean_name(name)
            if not clean:
                raise NameTaken(clean)
            sound = query.encode("utf-8", "replace").decode()
            there: Any = connection.execute(
                "SELECT id FROM saved_search WHERE folded(name) = ? ORDER BY name = ? DESC LIMIT 1",
                (folded(clean), clean),
            ).fetchone()
            if there is None:
                connection.execute(
                    "INSERT INTO saved_search(name, query) VALUES (?, ?)", (clean, sound)
                )
            else:
                connection.execute(
                    "UPDATE saved_search SET name = ?, query = ? WHERE id = ?",
                    (clean, sound, there[0]),
                )
            return 0

        return self._recorded(work)

    def rename_search(self, search_id: int, name: str) -> Recorded:
        """Give a saved search another name.

        Raises:
            NameTaken: there is one of that name, or the name is empty.
        """

        def work(connection: apsw.Connection) -> int:
            clean = self._free_name(connection, "saved_search", name, but=search_id)
            connection.execute("UPDATE saved_search SET name = ? WHERE id = ?", (clean, search_id))
            return 0

        return self._recorded(work)

    def delete_search(self, search_id: int) -> Recorded:
        """Forget a saved search."""

        def work(connection: apsw.Connection) -> int:
            connection.execute("DELETE FROM saved_search WHERE id = ?", (search_id,))
            return 0

        return self._recorded(work)

    # --- there and back --------------------------------------------------------------------------

    def take_back(self, changes: bytes | PictureChange) -> Recorded:
        """Undo a recorded change; what has changed again since, or is gone, is left alone."""
        if isinstance(changes, PictureChange):
            return self.repeat(changes.inverted())
        return self._applied(changes, apsw.SQLITE_CHANGESETAPPLY_INVERT)

    def repeat(self, changes: bytes | PictureChange) -> Recorded:
        """Do a recorded change again; see `take_back`."""
        if isinstance(changes, PictureChange):
            with self._database.writing() as connection:
                return _done(connection, changes.there, changes.back, changes.parts)
        return self._applied(changes, 0)

    # --- reading ---------------------------------------------------------------------------------

    def tags(self) -> list[tuple[str, int]]:
        """All tags and how many tasks outside the trash have each, in alphabetical order."""
        return self._rows(
            "SELECT name,"
            " sum(task_id NOT IN (SELECT id FROM task WHERE trashed_at IS NOT NULL))"
            " FROM tag JOIN task_tag ON tag_id = tag.id GROUP BY tag.id ORDER BY folded"
        )

    def all_have(self, target: Target, mark: PictureMark) -> bool:
        """Whether each picture that is meant has a mark."""
        sql = f"SELECT NOT EXISTS (SELECT 1 FROM output WHERE {mark} = 0 AND {_PICTURES})"  # noqa: S608  ours
        return bool(self._rows(sql, _ids(target))[0][0])

    def has_pictures(self, target: Target) -> bool:
        """Whether there is a picture among what is meant."""
        sql = f"SELECT EXISTS (SELECT 1 FROM output WHERE {_PICTURES})"  # noqa: S608  ours
        return bool(self._rows(sql, _ids(target))[0][0])

    def tag_counts(self, tasks: Sequence[int]) -> dict[str, int]:
        """The tags that tasks have, and how many of them have each."""
        return dict(
            self._rows(
                "SELECT name, count(*) FROM tag JOIN task_tag ON tag_id = tag.id"
                " WHERE task_id IN carray(?) GROUP BY tag.id",
                (listed(tasks),),
            )
        )

    def common_note(self, tasks: Sequence[int]) -> str:
        """The note that all of these tasks have; empty when they differ."""
        [(count, first, last)] = self._rows(
            "SELECT count(*), min(text), max(text) FROM note WHERE task_id IN carray(?)",
            (listed(tasks),),
        )
        return str(first) if count and count == len(tasks) and first == last else ""

    def collections(self) -> list[Collection]:
        """All collections, in alphabetical order."""
        rows = self._rows(
            "SELECT id, name, (SELECT count(*) FROM collected JOIN output"
            " ON output.id = output_id AND trashed_at IS NULL WHERE collection_id = collection.id)"
            " FROM collection ORDER BY folded"
        )
        return [Collection(*row) for row in rows]

    def saved_searches(self) -> list[SavedSearch]:
        """All saved searches, in alphabetical order."""
        rows = self._rows("SELECT id, name, query FROM saved_search ORDER BY lower(name)")
        return [SavedSearch(*row) for row in rows]

    # --- inside ----------------------------------------------------------------------------------

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._database.reading() as connection:
            return connection.execute(sql, values).fetchall()

    def _recorded(self, work: Callable[[apsw.Connection], int]) -> Recorded:
        """Do ``work``, which gives how much it changed."""
        with self._database.writing() as connection:
            with closing(apsw.Session(connection, "main")) as session:
                for table in _TABLES:
                    session.attach(table)
                count = work(connection)
                changes = _packed(session)
            return Recorded(changes, _tasks_of(connection, changes), count)

    def _applied(self, changes: bytes, flags: int) -> Recorded:
        with self._database.writing() as connection:
            apsw.Changeset.apply(_pieces(changes), connection, conflict=_leave_alone, flags=flags)
            return Recorded(changes, _tasks_of(connection, changes))

    @staticmethod
    def _free_name(connection: apsw.Connection, table: str, name: str, but: int = 0) -> str:
        clean = clean_name(name)
        rows: Any = connection.execute(f"SELECT name FROM {table} WHERE id <> ?", (but,))  # noqa: S608
        taken = {folded(str(row[0])): str(row[0]) for row in rows}
        if not clean or folded(clean) in taken:
            raise NameTaken(taken.get(folded(clean), clean))
        return clean


def _ids(target: Target) -> tuple[apsw.CArrayBinding, apsw.CArrayBinding]:
    return listed(target.tasks), listed(target.outputs)


def _chosen(connection: apsw.Connection, condition: str, target: Target, value: int) -> array[int]:
    """Ids of the pictures that are meant and of which something holds."""
    rows: Any = connection.execute(
        f"SELECT id FROM output WHERE {condition} AND {_PICTURES}",  # noqa: S608  ours
        (*_ids(target), value),
    )
    numbers, chosen = chain.from_iterable(rows), packed()
    while some := packed(islice(numbers, _AT_ONCE)):
        chosen += some
    return chosen


def _done(
    connection: apsw.Connection,
    there: str,
    back: str,
    parts: Iterable[tuple[tuple[int, ...], array[int]]],
) -> Recorded:
    """Do something to pictures."""
    some = tuple(part for part in parts if part[1])
    count = 0
    for values, pictures in some:
        connection.execute(there, (listed(pictures), *values))
        count += connection.changes()
    if not count:
        return Recorded(b"")
    few = sum(len(pictures) for _, pictures in some) <= _PICTURES_LOOKED_AT
    every = chain.from_iterable(pictures for _, pictures in some)
    tasks = _told(connection, every, ()) if few else None
    return Recorded(PictureChange(there, back, some), tasks, count)


def _rename_in_searches(connection: apsw.Connection, former: str, name: str) -> None:
    """Let saved searches follow a collection to its new name."""
    today = date.today()  # noqa: DTZ011  beside the point: no day is a name
    rows: Any = connection.execute("SELECT id, query FROM saved_search").fetchall()
    for search_id, query in rows:
        for found in reversed(parse(query, today).names):
            if found.term.field == "in" and is_name(found.term, former):
                query = f"{query[: found.start]}{quoted(name)}{query[found.end :]}"
        connection.execute(
            "UPDATE saved_search SET query = ?2 WHERE id = ?1 AND query <> ?2", (search_id, query)
        )


def _leave_alone(_kind: int, _change: object) -> int:
    return apsw.SQLITE_CHANGESET_OMIT


def _packed(session: apsw.Session) -> bytes:
    """What a session has recorded: compressed, as of many pictures it is the same over and over."""
    packer, packed = zlib.compressobj(1), bytearray()

    def take(piece: memoryview) -> None:
        packed.extend(packer.compress(piece))
        time.sleep(_PAUSE)

    session.changeset_stream(take)
    return bytes(packed + packer.flush()) if packed else b""


def _pieces(changes: bytes) -> Callable[[int], bytes]:
    """Gives the next bytes of a changeset, at most so many; none at its end."""
    unpacker, rest = zlib.decompressobj(), changes

    def more(most: int) -> bytes:
        nonlocal rest
        time.sleep(_PAUSE)
        piece = unpacker.decompress(rest, most)
        rest = unpacker.unconsumed_tail
        return piece

    return more


def _tasks_of(connection: apsw.Connection, changes: bytes) -> tuple[int, ...] | None:
    """Which tasks a change touches; None if they are too many to be told one by one."""
    outputs: set[int] = set()
    tasks: set[int] = set()
    key: Any
    for change in apsw.Changeset.iter(_pieces(changes)) if changes else ():
        key = change.old or change.new
        match change.name:
            case "collected":
                outputs.add(key[1])
            case "note":
                tasks.add(key[0])
            case "task_tag":
                tasks.add(key[1])
        if len(tasks) > MOST_TOLD or len(outputs) > _PICTURES_LOOKED_AT:
            return None
    return _told(connection, outputs, tasks)


def _told(
    connection: apsw.Connection, outputs: Iterable[int], others: Iterable[int]
) -> tuple[int, ...] | None:
    """Some tasks and those of these outputs; None if they are too many to be told one by one."""
    rows: Any = connection.execute(
        "SELECT DISTINCT task_id FROM output WHERE id IN carray(?)", (listed(outputs),)
    )
    tasks = {*others, *(row[0] for row in rows)}
    return tuple(tasks) if len(tasks) <= MOST_TOLD else None
