"""Makes rooms.png in this folder: the window, and on each part of it the room it is made in.

Run it with the environment's Python: ``.venv/bin/python docs/rooms.py``. The rooms are read off the
living window, so that the picture cannot be wrong about where a part is made.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QWidget

from cartoonmix_desktop.cartoon.compose import draw
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.app import application, event_loop
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow

HERE = Path(__file__).resolve().parent
PACKAGE = "cartoonmix_desktop."
PROMPTS = ("a cottage in a meadow", "a knight in a castle at sunset", "a fox in a snowy forest")
COLOURS = ("#e4572e", "#2e86ab", "#3f8f29", "#b5179e", "#e09f00", "#5f0f40", "#008b8b")


async def add(studio: Studio, prompt: str) -> None:
    """A task with one picture."""
    history = studio.history
    request = GenerationRequest.build({"prompt": prompt, "samples": 1})
    task = await history.add(request, SANDBOX)
    for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
        await history.move(task.id, state)
    task = await history.set_outputs(task.id, ["a"])
    data = draw(prompt, "", str(task.id), 0, 512, 512, 7.5)
    small = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.thumbnail((256, 256))
        image.convert("RGB").save(small, "JPEG")
    path = studio.local_store.locations.pictures / f"{task.id}.png"
    path.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    kept = KeptPicture(path.name, len(data), sha256, 512, 512, small.getvalue())
    await history.keep_output(task.outputs[0], kept)
    await history.move(task.id, TaskState.KEPT)


def room_of(widget: QWidget) -> str:
    """The folder and file that a part of the window is made in; empty for Qt's own."""
    module = type(widget).__module__
    if not module.startswith(PACKAGE) or ".widgets." in module:
        return ""
    return module.removeprefix(PACKAGE).replace(".", "/")


def rooms(window: EmptyWindow) -> list[tuple[str, QRect]]:
    """The largest parts of each module that can be seen, the outer ones first."""
    found = []
    for widget in window.findChildren(QWidget):
        room = room_of(widget)
        if room and widget.isVisible() and min(widget.width(), widget.height()) > 16:
            found.append((room, QRect(widget.mapTo(window, QPoint()), widget.size())))
    once: dict[str, QRect] = {}
    for room, rect in sorted(found, key=lambda each: -each[1].width() * each[1].height()):
        once.setdefault(room, rect)
    once["ui/shell/menu_bar"] = window.menuBar().geometry()
    return list(once.items())


def picture_of(window: EmptyWindow) -> None:
    """Write the picture."""
    grabbed = window.grab()
    painter = QPainter(grabbed)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(window.font())
    font.setPixelSize(13)
    font.setBold(True)
    painter.setFont(font)
    taken: list[QRectF] = []
    for number, (room, rect) in enumerate(rooms(window)):
        colour = QColor(COLOURS[number % len(COLOURS)])
        painter.setPen(QPen(colour, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(rect).adjusted(2, 2, -2, -2))
        label = QRectF(painter.fontMetrics().boundingRect(room)).adjusted(0, 0, 12, 6)
        label.moveTopLeft(QRectF(rect).topLeft() + QPoint(4, 4))
        limit = window.width() - label.width() - 4
        label.moveLeft(min(label.left(), limit))
        while any(label.intersects(other) for other in taken):
            label.translate(0, label.height() + 2)
        taken.append(label)
        painter.fillRect(label, colour)
        painter.setPen(QColor("white"))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, room)
    painter.end()
    grabbed.save(str(HERE / "rooms.png"))


async def show(theme: Theme, home: Path) -> int:
    """Open the window with something in it."""
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
    locations.create()
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")), {})
    await studio.open()
    locations.pictures.mkdir(parents=True, exist_ok=True)
    for prompt in PROMPTS:
        await add(studio, prompt)
    theme.apply("light")
    controller = Controller(studio)
    window = controller.window
    window.widget.resize(1440, 900)
    window.widget.show()
    await controller.show_history()
    waiting = GenerationRequest.build({"prompt": "a lighthouse at dawn"})
    studio.sender.pending.put([await studio.history.add(waiting, SANDBOX)])
    window.history.view.select(len(PROMPTS))
    await asyncio.sleep(2)  # picture and thumbnails come
    picture_of(window.widget)
    await controller.close()
    await studio.close()
    return 0


def main() -> int:
    """Make it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = application.made(print)
    with tempfile.TemporaryDirectory() as home:
        return event_loop.run(show(Theme(app), Path(home)))


if __name__ == "__main__":
    raise SystemExit(main())
