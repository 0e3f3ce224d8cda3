"""Turns from one picture of 2048² to the next, and pans and zooms in one of 4096².

Prints one JSON object of seconds: each next picture until it is painted, decoded ahead and not,
the bare decodes of the same files, each frame of panning and zooming, and a bare draw of its size.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import qasync
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import SANDBOX, Output, OutputState, Task, TaskState
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.picture.pane import PicturePane
from cartoonmix_desktop.ui.picture.view import PictureView
from cartoonmix_desktop.ui.widgets.image_decoding import begin_to_load, load
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

_EDGE, _PICTURES, _FRAMES = 2048, 12, 120


async def until(so: Callable[[], bool]) -> None:
    """Look again each millisecond, so that the decoder has the processor."""
    while not so():  # noqa: ASYNC110  what is waited for tells nobody
        await asyncio.sleep(0.001)


async def tour(folder: Path) -> dict[str, list[float]]:
    noise = Image.effect_noise((_EDGE, _EDGE), 12).convert("RGB")
    for number in range(_PICTURES):
        noise.rotate(90 * number).save(folder / f"{number}.png", compress_level=1)
    outputs = tuple(
        Output(n + 1, n, OutputState.KEPT, f"{n}.png", 1, f"{n:064x}", _EDGE, _EDGE)
        for n in range(_PICTURES)
    )
    request = GenerationRequest.build({"prompt": "noise"})
    task = Task(1, "u", SANDBOX, request, TaskState.KEPT, time.time(), outputs=outputs)
    works: set[asyncio.Task[None]] = set()

    async def thumbnails(wanted: tuple[Output, ...]) -> list[None]:
        return [None] * len(wanted)

    pane = PicturePane(
        lambda output: folder / output.path,
        thumbnails,
        lambda work: works.add(asyncio.create_task(work)),
    )
    pane.bind(Commands(pane))
    pane.alone = True
    pane.resize(1280, 800)
    pane.show()
    view = pane.findChild(PictureView)
    told: dict[str, list[float]] = {name: [] for name in ("ahead", "later", "decoded")}
    for name in ("ahead", "later"):
        pane.show_task(None)
        pane.show_task(task)
        for output in outputs[1:]:
            path = folder / output.path
            if name == "ahead":
                pane.ahead.want([output])
                await until(lambda output=output: pane.ahead.at_hand(output) is not None)
            else:
                pane.ahead.want(())
                await until(lambda: pane._loaded is pane.current)
                began = time.perf_counter()
                await begin_to_load(path)
                told["decoded"].append(time.perf_counter() - began)
            began = time.perf_counter()
            pane.next_picture()
            await until(lambda output=output: pane._loaded is output)
            view.repaint()
            told[name].append(time.perf_counter() - began)
    return told | frames(view, folder)


def frames(view: PictureView, folder: Path) -> dict[str, list[float]]:
    """Seconds of each frame of panning and zooming, and of drawing as many pixels alone."""
    file = folder / "large.png"
    Image.effect_noise((4096, 4096), 12).convert("RGB").save(file, compress_level=1)
    picture = load(file)
    view.show_picture(picture)
    told: dict[str, list[float]] = {"panned": [], "zoomed": [], "drawn": []}
    bare = QImage(view.size(), QImage.Format.Format_RGB32)
    for name in ("panned", "zoomed"):
        view.zoom_to(1.0)
        for number in range(_FRAMES):
            began = time.perf_counter()
            if name == "panned":
                view._pan(QPointF(7 - 14 * (number % 2), 5))
            else:
                view.zoom_to(1.0 if number % 2 else 0.8, QPointF(300, 200))
            view.repaint()
            told[name].append(time.perf_counter() - began)
            began = time.perf_counter()
            painter = QPainter(bare)
            painter.fillRect(bare.rect(), Qt.GlobalColor.black)
            painter.drawImage(-200, -300, picture.levels[0])
            painter.end()
            told["drawn"].append(time.perf_counter() - began)
    return told


def main() -> None:
    app = QApplication([])
    Theme(app).apply("dark")
    with tempfile.TemporaryDirectory() as folder, qasync.QEventLoop(app) as loop:
        sys.stdout.write(json.dumps(loop.run_until_complete(tour(Path(folder)))) + "\n")


if __name__ == "__main__":
    main()
