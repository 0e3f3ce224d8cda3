"""The trash in the history: rows with the time when they were thrown away.

A picture's row says where its file should be; `TrashFiles` brings it there. So one transaction
throws away or restores whatever is chosen, and a crash before the files were moved is healed by
moving them.

What belongs to a task in the trash was thrown away with it, at the very same time; a picture that
was thrown away before by itself stays in the trash when the task is restored.
"""

from __future__ import annotations

import json
import math
import secrets
import time
from itertools import chain
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import StillAtWork
from cartoonmix_desktop.core.search.result_set import packed
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import FINAL_OF_VERDICT, MOVES, OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces, TrashItem
from cartoonmix_desktop.core.use_days import UseDays
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.files.trash_files import FOLDER, Place
from cartoonmix_desktop.storage.history.records import fetch_tasks, outputs_with, transition
from cartoonmix_desktop.storage.history.requests import hash_of

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Sequence

    import apsw

    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.core.use_days import Span
    from cartoonmix_desktop.storage.database import Database

_AT_ONCE = 4096  # outputs
_DAY = 24 * 3600.0  # seconds
_LIVE = "SELECT id FROM task WHERE trashed_at IS NULL AND id IN carray(?)"
_UNFINISHED = """
    SELECT id FROM task WHERE id IN carray(?1)
        AND state IN ('queued', 'sending', 'accepted', 'running', 'downloading')"""
_ALONE = """
    SELECT id FROM output
    WHERE trashed_at IS NULL AND id IN carray(?1) AND task_id NOT IN carray(?2)"""
_PENDING = "SELECT count(*) FROM output WHERE state = 'pending' AND id IN carray(?)"
_UNREAD = """
    SELECT DISTINCT task_id FROM output WHERE state IN ('broken', 'aside') AND id IN carray(?)"""
_CHOSEN = """
    SELECT id FROM output
    WHERE trashed_at IS NULL AND (task_id IN carray(?) OR id IN carray(?))"""
_PATHS = "SELECT id, path FROM output WHERE id IN carray(?)"
_PUT_OUTPUT = """
    UPDATE output SET trashed_at = ?,
        trash_path = CASE trash_path WHEN '' THEN ? ELSE trash_path END WHERE id = ?"""
_PUT_TASKS = "UPDATE task SET trashed_at = ? WHERE id IN carray(?)"
_PLACES = """
    SELECT id, path, trash_path, trashed_at IS NOT NULL, size, sha256 FROM output
    WHERE trash_path <> ''"""
_PLACES_OF = f"{_PLACES} AND id IN carray(?)"
_THROWN = """
    SELECT output.id FROM output JOIN task ON task.id = task_id
    WHERE trash_path <> '' AND output.trashed_at IS NOT NULL
        AND (output.id IN carray(?)
             OR (task.id IN carray(?) AND output.trashed_at = task.trashed_at))"""
_TASKS = "SELECT trashed_at, id FROM task WHERE trashed_at IS NOT NULL AND id IN carray(?)"
_PICTURES = """
    SELECT trashed_at, id FROM output
    WHERE trashed_at IS NOT NULL AND state <> 'deleted' AND id IN carray(?)"""
# By their tasks: those that were thrown away at the same moment may be all there are.
_TAKE_OUTPUTS = """
    UPDATE output SET trashed_at = NULL WHERE task_id IN carray(?)
        AND +trashed_at = (SELECT trashed_at FROM task WHERE id = task_id)"""
_TAKE = "UPDATE {} SET trashed_at = NULL WHERE id IN carray(?)"
_DOOM = "doomed"  # the fact that names what is being deleted for good
_DOOMED = """
    SELECT id, path, trash_path, TRUE, size, sha256 FROM output
    WHERE trash_path <> '' AND trashed_at IS NOT NULL
        AND (id IN carray(?) OR task_id IN carray(?))"""
_REMEMBER = """
    INSERT INTO deleted_task(
        uid, account, remote_id, created_at, cost, estimated, model, pictures, tags, collections)
    SELECT uid, account, remote_id, created_at, cost, estimated, CAST(model AS TEXT),
        pictures,
        (SELECT json_group_array(name) FROM (
            SELECT name FROM tag JOIN task_tag ON tag_id = tag.id WHERE task_id = task.id
            ORDER BY folded)),
        (SELECT json_group_array(name) FROM (
            SELECT name FROM collection WHERE id IN (
                SELECT collection_id FROM output JOIN collected ON output_id = output.id
                WHERE output.task_id = task.id)
            ORDER BY folded))
    FROM task WHERE (remote_id <> '' OR cost IS NOT NULL) AND id IN carray(?)"""
