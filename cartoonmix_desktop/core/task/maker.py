"""Who made a task of the server, as far as its answers name anybody.

A key of a team lists what team mates made, and the key of a person what all their projects did.
Nothing tells who we are but the tasks that were made here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum

Maker = Mapping[str, str]
"""What an answer names of `MAKER_FIELDS`, by its name on the wire; empty for nobody."""

MAKER_FIELDS = (
    *("userid", "useruuid", "username"),
    *("projectid", "projectname"),
    *("teamid", "teamguid", "teamname"),
)
"""Fields of a task that may name who made it."""


class Whose(Enum):
    """Whether this account's key made a task."""

    OURS = "ours"
    ANOTHERS = "another member's or project's"
    UNTOLD = "not to be told"


def whose(maker: Maker, ours: Collection[Maker]) -> Whose:
    """Compare what a task names with what tasks that were made here name.

    Args:
        maker: of the task.
        ours: of tasks that were made here with this key.
    """
    alike = [
        all(maker[name] == one[name] for name in shared)
        for one in ours
        if (shared := maker.keys() & one.keys())
    ]
    if not alike:
        return Whose.UNTOLD
    return Whose.OURS if any(alike) else Whose.ANOTHERS
