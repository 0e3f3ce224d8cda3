"""The history of an archive, brought into the one that is here, some tasks at a time.

Only what is at rest comes along, or is put to rest: nothing that could be sent, asked about or
charged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import apsw
from msgspec.structs import replace

from cartoonmix_desktop.core.error_records import to_record
from cartoonmix_desktop.core.errors import ArchiveUnusable, DatabaseDamaged, DatabaseTooNew
from cartoonmix_desktop.core.money.amounts import LARGEST, to_units
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.marks import MOST_STARS, clean_name
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import IMPORTED, RECEIVED, OutputState, TaskState
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.held_files import delete
from cartoonmix_desktop.storage.history.full_text import folded
from cartoonmix_desktop.storage.history.imports import (
    add_note,
    add_tags,
    keep_searches,
    make_collection,
)
from cartoonmix_desktop.storage.history.records import (
    index_prompts,
    insert_others,
    note_move,
    others_of,
    update_columns,
)
from cartoonmix_desktop.storage.history.requests import (
    REQUEST,
    hash_column,
    hash_of,
    request_column,
    request_of,
)
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.os_errors import file_errors
from cartoonmix_desktop.storage.trusted_copy import StrangersFound, copy_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from cartoonmix_desktop.core.errors import CartoonMixError

_AT_REST = (
    *(TaskState.KEPT, TaskState.FAILED, TaskState.CANCELLED, TaskState.REMOVED),
    *(TaskState.REJECTED, TaskState.DISCARDED),
)
_TABLES = (
    *("task", "output", "tag", "task_tag", "note", "collection", "collected", "saved_search"),
    *("aftercare", "recipe", "others"),
)
_MOST_OUTPUTS = 1_000  # of one task
_MOST_SEARCHES, _LONGEST_SEARCH = 1_000, 10_000  # characters
_STATES = ",".join(f"'{state.value}'" for state in _AT_REST)
# Of a task whose pictures were being fetched those come along that were kept; it ends with them.
_COMES = f"""(state IN ({_STATES}) OR (state = '{TaskState.DOWNLOADING.value}' AND EXISTS (
    SELECT 1 FROM output WHERE task_id = task.id AND output.trashed_at IS NULL
        AND output.state = '{OutputState.KEPT.value}')))"""  # noqa: S608  ours
_OWN_UID = "length(uid) = 32 AND uid NOT GLOB '*[^0-9a-f]*'"  # it becomes part of names of files
# Nothing of an archive is to be fetched by itself, and what was kept aside is not in one.
_OUTPUT_STATES = {OutputState.KEPT.value, OutputState.BROKEN.value, OutputState.DELETED.value}
_NO_PICTURE = {"state": OutputState.BROKEN.value, "path": "", "size": 0, "sha256": ""}
_TASK_COLUMNS = (
    "uid, account, request, state, created_at, remote_id, status, verdict, error, cost,"
    " estimated, seconds, heard_at, remote_deleted_at, source, elsewhere"
)
_PARTS = 4  # columns of a request
_LONGEST_OTHERS = 1024**2  # characters of JSON; ours are fewer
_LATEST = 4_102_444_800.0  # the year 2100
_PARENT = "(SELECT parent.uid FROM task AS parent WHERE parent.id = task.parent_id)"
_HERE = """
    SELECT id, trashed_at FROM task WHERE uid = ?1
    UNION ALL
    SELECT id, trashed_at FROM task WHERE id = (SELECT task_id FROM output WHERE id = ?2)"""
_READ = _TASK_COLUMNS.replace("request", REQUEST)
_OUTPUT_COLUMNS = (
    "position, remote_id, state, path, size, sha256, width, height, kept_at, error,"
    " favourite, rating, rejected"
)


@dataclass(slots=True)
class OtherTask:
    """A task of an archive.

    Attributes:
        facts: the columns of `_TASK_COLUMNS`, by name.
        outputs: the columns of `_OUTPUT_COLUMNS`, by name, each with its ``id`` there.
        tags: names.
        note: or empty.
        others: what it says beside its request.
        parent: ``uid`` of the task it came from, or empty.
        owed: what was owed of it, to be looked for at the person's wish alone.
    """

    facts: dict[str, Any]
    outputs: list[dict[str, Any]]
    tags: list[str]
    note: str
    others: Mapping[str, str]
    parent: str
    owed: tuple[Aftercare, ...]

    @property
    def kept(self) -> list[dict[str, Any]]:
        """Its pictures."""
        return [output for output in self.outputs if output["state"] == OutputState.KEPT.value]


def break_output(output: dict[str, Any], error: CartoonMixError) -> None:
    """Of a picture of a task that turned out to be none: it stands there as one that never came."""
    record = json.dumps(to_record(error))
    output.update(_NO_PICTURE, error=record)


class OtherHistory:
    """The facts of an archive's history, copied out of it and brought to this version."""

    def __init__(self, path: Path, source: Path, is_over: Callable[[], bool]) -> None:
        """Copy them.

        Args:
            path: of the history as the archive has it; it is deleted, and the copy lies beside it.
            source: the archive, for the errors.
            is_over: asked all the while, also later; True ends what is being read.

        Raises:
            ArchiveUnusable: it is not sound, not one of ours, or newer.
            Interrupted: ``is_over`` has said so.
            StorageError: no room.
        """
        copy = path.with_name(f"copied-{path.name}")
        schema = replace(HISTORY, durable=False)
        try:
            copy_facts(path, copy, _TABLES, is_over)
            with file_errors(path):
                delete(path)
            self._database = Database(copy, schema, is_over=is_over)
        except StrangersFound as error:
            raise ArchiveUnusable(str(source), "unsafe", str(error)) from error
        except DatabaseTooNew as error:
            raise ArchiveUnusable(str(source), "newer") from error
        except (DatabaseDamaged, apsw.Error) as error:
            raise ArchiveUnusable(str(source), "damaged", "the history") from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def count(self) -> tuple[int, int]:
        """How many tasks come along, and how many are not at rest and do not."""
        with self._database.reading() as connection:
            row: Any = connection.execute(
                f"SELECT count(*) FILTER (WHERE {_COMES}), count(*) FROM task"  # noqa: S608
                " WHERE trashed_at IS NULL"
            ).fetchone()
            return row[0], row[1] - row[0]

    def tasks(self, after: int, most: int) -> tuple[int, list[OtherTask]]:
        """The next tasks, and the id after which more may come."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(
                f"SELECT id, {_PARENT}, {_READ} FROM task"  # noqa: S608
                " WHERE id > ? AND trashed_at IS NULL"
                f" AND {_COMES} AND {_OWN_UID} ORDER BY id LIMIT ?",
                (after, most),
            ).fetchall()
            return (rows[-1][0] if rows else after), [_task(connection, row) for row in rows]

    def collections(self) -> list[tuple[str, list[int]]]:
        """Names, and the outputs in each."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute("SELECT id, name FROM collection").fetchall()
            inside = "SELECT output_id FROM collected WHERE collection_id = ?"
            return [
                (clean, [int(str(r[0])) for r in connection.execute(inside, (number,))])
                for number, name in rows
                for clean in _names([name])
            ]

    def searches(self) -> list[tuple[str, str]]:
        """Saved searches: names and queries."""
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(
                "SELECT name, query FROM saved_search"
                " WHERE max(length(name), length(query)) <= ? LIMIT ?",
                (_LONGEST_SEARCH, _MOST_SEARCHES),
            )
            return [(str(name), str(query)) for name, query in rows]


