"""A studio that clicks once and dies, as by a power cut, at one point of the protocol.

``dying_worker.py POINT`` prints the id of its task once it was stored. The points, in their order:
``stored`` (before anything is sent), ``sending`` (recorded, nothing sent), ``sent`` (the last byte
has left, no answer), ``answered`` (the answer is read, not recorded), ``accepted`` (recorded, not
followed) and ``downloading`` (ended at the server, pictures on their way).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from typing import TYPE_CHECKING, Any, NoReturn

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.services.history.history import History
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wiro.client import WiroClient
from cartoonmix_desktop.wiro.transport import Journey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.task.task import TaskState

_click = ""


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("dead")


def arm(point: str) -> None:
    """Die at ``point`` of the task that this process clicked, not of one that it took over."""
    runs: set[Journey] = set()
    add, move, accept = History.add_several, History.move, History.accept
    begin = History.begin_sending
    run, call = WiroClient.run, Journey.__call__

    def die_at(here: str, request: GenerationRequest) -> None:
        if here == point and request.prompt == _click:
            die()

    async def adding(self: History, *args: Any, **kwargs: Any) -> Any:
        (task,) = await add(self, *args, **kwargs)
        sys.stdout.write(f"{task.id}\n")
        sys.stdout.flush()
        if point == "stored":
            die()
        return [task]

    async def moving(self: History, task_id: int, to: TaskState, **changes: Any) -> Any:
        task = await move(self, task_id, to, **changes)
        die_at(to.value, task.request)
        return task

    async def beginning(self: History, task_id: int, *told: Any, **changes: Any) -> Any:
        task = await begin(self, task_id, *told, **changes)
        die_at("sending", task.request)
        return task

    async def accepting(self: History, task_id: int, *told: str) -> Any:
        task = await accept(self, task_id, *told)
        die_at(task.state.value, task.request)
        return task

    async def asking(self: WiroClient, request: GenerationRequest) -> Any:
        receipt = await run(self, request)
        die_at("answered", request)
        return receipt

    async def tracing(self: Journey, event: str, info: Mapping[str, Any]) -> None:
        await call(self, event, info)
        if event.endswith("send_request_body.started") and b"/Run/" in info["request"].url.target:
            runs.add(self)
        if point == "sent" and self in runs and event.endswith("send_request_body.complete"):
            die()

    History.add_several, History.move = adding, moving  # type: ignore[method-assign, assignment]
    History.begin_sending = beginning  # type: ignore[method-assign, assignment]
    History.accept = accepting  # type: ignore[method-assign, assignment]
    WiroClient.run, Journey.__call__ = asking, tracing  # type: ignore[method-assign]


async def main() -> None:
    global _click
    _click = uuid.uuid4().hex
    locations = Locations.from_environment()
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")))
    await studio.open()
    await studio.start()
    await studio.tasks.generate(
        GenerationRequest.build({"prompt": _click, "samples": 1, "width": 64, "height": 64})
    )
    await asyncio.Event().wait()


arm(sys.argv[1])
asyncio.run(main())
