"""Bringing what is stored into another form, some rows at a time.

Ended at any moment, it goes on at the next start where it was: each step is one transaction, with
the note of how far it came. A migration begins it, in its own transaction, with `BEGIN_RENEWAL`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import apsw

BEGIN_RENEWAL = """
CREATE TABLE IF NOT EXISTS renewal (
    name TEXT PRIMARY KEY, stage INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO renewal(name) VALUES ('{name}');
"""
"""SQL of a migration; what it makes must be readable all the while."""

_ROWS = 2_000
"""Of one transaction: some tens of milliseconds."""


class Stage(Struct, frozen=True):
    """A part of a renewal.

    Attributes:
        sql: for the rows of which the ids follow ``?1``, up to ``?2``; or for all at once.
        table: whose rows; empty for all at once.
    """

    sql: str
    table: str = ""


class Renewal(Struct, frozen=True):
    """All that is to be renewed, in this order."""

    stages: tuple[Stage, ...]


def is_begun(connection: apsw.Connection) -> bool:
    """Whether something is still to be renewed."""
    if connection.table_exists("main", "renewal"):
        return connection.execute("SELECT 1 FROM renewal LIMIT 1").fetchone() is not None
    return False


def renew_some(connection: apsw.Connection, renewals: Mapping[str, Renewal]) -> float | None:
    """Do some more of it.

    Args:
        connection: inside a transaction for writing.
        renewals: by name.

    Returns:
        The share that is done; None when all is, and only `end_renewal` is missing.
    """
    rows: list[Any] = connection.execute("SELECT name, stage, done FROM renewal").fetchall()
    for name, stage, done in rows:
        stages = renewals[name].stages if name in renewals else ()
        share = _some(connection, name, stages, stage, done)
        if share is not None:
            return share
    return None


def _some(
    connection: apsw.Connection, name: str, stages: Sequence[Stage], stage: int, done: int
) -> float | None:
    while stage < len(stages):
        table = stages[stage].table
        if not table:
            connection.execute(stages[stage].sql)
            stage, done = stage + 1, 0
            _note(connection, name, stage, done)
            continue
        upto = _number(
            connection,
            f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT ?)",  # noqa: S608  ours
            (done, _ROWS),
        )
        if upto:
            connection.execute(stages[stage].sql, (done, upto))
            _note(connection, name, stage, upto)
            lasts = [
                _number(connection, f"SELECT max(id) FROM {each.table}")  # noqa: S608  ours
                for each in stages
                if each.table
            ]
            return (sum(lasts[:stage]) + upto) / sum(lasts)
        stage, done = stage + 1, 0
    return None


def _note(connection: apsw.Connection, name: str, stage: int, done: int) -> None:
    connection.execute("UPDATE renewal SET stage = ?, done = ? WHERE name = ?", (stage, done, name))


def end_renewal(connection: apsw.Connection) -> None:
    """Note that nothing is left to be renewed."""
    connection.execute("DELETE FROM renewal")


def _number(connection: apsw.Connection, query: str, values: tuple[int, ...] = ()) -> int:
    row: Any = connection.execute(query, values).fetchone()
    return int(row[0] or 0)