class MergeRecords:
    """One part of the `Ledger`, with the same manners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def uids(self, uids: Iterable[str]) -> dict[str, bool]:
        """Those that are here, and whether they are in the trash."""
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(
                "SELECT uid, trashed_at IS NOT NULL FROM task"
                " WHERE uid IN (SELECT value FROM json_each(?))",
                (json.dumps(list(uids)),),
            )
            return {uid: bool(trashed) for uid, trashed in rows}

    def add(
        self,
        tasks: Sequence[OtherTask],
        places: Mapping[int, str],
        same: Mapping[str, int],
        *,
        at: float,
    ) -> dict[int, int]:
        """Enter new tasks, and give those that are here the marks that they lack.

        Args:
            tasks: of the archive.
            places: by the id of an output there, where its file will be here; a kept picture of a
                new task without one becomes a missing one.
            same: by the uid of a task that is known here by its picture, the output here.
            at: unix seconds.

        Returns:
            The id here of each output there that is here now.
        """
        found: dict[int, int] = {}
        with self._database.writing() as connection:
            for task in tasks:
                uid = task.facts["uid"]
                row: Any = connection.execute(_HERE, (uid, same.get(uid))).fetchone()
                if row is None:
                    found |= _insert(connection, task, places, at)
                elif row[1] is None:
                    found |= _marked(connection, row[0], task)
        return found

    def collect(
        self,
        collections: Iterable[tuple[str, Sequence[int]]],
        searches: Iterable[tuple[str, str]],
    ) -> None:
        """Add to collections, made when missing; and keep searches whose name is free."""
        with self._database.writing() as connection:
            for name, outputs in collections:
                make_collection(connection, name)
                connection.executemany(
                    "INSERT OR IGNORE INTO collected(collection_id, output_id, task_id)"
                    " SELECT (SELECT id FROM collection WHERE folded = ?), id, task_id"
                    " FROM output WHERE id = ?",
                    [(folded(name), output) for output in outputs],
                )
            keep_searches(connection, searches)


def _task(connection: apsw.Connection, row: Any) -> OtherTask:
    task_id, parent, uid, account, *told = row
    facts = (uid, account, request_column(request_of(*told[:_PARTS])), *told[_PARTS:])
    outputs: Iterable[Any] = connection.execute(
        f"SELECT id, {_OUTPUT_COLUMNS} FROM output"  # noqa: S608  ours
        " WHERE task_id = ? AND trashed_at IS NULL ORDER BY position LIMIT ?",
        (task_id, _MOST_OUTPUTS),
    )
    names = ["id", *_OUTPUT_COLUMNS.split(", ")]
    listed = [dict(zip(names, output, strict=True)) for output in outputs]
    tags: Iterable[Any] = connection.execute(
        "SELECT name FROM task_tag JOIN tag ON tag.id = tag_id WHERE task_id = ?", (task_id,)
    )
    note: Any = connection.execute("SELECT text FROM note WHERE task_id = ?", (task_id,))
    text = next(iter(note), ("",))[0]
    said: Any = connection.execute(
        "SELECT told FROM others WHERE task_id = ? AND length(told) <= ?",
        (task_id, _LONGEST_OTHERS),
    )
    others = others_of(next(iter(said), (None,))[0])
    cares: Iterable[Any] = connection.execute(
        "SELECT reason, began, tries, asked FROM aftercare WHERE task_id = ?", (task_id,)
    )
    owed = tuple(
        Aftercare(Owed(reason), _moment(began) or 0.0, None, _count(tries), _moment(asked))
        for reason, began, tries, asked in cares
        if reason in set(Owed)
    )
    named = _sound_task(dict(zip(_TASK_COLUMNS.split(", "), facts, strict=True)))
    listed = [_sound_output(output) for output in listed]
    if len({output["position"] for output in listed}) < len(listed):
        listed = [output | {"position": place} for place, output in enumerate(listed)]
    tagged = _names(tag[0] for tag in tags)
    return OtherTask(named, listed, tagged, str(text), others, str(parent or ""), owed)


def _sound_task(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts such as this program writes, whoever wrote these; what cannot be is left out."""
    return {name: _text(fact) for name, fact in facts.items()} | {
        "state": facts["state"] if facts["state"] in _AT_REST else TaskState.KEPT.value,
        "created_at": _moment(facts["created_at"]) or 0.0,
        "heard_at": _moment(facts["heard_at"]),
        "remote_deleted_at": _moment(facts["remote_deleted_at"]),
        "seconds": _moment(facts["seconds"]),
        "verdict": facts["verdict"] if facts["verdict"] in set(Verdict) else None,
        "error": _sound_error(facts["error"]),
        "cost": _sound_money(facts["cost"]),
        "estimated": _sound_money(facts["estimated"]),
        "elsewhere": _count(facts["elsewhere"], 1),
    }


