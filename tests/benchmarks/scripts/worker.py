"""A studio without a window on the home of the environment; it says what it does, line by line.

``worker.py generate`` keeps a few tasks under way until it is killed, and prints ``started`` and
then the id of each task once it was stored. ``worker.py drain`` generates nothing, asks about lost
answers in quick succession, and ends when nothing is under way or being asked about any more.
"""

from __future__ import annotations

import asyncio
import sys
import uuid

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Doubt, Inquiry
from cartoonmix_desktop.services.events import DoubtChanged, Event, QueueChanged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.sending import reconciling
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

_AT_ONCE = 8


def say(words: object) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def main(*, generating: bool) -> None:
    locations = Locations.from_environment()
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")))
    changed = asyncio.Event()
    under_way = 0
    doubts: dict[int, Doubt] = {}

    def hear(event: Event) -> None:
        nonlocal under_way
        if isinstance(event, DoubtChanged):
            if event.doubt is None:
                doubts.pop(event.task_id, None)
            else:
                doubts[event.task_id] = event.doubt
            changed.set()
        if isinstance(event, QueueChanged):
            under_way = event.running + event.queued + event.waiting
            changed.set()

    studio.events.listen(hear)
    await studio.open()
    await studio.start()
    say("started")

    def asking() -> bool:
        return any(doubt.inquiry is Inquiry.ASKING for doubt in doubts.values())

    while generating or under_way or asking():
        if generating and under_way < _AT_ONCE:
            task = await studio.tasks.generate(
                GenerationRequest.build(
                    {"prompt": uuid.uuid4().hex, "samples": 2, "width": 64, "height": 64}
                )
            )
            say(task.id)
        else:
            changed.clear()
            await changed.wait()
    for task_id, doubt in doubts.items():
        say(f"{task_id} in doubt: {doubt}")
    await studio.close()


if sys.argv[1] == "drain":
    reconciling._QUESTIONS = (0.1, 0.3, 0.6)  # type: ignore[misc]
asyncio.run(main(generating=sys.argv[1] == "generate"))
