"""Hundreds of clicks on Generate while the server does everything wrong: none is paid twice."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import (
    DoubtChanged,
    QueueChanged,
    TaskAdded,
    TaskChanged,
)
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.sending import follower, reconciling
from cartoonmix_desktop.services.sending import sender as sending
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wiro.client import WiroClient
from cartoonmix_desktop.wiro.transport import Timeouts
from tests.benchmarks.judging import examine, judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.task.doubt import Doubt
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.events import Event

pytestmark = pytest.mark.timeout(900)

_CLICKS = [40, pytest.param(520, marks=pytest.mark.proof)]
_BETWEEN_STARTS = 40  # clicks
_REFUSED_EVERY = 16  # clicks
_QUIT_LIMIT = 3.0


def refusal(code: int, message: str, http: int = 200) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "http": http}}


ON_RUN: dict[str, dict[str, Any] | None] = {
    "no fault": None,
    "closed before": {"close": "before"},
    "closed after": {"close": "after"},
    "hangs": {"hang": True},
    "500": {"http": 500},
    "502 in HTML": {"http": 502, "body": "<html>Bad gateway</html>"},
    "503": {"http": 503},
    "504": {"http": 504},
    "408": {"http": 408},
    "HTML": {"raw": "<!DOCTYPE html><title>Hotel</title>", "content_type": "text/html"},
    "half of JSON": {"raw": '{"result": tr'},
    "empty object": {"raw": "{}"},
    "nothing": {"raw": ""},
    "yes without an id": {"raw": '{"result": true, "errors": []}'},
    "truncated": {"truncate": 20},
    "random bytes": {"garbage": True},
    "bytes behind": {"extra": True},
    "elsewhere": {"redirect": "http://127.0.0.1:1/v1/Run"},
    "slow": {"slow": 0.05},
    "validation": refusal(0, "Request parameter [steps] must be between 1 and 50"),
    "unknown model": refusal(1, "slug-owner-project-not-exist"),
    "no room": refusal(96, "Concurrent task limit of this account is reached."),
    "no balance": refusal(97, "Insufficient balance"),
    "sign in": refusal(98, "Sign in"),
    "401": refusal(0, "Project authorization is not valid.", 401),
    "429": {"http": 429},
    "429 with a time": {"http": 429, "headers": {"retry-after": "1"}},
}

ELSEWHERE: list[dict[str, Any]] = [
    {"endpoint": "Task/Detail", "http": 500},
    {"endpoint": "Task/Detail", "close": "after"},
    {"endpoint": "Task/Detail", "hang": True},
    {"endpoint": "Task/Detail", "raw": "<html>"},
    {"endpoint": "Task/Detail", **refusal(1, "There is no task yet.")},
    {"endpoint": "files", "truncate": 100},
    {"endpoint": "files", "close": "before"},
    {"endpoint": "files", "http": 404},
    {"endpoint": "files", "garbage": True},
    {"endpoint": "socket", "close": "after"},
    {"endpoint": "socket", "garbage": True},
    {"endpoint": "task", "fail": "CUDA out of memory"},
    {"endpoint": "task", "omit": ["pexit", "totalcost", "size"]},
]


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same decisions, with shorter waits between them."""
    for module in (sending, follower):
        monkeypatch.setattr(module, "backoff", lambda *_a, **_k: 0.03)
    monkeypatch.setattr(sending, "_LIMITED_RETRY", 0.05)
    monkeypatch.setattr(sending, "_RATE_RETRY", 0.05)
    monkeypatch.setattr(sending, "_LIMIT_HOLDS", 0.3)
    monkeypatch.setattr(follower, "cadence", lambda _age: 0.15)
    monkeypatch.setattr(reconciling, "_QUESTIONS", (0.2, 0.5))
    monkeypatch.setattr(reconciling, "_SIBLING_WAIT", 0.5)
    quick = Timeouts(connect=1, read=0.5, total=1)
    monkeypatch.setitem(WiroClient.__init__.__kwdefaults__, "timeouts", quick)


