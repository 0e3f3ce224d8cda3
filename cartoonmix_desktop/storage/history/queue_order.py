"""What waits to be sent, in its order: the part of the history that a person rearranges.

Entering and leaving are the work of triggers (`schema`), so that no move of a task can forget them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.history.records import (
    fetch_tasks,
    insert_task,
    transition,
    update_columns,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import apsw

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.storage.database import Database

_BATCH = "last_batch"


class QueueOrder:
    """Many waiting tasks at once: each method is one transaction, durable when it returns.

    It may raise what `Ledger` may, and then changed nothing.
    """

    def __init__(self, database: Database) -> None:
        """Work on the history's own file."""
        self._database = database

    def add(
        self,
        requests: Sequence[GenerationRequest],
        account: str,
        owner: str,
        *,
        at: float,
        uids: Sequence[str],
        parents: Sequence[int | None] = (),
        estimates: Sequence[Decimal | None] = (),
    ) -> list[Task]:
        """Store new tasks at the end of the queue, all or none; together they are the last batch.

        Args:
            requests: what will be sent.
            account: as for `Ledger.add`.
            owner: as for `Ledger.add`.
            at: unix seconds of the click.
            uids: 32 hex digits for each.
            parents: for each the task that its recipe came from; empty when none came from any.
            estimates: the USD expected of each, None where no price is known; empty when of none.
        """
        parents = parents or [None] * len(requests)
        estimates = estimates or [None] * len(requests)
        with self._database.writing() as connection:
            ids = [
                insert_task(
                    *(connection, request, account, owner),
                    at=at,
                    uid=uid,
                    parent_id=parent,
                    estimated=estimated,
                )
                for request, uid, parent, estimated in zip(
                    requests, uids, parents, estimates, strict=True
                )
            ]
            _note_batch(connection, ids)
            return fetch_tasks(connection, ids)

    def arrange(self, ids: Sequence[int]) -> None:
        """Let these tasks follow one another in this order, on the places that they hold now.

        Those that no longer wait are left out; tasks that are not named keep their places.
        """
        with self._database.writing() as connection:
            _arrange(connection, ids)

    def remove(self, ids: Sequence[int], *, at: float) -> list[Task]:
        """Take tasks out of the queue; those that no longer wait are left out."""
        with self._database.writing() as connection:
            waiting = [t for t in fetch_tasks(connection, ids) if t.state is TaskState.QUEUED]
            for task in waiting:
                transition(connection, task, TaskState.REMOVED, at)
            return fetch_tasks(connection, [task.id for task in waiting])

    def put_back(
        self, ids: Sequence[int], order: Sequence[int], owner: str, *, at: float
    ) -> list[Task]:
        """Let removed tasks wait again.

        Args:
            ids: which; those that were not removed are left out.
            order: of the whole queue, as `arrange` takes it.
            owner: the process that works on them.
            at: unix seconds.
        """
        with self._database.writing() as connection:
            back = [t.id for t in _outside_trash(connection, ids) if t.state is TaskState.REMOVED]
            _requeue(connection, back, owner, at)
            _arrange(connection, order)
            return fetch_tasks(connection, back)

    def retry(
        self, ids: Sequence[int], account: str, owner: str, *, at: float, uids: Sequence[str]
    ) -> tuple[list[Task], list[Task]]:
        """Try refused and failed tasks again; all others are left out.

        A refused one waits again itself. One that failed at the server is followed by a new one
        with the same recipe. Together they are the last batch, in place of what they were of: asked
        a second time, this finds nothing.

        Returns:
            Those that wait again, and the new ones.
        """
        with self._database.writing() as connection:
            tasks = _outside_trash(connection, ids)
            again = [task.id for task in tasks if task.state is TaskState.REJECTED]
            _requeue(connection, again, owner, at)
            failed = [task for task in tasks if task.state is TaskState.FAILED]
            new = [
                insert_task(
                    *(connection, task.request, account, owner),
                    at=at,
                    uid=uid,
                    parent_id=task.id,
                )
                for task, uid in zip(failed, uids, strict=False)
            ]
            if again or new:
                _note_batch(connection, again + new)
            return fetch_tasks(connection, again), fetch_tasks(connection, new)

    def last_batch(self) -> list[Task]:
        """The tasks that were last stored together, as they now are; none of the trash."""
        with self._database.reading() as connection:
            row: Any = connection.execute(
                "SELECT value FROM fact WHERE key = ?", (_BATCH,)
            ).fetchone()
            tasks = fetch_tasks(connection, json.loads(row[0])) if row else []
        return [task for task in tasks if task.trashed_at is None]


def in_queue_order(connection: apsw.Connection, ids: Sequence[int]) -> list[int]:
    """Ids in the order of the queue; those that do not wait come first, the oldest before."""
    rows: list[Any] = connection.execute(
        "SELECT listed.value FROM json_each(?) AS listed"
        " LEFT JOIN line ON line.task_id = listed.value"
        " ORDER BY line.place NULLS FIRST, listed.value",
        (json.dumps(list(ids)),),
    ).fetchall()
    return [row[0] for row in rows]


def _arrange(connection: apsw.Connection, ids: Sequence[int]) -> None:
    listed = json.dumps(list(ids))
    rows: list[Any] = connection.execute(
        "DELETE FROM line WHERE task_id IN (SELECT value FROM json_each(?))"
        " RETURNING task_id, place",
        (listed,),
    ).fetchall()
    there = {row[0] for row in rows}
    places = sorted(row[1] for row in rows)
    order = [task_id for task_id in dict.fromkeys(ids) if task_id in there]
    connection.executemany(
        "INSERT INTO line(place, task_id) VALUES (?, ?)", zip(places, order, strict=True)
    )


def _outside_trash(connection: apsw.Connection, ids: Sequence[int]) -> list[Task]:
    """What a person threw away is not sent."""
    return [task for task in fetch_tasks(connection, ids) if task.trashed_at is None]


def _requeue(connection: apsw.Connection, ids: Sequence[int], owner: str, at: float) -> None:
    facts = {"error": None, "cancelling": False, "owner": owner}
    for task in fetch_tasks(connection, ids):
        transition(connection, task, TaskState.QUEUED, at)
        update_columns(connection, task.id, TaskState.QUEUED, facts)


def _note_batch(connection: apsw.Connection, ids: Sequence[int]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO fact(key, value) VALUES (?, ?)", (_BATCH, json.dumps(ids))
    )
