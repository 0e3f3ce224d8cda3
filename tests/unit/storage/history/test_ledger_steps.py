"""Each step of a task's rows, with every column that it writes and no other."""

from __future__ import annotations

import json
import logging
from decimal import Decimal

import apsw
import pytest

from cartoonmix_desktop.core.errors import (
    CallerGone,
    NotAPicture,
    OutcomeUnknown,
    PictureGone,
)
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.recipe.work import PastRun
from cartoonmix_desktop.core.search.query import EVERYTHING, Query
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import SANDBOX, Output, OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.history.ledger import Ledger

Q, S, A = TaskState.QUEUED, TaskState.SENDING, TaskState.ACCEPTED
D, K, U = TaskState.DOWNLOADING, TaskState.KEPT, TaskState.UNKNOWN
PICTURE = {"path": "2026/a.png", "size": 10, "sha256": "ab" * 32, "width": 512, "height": 768}


@pytest.fixture
def rows(history):
    """What is stored, as it stands there."""

    def read(query, *values):
        connection = apsw.Connection(str(history))
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    return read


def walk(ledger, task, *states, at=50.0):
    for state in states:
        task = ledger.move(task.id, state, at=at)
    return task


def listed(ledger, task, *remote_ids):
    """Its outputs, once it has ended at the server."""
    walk(ledger, task, S, A, D)
    return ledger.set_outputs(task.id, remote_ids).outputs


# --- its states ----------------------------------------------------------------------------------


def test_a_new_task_is_one_row_and_one_move(ledger, rows):
    request = GenerationRequest.build({"prompt": "a fox"})
    task = ledger.add(request, "wiro-1", "me", at=12.5, uid="f" * 32)
    assert rows("SELECT uid, account, owner, state, created_at FROM task") == [
        ("f" * 32, "wiro-1", "me", "queued", 12.5)
    ]
    assert rows("SELECT task_id, state, at FROM move") == [(task.id, "queued", 12.5)]
    assert task == ledger.task(task.id)


def test_a_move_is_of_one_task_alone(ledger, add, rows):
    first, second = add(), add()
    moved = ledger.move(first.id, S, at=30.0, account="payer", owner="it", token="t")
    assert (moved.state, moved.account, moved.token) == (S, "payer", "t")
    assert ledger.task(second.id) == second
    assert rows("SELECT state, at FROM move WHERE task_id = ? ORDER BY id DESC", first.id)[0] == (
        ("sending", 30.0)
    )
    assert rows("SELECT owner FROM task ORDER BY id") == [("it",), ("me",)]
    with pytest.raises(ValueError, match=f"task {second.id} cannot go from queued to kept"):
        ledger.move(second.id, K, at=1.0)
    with pytest.raises(ValueError, match="of a task that is accepted cannot"):
        ledger.move(first.id, A, at=1.0, account="x")
    assert ledger.task(first.id) == moved


def test_a_change_is_of_one_task_alone(ledger, add):
    first, second = add(), add()
    changed = ledger.update(first.id, status="task_start", seconds=5)
    assert (changed.status, changed.seconds, changed.state) == ("task_start", 5.0, Q)
    assert ledger.task(first.id) == changed
    assert ledger.task(second.id) == second
    other = GenerationRequest.build({"prompt": "another"})
    assert ledger.update(first.id, request=other).request == other
    with pytest.raises(ValueError, match="the account of a task that is queued cannot"):
        ledger.update(first.id, account="payer")


def test_the_last_time_is_told_when_a_task_came_to_a_state(ledger, add):
    first, second = add(at=1.0), add(at=2.0)
    walk(ledger, first, S, at=10.0)
    walk(ledger, first, Q, at=20.0)
    walk(ledger, first, S, at=15.0)  # the clock was set back
    walk(ledger, second, S, at=90.0)
    assert ledger.came_to(first.id, S) == 15.0
    assert ledger.came_to(first.id, Q) == 20.0
    assert ledger.came_to(first.id, K) is None
    assert ledger.came_to(99, S) is None


