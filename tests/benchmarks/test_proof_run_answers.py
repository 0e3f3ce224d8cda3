"""Every answer to Run that a server or a gateway may give: none is paid twice, nothing is lost.

What each means stands here once more, by hand; the server's ledger is the judge.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import Counter
from typing import Any

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.sending import follower, reconciling
from cartoonmix_desktop.services.sending import sender as sending
from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.judging import examine, judge
from tests.benchmarks.test_proof_charges import Person

pytestmark = pytest.mark.timeout(900)

STATUSES = (
    *(200, 201, 202, 206, 301, 302, 307, 400, 401, 402, 403, 404, 405, 407, 408, 409, 413, 418),
    *(422, 429, 451, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524),
)
FEW = (200, 401, 404, 429, 499, 503)
TURNED_AWAY = {401, 403, 407, 413, 429}

ID = '"taskid": "{taskid}", "socketaccesstoken": "{token}"'


def no(code: int, more: str = '"x": 0', words: str = "no") -> str:
    return f'{{"result": false, "errors": [{{"code": {code}, "message": "{words}"}}], {more}}}'


NAMING = {
    "receipt": f'{{"result": true, "errors": [], {ID}}}',
    "receipt, wrapped": f'{{"result": true, "data": {{{ID}}}}}',
    "96, task": no(96, ID),
    "97, task": no(97, ID),
    "0, task": no(0, ID),
    "unknown model, task": no(1, ID, "slug-owner-project-not-exist"),
    "98, task wrapped": no(98, f'"data": {{{ID}}}'),
    "cut off, task": f'{{"result": true, {ID}',
    "a page, task": f"<html>{{{ID}}}</html>",
    "no UTF-8, task": f'{{"result": true, {ID}, "x": "\xff"}}',
}
RECEIPTS = {"receipt", "receipt, wrapped"}
YES = {"yes": '{"result": true, "errors": []}', "yes, null": '{"result": true, "taskid": null}'}
REFUSALS = {
    "0": no(0),
    "96": no(96, '"taskid": null'),
    "97": no(97),
    "98": no(98),
    "unknown model": no(1, words="slug-owner-project-not-exist"),
}
OTHER = {
    "nothing": "",
    "{}": "{}",
    "an array": "[]",
    "a page": "<!DOCTYPE html><title>Bad gateway</title>",
    "plain words": "Error parsing url.",
    "half of JSON": '{"result": tr',
    "no UTF-8": "\xff\xfe",
}
UNREAD = {"broken gzip": gzip.compress(b"{}" * 99)[:-9].decode("latin-1")}


def means(status: int, name: str) -> str:
    """Made, unknown or nothing, as the contract says."""
    if name in NAMING:
        return "made" if name in RECEIPTS and 200 <= status < 300 else "unknown"
    if name in REFUSALS:
        return "nothing" if status < 500 else "unknown"
    return "nothing" if name in OTHER and status in TURNED_AWAY else "unknown"


def sent_again(status: int, name: str) -> bool:
    """Whether what made nothing waits, and is sent when the reason has passed."""
    return status in {401, 429} or name in {"96", "97", "98"}


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same decisions, with shorter waits between them."""
    for module in (sending, follower):
        monkeypatch.setattr(module, "backoff", lambda *_a, **_k: 0.03)
    monkeypatch.setattr(sending, "_LIMITED_RETRY", 0.05)
    monkeypatch.setattr(sending, "_RATE_RETRY", 0.05)
    monkeypatch.setattr(sending, "_LIMIT_HOLDS", 0.1)
    monkeypatch.setattr(follower, "cadence", lambda _age: 0.15)
    monkeypatch.setattr(reconciling, "_QUESTIONS", (0.2, 0.5, 2.0))
    monkeypatch.setattr(reconciling, "_SIBLING_WAIT", 0.5)


def fault(status: int, name: str) -> dict[str, Any]:
    """The rule for the sandbox: a server that has made a task, wherever it may have made one."""
    body = (NAMING | YES | REFUSALS | OTHER | UNREAD)[name]
    headers = {"content-encoding": "gzip"} if name in UNREAD else {}
    headers |= {"location": "http://127.0.0.1:1/v1/Run"} if 300 <= status < 400 else {}
    if means(status, name) == "nothing":
        # Not text that the sandbox would write in UTF-8, where the bytes are none.
        body = "\xff" if name == "no UTF-8" else body
        return {"endpoint": "Run", "http": status, "body": body, "headers": headers}
    return {"endpoint": "Run", "answer": {"http": status, "body": body, "headers": headers}}


@pytest.mark.parametrize(
    "statuses", [FEW, pytest.param(STATUSES, marks=pytest.mark.proof)], ids=len
)
async def test_no_answer_is_paid_twice_or_lost(
    start_sandbox, tmp_path, counts, in_a_hurry, statuses
):
    sandbox = start_sandbox("--limit", "8", speed=100)
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    environ = {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }
    began = time.monotonic()
    person = Person(locations, environ)
    await person.begin()
    clicked: dict[int, tuple[int, str]] = {}
    for status in statuses:
        for name in NAMING | YES | REFUSALS | OTHER | UNREAD:
            sandbox.faults([fault(status, name)])
            task = await person.studio.tasks.generate(recipe(f"{status}, {name}"))
            clicked[task.id] = (status, name)
            await person.until(person.nothing_waits)
            assert sandbox.faults_left() == [], f"{status}, {name}: not met"
        # Nobody clicks 17 times a second; at that pace some lost answers are left to the person.
        await person.until(person.all_at_rest, within=60)
    await person.until(person.all_at_rest, within=120)
    await person.studio.close()

    home = await asyncio.to_thread(examine, locations)
    ledger = sandbox.ledger()
    judge(home, ledger, clicked)
    paid = Counter(entry["parameters"]["prompt"] for entry in ledger)
    wrong = []
    outcomes: Counter[str] = Counter()
    for task_id, (status, name) in clicked.items():
        meaning = means(status, name)
        refused = meaning == "nothing" and not sent_again(status, name)
        end = (TaskState.REJECTED, 0) if refused else (TaskState.KEPT, 1)
        found = (home.states[task_id], paid[f"{status}, {name}"])
        if found != end:
            wrong.append(f"{status}, {name}: {found}, not {end}")
        outcomes["refused" if refused else "sent again" if meaning == "nothing" else meaning] += 1
    assert not wrong, "\n".join(wrong)
    proof = "answers to Run"
    took = time.monotonic() - began
    bodies = len(clicked) // len(statuses)
    counts.add(proof, len(clicked), f"answers: {len(statuses)} × {bodies} bodies; {took:.0f} s")
    counts.add(proof, outcomes["made"], "made")
    counts.add(proof, outcomes["unknown"], "unknown at first, and all found by themselves")
    counts.add(proof, outcomes["sent again"], "made nothing, and sent when the reason had passed")
    counts.add(proof, outcomes["refused"], "made nothing, and told as refused")
    counts.add(proof, len(ledger), "tasks in the server's ledger, none twice")


def recipe(prompt: str) -> GenerationRequest:
    return GenerationRequest.build({"prompt": prompt, "samples": 1, "width": 64, "height": 64})
