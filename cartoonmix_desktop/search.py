"""``cartoonmix-desktop search``: the history, asked in its own language, without a window."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.search.query import Order, Query
from cartoonmix_desktop.core.task.outcome import Outcome, outcome_of
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.printing import is_understood, say
from cartoonmix_desktop.storage.history_opening import opened_history
from cartoonmix_desktop.storage.locations import Locations

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.storage.history.ledger import Ledger

_NOT_UNDERSTOOD = _CANNOT_READ = 2
_AT_ONCE = 500  # tasks that are held at a time
_OUTCOMES = {Outcome.KEPT: "succeeded"}
_WAITING = {TaskState.QUEUED: "waiting", TaskState.REJECTED: "rejected"}
_WAITING |= {TaskState.REMOVED: "cancelled"}


def run(options: argparse.Namespace) -> int:
    """Print the tasks that a query finds.

    Args:
        options: as `cli` parsed them.

    Returns:
        The exit status.
    """
    if not is_understood(options.query):
        return _NOT_UNDERSTOOD
    try:
        _print(options)
    except CartoonMixError as error:
        from cartoonmix_desktop.wording.errors import describe

        say(describe(error).paragraph, sys.stderr)
        return _CANNOT_READ
    return 0


def _print(options: argparse.Namespace) -> None:
    locations = Locations.from_environment()
    folder = f"{locations.pictures}{os.sep}"
    with opened_history(locations) as ledger:
        for task in _found(ledger, options) if ledger is not None else ():
            told = _record(task, folder)
            say(json.dumps(told) if options.json else _line(told), sys.stdout)


def _found(ledger: Ledger, options: argparse.Namespace) -> Iterator[Task]:
    ranked = options.sort == "match"
    query = Query(options.query, order=Order.RELEVANCE if ranked else Order.NEWEST)
    quick = ranked or options.sort == "newest"
    ids: Sequence[int] = ledger.ids(query, options.limit if quick else 0).ids
    ids = ids[::-1] if quick else ledger.in_order(ids, options.sort, options.limit)
    for first in range(0, len(ids), _AT_ONCE):
        yield from ledger.tasks(ids[first : first + _AT_ONCE])


def _record(task: Task, folder: str) -> dict[str, Any]:
    """As interfaces for scripts have it.

    Args:
        task: to be told.
        folder: of all pictures, with the separator behind it.
    """
    outcome = outcome_of(task)
    how = _WAITING.get(task.state, "running") if outcome is None else _OUTCOMES.get(outcome)
    return {
        "id": task.id,
        "taskid": task.remote_id or None,
        "created": datetime.fromtimestamp(task.created_at, UTC).astimezone().isoformat(),
        "outcome": how or str(outcome),
        "model": task.request.model,
        "inputs": {k: v for k, v in task.request.values.items() if k != "callbackUrl"},
        "tags": list(task.tags),
        "note": task.note,
        "cost": None if task.cost is None else f"{task.cost:f}",
        "outputs": [
            {
                "path": folder + output.path.replace("/", os.sep),
                "sha256": output.sha256,
                "rating": output.rating,
                "favourite": output.favourite,
                "rejected": output.rejected,
            }
            for output in task.kept
        ],
    }


def _line(told: dict[str, Any]) -> str:
    """For people: when, how it ended, how many pictures, and the beginning of its prompt."""
    prompt = " ".join(str(told["inputs"].get("prompt", "")).split())
    count = len(told["outputs"])
    return f"{told['created'][:16]}  {told['outcome']:<11} {count:>3}  {prompt[:100]}"
