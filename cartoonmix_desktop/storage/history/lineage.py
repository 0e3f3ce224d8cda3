"""Asks the history which task came from which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.task.lineage import Lineage

if TYPE_CHECKING:
    import apsw

_MOST = 20  # children that are named

_AROUND = """
    SELECT task.parent_id,
        EXISTS (SELECT 1 FROM task AS parent
            WHERE parent.id = task.parent_id AND parent.trashed_at IS NULL),
        (SELECT count(*) FROM task AS child
            WHERE child.parent_id = task.id AND child.trashed_at IS NULL),
        (SELECT max(other.id) FROM task AS other
            WHERE other.id < task.id AND other.trashed_at IS NULL)
    FROM task WHERE task.id = ?"""
_CHILDREN = """
    SELECT id FROM task WHERE parent_id = ? AND trashed_at IS NULL ORDER BY id DESC LIMIT ?"""


def lineage_of(connection: apsw.Connection, task_id: int) -> Lineage:
    """The tasks around one; of a task that does not exist, nothing."""
    row: Any = connection.execute(_AROUND, (task_id,)).fetchone()
    if row is None:
        return Lineage()
    parent, there, count, before = row
    children: list[Any] = connection.execute(_CHILDREN, (task_id, _MOST)).fetchall()
    return Lineage(parent, bool(there), tuple(child[0] for child in children), count, before)
