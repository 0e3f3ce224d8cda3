"""What the tests of the window share: the theme, owned coroutines, tasks and pictures."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from PIL import Image

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.result_set import ResultSet, milliseconds, packed
from cartoonmix_desktop.core.task.task import Output, OutputState, Task, TaskState
from cartoonmix_desktop.ui.widgets.theme import Theme
from tests.turns import watched_turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from cartoonmix_desktop.core.search.query import Query
    from tests.turns import Turns

NOW = 1_763_818_200.0  # a Saturday in November 2025, 13:30 UTC
COLORS = ("#c03030", "#30a040", "#3050c0", "#c0a020")


@pytest.fixture(autouse=True)
def turns(request: pytest.FixtureRequest) -> Iterator[Turns]:
    """Fails a test on Qt's loop that stands still, unless it is marked ``long_turns``."""
    with watched_turns() as watched:
        yield watched
    on_the_loop = asyncio.iscoroutinefunction(getattr(request, "function", None))
    if on_the_loop and request.node.get_closest_marker("long_turns") is None:
        watched.check()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp)
    made.apply()
    return made


class Owned:
    """A set of running coroutines whose failures fail the test."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.get_running_loop().create_task(work))

    async def settle(self) -> None:
        """Wait until nothing runs any more."""
        while running := {task for task in self.tasks if not task.done()}:
            await asyncio.wait(running, timeout=10)
        for task in self.tasks:
            task.result()


@pytest_asyncio.fixture
async def owned() -> AsyncIterator[Owned]:
    made = Owned()
    yield made
    await made.settle()


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Coroutine[Any, Any, None]]:
    """Waits until a condition holds."""

    async def wait(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110  a widget has no event to wait for
                await asyncio.sleep(0.002)

    return wait


class Pictures:
    """A folder of pictures, one colour a position."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, color: str, size: tuple[int, int] = (64, 64)) -> None:
        Image.new("RGB", size, color).save(self.folder / name)

    def outputs(
        self, task_id: int, count: int, size: tuple[int, int] = (64, 64)
    ) -> tuple[Output, ...]:
        made = []
        for position in range(count):
            name = f"{task_id}-{position}.png"
            self.write(name, COLORS[position % 4], size)
            made.append(
                Output(
                    id=task_id * 100 + position,
                    position=position,
                    state=OutputState.KEPT,
                    path=name,
                    size=(self.folder / name).stat().st_size,
                    sha256="0" * 64,
                    width=size[0],
                    height=size[1],
                )
            )
        return tuple(made)

    def path(self, output: Output) -> Path:
        return self.folder / output.path

    async def thumbnail(self, output: Output) -> bytes | None:
        try:
            return self.path(output).read_bytes()
        except FileNotFoundError:
            return None

    async def thumbnails(self, outputs: Sequence[Output]) -> list[bytes | None]:
        return [await self.thumbnail(output) for output in outputs]


@pytest.fixture
def drawings(tmp_path: Path) -> Pictures:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return Pictures(folder)


def make_task(
    task_id: int, state: TaskState = TaskState.KEPT, prompt: str = "", **facts: Any
) -> Task:
    values = {"prompt": prompt or f"prompt {task_id}", "samples": facts.pop("samples", 4)}
    return Task(
        id=task_id,
        uid=f"{task_id:032x}",
        account=facts.pop("account", "wiro-0123456789ab"),
        request=GenerationRequest.build(values),
        state=state,
        created_at=facts.pop("created_at", NOW - 10_000 + task_id),
        **facts,
    )


@pytest.fixture
def new_task() -> Callable[..., Task]:
    """Makes tasks: ``new_task(id, state, prompt, **facts)``."""
    return make_task


def newest(tasks: list[tuple[int, float]], most: int) -> ResultSet:
    """The last of these ids and times; all if ``most`` is 0."""
    ids = packed(task_id for task_id, _ in tasks)
    moments = packed(milliseconds(created) for _, created in tasks)
    if not most or len(ids) <= most:
        return ResultSet(ids, moments)
    return ResultSet(ids[-most:], moments[-most:], whole=False)


class ListSource:
    """A history in memory that counts what it is asked.

    Attributes:
        tasks_asked: ids of each page that was fetched.
        searches: each question for ids.
        gates: searches that are answered only when their event is set.
        rest: when set, all that match is told; until then the newest.
    """

    def __init__(self, tasks: Sequence[Task], pictures: Pictures) -> None:
        self.all = list(tasks)
        self.pictures = pictures
        self.tasks_asked: list[list[int]] = []
        self.searches: list[str] = []
        self.thumbnails_asked: list[int] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.page_gate: asyncio.Event | None = None
        self.rest: asyncio.Event | None = None

    async def ids(self, query: Query, most: int = 0) -> ResultSet:
        search = query.text
        self.searches.append(search)
        found = [(t.id, t.created_at) for t in self.all if search in t.request.prompt]
        if search in self.gates:
            await self.gates[search].wait()
        if not most and self.rest is not None:
            await self.rest.wait()
        return newest(sorted(found), most)

    async def tasks(self, ids: Sequence[int]) -> list[Task]:
        self.tasks_asked.append(list(ids))
        wanted = set(ids)
        found = [task for task in self.all if task.id in wanted]
        if self.page_gate is not None:
            await self.page_gate.wait()
        return found

    async def thumbnails(self, outputs: Sequence[Output]) -> list[bytes | None]:
        self.thumbnails_asked += [output.id for output in outputs]
        return await self.pictures.thumbnails(outputs)


class LongSource(ListSource):
    """As many tasks as wanted, made when they are asked for."""

    def __init__(self, count: int, pictures: Pictures) -> None:
        super().__init__((), pictures)
        self.count = count

    async def ids(self, query: Query, most: int = 0) -> ResultSet:
        first = NOW - 600 * self.count
        return newest([(i, first + 600 * i) for i in range(1, self.count + 1)], most)

    async def tasks(self, ids: Sequence[int]) -> list[Task]:
        self.tasks_asked.append(list(ids))
        return [make_task(i) for i in ids]


@pytest.fixture
def list_source(drawings: Pictures) -> Callable[[Sequence[Task]], ListSource]:
    """Makes a history of these tasks."""
    return lambda tasks: ListSource(tasks, drawings)


@pytest.fixture
def long_source(drawings: Pictures) -> Callable[[int], LongSource]:
    """Makes a history of so many tasks."""
    return lambda count: LongSource(count, drawings)