def test_what_was_lost_is_told_with_the_time_it_was_sent(ledger, add):
    first, second, _third = add(), add(), add()
    walk(ledger, second, S, at=10.0)
    walk(ledger, first, S, at=20.0)
    lost = ledger.move(second.id, U, at=99.0, error=OutcomeUnknown("reset"))
    (one, at), (two, sent_at) = ledger.in_doubt()
    assert (one.id, at, two.id, sent_at) == (first.id, 20.0, lost.id, 10.0)
    assert repr(two) == repr(lost)


def test_an_answer_that_was_recorded_is_recorded_once(ledger, add, rows):
    task = walk(ledger, add(), S)
    accepted = ledger.accept(task.id, "r1", "t1", at=60.0, owner="it")
    assert ledger.accept(task.id, "r1", "other", at=61.0, owner="other") == accepted
    assert rows("SELECT owner, token FROM task") == [("it", "t1")]
    second = walk(ledger, add(), S)
    unknown = ledger.accept(second.id, "r1", "t1", at=62.0, owner="its")
    assert (unknown.state, unknown.remote_id) == (U, "")
    assert rows("SELECT owner FROM task WHERE id = ?", second.id) == [("its",)]
    assert rows("SELECT at FROM move WHERE state = 'unknown'") == [(62.0,)]


def test_a_lost_answer_is_claimed_with_all_that_is_known(ledger, add, rows):
    task = walk(ledger, add(), S)
    ledger.move(task.id, U, at=51.0, error=OutcomeUnknown("reset"))
    claimed = ledger.claim(task.id, "r1", "t1", at=60.0, owner="it")
    assert (claimed.state, claimed.remote_id, claimed.token, claimed.error) == (A, "r1", "t1", None)
    assert rows("SELECT owner FROM task") == [("it",)]
    assert rows("SELECT at FROM move WHERE state = 'accepted'") == [(60.0,)]
    with pytest.raises(KeyError):
        ledger.claim(99, "r2", "", at=60.0, owner="it")


def test_ids_of_the_server_are_known_in_their_own_world(ledger, add):
    for account, remote_id in (("wiro-1", "1"), ("wiro-2", "2"), (SANDBOX, "3")):
        task = walk(ledger, add(account=account), S)
        ledger.accept(task.id, remote_id, "", at=60.0, owner="me")
    assert ledger.known(["1", "2", "3", "4"], "wiro-9") == {"1", "2"}
    assert ledger.known(["1", "2", "3"], SANDBOX) == {"3"}
    assert ledger.known([], SANDBOX) == set()


# --- who works on it -----------------------------------------------------------------------------


def test_what_the_dead_left_is_taken_in_the_order_of_the_queue(ledger, add, rows):
    tasks = [add(owner=owner) for owner in ("dead", "dead", "gone", "alive", "dead")]
    walk(ledger, tasks[4], S, A, D)
    walk(ledger, add(owner="dead"), S, A, D, K)
    a, b, c, alive, fetching = (task.id for task in tasks)
    ledger.queue_order.arrange([c, a, b])
    adopted = ledger.adopt(["dead", "gone", "never"], "me")
    assert [task.id for task in adopted] == [fetching, c, a, b]
    assert adopted == ledger.tasks([fetching, c, a, b])
    owners = rows("SELECT owner FROM task ORDER BY id")
    assert owners == [("me",)] * 3 + [("alive",), ("me",), ("dead",)]
    assert ledger.adopt([], "other") == []
    assert ledger.owners() == {"me", "alive"}
    assert ledger.unfinished() == ledger.tasks([a, b, c, alive, fetching])


