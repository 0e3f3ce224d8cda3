"""Asking the history which pictures there are, without keeping an object for each.

The numbers go from SQLite's rows into packed arrays, some thousands at a time: Python's lock is let
go between any two, and nothing is ever in memory but the arrays. One text of all, as `finding` asks
for tasks, would take six times their room, which the program never gives back.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.search.gallery import Gallery
from cartoonmix_desktop.core.search.result_set import packed
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.history.query_sql import pictures_condition_of
from cartoonmix_desktop.storage.history.search_results import MOMENT

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    import apsw

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.marks import Target

_AT_ONCE = 3 * 4096  # numbers, of three columns
_OLDEST_FIRST = "task.created_at, task.id, place DESC"
_NEWEST_FIRST = "task.created_at DESC, task.id DESC, place"
# A task goes with its last picture; one that still is at work keeps its place.
_WHOLE_TASKS = """
    SELECT task_id FROM output JOIN task ON task.id = task_id
    WHERE output.trashed_at IS NULL AND task.state = 'kept'
        AND task_id IN (SELECT task_id FROM output WHERE id IN carray(?1))
    GROUP BY task_id HAVING min(output.id IN carray(?1))"""
_OTHERS = """
    SELECT id FROM output WHERE id IN carray(?1)
        AND task_id NOT IN carray(?2)"""
_OF_TASKS = """
    SELECT output.id FROM carray(?) AS chosen CROSS JOIN task ON task.id = chosen.value
    CROSS JOIN output ON task_id = task.id
    WHERE output.state = 'kept' AND output.trashed_at IS task.trashed_at
    ORDER BY chosen.rowid, position"""
_SINGLE = """
    SELECT output.id FROM carray(?) AS chosen CROSS JOIN output ON output.id = chosen.value
    CROSS JOIN task ON task.id = task_id
    WHERE output.state = 'kept' AND output.trashed_at IS task.trashed_at
    ORDER BY chosen.rowid"""


def read_gallery(
    connection: apsw.Connection, query: Query, most: int = 0, *, in_order: bool = False
) -> Gallery:
    """Which kept pictures there are outside the trash.

    Args:
        connection: inside a transaction.
        query: which are wanted; what it says of pictures is asked of each, the rest of its task.
        most: how many, the first to be shown; 0 for all.
        in_order: ids of tasks grow with time, so that an index of words can be walked from its end.
    """
    wanted = pictures_condition_of(query, connection)
    columns = f"picture_id, task.id, {MOMENT}"
    if most:
        order = _NEWEST_FIRST
        if wanted.ranked:
            order = f"{wanted.score}, {order}"
        elif in_order and wanted.index:
            order = f"{wanted.index}.rowid DESC, place"
        rows: list[Any] = connection.execute(
            f"SELECT {columns} {wanted.source} ORDER BY {order} LIMIT ?",
            (*wanted.bindings, most + 1),
        ).fetchall()
        kept = rows[most - 1 :: -1] if len(rows) > most else rows[::-1]
        pictures, tasks, moments = (packed(row[column] for row in kept) for column in range(3))
        return Gallery(tasks, moments, whole=len(rows) <= most, pictures=pictures)
    order = f"{wanted.score} DESC, {_OLDEST_FIRST}" if wanted.ranked else _OLDEST_FIRST
    found = Gallery()
    every: Any = connection.execute(
        f"SELECT {columns} {wanted.source} ORDER BY {order}", wanted.bindings
    )
    numbers = chain.from_iterable(every)
    while some := packed(islice(numbers, _AT_ONCE)):
        found.pictures += some[::3]
        found.ids += some[1::3]
        found.moments += some[2::3]
    if not wanted.ranked:
        _ = found.in_order, found.days  # worked out here, where nobody waits for it
    return found


def pieces_of(connection: apsw.Connection, pictures: Sequence[int]) -> Pieces:
    """What goes into the trash with these pictures: of some tasks all, of others these alone.

    Args:
        connection: inside a transaction.
        pictures: ids of outputs.
    """
    chosen = listed(pictures)
    tasks: list[Any] = connection.execute(_WHOLE_TASKS, (chosen,)).fetchall()
    whole = tuple(row[0] for row in tasks)
    others: list[Any] = connection.execute(_OTHERS, (chosen, listed(whole))).fetchall()
    return Pieces(whole, tuple(row[0] for row in others))


def pictures_of(connection: apsw.Connection, target: Target) -> array[int]:
    """Ids of the kept pictures that are meant: those of tasks, then single ones; each once.

    Args:
        connection: inside a transaction.
        target: in whose order they come.
    """
    rows: Any = chain(
        connection.execute(_OF_TASKS, (listed(target.tasks),)),
        connection.execute(_SINGLE, (listed(target.outputs),)),
    )
    return packed(dict.fromkeys(chain.from_iterable(rows)))
