"""How long a run will take, judged by this account's own past runs; silent when those say nothing.

A server that tells its progress needs no estimate: this is for all others.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import TaskChanged, TaskExpected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Event, Events
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.threads import OwnedTasks

_FEWEST = 3  # past runs that are worth an opinion
_NEAREST = 15  # past runs that are heard
_SIMILAR = 4.0  # times more or less work
_LOOKED_AT = 200  # newest runs
_WORK = ("samples", "steps", "width", "height")


def work_of(request: GenerationRequest) -> float:
    """Samples × steps × pixels: what the time of a run grows with. 0 if that cannot be told."""
    work = 1.0
    for name in _WORK:
        value = request.values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return 0.0
        try:
            work *= float(value)
        except OverflowError:
            return 0.0
    return work if 0 < work < math.inf else 0.0


def expected_seconds(
    request: GenerationRequest, past: Iterable[tuple[GenerationRequest, float]]
) -> float | None:
    """How long a run will take.

    Args:
        request: what it is asked for.
        past: what was asked for before, and the seconds that took.

    Returns:
        The median of those with the most similar amount of work, each scaled to this one's; None
        when fewer than three are similar.
    """
    work = work_of(request)
    if not work:
        return None
    found: list[tuple[float, float]] = []
    for other, seconds in past:
        other_work = work_of(other)
        if other.model != request.model or not other_work or not 0 < seconds < math.inf:
            continue
        scale = work / other_work
        if 1 / _SIMILAR <= scale <= _SIMILAR:
            found.append((abs(math.log(scale)), seconds * scale))
    if len(found) < _FEWEST:
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
            past = await self._history.past_runs(task.account, _LOOKED_AT)
            seconds = expected_seconds(task.request, past)
            began = await self._history.came_to(task.id, TaskState.RUNNING)
        except CartoonMixError:
            return  # an estimate is worth no complaint
        if seconds is not None and began is not None and task.id in self._known:
            self._events.emit(TaskExpected(task.id, began, seconds))
