"""``python importing_killed.py HOME FOLDER STEP``: an import that dies before its nth write."""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
from pathlib import Path

from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.storage.database import Database


async def act(home: Path, folder: Path, step: int) -> None:
    shelf = await runpy.run_path(str(Path(__file__).parents[1] / "shelf.py"))["Shelf"](home).open()
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
    Database.writing = dying(Database.writing)
    os.fsync = dying(os.fsync)
    await shelf.studio.importer.run([folder], LongWork())
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(act(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
