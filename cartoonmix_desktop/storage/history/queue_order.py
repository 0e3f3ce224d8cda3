"""What waits to be sent, in its order: the part of the history that a person rearranges.

Entering and leaving are the work of triggers (`schema`), so that no move of a task can forget them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.money.amounts import from_units
from cartoonmix_desktop.core.task.aftercare import LONGEST
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.history.caps import hold
from cartoonmix_desktop.storage.history.records import (
    fetch_task,
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

_FAILED = """
    SELECT id FROM task WHERE state IN ('rejected', 'failed') AND trashed_at IS NULL
        AND account <> 'import' AND id IN carray(?)
        AND NOT EXISTS (SELECT 1 FROM task AS again
            WHERE again.parent_id = task.id AND again.request = task.request
                AND again.state <> 'removed')
        AND NOT EXISTS (SELECT 1 FROM aftercare
            WHERE task_id = task.id AND reason = 'error' AND due < began + ?)
    ORDER BY id"""


HELD_KEY = "queue_held"
"""The fact that says that the person has paused sending."""


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
        held: Decimal | None = None,
    ) -> list[Task]:
        """Store new tasks at the end of the queue, all or none.

        Args:
            requests: what will be sent.
            account: as for `Ledger.add`.
            owner: as for `Ledger.add`.
            at: unix seconds of the click.
            uids: 32 hex digits for each.
            parents: for each the task that its recipe came from; empty when none came from any.
            estimates: the USD expected of each, None where no price is known; empty when of none.
            held: the USD that they cost together, if they wait for the cap on one press.
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
            if held is not None:
                hold(connection, ids, held)
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

    def requeue(
        self,
        task_id: int,
        owner: str,
        estimate: Decimal | None,
        held: Decimal | None,
        *,
        at: float,
    ) -> Task:
        """Let a task wait again that was never made.

        Args:
            task_id: which.
            owner: the process that works on it.
            estimate: the USD expected of it now, None where no price is known.
            held: as for `add`.
            at: unix seconds.

        Raises:
            KeyError: no such task.
            ValueError: no move leads there.
        """
        with self._database.writing() as connection:
            _requeue(connection, [task_id], owner, at, [estimate])
            if held is not None:
                hold(connection, [task_id], held)
            return fetch_task(connection, task_id)

    def retry(
        self,
        ids: Sequence[int],
        account: str,
        owner: str,
        *,
        at: float,
        uids: Sequence[str],
        estimates: Sequence[Decimal | None] = (),
        held: Decimal | None = None,
    ) -> tuple[list[Task], list[Task]]:
        """Try refused and failed tasks again; all others are left out.

        A refused one waits again itself. One that failed at the server is followed by a new one
        with the same recipe.

        Args:
            ids: which.
            account: whose the new ones are.
            owner: the process that works on them.
            at: unix seconds.
            uids: 32 hex digits for each.
            estimates: as for `add`.
            held: as for `add`.

        Returns:
            Those that wait again, and the new ones.
        """
        expected = dict(zip(ids, estimates or [None] * len(ids), strict=True))
        with self._database.writing() as connection:
            tasks = _outside_trash(connection, ids)
            again = [task.id for task in tasks if task.state is TaskState.REJECTED]
            _requeue(connection, again, owner, at, [expected[one] for one in again])
            failed = [task for task in tasks if task.state is TaskState.FAILED]
            new = [
                insert_task(
                    *(connection, task.request, account, owner),
                    at=at,
                    uid=uid,
                    parent_id=task.id,
                    estimated=expected[task.id],
                )
                for task, uid in zip(failed, uids, strict=False)
            ]
            if held is not None:
                hold(connection, again + new, held)
            return fetch_tasks(connection, again), fetch_tasks(connection, new)

    def batch(self, name: str, dead: Sequence[str], owner: str) -> list[tuple[Task, bool]]:
        """Tasks of a batch in the order of their uids, and whether another works on each.

        Args:
            name: with which their uids begin.
            dead: processes that are gone: what they left is taken over.
            owner: this process.
        """
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE task SET owner = ?1 WHERE uid GLOB ?2 AND id IN (SELECT id FROM unfinished)"
                " AND owner IN (SELECT value FROM json_each(?3))",
                (owner, f"{name}*", json.dumps(list(dead))),
            )
            rows: list[Any] = connection.execute(
                "SELECT id, owner <> ?1 AND id IN (SELECT id FROM unfinished) FROM task"
                " WHERE uid GLOB ?2 ORDER BY uid",
                (owner, f"{name}*"),
            ).fetchall()
            tasks = fetch_tasks(connection, [row[0] for row in rows])
            return [(task, bool(row[1])) for task, row in zip(tasks, rows, strict=True)]

    def gone(self, name: str) -> dict[str, tuple[Decimal | None, int]]:
        """Of tasks of a batch that were deleted for good: by uid, charge and kept pictures."""
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(
                "SELECT uid, cost, coalesce(pictures, 0) FROM deleted_task WHERE uid GLOB ?",
                (f"{name}*",),
            ).fetchall()
        return {
            uid: (None if cost is None else from_units(cost), pictures)
            for uid, cost, pictures in rows
        }

    def failed(self, ids: Sequence[int]) -> list[int]:
        """Ids of those that were refused or failed and not tried again, the oldest first.

        What was tried again is followed by a task with the same recipe, unless that was taken out
        of the queue. What was told as an error just now may still run.
        """
        with self._database.reading() as connection:
            rows: list[Any] = connection.execute(_FAILED, (listed(ids), LONGEST)).fetchall()
            return [row[0] for row in rows]


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


def _requeue(
    connection: apsw.Connection,
    ids: Sequence[int],
    owner: str,
    at: float,
    estimates: Sequence[Decimal | None] = (),
) -> None:
    expected = dict(zip(ids, estimates, strict=False))
    for task in fetch_tasks(connection, ids):
        facts: dict[str, Any] = {"error": None, "cancelling": False, "owner": owner}
        if expected:
            facts["estimated"] = expected[task.id]
        transition(connection, task, TaskState.QUEUED, at)
        update_columns(connection, task.id, TaskState.QUEUED, facts)
