"""The whole program from its start to its first rows and thumbnails, and until it takes typing.

Prints one JSON object; all times are of the system's monotonic clock. ``window_start.py paint``
ends with the first paint.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.cli import main
from tests.benchmarks.scripts.when_imported import when_imported

if TYPE_CHECKING:
    from types import ModuleType

told: dict[str, float] = {}
tasks: list[object] = []  # that run
only_paint = sys.argv[1] == "paint"


def end() -> None:
    from tests.benchmarks.scripts.turning import end

    end(told)


def follow_first_paint(module: ModuleType) -> None:
    painted = module.EmptyWindow.painted

    async def watched(self: Any) -> None:
        await painted(self)
        told["painted"] = time.monotonic()
        if only_paint:
            end()

    module.EmptyWindow.painted = watched


def follow_rows(module: ModuleType) -> None:
    import asyncio

    from tests.benchmarks.scripts.watching import watch

    seen = watch()

    async def report() -> None:
        for name in ("tasks", "thumbnails"):
            await seen.until(getattr(seen, name))
            told[name] = time.monotonic()

    tasks.append(asyncio.get_running_loop().create_task(report()))


def follow_whole(module: ModuleType) -> None:
    show = module.Controller.show_history

    async def watched(self: Any) -> None:
        from PySide6.QtCore import QTimer

        told["whole"] = time.monotonic()
        await show(self)
        QTimer.singleShot(0, end)

    module.Controller.show_history = watched


when_imported("cartoonmix_desktop.ui.shell.empty_window", follow_first_paint)
if not only_paint:
    when_imported("cartoonmix_desktop.ui.history.list.view", follow_rows)
    when_imported("cartoonmix_desktop.ui.shell.controller", follow_whole)
main([])
