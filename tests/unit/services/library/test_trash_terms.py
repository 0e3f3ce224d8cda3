"""Terms of the trash count days of use: whatever the clock says, with a real history and files."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.core.use_days import UseDays
from cartoonmix_desktop.services.library.trash import QUIET, Trash
from cartoonmix_desktop.storage.history.trash import _DAYS_KEY
from tests.unit.services.shelf import Shelf

DAY = 24 * 3600.0


@pytest.fixture(autouse=True)
def zone(monkeypatch):
    """Where the computer is; a test may take it elsewhere."""

    def travel(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    travel("Europe/Berlin")
    yield travel
    monkeypatch.undo()
    time.tzset()


def local(*moment: int) -> float:
    return datetime(*moment).timestamp()  # noqa: DTZ001  local on purpose


class Person:
    """Uses the program day after day, under a clock that is whatever a test makes it."""

    def __init__(self, shelf) -> None:
        self.shelf = shelf
        self.now = local(2026, 3, 2, 12)
        self.up = 0.0
        self.start()

    def start(self) -> None:
        """Start the program anew."""
        self.trash = Trash(
            self.shelf.studio.history,
            self.shelf.studio.library,
            self.shelf.settings,
            self.shelf.studio.events,
            clock=lambda: self.now,
            uptime=lambda: self.up,
        )

    async def sit(self, now: float) -> list[int]:
        """Start at a moment, stay for an hour; what is left in the trash then."""
        self.trash.close()
        self.now = now
        self.start()
        await self.trash.expire()
        self.up += 3600
        return await self.look()

    async def look(self) -> list[int]:
        """What is left after one more look at the clock."""
        await self.trash.expire()
        return await self.left()

    async def left(self) -> list[int]:
        return sorted({item.task_id for item in await self.trash.items()})

    async def throw(self) -> int:
        task = await self.shelf.add()
        await self.trash.put(Pieces(tasks=(task.id,)))
        return task.id

    async def use(self, *days: int) -> None:
        """Use it at noon of days counted from the first."""
        for day in days:
            await self.sit(noon(day))


def noon(day: int) -> float:
    return local(2026, 3, 2, 12) + day * DAY


@pytest.fixture
async def person(tmp_path):
    shelf = await Shelf(tmp_path / "home" / "cartoonmix").open()
    made = Person(shelf)
    yield made
    made.trash.close()
    await shelf.close()


async def test_a_clock_far_ahead_for_one_start_deletes_nothing(person):
    task = await person.throw()
    files = person.shelf.files()
    await person.use(*range(1, 6))
    assert await person.sit(noon(60)) == [task]
    for _ in range(48):
        assert await person.look() == [task]
    assert await person.sit(noon(6)) == [task]
    assert person.shelf.files() == files


async def test_a_clock_far_ahead_deletes_what_one_more_day_would(person):
    first = await person.throw()
    await person.use(1)
    second = await person.throw()
    await person.use(*range(2, 31))
    assert await person.left() == [first, second]
    assert await person.sit(noon(400)) == [second]
    assert await person.sit(noon(30)) == [second]
    assert await person.sit(noon(31)) == []


async def test_what_is_thrown_away_under_a_wrong_clock_has_its_whole_term(person):
    await person.use(0, 1)
    person.now = noon(60)
    ahead = await person.throw()
    person.now = noon(-3000)
    behind = await person.throw()
    person.now = noon(1)
    await person.use(*range(2, 30))
    assert await person.left() == [ahead, behind]
    await person.use(*range(30, 40))
    assert await person.left() == []
    # The day to which the clock was ahead is like any other when it comes.
    await person.use(*range(40, 60))
    await person.sit(noon(60))
    right = await person.throw()
    await person.use(*range(61, 91))
    assert await person.left() == [right]
    assert await person.sit(noon(91)) == []


async def test_a_clock_that_is_set_back_loses_nothing_and_stops_nothing(person):
    task = await person.throw()
    await person.use(1)
    years_ago = range(-3000, -3000 + 29)
    await person.use(*years_ago)
    assert await person.left() == [task]
    assert await person.sit(noon(-3000 + 29)) == []


async def test_days_without_the_program_do_not_count(person):
    task = await person.throw()
    await person.use(*range(7, 7 * 31, 7))
    assert await person.left() == [task]
    assert await person.sit(noon(7 * 31)) == []


async def test_a_day_counts_once_however_often_it_is_started(person):
    task = await person.throw()
    for hour in range(100):
        await person.sit(noon(1) + hour * 60)
    await person.use(0, 1, 0, 1, *[60, 1] * 40)  # a clock that goes back and forth
    assert await person.left() == [task]


async def test_nothing_is_deleted_in_the_first_ten_minutes(person):
    await person.throw()
    await person.use(*range(1, 31))
    person.now = noon(31)
    person.start()
    assert len(await person.look()) == 1
    person.up += QUIET - 1
    assert len(await person.look()) == 1
    person.now += 365 * DAY  # set meanwhile
    assert len(await person.look()) == 1
    person.up += 1
    assert await person.look() == []


async def test_one_look_deletes_no_more_than_one_day_put_there(person):
    tasks = []
    for day in range(4):
        await person.sit(noon(day))
        tasks.append(await person.throw())
    for day in range(4, 80):  # never for ten minutes
        person.now = noon(day)
        person.start()
        assert await person.look() == tasks
    person.up += QUIET
    assert [await person.look() for _ in tasks] == [tasks[1:], tasks[2:], tasks[3:], []]


async def test_for_ever_means_for_ever_and_a_term_begins_with_the_day_it_was_put_there(person):
    person.shelf.settings.set("trash_days", 0)
    task = await person.throw()
    assert person.trash.days_left(person.now) is None
    await person.use(*range(1, 200))
    assert await person.left() == [task]
    late = await person.throw()
    person.shelf.settings.set("trash_days", 7)
    assert await person.look() == [late]
    (item,) = await person.trash.items()
    assert person.trash.days_left(item.at) == 7
    await person.use(*range(200, 207))
    assert await person.left() == [late]
    assert person.trash.days_left(item.at) == 0
    assert await person.sit(noon(207)) == []


async def test_single_pictures_have_terms_too(person):
    task = await person.shelf.add()
    await person.trash.put(Pieces(pictures=(task.outputs[0].id,)))
    await person.use(*range(1, 31))
    assert await person.left() == [task.id]
    assert await person.sit(noon(31)) == []
    assert len((await person.shelf.studio.history.task(task.id)).outputs) == 1
    assert len(person.shelf.files()) == 1


async def test_emptying_the_trash_waits_for_nothing(person):
    await person.throw()
    await person.trash.delete(Pieces(tasks=(1,)))
    assert await person.left() == []
    assert person.shelf.files() == {}


@pytest.mark.parametrize(
    "damaged",
    ["", "[", "null", "{}", '[{"day":1}]', '[{"day":1,"spans":[]}]', "\udcff", '[{"day":"x"}]'],
)
async def test_a_damaged_record_begins_anew(person, damaged):
    task = await person.throw()
    await person.use(*range(1, 30))
    damaged = damaged.encode("utf-8", "replace").decode()
    await person.shelf.studio.history.set_state(_DAYS_KEY, damaged)
    await person.use(*range(30, 61))
    assert await person.left() == [task]
    assert await person.sit(noon(61)) == []


async def test_what_an_older_version_threw_away_counts_from_now_on(person):
    history = person.shelf.studio.history
    long_ago, ahead = await person.shelf.add(), await person.shelf.add()
    for task, day in ((long_ago, -500), (ahead, 500)):
        pieces = Pieces(tasks=(task.id,))
        await history.write_ledger(lambda ledger, p=pieces, d=day: ledger.trash.put(p, at=noon(d)))
    await person.use(*range(31))
    assert await person.left() == [long_ago.id, ahead.id]
    assert await person.sit(noon(31)) == [ahead.id]  # each day's worth by itself
    assert await person.look() == []


async def test_a_term_that_is_set_late_deletes_one_day_at_a_time(person):
    person.shelf.settings.set("trash_days", 0)
    tasks = []
    for day in range(3):
        await person.sit(noon(day))
        tasks.append(await person.throw())
    await person.use(*range(3, 120))  # so long ago that the days are not told apart any more
    person.shelf.settings.set("trash_days", 90)
    assert [await person.look() for _ in tasks] == [tasks[1:], tasks[2:], []]


async def test_two_programs_and_a_look_by_each(person):
    task = await person.throw()
    other = Person(person.shelf)
    for day in range(1, 31):
        await person.sit(noon(day))
        await other.sit(noon(day))
    assert await other.left() == [task]
    assert await other.sit(noon(31)) == await person.sit(noon(31)) == []
    other.trash.close()


async def test_what_is_thrown_away_before_midnight_has_its_whole_days(person):
    person.now = local(2026, 3, 2, 23, 59)
    task = await person.throw()
    for day in [(3, n) for n in range(3, 32)] + [(4, 1)]:  # one has 23 hours
        await person.sit(local(2026, *day, 0, 1))
    assert await person.left() == [task]
    assert await person.sit(local(2026, 4, 2, 0, 1)) == []


async def test_a_program_that_runs_on_through_midnight_counts_the_day(person):
    person.up += QUIET
    person.now = local(2026, 10, 2, 12)
    await person.throw()
    for _ in range(24 * 30 + 12):  # also through the night of 25 hours
        person.now += 3600
        assert len(await person.look()) == 1
    person.now += 3600
    assert await person.look() == []


async def test_travelling_round_the_world_makes_nothing_older(person, zone):
    """The same hours lie on other days elsewhere."""
    person.now = local(2026, 3, 2, 23, 30)
    task = await person.throw()
    for _ in range(40):
        for name in ("Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin", "Pacific/Apia"):
            zone(name)
            assert await person.sit(person.now + 60) == [task]
    zone("Europe/Berlin")
    for day in range(3, 31):
        await person.sit(local(2026, 3, day, 12))
    assert await person.left() == [task]
    await person.use(31, 32, 33, 34)
    assert await person.left() == []


def test_what_was_thrown_away_elsewhere_on_this_day_stays_with_it(zone):
    """Also where all time seems known, since the clock was once years ahead."""
    days = UseDays().noted(local(2029, 1, 1))
    for day in range(100):
        days = days.noted(noon(day))
    zone("Pacific/Auckland")
    thrown = local(2026, 6, 20, 0, 30)
    days = days.noted(thrown).noted(local(2026, 6, 21, 0, 30))
    zone("Europe/Berlin")  # where it is the day before
    days = days.noted(local(2026, 6, 20, 15))
    assert days.age(thrown) == 0
