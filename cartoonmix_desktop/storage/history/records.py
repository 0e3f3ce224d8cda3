"""Rows of the history as objects, and objects as columns."""

from __future__ import annotations

import json
import logging
from itertools import count
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core import log
from cartoonmix_desktop.core.error_records import from_record, to_record
from cartoonmix_desktop.core.money.amounts import from_units, units_of
from cartoonmix_desktop.core.recipe.others import NONE, sound
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import MOVES, SANDBOX, Output, OutputState, Task, TaskState
from cartoonmix_desktop.storage.database import insert_many, log_when_committed
from cartoonmix_desktop.storage.history.full_text import folded, words_of
from cartoonmix_desktop.storage.history.requests import (
    REQUEST,
    hash_of,
    request_column,
    request_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    import apsw

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.recipe.request import GenerationRequest

_TASKS = f"""
    SELECT id, uid, account, {REQUEST}, state, created_at,
           remote_id, token, status, verdict, error, cost, seconds, cancelling, heard_at,
           trashed_at, remote_deleted_at, source, parent_id, estimated, elsewhere
    FROM task WHERE id IN (SELECT value FROM json_each(?))"""  # noqa: S608  ours
_OUTPUTS = """
    SELECT task_id, output.id, position, output.state,
           CASE WHEN output.trashed_at IS NULL THEN path ELSE trash_path END,
           size, sha256, output.width, output.height, output.error, output.remote_id,
           favourite, rating, rejected
    FROM output JOIN task ON task.id = task_id
    WHERE task_id IN (SELECT value FROM json_each(?)) AND output.trashed_at IS task.trashed_at
    ORDER BY task_id, position"""
_OUTPUTS_WITH = """
    SELECT task_id, id, position, state,
           CASE WHEN trashed_at IS NULL THEN path ELSE trash_path END,
           size, sha256, width, height, error, remote_id,
           favourite, rating, rejected
    FROM output WHERE id IN (SELECT value FROM json_each(?))"""
_TAGS = """
    SELECT task_id, name FROM task_tag JOIN tag ON tag.id = tag_id
    WHERE task_id IN (SELECT value FROM json_each(?)) ORDER BY folded"""
_OWED = """
    SELECT task_id, reason, began, due, tries, asked FROM aftercare
    WHERE task_id IN (SELECT value FROM json_each(?)) ORDER BY task_id, reason"""
_ENDING = 12  # where the columns of the end of a task begin
_REASONS = frozenset(Owed)
_OTHERS = "SELECT task_id, told FROM others WHERE task_id IN (SELECT value FROM json_each(?))"
_NOTES = "SELECT task_id, text FROM note WHERE task_id IN (SELECT value FROM json_each(?))"


def fetch_tasks(connection: apsw.Connection, ids: Sequence[int]) -> list[Task]:
    """Tasks in the order asked, by two queries however many; those that do not exist left out."""
    listed = (json.dumps(list(ids)),)
    outputs: dict[int, list[Output]] = {}
    rows: Iterable[Any] = connection.execute(_OUTPUTS, listed)
    for row in rows:
        outputs.setdefault(row[0], []).append(_output(row))
    tags: dict[int, list[str]] = {}
    for task_id, name in connection.execute(_TAGS, listed):
        tags.setdefault(int(str(task_id)), []).append(str(name))
    notes: dict[Any, Any] = dict(connection.execute(_NOTES, listed))
    owed: dict[int, list[Aftercare]] = {}
    rows = connection.execute(_OWED, listed)
    for task_id, reason, *facts in rows:
        if reason in _REASONS:  # a newer version may know more: that hides no task
            owed.setdefault(task_id, []).append(Aftercare(Owed(reason), *facts))
    others: dict[Any, Any] = dict(connection.execute(_OTHERS, listed))
    rows = connection.execute(_TASKS, listed)
    tasks = {
        row[0]: _task(
            row,
            outputs=tuple(outputs.get(row[0], ())),
            tags=tuple(tags.get(row[0], ())),
            note=notes.get(row[0], ""),
            owed=tuple(owed.get(row[0], ())),
            others=others_of(others.get(row[0])),
        )
        for row in rows
    }
    return [tasks[task_id] for task_id in ids if task_id in tasks]


def outputs_with(connection: apsw.Connection, ids: Sequence[int]) -> list[Output]:
    """Outputs by their own ids, whether in the trash or not, in no order."""
    rows: Iterable[Any] = connection.execute(_OUTPUTS_WITH, (json.dumps(list(ids)),))
    return [_output(row) for row in rows]


def fetch_task(connection: apsw.Connection, task_id: int) -> Task:
    """One task.

    Raises:
        KeyError: no such task.
    """
    tasks = fetch_tasks(connection, [task_id])
    if not tasks:
        raise KeyError(task_id)
    return tasks[0]


def insert_task(
    connection: apsw.Connection,
    request: GenerationRequest,
    account: str,
    owner: str,
    *,
    at: float,
    uid: str,
    parent_id: int | None = None,
    estimated: Decimal | None = None,
) -> int:
    """Store a new task, queued; see `Ledger.add`. Gives its id."""
    connection.execute(
        "INSERT INTO task(uid, account, owner, request, state, created_at, parent_id, estimated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(uid, account, owner, request_column(request), TaskState.QUEUED.value, at),
            *(parent_id, units_of(estimated)),
        ),
    )
    # Not the connection's last rowid: a trigger has written after it.
    rows: Any = connection.execute("SELECT id FROM task WHERE uid = ?", (uid,))
    task_id = int(rows.fetchone()[0])
    index_prompts(connection, [(task_id, request, "")])
    note_move(connection, task_id, None, TaskState.QUEUED, at)
    return task_id


