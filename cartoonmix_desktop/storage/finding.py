"""Asking the history which tasks there are, without making an object for each.

SQLite does the whole work in one step, with Python's lock let go, and hands over one text: 100,000
tasks take 15 milliseconds, of which Python sees two.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.found import Found, packed

if TYPE_CHECKING:
    import apsw

_MOMENT = "CAST(task.created_at * 1000 AS INTEGER)"


@dataclass(frozen=True, slots=True)
class Condition:
    """Which tasks are wanted, of those outside the trash.

    Attributes:
        match: an expression for the index of words; empty for any words.
        where: further SQL about ``task``; empty for none.
        values: for the question marks in ``where``.
    """

    match: str = ""
    where: str = ""
    values: tuple[object, ...] = ()

    def newest(self, connection: apsw.Connection, most: int, *, in_order: bool) -> Found:
        """At most ``most`` of them, the newest.

        Args:
            connection: inside a transaction.
            most: how many.
            in_order: ids grow with time: the index of words is then walked from its end, and no
                further than needed.
        """
        newest_first = self._key if in_order else "task.created_at DESC, task.id"
        rows: list[Any] = connection.execute(
            f"SELECT task.id, {_MOMENT} {self._source} ORDER BY {newest_first} DESC LIMIT ?",
            (*self._values, most + 1),
        ).fetchall()
        kept = rows[most - 1 :: -1] if len(rows) > most else rows[::-1]
        return Found(
            packed(row[0] for row in kept),
            packed(row[1] for row in kept),
            whole=len(rows) <= most,
        )

    def all(self, connection: apsw.Connection) -> Found:
        """All of them."""
        row: Any = connection.execute(
            f"WITH found(id, moment) AS (SELECT task.id, {_MOMENT} {self._source}"  # noqa: S608  ours
            " ORDER BY task.created_at, task.id)"
            " SELECT group_concat(printf('%016x%016x', id, moment), '') FROM found",
            self._values,
        ).fetchone()
        both = array("q", bytes.fromhex(row[0] or ""))
        if sys.byteorder == "little":
            both.byteswap()
        return Found(both[::2], both[1::2])

    @property
    def _key(self) -> str:
        return "task_text.rowid" if self.match else "task.id"

    @property
    def _source(self) -> str:
        # A cross join keeps the order: from the words found to their tasks.
        words = "task_text CROSS JOIN task ON task.id = task_text.rowid" if self.match else "task"
        asked = [
            *(("task_text MATCH ?",) if self.match else ()),
            *((self.where,) * bool(self.where)),
            "task.trashed_at IS NULL",
        ]
        return f"FROM {words} WHERE {' AND '.join(asked)}"

    @property
    def _values(self) -> tuple[Any, ...]:
        return (self.match, *self.values) if self.match else self.values
