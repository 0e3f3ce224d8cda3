"""The whole program, used as an artist would, each answer timed. Prints one JSON object.

``window_tour.py few`` only inserts tasks; ``many`` does everything, and wants a large history;
``turns`` looks for what holds up the window. Every task in the history must have its thumbnails.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace
from PySide6.QtWidgets import QLineEdit

from cartoonmix_desktop.cli import main
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import TaskAdded
from cartoonmix_desktop.ui.shell.controller import Controller
from tests.benchmarks.big_library import QUERIES
from tests.benchmarks.scripts.turning import Turns, end, resident, scroll
from tests.benchmarks.scripts.watching import watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.studio import Studio

_JUMPS = 40
_INSERTS = 40
_SEED = 7
_PLACES = 300  # visited from end to end

seen = watch()
told: dict[str, Any] = {}


async def tour(controller: Controller, studio: Studio) -> None:
    """Everything that is timed, one after the other."""
    await seen.until(seen.thumbnails)
    await asyncio.sleep(3)  # what follows a start is over
    if sys.argv[1] == "turns":
        told["turns"] = await longest_turns(controller, studio)
        told["resident"] = await see_everything()
        end(told)
    if sys.argv[1] == "many":
        told["jumps"] = await jump()
        told["gaps"] = await scroll_on(60, 4)
        told["fling_gaps"] = await scroll_on(1500, 3)
        told["searches"] = await search(controller, QUERIES)
        top()
        await seen.until(seen.thumbnails)
    told["inserts"] = await insert(studio)
    if sys.argv[1] == "many":
        told["resident"] = await see_everything()
    end(told)


def top() -> None:
    assert seen.view is not None
    seen.begin()
    seen.view.verticalScrollBar().setValue(0)
    seen.view.viewport().update()


async def jump() -> list[list[float]]:
    """Seconds to placeholders, tasks and thumbnails after a jump to anywhere."""
    assert seen.view is not None
    bar = seen.view.verticalScrollBar()
    places = random.Random(_SEED)
    taken = []
    for _ in range(_JUMPS):
        stages = [seen.until(what) for what in (seen.placeholders, seen.tasks, seen.thumbnails)]
        began = seen.begin()
        bar.setValue(places.randrange(bar.maximum()))
        taken.append([await painted - began for painted in stages])
    return taken


async def scroll_on(pixels: int, seconds: float) -> list[float]:
    """Gaps between turns of the event loop while scrolling down from the top."""
    assert seen.view is not None
    top()
    turns = Turns()
    await scroll(seen.view.verticalScrollBar(), pixels, seconds)
    turns.stop()
    return turns.gaps


async def search(controller: Controller, queries: Iterable[str]) -> list[float]:
    """Seconds from the last letter of each query to its painted rows."""
    fields = controller.window.history.findChildren(QLineEdit)
    field = next(found for found in fields if found.accessibleName() == "Search history")
    assert seen.view is not None
    model: Any = seen.view.model()
    taken = []

    async def typed(text: str) -> None:
        """Type and wait until it is answered, whole, whether it finds something or not."""
        answered = asyncio.Event()
        model.read.connect(answered.set)
        field.setText(text)
        while model.searched != Query(text) or not model.found.whole:
            answered.clear()
            await answered.wait()
        model.read.disconnect(answered.set)

    for query in map(Query, queries):
        await typed(query.text[:-1])
        painted = seen.until(lambda wanted=query: model.searched == wanted and seen.tasks())
        began = seen.begin()
        field.insert(query.text[-1])
        taken.append(await painted - began)
    await typed("")
    return taken


async def longest_turns(controller: Controller, studio: Studio) -> dict[str, float]:
    """Seconds of the longest turn of the event loop during each kind of work."""
    assert seen.view is not None
    view, model = seen.view, cast("Any", seen.view.model())
    panel = controller.window.history
    longest: dict[str, float] = {}

    async def during(name: str, work: Awaitable[object]) -> None:
        turns = Turns()
        await work
        await asyncio.sleep(1)  # what follows is over
        turns.stop()
        longest[name] = max(turns.gaps)

    async def select_all() -> None:
        view.selectAll()

    async def grid() -> None:
        for pictures in (True, False):
            panel.view_options.pictures = pictures
            await asyncio.sleep(3)

    everything = Target(tasks=model.found.ids)
    # Of few tasks, some find nothing, and nothing is painted.
    queries = [q for q in QUERIES if len(await studio.history.ids(Query(q)))]
    told["searches"] = dict(zip(queries, await search(controller, queries), strict=True))
    await during("searching", search(controller, queries))
    await during("the grid of all pictures", grid())
    await during("selecting all", select_all())
    await during("marking all", studio.marks.favourite(everything, on=True))
    await during("undoing that", studio.undo.undo())
    return longest


async def insert(studio: Studio) -> list[list[float]]:
    """Seconds that a new task at the top holds up the window, and until it is painted."""
    assert seen.view is not None
    [newest] = await studio.history.ids(most=1)
    [model] = await studio.history.tasks([newest])
    taken = []
    for number in range(_INSERTS):
        task: Task = replace(
            model,
            id=10_000_000 + number,
            uid=uuid.uuid4().hex,
            state=TaskState.QUEUED,
            created_at=time.time(),
            outputs=(),
        )
        painted = seen.until(seen.tasks)
        began = seen.begin()
        studio.events.emit(TaskAdded(task))
        held = time.perf_counter() - began
        assert seen.view.selected == task.id
        taken.append([held, await painted - began])
    return taken


async def see_everything() -> float:
    """Memory in MB after every part of the history was in sight."""
    assert seen.view is not None
    bar = seen.view.verticalScrollBar()
    for place in range(_PLACES):
        painted = seen.until(seen.thumbnails)
        seen.begin()
        bar.setValue(bar.maximum() * (place + 1) // _PLACES)
        await painted
    return resident()


async def at_history(self: Controller) -> None:
    studio: Any = self._studio
    self.spawn(tour(self, studio))
    await show(self)


show = Controller.show_history
Controller.show_history = at_history  # type: ignore[method-assign]
main([])