def test_what_one_who_did_one_job_had_not_sent_is_cancelled(ledger, add, rows, caplog):
    caplog.set_level(logging.DEBUG, "cartoonmix.queue")
    tasks = [add(owner=owner) for owner in ("gone", "alive", "gone", "too")]
    sent = walk(ledger, add(owner="gone"), S)
    told = ledger.abandon(["too", "gone"], at=77.0)
    assert [task.id for task in told] == [tasks[0].id, tasks[2].id, tasks[3].id]
    assert {task.state for task in told} == {TaskState.CANCELLED}
    assert {repr(task.error) for task in told} == {repr(CallerGone())}
    assert rows("SELECT task_id, at FROM move WHERE state = 'cancelled' ORDER BY id") == [
        (task.id, 77.0) for task in told
    ]
    logged = [f"move task={task.id} from=queued to=cancelled" for task in told]
    assert caplog.messages[-3:] == logged
    assert ledger.task(tasks[1].id).state is Q
    assert ledger.task(sent.id).state is S


def test_what_is_owed_is_told_with_its_owner(ledger, add):
    first, second, third = add(owner="it"), add(), add()
    ledger.update(first.id, owed=(Aftercare(Owed.CHARGE, 1.0, 4.0),))
    over = Aftercare(Owed.CHARGE, 1.0, None, 12, 9.0)
    ledger.update(second.id, owed=(over,))
    both = (over, Aftercare(Owed.MORE, 1.0, 8.0))
    ledger.update(third.id, owed=both)
    found = sorted((task.id, task.owed, owner) for task, owner in ledger.in_aftercare())
    assert found == [
        (first.id, (Aftercare(Owed.CHARGE, 1.0, 4.0),), "it"),
        (third.id, both, "me"),
    ]


# --- its pictures --------------------------------------------------------------------------------


def test_a_picture_is_kept_with_all_its_facts(ledger, add, rows):
    task = add()
    first, second = listed(ledger, task, "o0", "o1")
    ledger.break_output(first.id, PictureGone("403"))
    kept = ledger.keep_output(first.id, **PICTURE, at=70.0)
    assert kept.outputs == (
        Output(first.id, 0, OutputState.KEPT, **PICTURE, remote_id="o0"),
        Output(second.id, 1, OutputState.PENDING, remote_id="o1"),
    )
    assert rows("SELECT kept_at, error FROM output ORDER BY id") == [(70.0, None), (None, None)]


def test_a_picture_that_could_not_be_fetched_says_why(ledger, add):
    first, second = listed(ledger, add(), "o0", "o1")
    ledger.keep_output(first.id, **PICTURE, at=70.0)
    ledger.keep_output(second.id, **PICTURE | {"path": "b.png"}, at=70.0)
    ledger.break_output(first.id, PictureGone("403"))
    task = ledger.break_output(second.id, PictureGone("404"), was_here=True)
    broken, missing = task.outputs
    assert (broken.state, missing.state) == (OutputState.BROKEN, OutputState.KEPT)
    assert (repr(broken.error), repr(missing.error)) == (
        repr(PictureGone("403")),
        repr(PictureGone("404")),
    )
    # What was on the disk is known still, so that it counts when it is there again.
    assert (broken.path, broken.size, broken.sha256) == ("2026/a.png", 10, "ab" * 32)
    assert (missing.path, missing.width, missing.height) == ("b.png", 512, 768)


def test_what_came_in_its_place_is_kept_until_it_is_broken_for_good(ledger, add):
    first, second = listed(ledger, add(), "o0", "o1")
    for output in (first, second):
        task = ledger.put_aside(
            output.id,
            NotAPicture("page"),
            path=f".received/{output.id}.received",
            size=5,
            sha256="ab",
        )
    assert [(o.state, o.path, o.size, o.sha256, repr(o.error)) for o in task.outputs] == [
        (OutputState.ASIDE, f".received/{o.id}.received", 5, "ab", repr(NotAPicture("page")))
        for o in (first, second)
    ]
    task = ledger.break_output(first.id, PictureGone("403"))
    assert [(o.state, o.path, o.size, o.sha256) for o in task.outputs] == [
        (OutputState.BROKEN, "", 0, ""),
        (OutputState.ASIDE, f".received/{second.id}.received", 5, "ab"),
    ]


