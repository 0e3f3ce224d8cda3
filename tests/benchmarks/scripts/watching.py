"""Sees what the program's history paints, from inside its process, and tells when."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.ui.history.list.delegate import HistoryDelegate
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.history.list.view import HistoryView

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Painted:
    """What has been painted since `begin`.

    Attributes:
        rows: for each row, whether its task stood there, and how many thumbnails did not.
        view: the history, once it was painted.
        waiting: what is waited for.
    """

    rows: dict[int, tuple[bool, int]] = field(default_factory=dict)
    view: HistoryView | None = None
    waiting: list[tuple[Callable[[], bool], asyncio.Future[float]]] = field(default_factory=list)

    def begin(self) -> float:
        """Forget what was painted; the time now."""
        self.rows.clear()
        return time.perf_counter()

    def placeholders(self) -> bool:
        """Whether every row in sight was painted, with or without its task."""
        return self.view is not None and all(row in self.rows for row in self._in_sight())

    def tasks(self) -> bool:
        """Whether every row in sight was painted with its task."""
        return self._all(lambda there, _absent: there)

    def thumbnails(self) -> bool:
        """Whether every row in sight was painted with its task and all thumbnails."""
        return self._all(lambda there, absent: there and not absent)

    def until(self, condition: Callable[[], bool]) -> asyncio.Future[float]:
        """Will be when a condition held; it is asked at the end of each paint."""
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((condition, future))
        return future

    def on_painted(self, view: HistoryView) -> None:
        """Ask the conditions."""
        self.view = view
        now = time.perf_counter()
        for entry in tuple(self.waiting):
            condition, future = entry
            if not future.done() and condition():
                self.waiting.remove(entry)
                future.set_result(now)

    def _all(self, is_so: Callable[[bool, int], bool]) -> bool:
        if self.view is None:
            return False
        rows = self._in_sight()
        return bool(rows) and all(is_so(*self.rows.get(row, (False, 1))) for row in rows)

    def _in_sight(self) -> range:
        assert self.view is not None
        return self.view.rows_in_sight()


def watch() -> Painted:
    """Begin to watch; to be called before the window is made."""
    painted = Painted()
    paint_view, paint_row = HistoryView.paintEvent, HistoryDelegate.paint
    task_at, thumbnail = HistoryModel.task_at, HistoryModel.thumbnail
    row_now = [True, 0]

    def watched_task(self: HistoryModel, row: int) -> Any:
        task = task_at(self, row)
        row_now[0] = task is not None
        return task

    def watched_thumbnail(self: HistoryModel, task: Any, output: Any, size: Any) -> Any:
        image = thumbnail(self, task, output, size)
        row_now[1] += image is None
        return image

    def watched_row(self: HistoryDelegate, painter: Any, option: Any, index: Any) -> None:
        row_now[:] = [False, 0]
        paint_row(self, painter, option, index)
        painted.rows[index.row()] = (bool(row_now[0]), int(row_now[1]))

    def watched_view(self: HistoryView, event: Any) -> None:
        paint_view(self, event)
        painted.on_painted(self)

    HistoryModel.task_at = watched_task  # type: ignore[method-assign]
    HistoryModel.thumbnail = watched_thumbnail  # type: ignore[method-assign]
    HistoryDelegate.paint = watched_row  # type: ignore[method-assign]
    HistoryView.paintEvent = watched_view  # type: ignore[method-assign]
    return painted
