"""The way back: tasks as the journal knows them, entered into a history that lacks them.

Nothing that is entered is sent by itself. What was on its way is unknown, and looked for at the
server; what waited still waits, and its queue is held.
"""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from cartoonmix_desktop.core.errors import OutcomeUnknown
from cartoonmix_desktop.core.journal.records import Marks, Picture, Recipe, Run
from cartoonmix_desktop.core.money.amounts import amount_of, units_of
from cartoonmix_desktop.core.recipe.others import sound
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.marks import clean_name
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import (
    AT_SERVER,
    IMPORTED,
    SANDBOX,
    OutputState,
    TaskState,
)
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.history.full_text import folded
from cartoonmix_desktop.storage.history.imports import (
    add_note,
    add_tags,
    keep_searches,
    make_collection,
)
from cartoonmix_desktop.storage.history.queue_order import HELD_KEY
from cartoonmix_desktop.storage.history.records import (
    error_column,
    index_prompts,
    insert_others,
)
from cartoonmix_desktop.storage.history.requests import hash_column, request_column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    import apsw

    from cartoonmix_desktop.core.journal.records import Gone, TaskRecord
    from cartoonmix_desktop.storage.database import Database
    from cartoonmix_desktop.storage.journal.reading import JournalState

NOBODY = "rebuilt"
"""The owner of what is entered: no process, so that the next start takes it over."""

_AT_ONCE = 300  # tasks of a transaction
_KEY, _BEGUN, _OVER = "rebuilding", "begun", "over"
_WANTED = f"""
    SELECT coalesce((SELECT value FROM fact WHERE key = ?),
        iif(EXISTS (SELECT 1 FROM task UNION ALL SELECT 1 FROM deleted_task), '', '{_BEGUN}')
    ) = '{_BEGUN}'"""  # noqa: S608  ours
_LONGEST_HASH = 64
_ENDED = {TaskState.KEPT, TaskState.FAILED, TaskState.CANCELLED}
_TASK = (
    *("account", "owner", "request", "state", "created_at", "remote_id", "status", "verdict"),
    *("error", "cost", "estimated", "seconds", "heard_at", "trashed_at", "remote_deleted_at"),
    *("source", "elsewhere"),
)
_INSERT = f"INSERT INTO task(uid, {', '.join(_TASK)}) VALUES ({', '.join('?' * (1 + len(_TASK)))})"  # noqa: S608  ours
_UPDATE = f"UPDATE task SET {', '.join(f'{name} = ?' for name in _TASK)} WHERE id = ?"  # noqa: S608
_OUTPUT = (
    *("remote_id", "state", "path", "trash_path", "size", "sha256", "width", "height", "kept_at"),
    *("trashed_at", "error"),
)
_SET = ", ".join(f"{name} = excluded.{name}" for name in _OUTPUT)
_OUTPUTS = f"""
    INSERT INTO output(task_id, position, {", ".join(_OUTPUT)})
    VALUES (?, ?, {", ".join("?" * len(_OUTPUT))})
    ON CONFLICT (task_id, position) DO UPDATE SET {_SET}"""  # noqa: S608  ours
_GONE = """
    INSERT INTO deleted_task(uid, account, remote_id, created_at, cost, estimated, model, pictures,
        tags, collections)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
    WHERE NOT EXISTS (SELECT 1 FROM deleted_task WHERE uid = ?1)"""
_COLLECTED = """
    INSERT OR IGNORE INTO collected(collection_id, output_id, task_id)
    SELECT (SELECT id FROM collection WHERE folded = ?1), id, task_id FROM output
    WHERE task_id = ?2 AND position = ?3"""


class Rebuilt(Struct):
    """What came of it.

    Attributes:
        entered: tasks that the history did not have.
        renewed: tasks of which the journal knew more.
        taken_out: tasks that had been deleted for good since.
        waiting: those among them that wait to be sent.
    """

    entered: int = 0
    renewed: int = 0
    taken_out: int = 0
    waiting: int = 0

    @property
    def tasks(self) -> int:
        """How many tasks came from the journal."""
        return self.entered + self.renewed


