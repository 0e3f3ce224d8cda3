"""Marks, tags, notes, collections and saved searches: written, recorded, taken back.

What a change did is recorded by SQLite itself as a changeset, which is small and can be inverted:
one kind of record undoes and redoes all of them, however many pictures they touch. Blocking: call
it from a worker thread.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import apsw
from msgspec import Struct

from cartoonmix_desktop.core.errors import NameTaken
from cartoonmix_desktop.core.marks import (
    MOST_STARS,
    Collection,
    PictureMark,
    SavedSearch,
    Target,
    clean_name,
)
from cartoonmix_desktop.storage.search import folded, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cartoonmix_desktop.storage.database import Database

_TABLES = ("output", "note", "tag", "task_tag", "collection", "collected", "saved_search")
_LISTED = "(SELECT value FROM json_each(?))"
# Only what can be seen is judged: a picture that is still to come has no stars.
_PICTURES = (
    "state = 'kept' AND trashed_at IS NULL AND (task_id IN (SELECT value FROM json_each(?1))"
    " OR id IN (SELECT value FROM json_each(?2)))"
)


class Recorded(Struct, frozen=True):
    """A change that was made.

    Attributes:
        changes: SQLite's changeset; empty when nothing changed.
        tasks: the ids of the tasks that look different now.
        count: how many pictures, or else tasks, were changed.
    """

    changes: bytes
    tasks: tuple[int, ...] = ()
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

        def work(connection: apsw.Connection) -> None:
            connection.execute(
                f"UPDATE output SET {mark} = ?3 WHERE {mark} <> ?3 AND {_PICTURES}",  # noqa: S608  ours
                (*_ids(target), value),
            )

        return self._recorded(work)

    def collect(self, collection_id: int, target: Target, *, inside: bool) -> Recorded:
        """Put pictures into a collection, or take them out."""

        def work(connection: apsw.Connection) -> None:
            if inside:
                connection.execute(
                    "INSERT OR IGNORE INTO collected(collection_id, output_id, task_id)"  # noqa: S608
                    f" SELECT ?3, id, task_id FROM output WHERE {_PICTURES}"
                    " AND EXISTS (SELECT 1 FROM collection WHERE id = ?3)",
                    (*_ids(target), collection_id),
                )
            else:
                connection.execute(
                    "DELETE FROM collected WHERE collection_id = ?3 AND output_id IN"  # noqa: S608
                    f" (SELECT id FROM output WHERE {_PICTURES})",
                    (*_ids(target), collection_id),
                )

        return self._recorded(work)

    # --- tasks -----------------------------------------------------------------------------------

    def set_note(self, tasks: Sequence[int], text: str) -> Recorded:
        """Write a note to tasks, instead of the one they had; an empty text takes it away."""
        sound = text.encode("utf-8", "replace").decode().replace("\0", " ").strip()

        def work(connection: apsw.Connection) -> None:
            listed = json.dumps(list(tasks))
            if not sound:
                connection.execute(f"DELETE FROM note WHERE task_id IN {_LISTED}", (listed,))  # noqa: S608
                return
            connection.execute(
                "INSERT INTO note(task_id, text, folded, words)"  # noqa: S608  ours
                f" SELECT id, ?2, ?3, ?4 FROM task WHERE id IN {_LISTED.replace('?', '?1')}"
                " ON CONFLICT DO UPDATE SET text = ?2, folded = ?3, words = ?4 WHERE text <> ?2",
                (listed, sound, folded(sound), words_of(sound)),
            )

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

        def work(connection: apsw.Connection) -> None:
            listed = json.dumps(list(tasks))
            for name in filter(None, map(clean_name, remove)):
                connection.execute(
                    "DELETE FROM task_tag WHERE tag_id = (SELECT id FROM tag WHERE folded = ?)"  # noqa: S608
                    f" AND task_id IN {_LISTED}",
                    (folded(name), listed),
                )
            for name in filter(None, map(clean_name, add)):
                connection.execute(
                    "INSERT OR IGNORE INTO tag(name, folded, words) VALUES (?, ?, ?)",
                    (name, folded(name), words_of(name)),
                )
                connection.execute(
                    "INSERT OR IGNORE INTO task_tag(tag_id, task_id)"  # noqa: S608  ours
                    " SELECT (SELECT id FROM tag WHERE folded = ?), id"
                    f" FROM task WHERE id IN {_LISTED}",
                    (folded(name), listed),
                )
            connection.execute("DELETE FROM tag WHERE id NOT IN (SELECT tag_id FROM task_tag)")

        return self._recorded(work)

    # --- collections and saved searches ----------------------------------------------------------

    def create_collection(self, name: str, target: Target = Target()) -> Recorded:  # noqa: B008  frozen
        """Make a collection, of these pictures.

        Raises:
            NameTaken: there is one of that name, or the name is empty.
        """

        def work(connection: apsw.Connection) -> None:
            clean = self._free_name(connection, "collection", name)
            connection.execute(
                "INSERT INTO collection(name, folded) VALUES (?, ?)", (clean, folded(clean))
            )
            connection.execute(
                "INSERT INTO collected(collection_id, output_id, task_id)"  # noqa: S608  ours
                f" SELECT ?3, id, task_id FROM output WHERE {_PICTURES}",
                (*_ids(target), connection.last_insert_rowid()),
            )

        return self._recorded(work)

    def rename_collection(self, collection_id: int, name: str) -> Recorded:
        """Give a collection another name.

        Raises:
            NameTaken: as for `create_collection`.
        """

        def work(connection: apsw.Connection) -> None:
            clean = self._free_name(connection, "collection", name, but=collection_id)
            # Saved searches follow it: they name it as the window does.
            connection.execute(
                "UPDATE saved_search SET query = replace(query, inside, ?)"
                " FROM (SELECT 'in:\"' || name || '\"' AS inside FROM collection WHERE id = ?)"
                " WHERE instr(query, inside)",
                (f'in:"{clean}"', collection_id),
            )
            connection.execute(
                "UPDATE collection SET name = ?, folded = ? WHERE id = ?",
                (clean, folded(clean), collection_id),
            )

        return self._recorded(work)

    def delete_collection(self, collection_id: int) -> Recorded:
        """Forget a collection; its pictures stay."""

        def work(connection: apsw.Connection) -> None:
            connection.execute("DELETE FROM collected WHERE collection_id = ?", (collection_id,))
            connection.execute("DELETE FROM collection WHERE id = ?", (collection_id,))

        return self._recorded(work)

    def save_search(self, name: str, query: str) -> Recorded:
        """Keep a query under a name; one that was kept under it is replaced.

        Raises:
            NameTaken: the name is empty.
        """

        def work(connection: apsw.Connection) -> None:
            clean = clean_name(name)
            if not clean:
                raise NameTaken(clean)
            connection.execute(
                "INSERT INTO saved_search(name, query) VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET query = excluded.query",
                (clean, query.encode("utf-8", "replace").decode()),
            )

        return self._recorded(work)

    def rename_search(self, search_id: int, name: str) -> Recorded:
        """Give a saved search another name.

        Raises:
            NameTaken: there is one of that name, or the name is empty.
        """

        def work(connection: apsw.Connection) -> None:
            clean = self._free_name(connection, "saved_search", name, but=search_id)
            connection.execute("UPDATE saved_search SET name = ? WHERE id = ?", (clean, search_id))

        return self._recorded(work)

    def delete_search(self, search_id: int) -> Recorded:
        """Forget a saved search."""

        def work(connection: apsw.Connection) -> None:
            connection.execute("DELETE FROM saved_search WHERE id = ?", (search_id,))

        return self._recorded(work)

    # --- there and back --------------------------------------------------------------------------

    def take_back(self, changes: bytes) -> Recorded:
        """Undo a recorded change; what has changed again since, or is gone, is left alone."""
        return self.repeat(apsw.Changeset.invert(changes))

    def repeat(self, changes: bytes) -> Recorded:
        """Do a recorded change again; see `take_back`."""

        def work(connection: apsw.Connection) -> None:
            apsw.Changeset.apply(changes, connection, conflict=_leave_alone)

        return self._recorded(work)

    # --- reading ---------------------------------------------------------------------------------

    def tags(self) -> list[tuple[str, int]]:
        """All tags and how many tasks have each, in alphabetical order."""
        return self._rows(
            "SELECT name, count(*) FROM tag JOIN task_tag ON tag_id = id"
            " GROUP BY id ORDER BY folded"
        )

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

    def _recorded(self, work: Callable[[apsw.Connection], None]) -> Recorded:
        with self._database.writing() as connection:
            with closing(apsw.Session(connection, "main")) as session:
                for table in _TABLES:
                    session.attach(table)
                work(connection)
                changes = session.changeset()
            return _told(connection, changes)

    @staticmethod
    def _free_name(connection: apsw.Connection, table: str, name: str, but: int = 0) -> str:
        clean = clean_name(name)
        rows: Any = connection.execute(f"SELECT name FROM {table} WHERE id <> ?", (but,))  # noqa: S608
        taken = {folded(str(row[0])): str(row[0]) for row in rows}
        if not clean or folded(clean) in taken:
            raise NameTaken(taken.get(folded(clean), clean))
        return clean


def _ids(target: Target) -> tuple[str, str]:
    return json.dumps(target.tasks), json.dumps(target.outputs)


def _leave_alone(_kind: int, _change: object) -> int:
    return apsw.SQLITE_CHANGESET_OMIT


def _told(connection: apsw.Connection, changes: bytes) -> Recorded:
    """Which tasks a change touches, and how many pictures or tasks."""
    outputs: set[int] = set()
    tasks: set[int] = set()
    key: Any
    for change in apsw.Changeset.iter(changes):
        key = change.old or change.new
        match change.name:
            case "output":
                outputs.add(key[0])
            case "collected":
                outputs.add(key[1])
            case "note":
                tasks.add(key[0])
            case "task_tag":
                tasks.add(key[1])
    count = len(outputs) or len(tasks)
    rows: Any = connection.execute(
        f"SELECT DISTINCT task_id FROM output WHERE id IN {_LISTED}",  # noqa: S608  ours
        (json.dumps(list(outputs)),),
    )
    return Recorded(changes, tuple(tasks | {row[0] for row in rows}), count)