def _is_inside(path: str) -> bool:
    try:
        parts_inside(path)
    except ValueError:
        return not path  # of a picture that never came
    return True


def _sound_output(facts: dict[str, Any]) -> dict[str, Any]:
    counts = ("position", "size", "width", "height")
    marks = {"favourite": 1, "rejected": 1, "rating": MOST_STARS}
    if _text(facts["path"]).endswith(RECEIVED) or not _is_inside(_text(facts["path"])):
        facts = facts | _NO_PICTURE
    return (
        facts
        | {name: _text(facts[name]) for name in ("remote_id", "path")}
        | {name: _count(facts[name]) for name in counts}
        | {name: _count(facts[name], most) for name, most in marks.items()}
        | {
            "sha256": hash_of(facts["sha256"]),
            "state": facts["state"] if facts["state"] in _OUTPUT_STATES else "broken",
            "kept_at": _moment(facts["kept_at"]),
            "error": _sound_error(facts["error"]),
        }
    )


def _names(columns: Iterable[Any]) -> list[str]:
    """Names as a person could have given them."""
    return [name for column in columns if (name := clean_name(str(column)))]


def _text(column: Any) -> str:
    return column if isinstance(column, str) else ""


def _count(column: Any, most: int = 2**31 - 1) -> int:
    return column if isinstance(column, int) and 0 <= column <= most else 0


