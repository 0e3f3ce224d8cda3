"""``python take_up_killed.py HOME STEP``: all is taken up, until it dies before its nth write."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings


async def act(home: Path, step: int) -> None:
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")))
    await studio.open()
    await studio.start()
    found = []
    listing = await studio.take_up.look(0, time.time() + 60, lambda _l, new: found.extend(new))
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
    taken = await studio.take_up.take(found, listing.account)
    while any(not task.at_rest for task in await studio.history.tasks(taken)):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(act(Path(sys.argv[1]), int(sys.argv[2])))
