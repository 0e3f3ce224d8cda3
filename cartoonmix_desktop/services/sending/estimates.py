"""How long a run will take, judged by this account's own past runs; silent when those say nothing.

A server that tells its progress needs no estimate: this is for all others.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.recipe.work import FEWEST, LOOKED_AT, SIMILAR, work_of
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import TaskChanged, TaskExpected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.recipe.work import PastRun
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.threads import OwnedTasks

_NEAREST = 15  # past runs that are heard


def expected_seconds(request: GenerationRequest, past: Iterable[PastRun]) -> float | None:
    """How long a run will take.

    Args:
        request: what it is asked for.
        past: runs of the same account.

    Returns:
        The median of those with the most similar amount of work, each scaled to this one's; None
        when fewer than three are similar.
    """
    work = work_of(request.values)
    if not work:
        return None
    found: list[tuple[float, float]] = []
    for run in past:
        other_work, seconds = work_of(run.request.values), run.seconds or 0.0
        if run.request.model != request.model or not other_work or not 0 < seconds < math.inf:
            continue
        scale = work / other_work
        if 1 / SIMILAR <= scale <= SIMILAR:
            found.append((abs(math.log(scale)), seconds * scale))
    if len(found) < FEWEST:
        return None
    found.sort(key=lambda entry: entry[0])  # stable: of the equally similar, the newest
    return median(seconds for _, seconds in found[:_NEAREST])


class Estimates:
    """Tells `TaskExpected` for each task that begins to run, if the past allows it."""

    def __init__(self, history: History, events: Events, tasks: OwnedTasks) -> None:
        """Listen from now on.

        Args:
            history: where the past is.
            events: tells which tasks run, and hears what is expected.
            tasks: owns the looking up.
        """
        self._history = history
        self._events = events
        self._tasks = tasks
        self._known: set[int] = set()
        events.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TaskChanged):
            self.look_at(event.task)

    def look_at(self, task: Task) -> None:
        """Find out about a task that runs; once is enough."""
        if task.state is not TaskState.RUNNING:
            self._known.discard(task.id)
        elif task.id not in self._known:
            self._known.add(task.id)
            self._tasks.spawn(self._tell(task), f"estimate {task.id}")

    async def _tell(self, task: Task) -> None:
        try:
            past = await self._history.past_runs(task.account, LOOKED_AT)
            seconds = expected_seconds(task.request, past)
            began = await self._history.came_to(task.id, TaskState.RUNNING)
        except CartoonMixError:
            return  # an estimate is worth no complaint
        if seconds is not None and began is not None and task.id in self._known:
            self._events.emit(TaskExpected(task.id, began, seconds))
