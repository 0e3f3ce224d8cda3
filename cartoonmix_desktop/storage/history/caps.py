"""What counts for the caps on what runs cost, and what was allowed beyond them.

Whether a run still fits is looked at in the transaction that begins to send it: several processes
never pass a cap together.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.money.amounts import from_units
from cartoonmix_desktop.core.money.caps import (
    Leave,
    Periods,
    Spent,
    WaitingRun,
    hindrance,
    periods_of,
)
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.history.records import fetch_task, transition, update_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import apsw

    from cartoonmix_desktop.core.money.caps import Caps
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.storage.database import Database

_KEY = "caps"
_OURS = "account NOT IN ('sandbox', 'import')"
# Left to itself, SQLite walks all tasks instead of the few.
_UNFINISHED = """
    SELECT id FROM task INDEXED BY task_unfinished
    WHERE state IN ('queued', 'sending', 'accepted', 'running', 'downloading')
        AND trashed_at IS NULL"""
# What ended without a success is charged only as long as a charge may still come.
_MAY_COST = """(state IN ('sending', 'accepted', 'running', 'downloading', 'kept', 'unknown',
        'discarded')
    OR EXISTS (SELECT 1 FROM aftercare WHERE task_id = task.id AND due IS NOT NULL
        AND reason IN ('charge', 'charge_of_stopped')))"""
_COUNTED = f"""
    SELECT coalesce(sum(units), 0) FROM (
        SELECT cost AS units FROM task
        WHERE cost IS NOT NULL AND created_at >= ?1 AND created_at < ?2 AND {_OURS}
        UNION ALL SELECT cost FROM deleted_task
        WHERE cost IS NOT NULL AND created_at >= ?1 AND created_at < ?2 AND {_OURS}
        UNION ALL SELECT estimated FROM task
        WHERE cost IS NULL AND created_at >= ?1 AND created_at < ?2 AND {_OURS} AND {_MAY_COST}
        UNION ALL SELECT coalesce(cost, estimated) FROM task
        WHERE NOT (created_at >= ?1 AND created_at < ?2) AND {_OURS}
            AND (cost IS NOT NULL OR {_MAY_COST})
            AND (id IN carray(?3) OR id IN ({_UNFINISHED}))
    )"""  # noqa: S608  nothing of it comes from outside
_WAITING = f"""
    SELECT coalesce(sum(estimated), 0) FROM task
    WHERE state = 'queued' AND {_OURS} AND id IN ({_UNFINISHED})"""  # noqa: S608

_STILL_HELD = """
    SELECT id FROM task WHERE id IN carray(?) AND state IN ('queued', 'sending', 'removed')"""


class CapRecords:
    """Each method is one transaction. It may raise what `Ledger` may, and then changed nothing."""

    def __init__(self, database: Database) -> None:
        """Work on the history's own file."""
        self._database = database

    def figures(self, at: float) -> tuple[Spent, Leave]:
        """What counts for the day and month of a moment, and what was allowed.

        Args:
            at: unix seconds.
        """
        with self._database.reading() as connection:
            notes = _notes(connection)
            return _spent(connection, notes, periods_of(at)), _leave(notes)

    def held(self, ids: Iterable[int]) -> Decimal | None:
        """USD that the dearest press costs of which one of these tasks is held; None if none is."""
        with self._database.reading() as connection:
            held = _notes(connection)["held"]
            amounts = [Decimal(held[str(one)]) for one in ids if str(one) in held]
            return max(amounts, default=None)

    def allow(self, leave: Leave, release: Sequence[int] = ()) -> None:
        """Remember what the person has allowed.

        Args:
            leave: beside what was allowed before; an empty day allows nothing.
            release: tasks that are no longer held.
        """
        with self._database.writing() as connection:
            notes = _notes(connection)
            up_to = notes["up_to"]
            for period, amount in leave.up_to.items():
                up_to[period] = f"{max(amount, Decimal(up_to.get(period, 0))):f}"
            notes["unpriced"] = leave.unpriced or notes["unpriced"]
            for task_id in release:
                notes["held"].pop(str(task_id), None)
            _store(connection, notes)

    def begin_sending(
        self, task_id: int, caps: Caps, estimate: Decimal | None, *, at: float, **changes: Any
    ) -> Task:
        """Move a waiting task to `TaskState.SENDING` if it fits into the caps.

        Args:
            task_id: which.
            caps: what is set.
            estimate: USD that it costs, where that was not known when it was stored.
            at: unix seconds.
            changes: as for `Ledger.update`.

        Raises:
            CapReached: it does not fit.
            PriceUnknown: a cap is set and what it costs is not known, which was not allowed.
            KeyError: no such task.
            ValueError: it does not wait.
        """
        with self._database.writing() as connection:
            task = fetch_task(connection, task_id)
            periods, notes = periods_of(at), _notes(connection)
            if task.estimated is None and estimate is not None:
                changes["estimated"] = estimate
            else:
                estimate = task.estimated
            held = notes["held"].get(str(task_id))
            run = WaitingRun(
                estimate,
                min(periods.day, periods_of(task.created_at).day),  # a clock may have been set back
                None if held is None else Decimal(held),
            )
            spent = _spent(connection, notes, periods) if caps.amounts else Spent()
            if (error := hindrance(caps, periods, spent, run, _leave(notes))) is not None:
                raise error
            if not periods.day_begins <= task.created_at < periods.day_ends:
                _note_sent(notes, task_id, periods)
                _store(connection, notes)
            transition(connection, task, TaskState.SENDING, at)
            update_columns(connection, task_id, TaskState.SENDING, changes)
            return fetch_task(connection, task_id)