class RebuildRecords:
    """One part of the `Ledger`, with the same manners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rebuild(
        self,
        journal: JournalState,
        keys: Collection[str] | None = None,
        *,
        at: float,
        newer: bool = False,
        share: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Rebuilt:
        """Bring tasks into the history as the journal knows them.

        Args:
            journal: what it says.
            keys: the uids of those that are meant; None for all.
            at: unix seconds.
            newer: whether what the journal says of them is newer than the history. Else what the
                history has stays as it is.
            share: told how many tasks are done, of how many; what it raises ends it, and the rest
                is entered another time.

        Raises:
            StorageError: the disk refuses; what was told is entered.
        """
        tasks = in_order(task for task in journal.tasks() if keys is None or task.uid in keys)
        told, done = Rebuilt(), 0
        for some in batches(tasks):
            self.enter(some, told, at=at, newer=newer)
            done += len(some)
            share(done, len(tasks))
        self.finish(tasks, journal)
        return told

    def enter(
        self,
        tasks: Sequence[TaskRecord],
        told: Rebuilt,
        *,
        at: float,
        newer: bool = False,
        moved: Mapping[str, str] | None = None,
    ) -> None:
        """Enter some, all or none of them.

        Args:
            tasks: what the journal knows of them.
            told: added to.
            at: unix seconds.
            newer: as for `rebuild`.
            moved: where a file of another library will be in this one; what waited there to be sent
                is out of the queue here. None where it is the same library.
        """
        with self._database.writing() as connection:
            _enter_some(connection, tasks, told, at, moved, newer=newer)

    def finish(self, tasks: Iterable[TaskRecord], journal: JournalState) -> None:
        """Say what came from what, and enter collections and kept searches."""
        with self._database.writing() as connection:
            _link(connection, tasks)
            _name(connection, journal)

    def is_wanted(self) -> bool:
        """Whether nothing is in the history that was not, or will be, entered by `rebuild`."""
        with self._database.reading() as connection:
            row: Any = connection.execute(_WANTED, (_KEY,)).fetchone()
            return bool(row[0])

    def begin(self) -> None:
        """From now on it is wanted until `settle`, also after a kill."""
        self._note(_BEGUN)

    def settle(self) -> None:
        """All that the journal knows is in the history, and need not be written again."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM unjournaled WHERE urgent = 0")
            connection.execute("DELETE FROM unjournaled_name")
            connection.execute("UPDATE journal SET filled = NULL, lost = NULL")
        self._note(_OVER)

    def decline(self) -> None:
        """The person would rather begin with nothing."""
        self._note(_OVER)

    def _note(self, state: str) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO fact(key, value) VALUES (?, ?)", (_KEY, state)
            )


def in_order(tasks: Iterable[TaskRecord]) -> list[TaskRecord]:
    """By the time of their clicks: ids grow with it, on which a search relies."""
    return sorted(tasks, key=lambda task: task.recipe.made if task.recipe else 0.0)


