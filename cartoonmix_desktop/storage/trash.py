"""The trash in the history: rows with the time when they were thrown away.

A picture's row says where its file should be; `TrashFiles` brings it there. So one transaction
throws away or restores whatever is chosen, and a crash before the files were moved is healed by
moving them.

What belongs to a task in the trash was thrown away with it, at the very same time; a picture that
was thrown away before by itself stays in the trash when the task is restored.
"""

from __future__ import annotations

import json
import uuid
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import StillAtWork
from cartoonmix_desktop.core.task import OutputState
from cartoonmix_desktop.core.trash import Pieces, TrashItem
from cartoonmix_desktop.storage.records import outputs_with, several
from cartoonmix_desktop.storage.trash_files import FOLDER, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from cartoonmix_desktop.core.task import Output
    from cartoonmix_desktop.storage.database import Database

_CHOSEN = """
    SELECT id, path, state, task_id FROM output
    WHERE trashed_at IS NULL AND (task_id IN (SELECT value FROM json_each(?))
                                  OR id IN (SELECT value FROM json_each(?)))"""
_PUT_OUTPUT = """
    UPDATE output SET trashed_at = ?,
        trash_path = CASE trash_path WHEN '' THEN ? ELSE trash_path END WHERE id = ?"""
_PUT_TASKS = """
    UPDATE task SET trashed_at = ?
    WHERE trashed_at IS NULL AND id IN (SELECT value FROM json_each(?))"""
_PLACES = """
    SELECT id, path, trash_path, trashed_at IS NOT NULL, size, sha256 FROM output
    WHERE trash_path <> ''"""
_PLACES_OF = """
    SELECT id, path, trash_path, trashed_at IS NOT NULL, size, sha256 FROM output
    WHERE trash_path <> '' AND id IN (SELECT value FROM json_each(?))"""
_HOMES = """
    SELECT output.id, path, trash_path, 0, size, sha256
    FROM output JOIN task ON task.id = task_id
    WHERE trash_path <> '' AND output.trashed_at IS NOT NULL
        AND (output.id IN (SELECT value FROM json_each(?))
             OR (task.id IN (SELECT value FROM json_each(?))
                 AND output.trashed_at = task.trashed_at))"""
_TASKS = """
    SELECT trashed_at, id FROM task
    WHERE trashed_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))"""
_PICTURES = """
    SELECT trashed_at, id FROM output
    WHERE trashed_at IS NOT NULL AND state <> 'deleted'
        AND id IN (SELECT value FROM json_each(?))"""
_DOOMED = """
    SELECT id, path, trash_path, TRUE, size, sha256 FROM output
    WHERE trash_path <> '' AND trashed_at IS NOT NULL
        AND (id IN (SELECT value FROM json_each(?))
             OR task_id IN (SELECT value FROM json_each(?)))"""
_REMEMBER = """
    INSERT INTO deleted_task(account, remote_id, created_at, cost)
    SELECT account, remote_id, created_at, cost FROM task
    WHERE (remote_id <> '' OR cost IS NOT NULL) AND id IN (SELECT value FROM json_each(?))"""
_DELETE_TASKS = "DELETE FROM task WHERE id IN (SELECT value FROM json_each(?))"
_DELETE_PICTURES = """
    UPDATE output SET state = 'deleted', path = '', trash_path = '', size = 0, sha256 = '',
        error = NULL
    WHERE trashed_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))"""
_OLD_PICTURES = """
    SELECT output.id FROM output INDEXED BY output_trashed CROSS JOIN task ON task.id = task_id
    WHERE output.trashed_at < ? AND output.state <> 'deleted'
        AND output.trashed_at IS NOT task.trashed_at"""
# The few that are in the trash first, and then what is theirs: SQLite may guess otherwise.
_EVERY_PATH = """
    SELECT path FROM output WHERE path <> ''
    UNION ALL SELECT trash_path FROM output WHERE trash_path <> ''"""
_SOME_FILES = """
    SELECT CASE WHEN trashed_at IS NULL THEN path ELSE trash_path END, size FROM output
    WHERE state = 'kept' ORDER BY random() LIMIT ?"""
