"""The grid of pictures, used as an artist would, each answer timed. Prints one JSON object.

Every picture in the history must have its thumbnail.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from cartoonmix_desktop.cli import main
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.services.events import TaskChanged
from cartoonmix_desktop.ui.history.grid.model import GalleryModel
from cartoonmix_desktop.ui.history.grid.view import GalleryView
from cartoonmix_desktop.ui.shell.controller import Controller
from tests.benchmarks.scripts.turning import Turns, end, resident, scroll

if TYPE_CHECKING:
    from cartoonmix_desktop.services.studio import Studio

_JUMPS = 40
_INSERTS = 20
_SEED = 7
_PLACES = 200  # visited from end to end
_QUERIES = ("", "castle", "is:favourite", "tag:wip", "森", "steps:20")

told: dict[str, Any] = {}
absent: list[int] = [0]
painted: asyncio.Queue[tuple[float, int]] = asyncio.Queue()


def watch() -> None:
    """Note when the grid was painted, and how many pictures were not sharp in it."""
    paint, thumbnail, picture_at = (
        GalleryView.paintEvent,
        GalleryModel.thumbnail,
        GalleryModel.picture_at,
    )

    def watched_thumbnail(self: GalleryModel, task: Any, output: Any, size: Any) -> Any:
        image = thumbnail(self, task, output, size)
        absent[0] += image is None
        return image

    def watched_picture(self: GalleryModel, row: int) -> Any:
        known = picture_at(self, row)
        absent[0] += known is None
        return known

    def watched_paint(self: GalleryView, event: Any) -> None:
        absent[0] = int(not self.gallery.rowCount())
        paint(self, event)
        painted.put_nowait((time.perf_counter(), absent[0]))

    GalleryModel.thumbnail = watched_thumbnail  # type: ignore[method-assign]
    GalleryModel.picture_at = watched_picture  # type: ignore[method-assign]
    GalleryView.paintEvent = watched_paint  # type: ignore[method-assign]


async def sharp(began: float) -> tuple[float, float]:
    """Seconds to the first paint after ``began``, and to the first with all thumbnails."""
    first = 0.0
    while True:
        at, lacking = await asyncio.wait_for(painted.get(), 30)
        if at < began:
            continue
        first = first or at - began
        if not lacking:
            return first, at - began


async def tour(controller: Controller, studio: Studio) -> None:
    """Everything that is timed, one after the other."""
    await asyncio.sleep(3)  # what follows a start is over
    view = controller.window.history.pictures
    bar = view.verticalScrollBar()
    began = time.perf_counter()
    controller.window.history.view_options.pictures = True
    told["opened"] = await sharp(began)
    while not view.gallery.found.whole:  # noqa: ASYNC110  no event tells it
        await asyncio.sleep(0.01)
    told["whole"] = time.perf_counter() - began
    told["pictures"] = view.gallery.rowCount()
    places, jumps = random.Random(_SEED), []
    for _ in range(_JUMPS):
        began = time.perf_counter()
        bar.setValue(places.randrange(bar.maximum()))
        jumps.append(await sharp(began))
    told["jumps"] = jumps
    for name, pixels in (("gaps", 60), ("fling_gaps", 1500)):
        bar.setValue(0)
        turns = Turns()
        await scroll(bar, pixels, 3)
        turns.stop()
        told[name] = turns.gaps
    bar.setValue(bar.maximum() // 2)
    told["inserts"] = insert(studio, view, (await studio.history.tasks([view.gallery.id_at(0)]))[0])
    told["reads"] = [await read(studio, query) for query in _QUERIES]
    for place in range(_PLACES):
        began = time.perf_counter()
        bar.setValue(bar.maximum() * (place + 1) // _PLACES)
        view.viewport().update()
        await sharp(began)
    told["resident"] = resident()
    told["selection"] = await mark_all(studio, view)
    end(told)


def insert(studio: Studio, view: GalleryView, model: Any) -> list[float]:
    """Seconds that the pictures of a new task hold up the window while others are in sight."""
    taken = []
    for number in range(_INSERTS):
        task_id, before = 10_000_000 + number, view.gallery.rowCount()
        outputs = tuple(
            replace(output, id=4 * task_id + place) for place, output in enumerate(model.outputs)
        )
        task = replace(
            model, id=task_id, uid=uuid.uuid4().hex, created_at=time.time(), outputs=outputs
        )
        began = time.perf_counter()
        studio.events.emit(TaskChanged(task))
        taken.append(time.perf_counter() - began)
        assert view.gallery.rowCount() == before + len(outputs)
    return taken


async def mark_all(studio: Studio, view: GalleryView) -> dict[str, Any]:
    """Seconds to select all and to mark all of it, and the longest gap between turns meanwhile."""
    view.gallery.reload()  # without what was only told
    count = told["pictures"]
    while view.gallery.rowCount() != count:  # noqa: ASYNC110  no event tells it
        await asyncio.sleep(0.01)
    began = time.perf_counter()
    view.selectAll()
    target = Target(outputs=view.chosen())
    selected = time.perf_counter() - began
    assert len(target.outputs) == count
    turns = Turns()
    began = time.perf_counter()
    await studio.marks.favourite(target, on=True)
    marked = time.perf_counter() - began
    await asyncio.sleep(1)
    began = time.perf_counter()
    await studio.undo.undo()
    undone = time.perf_counter() - began
    turns.stop()
    return {"selected": selected, "marked": marked, "undone": undone, "gaps": turns.gaps}


async def read(studio: Studio, query: str) -> list[float]:
    """Seconds to the first pictures that match, and to all."""
    taken = []
    for most in (512, 0):
        best = 9.0
        for _ in range(3):
            began = time.perf_counter()
            assert len(await studio.history.gallery(Query(query), most))
            best = min(best, time.perf_counter() - began)
        taken.append(best)
    return taken


async def at_history(self: Controller) -> None:
    studio: Any = self._studio
    await show(self)
    self.spawn(tour(self, studio))


watch()
show = Controller.show_history
Controller.show_history = at_history  # type: ignore[method-assign]
main([])