def transition(connection: apsw.Connection, task: Task, to: TaskState, at: float) -> None:
    """Bring a task to another state.

    Raises:
        ValueError: not a legal move.
    """
    sent = task.elsewhere and to in {TaskState.QUEUED, TaskState.SENDING}
    if task.is_imported or sent or to not in MOVES[task.state]:
        raise ValueError(f"task {task.id} cannot go from {task.state} to {to}")
    connection.execute("UPDATE task SET state = ? WHERE id = ?", (to.value, task.id))
    note_move(connection, task.id, task.state, to, at)


def moved(
    connection: apsw.Connection, task_id: int, to: TaskState, at: float, changes: dict[str, Any]
) -> Task:
    """Bring a task to another state, with all that changes on the way; see `Ledger.move`."""
    transition(connection, fetch_task(connection, task_id), to, at)
    update_columns(connection, task_id, to, changes)
    return fetch_task(connection, task_id)


def task_of(connection: apsw.Connection, output_id: int) -> int:
    """Whose output it is.

    Raises:
        KeyError: no such output.
    """
    row = connection.execute("SELECT task_id FROM output WHERE id = ?", (output_id,)).fetchone()
    if row is None:
        raise KeyError(output_id)
    return int(str(row[0]))


def note_move(
    connection: apsw.Connection, task_id: int, before: TaskState | None, state: TaskState, at: float
) -> None:
    """Remember when a task came to a state; ``before`` is None for one that is new here."""
    connection.execute(
        "INSERT INTO move(task_id, state, at) VALUES (?, ?, ?)", (task_id, state.value, at)
    )
    log_when_committed(
        connection, log.queue, "move task=%d from=%s to=%s", task_id, before or "new", state
    )


