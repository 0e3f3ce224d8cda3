"""What can be done with one task of the history: when it may be, and its words."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import ValidationRefused
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.task import AT_SERVER, TaskState
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.tasks.conditions import (
    fell_short,
    is_cancelling,
    is_lost,
    is_moving,
    is_silent,
)

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Task

_CANCELLABLE = AT_SERVER | {TaskState.QUEUED, TaskState.SENDING}


class Action(StrEnum):
    """What a person can do with one task of the history."""

    CANCEL = "cancel"
    FETCH_AGAIN = "fetch_again"
    FIND = "find"
    SEND_AGAIN = "send_again"
    DISCARD = "discard"
    RETRY = "retry"
    ASK_AGAIN = "ask_again"
    KEEP_WAITING = "keep_waiting"
    STOP_FOLLOWING = "stop_following"
    FOLLOW_AGAIN = "follow_again"
    USE_RECIPE = "use_recipe"
    COPY_PROMPT = "copy_prompt"
    DELETE = "delete"
    DELETE_REMOTE = "delete_remote"


ACTION_WORDS = {
    Action.CANCEL: _("Cancel"),
    Action.FETCH_AGAIN: _("Fetch again"),
    Action.FIND: _("Find…"),
    Action.SEND_AGAIN: _("Send again"),
    Action.DISCARD: _("Dismiss"),
    Action.RETRY: _("Try again"),
    Action.ASK_AGAIN: _("Check now"),
    Action.KEEP_WAITING: _("Keep waiting"),
    Action.STOP_FOLLOWING: _("Stop checking"),
    Action.FOLLOW_AGAIN: _("Check again"),
    Action.USE_RECIPE: _("Use this recipe"),
    Action.COPY_PROMPT: _("Copy prompt"),
    Action.DELETE: _("Move to trash"),
    Action.DELETE_REMOTE: _("Delete Wiro’s copies…"),
}
"""The words on the button or menu entry of each action."""

ACTION_HELP = {
    Action.CANCEL: _("Stop this task. Pictures that are ready are kept."),
    Action.FETCH_AGAIN: _("Fetch the missing pictures once more. This costs nothing."),
    Action.FIND: _("Search a folder for the missing pictures, by content."),
    Action.SEND_AGAIN: _("Send it once more. If Wiro did start it, you are charged twice."),
    Action.DISCARD: _("Leave it as it is and stop checking."),
    Action.RETRY: _("Generate with the same recipe."),
    Action.ASK_AGAIN: _("Ask the server about it now. This costs nothing."),
    Action.KEEP_WAITING: _("Keep checking, and remind me after another 24 hours."),
    Action.STOP_FOLLOWING: _(
        "Stop checking. Wiro may still finish and charge it; nothing is fetched."
    ),
    Action.FOLLOW_AGAIN: _("Check on it again and fetch its pictures. This costs nothing."),
    Action.USE_RECIPE: _("Put this recipe into the form."),
    Action.COPY_PROMPT: _("Copy the text of the prompt."),
    Action.DELETE: _("Move this task and its pictures to the trash. It can be restored."),
    Action.DELETE_REMOTE: _("Delete the pictures on the server. Yours stay."),
}
"""One sentence for each action."""

WAIT = _("Wait")
"""Instead of sending something again whose outcome is unknown."""


def actions_of(task: Task) -> tuple[Action, ...]:
    """What the state of ``task`` calls for; empty when nothing does."""
    if is_lost(task) or (task.broken and not is_moving(task)) or fell_short(task):
        again = (Action.FETCH_AGAIN,) if can_fetch_again(task) else ()
        retry = task.state is TaskState.FAILED and not task.broken
        return (*again, Action.RETRY) if retry else again
    if is_silent(task):
        return (Action.KEEP_WAITING, Action.ASK_AGAIN, Action.STOP_FOLLOWING)
    if task.state in _CANCELLABLE:
        return () if is_cancelling(task) else (Action.CANCEL,)
    if task.state is TaskState.UNKNOWN:
        return (Action.SEND_AGAIN, Action.DISCARD, Action.ASK_AGAIN)
    if task.state is TaskState.DISCARDED and task.remote_id:
        return (Action.FOLLOW_AGAIN,)
    if task.state is TaskState.REJECTED and isinstance(task.error, ValidationRefused):
        return (Action.USE_RECIPE,)  # as it is, it would be refused again
    if task.state in {TaskState.FAILED, TaskState.REJECTED, TaskState.REMOVED}:
        return (Action.RETRY,)
    return ()


def can_fetch_again(task: Task) -> bool:
    """Whether the server may still have the pictures."""
    return task.remote_deleted_at is None and not task.is_imported


def can_delete_remote(task: Task) -> bool:
    """Whether the server may have pictures of ``task`` that are kept here too."""
    known = task.remote_id and task.token and task.remote_deleted_at is None
    decided = task.at_rest and not task.is_owed(Owed.OUTPUTS, Owed.MORE, Owed.ERROR)
    return bool(known and task.kept and decided and task.verdict is not None)
