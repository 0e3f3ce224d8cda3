"""What of a task is still owed, by what the server tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.remote import Phase, Verdict, phase_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.remote import RemoteTask
    from cartoonmix_desktop.core.task.task import Output, Task


def owed_after(task: Task, remote: RemoteTask, known: Sequence[Output]) -> set[Owed]:
    """What is still owed of a task that has ended at the server.

    Args:
        task: as it is recorded.
        remote: as the server tells it now.
        known: all outputs that the task ever had, also those thrown away.
    """
    owed: set[Owed] = set()
    if remote.verdict is None:  # the status of an error, which is not an end for certain
        owed.add(Owed.ERROR)
    elif remote.verdict is Verdict.SUCCEEDED:
        listed = len(known) + len(new_outputs(known, remote))
        if listed == 0:
            owed.add(Owed.OUTPUTS)
        elif listed < task.request.samples:
            owed.add(Owed.MORE)
    if task.is_sandbox:  # costs nothing
        return owed
    if remote.verdict is Verdict.CANCELLED:
        if not remote.cost and has_run(task, remote):
            owed.add(Owed.CHARGE_OF_STOPPED)
    elif remote.cost is None or (remote.verdict is None and not remote.cost):
        owed.add(Owed.CHARGE)  # what may still run tells no last cost
    return owed


def new_outputs(known: Sequence[Output], remote: RemoteTask) -> list[int]:
    """Places of the outputs that the server lists and that are none of ours.

    Args:
        known: all that the task ever had, also those thrown away.
        remote: as the server tells it now.
    """
    names = {output.remote_id for output in known} - {""}
    places = {output.position for output in known}
    return [
        place
        for place, listed in enumerate(remote.outputs)
        if (listed.id not in names if listed.id else place not in places)
    ]


def has_run(task: Task, remote: RemoteTask) -> bool:
    """Whether a stopped task may have run: only one that never did is free for certain."""
    return remote.started != 0 or phase_of(task.status) not in {None, Phase.QUEUED}
