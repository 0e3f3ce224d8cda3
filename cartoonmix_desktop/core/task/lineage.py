"""Which task came from which: recorded when a task is made, kept when the other is gone."""

from __future__ import annotations

from msgspec import Struct


class Lineage(Struct, frozen=True):
    """The tasks around one.

    Attributes:
        parent_id: the task whose recipe it was made from, None when it was made from none.
        parent_there: whether that one is in the history: neither in the trash nor deleted.
        children: ids of the newest tasks that were made from it, the newest first.
        count: how many there are in all; those in the trash are left out.
        before: the task that was made before it, whatever its recipe; None for the first.
    """

    parent_id: int | None = None
    parent_there: bool = False
    children: tuple[int, ...] = ()
    count: int = 0
    before: int | None = None
