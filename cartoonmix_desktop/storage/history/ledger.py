"""The history: every task from the click on Generate on, in one durable SQLite file.

What a method changed is on the disk before it returns. Blocking: call it from a worker thread.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import CallerGone, OutcomeUnknown
from cartoonmix_desktop.core.money.amounts import from_units
from cartoonmix_desktop.core.recipe.work import PastRun
from cartoonmix_desktop.core.search.query import EVERYTHING
from cartoonmix_desktop.core.task.task import RECEIVED, OutputState, Task, TaskState
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.caps import CapRecords
from cartoonmix_desktop.storage.history.gallery import pictures_of, pieces_of, read_gallery
from cartoonmix_desktop.storage.history.journal.outbox import Outbox
from cartoonmix_desktop.storage.history.lineage import lineage_of
from cartoonmix_desktop.storage.history.marks import Marks
from cartoonmix_desktop.storage.history.query_sql import condition_of
from cartoonmix_desktop.storage.history.queue_order import QueueOrder, in_queue_order
from cartoonmix_desktop.storage.history.records import (
    error_column,
    fetch_task,
    fetch_tasks,
    insert_task,
    known_ids,
    moved,
    note_move,
    note_outputs,
    task_of,
    update_columns,
)
from cartoonmix_desktop.storage.history.requests import (
    REQUEST,
    hash_column,
    newest_same,
    request_of,
)
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.history.search_results import in_order

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence
    from decimal import Decimal
    from pathlib import Path

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.search.gallery import Gallery
    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.search.result_set import ResultSet
    from cartoonmix_desktop.core.task.lineage import Lineage
    from cartoonmix_desktop.core.task.marks import Target
    from cartoonmix_desktop.core.task.trash import Pieces
    from cartoonmix_desktop.storage.history.elsewhere import ElsewhereRecords
    from cartoonmix_desktop.storage.history.imports import ImportRecords
    from cartoonmix_desktop.storage.history.journal.rebuilding import RebuildRecords
    from cartoonmix_desktop.storage.history.merging import MergeRecords
    from cartoonmix_desktop.storage.history.spending import SpendingRecords
    from cartoonmix_desktop.storage.history.trash import TrashRecords


class Ledger:
    """All tasks and their outputs.

    One instance serves all threads of a process; several processes may open the same file. Every
    method may raise `DiskFull`, `FolderUnusable` or `DatabaseDamaged`: it then changed nothing.

    Attributes:
        marks: what the person thinks of them.
        queue_order: what waits to be sent.
        caps: what counts for the caps.
        outbox: what is on its way to the journal.
    """

    def __init__(self, path: Path, progress: Callable[[float], None] | None = None) -> None:
        """Open the history, made when missing and brought to this version.

        Args:
            path: of the file.
            progress: see `Database`.

        Raises:
            DatabaseDamaged: the file is not a sound history.
            DatabaseTooNew: a newer version of the program wrote it; it is left untouched.
            DiskFull: no room.
            FolderUnusable: the file cannot be opened or written.
        """
        self._database = Database(path, HISTORY, progress)
        self.marks = Marks(self._database)
        self._in_order = True  # ids grow with time, as far as is known
        self.queue_order = QueueOrder(self._database)
        self.caps = CapRecords(self._database)
        self.outbox = Outbox(self._database)

    @cached_property
    def trash(self) -> TrashRecords:
        """What was thrown away."""
        from cartoonmix_desktop.storage.history.trash import TrashRecords

        return TrashRecords(self._database)

    @cached_property
    def elsewhere(self) -> ElsewhereRecords:
        """What was not sent from here."""
        from cartoonmix_desktop.storage.history.elsewhere import ElsewhereRecords

        return ElsewhereRecords(self._database)

    @cached_property
    def imports(self) -> ImportRecords:
        """What came from files."""
        from cartoonmix_desktop.storage.history.imports import ImportRecords

        return ImportRecords(self._database)

    @cached_property
    def merges(self) -> MergeRecords:
        """What comes from archives."""
        from cartoonmix_desktop.storage.history.merging import MergeRecords

        return MergeRecords(self._database)

    @cached_property
    def rebuilding(self) -> RebuildRecords:
        """What comes back from the journal."""
        from cartoonmix_desktop.storage.history.journal.rebuilding import RebuildRecords

        return RebuildRecords(self._database)

    @cached_property
    def spending(self) -> SpendingRecords:
        """What was spent."""
        from cartoonmix_desktop.storage.history.spending import SpendingRecords

        return SpendingRecords(self._database)

    def add(
        self,
        request: GenerationRequest,
        account: str,
        owner: str,
        *,
        at: float,
        uid: str,
        estimated: Decimal | None = None,
    ) -> Task:
        """Store a new task, queued.

        Args:
            request: what will be sent.
            account: `SANDBOX` or a Wiro account's fingerprint.
            owner: the process that works on it, see `Owner`.
            at: unix seconds of the click.
            uid: 32 hex digits.
            estimated: the USD expected of it, None where no price is known.
        """
        with self._database.writing() as connection:
            facts = connection, request, account, owner
            return fetch_task(connection, insert_task(*facts, at=at, uid=uid, estimated=estimated))

    def move(self, task_id: int, to: TaskState, *, at: float, **changes: object) -> Task:
        """Bring a task to another state, with all that changes on the way, in one transaction.

        Args:
            task_id: which.
            to: a state that `MOVES` allows from the present one.
            at: unix seconds.
            changes: as for `update`.

        Raises:
            KeyError: no such task.
            ValueError: not a legal move, or a change that is not allowed.
        """
        with self._database.writing() as connection:
            return moved(connection, task_id, to, at, changes)

    def accept(self, task_id: int, remote_id: str, token: str, *, at: float, owner: str) -> Task:
        """Record what the server answered to a task that is being sent: the id of its own.

        An id that another task has, or had before it was deleted, is not the one that was made:
        what became of the Run is then unknown. However many answers name an id, in whatever
        process, it is accepted once.

        Returns:
            The task, accepted or unknown.

        Raises:
            KeyError: no such task.
            ValueError: it is not being sent.
        """
        with self._database.writing() as connection:
            task = fetch_task(connection, task_id)
            if task.state is TaskState.ACCEPTED and task.remote_id == remote_id:
                return task  # recorded by an attempt that seemed to fail
            if known_ids(connection, [remote_id], task.account):
                error = OutcomeUnknown(cause=f"answered with the id of another task: {remote_id}")
                facts: dict[str, Any] = {"error": error, "owner": owner}
                return moved(connection, task_id, TaskState.UNKNOWN, at, facts)
            facts = {"remote_id": remote_id, "token": token, "owner": owner}
            return moved(connection, task_id, TaskState.ACCEPTED, at, facts)

    def update(self, task_id: int, **changes: object) -> Task:
        """Change facts of a task that keeps its state.

        Args:
            task_id: which.
            changes: any of ``remote_id``, ``token``, ``status``, ``verdict``, ``error``, ``cost``,
                ``estimated``, ``seconds``, ``cancelling``, ``heard_at``, ``remote_deleted_at``,
                ``owner`` and ``owed``; ``request`` only while queued, ``account`` only when the
                task begins to be sent.

        Raises:
            KeyError: no such task.
            ValueError: a change that is not allowed.
        """
        with self._database.writing() as connection:
            update_columns(connection, task_id, fetch_task(connection, task_id).state, changes)
            return fetch_task(connection, task_id)

    def adopt(self, dead_owners: Sequence[str], owner: str) -> list[Task]:
        """Make the unfinished tasks of processes that are gone ours; what waits, in its order.

        When several processes try, one gets them and the others nothing.
        """
        with self._database.writing() as connection:
            rows: list[Any] = connection.execute(
                "UPDATE task SET owner = ? WHERE id IN (SELECT id FROM unfinished"
                " WHERE owner IN (SELECT value FROM json_each(?))) RETURNING id",
                (owner, json.dumps(list(dead_owners))),
            ).fetchall()
            return fetch_tasks(connection, in_queue_order(connection, [row[0] for row in rows]))

    def abandon(self, owners: Sequence[str], *, at: float) -> list[Task]:
        """Cancel what processes that are gone had not sent, since nobody waits for it any more.

        Args:
            owners: of processes that did one job each.
            at: unix seconds.
        """
        error = error_column(CallerGone())
        with self._database.writing() as connection:
            rows: list[Any] = connection.execute(
                "UPDATE task SET state = 'cancelled', error = ? WHERE state = 'queued'"
                " AND id IN (SELECT id FROM unfinished"
                " WHERE owner IN (SELECT value FROM json_each(?))) RETURNING id",
                (error, json.dumps(list(owners))),
            ).fetchall()
            ids = sorted(row[0] for row in rows)
            for task_id in ids:
                note_move(connection, task_id, TaskState.QUEUED, TaskState.CANCELLED, at)
            return fetch_tasks(connection, ids)

    def set_outputs(self, task_id: int, remote_ids: Sequence[str]) -> Task:
        """Note which outputs the server lists; those not known yet become pending.

        May be repeated: nothing is removed, what is kept stays as it is, and an output keeps its
        place when the server lists it at another.

        Args:
            task_id: which.
            remote_ids: the server's ids, in its order.

        Raises:
            KeyError: no such task.
        """
        with self._database.writing() as connection:
            note_outputs(connection, fetch_task(connection, task_id), remote_ids)
            return fetch_task(connection, task_id)

    def keep_output(
        self,
        output_id: int,
        *,
        path: str,
        size: int,
        sha256: str,
        width: int,
        height: int,
        at: float,
    ) -> Task:
        """Note that a picture is on disk, verified; see `Output` for the fields.

        Raises:
            KeyError: no such output.
        """
        with self._database.writing() as connection:
            task_id = task_of(connection, output_id)
            connection.execute(
                "UPDATE output SET state = ?, path = ?, size = ?, sha256 = ?, width = ?,"
                " height = ?, kept_at = ?, error = NULL WHERE id = ?",
                (
                    *(OutputState.KEPT.value, path, size, hash_column(sha256), width, height, at),
                    output_id,
                ),
            )
            return fetch_task(connection, task_id)

    def break_output(
        self, output_id: int, error: CartoonMixError, *, was_here: bool = False
    ) -> Task:
        """Note why a picture could not be fetched.

        Args:
            output_id: which.
            error: why.
            was_here: it was on disk before: it stays kept, and missing.

        Raises:
            KeyError: no such output.
        """
        state = OutputState.KEPT if was_here else OutputState.BROKEN
        with self._database.writing() as connection:
            task_id = task_of(connection, output_id)
            connection.execute(
                "UPDATE output SET state = ?, error = ? WHERE id = ?",
                (state.value, error_column(error), output_id),
            )
            connection.execute(  # nothing is kept aside for it any more
                "UPDATE output SET path = '', size = 0, sha256 = ''"
                " WHERE id = ? AND path LIKE '%' || ?",
                (output_id, RECEIVED),
            )
            return fetch_task(connection, task_id)

    def put_aside(
        self, output_id: int, error: CartoonMixError, *, path: str, size: int, sha256: str
    ) -> Task:
        """Note that what was received in the place of a picture is kept, and why it is none.

        Args:
            output_id: which.
            error: why.
            path: see `Output`; of the file as it was received.
            size: its bytes.
            sha256: of it.

        Raises:
            KeyError: no such output.
        """
        with self._database.writing() as connection:
            task_id = task_of(connection, output_id)
            connection.execute(
                "UPDATE output SET state = ?, path = ?, size = ?, sha256 = ?, error = ?"
                " WHERE id = ?",
                (
                    *(OutputState.ASIDE.value, path, size, hash_column(sha256)),
                    *(error_column(error), output_id),
                ),
            )
            return fetch_task(connection, task_id)

    def retry_outputs(self, task_id: int, *, aside: bool = False) -> Task:
        """Make the broken outputs of a task pending again.

        Args:
            task_id: which.
            aside: those too of which something is kept aside; it stays until a picture is kept.

        Raises:
            KeyError: no such task.
        """
        states = [OutputState.BROKEN.value] + [OutputState.ASIDE.value] * aside
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE output SET state = ?, error = NULL WHERE task_id = ? AND state = ?"
                " AND trashed_at IS NULL",
                [(OutputState.PENDING.value, task_id, state) for state in states],
            )
            return fetch_task(connection, task_id)

    def task(self, task_id: int) -> Task:
        """One task.

        Raises:
            KeyError: no such task.
        """
        with self._database.reading() as connection:
            return fetch_task(connection, task_id)

    def tasks(self, ids: Sequence[int]) -> list[Task]:
        """Several tasks in the order asked; those that do not exist are left out."""
        with self._database.reading() as connection:
            return fetch_tasks(connection, ids)

    def unfinished(self) -> list[Task]:
        """All tasks in a state of `UNFINISHED`, whoever owns them, oldest first."""
        with self._database.reading() as connection:
            # Sorted here: asked for in order, SQLite walks all tasks instead of the few.
            rows: list[Any] = connection.execute("SELECT id FROM unfinished").fetchall()
            return fetch_tasks(connection, sorted(row[0] for row in rows))

    def in_aftercare(self) -> list[tuple[Task, str]]:
        """The tasks of which something is still looked for, each with its owner; in no order."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(
                "SELECT id, owner FROM task WHERE id IN"
                " (SELECT task_id FROM aftercare WHERE due IS NOT NULL)"
            ).fetchall()
            owners = dict(rows)
            return [(task, owners[task.id]) for task in fetch_tasks(connection, tuple(owners))]

    def past_runs(self, account: str, most: int) -> list[PastRun]:
        """The newest runs of an account that ended well."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(
                f"SELECT {REQUEST}, created_at, seconds, cost FROM task"  # noqa: S608  ours
                " WHERE account = ? AND state = 'kept' ORDER BY created_at DESC LIMIT ?",
                (account, most),
            ).fetchall()
            return [
                PastRun(
                    request_of(*told), made, seconds, None if cost is None else from_units(cost)
                )
                for *told, made, seconds, cost in rows
            ]

    def same(self, request: GenerationRequest, account: str) -> int | None:
        """The newest task with this very request whose pictures are kept or on their way.

        Args:
            request: every input of it counts.
            account: whose.

        Returns:
            Its id; None if there is none outside the trash.
        """
        with self._database.reading() as connection:
            return newest_same(connection, request, account)

    def came_to(self, task_id: int, state: TaskState) -> float | None:
        """Unix seconds when a task last came to a state; None if it never did."""
        with self._database.reading() as connection:
            row: Any = connection.execute(
                "SELECT max(at) FROM move WHERE task_id = ? AND state = ?", (task_id, state.value)
            ).fetchone()
            return None if row is None else row[0]

    def lineage(self, task_id: int) -> Lineage:
        """What a task came from, and what came from it; see `Lineage`."""
        with self._database.reading() as connection:
            return lineage_of(connection, task_id)

    def owners(self) -> set[str]:
        """Who owns an unfinished task."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT DISTINCT owner FROM unfinished")
            return {str(row[0]) for row in rows}

    def ids(self, query: Query = EVERYTHING, most: int = 0) -> ResultSet:
        """Which tasks there are outside the trash.

        Args:
            query: which are wanted; nothing in it is an error.
            most: how many, the newest or best; 0 for all.

        Raises:
            Interrupted: see `interrupt`.
        """
        with self._database.reading() as connection:
            wanted = condition_of(query, connection)
            if most:
                return wanted.newest(connection, most, in_order=self._in_order)
            found = wanted.all(connection)
        # Asked of every whole answer, so that a clock set back is noticed whoever it happened to.
        if not wanted.ranked:
            self._in_order = found.in_order
            _ = found.days  # worked out here, where nobody waits for it
        return found

    def in_order(self, ids: Sequence[int], by: str, most: int = 0) -> list[int]:
        """Some tasks in another order; see `search_results.in_order`."""
        with self._database.reading() as connection:
            return in_order(connection, ids, by, most)

    def gallery(self, query: Query = EVERYTHING, most: int = 0) -> Gallery:
        """Which kept pictures there are outside the trash; see `read_gallery`.

        Raises:
            Interrupted: see `interrupt`.
        """
        with self._database.reading() as connection:
            return read_gallery(connection, query, most, in_order=self._in_order)

    def pieces_of(self, pictures: Sequence[int]) -> Pieces:
        """What goes into the trash with pictures; see `gallery.pieces_of`."""
        with self._database.reading() as connection:
            return pieces_of(connection, pictures)

    def pictures_of(self, target: Target) -> array[int]:
        """Ids of the kept pictures that are meant; see `gallery.pictures_of`."""
        with self._database.reading() as connection:
            return pictures_of(connection, target)

    def interrupt(self) -> None:
        """Let what another thread asks now end at once, with `Interrupted`."""
        self._database.interrupt()

    def spent_since(self, moment: float, *, without_account: str) -> Decimal:
        """USD for tasks created at or after ``moment`` (unix seconds), but for one account's.

        What was thrown away was paid all the same.
        """
        with self._database.reading() as connection:
            row: Any = connection.execute(
                "SELECT coalesce(sum(cost), 0) FROM (SELECT cost FROM task"
                " WHERE cost IS NOT NULL AND created_at >= ?1 AND account <> ?2"
                " UNION ALL SELECT cost FROM deleted_task"
                " WHERE cost IS NOT NULL AND created_at >= ?1 AND account <> ?2)",
                (moment, without_account),
            ).fetchone()
            return from_units(row[0])

    def totals(self) -> tuple[int, int]:
        """How many pictures are kept, and their bytes; without the trash."""
        with self._database.reading() as connection:
            row: Any = connection.execute(
                "SELECT count(*), coalesce(sum(size), 0) FROM output"
                " WHERE state = 'kept' AND trashed_at IS NULL"
            ).fetchone()
            return row[0], row[1]

    def has_pictures(self) -> bool:
        """Whether any picture is kept, without counting them; without the trash."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM output WHERE state = 'kept' AND trashed_at IS NULL LIMIT 1"
            ).fetchone()
            return row is not None

    def data_version(self) -> int:
        """A number that differs once another process has written."""
        return self._database.data_version()

    def in_doubt(self) -> list[tuple[Task, float]]:
        """The tasks whose Run was begun and not answered, each with the unix seconds it was sent.

        Those that are being sent at this moment are among them. Oldest first.
        """
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(
                "SELECT task.id, max(move.at) FROM task JOIN move ON move.task_id = task.id"
                " WHERE task.state IN ('unknown', 'sending') AND move.state = 'sending'"
                " GROUP BY task.id"
            ).fetchall()
            sent = {row[0]: row[1] for row in rows}
            return [(task, sent[task.id]) for task in fetch_tasks(connection, sorted(sent))]

    def known(self, remote_ids: Sequence[str], account: str) -> set[str]:
        """Those of the server's ids that a task of ours already has.

        Args:
            remote_ids: as the server told them.
            account: whose; ids of the sandbox and of Wiro have nothing to do with each other.
        """
        with self._database.reading() as connection:
            return known_ids(connection, remote_ids, account)

    def claim(
        self, task_id: int, remote_id: str, token: str, *, at: float, owner: str
    ) -> Task | None:
        """Make one of the server's tasks the one that a lost answer spoke of: accepted.

        Returns:
            The task; None if it is no longer in doubt, or another task of ours is that one. However
            many try, in whatever process, each of the server's tasks is claimed once.

        Raises:
            KeyError: no such task.
        """
        with self._database.writing() as connection:
            task = fetch_task(connection, task_id)
            taken = known_ids(connection, [remote_id], task.account)
            if task.state is not TaskState.UNKNOWN or taken:
                return None
            facts = {"remote_id": remote_id, "token": token, "error": None, "owner": owner}
            return moved(connection, task_id, TaskState.ACCEPTED, at, facts)

    def state(self, key: str, default: str = "") -> str:
        """A small durable fact, or ``default``."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM fact WHERE key = ?", (key,)).fetchone()
            return default if row is None else str(row[0])

    def set_state(self, key: str, value: str) -> None:
        """Store a small durable fact."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO fact(key, value) VALUES (?, ?)", (key, value)
            )

    def close(self) -> None:
        """Close the file. Harmless when repeated."""
        self._database.close()