def note_outputs(connection: apsw.Connection, task: Task, remote_ids: Sequence[str]) -> None:
    """Add the outputs that a task does not have yet; see `Ledger.set_outputs`."""
    # Also of those in the trash: what a person threw away is not fetched again.
    rows: Iterable[Any] = connection.execute(
        "SELECT position, remote_id FROM output WHERE task_id = ?", (task.id,)
    )
    places: dict[int, str] = dict(rows)
    stored = set(filter(None, places.values()))
    for position, remote_id in enumerate(remote_ids):
        if remote_id in stored:
            continue
        place = position
        if (occupant := places.get(place)) and occupant in remote_ids:
            place = next(free for free in count() if free not in places)
        places[place] = remote_id
        connection.execute(
            "INSERT INTO output(task_id, position, remote_id, state) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (task_id, position)"
            " DO UPDATE SET remote_id = excluded.remote_id WHERE state <> 'kept'",
            (task.id, place, remote_id, OutputState.PENDING.value),
        )


def known_ids(connection: apsw.Connection, remote_ids: Sequence[str], account: str) -> set[str]:
    """See `Ledger.known`."""
    rows: Iterable[Any] = connection.execute(
        "SELECT remote_id FROM task WHERE remote_id <> ''"
        " AND remote_id IN (SELECT value FROM json_each(?1)) AND (account = ?2) = ?3"
        " UNION SELECT remote_id FROM deleted_task WHERE remote_id <> ''"
        " AND remote_id IN (SELECT value FROM json_each(?1)) AND (account = ?2) = ?3",
        (json.dumps(list(remote_ids)), SANDBOX, account == SANDBOX),
    )
    return {row[0] for row in rows}


def index_prompts(
    connection: apsw.Connection, tasks: Iterable[tuple[int, GenerationRequest, str]]
) -> None:
    """Make the prompts of tasks findable, instead of those they had.

    Args:
        connection: of the history.
        tasks: the id of each, its request, and the name of its file, which stands for the prompt of
            what has none.
    """
    words, parts = [], []
    for task_id, request, source in tasks:
        texts = (request.prompt or source, str(request.values.get("negativePrompt", "")))
        words.append((task_id, *(words_of(text) for text in (*texts, request.model))))
        parts.append((task_id, *(folded(text) for text in texts)))
    insert_many(
        connection,
        "INSERT OR REPLACE INTO task_text(rowid, prompt, negative_prompt, model)",
        words,
    )
    insert_many(
        connection, "INSERT OR REPLACE INTO task_part(rowid, prompt, negative_prompt)", parts
    )


def insert_others(
    connection: apsw.Connection, others: Iterable[tuple[int, Mapping[str, str]]]
) -> None:
    """Enter what tasks, by their ids, say beside their requests; of some nothing."""
    rows = []
    for task_id, told in others:
        if told:
            # In ASCII: half a character comes back as it was.
            said = " ".join(word for pair in told.items() for word in pair)
            rows.append((task_id, json.dumps(dict(told)), words_of(said)))
    insert_many(connection, "INSERT INTO others(task_id, told, words)", rows)


def others_of(column: Any) -> Mapping[str, str]:
    """What was entered, of the column; none of what is not there or odd."""
    try:
        return sound(json.loads(column)) if column else NONE
    except (TypeError, ValueError, RecursionError):
        return NONE


def update_columns(
    connection: apsw.Connection, task_id: int, state: TaskState, changes: dict[str, Any]
) -> None:
    """Write facts of a task that is, or comes to be, in ``state``; see `Ledger.update`.

    Raises:
        ValueError: a change that is not allowed.
    """
    for name, value in changes.items():
        if name == "owed":
            _change_owed(connection, task_id, value)
            continue
        if name not in _CHANGES:
            raise ValueError(f"{name} of a task cannot be changed")
        if name == "account" and state is not TaskState.SENDING:
            raise ValueError(f"the account of a task that is {state} cannot be changed")
        if name == "request":
            if state is not TaskState.QUEUED:
                raise ValueError(f"the request of a task that is {state} cannot be changed")
            index_prompts(connection, [(task_id, value, "")])
        if name == "cost" and value is not None:
            _log_charge(connection, task_id, value)
        statement, to_column = _CHANGES[name]
        connection.execute(statement, (None if value is None else to_column(value), task_id))


