"""A server, a library and their accounts that do what a test says, for the steps of one service.

The history is the real one, on disk. What only shows over HTTP is tested with a whole studio.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.remote import TaskPage
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.account.accounts import Connection
from cartoonmix_desktop.services.events import Events
from cartoonmix_desktop.services.history.history import History
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.locations import Locations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.task.remote import RemoteTask
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.storage.files.received import ReceivedFile

ACCOUNT = "wiro-1"
NOW = 1_800_000_000.0
"""Unix seconds."""


def drawing(position: int) -> KeptPicture:
    """A picture as the library keeps it."""
    digest = hashlib.sha256(b"%d" % position).hexdigest()
    return KeptPicture(f"{position}.png", 90 + position, digest, 8, 9, b"small")


class Script:
    """What is asked, in order, and what is answered: each answer once, the last for ever.

    Attributes:
        answers: for each question; an error is raised, what can be called is called.
        asked: each question and what came with it.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = defaultdict(list)
        self.asked: list[tuple[Any, ...]] = []

    def count(self, question: str) -> int:
        """How often something was asked."""
        return sum(asked[0] == question for asked in self.asked)

    def answer(self, question: str, *facts: Any) -> Any:
        self.asked.append((question, *facts))
        answers = self.answers[question]
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(told, BaseException):
            raise told
        return told(*facts) if callable(told) else told


class Server(Script):
    """The accounts and their one server: connection, client, pictures and live socket.

    Attributes:
        in_use: the accounts that connections speak for.
        is_signed_in: whether there are credentials.
        made_by_others: ids of tasks at the server that are not this program's.
        noted: what was told of each question.
        clock_ahead: as the client tells it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.in_use = {ACCOUNT}
        self.is_signed_in = True
        self.made_by_others: set[str] = set()
        self.noted: list[tuple[str, CartoonMixError | None]] = []
        self.clock_ahead: float | None = 0.0
        self.answers["connect"].append(self.connected)

    def connected(self, _account: str) -> Connection:
        everything: Any = self
        return Connection(everything, everything, everything)

    def note(self, account: str, error: CartoonMixError | None) -> None:
        self.noted.append((account, error))

    def is_in_use(self, account: str) -> bool:
        return account in self.in_use

    @property
    def name(self) -> str:
        return ACCOUNT

    async def others(self, account: str, client: Any, listed: Iterable[RemoteTask]) -> set[str]:
        assert (account in self.in_use, client) == (True, self)
        return {task.id for task in listed} & self.made_by_others

    def payer(self, account: str) -> str:
        return f"payer of {account}"

    async def connection(self, account: str) -> Any:
        return self.answer("connect", account)

    async def run(self, request: GenerationRequest) -> Any:
        told = self.answer("run", request)
        return await told if hasattr(told, "__await__") else told

    async def detail(self, *, task_id: str = "", token: str = "") -> Any:
        return self.answer("detail", task_id, token)

    async def list_tasks(self, *, start: int, limit: int) -> Any:
        return self.answer("list", start, limit)

    async def list_page(self, *, start: int, limit: int, model: str) -> TaskPage:
        assert model == ""
        told = self.answer("list", start, limit)
        return told if isinstance(told, TaskPage) else TaskPage(told, len(told))

    async def cancel(self, task_id: str) -> Any:
        return self.answer("cancel", task_id)

    async def kill(self, *, task_id: str) -> Any:
        return self.answer("kill", task_id)

    def open(self, source: Any) -> Any:
        return source

    def follow(self, token: str) -> None:
        self.asked.append(("follow", token))

    def forget(self, token: str) -> None:
        self.asked.append(("forget", token))


class Shelf(Script):
    """The library: pictures come as the script says, by default whole."""

    def __init__(self) -> None:
        super().__init__()
        self.answers["keep"].append(lambda output, _source, _size: drawing(output.position))
        self.aside: ReceivedFile | None = None
        self.forgotten: list[tuple[int, str]] = []

    async def keep(self, task: Task, output: Output, deliver: Any, size: int | None) -> Any:
        assert task.id
        return self.answer("keep", output, deliver(), size)

    async def received(self, task: Task, output: Output) -> ReceivedFile | None:
        assert task.id
        self.asked.append(("received", output.position))
        return self.aside

    async def forget_received(self, task: Task, output: Output, keep: str = "") -> None:
        assert task.id
        self.forgotten.append((output.position, keep))

    async def take_up(self, task: Task, output: Output) -> Any:
        assert task.id
        return self.answer("take_up", output)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds of what runs beside the test; the loop's clock may stand still."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.to_thread(time.sleep, 0.002)


async def turns(count: int = 20) -> None:
    """Let what can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)


async def open_history(folder: Path) -> tuple[History, Events]:
    """A history of its own, empty."""
    events = Events()
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(folder)})
    locations.data.mkdir(parents=True)
    history = History(locations, events)
    await history.open()
    return history, events


async def accepted(history: History, account: str = ACCOUNT, **values: object) -> Task:
    """A task that the server has."""
    task = await sending(history, account, **values)
    return await history.accept(task.id, f"r{task.id}", f"t{task.id}")


async def sending(history: History, account: str = ACCOUNT, **values: object) -> Task:
    """A task whose Run is on its way."""
    task = await queued(history, account, **values)
    return await history.move(task.id, TaskState.SENDING)


async def queued(history: History, account: str = ACCOUNT, **values: object) -> Task:
    """A task that waits, asked for at `NOW`."""
    usual: dict[str, object] = {"prompt": "a fox", "samples": 2, "seed": "7"}
    request = GenerationRequest.build(usual | values)
    owner, uid = history.owner, uuid.uuid4().hex
    return await history.write_ledger(
        lambda ledger: ledger.add(request, account, owner, at=NOW, uid=uid)
    )
