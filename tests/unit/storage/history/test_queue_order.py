"""The line of what waits, in a real database: durable, whole, and in order after any end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import Refused, TaskFailed
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.storage.database import Database, Schema
from cartoonmix_desktop.storage.history import schema
from cartoonmix_desktop.storage.history.ledger import Ledger


def recipe(number=0):
    return GenerationRequest.build({"prompt": f"a fox {number}", "seed": str(number)})


def add(ledger, count, owner="me"):
    requests = [recipe(n) for n in range(count)]
    uids = [os.urandom(16).hex() for _ in requests]
    made = ledger.queue_order.add(requests, SANDBOX, owner, at=time.time(), uids=uids)
    return [task.id for task in made]


def order(path):
    """As the next start finds it."""
    ledger = Ledger(path)
    try:
        with ledger._database.reading() as connection:
            found = connection.execute("SELECT task_id FROM line ORDER BY place").fetchall()
    finally:
        ledger.close()
    return [row[0] for row in found]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.sqlite3"


@pytest.fixture
def ledger(path):
    made = Ledger(path)
    yield made
    made.close()


def test_new_tasks_wait_at_the_end(ledger, path):
    first = add(ledger, 2)
    single = ledger.add(recipe(), SANDBOX, "me", at=1.0, uid="0" * 32).id
    later = add(ledger, 2)
    assert order(path) == [*first, single, *later]


def test_the_order_is_as_it_was_arranged_and_new_ones_follow(ledger, path):
    a, b, c, d = add(ledger, 4)
    ledger.queue_order.arrange([d, b, a, c])
    [e] = add(ledger, 1)
    assert order(path) == [d, b, a, c, e]
    ledger.close()
    again = Ledger(path)
    assert [task.id for task in again.adopt(["me"], "you")] == [d, b, a, c, e]
    again.close()


def test_arranging_some_leaves_the_others_where_they_are(ledger, path):
    a, b, c, d = add(ledger, 4)
    ledger.queue_order.arrange([c, 999, a, c])
    assert order(path) == [c, b, a, d]


def test_what_is_sent_leaves_the_line_and_what_comes_back_keeps_its_place(ledger, path):
    a, b, c = add(ledger, 3)
    ledger.move(a, TaskState.SENDING, at=1.0)
    assert order(path) == [a, b, c]  # it may still be refused
    ledger.queue_order.arrange([b, a, c])
    ledger.move(a, TaskState.QUEUED, at=1.0)
    assert order(path) == [b, a, c]
    ledger.move(a, TaskState.SENDING, at=1.0)
    ledger.move(a, TaskState.UNKNOWN, at=1.0)
    assert order(path) == [b, c]
    ledger.move(a, TaskState.QUEUED, at=1.0)
    assert order(path) == [b, c, a]


def test_removed_tasks_come_back_where_they_stood(ledger, path):
    a, b, c, d = add(ledger, 4)
    removed = ledger.queue_order.remove([b, c, 999], at=1.0)
    assert [task.state for task in removed] == [TaskState.REMOVED] * 2
    assert order(path) == [a, d]
    back = ledger.queue_order.put_back([b, c], [a, b, c, d], "me", at=2.0)
    assert [task.state for task in back] == [TaskState.QUEUED] * 2
    assert order(path) == [a, b, c, d]


def test_only_what_was_removed_comes_back(ledger, path):
    a, b = add(ledger, 2)
    ledger.move(a, TaskState.SENDING, at=1.0)
    ledger.move(a, TaskState.ACCEPTED, at=1.0, remote_id="5")
    ledger.move(a, TaskState.CANCELLED, at=1.0)
    assert ledger.queue_order.put_back([a, b], [a, b], "me", at=2.0) == []
    assert ledger.queue_order.remove([a], at=1.0) == []
    assert order(path) == [b]


def fail(ledger, task_id):
    ledger.move(task_id, TaskState.SENDING, at=1.0)
    ledger.move(task_id, TaskState.ACCEPTED, at=1.0, remote_id=str(task_id))
    ledger.move(task_id, TaskState.FAILED, at=1.0, error=TaskFailed("CUDA"))


def test_each_failure_is_found_and_retried_once(ledger, path):
    add(ledger, 2)
    good, failed, refused = add(ledger, 3)
    fail(ledger, failed)
    ledger.move(refused, TaskState.SENDING, at=1.0)
    ledger.move(refused, TaskState.REJECTED, at=1.0, error=Refused("Run", 1, "no"))
    shown = [refused, good, failed]
    bad = ledger.queue_order.failed(shown)
    assert bad == [failed, refused]
    assert ledger.queue_order.failed([good]) == []
    uids = [os.urandom(16).hex() for _ in bad]
    prices = [Decimal(1), Decimal(2)]
    again, new = ledger.queue_order.retry(bad, SANDBOX, "me", at=2.0, uids=uids, estimates=prices)
    assert [task.id for task in again] == [refused]
    assert again[0].error is None
    assert [task.request for task in new] == [recipe(1)]
    assert order(path)[-2:] == [refused, new[0].id]
    assert (again[0].estimated, new[0].estimated) == (Decimal(2), Decimal(1))
    # Pressed once more, it finds nothing that failed, unless what was to follow was taken out.
    assert ledger.queue_order.failed([*shown, new[0].id]) == []
    ledger.queue_order.remove([new[0].id], at=3.0)
    assert ledger.queue_order.failed(shown) == [failed]
    assert ledger.task(failed).state is TaskState.FAILED


def test_what_was_thrown_away_is_neither_put_back_nor_retried(ledger, path):
    removed, failed, other = add(ledger, 3)
    fail(ledger, failed)
    ledger.queue_order.remove([removed], at=1.0)
    with ledger._database.writing() as connection:
        connection.execute("UPDATE task SET trashed_at = 3 WHERE id IN (?, ?)", (removed, failed))
    assert ledger.queue_order.put_back([removed], [removed, other], "me", at=2.0) == []
    assert ledger.queue_order.failed([removed, failed, other]) == []
    assert ledger.queue_order.retry([failed], SANDBOX, "me", at=2.0, uids=["a" * 32]) == ([], [])
    assert order(path) == [other]


def test_a_batch_that_cannot_be_stored_whole_is_not_stored(ledger, path):
    uid = "f" * 32
    with pytest.raises(Exception, match="UNIQUE"):
        ledger.queue_order.add([recipe(), recipe()], SANDBOX, "me", at=1.0, uids=[uid, uid])
    assert order(path) == []
    assert not len(ledger.ids().ids)


def test_a_history_of_the_first_version_gets_its_line(path):
    first = Schema(schema.HISTORY.application_id, schema.HISTORY.migrations[:1], durable=True)
    database = Database(path, first)
    with database.writing() as connection:
        for n, state in enumerate(["kept", "queued", "sending", "queued", "failed"]):
            connection.execute(
                "INSERT INTO task(uid, account, owner, request, state, created_at)"
                " VALUES (?, 'sandbox', 'me', '{}', ?, 1)",
                (str(n), state),
            )
    database.close()
    Ledger(path).close()
    assert order(path) == [2, 3, 4]


def _rearrange(path, ids, started):
    ledger = Ledger(path)
    started.set()
    while True:
        ids = [*ids[1:], ids[0]]
        ledger.queue_order.arrange(ids)


def test_killed_while_arranging_the_order_is_one_that_was_asked_for(ledger, path):
    ids = add(ledger, 40)
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    process = context.Process(target=_rearrange, args=(path, ids, started))
    process.start()
    started.wait(20)
    deadline = time.monotonic() + 10
    while order(path) == ids and time.monotonic() < deadline:
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    found = order(path)
    turn = found.index(ids[0])
    assert turn
    assert found == ids[len(ids) - turn :] + ids[: len(ids) - turn]


def test_a_thousand_are_arranged_at_once(ledger, path):
    ids = add(ledger, 1000)
    began = time.monotonic()
    ledger.queue_order.arrange(ids[::-1])
    assert time.monotonic() - began < 2  # some milliseconds, on an idle machine
    assert order(path) == ids[::-1]


def test_past_runs_are_the_newest_of_the_account(ledger):
    ids = add(ledger, 4)
    for task_id in ids[:3]:
        ledger.move(task_id, TaskState.SENDING, at=1.0)
        ledger.move(task_id, TaskState.ACCEPTED, at=1.0)
        ledger.move(task_id, TaskState.RUNNING, at=5.0 + task_id)
        ledger.move(task_id, TaskState.DOWNLOADING, at=9.0, seconds=float(task_id))
        ledger.move(task_id, TaskState.KEPT, at=9.0)
    assert sorted(run.seconds for run in ledger.past_runs(SANDBOX, 9)) == [1.0, 2.0, 3.0]
    assert len(ledger.past_runs(SANDBOX, 2)) == 2
    assert ledger.past_runs("other", 9) == []
    assert ledger.came_to(ids[0], TaskState.RUNNING) == 6.0
    assert ledger.came_to(ids[3], TaskState.RUNNING) is None