_DELETE_TASKS = "DELETE FROM task WHERE id IN carray(?)"
_DELETE_PICTURES = """
    UPDATE output SET state = 'deleted', path = '', trash_path = '', size = 0, sha256 = '',
        error = NULL
    WHERE trashed_at IS NOT NULL AND id IN carray(?)"""
_TASKS_OF_TIME = "SELECT id, trashed_at FROM task WHERE trashed_at >= ? AND trashed_at < ?"
_PICTURES_OF_TIME = """
    SELECT output.id, output.trashed_at
    FROM output INDEXED BY output_trashed CROSS JOIN task ON task.id = task_id
    WHERE output.trashed_at >= ? AND output.trashed_at < ? AND output.state <> 'deleted'
        AND output.trashed_at IS NOT task.trashed_at"""
_ENDS_OF_TIME = f"""
    SELECT min(at), max(at) FROM (
        SELECT trashed_at AS at FROM ({_TASKS_OF_TIME})
        UNION ALL SELECT trashed_at FROM ({_PICTURES_OF_TIME}))"""  # noqa: S608  ours
_DAYS_KEY = "days_of_use"
# The few that are in the trash first, and then what is theirs: SQLite may guess otherwise.
_EVERY_PATH = """
    SELECT path FROM output WHERE path <> ''
    UNION ALL SELECT trash_path FROM output WHERE trash_path <> ''"""
_SOME_FILES = """
    SELECT CASE WHEN trashed_at IS NULL THEN path ELSE trash_path END, size FROM output
    WHERE state = 'kept' ORDER BY random() LIMIT ?"""
