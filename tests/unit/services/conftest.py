"""A studio on a home of its own, speaking to a real sandbox over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.services.events import TaskAdded, TaskChanged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from tests.turns import watched_turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Event
    from tests.turns import Turns


class Bench:
    """One studio under test and all it told."""

    def __init__(
        self, home: Path, environ: dict[str, str], *, once: bool = False, **options: Any
    ) -> None:
        self.home = home
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        self.locations = locations
        settings = Settings(locations.data / "settings.json")
        self.studio = Studio(LocalStore(locations, settings, once=once), environ, **options)
        self.told: list[Event] = []
        self._changed = asyncio.Event()
        self._closed = False
        self.studio.events.listen(self._hear)

    def _hear(self, event: Event) -> None:
        self.told.append(event)
        self._changed.set()

    async def until(self, condition: Callable[[], Any], within: float = 20.0) -> Any:
        """Wait until the condition holds after some event; its value."""
        async with asyncio.timeout(within):
            while not (value := condition()):
                self._changed.clear()
                await self._changed.wait()
        return value

    def latest(self, task_id: int) -> Task | None:
        """The newest snapshot told of a task."""
        for event in reversed(self.told):
            if isinstance(event, TaskAdded | TaskChanged) and event.task.id == task_id:
                return event.task
        return None

    async def until_state(self, task_id: int, *states: str) -> Task:
        """Wait until the task is in one of these states."""

        def found() -> Task | None:
            task = self.latest(task_id)
            return task if task is not None and task.state in states else None

        task: Task = await self.until(found)
        return task

    def states(self, task_id: int) -> list[str]:
        """All states told of a task, in order, repetitions folded."""
        told = [
            event.task.state.value
            for event in self.told
            if isinstance(event, TaskAdded | TaskChanged) and event.task.id == task_id
        ]
        return [state for state, _same in groupby(told)]

    async def close(self) -> None:
        """Quit; harmless when repeated."""
        if not self._closed:
            self._closed = True
            await self.studio.close()

    async def begin(self) -> Bench:
        await self.studio.open()
        await self.studio.start()
        return self


@pytest.fixture(autouse=True)
def turns(request: pytest.FixtureRequest) -> Iterator[Turns]:
    """Fails a test whose event loop stands still, unless it is marked ``long_turns``."""
    with watched_turns() as watched:
        yield watched
    if request.node.get_closest_marker("long_turns") is None:
        watched.check()


@pytest.fixture
def recipe() -> Callable[..., GenerationRequest]:
    """Builds a small request: 64 × 64, two samples, unless told otherwise."""

    def build(**values: object) -> GenerationRequest:
        usual = {"prompt": "a fox in a red scarf", "samples": 2, "width": 64, "height": 64}
        return GenerationRequest.build(usual | values)

    return build


@pytest.fixture
def environ(sandbox: Any) -> dict[str, str]:
    """The environment that makes the sandbox server stand for Wiro."""
    return {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }


@pytest.fixture
async def benches(
    tmp_path: Path, environ: dict[str, str]
) -> AsyncIterator[Callable[..., Awaitable[Bench]]]:
    """Makes started studios on one home, one after the other; all are closed at the end."""
    made: list[Bench] = []

    async def make(**options: Any) -> Bench:
        given = options.pop("environ", environ)
        bench = Bench(tmp_path / "cartoonmix", given, **options)
        made.append(bench)
        return await bench.begin()

    yield make
    for bench in made:
        await bench.close()


@pytest.fixture
async def bench(benches: Callable[..., Awaitable[Bench]]) -> Bench:
    """A started studio."""
    return await benches()
