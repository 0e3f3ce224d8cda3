"""A library with tasks and pictures on disk, without any server; also as a program to be killed.

``python shelf.py HOME DEED STEP`` does one deed of the trash and is gone, as by a kill, before its
``STEP``-th write to the disk; it ends with 0 when there were fewer.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import Task, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

if TYPE_CHECKING:
    from cartoonmix_desktop.services.events import Event

SCRIPT = __file__


class Shelf:
    """A studio that is open and not started."""

    def __init__(self, home: Path) -> None:
        self.locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        self.root = self.locations.pictures
        self.settings = Settings(self.locations.data / "settings.json")
        self.studio = Studio(LocalStore(self.locations, self.settings), {})
        self.trash = self.studio.trash
        self.told: list[Event] = []
        self.studio.events.listen(self.told.append)

    async def open(self) -> Shelf:
        await self.studio.open()
        return self

    async def close(self) -> None:
        await self.studio.close()

    async def add(
        self, prompt: str = "a fox", pictures: int = 2, names: tuple[str, ...] = ()
    ) -> Task:
        """A task that is kept, with pictures of its own."""
        history = self.studio.history
        task = await history.add(GenerationRequest.build({"prompt": prompt}), "wiro-1")
        await history.move(task.id, TaskState.SENDING)
        await history.move(task.id, TaskState.ACCEPTED, remote_id=f"r{task.id}", token="t")
        task = await history.move(task.id, TaskState.DOWNLOADING, cost="0.5")
        task = await history.set_outputs(task.id, [f"{task.id}-{i}" for i in range(pictures)])
        for output in task.outputs:
            name = names[output.position] if names else f"2026-11/{task.id}-{output.position}.png"
            data = picture()
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            kept = KeptPicture(name, len(data), hashlib.sha256(data).hexdigest(), 8, 8, b"small")
            await history.keep_output(output, kept)
        return await history.move(task.id, TaskState.KEPT)

    def files(self) -> dict[str, str]:
        """The hash of each file of the library."""
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*.png"))
        }

    async def ids(self) -> list[int]:
        """The tasks that the history lists."""
        found = await self.studio.history.read_ledger(lambda ledger: ledger.ids())
        return list(found.ids)

    async def is_sound(self) -> bool:
        """Whether each picture that the history or the trash knows is where its row says."""
        read = self.studio.history.read_ledger
        every = [
            output
            for task_id in range(1, 20)
            for output in await read(lambda ledger, i=task_id: ledger.trash.every_output(i))
        ]
        files = self.files()
        return all(files.get(output.path) == output.sha256 for output in every if output.path) and (
            set(files) == {output.path for output in every if output.path}
        )


def picture() -> bytes:
    """A picture unlike all others."""
    file = io.BytesIO()
    Image.frombytes("RGB", (8, 8), os.urandom(192)).save(file, "PNG")
    return file.getvalue()


async def act(home: Path, deed: str, step: int) -> None:
    shelf = await Shelf(home).open()
    left = step

    def dying(call):
        def count(*args, **kwargs):
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(9)
            return call(*args, **kwargs)

        return count

    Path.rename = dying(Path.rename)
    Path.unlink = dying(Path.unlink)
    Database.writing = dying(Database.writing)
    os.fsync = dying(os.fsync)
    pieces = Pieces(tasks=(1, 2), pictures=(5,))
    await {
        "put": shelf.trash.put,
        "restore": shelf.trash.restore,
        "delete": shelf.trash.delete,
    }[deed](pieces)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(act(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
