"""What an answer of the server makes of a task: accepted once, unknown, or given up."""

from __future__ import annotations

from decimal import Decimal

import apsw
import pytest

from cartoonmix_desktop.core.errors import CallerGone, OutcomeUnknown, PictureGone
from cartoonmix_desktop.core.task.task import SANDBOX, OutputState, TaskState

ACCOUNT = "wiro-0123456789ab"
Q, S, U, A = TaskState.QUEUED, TaskState.SENDING, TaskState.UNKNOWN, TaskState.ACCEPTED


def stored(history, query, *values):
    connection = apsw.Connection(str(history))
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


@pytest.fixture
def sent(ledger, add):
    """Makes a task that is being sent since ``at``; further moves may follow."""

    def make(*states, account=ACCOUNT, at=10.0):
        task = ledger.move(add(account=account).id, S, at=at)
        for state in states:
            task = ledger.move(task.id, state, at=at + 1)
        return task

    return make


def accept(ledger, task, remote_id="77"):
    return ledger.accept(task.id, remote_id, "hush", at=20.0, owner="it")


def claim(ledger, task, remote_id="77"):
    return ledger.claim(task.id, remote_id, "hush", at=20.0, owner="it")


def test_an_answer_is_recorded_with_its_time_and_its_owner(ledger, history, sent):
    task = accept(ledger, sent())
    assert (task.state, task.remote_id, task.token) == (A, "77", "hush")
    assert task.error is None
    assert stored(history, "SELECT at FROM move WHERE state = 'accepted'") == [(20.0,)]
    assert stored(history, "SELECT owner FROM unfinished") == [("it",)]


def test_the_same_answer_twice_is_one(ledger, history, sent):
    task = accept(ledger, sent())
    assert accept(ledger, task) == task
    assert len(stored(history, "SELECT at FROM move WHERE state = 'accepted'")) == 1
    with pytest.raises(ValueError, match="accepted"):
        accept(ledger, task, "78")


def test_an_answer_with_the_id_of_another_task_leaves_the_outcome_unknown(ledger, history, sent):
    accept(ledger, sent())
    task = accept(ledger, sent())
    assert (task.state, task.remote_id, task.token) == (U, "", "")
    assert isinstance(task.error, OutcomeUnknown)
    assert task.error.cause == "answered with the id of another task: 77"
    assert stored(history, "SELECT at FROM move WHERE state = 'unknown'") == [(20.0,)]
    assert ledger.task(task.id).state is U


def test_ids_of_another_account_have_nothing_to_do_with_each_other(ledger, sent):
    accept(ledger, sent())
    assert accept(ledger, sent(account=SANDBOX)).state is A


def test_what_is_not_being_sent_is_not_answered(ledger, add):
    with pytest.raises(ValueError, match="queued"):
        accept(ledger, add())
    with pytest.raises(KeyError):
        ledger.accept(99, "77", "hush", at=20.0, owner="it")


def test_a_task_of_the_server_is_claimed_once(ledger, history, sent):
    first, second = sent(U), sent(U)
    task = claim(ledger, first)
    assert (task.state, task.remote_id, task.token, task.error) == (A, "77", "hush", None)
    assert stored(history, "SELECT at FROM move WHERE state = 'accepted'") == [(20.0,)]
    assert stored(history, "SELECT owner FROM unfinished WHERE id = ?", task.id) == [("it",)]
    assert claim(ledger, second) is None
    assert claim(ledger, first, "78") is None
    assert claim(ledger, sent(), "79") is None  # its answer may still come
    assert claim(ledger, sent(U, account=SANDBOX)).remote_id == "77"
    assert ledger.task(second.id) == second


def test_a_claim_forgets_why_the_outcome_was_unknown(ledger, sent):
    task = sent()
    ledger.move(task.id, U, at=11.0, error=OutcomeUnknown(cause="reset"))
    assert claim(ledger, task).error is None


def test_what_is_in_doubt_is_told_with_the_time_it_was_last_sent(ledger, add, sent):
    later, earlier = sent(at=30.0), sent(U, at=5.0)
    accept(ledger, sent())
    add()
    assert ledger.in_doubt() == [(ledger.task(later.id), 30.0), (ledger.task(earlier.id), 5.0)]
    again = ledger.move(ledger.move(earlier.id, Q, at=40.0).id, S, at=50.0)
    assert ledger.in_doubt() == [(ledger.task(later.id), 30.0), (again, 50.0)]


def test_what_a_process_that_is_gone_had_not_sent_is_cancelled(ledger, history, add, sent):
    waiting, others, under_way = add(owner="gone"), add(owner="alive"), add(owner="gone")
    under_way = ledger.move(under_way.id, S, at=10.0)
    (told,) = ledger.abandon(["gone", "long gone"], at=20.0)
    assert told.id == waiting.id
    assert told.state is TaskState.CANCELLED
    assert isinstance(told.error, CallerGone)
    moves = "SELECT task_id, at FROM move WHERE state = 'cancelled'"
    assert stored(history, moves) == [(waiting.id, 20.0)]
    assert ledger.task(others.id) == others
    assert ledger.task(under_way.id) == under_way
    assert ledger.abandon([], at=20.0) == []


def test_ids_are_known_within_their_account(ledger, sent):
    accept(ledger, sent())
    assert ledger.known(["77", "78"], ACCOUNT) == {"77"}
    assert ledger.known(["77"], SANDBOX) == set()


def test_nothing_spent_is_an_amount_too(ledger):
    spent = ledger.spent_since(0.0, without_account=SANDBOX)
    assert (spent, type(spent)) == (0, Decimal)


def test_a_picture_that_was_here_stays_kept_and_is_told_to_be_missing(ledger, sent):
    first, second = ledger.set_outputs(accept(ledger, sent()).id, ["a", "b"]).outputs
    ledger.break_output(first.id, PictureGone(), was_here=True)
    kept, broken = ledger.break_output(second.id, PictureGone()).outputs
    assert (kept.state, broken.state) == (OutputState.KEPT, OutputState.BROKEN)
    assert isinstance(kept.error, PictureGone)


def test_what_is_kept_aside_is_fetched_again_only_when_that_is_wanted(ledger, sent):
    task = ledger.set_outputs(accept(ledger, sent()).id, ["a", "b"])
    aside, broken = task.outputs
    ledger.put_aside(aside.id, PictureGone(), path="a.received", size=3, sha256="ab")
    ledger.break_output(broken.id, PictureGone())

    def states(**how):
        return [one.state for one in ledger.retry_outputs(task.id, **how).outputs]

    assert states() == [OutputState.ASIDE, OutputState.PENDING]
    assert states(aside=True) == [OutputState.PENDING, OutputState.PENDING]