def batches(tasks: Iterable[TaskRecord]) -> Iterator[list[TaskRecord]]:
    """As many at a time as one transaction takes."""
    rest = iter(tasks)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _enter_some(
    connection: apsw.Connection,
    tasks: Sequence[TaskRecord],
    told: Rebuilt,
    at: float,
    moved: Mapping[str, str] | None,
    *,
    newer: bool,
) -> None:
    rows: Any = connection.execute(
        "SELECT uid, id FROM task WHERE uid IN (SELECT value FROM json_each(?1))",
        (json.dumps([task.uid for task in tasks]),),
    )
    here: dict[str, int] = dict(rows)
    prompts, tags, others = [], [], []
    for task in tasks:
        known = here.get(task.uid)
        if task.gone is not None:
            _bury(connection, task.uid, task.gone)
        if task.recipe is None:
            if task.gone is not None and known is not None and newer:
                connection.execute("DELETE FROM task WHERE id = ?", (known,))
                told.taken_out += 1
            continue
        if known is not None and not newer:
            continue
        run = task.run or Run(TaskState.UNKNOWN.value)
        request = _request_of(task.recipe)
        if moved is not None and run.state == TaskState.QUEUED.value:
            run = replace(run, state=TaskState.REMOVED.value)
        facts = _facts(task.recipe, run, request)
        if known is None:
            connection.execute(_INSERT, (task.uid, *facts))
            row: Any = connection.execute("SELECT id FROM task WHERE uid = ?", (task.uid,))
            known = int(row.fetchone()[0])
            _move(connection, known, task.recipe, run, facts[_STATE], at)
            told.entered += 1
        else:
            connection.execute(_UPDATE, (*facts, known))
            told.renewed += 1
        told.waiting += facts[_STATE] == TaskState.QUEUED.value
        for picture in run.pictures:
            row = _output(picture, moved)
            connection.execute(_OUTPUTS, (known, picture.position, *row))
        _owe(connection, known, task.recipe, run, at)
        if task.marks is not None:
            tags += _mark(connection, known, task.marks)
        prompts.append((known, request, task.recipe.source))
        others.append((known, sound(task.recipe.others)))
    if told.waiting:  # nothing of it is sent before the person has looked at it
        connection.execute(
            "INSERT OR REPLACE INTO fact(key, value) VALUES (?, 'held')", (HELD_KEY,)
        )
    add_tags(connection, tags)
    index_prompts(connection, prompts)
    again = json.dumps([task_id for task_id, _told in others])
    connection.execute(
        "DELETE FROM others WHERE task_id IN (SELECT value FROM json_each(?))", (again,)
    )
    insert_others(connection, others)


_STATE = _TASK.index("state")


def _facts(recipe: Recipe, run: Run, request: GenerationRequest) -> tuple[Any, ...]:
    """The columns of `_TASK`."""
    state = _state(run.state)
    error = None if run.error is None else json.dumps(run.error)
    if state is TaskState.SENDING:
        state, error = TaskState.UNKNOWN, error_column(OutcomeUnknown())
    if state in AT_SERVER and not run.remote:  # nobody could be asked about it
        state, error = TaskState.UNKNOWN, error_column(OutcomeUnknown())
    return (
        *(recipe.account, NOBODY, request_column(request), state.value, recipe.made),
        *(run.remote, run.status, run.verdict if run.verdict in set(Verdict) else None),
        *(error, units_of(amount_of(run.cost)), units_of(amount_of(recipe.estimated))),
        *(run.seconds, run.heard, run.trashed, run.remote_deleted),
        *(recipe.source, int(recipe.elsewhere)),
    )


def _state(name: str) -> TaskState:
    with suppress(ValueError):
        return TaskState(name)
    return TaskState.UNKNOWN  # of a later version


def _request_of(recipe: Recipe) -> GenerationRequest:
    values = {
        name: value
        for name, value in recipe.values.items()
        if value is None or isinstance(value, str | int | float | bool)
    }
    return GenerationRequest(recipe.model, values)  # type: ignore[arg-type]


def _output(picture: Picture, moved: Mapping[str, str] | None) -> tuple[Any, ...]:
    """The columns of `_OUTPUT`."""
    path, trash_path = _inside(picture.path), _inside(picture.trash_path)
    if moved is not None:
        path, trash_path = moved.get(path, ""), ""
    state = picture.state if picture.state in set(OutputState) else OutputState.PENDING.value
    sha256 = picture.sha256 if len(picture.sha256) == _LONGEST_HASH else ""
    error = None if picture.error is None else json.dumps(picture.error)
    return (
        *(picture.remote, state, path, trash_path, picture.size, hash_column(sha256)),
        *(picture.width, picture.height, picture.kept, picture.trashed, error),
    )


