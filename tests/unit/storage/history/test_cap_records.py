"""What counts for a day and a month, and that only what fits begins to be sent."""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import CapReached, Refused, TaskFailed
from cartoonmix_desktop.core.money.caps import Cap, Caps, Leave
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.task import IMPORTED, SANDBOX, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.history.ledger import Ledger

D = Decimal
STATE = TaskState
WIRO = "wiro-1"


def at(day: int, hour: int = 12, month: int = 12) -> float:
    return datetime(2026, month, day, hour).timestamp()  # noqa: DTZ001  local on purpose


NOW = at(15)


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "history.sqlite3")
    yield made
    made.close()


def add(ledger, when=NOW, estimated="0.01", account=WIRO):
    return ledger.add(
        GenerationRequest.build({"prompt": "a fox"}),
        account,
        "me",
        at=when,
        uid=os.urandom(16).hex(),
        estimated=None if estimated is None else D(estimated),
    ).id


def bring(ledger, task_id, *states, when=NOW, **facts):
    """Move a task along, and tell the facts with the last."""
    for state in states:
        last = facts if state is states[-1] else {}
        named = {"remote_id": str(task_id)} if state is STATE.ACCEPTED else {}
        ledger.move(task_id, state, at=when, **named, **last)


def day(ledger, when=NOW):
    return ledger.caps.figures(when)[0].day


def test_each_state_counts_as_what_it_may_cost(ledger):
    at_server = (STATE.SENDING, STATE.ACCEPTED, STATE.RUNNING)
    for states, facts, counts in [
        ((STATE.SENDING,), {}, "0.01"),
        ((STATE.SENDING, STATE.ACCEPTED), {}, "0.01"),
        (at_server, {}, "0.01"),
        ((*at_server, STATE.DOWNLOADING), {}, "0.01"),
        ((*at_server, STATE.DOWNLOADING), {"cost": D("0.02")}, "0.02"),
        ((*at_server, STATE.DOWNLOADING, STATE.KEPT), {}, "0.01"),
        ((*at_server, STATE.DOWNLOADING, STATE.KEPT), {"cost": D(0)}, "0"),
        ((*at_server, STATE.FAILED), {"error": TaskFailed()}, "0"),
        ((*at_server, STATE.FAILED), {"cost": D("0.005")}, "0.005"),
        ((*at_server, STATE.CANCELLED), {}, "0"),
        ((STATE.SENDING, STATE.ACCEPTED, STATE.DISCARDED), {}, "0.01"),
        ((STATE.SENDING, STATE.UNKNOWN), {}, "0.01"),
        ((STATE.SENDING, STATE.REJECTED), {"error": Refused("Run", 0, "no")}, "0"),
        ((STATE.REMOVED,), {}, "0"),
    ]:
        before = day(ledger)
        bring(ledger, add(ledger), *states, **facts)
        assert day(ledger) - before == D(counts), states


def test_what_ended_badly_counts_as_long_as_a_charge_may_come(ledger):
    task = add(ledger)
    owed = Aftercare(Owed.CHARGE_OF_STOPPED, NOW, NOW + 3, 0, None)
    bring(ledger, task, STATE.SENDING, STATE.ACCEPTED, STATE.CANCELLED, owed=(owed,))
    assert day(ledger) == D("0.01")
    ledger.update(task, owed=(Aftercare(Owed.CHARGE_OF_STOPPED, NOW, None, 9, NOW),))
    assert day(ledger) == 0


def test_neither_the_sandbox_nor_what_was_imported_counts(ledger):
    for account in (SANDBOX, IMPORTED):
        task = add(ledger, account=account)
        if account == SANDBOX:
            bring(ledger, task, STATE.SENDING, STATE.ACCEPTED, STATE.RUNNING, cost=D(5))
    spent, _leave = ledger.caps.figures(NOW)
    assert (spent.day, spent.month, spent.waiting) == (0, 0, 0)


def test_a_day_and_a_month_end_where_the_clock_of_this_computer_says(ledger):
    ended = (STATE.SENDING, STATE.ACCEPTED, STATE.RUNNING, STATE.DOWNLOADING, STATE.KEPT)
    for when, cost in [
        (at(30, 23, month=11), "1"),
        (at(1, 0), "2"),
        (at(14, 23), "4"),
        (at(15, 0), "8"),
        (at(15, 23), "16"),
        (at(16, 0), "32"),
        (at(31, 23), "64"),
    ]:
        bring(ledger, add(ledger, when), *ended, when=when, cost=D(cost))
    spent, _leave = ledger.caps.figures(NOW)
    assert spent.day == D(8 + 16)
    assert spent.month == D(2 + 4 + 8 + 16 + 32 + 64)


