"""Answers that are lost, of a server that tells inputs another way: no task is lost by that."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from typing import Any

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.sandbox.echo import CHANGES
from cartoonmix_desktop.services.sending import reconciling
from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.judging import examine
from tests.benchmarks.programs import environment, told_of
from tests.benchmarks.test_proof_charges import Person

pytestmark = pytest.mark.timeout(900)

_ANSWERS = [4, pytest.param(200, marks=pytest.mark.proof)]
_BETWEEN_STARTS = 25
_WORDS = (
    *("a fox", "“red” & <blue>", "café", "森の狐", "(soft light:1.2)", "snow,  snow", "C:\\art"),
    *("mountain", "at dawn", "two hares", "ink", "oil on canvas", "🦊", "naïve"),
)


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "_QUESTIONS", (0.05, 0.1))


def asked(chance: random.Random) -> GenerationRequest:
    """A recipe like no other, of words that a server may well tell another way."""
    words = [chance.choice(_WORDS) for _ in range(chance.choice((3, 8, 40)))]
    return GenerationRequest.build(
        {
            "prompt": f" {uuid.uuid4().hex} {', '.join(words)} " + "\n" * chance.randrange(2),
            "seed": chance.choice((str(chance.randrange(10**6, 10**9)), "-1", "a word")),
            "width": chance.choice((64, 72, 100)),
            "height": 64,
            "samples": 1,
            "steps": 1,
        }
    )


def echo(request: GenerationRequest, chance: random.Random) -> list[str]:
    """What the server changes: a seed only where it could not be used as it was."""
    resolved = not request.values["seed"].isdigit()
    possible = [name for name in CHANGES if name != "seed" or resolved]
    return chance.sample(possible, chance.choice((0, 1, 1, 2, 3)))


@pytest.mark.parametrize("answers", _ANSWERS)
async def test_each_lost_answer_is_found_or_offered_first(
    start_sandbox, tmp_path, seed, counts, answers
):
    sandbox = start_sandbox("--limit", "1000", speed=100)
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    chance = random.Random(seed)
    ways: Counter[str] = Counter()
    never: set[str] = set()
    left = answers
    while left:
        person = Person(locations, environment(locations, sandbox))
        await person.begin()
        for _ in range(min(left, _BETWEEN_STARTS)):
            left -= 1
            request = asked(chance)
            changes = echo(request, chance)
            reached = chance.random() < 0.85
            sandbox.faults(
                [
                    {"endpoint": "task", "echo": changes},
                    {"endpoint": "Run", "close": "after" if reached else "before"},
                ]
            )
            if not reached:
                never.add(request.prompt)
            ways[await outcome(person, sandbox, request, reached)] += 1
            sandbox.clear_faults()
        await person.until(person.all_at_rest)
        await person.studio.close()
    home = examine(locations)
    paid = Counter(entry["parameters"]["prompt"] for entry in sandbox.ledger())
    assert set(paid.values()) <= {1}
    kept = {home.prompts[task] for task, state in home.states.items() if state is TaskState.KEPT}
    assert kept == set(paid)
    assert {home.prompts[t] for t in home.states if home.prompts[t] not in paid} == never
    proof = "answer lost, inputs told another way"
    counts.add(proof, answers, f"{told_of(ways)}; seed {seed}")


async def outcome(person: Person, sandbox: Any, request: GenerationRequest, reached: bool) -> str:
    """Click once, and do what the window offers; says how the task was found."""
    task = await person.studio.tasks.generate(request)

    def decided() -> bool:
        doubt = person.doubts.get(task.id)
        state = person.tasks[task.id].state
        asking = doubt is None or doubt.inquiry is Inquiry.ASKING
        return state not in {TaskState.QUEUED, TaskState.SENDING} and not (
            state is TaskState.UNKNOWN and asking
        )

    await person.until(decided)
    if person.tasks[task.id].state is not TaskState.UNKNOWN:
        assert reached, "what was never made was found"
        return "taken up by itself"
    doubt = person.studio.tasks.doubt(task.id)
    assert doubt is not None
    if not reached:
        assert not doubt.candidates, "what was never made has a candidate"
        return "never made, and none offered"
    [made] = [e for e in sandbox.ledger() if e["parameters"]["prompt"] == request.prompt]
    assert doubt.candidates, request.prompt
    assert doubt.candidates[0].remote_id == made["id"], doubt.candidates
    await person.studio.tasks.adopt(task.id, made["id"])
    return "offered first"