def _inside(path: str) -> str:
    try:
        parts_inside(path)
    except ValueError:
        return ""
    return path


def _move(
    connection: apsw.Connection, task_id: int, recipe: Recipe, run: Run, state: str, at: float
) -> None:
    """When it came to the states that count later."""
    moves = {TaskState.QUEUED.value: recipe.made}
    if run.sent is not None:
        moves[TaskState.SENDING.value] = run.sent
    kept = max((picture.kept or 0.0 for picture in run.pictures), default=0.0)
    moves.setdefault(state, kept or run.heard or at)
    connection.executemany(
        "INSERT INTO move(task_id, state, at) VALUES (?, ?, ?)",
        [(task_id, *move) for move in moves.items()],
    )


def _owe(connection: apsw.Connection, task_id: int, recipe: Recipe, run: Run, at: float) -> None:
    """Ask anew for a charge that is not known; what else is owed, the next look at it tells."""
    connection.execute("DELETE FROM aftercare WHERE task_id = ?", (task_id,))
    if recipe.account in {SANDBOX, IMPORTED} or run.cost is not None or not run.remote:
        return
    if _state(run.state) in _ENDED:
        connection.execute(
            "INSERT INTO aftercare(task_id, reason, began, due, tries) VALUES (?, ?, ?, ?, 0)",
            (task_id, Owed.CHARGE.value, at, at),
        )


def _mark(connection: apsw.Connection, task_id: int, marks: Marks) -> list[tuple[int, str]]:
    """What the person thinks of it, instead of what stood there; gives its tags."""
    connection.execute("DELETE FROM task_tag WHERE task_id = ?", (task_id,))
    connection.execute("DELETE FROM note WHERE task_id = ?", (task_id,))
    connection.execute("DELETE FROM collected WHERE task_id = ?", (task_id,))
    connection.execute(
        "UPDATE output SET favourite = 0, rating = 0, rejected = 0"
        " WHERE task_id = ? AND (favourite OR rating OR rejected)",
        (task_id,),
    )
    add_note(connection, task_id, marks.note)
    for picture in marks.pictures:
        connection.execute(
            "UPDATE output SET favourite = ?, rating = ?, rejected = ?"
            " WHERE task_id = ? AND position = ?",
            (
                *(int(picture.favourite), picture.rating, int(picture.rejected)),
                *(task_id, picture.position),
            ),
        )
        for name in filter(None, map(clean_name, picture.collections)):
            make_collection(connection, name)
            connection.execute(_COLLECTED, (folded(name), task_id, picture.position))
    return [(task_id, name) for name in filter(None, map(clean_name, marks.tags))]


def _bury(connection: apsw.Connection, uid: str, gone: Gone) -> None:
    """Keep what keeps the money right, once."""
    connection.execute(
        _GONE,
        (
            *(uid, gone.account, gone.remote, gone.made),
            *(units_of(amount_of(gone.cost)), units_of(amount_of(gone.estimated))),
            *(gone.model, gone.pictures, _listed(gone.tags), _listed(gone.collections)),
        ),
    )


def _listed(names: Sequence[str] | None) -> str | None:
    return None if names is None else json.dumps(names)


def _link(connection: apsw.Connection, tasks: Iterable[TaskRecord]) -> None:
    """Say what came from what, once all are there."""
    connection.executemany(
        "UPDATE task SET parent_id = (SELECT id FROM task WHERE uid = ?1)"
        " WHERE uid = ?2 AND parent_id IS NULL",
        [(task.recipe.parent, task.uid) for task in tasks if task.recipe and task.recipe.parent],
    )


def _name(connection: apsw.Connection, journal: JournalState) -> None:
    """Collections, also the empty ones, and the searches that were kept."""
    for name in filter(None, map(clean_name, journal.collections())):
        make_collection(connection, name)
    searches = [(clean_name(search.name), search.query) for search in journal.searches()]
    keep_searches(connection, searches)
