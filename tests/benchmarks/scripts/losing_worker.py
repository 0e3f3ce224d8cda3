"""A studio whose history may be lost at each start: it goes back as a person would.

``losing_worker.py generate SEED`` keeps a few tasks under way, marks what is kept and makes backups
until it is killed; it prints ``stored PROMPT`` once a task is stored, and ``marked PROMPT NOTE N``
once it has these. ``losing_worker.py drain SEED`` sends what waits, and ends when nothing is under
way any more.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
import uuid
from contextlib import suppress

from cartoonmix_desktop.core.errors import BackupUnusable, DatabaseDamaged, DatabaseTooNew
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Doubt, Inquiry
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import DoubtChanged, Event, QueueChanged, TaskChanged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.sending import reconciling
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.history.backups import Backups
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

_AT_ONCE = 6


def say(words: object) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def opened(locations: Locations) -> LocalStore:
    """The store, after whatever the dialog would do: the newest backup that can be used."""
    while True:
        store = LocalStore(locations, Settings(locations.data / "settings.json"))
        try:
            await store.open()
        except (DatabaseDamaged, DatabaseTooNew):
            await store.close()
        else:
            return store
        store = LocalStore(locations, Settings(locations.data / "settings.json"))
        for backup in await store.backups.stored():
            with suppress(BackupUnusable):
                await store.backups.restore(backup)
                say("restored")
                break
        else:
            await store.backups.begin_anew(rebuild=True)
            say("rebuilt")
        await store.close()


async def main(*, generating: bool) -> None:
    locations = Locations.from_environment()
    store = await opened(locations)
    studio = Studio(store)
    backups = Backups(locations.data / "history.sqlite3", locations.data / "runs")
    chance = random.Random(int(sys.argv[2]))
    changed = asyncio.Event()
    under_way = 0
    doubts: dict[int, Doubt] = {}
    kept: asyncio.Queue[int] = asyncio.Queue()

    def hear(event: Event) -> None:
        nonlocal under_way
        if isinstance(event, DoubtChanged):
            doubts.pop(event.task_id, None)
            if event.doubt is not None:
                doubts[event.task_id] = event.doubt
        if isinstance(event, QueueChanged):
            under_way = event.running + event.queued + event.waiting
        if isinstance(event, TaskChanged) and event.task.state is TaskState.KEPT:
            kept.put_nowait(event.task.id)
        changed.set()

    studio.events.listen(hear)
    await studio.open()
    await studio.start()
    await studio.tasks.resume()
    say("started")

    async def mark() -> None:
        while True:
            task = await studio.history.task(await kept.get())
            note, stars = uuid.uuid4().hex, chance.randint(1, 5)
            await studio.marks.set_note([task.id], note)
            await studio.marks.rate(Target(outputs=(task.outputs[0].id,)), stars)
            say(f"marked {task.request.prompt} {note} {stars}")

    marking = asyncio.create_task(mark())

    def asking() -> bool:
        return any(doubt.inquiry is Inquiry.ASKING for doubt in doubts.values())

    while generating or under_way or asking():
        if generating and under_way < _AT_ONCE:
            prompt = uuid.uuid4().hex
            values = {"prompt": prompt, "samples": 2, "width": 64, "height": 64}
            await studio.tasks.generate(GenerationRequest.build(values))
            say(f"stored {prompt}")
            if chance.random() < 0.1:
                await asyncio.to_thread(backups.take, time.time())
        else:
            changed.clear()
            await changed.wait()
    marking.cancel()
    await studio.close()


reconciling._QUESTIONS = (0.1, 0.3, 0.6)  # type: ignore[misc]
asyncio.run(main(generating=sys.argv[1] == "generate"))
