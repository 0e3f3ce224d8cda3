"""How a task goes on, for words and bars: what the server told, its position, an estimate.

Every clock is passed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import fields

from cartoonmix_desktop.core.task.remote import Progress

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import PendingChanged, QueueChanged, Rest, TaskExpected

_MOST = 0.95
"""Of a bar that is estimated: it is never full before the task has ended."""


class TaskProgress(Progress, frozen=True):
    """The server's progress, and what we know beside it.

    Attributes:
        position: 1 for the task that is sent next; 0 if it does not wait here.
        paused: whether nothing is sent until the person resumes.
        full: whether its account runs as many tasks as it may.
        edited: whether its recipe is in the form.
        rest: why it waits, for the task of its account that is sent next.
        began: unix seconds when it began to run, None if there is no estimate.
        expected: seconds that it is estimated to run.
    """

    position: int = 0
    paused: bool = False
    full: bool = False
    edited: bool = False
    rest: Rest | None = None
    began: float | None = None
    expected: float = 0.0

    def left(self, now: float) -> float | None:
        """Seconds until it should be ready, below 0 when it is late; None without an estimate."""
        return None if self.began is None else self.began + self.expected - now

    def share(self, now: float) -> float | None:
        """How much of its time is over, 0 to 0.95; None without an estimate."""
        if self.began is None or self.expected <= 0:
            return None
        return min(max((now - self.began) / self.expected, 0.0), _MOST)


class ProgressTracker:
    """Collects what the services tell of all tasks that wait or run."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._progress: dict[int, Progress] = {}
        self._expected: dict[int, TaskExpected] = {}
        self._positions: dict[int, int] = {}
        self._accounts: dict[int, str] = {}
        self._full: frozenset[str] = frozenset()
        self._edited = 0
        self._paused: frozenset[str] = frozenset()
        self._held = False
        self._rest: Rest | None = None
        self._resting = 0

    def of(self, task_id: int) -> TaskProgress | None:
        """What is known of a task; None if nothing is."""
        position = self._positions.get(task_id, 0)
        progress, expected = self._progress.get(task_id), self._expected.get(task_id)
        if not position and progress is None and expected is None:
            return None
        told = {f.name: getattr(progress, f.name) for f in fields(Progress)} if progress else {}
        return TaskProgress(
            **told,
            position=position,
            paused=self._held or self._accounts.get(task_id) in self._paused,
            full=self._accounts.get(task_id) in self._full,
            edited=task_id == self._edited,
            rest=self._rest if task_id == self._resting else None,
            began=expected.began if expected else None,
            expected=expected.seconds if expected else 0.0,
        )

    @property
    def estimated(self) -> tuple[int, ...]:
        """Ids of the running tasks whose words change with the clock."""
        return tuple(self._expected)

    def show_progress(self, task_id: int, progress: Progress) -> None:
        """The server told how far a task is."""
        self._progress[task_id] = progress

    def show_expected(self, expected: TaskExpected) -> None:
        """An estimate was made."""
        self._expected[expected.task_id] = expected

    def show_pending(self, pending: PendingChanged) -> None:
        """What waits changed."""
        self._positions = {task.id: position for position, task in enumerate(pending.tasks, 1)}
        self._accounts = {task.id: task.account for task in pending.tasks}
        self._full, self._edited = pending.full, pending.edited
        self._paused = pending.paused

    def show_queue(self, queue: QueueChanged) -> bool:
        """Sending is paused or rests, or not; whether that is new."""
        before = (self._held, self._rest, self._resting)
        self._held, self._rest = queue.held, queue.rest
        account = queue.rest.account if queue.rest else ""
        self._resting = next((i for i, whose in self._accounts.items() if whose == account), 0)
        return before != (self._held, self._rest, self._resting)

    @property
    def rests(self) -> bool:
        """Whether the words of a task that waits change with the clock."""
        return self._rest is not None and self._rest.again_at is not None

    def show_task(self, task: Task, *, runs: bool) -> None:
        """A task changed: what does not run any more has no progress."""
        if not runs:
            self._progress.pop(task.id, None)
            self._expected.pop(task.id, None)
