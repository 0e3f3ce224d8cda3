"""Asking the history which tasks there are, without making an object for each.

SQLite does the whole work in one step, with Python's lock let go, and hands over one text: 100,000
tasks take 15 milliseconds, of which Python sees two.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.search.result_set import ResultSet, packed
from cartoonmix_desktop.storage.database import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

MOMENT = "CAST(task.created_at * 1000 AS INTEGER)"


ORDERS = {
    "oldest": "task.created_at, task.id",
    "newest": "task.created_at DESC, task.id DESC",
    "rating": "(SELECT max(rating) FROM output"
    " WHERE task_id = task.id AND trashed_at IS NULL) DESC",
    "cost": "cost IS NULL, cost DESC",
    "size": "CAST(width AS INTEGER) * CAST(height AS INTEGER) DESC",
    "seed": "seed IS NULL, CAST(seed AS INTEGER), seed",
    "prompt": "CASE WHEN json_valid(request) THEN request ->> '$.values.prompt'"
    " ELSE prompt END COLLATE NOCASE NULLS LAST",
}
"""Ways to put tasks in order, by name; those that are alike the newest first."""


def in_order(connection: apsw.Connection, ids: Sequence[int], by: str, most: int) -> list[int]:
    """Some tasks in one of `ORDERS`.

    Args:
        connection: of the history.
        ids: of the tasks.
        by: the order.
        most: how many; 0 for all.
    """
    rows: Any = connection.execute(
        f"SELECT id FROM task WHERE id IN carray(?) ORDER BY {ORDERS[by]},"  # noqa: S608  ours
        " task.created_at DESC, task.id DESC LIMIT ?",
        (listed(ids), most or -1),
    )
    return [row[0] for row in rows]


class Condition(Struct, frozen=True):
    """Which tasks are wanted, of those outside the trash.

    Attributes:
        index: the index of texts that leads to them; empty when no words are looked for.
        match: the expression for that index.
        where: further SQL about ``task``; empty for none.
        values: for the question marks in ``where``.
        ranked: whether those that fit the expression best count as the newest.
        joined: what else is looked at beside ``task``, with how it is joined; empty for nothing.
    """

    index: str = ""
    match: str = ""
    where: str = ""
    values: tuple[str | float, ...] = ()
    ranked: bool = False
    joined: str = ""

    def newest(self, connection: apsw.Connection, most: int, *, in_order: bool) -> ResultSet:
        """At most ``most`` of them, the newest or best.

        Args:
            connection: inside a transaction.
            most: how many.
            in_order: ids grow with time: the index of words is then walked from its end, and no
                further than needed.
        """
        newest_first = "task.created_at DESC, task.id DESC"
        if self.ranked:
            newest_first = f"{self.score}, {newest_first}"
        elif in_order and self.index:
            newest_first = f"{self.index}.rowid DESC"
        rows: list[Any] = connection.execute(
            f"SELECT task.id, {MOMENT} {self.source} ORDER BY {newest_first} LIMIT ?",
            (*self.bindings, most + 1),
        ).fetchall()
        kept = rows[most - 1 :: -1] if len(rows) > most else rows[::-1]
        return ResultSet(
            packed(row[0] for row in kept),
            packed(row[1] for row in kept),
            whole=len(rows) <= most,
        )

    def all(self, connection: apsw.Connection) -> ResultSet:
        """All of them."""
        oldest_first = "task.created_at, task.id"
        if self.ranked:
            oldest_first = f"{self.score} DESC, {oldest_first}"
        row: Any = connection.execute(
            f"WITH found(id, moment) AS (SELECT task.id, {MOMENT} {self.source}"  # noqa: S608  ours
            f" ORDER BY {oldest_first})"
            " SELECT group_concat(printf('%016x%016x', id, moment), '') FROM found",
            self.bindings,
        ).fetchone()
        both = array("q", bytes.fromhex(row[0] or ""))
        if sys.byteorder == "little":
            both.byteswap()
        return ResultSet(both[::2], both[1::2])

    @property
    def score(self) -> str:
        """How well a task fits; the smaller, the better. The prompt says more than its negative."""
        return f"bm25({self.index}, 4.0, 1.0)"

    @property
    def source(self) -> str:
        """``FROM`` and ``WHERE`` of the question."""
        if self.index:
            # A cross join keeps the order: from the texts found to their tasks.
            source = f"{self.index} CROSS JOIN task ON task.id = {self.index}.rowid"
        else:
            source = "task INDEXED BY task_facts" if self.where else "task"
        asked = [f"{self.index} MATCH ?"] * bool(self.index) + [self.where] * bool(self.where)
        return (
            f"FROM {source} {self.joined} WHERE {' AND '.join((*asked, 'task.trashed_at IS NULL'))}"
        )

    @property
    def bindings(self) -> tuple[str | float, ...]:
        """What the question marks in `source` take."""
        return (self.match, *self.values) if self.index else self.values
