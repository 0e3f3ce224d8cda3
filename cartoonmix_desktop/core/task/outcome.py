"""How a task ended, and what it cost: two facts that have nothing to do with each other."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import TaskState

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Task


class Outcome(StrEnum):
    """What became of a task."""

    KEPT = "kept"  # all its pictures
    PARTLY = "partly"  # fewer than were asked for
    ASIDE = "kept-aside"  # none could be read; what came is kept as it is
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # the answer to Run was lost


class Charge(StrEnum):
    """What is known of its cost."""

    PENDING = "pending"  # not told yet, and asked for
    UNKNOWN = "unknown"  # not told
    NONE = "none"  # nothing, for certain
    AMOUNT = "amount"


_NEVER_MADE = {TaskState.QUEUED, TaskState.REMOVED, TaskState.REJECTED}


def outcome_of(task: Task) -> Outcome | None:
    """How a task ended; None while that is not decided, and for what was never made."""
    if task.state in {TaskState.UNKNOWN, TaskState.DISCARDED}:
        return Outcome.UNKNOWN
    if task.state is TaskState.FAILED or task.verdict is Verdict.FAILED:
        return Outcome.FAILED
    if task.state is TaskState.CANCELLED or task.verdict is Verdict.CANCELLED:
        return Outcome.CANCELLED
    ended = task.state in {TaskState.KEPT, TaskState.DOWNLOADING}
    if not ended or not task.at_rest or task.is_owed(Owed.OUTPUTS, Owed.MORE):
        return None
    if not task.kept:
        return Outcome.ASIDE if task.aside else Outcome.FAILED
    short = len(task.kept) < len(task.outputs) or task.was_owed(Owed.MORE)
    return Outcome.PARTLY if short else Outcome.KEPT


def was_sent(task: Task) -> bool:
    """Whether it may have been made at Wiro, so that it is counted among what was spent."""
    if task.is_sandbox or task.is_imported or task.state in _NEVER_MADE:
        return False
    never = task.state is TaskState.CANCELLED and not task.remote_id and task.cost is None
    return not never


def charge_of(task: Task) -> Charge:
    """What is known of a task's cost."""
    if not was_sent(task):
        return Charge.NONE
    if task.is_owed(Owed.CHARGE, Owed.CHARGE_OF_STOPPED):
        return Charge.PENDING
    if task.cost is None:
        return Charge.UNKNOWN
    return Charge.AMOUNT if task.cost else Charge.NONE
