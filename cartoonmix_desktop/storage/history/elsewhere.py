"""Tasks of the server that were not sent from here, as the history holds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.money.amounts import units_of
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.history.records import (
    fetch_tasks,
    index_prompts,
    known_ids,
    note_move,
    update_columns,
)
from cartoonmix_desktop.storage.history.requests import request_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.storage.database import Database


class TaskElsewhere(Struct, frozen=True):
    """A task to be entered.

    Attributes:
        uid: 32 hex digits, our own.
        request: what the server says was asked for.
        created_at: unix seconds when it was made.
        ended: whether the server has ended it.
        facts: what else the server tells, as for `Ledger.update`; its ``remote_id`` among it.
    """

    uid: str
    request: GenerationRequest
    created_at: float
    ended: bool
    facts: Mapping[str, Any]


class ElsewhereRecords:
    """One part of the `Ledger`, with the same manners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, tasks: Iterable[TaskElsewhere], account: str, owner: str, *, at: float
    ) -> list[Task]:
        """Enter tasks, all or none, but for those that the history knows, or knew before.

        They stand where a task stands whose Run was answered, or whose pictures are to be fetched,
        and no way leads from there to being sent.

        Args:
            tasks: of one account.
            account: whose.
            owner: the process that works on them.
            at: unix seconds.

        Returns:
            Those that were entered.
        """
        with self._database.writing() as connection:
            ids = []
            for task in tasks:
                if known_ids(connection, [task.facts["remote_id"]], account):
                    continue
                state = TaskState.DOWNLOADING if task.ended else TaskState.ACCEPTED
                connection.execute(
                    "INSERT INTO task(uid, account, owner, request, state, created_at, elsewhere)"
                    " VALUES (?, ?, ?, ?, ?, ?, 1)",
                    (
                        *(task.uid, account, owner, request_column(task.request), state.value),
                        task.created_at,
                    ),
                )
                rows: Any = connection.execute("SELECT id FROM task WHERE uid = ?", (task.uid,))
                task_id = int(rows.fetchone()[0])
                index_prompts(connection, [(task_id, task.request, "")])
                note_move(connection, task_id, None, state, at)
                update_columns(connection, task_id, state, dict(task.facts))
                ids.append(task_id)
            return fetch_tasks(connection, ids)

    def note_charges(self, charges: Mapping[str, Decimal], account: str) -> None:
        """Note what tasks cost that were deleted for good before that was known.

        Args:
            charges: USD by the server's ids, also of tasks that are here or never were.
            account: whose.
        """
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE deleted_task SET cost = ? WHERE remote_id = ? AND remote_id <> ''"
                " AND account = ? AND cost IS NULL",
                [(units_of(usd), remote_id, account) for remote_id, usd in charges.items()],
            )

    def made_here(self, remote_ids: Sequence[str], account: str) -> set[str]:
        """Those of the server's ids that tasks have which were sent from here with this key."""
        with self._database.reading() as connection:
            rows: Iterable[Any] = connection.execute(
                "SELECT remote_id FROM task WHERE remote_id <> '' AND account = ?"
                " AND elsewhere = 0 AND remote_id IN (SELECT value FROM json_each(?))",
                (account, json.dumps(list(remote_ids))),
            )
            return {row[0] for row in rows}

    def newest_made_here(self, account: str) -> str:
        """The server's id of the newest task that was sent from here with this key; or empty."""
        with self._database.reading() as connection:
            row: Any = connection.execute(
                "SELECT remote_id FROM task WHERE remote_id <> '' AND account = ?"
                " AND elsewhere = 0 ORDER BY id DESC LIMIT 1",
                (account,),
            ).fetchone()
            return "" if row is None else str(row[0])
