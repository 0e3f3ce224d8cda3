"""How a task stands, before it is put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import ProtocolError, TaskFailed, TaskNotFound, TaskSilent
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.task import AT_SERVER, UNFINISHED, TaskState

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Task


def is_moving(task: Task) -> bool:
    """Whether a task goes on by itself; one whose pictures are broken stays where it is."""
    if task.state is TaskState.DOWNLOADING:
        return not task.at_rest
    return task.state in UNFINISHED


def fell_short(task: Task) -> bool:
    """Whether a task that has ended lists fewer pictures than it should."""
    reasons = (Owed.OUTPUTS, Owed.MORE, Owed.ERROR)
    return task.is_owed(*reasons) or task.was_owed(*reasons) or _gave_no_reason(task)


def _gave_no_reason(task: Task) -> bool:
    """Whether a task failed without a word: earlier versions took pictures that came late so."""
    unsaid = isinstance(task.error, TaskFailed) and not task.error.server_message
    return task.state is TaskState.FAILED and unsaid and not task.outputs


def is_lost(task: Task) -> bool:
    """Whether the server no longer knows a task that it had accepted."""
    return task.state in AT_SERVER and isinstance(task.error, TaskNotFound)


def is_silent(task: Task) -> bool:
    """Whether nothing new was heard for so long that the person is asked."""
    return task.state in AT_SERVER and isinstance(task.error, TaskSilent)


def is_garbled(task: Task) -> bool:
    """Whether the server's latest answer about a running task could not be understood."""
    return task.state in AT_SERVER and isinstance(task.error, ProtocolError)


def is_cancelling(task: Task) -> bool:
    """Whether a cancellation is on its way."""
    return task.cancelling and task.state in AT_SERVER | {TaskState.SENDING}