def test_what_is_under_way_counts_for_today_whenever_it_was_made(ledger):
    running = add(ledger, at(3, month=11), "0.25")
    bring(ledger, running, STATE.SENDING, STATE.ACCEPTED, when=at(3, month=11))
    add(ledger, at(4, month=11), "0.5")
    spent, _leave = ledger.caps.figures(NOW)
    assert (spent.day, spent.month, spent.waiting) == (D("0.25"), D("0.25"), D("0.5"))
    lost = add(ledger, at(5, month=11), "0.125")
    bring(ledger, lost, STATE.SENDING, STATE.UNKNOWN, when=at(5, month=11))
    assert day(ledger) == D("0.25")  # a lost answer of last month is no charge of today


def test_what_waited_over_midnight_counts_for_the_day_on_which_it_is_sent(ledger):
    caps = Caps({Cap.DAY: D("0.015")})
    first, second = add(ledger, at(14, 23)), add(ledger, at(14, 23))
    ledger.caps.begin_sending(first, caps, None, at=at(15, 1))
    bring(ledger, first, STATE.ACCEPTED, STATE.RUNNING, STATE.DOWNLOADING, STATE.KEPT)
    ledger.update(first, cost=D("0.01"))
    assert day(ledger) == D("0.01")
    with pytest.raises(CapReached):
        ledger.caps.begin_sending(second, caps, None, at=NOW)
    assert ledger.task(second).state is STATE.QUEUED
    assert day(ledger, at(16)) == 0
    assert ledger.caps.figures(at(16))[0].month == D("0.01")


def test_a_charge_of_what_was_deleted_for_good_still_counts(ledger):
    ended = (STATE.SENDING, STATE.ACCEPTED, STATE.RUNNING, STATE.DOWNLOADING, STATE.KEPT)
    task = add(ledger)
    bring(ledger, task, *ended, cost=D("0.07"))
    ledger.trash.put(Pieces(tasks=(task,)), at=NOW)
    assert day(ledger) == D("0.07")
    ledger.trash.delete(Pieces(tasks=(task,)))
    assert day(ledger) == D("0.07")


def test_an_estimate_that_comes_late_is_recorded_when_it_is_counted(ledger):
    task = add(ledger, estimated=None)
    began = ledger.caps.begin_sending(task, Caps({Cap.DAY: D(1)}), D("0.3"), at=NOW)
    assert (began.state, began.estimated) == (STATE.SENDING, D("0.3"))
    assert day(ledger) == D("0.3")


def test_leave_is_kept_and_only_ever_grows(ledger):
    ledger.caps.allow(Leave({"2026-12-15": D("1.5")}, "2026-12-15"))
    ledger.caps.allow(Leave({"2026-12-15": D("1.2"), "2026-12": D(9)}))
    _spent, leave = ledger.caps.figures(NOW)
    assert leave == Leave({"2026-12-15": D("1.5"), "2026-12": D(9)}, "2026-12-15")


def test_what_is_held_for_its_press_is_let_go_by_the_person_or_the_cap(ledger):
    requests = [GenerationRequest.build({"prompt": "a fox"})] * 2
    one, other = (
        task.id
        for task in ledger.queue_order.add(
            requests, WIRO, "me", at=NOW, uids=["a" * 32, "b" * 32], held=D(3)
        )
    )
    caps = Caps({Cap.PRESS: D(2)})
    assert ledger.caps.held([one, 99]) == D(3)
    with pytest.raises(CapReached) as refused:
        ledger.caps.begin_sending(one, caps, D("0.1"), at=NOW)
    assert (refused.value.reason, refused.value.total) == ("press", "3")
    ledger.caps.allow(Leave(), release=[one])
    assert ledger.caps.held([one]) is None
    assert ledger.caps.begin_sending(one, caps, D("0.1"), at=NOW).state is STATE.SENDING
    assert (
        ledger.caps.begin_sending(other, Caps({Cap.PRESS: D(3)}), D("0.1"), at=NOW).state
        is STATE.SENDING
    )