_ITEMS = """
    SELECT task.id, 0, task.trashed_at, count(output.id), coalesce(sum(size), 0)
    FROM task INDEXED BY task_trashed LEFT JOIN output ON task_id = task.id
        AND +output.trashed_at = task.trashed_at AND output.state = 'kept'
    WHERE task.trashed_at IS NOT NULL GROUP BY task.id
    UNION ALL
    SELECT task_id, output.id, output.trashed_at, output.state = 'kept', size
    FROM output INDEXED BY output_trashed CROSS JOIN task ON task.id = task_id
    WHERE output.trashed_at IS NOT NULL AND output.state <> 'deleted'
        AND +task.trashed_at IS NULL
    ORDER BY 3 DESC, 1 DESC, 2 DESC"""


class TrashRecords:
    """What of the history is in the trash. One part of the `Ledger`, with the same manners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, pieces: Pieces, *, at: float) -> tuple[Pieces, list[Place]]:
        """Throw away; what is in the trash already, or is not there at all, is left out.

        Args:
            pieces: tasks at rest, and pictures that are not being fetched.
            at: unix seconds; later than of any earlier call.

        Returns:
            What was thrown away, and where its files should be from now on.

        Raises:
            StillAtWork: something still happens to one of them; nothing was changed.
        """
        with self._database.writing() as connection:
            tasks = [t for t in several(connection, pieces.tasks) if t.trashed_at is None]
            live = {task.id for task in tasks}
            listed = (json.dumps(sorted(live)), json.dumps(pieces.pictures))
            rows: list[Any] = connection.execute(_CHOSEN, listed).fetchall()
            alone = {row[0]: row[2] for row in rows if row[3] not in live}
            busy = sum(not task.at_rest for task in tasks)
            if busy := busy + sum(state == OutputState.PENDING for state in alone.values()):
                raise StillAtWork(count=busy)
            connection.executemany(
                _PUT_OUTPUT, [(at, _name_in_trash(row[1]), row[0]) for row in rows]
            )
            connection.execute(_PUT_TASKS, (at, listed[0]))
            ids = json.dumps([row[0] for row in rows])
            places = [_place(row) for row in connection.execute(_PLACES_OF, (ids,))]
            return Pieces(tuple(task.id for task in tasks), tuple(alone)), places

    def places(self, pieces: Pieces) -> list[Place]:
        """Where files of what is in the trash would be, were it restored."""
        listed = (json.dumps(pieces.pictures), json.dumps(pieces.tasks))
        with self._database.reading() as connection:
            return [_place(row) for row in connection.execute(_HOMES, listed)]

    def restore(self, pieces: Pieces, places: Sequence[Place]) -> dict[float, Pieces]:
        """Bring back; what is not in the trash is left out.

        Args:
            pieces: what was thrown away; a picture does not bring its task back.
            places: of `places`, with the names that the files shall have.

        Returns:
            What was restored, by the time when it was thrown away.
        """
        with self._database.writing() as connection:
            tasks: list[Any] = connection.execute(_TASKS, (json.dumps(pieces.tasks),)).fetchall()
            pictures: list[Any] = connection.execute(
                _PICTURES, (json.dumps(pieces.pictures),)
            ).fetchall()
            connection.executemany(
                "UPDATE output SET trashed_at = NULL WHERE trashed_at = ? AND task_id = ?", tasks
            )
            for table, rows in (("task", tasks), ("output", pictures)):
                connection.executemany(
                    f"UPDATE {table} SET trashed_at = NULL WHERE trashed_at = ? AND id = ?",  # noqa: S608  ours
                    rows,
                )
            _rename(connection, places)
        times = {row[0] for row in (*tasks, *pictures)}
        return {
            at: Pieces(
                tuple(row[1] for row in tasks if row[0] == at),
                tuple(row[1] for row in pictures if row[0] == at),
            )
            for at in times
        }

    def unsettled(self) -> list[Place]:
        """Every output that has, or may have, a file in the trash."""
        with self._database.reading() as connection:
            return [_place(row) for row in connection.execute(_PLACES)]

    def settle(self, places: Iterable[Place]) -> None:
        """Note that of these restored outputs nothing is in the trash any more."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE output SET trash_path = '' WHERE id = ? AND trashed_at IS NULL",
                [(place.id,) for place in places],
            )

    def rename(self, places: Iterable[Place]) -> None:
        """Note the names that restored files shall have."""
        with self._database.writing() as connection:
            _rename(connection, places)

    def every_path(self) -> set[str]:
        """All files of the library that are recorded, wherever in it they are."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(_EVERY_PATH).fetchall()
            return {row[0] for row in rows}

    def some_files(self, most: int) -> list[tuple[str, int]]:
        """Where some kept pictures should be, by chance, and their bytes."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(_SOME_FILES, (most,)).fetchall()
            return [(row[0], row[1]) for row in rows]

    # --- for good --------------------------------------------------------------------------------

    def doomed(self, pieces: Pieces) -> list[Place]:
        """All files in the trash that go with these, also pictures thrown away before."""
        with self._database.reading() as connection:
            listed = (json.dumps(pieces.pictures), _in_trash(connection, pieces.tasks))
            return [_place(row) for row in connection.execute(_DOOMED, listed)]

    def delete(self, pieces: Pieces) -> None:
        """Delete for good what is in the trash; its files are gone already.

        Of a task stays what keeps the money right: its cost, and that the server's task is known.
        Of a picture stays its place, so that it is never fetched again.
        """
        with self._database.writing() as connection:
            tasks = (_in_trash(connection, pieces.tasks),)
            for statement in (_REMEMBER, _DELETE_TASKS):
                connection.execute(statement, tasks)
            connection.execute(_DELETE_PICTURES, (json.dumps(pieces.pictures),))

    def older_than(self, moment: float) -> Pieces:
        """What was thrown away before ``moment`` (unix seconds)."""
        with self._database.reading() as connection:
            tasks: list[Any] = connection.execute(
                "SELECT id FROM task WHERE trashed_at < ?", (moment,)
            ).fetchall()
            pictures: list[Any] = connection.execute(_OLD_PICTURES, (moment,)).fetchall()
            return Pieces(tuple(row[0] for row in tasks), tuple(row[0] for row in pictures))

    # --- reading ---------------------------------------------------------------------------------

    def items(self) -> list[TrashItem]:
        """Everything in the trash, the last thrown away first."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(_ITEMS).fetchall()
            return [TrashItem(*row) for row in rows]

    def tasks_of(self, ids: Sequence[int]) -> list[int]:
        """Whose these outputs are."""
        query = "SELECT DISTINCT task_id FROM output WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(query, (json.dumps(ids),)).fetchall()
            return [row[0] for row in rows]

    def every_output(self, task_id: int) -> list[Output]:
        """All outputs that a task ever had, also those thrown away and those deleted for good."""
        query = "SELECT id FROM output WHERE task_id = ?"
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(query, (task_id,)).fetchall()
            return outputs_with(connection, [row[0] for row in rows])

    def pictures(self, ids: Sequence[int]) -> list[Output]:
        """Outputs by their ids, whether in the trash or not, in no order."""
        with self._database.reading() as connection:
            return outputs_with(connection, ids)


def _in_trash(connection: apsw.Connection, tasks: Sequence[int]) -> str:
    rows: Iterable[Any] = connection.execute(_TASKS, (json.dumps(tasks),))
    return json.dumps([row[1] for row in rows])


def _rename(connection: apsw.Connection, places: Iterable[Place]) -> None:
    connection.executemany(
        "UPDATE output SET path = ? WHERE id = ? AND trashed_at IS NULL",
        [(place.path, place.id) for place in places],
    )


def _place(row: Any) -> Place:
    output_id, path, trash_path, in_trash, size, sha256 = row
    return Place(output_id, path, trash_path, bool(in_trash), size, sha256)


def _name_in_trash(path: str) -> str:
    """A name that no other file has or will have."""
    if not path:
        return ""
    name = PurePosixPath(path)
    return f"{FOLDER}/{name.stem}-{uuid.uuid4().hex[:12]}{name.suffix}"
