"""The server's list of tasks, read page by page, and how much of it is known to have been read.

A server may pass over any part of the question: the order, where to begin, how many. So that all
was listed is known by the tasks' ids and the server's own total alone, and that nothing was left
out between two pages by a task that stands in both.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cartoonmix_desktop.core.task.remote import RemoteTask
    from cartoonmix_desktop.wiro.client import WiroClient

_PAGES = 200


class TaskList:
    """Reads the newest tasks first, until all are read that are wanted, or no more are told.

    Attributes:
        client: of the account.
        reached: the moment on our clock back to which the list is complete: 0 where all was
            listed, infinity where nothing is known.
    """

    def __init__(
        self, client: WiroClient, since: float, *, page: int, model: str = "", pages: int = _PAGES
    ) -> None:
        """Nothing is asked yet.

        Args:
            client: of the account.
            since: unix seconds on our clock; what is older is not wanted.
            page: how many tasks to ask for at a time, at most 100.
            model: part of the slug of those that are wanted; empty for all.
            pages: the most to read.
        """
        self.client = client
        self.reached = math.inf
        self._since, self._page, self._model, self._most = since, page, model, pages
        self._seen: set[str] = set()
        self._last = ""
        self._moments: list[float] = []  # of the tasks in the order of the list, on our clock

    @property
    def whole(self) -> bool:
        """Whether all was listed that is not too old."""
        return self.reached <= self._since

    async def pages(self) -> AsyncIterator[list[RemoteTask]]:
        """What was not listed before, page by page."""
        start = 0
        for _page in range(self._most):
            page = await self.client.list_page(start=start, limit=self._page, model=self._model)
            if not page.tasks and not self._seen and self._model:
                self._model = ""  # it may know the model by another name
                continue
            ids = [task.id for task in page.tasks]
            gap = start > 0 and self._page > 1 and self._seen.isdisjoint(ids)
            ended = start > 0 and ids == [self._last]  # the last, once more and alone
            fresh = [*{t.id: t for t in page.tasks if t.id not in self._seen}.values()]
            self._seen.update(ids)
            self._moments += [t for task in fresh if (t := self.created(task)) is not None]
            if ended or (page.total is not None and len(self._seen) >= page.total):
                self.reached = 0.0
            elif not gap and self._is_in_order():
                self.reached = self._moments[-1]
            else:
                self.reached = math.inf
            if fresh:
                self._last = ids[-1]
                yield fresh
            if self.whole or gap or not fresh:
                return
            start = len(self._seen) - (self._page > 1)  # the last once more

    def created(self, task: RemoteTask) -> float | None:
        """When a task was made, on our clock; None when not told."""
        return None if task.created is None else task.created - (self.client.clock_ahead or 0.0)

    def _is_in_order(self) -> bool:
        """Whether the newest come first, as far as their times tell."""
        falling = all(later <= one for one, later in pairwise(self._moments))
        return falling and self._moments[-1:] < self._moments[:1]
