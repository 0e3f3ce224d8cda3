"""Rows of the history as lines of the journal: how things stand now."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.journal.lines import Kind, written
from cartoonmix_desktop.core.journal.records import (
    KINDS,
    Collection,
    Gone,
    Marks,
    Picture,
    PictureMarks,
    Recipe,
    Run,
    Search,
    Written,
    body,
)
from cartoonmix_desktop.core.money.amounts import from_units
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.history.full_text import folded
from cartoonmix_desktop.storage.history.records import others_of
from cartoonmix_desktop.storage.history.requests import REQUEST, hash_of, request_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import apsw

    from cartoonmix_desktop.core.journal.records import Record

_CALLBACK = "callbackUrl"
# May hold addresses, of hosts or of files; what went wrong is told without them.
_NOT_TOLD = frozenset({"detail", "cause", "path"})

_RECIPES = f"""
    SELECT uid, {REQUEST}, created_at, account,
        (SELECT uid FROM task AS parent WHERE parent.id = task.parent_id), source, estimated,
        elsewhere, (SELECT told FROM others WHERE task_id = task.id)
    FROM task WHERE id IN carray(?)"""  # noqa: S608  ours
_RUNS = """
    SELECT id, uid, state, remote_id, status, verdict, cost, seconds,
        (SELECT max(at) FROM move WHERE task_id = task.id AND move.state = 'sending'), heard_at,
        trashed_at, remote_deleted_at, error
    FROM task WHERE id IN carray(?)"""
_PICTURES = """
    SELECT task_id, position, state, remote_id, path, trash_path, sha256, size, width, height,
        kept_at, trashed_at, error
    FROM output WHERE task_id IN carray(?) ORDER BY task_id, position"""
_UIDS = "SELECT id, uid FROM task WHERE id IN carray(?)"
_TAGS = """
    SELECT task_id, name FROM task_tag JOIN tag ON tag.id = tag_id
    WHERE task_id IN carray(?) ORDER BY folded"""
_NOTES = "SELECT task_id, text FROM note WHERE task_id IN carray(?)"
_MARKED = """
    SELECT task_id, id, position, favourite, rating, rejected FROM output
    WHERE task_id IN carray(?) ORDER BY task_id, position"""
_COLLECTED = """
    SELECT output_id, name FROM output JOIN collected ON output_id = output.id
        JOIN collection ON collection.id = collection_id
    WHERE output.task_id IN carray(?) ORDER BY folded"""
_GONE = """
    SELECT uid, account, remote_id, created_at, cost, estimated, model, pictures, tags, collections
    FROM deleted_task WHERE uid IN (SELECT value FROM json_each(?))"""


def recipes(connection: apsw.Connection, tasks: Sequence[int]) -> Iterator[bytes]:
    """What tasks were asked for."""
    rows: Iterable[Any] = connection.execute(_RECIPES, (listed(tasks),)) if tasks else ()
    for uid, *parts, made, account, parent, source, estimated, elsewhere, others in rows:
        request = request_of(*parts)
        values = {
            name: value for name, value in request.values.items() if not value or name != _CALLBACK
        }
        facts = (parent or "", source, _amount(estimated), bool(elsewhere))
        told = dict(others_of(others))
        yield _line(uid, Recipe(request.model, values, made, account, *facts, told))


def runs(connection: apsw.Connection, tasks: Sequence[int]) -> Iterator[bytes]:
    """What became of tasks, and their pictures."""
    if not tasks:
        return
    pictures: dict[int, list[Picture]] = {}
    rows: Iterable[Any] = connection.execute(_PICTURES, (listed(tasks),))
    for task_id, *where, sha256, size, width, height, kept, trashed, error in rows:
        facts: list[Any] = [*where, hash_of(sha256), size, width, height, kept, trashed]
        facts.append(_error(error))
        pictures.setdefault(task_id, []).append(Picture(*facts))
    rows = connection.execute(_RUNS, (listed(tasks),))
    for task_id, uid, *how, cost, seconds, sent, heard, trashed, deleted, error in rows:
        facts = [*how, _amount(cost), seconds, sent, heard, trashed, deleted, _error(error)]
        facts.append(tuple(pictures.get(task_id, ())))
        yield _line(uid, Run(*facts))


def marks(connection: apsw.Connection, tasks: Sequence[int]) -> Iterator[bytes]:
    """What the person thinks of tasks and their pictures."""
    if not tasks:
        return
    chosen = listed(tasks)
    tags: dict[int, list[str]] = {}
    collections: dict[int, list[str]] = {}
    pictures: dict[int, list[PictureMarks]] = {}
    for found, query in ((tags, _TAGS), (collections, _COLLECTED)):
        rows: Iterable[Any] = connection.execute(query, (chosen,))
        for one, name in rows:
            found.setdefault(one, []).append(name)
    rows = connection.execute(_MARKED, (chosen,))
    for task_id, output_id, position, favourite, rating, rejected in rows:
        inside = tuple(collections.get(output_id, ()))
        if favourite or rating or rejected or inside:
            marked = PictureMarks(position, bool(favourite), rating, bool(rejected), inside)
            pictures.setdefault(task_id, []).append(marked)
    rows = connection.execute(_NOTES, (chosen,))
    notes: dict[int, str] = dict(rows)
    rows = connection.execute(_UIDS, (chosen,))
    for task_id, uid in rows:
        of_task = (tags.get(task_id, ()), notes.get(task_id, ""), pictures.get(task_id, ()))
        yield _line(uid, Marks(tuple(of_task[0]), of_task[1], tuple(of_task[2])))


def gone(connection: apsw.Connection, uids: Sequence[str]) -> Iterator[bytes]:
    """Tasks that were deleted for good, with what keeps the money right."""
    told = {uid: Gone("", "", 0.0) for uid in uids}
    rows: Iterable[Any] = connection.execute(_GONE, (json.dumps(uids),))
    for uid, account, remote, made, cost, estimated, model, pictures, tags, collections in rows:
        facts: list[Any] = [account, remote, made, _amount(cost), _amount(estimated)]
        facts += [model, pictures, _names(tags), _names(collections)]
        told[uid] = Gone(*facts)
    for uid, record in told.items():
        yield _line(uid, record)


def collections(connection: apsw.Connection, names: Iterable[str]) -> Iterator[bytes]:
    """Collections by their names, or that there is none of this name any more."""
    rows: Iterable[Any] = connection.execute("SELECT name FROM collection")
    here = {folded(name): name for (name,) in rows}
    for key, name in {folded(name): name for name in names}.items():
        line = Collection(here.get(key, name), deleted=key not in here)
        yield _line(_key_of(key), line)


def searches(connection: apsw.Connection, names: Iterable[str]) -> Iterator[bytes]:
    """Kept searches by their names, or that there is none of this name any more."""
    rows: Iterable[Any] = connection.execute("SELECT name, query FROM saved_search")
    here = {folded(name): Search(name, query) for name, query in rows}
    for key, name in {folded(name): name for name in names}.items():
        yield _line(_key_of(key), here.get(key, Search(name, deleted=True)))


def end(history: str, number: int) -> bytes:
    """The last line of a transaction."""
    return _line(history, Written(number))


def _line(key: str, record: Record) -> bytes:
    kind: Kind = KINDS[type(record)]
    return written(kind, key, body(record))


def _key_of(name: str) -> str:
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def _amount(units: int | None) -> str | None:
    return None if units is None else f"{from_units(units):f}"


def _names(column: str | None) -> tuple[str, ...] | None:
    return None if column is None else tuple(json.loads(column))


def _error(column: str | None) -> dict[str, Any] | None:
    if column is None:
        return None
    facts: dict[str, Any] = json.loads(column)
    return {
        name: fact
        for name, fact in facts.items()
        if name not in _NOT_TOLD and "://" not in str(fact)
    }