def _moment(column: Any) -> float | None:
    """Unix seconds, or a number of them, that any calendar can hold."""
    known = isinstance(column, int | float) and 0 <= column < _LATEST
    return float(column) if known else None


def _sound_error(column: Any) -> str | None:
    """What was written by a program like this one can be read again; else nothing."""
    try:
        return column if isinstance(json.loads(column), dict) else None
    except (TypeError, ValueError, RecursionError):
        return None


def _sound_money(column: Any) -> int | None:
    return column if isinstance(column, int) and 0 <= column <= to_units(LARGEST) else None


def _insert(
    connection: apsw.Connection, task: OtherTask, places: Mapping[int, str], at: float
) -> dict[int, int]:
    facts = task.facts
    marks = ", ".join("?" * len(facts))
    connection.execute(
        f"INSERT INTO task({_TASK_COLUMNS}, owner, parent_id)"  # noqa: S608  ours
        f" VALUES ({marks}, '', (SELECT id FROM task WHERE uid = ?))",
        (*facts.values(), task.parent),  # a parent is older, and has come before
    )
    rows: Any = connection.execute("SELECT id FROM task WHERE uid = ?", (facts["uid"],))
    task_id = int(rows.fetchone()[0])
    source = facts["source"] if facts["account"] == IMPORTED else ""
    insert_others(connection, [(task_id, task.others)])
    index_prompts(connection, [(task_id, request_of(facts["request"]), source)])
    note_move(connection, task_id, None, TaskState(facts["state"]), at)
    if task.owed:
        update_columns(connection, task_id, TaskState(facts["state"]), {"owed": task.owed})
    found: dict[int, int] = {}
    for output in task.outputs:
        values = {name: value for name, value in output.items() if name != "id"}
        values["path"] = places.get(output["id"], values["path"])
        values["sha256"] = hash_column(values["sha256"])
        marks = ", ".join("?" * (len(values) + 1))
        connection.execute(
            f"INSERT INTO output(task_id, {_OUTPUT_COLUMNS}) VALUES ({marks})",  # noqa: S608  ours
            (task_id, *values.values()),
        )
        found[output["id"]] = connection.last_insert_rowid()
    _write(connection, task_id, task)
    return found


def _marked(connection: apsw.Connection, task_id: int, task: OtherTask) -> dict[int, int]:
    found: dict[int, int] = {}
    for output in task.kept:
        row: Any = connection.execute(
            "SELECT id FROM output WHERE task_id = ? AND sha256 = ? AND trashed_at IS NULL",
            (task_id, hash_column(output["sha256"])),
        ).fetchone()
        if row is None:
            continue
        found[output["id"]] = row[0]
        connection.execute(
            "UPDATE output SET favourite = max(favourite, ?1), rejected = max(rejected, ?2),"
            " rating = CASE rating WHEN 0 THEN ?3 ELSE rating END WHERE id = ?4"
            " AND (favourite < ?1 OR rejected < ?2 OR (rating = 0 AND ?3 > 0))",
            (output["favourite"], output["rejected"], output["rating"], row[0]),
        )
    _write(connection, task_id, task)
    return found


def _write(connection: apsw.Connection, task_id: int, task: OtherTask) -> None:
    """Tags, and the note unless there is one."""
    add_tags(connection, [(task_id, name) for name in task.tags])
    add_note(connection, task_id, task.note)
