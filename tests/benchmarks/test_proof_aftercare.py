"""Ends that come in pieces: pictures listed late, charges told late, changed or never."""

from __future__ import annotations

import asyncio
import random
import uuid
from decimal import Decimal
from typing import Any

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task import aftercare as core_module
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.sending import follower
from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.judging import examine, judge
from tests.benchmarks.test_proof_charges import Person

pytestmark = pytest.mark.timeout(1200)

_ENDINGS = [8, pytest.param(200, marks=pytest.mark.proof)]
_CHARGES = [12, pytest.param(500, marks=pytest.mark.proof)]
_BETWEEN_STARTS = 50  # clicks
_AT_ONCE = 25


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same looks, in seconds instead of days."""
    monkeypatch.setattr(core_module, "LOOKS", (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0))
    monkeypatch.setattr(core_module, "LONGEST", 8.0)
    monkeypatch.setattr(follower, "cadence", lambda _age: 0.3)


class Clicks:
    """Clicks with an ending each; the program ends in the midst, again and again."""

    def __init__(self, sandbox: Any, locations: Locations) -> None:
        self.sandbox = sandbox
        self.locations = locations
        self.faults: dict[int, dict[str, Any]] = {}
        self.expected: list[Decimal] = []  # USD that were told before a click
        self.starts = 0

    async def all_of(self, faults: list[dict[str, Any]]) -> dict[int, Any]:
        """Click once for each, and wait until nothing is owed any more; the tasks."""
        rest = list(faults)
        while rest:
            person = await self._begin()
            for fault in rest[:_BETWEEN_STARTS]:
                ending = {name: fact for name, fact in fault.items() if name != "samples"}
                self.sandbox.faults([{"endpoint": "task", **ending}])
                recipe = _recipe(fault["samples"])
                if (quote := person.studio.prices.quote(recipe)) is not None:
                    self.expected.append(quote.amount)
                task = await person.studio.tasks.generate(recipe)
                self.faults[task.id] = fault
                await person.until(person.nothing_waits)
                await self._until_few(person, _AT_ONCE)
            rest = rest[_BETWEEN_STARTS:]
            await person.studio.close()  # in the midst of it
        person = await self._begin()
        tasks = await person.studio.history.tasks(list(self.faults))
        person.tasks |= {task.id: task for task in tasks}
        await self._until_few(person, 1)
        await person.studio.close()
        return person.tasks

    async def _begin(self) -> Person:
        person = Person(
            self.locations,
            {
                "CARTOONMIX_API_URL": self.sandbox.api,
                "CARTOONMIX_SOCKET_URL": self.sandbox.socket,
                "CARTOONMIX_API_KEY": self.sandbox.credentials.key,
                "CARTOONMIX_API_SECRET": self.sandbox.credentials.secret,
            },
        )
        await person.begin()
        self.starts += 1
        return person

    async def _until_few(self, person: Person, few: int) -> None:
        """Wait until fewer than these are not settled."""

        def unsettled() -> int:
            return sum(
                task.state not in {TaskState.KEPT, TaskState.FAILED} or task.is_owed(*Owed)
                for task in person.tasks.values()
            )

        await person.until(lambda: unsettled() < few, within=120)


@pytest.fixture
def clicks(start_sandbox: Any, tmp_path: Any) -> Clicks:
    sandbox = start_sandbox("--limit", "50", "--prices", "new", speed=100)
    home = tmp_path / "cartoonmix"
    return Clicks(sandbox, Locations.from_environment({"CARTOONMIX_HOME": str(home)}))


@pytest.mark.parametrize("many", _ENDINGS)
async def test_every_picture_that_is_listed_comes_however_late(clicks, seed, counts, many):
    chance = random.Random(seed)
    faults: list[dict[str, Any]] = []
    for _ in range(many):
        samples = chance.randint(1, 3)
        late = [chance.choice([0, 0.4, 1.2, 2.5, 1000]) for _ in range(samples)]
        costs = chance.choice([[[0, "0"]], [[0, None], [1, "0.0035"]], [[0, "0.000000000001"]]])
        faults.append({"samples": samples, "outputs_after": late, "costs": costs})
    tasks = await clicks.all_of(faults)

    home = await asyncio.to_thread(examine, clicks.locations)
    judge(home, clicks.sandbox.ledger(), set(clicks.faults))
    pictures = short = failed = 0
    for task_id, fault in clicks.faults.items():
        listed = sum(after < 1000 for after in fault["outputs_after"])
        task = tasks[task_id]
        assert len(task.kept) == listed, (fault, task)
        assert task.state is (TaskState.KEPT if listed else TaskState.FAILED)
        assert task.was_owed(Owed.MORE) == (0 < listed < fault["samples"])
        assert task.was_owed(Owed.OUTPUTS) == (listed == 0)
        pictures, short, failed = (
            pictures + listed,
            short + (0 < listed < fault["samples"]),
            failed + (listed == 0),
        )
    proof = "ends in pieces"
    counts.add(proof, many, f"runs whose pictures were listed late; seed {seed}")
    counts.add(proof, pictures, "pictures listed, all kept")
    counts.add(proof, short, "runs told as having fewer than asked for")
    counts.add(proof, failed, "runs without any, told as failed")
    counts.add(proof, clicks.starts, "starts; each but the last ended in the midst")


@pytest.mark.parametrize("many", _CHARGES)
async def test_the_ledger_is_the_servers_to_the_last_digit(clicks, seed, counts, many):
    chance = random.Random(seed)

    def amount() -> str:
        return f"{Decimal(chance.randint(1, 10**10)) / 10**12:.12f}"

    kinds = {
        "at once": lambda: {"costs": [[0, amount()]]},
        "late": lambda: {"costs": [[0, None], [chance.choice([0.7, 2.2]), amount()]]},
        "never": lambda: {"costs": [[0, None]]},
        "changed while pictures were owed": lambda: {
            "costs": [[0, amount()], [0.7, amount()]],
            "outputs_after": [0, 2.2],
        },
        "of a run that failed": lambda: {
            "fail": "CUDA out of memory",
            "costs": [[0, None], [1.2, amount()]],
        },
        "nothing, for certain": lambda: {"fail": "CUDA out of memory", "costs": [[0, "0"]]},
    }
    faults = [
        {"samples": 2, **kinds[name]()}
        for name in (chance.choice(list(kinds)) for _ in range(many))
    ]
    tasks = await clicks.all_of(faults)

    ledger = clicks.sandbox.ledger()
    judge(await asyncio.to_thread(examine, clicks.locations), ledger, set(clicks.faults))
    server = {entry["id"]: entry["cost"] for entry in ledger}
    assert len(server) == many
    unknown = 0
    for task_id in clicks.faults:
        told, known = server[tasks[task_id].remote_id], tasks[task_id].cost
        assert known == (None if told is None else Decimal(told)), clicks.faults[task_id]
        assert tasks[task_id].was_owed(Owed.CHARGE) == (told is None)
        unknown += told is None
    ours = sum((task.cost for task in tasks.values() if task.cost is not None), Decimal(0))
    theirs = sum((Decimal(cost) for cost in server.values() if cost is not None), Decimal(0))
    assert ours == theirs
    assert len(clicks.expected) > many // 2
    assert not {task.cost for task in tasks.values()} & set(clicks.expected)
    proof = "charges that come late"
    counts.add(proof, many, f"runs charged at once, late, changed, or never; seed {seed}")
    counts.add(proof, len(clicks.expected), "with a price before the click, no charge of any")
    counts.add(proof, unknown, "never told, and said to be not known")
    counts.add(proof, f"${ours}", "in our ledger, and in the server's, to the last digit")


def _recipe(samples: int) -> GenerationRequest:
    return GenerationRequest.build(
        {"prompt": uuid.uuid4().hex, "samples": samples, "width": 64, "height": 64}
    )
