"""Nothing passes a cap: whatever is pressed, however often, by whom, after any end."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import CapReached, PriceUnknown
from cartoonmix_desktop.core.money.caps import AtCap, Cap, periods_of
from cartoonmix_desktop.core.task.batch import alike
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import QueueChanged

pytestmark = pytest.mark.timeout(90)
D = Decimal
PRICE = D("0.01")
ROW = {"inputs": {}, "price": str(PRICE), "priceMethod": "cpr"}


def priced(sandbox, charge=PRICE, rows=(ROW,)):
    """Each run costs so much, and the list says it costs 0.01."""
    sandbox.faults(
        [
            {"endpoint": "Tool/Detail", "times": 999, "model": {"dynamicprice": list(rows)}},
            {"endpoint": "task", "times": 999, "costs": [[0, str(charge)]]},
        ]
    )


async def told(bench, request):
    """A studio that knows the price."""
    await bench.until(lambda: bench.studio.prices.quote(request), within=10)
    return bench


class Person:
    """Answers questions."""

    def __init__(self, bench, *answers):
        self.asked = []
        self._answers = list(answers)
        bench.studio.caps.ask = self

    async def __call__(self, press):
        self.asked.append(press)
        return self._answers.pop(0)


def queue(bench):
    return next((e for e in reversed(bench.told) if isinstance(e, QueueChanged)), None)


async def until_paused(bench, kind=CapReached):
    await bench.until(lambda: queue(bench) and isinstance(queue(bench).paused, kind))
    return queue(bench).paused


async def until_quiet(bench):
    await bench.until(lambda: queue(bench).running == 0 and queue(bench).queued == 0)


def paid(sandbox, since=0):
    """USD that the sandbox has charged, or will."""
    return sum((D(entry["cost"] or 0) for entry in sandbox.ledger()[since:]), D(0))


# --- fifty presses -------------------------------------------------------------------------------


async def test_fifty_presses_never_pass_the_cap_of_a_day_also_after_the_end(
    benches, sandbox, recipe
):
    priced(sandbox)
    before = len(sandbox.ledger())
    first = await told(await benches(), recipe())
    await first.studio.caps.set_cap(Cap.DAY, D("0.125"))
    await first.studio.caps.set_at_cap(AtCap.PAUSE)
    presses = (first.studio.tasks.generate(recipe(samples=1, seed=str(n))) for n in range(50))
    await asyncio.gather(*presses)
    reason = await until_paused(first)
    assert (reason.reason, reason.cap, reason.total) == ("day", "0.125", "0.13")
    await until_quiet(first)
    assert len(sandbox.ledger()) - before == 12
    await first.close()
    second = await benches()
    await until_paused(second)
    await second.studio.tasks.resume()  # nobody is there who could say yes
    await until_paused(second)
    assert len(sandbox.ledger()) - before == 12
    await second.studio.caps.set_cap(Cap.DAY, D("0.15"))
    await second.until(lambda: len(second.studio.sender.pending.tasks) == 35)
    await until_paused(second)
    await until_quiet(second)
    assert paid(sandbox, before) == D("0.15")


async def test_two_programs_on_one_library_never_pass_a_cap_together(benches, sandbox, recipe):
    priced(sandbox)
    before = len(sandbox.ledger())
    programs = [await told(await benches(), recipe()) for _ in range(2)]
    await programs[0].studio.caps.set_cap(Cap.DAY, D("0.1"))
    await programs[1].studio.caps.set_cap(Cap.DAY, D("0.1"))
    for program in programs:
        await program.studio.caps.set_at_cap(AtCap.PAUSE)
    await asyncio.gather(
        *(
            program.studio.tasks.generate(recipe(samples=1, seed=f"{n} of {at}"))
            for n in range(12)
            for at, program in enumerate(programs)
        )
    )
    for program in programs:
        await until_paused(program)
        await until_quiet(program)
    assert paid(sandbox, before) == D("0.1")


# --- asked ---------------------------------------------------------------------------------------


async def test_the_person_is_asked_before_and_what_they_decline_is_not_stored(
    bench, sandbox, recipe
):
    priced(sandbox)
    await told(bench, recipe())
    before = len(sandbox.ledger())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.02"))
    person = Person(bench, False, True)
    assert await bench.studio.tasks.generate_several(alike(recipe(), 3)) == []
    [press] = person.asked
    assert (press.runs, press.pictures, press.total.amount) == (3, 6, D("0.03"))
    [passed] = press.verdict.passed
    assert (passed.cap, passed.limit, passed.total) == (Cap.DAY, D("0.02"), D("0.03"))
    assert not bench.studio.sender.pending.tasks
    made = await bench.studio.tasks.generate_several(alike(recipe(), 3))
    for task in made:
        await bench.until_state(task.id, "kept")
    assert paid(sandbox, before) == D("0.03")
    assert [task.estimated for task in made] == [PRICE] * 3


async def test_leave_is_for_one_press_and_the_next_asks_again(bench, sandbox, recipe):
    priced(sandbox)
    await told(bench, recipe())
    await bench.studio.caps.set_cap(Cap.PRESS, D("0.02"))
    person = Person(bench, True, False)
    for fits in (True, False):
        made = await bench.studio.tasks.generate_several(alike(recipe(), 3))
        assert bool(made) is fits
    assert [press.verdict.passed[0].cap for press in person.asked] == [Cap.PRESS] * 2
    assert await bench.studio.tasks.generate_several(alike(recipe(), 2))  # 0.02


async def test_each_way_in_asks(bench, sandbox, recipe):
    sandbox.faults([{"endpoint": "task", "fail": "CUDA out of memory", "times": 1}])
    priced(sandbox)
    await told(bench, recipe())
    failed = await bench.studio.tasks.generate(recipe(seed="f"))
    await bench.until_state(failed.id, "failed")
    await bench.studio.sender.hold()
    held = await bench.studio.tasks.generate(recipe(seed="h"))
    removed = await bench.studio.tasks.generate(recipe(seed="r"))
    await bench.studio.sender.pending.remove([removed.id])
    await bench.studio.caps.set_cap(Cap.DAY, D("0.01"))
    tasks = bench.studio.tasks
    for way in (
        lambda: tasks.generate(recipe()),
        lambda: tasks.generate_several([recipe()]),
        lambda: tasks.generate_unless_same(recipe()),
        lambda: tasks.duplicate([held.id]),
        lambda: tasks.retry([failed.id]),
        lambda: tasks.send_again(failed.id),
        lambda: tasks.send_again(removed.id),
    ):
        person = Person(bench, False)
        assert not await way()
        assert len(person.asked) == 1
        assert [task.id for task in bench.studio.sender.pending.tasks] == [held.id]
    bench.studio.caps.ask = None
    with pytest.raises(CapReached):
        await tasks.generate(recipe())
    with pytest.raises(CapReached):
        await tasks.generate_now(recipe(), 30.0)


async def test_nothing_is_held_up_while_the_person_thinks(bench, sandbox, recipe):
    priced(sandbox)
    await told(bench, recipe())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.015"))
    answer = asyncio.get_running_loop().create_future()
    bench.studio.caps.ask = lambda _press: answer
    thinking = asyncio.ensure_future(bench.studio.tasks.generate_several(alike(recipe(), 2)))
    await asyncio.sleep(0)
    other = await bench.studio.tasks.generate(recipe(seed="other"))  # fits by itself
    await bench.until_state(other.id, "kept")
    answer.set_result(False)
    assert await thinking == []


# --- what waits ----------------------------------------------------------------------------------


async def test_resume_tells_what_waits_and_sends_it_only_with_leave(bench, sandbox, recipe):
    priced(sandbox)
    await told(bench, recipe())
    before = len(sandbox.ledger())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.02"))
    await bench.studio.caps.set_at_cap(AtCap.PAUSE)
    made = await bench.studio.tasks.generate_several(alike(recipe(), 5))
    await until_paused(bench)
    await until_quiet(bench)
    person = Person(bench, False, True)
    await bench.studio.tasks.resume()
    assert isinstance(bench.studio.sender.paused, CapReached)
    await bench.studio.tasks.resume()
    for task in made:
        await bench.until_state(task.id, "kept")
    assert [press.runs for press in person.asked] == [3, 3]
    assert all(press.waits for press in person.asked)
    assert person.asked[0].verdict.passed[0].total == D("0.05")
    assert paid(sandbox, before) == D("0.05")
    Person(bench)
    await bench.studio.tasks.resume()  # nothing waits: nothing is asked


async def test_a_press_that_is_too_dear_waits_for_the_person_after_a_start_too(
    benches, sandbox, recipe
):
    priced(sandbox)
    first = await told(await benches(), recipe())
    await first.studio.caps.set_cap(Cap.PRESS, D("0.02"))
    await first.studio.caps.set_at_cap(AtCap.WAIT)
    made = await first.studio.tasks.generate_several(alike(recipe(), 3))
    reason = await until_paused(first)
    assert (reason.reason, reason.total) == ("press", "0.03")
    await first.close()
    second = await benches()
    await until_paused(second)
    await second.studio.sender.lift_all()  # what ends other pauses does not end this one
    await until_paused(second)
    assert len(second.studio.sender.pending.tasks) == 3
    person = Person(second, True)
    await second.studio.tasks.resume()
    for task in made:
        await second.until_state(task.id, "kept")
    assert person.asked[0].verdict.passed[0].total == D("0.03")


@pytest.mark.parametrize("at_cap", [AtCap.PAUSE, AtCap.WAIT])
async def test_only_a_pause_until_the_next_day_ends_with_the_day(
    bench, sandbox, recipe, monkeypatch, at_cap
):
    priced(sandbox)
    await told(bench, recipe())
    before = len(sandbox.ledger())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.01"))
    await bench.studio.caps.set_at_cap(at_cap)
    made = await bench.studio.tasks.generate_several(alike(recipe(), 3))
    await until_paused(bench)
    await until_quiet(bench)
    now = time.time
    ahead = periods_of(now()).day_ends + 60 - now()
    monkeypatch.setattr("time.time", lambda: now() + ahead)
    bench.studio.sender.wake()
    if at_cap is AtCap.WAIT:
        # The second is sent on the new day and counts for it: the third would pass its cap.
        await bench.until_state(made[1].id, "kept")
        assert (await until_paused(bench)).period == periods_of(now() + ahead).day
        await until_quiet(bench)
        assert len(sandbox.ledger()) == before + 2
    else:
        await asyncio.sleep(0.5)
        assert (await until_paused(bench)).period == periods_of(now()).day
        assert len(sandbox.ledger()) == before + 1


async def test_days_follow_the_recorded_time_when_a_clock_is_set_back_and_no_pause_is_endless(
    bench, sandbox, recipe, monkeypatch
):
    priced(sandbox)
    await told(bench, recipe())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.01"))
    await bench.studio.caps.set_at_cap(AtCap.WAIT)
    now, shift = time.time, 0.0
    monkeypatch.setattr("time.time", lambda: now() + shift)
    shift = 400 * 86_400.0  # the clock was wrong by a year
    made = await bench.studio.tasks.generate_several(alike(recipe(), 2))
    await until_paused(bench)
    await until_quiet(bench)
    shift = 0.0
    bench.studio.sender.wake()
    await bench.until_state(made[1].id, "kept")  # which counts for this day
    await bench.studio.tasks.generate(recipe(seed="later"))
    assert (await until_paused(bench)).total == "0.02"  # the first counts where it was recorded


async def test_a_charge_that_is_higher_than_expected_counts_as_it_is(bench, sandbox, recipe):
    priced(sandbox, charge=D("0.04"))
    await told(bench, recipe())
    before = len(sandbox.ledger())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.05"))
    for n in range(2):
        task = await bench.studio.tasks.generate(recipe(seed=str(n)))
        await bench.until_state(task.id, "kept")
    assert paid(sandbox, before) == D("0.08")  # 0.04 and an expected 0.01 fitted
    with pytest.raises(CapReached) as refused:
        await bench.studio.tasks.generate(recipe(seed="third"))
    assert refused.value.total == "0.09"


@pytest.mark.parametrize("at_cap", [AtCap.PAUSE, AtCap.WAIT])
async def test_a_charge_that_is_lower_lets_the_next_go_on_unless_the_person_is_to_resume(
    bench, sandbox, recipe, at_cap
):
    priced(sandbox, charge=D("0.001"))
    await told(bench, recipe())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.015"))
    await bench.studio.caps.set_at_cap(at_cap)
    made = await bench.studio.tasks.generate_several(alike(recipe(), 3))
    await until_paused(bench)
    if at_cap is AtCap.WAIT:
        for task in made:
            await bench.until_state(task.id, "kept")
    else:
        await bench.until_state(made[0].id, "kept")
        await asyncio.sleep(0.6)
        assert len(bench.studio.sender.pending.tasks) == 2


async def test_a_waiting_task_that_is_edited_is_held_back_by_its_new_price(bench, sandbox, recipe):
    priced(sandbox, rows=[ROW | {"priceMethod": "cpo"}])
    await told(bench, recipe())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.03"))
    await bench.studio.sender.hold()
    task = await bench.studio.tasks.generate(recipe(samples=1))
    pending = bench.studio.sender.pending
    pending.begin_edit(task.id)
    await pending.finish_edit(recipe(samples=8))
    assert bench.latest(task.id).estimated == D("0.08")
    await bench.studio.tasks.resume()
    assert (await until_paused(bench)).total == "0.08"


# --- without a price -----------------------------------------------------------------------------


async def test_without_a_price_the_person_is_asked_once_a_day(bench, sandbox, recipe, monkeypatch):
    await bench.studio.caps.set_cap(Cap.MONTH, D(5))
    with pytest.raises(PriceUnknown):
        await bench.studio.tasks.generate(recipe())
    person = Person(bench, False, True)
    assert await bench.studio.tasks.generate(recipe()) is None
    for n in range(2):
        task = await bench.studio.tasks.generate(recipe(seed=str(n)))
        await bench.until_state(task.id, "kept")
    assert len(person.asked) == 2
    assert person.asked[0].verdict.unpriced
    now = time.time
    with monkeypatch.context() as clock:
        clock.setattr("time.time", lambda: now() + 86_400)
        tomorrow = Person(bench, False)
        assert await bench.studio.tasks.generate(recipe(seed="tomorrow")) is None
        assert len(tomorrow.asked) == 1
    with pytest.raises(PriceUnknown):  # a command is never answered for
        await bench.studio.tasks.generate_now(recipe(seed="alone"), 30.0)
    made = await bench.studio.tasks.generate_now(recipe(seed="alone"), 30.0, over_cap=True)
    assert made.state is TaskState.KEPT


async def test_what_waited_without_a_price_when_a_cap_was_set_is_asked_about(bench, recipe):
    await bench.studio.sender.hold()
    task = await bench.studio.tasks.generate(recipe())
    await bench.studio.caps.set_cap(Cap.DAY, D(1))
    await bench.studio.sender.resume()
    await until_paused(bench, PriceUnknown)
    person = Person(bench, True)
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")
    assert person.asked[0].verdict.unpriced


# --- the sandbox, the settings -------------------------------------------------------------------


async def test_the_sandbox_never_counts_and_is_never_held_back(benches, recipe):
    bench = await benches(environ={})
    await bench.studio.caps.set_cap(Cap.DAY, D(0))
    await bench.studio.caps.set_cap(Cap.PRESS, D(0))
    for n in range(2):
        task = await bench.studio.tasks.generate(recipe(samples=1, seed=str(n)))
        await bench.until_state(task.id, "kept")
    await bench.studio.caps.look()
    assert bench.studio.caps.spent.day == 0
    assert bench.studio.caps.verdict(recipe(), 500).fits


async def test_the_caps_are_kept_and_what_is_no_amount_sets_none(benches, recipe):
    first = await benches()
    await first.studio.caps.set_cap(Cap.DAY, D("12.50"))
    await first.studio.caps.set_at_cap(AtCap.WAIT)
    await first.studio.preferences.remember("cap_month", "a lot")
    await first.studio.preferences.remember("cap_press", "-3")
    await first.close()
    second = await benches()
    assert second.studio.caps.caps.amounts == {Cap.DAY: D("12.5")}
    assert second.studio.caps.caps.at_cap is AtCap.WAIT
    await second.studio.caps.set_cap(Cap.DAY, None)
    assert not second.studio.caps.caps.amounts


async def test_what_is_left_is_told_from_memory(bench, sandbox, recipe):
    priced(sandbox)
    await told(bench, recipe())
    await bench.studio.caps.set_cap(Cap.DAY, D("0.05"))
    assert bench.studio.caps.verdict(recipe(), 5).fits
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: bench.studio.caps.spent.day == PRICE)
    assert not bench.studio.caps.verdict(recipe(), 5).fits
    told_now = bench.studio.caps.verdict(recipe(), 4)
    assert told_now.fits
    assert told_now.least_left == (Cap.DAY, D(0))
    await bench.until_state(task.id, "kept")