class Person:
    """Clicks, and presses Resume when the queue is paused."""

    def __init__(self, locations: Locations, environ: dict[str, str]) -> None:
        self.studio = Studio(
            LocalStore(locations, Settings(locations.data / "settings.json")), environ
        )
        self.tasks: dict[int, Task] = {}
        self.doubts: dict[int, Doubt | None] = {}
        self.queue = QueueChanged(0, 0)
        self.pauses = 0
        self._changed = asyncio.Event()
        self.studio.events.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskAdded | TaskChanged):
            self.tasks[event.task.id] = event.task
        elif isinstance(event, DoubtChanged):
            self.doubts[event.task_id] = event.doubt
        elif isinstance(event, QueueChanged):
            self.queue = event
        self._changed.set()

    async def until(self, is_so: Callable[[], bool], within: float = 60) -> None:
        """Wait, resuming whenever the queue is paused."""
        async with asyncio.timeout(within):
            while not is_so():
                self._changed.clear()
                if self.queue.paused is not None:
                    self.pauses += 1
                    await self.studio.tasks.resume()
                else:
                    await self._changed.wait()

    async def begin(self) -> None:
        await self.studio.open()
        await self.studio.start()

    def nothing_waits(self) -> bool:
        return len(self.studio.sender.pending) == 0  # what is sent at once is told of nobody

    def paused_or_idle(self) -> bool:
        return self.queue.paused is not None or self.nothing_waits()

    def all_at_rest(self) -> bool:
        asking = any(doubt and doubt.inquiry is Inquiry.ASKING for doubt in self.doubts.values())
        queue = self.queue
        return self.nothing_waits() and queue.queued == queue.running == 0 and not asking


@pytest.mark.parametrize("clicks", _CLICKS)
async def test_no_click_is_paid_twice(start_sandbox, tmp_path, seed, counts, in_a_hurry, clicks):
    sandbox = start_sandbox("--limit", "8", speed=100)
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    environ = {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }
    chance = random.Random(seed)
    faults = list(ON_RUN) * (clicks // len(ON_RUN) + 1)
    chance.shuffle(faults)
    acknowledged: set[int] = set()
    tried: Counter[str] = Counter()
    starts = pauses = refused = 0
    slowest = 0.0
    clicked = 0
    while clicked < clicks:
        person = Person(locations, environ)
        await person.begin()
        starts += 1
        for _ in range(_BETWEEN_STARTS):
            name = faults[clicked]
            clicked += 1
            if clicked % _REFUSED_EVERY == 0:
                name = "connection refused"
                sandbox.stop()
            elif (fault := ON_RUN[name]) is not None:
                sandbox.faults([{"endpoint": "Run", **fault}])
            if chance.random() < 0.4 and name != "connection refused":
                sandbox.faults([chance.choice(ELSEWHERE)])
            tried[name] += 1
            task = await person.studio.tasks.generate(_recipe())
            acknowledged.add(task.id)
            if name == "connection refused":
                await person.until(person.paused_or_idle)
                sandbox.start()
                refused += 1
            if chance.random() < 0.5:
                await person.until(person.nothing_waits)
        pauses += person.pauses
        began = time.monotonic()
        await person.studio.close()  # in the midst of it
        slowest = max(slowest, time.monotonic() - began)
        home = await asyncio.to_thread(examine, locations)
        judge(home, sandbox.ledger(), acknowledged)
    sandbox.clear_faults()
    person = Person(locations, environ)
    await person.begin()
    await person.until(person.all_at_rest, within=120)
    for task_id, state in examine(locations).states.items():
        if state is TaskState.DOWNLOADING:
            await person.studio.tasks.fetch_again(task_id)
    await person.until(person.all_at_rest, within=60)
    await person.studio.close()

    home = await asyncio.to_thread(examine, locations)
    ledger = sandbox.ledger()
    judge(home, ledger, acknowledged)
    assert slowest <= _QUIT_LIMIT
    assert len(acknowledged) == clicked == len(home.states)
    assert set(home.count()) <= {"kept", "failed", "rejected", "unknown"}, home.count()
    assert set(tried) == {*ON_RUN, "connection refused"} or clicks < 2 * len(ON_RUN)
    paid = {entry["parameters"]["prompt"] for entry in ledger}
    unknown = [i for i, state in home.states.items() if state is TaskState.UNKNOWN]
    made = sum(home.prompts[task_id] in paid for task_id in unknown)
    proof = "charge safety"
    counts.add(proof, clicked, f"clicks under {len(tried)} faults of Run; seed {seed}")
    counts.add(proof, pauses, "pauses, resumed")
    counts.add(proof, refused, "clicks with the server gone")
    counts.add(proof, starts, f"starts; ended in the midst in {slowest:.1f} s at most")
    counts.add(proof, len(ledger), "tasks in the server's ledger, none twice")
    for name, count in sorted(home.count().items()):
        more = f" ({made} paid, told to the person)" if name == "unknown" else ""
        counts.add(proof, count, f"clicks {name}{more}")


def _recipe() -> GenerationRequest:
    return GenerationRequest.build(
        {"prompt": uuid.uuid4().hex, "samples": 2, "width": 64, "height": 64}
    )
