"""What is logged of a task and of the queue: one line for each decision."""

from __future__ import annotations

import logging
import re

import pytest

from cartoonmix_desktop.services.sending import reconciling as reconciling_module

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def lines(caplog):
    """All that is logged so far of some kinds, without the category."""
    caplog.set_level(logging.DEBUG)

    def of(*kinds):
        return [m for m in caplog.messages if m.partition(" ")[0] in kinds]

    return of


async def test_what_a_person_does_to_the_queue(bench, recipe, lines):
    sender, account = bench.studio.sender, bench.studio.accounts.name
    await sender.hold()
    a, b = [(await bench.studio.tasks.generate(recipe(seed=str(n)))).id for n in range(2)]
    await sender.pending.to_front([b])
    sender.pending.begin_edit(a)
    await sender.pending.finish_edit(recipe(seed="another"))
    await sender.pending.remove([a])
    await sender.resume()
    await bench.until_state(b, "kept")
    assert lines("held", "resumed", "waits", "arranged", "edit_begun", "edited", "edit_ended") == [
        "held waiting=0",
        *(f"waits task={task} account={account}" for task in (a, b)),
        f"arranged tasks=1 before={a}",
        f"edit_begun task={a}",
        f"edited task={a}",
        f"edit_ended task={a}",
        "resumed waiting=1",
    ]
    assert f"move task={a} from=queued to=removed" in lines("move")
    assert lines("sent") == [f"sent task={b} account={account}"]


async def test_why_the_queue_stands_still(bench, recipe, sandbox, lines):
    sandbox.faults([{"endpoint": "Run", "error": {"code": 97, "message": "balance"}}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: bench.studio.sender.paused)
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")
    assert lines("paused", "lifted") == [
        f"{what} account={bench.studio.accounts.name} why=InsufficientBalance"
        for what in ("paused", "lifted")
    ]
    assert len(lines("sent")) == 2


async def test_how_a_lost_answer_is_found(bench, recipe, sandbox, lines, monkeypatch):
    monkeypatch.setattr(reconciling_module, "_QUESTIONS", (0.05, 0.1, 0.2))
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    task = await bench.studio.tasks.generate(recipe(seed="lost"))
    done = await bench.until_state(task.id, "kept")
    first, *_, last = lines("in_doubt", "claimed", "solved")
    assert first == f"in_doubt task={task.id} named=none"
    assert last in {f"claimed task={task.id} remote={done.remote_id}", f"solved task={task.id}"}
    assert len(lines("claimed")) == 1


async def test_each_attempt_at_a_picture(bench, recipe, sandbox, lines):
    sandbox.faults([{"endpoint": "files", "cut": 500}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await bench.until_state(task.id, "kept")
    told = [re.sub(r"ms=\d+ bytes=\d+", "…", line) for line in lines("attempt")]
    assert told == [
        f"attempt task={task.id} picture=1 attempt=1 result=PictureTruncated …",
        f"attempt task={task.id} picture=1 attempt=2 result=kept …",
    ]
    assert len(lines("charge")) == 1
