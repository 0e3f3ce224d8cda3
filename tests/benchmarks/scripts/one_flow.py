"""One click from Run to thumbnail, on a disk that fails or in a process that dies at one operation.

Reads one job a line, as JSON, and prints what came of it, as JSON. Each runs in a process of its
own, forked when everything is imported. A job has a ``home`` and:

* ``prompt``: what to click; empty to only finish what an earlier process left;
* ``at``: the operation that goes wrong, counted from 1; 0 for none;
* ``fault``: ``kill``, ``half`` (killed in the midst of a write) or the name of an errno, which
  ``span`` operations in a row then meet;
* ``mark``: a file that takes up room, deleted by the person as soon as a full disk is told;
* ``real``: true to leave the disk as it is.

What an operation is, `tests.benchmarks.faulty_disk` says.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.task import UNFINISHED, TaskState
from cartoonmix_desktop.services.events import QueueChanged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.sending import reconciling
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wording.errors import describe
from tests.benchmarks.faulty_disk import Disk, shim_python, shim_sqlite

_PATIENCE = 45.0
_RESTARTS = 12


class Person:
    """What someone before the window sees and does."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.told: list[str] = []
        self.acknowledged: list[int] = []

    def hears(self, error: StorageError) -> None:
        words = describe(error)
        assert words.title, error
        assert words.advice, error
        assert error.path in words.title, words.title
        if words.title not in self.told:
            self.told.append(words.title)
        if "mark" in self.job:
            Path(self.job["mark"]).unlink(missing_ok=True)  # makes room

    async def goes_through(self) -> str:
        """Start, click if that is to be done, wait for the end; the state of the task."""
        locations = Locations.from_environment({"CARTOONMIX_HOME": self.job["home"]})
        studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")))
        changed = asyncio.Event()

        def hear(event: object) -> None:
            if isinstance(event, QueueChanged) and isinstance(event.paused, StorageError):
                self.hears(event.paused)
            changed.set()

        studio.events.listen(hear)
        try:
            await studio.open()
            await studio.start()
            while self.job["prompt"] and not self.acknowledged:
                try:
                    task = await studio.tasks.generate(
                        GenerationRequest.build(
                            {"prompt": self.job["prompt"], "samples": 1, "width": 64, "height": 64}
                        )
                    )
                except StorageError as error:
                    self.hears(error)  # and the person presses once more
                else:
                    self.acknowledged.append(task.id)
                    say(acknowledged=task.id)
            async with asyncio.timeout(_PATIENCE):
                while not await at_rest(studio):
                    changed.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.1):
                            await changed.wait()
            states = []
            for task_id in (await studio.history.ids()).ids:
                task = await studio.history.task(task_id)
                states.append(task.state.value)
                for output in task.kept:
                    assert await studio.library.thumbnail(output), "no thumbnail"
            return " ".join(states)
        finally:
            await studio.close()


async def at_rest(studio: Studio) -> bool:
    """Whether nothing goes on by itself any more."""
    for task in await studio.history.tasks((await studio.history.ids()).ids):
        if task.state in UNFINISHED:
            return False
        doubt = studio.tasks.doubt(task.id)  # None for a moment, until who asks has heard of it
        if task.state is TaskState.UNKNOWN and (doubt is None or doubt.inquiry is Inquiry.ASKING):
            return False
    return True


def say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def run(job: dict[str, Any], disk: Disk) -> None:
    person = Person(job)
    for _ in range(_RESTARTS):
        try:
            state = await person.goes_through()
        except StorageError as error:  # the program says why it cannot start, and is started again
            person.hears(error)
        else:
            say(state=state, told=person.told, operations=disk.log)
            return
    raise AssertionError(f"did not start: {person.told}")


def child(job: dict[str, Any]) -> None:
    disk = Disk(job)
    if not job.get("real"):
        shim_python(disk)
        shim_sqlite(disk)
    for module in ("sender", "in_flight", "fetcher", "follower", "reconciling"):
        found = importlib.import_module(f"cartoonmix_desktop.services.sending.{module}")
        if hasattr(found, "backoff"):
            found.backoff = lambda *_a, **_k: 0.05  # type: ignore[attr-defined]
    # What was never sent is otherwise asked about for a minute.
    reconciling._QUESTIONS = (0.1, 0.2, 0.4, 0.8)
    asyncio.run(run(job, disk))


def main() -> None:
    for name in ("client", "pictures", "live"):
        importlib.import_module(f"cartoonmix_desktop.wiro.{name}")
    for name in ("filelock", "PIL.Image", "PIL.PngImagePlugin", "PIL.WebPImagePlugin"):
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        process = os.fork()
        if process == 0:
            code = 1
            try:
                child(job)
                code = 0
            except BaseException:  # noqa: BLE001 - told, and the process ends
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(process, 0)
        say(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
