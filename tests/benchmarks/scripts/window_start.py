"""The whole program from its start to its first rows and thumbnails. Prints one JSON object.

All times are of the system's monotonic clock. ``window_start.py paint`` ends with the first paint.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import cartoonmix_desktop.app  # noqa: F401  in the program's own order
from cartoonmix_desktop.cli import main

told: dict[str, float] = {}
only_paint = sys.argv[1] == "paint"


def end() -> None:
    from tests.benchmarks.scripts.turning import end

    end(told)


def follow_first_paint() -> None:
    from cartoonmix_desktop.ui.main_window import MainWindow

    painted = MainWindow.painted

    async def watched(self: MainWindow) -> None:
        await painted(self)
        told["painted"] = time.monotonic()
        if only_paint:
            end()

    MainWindow.painted = watched  # type: ignore[method-assign]


def follow_rows() -> None:
    from cartoonmix_desktop.ui.controller import Controller
    from tests.benchmarks.scripts.watching import watch

    seen = watch()
    show = Controller.show_history

    async def watched(self: Any) -> None:
        self.do(report())
        await show(self)

    async def report() -> None:
        seen.begin()
        for name in ("tasks", "thumbnails"):
            await seen.until(getattr(seen, name))
            told[name] = time.monotonic()
        end()

    Controller.show_history = watched  # type: ignore[method-assign]


follow_first_paint()
if not only_paint:
    follow_rows()
main([])