_ITEMS = """
    SELECT task.id, 0, task.trashed_at, count(output.id) FILTER (WHERE output.state = 'kept'),
        coalesce(sum(size), 0) AS size
    FROM task INDEXED BY task_trashed LEFT JOIN output ON task_id = task.id
        AND +output.trashed_at = task.trashed_at AND output.state IN ('kept', 'aside')
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

    def put(self, pieces: Pieces, *, at: float) -> tuple[Pieces, array[int]]:
        """Throw away; what is in the trash already, or is not there at all, is left out.

        Args:
            pieces: tasks at rest, and pictures that are not being fetched.
            at: unix seconds; later than of any earlier call.

        Returns:
            What was thrown away, and the ids of the outputs whose files go with it.

        Raises:
            StillAtWork: something still happens to one of them; nothing was changed.
        """
        with self._database.writing() as connection:
            live = {row[0] for row in _rows(connection, _LIVE, pieces.tasks)}
            tasks = tuple(task_id for task_id in dict.fromkeys(pieces.tasks) if task_id in live)
            alone = _ids(connection, _ALONE, pieces.pictures, tasks)
            busy = len(_busy(connection, tasks)) + _rows(connection, _PENDING, alone)[0][0]
            if busy:
                raise StillAtWork(count=busy)
            outputs = _ids(connection, _CHOSEN, tasks, alone)
            for start in range(0, len(outputs), _AT_ONCE):
                paths = _rows(connection, _PATHS, outputs[start : start + _AT_ONCE])
                connection.executemany(
                    _PUT_OUTPUT, [(at, _name_in_trash(path), output) for output, path in paths]
                )
            connection.execute(_PUT_TASKS, (at, listed(tasks)))
            _end(connection, alone, at)
            return Pieces(tasks, tuple(alone)), outputs

    def busy(self, tasks: Sequence[int]) -> list[int]:
        """Those to which something still happens."""
        with self._database.reading() as connection:
            return _busy(connection, tasks)

    def outputs(self, pieces: Pieces) -> array[int]:
        """Ids of those that come back with what is in the trash."""
        with self._database.reading() as connection:
            return _ids(connection, _THROWN, pieces.pictures, pieces.tasks)

    def places(self, outputs: Sequence[int]) -> list[Place]:
        """Where the files of outputs should be that are in the trash, or may have been there."""
        with self._database.reading() as connection:
            return [_place(row) for row in _rows(connection, _PLACES_OF, outputs)]

    def restore(self, pieces: Pieces, renamed: Sequence[Place]) -> dict[float, Pieces]:
        """Bring back; what is not in the trash is left out.

        Args:
            pieces: what was thrown away; a picture does not bring its task back.
            renamed: places of files that shall have other names.

        Returns:
            What was restored, by the time when it was thrown away.
        """
        back: dict[float, tuple[list[int], list[int]]] = {}
        with self._database.writing() as connection:
            tasks = _rows(connection, _TASKS, pieces.tasks)
            pictures = _rows(connection, _PICTURES, pieces.pictures)
            for kind, rows in enumerate((tasks, pictures)):
                for at, one in rows:
                    back.setdefault(at, ([], []))[kind].append(one)
            listed_tasks = listed(row[1] for row in tasks)
            connection.execute(_TAKE_OUTPUTS, (listed_tasks,))
            connection.execute(_TAKE.format("task"), (listed_tasks,))
            connection.execute(_TAKE.format("output"), (listed(row[1] for row in pictures),))
            _begin_again(connection, [row[1] for row in pictures])
            _rename(connection, renamed)
        return {at: Pieces(tuple(some), tuple(single)) for at, (some, single) in back.items()}

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

    def doom(self, pieces: Pieces) -> list[Place]:
        """Begin to delete for good: a kill before the end is made good by the next start.

        Returns:
            All files in the trash that go with these, also of pictures thrown away before.
        """
        with self._database.writing() as connection:
            ids = [[*pieces.tasks], [*pieces.pictures]]
            connection.execute(
                "INSERT OR REPLACE INTO fact(key, value) VALUES (?, ?)", (_DOOM, json.dumps(ids))
            )
            tasks = [row[1] for row in _rows(connection, _TASKS, pieces.tasks)]
            return [_place(row) for row in _rows(connection, _DOOMED, pieces.pictures, tasks)]

    def begun(self) -> Pieces:
        """What was begun to be deleted for good, and not ended."""
        with self._database.reading() as connection:
            row: Any = connection.execute("SELECT value FROM fact WHERE key = ?", (_DOOM,))
            tasks, pictures = json.loads(next(iter(row), ("[[], []]",))[0])
            return Pieces(tasks=tuple(tasks), pictures=tuple(pictures))

    def spare(self) -> None:
        """What was begun to be deleted is not: the disk refused, and the person was told."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM fact WHERE key = ?", (_DOOM,))

    def delete(self, pieces: Pieces) -> None:
        """Delete for good what is in the trash; its files are gone already.

        Of a task stays what keeps the money right: its cost, what that is found under, and that
        the server's task is known.
        Of a picture stays its place, so that it is never fetched again.
        """
        with self._database.writing() as connection:
            tasks = listed(row[1] for row in _rows(connection, _TASKS, pieces.tasks))
            for statement in (_REMEMBER, _DELETE_TASKS):
                connection.execute(statement, (tasks,))
            connection.execute(_DELETE_PICTURES, (listed(pieces.pictures),))
            connection.execute("DELETE FROM fact WHERE key = ?", (_DOOM,))

    # --- terms -----------------------------------------------------------------------------------

    def use_days(self) -> UseDays:
        """The days on which the program ran, as far as they are known."""
        with self._database.reading() as connection:
            return _use_days(connection)

    def note_use(self, moment: float) -> UseDays:
        """Note that the program runs on the day of a moment.

        What was thrown away when nobody noted the day counts from this one on.

        Args:
            moment: unix seconds.

        Returns:
            All that are known.
        """
        with self._database.writing() as connection:
            before = _use_days(connection)
            days = before.noted(moment)
            strangers: list[Span] = []
            for gap in days.gaps():
                found: Any = connection.execute(_ENDS_OF_TIME, (*gap, *gap)).fetchone()
                first, last = found
                if first is not None:
                    strangers.append((first, math.nextafter(last, math.inf)))
            if strangers:
                days = days.extended(strangers)
            if days != before:
                connection.execute(
                    "INSERT OR REPLACE INTO fact(key, value) VALUES (?, ?)",
                    (_DAYS_KEY, days.written),
                )
            return days

    def expired(self, days: UseDays, term: int) -> Pieces:
        """What is past its term and was thrown away on the first day of which there is such.

        At most what was thrown away within 24 hours: before days were counted, or long ago, more
        than one day may count as one.

        Args:
            days: all that are known.
            term: days of use.
        """
        with self._database.reading() as connection:
            for day in days.before(term):
                found: list[dict[int, float]] = []
                for query in (_TASKS_OF_TIME, _PICTURES_OF_TIME):
                    rows: list[Any] = [
                        row for span in day.spans for row in connection.execute(query, span)
                    ]
                    found.append({one: at for one, at in rows if days.age(at) > term})
                if any(found):
                    until = min(at for some in found for at in some.values()) + _DAY
                    old = ((one for one, at in some.items() if at < until) for some in found)
                    return Pieces(*map(tuple, old))
        return Pieces()

    # --- reading ---------------------------------------------------------------------------------

    def items(self) -> list[TrashItem]:
        """Everything in the trash, the last thrown away first."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(_ITEMS).fetchall()
            return [TrashItem(*row) for row in rows]

    def totals(self) -> tuple[int, int]:
        """How many things are in the trash, and the bytes of their files."""
        with self._database.reading() as connection:
            row: Any = connection.execute(
                f"SELECT count(*), coalesce(sum(size), 0) FROM ({_ITEMS})"  # noqa: S608  ours
            ).fetchone()
            return row[0], row[1]

    def tasks_of(self, ids: Sequence[int]) -> list[int]:
        """Whose these outputs are."""
        query = "SELECT DISTINCT task_id FROM output WHERE id IN carray(?)"
        with self._database.reading() as connection:
            return [row[0] for row in _rows(connection, query, ids)]

    def every_output(self, task_id: int) -> list[Output]:
        """All outputs that a task ever had, also those thrown away and those deleted for good."""
        query = "SELECT id FROM output WHERE task_id = ?"
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(query, (task_id,)).fetchall()
            return outputs_with(connection, [row[0] for row in rows])

    def is_token_shared(self, task_id: int, token: str) -> bool:
        """Whether another task, thrown away or not, has this ``socketaccesstoken`` as well."""
        query = "SELECT 1 FROM task WHERE token = ? AND id <> ? LIMIT 1"
        with self._database.reading() as connection:
            return connection.execute(query, (token, task_id)).fetchone() is not None

    def pictures(self, ids: Sequence[int]) -> list[Output]:
        """Outputs by their ids, whether in the trash or not, in no order."""
        with self._database.reading() as connection:
            return outputs_with(connection, ids)


def _use_days(connection: apsw.Connection) -> UseDays:
    query = "SELECT value FROM fact WHERE key = ?"
    row = connection.execute(query, (_DAYS_KEY,)).fetchone()
    return UseDays.read(str(row[0]) if row else "")


def _rows(connection: apsw.Connection, query: str, *ids: Iterable[int]) -> list[Any]:
    return connection.execute(query, tuple(map(listed, ids))).fetchall()


def _ids(connection: apsw.Connection, query: str, *ids: Iterable[int]) -> array[int]:
    rows: Iterable[Any] = connection.execute(query, tuple(map(listed, ids)))
    return packed(chain.from_iterable(rows))


def _busy(connection: apsw.Connection, tasks: Sequence[int]) -> list[int]:
    unfinished = _ids(connection, _UNFINISHED, tasks)  # few of many
    return [task.id for task in fetch_tasks(connection, unfinished) if not task.at_rest]


def _end(connection: apsw.Connection, outputs: Sequence[int], at: float) -> None:
    """Bring tasks to their end that were kept from it by these alone, which are thrown away."""
    for task in fetch_tasks(connection, _ids(connection, _UNREAD, outputs)):
        whole = all(output.state is OutputState.KEPT for output in task.outputs)
        if whole and task.state is TaskState.DOWNLOADING:
            final = FINAL_OF_VERDICT[task.verdict or Verdict.SUCCEEDED]
            transition(connection, task, final, at)


def _begin_again(connection: apsw.Connection, outputs: Sequence[int]) -> None:
    """Of these, which are back, those that are no pictures yet may still become some."""
    for task in fetch_tasks(connection, _ids(connection, _UNREAD, outputs)):
        if TaskState.DOWNLOADING in MOVES[task.state]:
            transition(connection, task, TaskState.DOWNLOADING, time.time())


def _rename(connection: apsw.Connection, places: Iterable[Place]) -> None:
    connection.executemany(
        "UPDATE output SET path = ? WHERE id = ? AND trashed_at IS NULL",
        [(place.path, place.id) for place in places],
    )


def _place(row: Any) -> Place:
    output_id, path, trash_path, in_trash, size, sha256 = row
    return Place(output_id, path, trash_path, bool(in_trash), size, hash_of(sha256))


def _name_in_trash(path: str) -> str:
    """A name that no other file has or will have."""
    if not path:
        return ""
    stem, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return f"{FOLDER}/{stem or suffix}-{secrets.token_hex(6)}{dot and dot + suffix}"