def _log_charge(connection: apsw.Connection, task_id: int, cost: Any) -> None:
    """A charge that was not known; to look whether it was is for who follows them alone."""
    if not log.money.isEnabledFor(logging.DEBUG):
        return
    units = units_of(cost)
    row: Any = connection.execute("SELECT cost FROM task WHERE id = ?", (task_id,)).fetchone()
    if units is not None and row is not None and row[0] != units:
        usd = f"{from_units(units):f}"
        log_when_committed(connection, log.money, "charge task=%d usd=%s", task_id, usd)


def _change_owed(connection: apsw.Connection, task_id: int, owed: Iterable[Aftercare]) -> None:
    connection.execute("DELETE FROM aftercare WHERE task_id = ?", (task_id,))
    for one in owed:
        connection.execute(
            "INSERT INTO aftercare(task_id, reason, began, due, tries, asked)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (task_id, one.reason.value, one.began, one.due, one.tries, one.asked),
        )


def error_column(error: CartoonMixError) -> str:
    """An error as JSON."""
    return json.dumps(to_record(error))


_CHANGES: dict[str, tuple[str, Callable[[Any], str | float | None]]] = {
    "remote_id": ("UPDATE task SET remote_id = ? WHERE id = ?", str),
    "token": ("UPDATE task SET token = ? WHERE id = ?", str),
    "status": ("UPDATE task SET status = ? WHERE id = ?", str),
    "verdict": ("UPDATE task SET verdict = ? WHERE id = ?", lambda value: Verdict(value).value),
    "error": ("UPDATE task SET error = ? WHERE id = ?", error_column),
    "cost": ("UPDATE task SET cost = ? WHERE id = ?", units_of),
    "estimated": ("UPDATE task SET estimated = ? WHERE id = ?", units_of),
    "seconds": ("UPDATE task SET seconds = ? WHERE id = ?", float),
    "remote_deleted_at": ("UPDATE task SET remote_deleted_at = ? WHERE id = ?", float),
    "account": ("UPDATE task SET account = ? WHERE id = ?", str),
    "cancelling": ("UPDATE task SET cancelling = ? WHERE id = ?", int),
    "heard_at": ("UPDATE task SET heard_at = ? WHERE id = ?", float),
    "owner": ("UPDATE task SET owner = ? WHERE id = ?", str),
    "request": ("UPDATE task SET request = ? WHERE id = ?", request_column),
}
"""What may be changed: how it is written, and what its column holds."""


def _task(row: Any, **rest: Any) -> Task:
    task_id, uid, account, *parts, state, created_at, remote_id, token, status = row[:_ENDING]
    verdict, error, cost, seconds, cancelling, heard_at, *trash = row[_ENDING:]
    trashed_at, remote_deleted_at, source, parent_id, estimated, elsewhere = trash
    return Task(
        id=task_id,
        uid=uid,
        account=account,
        request=request_of(*parts),
        state=TaskState(state),
        created_at=created_at,
        remote_id=remote_id,
        token=token,
        status=status,
        verdict=None if verdict is None else Verdict(verdict),
        error=_error_of(error),
        cost=None if cost is None else from_units(cost),
        estimated=None if estimated is None else from_units(estimated),
        seconds=seconds,
        cancelling=bool(cancelling),
        heard_at=heard_at,
        trashed_at=trashed_at,
        remote_deleted_at=remote_deleted_at,
        source=source,
        parent_id=parent_id,
        elsewhere=bool(elsewhere),
        **rest,
    )


def _output(row: Any) -> Output:
    _task_id, output_id, position, state, path, size, sha256, width, height, *rest = row
    error, remote_id, favourite, rating, rejected = rest
    return Output(
        id=output_id,
        position=position,
        state=OutputState(state),
        path=path,
        size=size,
        sha256=hash_of(sha256),
        width=width,
        height=height,
        error=_error_of(error),
        remote_id=remote_id,
        favourite=bool(favourite),
        rating=rating,
        rejected=bool(rejected),
    )


def _error_of(column: str | None) -> CartoonMixError | None:
    return None if column is None else from_record(json.loads(column))