def test_what_is_broken_is_pending_again_but_for_what_was_thrown_away(ledger, add):
    task, other = add(), add()
    first, second, third = listed(ledger, task, "o0", "o1", "o2")
    (others,) = listed(ledger, other, "o0")
    for output in (first, third, others):
        ledger.break_output(output.id, PictureGone())
    ledger.keep_output(second.id, **PICTURE, at=70.0)
    ledger.trash.put(Pieces(pictures=(third.id,)), at=80.0)
    again = ledger.retry_outputs(task.id)
    assert [(o.state, o.error) for o in again.outputs] == [
        (OutputState.PENDING, None),
        (OutputState.KEPT, None),
    ]
    assert ledger.task(other.id).outputs[0].state is OutputState.BROKEN
    stored = {output.id: output.state for output in ledger.trash.every_output(task.id)}
    assert stored[third.id] is OutputState.BROKEN


def test_pictures_are_counted_without_the_trash(ledger, add):
    first, second, third = listed(ledger, add(), "o0", "o1", "o2")
    assert (ledger.totals(), ledger.has_pictures()) == ((0, 0), False)
    ledger.keep_output(first.id, **PICTURE, at=70.0)
    ledger.keep_output(second.id, **PICTURE | {"size": 7}, at=70.0)
    ledger.break_output(third.id, PictureGone())
    assert (ledger.totals(), ledger.has_pictures()) == ((2, 17), True)
    ledger.trash.put(Pieces(pictures=(first.id,)), at=80.0)
    assert ledger.totals() == (1, 7)
    ledger.trash.put(Pieces(pictures=(second.id,)), at=80.0)
    assert (ledger.totals(), ledger.has_pictures()) == ((0, 0), False)
    assert ledger.pictures_of(Target(outputs=(second.id,))).tolist() == []


def test_the_pictures_that_are_meant(ledger, add):
    task, other = add(), add()
    first, second = listed(ledger, task, "o0", "o1")
    (third,) = listed(ledger, other, "o0")
    for output in (first, second, third):
        ledger.keep_output(output.id, **PICTURE | {"path": f"{output.id}.png"}, at=70.0)
    walk(ledger, task, K)
    walk(ledger, other, K)
    meant = Target(tasks=(other.id,), outputs=(second.id, third.id))
    assert ledger.pictures_of(meant).tolist() == [third.id, second.id]
    assert ledger.pieces_of([first.id, second.id]) == Pieces(tasks=(task.id,))
    assert ledger.pieces_of([first.id, third.id]) == Pieces(tasks=(other.id,), pictures=(first.id,))


# --- questions -----------------------------------------------------------------------------------


def test_past_runs_are_the_newest_of_their_account_that_ended_well(ledger, add):
    for moment, account, state, facts in (
        (10.0, "wiro-1", K, {"seconds": 6.5, "cost": Decimal("0.0035")}),
        (30.0, "wiro-1", K, {}),
        (20.0, "wiro-1", K, {"seconds": 5.0}),
        (40.0, "wiro-2", K, {"seconds": 4.0}),
        (50.0, "wiro-1", D, {"seconds": 3.0}),
    ):
        task = add(f"made at {moment}", at=moment, account=account)
        walk(ledger, task, S, A, D, *([K] if state is K else []))
        ledger.update(task.id, **facts)
    runs = ledger.past_runs("wiro-1", 9)
    assert [(run.made, run.seconds, run.cost) for run in runs] == [
        (30.0, None, None),
        (20.0, 5.0, None),
        (10.0, 6.5, Decimal("0.0035")),
    ]
    assert runs[2] == PastRun(ledger.task(1).request, 10.0, 6.5, Decimal("0.0035"))
    assert runs[0].request.prompt == "made at 30.0"
    assert [run.made for run in ledger.past_runs("wiro-1", 2)] == [30.0, 20.0]
    assert ledger.past_runs("wiro-3", 9) == []


