"""Runs tasks: a limited number at once, in order, telling listeners of each step."""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.task.remote import CANCEL, POSTPROCESS_END
from cartoonmix_desktop.sandbox import timeline

if TYPE_CHECKING:
    from cartoonmix_desktop.sandbox.studio import Studio
    from cartoonmix_desktop.sandbox.tasks import Journal, SandboxTask


class Audience:
    """Who listens to which task. Frames are not kept: who comes late has missed them."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Queue[dict[str, Any]]]] = defaultdict(set)

    def join(self, token: str, listener: asyncio.Queue[dict[str, Any]]) -> None:
        """Let ``listener`` hear of the task with this ``socketaccesstoken``."""
        self._listeners[token].add(listener)

    def leave(self, listener: asyncio.Queue[dict[str, Any]]) -> None:
        """Let ``listener`` hear of nothing any more."""
        for token in [token for token, heard in self._listeners.items() if listener in heard]:
            self._listeners[token].discard(listener)
            if not self._listeners[token]:
                del self._listeners[token]

    def tell(self, task: SandboxTask, status: str, message: Any = None) -> None:
        """Send one frame to all who listen to ``task``."""
        frame = {
            "type": status,
            "id": task.id,
            "tasktoken": task.token,
            "message": message,
            "result": True,
        }
        for listener in self._listeners.get(task.token, ()):
            listener.put_nowait(frame)


class Runs:
    """Gives tasks a slot, follows the timeline and ends them when their pictures are drawn.

    Args:
        journal: where tasks are kept; those that are not terminal are picked up.
        studio: draws.
        audience: is told.
        files: base address of the pictures.
        limit: how many run at once.
    """

    def __init__(
        self, journal: Journal, studio: Studio, audience: Audience, files: str, limit: int
    ) -> None:
        self._journal = journal
        self._studio = studio
        self._audience = audience
        self._files = files
        self._limit = limit
        self._waiting: deque[SandboxTask] = deque()
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def unfinished(self) -> int:
        """How many tasks wait or run."""
        return len(self._waiting) + len(self._running)

    def resume(self) -> None:
        """Pick up what an earlier process left, from where the clock is now."""
        for task in self._journal:
            if not task.is_terminal:
                if task.started is None:
                    self._waiting.append(task)
                else:
                    self._begin(task)
        self._fill()

    def add(self, task: SandboxTask) -> None:
        """Queue a new task."""
        self._waiting.append(task)
        self._fill()

    def stop(self, task: SandboxTask) -> None:
        """Cancel or kill a task that is not terminal."""
        self._journal.change(task, stopped=time.time())
        self._audience.tell(task, CANCEL)
        if task in self._waiting:
            self._waiting.remove(task)
        else:
            self._running.pop(task.id).cancel()
        self._fill()

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._limit:
            task = self._waiting.popleft()
            self._journal.change(task, started=time.time())
            self._begin(task)

    def _begin(self, task: SandboxTask) -> None:
        run = asyncio.create_task(self._run(task), name=f"run {task.id}")
        run.add_done_callback(_report)
        self._running[task.id] = run

    async def _run(self, task: SandboxTask) -> None:
        # Drawing goes on beside the timeline; a run ends when both are through.
        async with asyncio.TaskGroup() as group:
            drawing = group.create_task(self._draw(task))
            await self._follow(task)
        self._journal.change(task, ended=time.time(), sizes=drawing.result())
        self._audience.tell(task, POSTPROCESS_END, task.outputs(self._files, time.time()))
        del self._running[task.id]
        self._fill()

    async def _draw(self, task: SandboxTask) -> list[int]:
        return [
            len(await self._studio.picture(task, index)) for index in range(task.makes_pictures)
        ]

    async def _follow(self, task: SandboxTask) -> None:
        started = task.started or task.created
        resumed = time.time()
        for moment in timeline.moments(task.values):
            at = started + moment.share * task.seconds
            if at < resumed:
                continue
            await _until(at)
            if moment.share:  # it began in the queue: nothing new
                self._audience.tell(task, moment.status, moment.message(task.seconds))
        if task.fails:
            for status in ("task_error", "task_error_full"):
                self._audience.tell(task, status, task.fault.get("fail"))
        end = started + task.seconds
        if task.fault.get("error"):
            end = started + task.fault.get("error_for", math.inf)
        await _until(math.inf if task.fault.get("never_ends") else end)


def _report(run: asyncio.Task[None]) -> None:
    """A run that breaks is a bug of the sandbox: say so instead of running for ever."""
    if not run.cancelled() and (error := run.exception()) is not None:
        run.get_loop().call_exception_handler({"message": run.get_name(), "exception": error})


async def _until(moment: float) -> None:
    if math.isinf(moment):
        await asyncio.Event().wait()
    await asyncio.sleep(max(0.0, moment - time.time()))
