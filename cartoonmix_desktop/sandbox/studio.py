"""Where pictures are drawn: off the event loop, on demand, a few kept in memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartoonmix_desktop.sandbox.tasks import SandboxTask

_BUDGET = 64 * 1024 * 1024


class Studio:
    """Draws the pictures of tasks; the same task always gets the same bytes.

    One thread: drawing is short calls of Pillow, so the event loop gets its turn between them.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "studio")
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._size = 0

    async def picture(self, task: SandboxTask, index: int) -> bytes:
        """PNG bytes of the task's ``index``-th picture."""
        key = (task.id, index)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        loop = asyncio.get_running_loop()
        data = await loop.run_in_executor(self._thread, _draw, task, index)
        if key not in self._kept:
            self._kept[key] = data
            self._size += len(data)
            while self._size > _BUDGET and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
        return data


def _draw(task: SandboxTask, index: int) -> bytes:
    from cartoonmix_desktop.cartoon.compose import draw  # Pillow: not before the first picture

    values = task.values
    return draw(
        str(values["prompt"]),
        str(values["negativePrompt"]),
        str(values["seed"]),
        index,
        int(values["width"]),
        int(values["height"]),
        float(values["scale"]),
    )