def test_what_was_spent_counts_what_was_deleted_too(ledger, add):
    for moment, account in ((5.0, "wiro-1"), (10.0, "wiro-1"), (11.0, "wiro-2"), (12.0, SANDBOX)):
        task = add(at=moment, account=account)
        walk(ledger, task, S, A, TaskState.FAILED)
        ledger.update(task.id, cost=Decimal("0.1"))
    assert ledger.spent_since(10.0, without_account=SANDBOX) == Decimal("0.2")
    assert ledger.spent_since(10.5, without_account=SANDBOX) == Decimal("0.1")
    assert ledger.spent_since(0.0, without_account="wiro-1") == Decimal("0.2")
    everything = Pieces(tasks=(1, 2, 3, 4))
    ledger.trash.put(everything, at=90.0)
    assert ledger.spent_since(10.0, without_account=SANDBOX) == Decimal("0.2")
    ledger.trash.delete(everything)
    assert ledger.spent_since(10.0, without_account=SANDBOX) == Decimal("0.2")
    assert ledger.spent_since(10.5, without_account=SANDBOX) == Decimal("0.1")
    assert ledger.spent_since(0.0, without_account="wiro-1") == Decimal("0.2")


def test_the_newest_of_the_same_is_told_of_its_own_account(ledger):
    request = GenerationRequest.build({"prompt": "a fox", "seed": "7"})

    def adding(account, at, number):
        return ledger.add(request, account, "me", at=at, uid=f"{number:032x}").id

    newest, _older, other = adding("a", 20.0, 1), adding("a", 10.0, 2), adding("b", 30.0, 3)
    assert (ledger.same(request, "a"), ledger.same(request, "b")) == (newest, other)
    walk(ledger, ledger.task(other), S, A, D, K)
    assert ledger.same(request, "b") is None  # none of its pictures is kept


def test_a_clock_set_back_is_noticed_by_whoever_asks_for_all(ledger, add):
    for moment in (10.0, 30.0):
        add("a fox", at=moment)
    ledger.ids()
    assert ledger._in_order
    add("a fox", at=20.0)
    assert list(ledger.ids().ids) == [1, 3, 2]
    assert not ledger._in_order
    assert list(ledger.ids(most=2).ids) == [3, 2]
    assert list(ledger.ids(Query("fox"), most=1).ids) == [2]
    assert list(ledger.ids(Query("fox")).ids) == [1, 3, 2]
    assert list(ledger.ids(Query("castle")).ids) == []
    assert list(ledger.ids(EVERYTHING, 0).ids) == [1, 3, 2]


def test_the_grid_asks_as_the_list_does(ledger, add):
    for moment, prompt in ((10.0, "a fox"), (30.0, "a fox"), (20.0, "a fox"), (40.0, "a castle")):
        task = add(prompt, at=moment)
        (output,) = listed(ledger, task, "o0")
        ledger.keep_output(output.id, **PICTURE | {"path": f"{output.id}.png"}, at=70.0)
    ledger.ids()  # the clock was set back
    assert ledger.gallery().ids.tolist() == [1, 3, 2, 4]
    assert ledger.gallery(Query("fox")).ids.tolist() == [1, 3, 2]
    assert ledger.gallery(Query("fox"), 2).ids.tolist() == [3, 2]
    assert ledger.gallery(most=1).ids.tolist() == [4]


def test_what_is_around_the_tasks(ledger, history, add):
    task = add()
    (child,) = ledger.queue_order.add(
        [task.request], "wiro-1", "me", at=9.0, uids=["c" * 32], parents=[task.id]
    )
    assert ledger.lineage(task.id).children == (child.id,)
    before = ledger.data_version()
    other = Ledger(history)
    other.set_state("paused", "97")
    assert ledger.data_version() != before
    assert (ledger.state("paused"), ledger.state("held", "no"), ledger.state("held")) == (
        "97",
        "no",
        "",
    )
    ledger.set_state("paused", json.dumps({}))
    assert other.state("paused") == "{}"
    assert ledger.state("held") == ""
    other.close()