def hold(connection: apsw.Connection, ids: Iterable[int], amount: Decimal) -> None:
    """Do not send the tasks of a press before its cap allows it, or the person.

    Args:
        connection: inside the transaction that stores them.
        ids: which.
        amount: USD that the press costs.
    """
    notes = _notes(connection)
    known = connection.execute(_STILL_HELD, (listed(map(int, notes["held"])),))
    still = {str(row[0]) for row in known}
    notes["held"] = {one: each for one, each in notes["held"].items() if one in still}
    notes["held"] |= {str(one): f"{amount:f}" for one in ids}
    _store(connection, notes)


def _notes(connection: apsw.Connection) -> dict[str, Any]:
    """What is remembered: ``up_to``, ``unpriced`` (see `Leave`), ``held`` and ``sent``.

    ``held`` is what the press costs of which a task is, and ``sent`` lists by day the tasks that
    were sent in it, but made on another.
    """
    row: Any = connection.execute("SELECT value FROM fact WHERE key = ?", (_KEY,)).fetchone()
    notes: dict[str, Any] = {"up_to": {}, "unpriced": "", "held": {}, "sent": {}}
    return notes | (json.loads(row[0]) if row else {})


def _store(connection: apsw.Connection, notes: Mapping[str, Any]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO fact(key, value) VALUES (?, ?)", (_KEY, json.dumps(notes))
    )


def _note_sent(notes: dict[str, Any], task_id: int, periods: Periods) -> None:
    """It counts for the day and month in which it is sent, too."""
    this_month = {d: ids for d, ids in notes["sent"].items() if d.startswith(periods.month)}
    this_month[periods.day] = sorted({*this_month.get(periods.day, ()), task_id})
    notes["sent"] = this_month


def _leave(notes: Mapping[str, Any]) -> Leave:
    up_to = {name: Decimal(amount) for name, amount in notes["up_to"].items()}
    return Leave(up_to, notes["unpriced"])


def _spent(connection: apsw.Connection, notes: Mapping[str, Any], periods: Periods) -> Spent:
    sent: dict[str, list[int]] = notes["sent"]
    of_day = sent.get(periods.day, [])
    of_month = [one for day, ids in sent.items() if day.startswith(periods.month) for one in ids]
    sums = [
        (_COUNTED, (periods.day_begins, periods.day_ends, listed(of_day))),
        (_COUNTED, (periods.month_begins, periods.month_ends, listed(of_month))),
        (_WAITING, ()),
    ]
    day, month, waiting = (
        from_units(int(str(next(connection.execute(sql, values))[0]))) for sql, values in sums
    )
    return Spent(day, month, waiting)
