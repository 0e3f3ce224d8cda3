from __future__ import annotations

import itertools
import json
import random
import shutil
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
import pytest
from msgspec.structs import replace

from cartoonmix_desktop.core.errors import PictureGone
from cartoonmix_desktop.core.money.spending import Grouping, Span
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.outcome import Charge, charge_of, was_sent
from cartoonmix_desktop.core.task.task import IMPORTED, SANDBOX, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.money.spending import query_of, unknown_in
from cartoonmix_desktop.storage.history.ledger import Ledger

SAMPLES = Path(__file__).resolve().parent / "samples"
ALL = Span()
PICTURE = {"size": 10, "sha256": "ab" * 32, "width": 512, "height": 768, "at": 5.0}
ACCOUNTS = ("wiro-0123456789ab", "wiro-ba9876543210", SANDBOX, IMPORTED)
COLUMNS = "uid, account, owner, request, state, created_at, remote_id, cost, estimated"


@pytest.fixture
def clock(monkeypatch):
    """Sets the time zone of this process."""

    def choose(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        return ZoneInfo(zone)

    yield choose
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def store(history, ledger):
    """Puts a task into the history as it is told, whatever way might have led there; its id."""
    connection = apsw.Connection(str(history))
    connection.pragma("synchronous", "OFF")
    number = itertools.count(1)

    def put(
        account=ACCOUNTS[0],
        state="kept",
        at=1_750_000_000.0,
        remote="r",
        cost=None,
        estimated=None,
        model="m",
        owed=(),
    ):
        uid = f"{next(number):032x}"
        request = json.dumps({"model": model, "values": {}})
        values = (uid, account, "gone", request, state, at, remote, cost, estimated)
        connection.execute(f"INSERT INTO task({COLUMNS}) VALUES ({', '.join('?' * 9)})", values)
        [(task_id,)] = connection.execute("SELECT id FROM task WHERE uid = ?", (uid,))
        for reason, due in owed:
            connection.execute(
                "INSERT INTO aftercare VALUES (?, ?, 1.0, ?, 1, NULL)", (task_id, reason, due)
            )
        return task_id

    yield put
    connection.close()


def test_what_counts_and_what_is_not_known_is_as_the_core_says_of_every_pair(ledger, store):
    owing = [(), *(((reason, due),) for reason in Owed for due in (9.0, None))]
    ids = [
        store(account, state.value, remote=remote, cost=cost, owed=owed)
        for account in ACCOUNTS
        for state in TaskState
        for remote in ("", "r")
        for cost in (None, 0, 7)
        for owed in owing
    ]
    tasks = ledger.tasks(ids)
    assert len(tasks) == 4 * len(TaskState) * 2 * 3 * len(owing)
    sent = {task.id for task in tasks if was_sent(task)}
    unknown = {task.id for task in tasks if charge_of(task) in {Charge.PENDING, Charge.UNKNOWN}}
    assert unknown < sent
    for by in Grouping:
        report = ledger.spending.of(by, ALL)
        assert (report.total.tasks, report.total.unknown) == (len(sent), len(unknown))
        [row] = report.rows
        assert row.sums == report.total
    assert set(ledger.ids(Query("is:sent")).ids) == sent
    assert set(ledger.ids(Query("is:charge-unknown")).ids) == unknown


# --- a history of any kind, and the same added up by Python --------------------------------------

DAYS = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),  # of 23 and 25 hours
    "America/Sao_Paulo": (
        date(2018, 11, 4),
        date(2018, 2, 18),
    ),  # without a midnight; with two 23:00
    "Asia/Kathmandu": (date(2026, 1, 1), date(2026, 2, 28)),
}
TAGS = ("client-a", "Förster", "=1+1", "deleted")
COLLECTIONS = ("Covers", "Ideas")
MODELS = ("futurist/CartoonMix v1.0", "futurist/cartoonmix-v1-0")


class Made:
    """A task as it was made up, for an addition of its own."""

    def __init__(self, chance, zone, days):
        day = chance.choice(days) + timedelta(chance.randrange(-2, 3))
        moment = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).timestamp()
        self.at = moment + chance.choice(
            (0.0, -0.001, 0.001, 3599.9, -3600.0, chance.uniform(0, 86_400))
        )
        self.day = datetime.fromtimestamp(self.at, zone).date()
        self.account = chance.choice((*ACCOUNTS, *ACCOUNTS[:2] * 3))
        self.state = chance.choice([*TaskState, *[TaskState.KEPT] * 9]).value
        self.remote = chance.choice(("", "r", "r", "r"))
        self.cost = chance.choice((None, 0, chance.randrange(10**12), chance.randrange(10**15)))
        self.estimated = chance.choice((None, chance.randrange(10**12)))
        self.model = chance.choice(MODELS)
        self.tags = chance.sample(TAGS, chance.choice((0, 0, 1, 1, 2)))
        self.pictures = chance.choice((0, 1, 4))
        self.collections = chance.sample(COLLECTIONS, chance.choice((0, 1, 2)))
        if not self.pictures:
            self.collections = []
        self.pending = chance.random() < 0.1
        self.fate = chance.choice(("here", "here", "here", "trashed", "deleted"))
        self.names_kept = True

    @property
    def counts(self):
        if self.account in {SANDBOX, IMPORTED} or self.state in {"queued", "removed", "rejected"}:
            return False
        return self.state != "cancelled" or bool(self.remote) or self.cost is not None

    @property
    def remembered(self):
        return self.fate != "deleted" or bool(self.remote) or self.cost is not None

    def keys(self, by):
        if by is Grouping.DAY:
            return [self.day.isoformat()]
        if by is Grouping.MONTH:
            return [f"{self.day:%Y-%m}"]
        if not self.names_kept:
            return [None]
        if by is Grouping.MODEL:
            return [self.model]
        return (self.tags if by is Grouping.TAG else self.collections) or [""]

    @property
    def unknown(self):
        if self.fate == "deleted":
            return self.cost is None
        return self.pending or self.cost is None


def added_up(made):
    both = [one for one in made if one.estimated is not None and one.cost is not None]
    priced = [one.estimated for one in made if one.estimated is not None]
    unit = Decimal(10) ** 12
    return (
        len(made),
        sum(one.pictures for one in made),
        sum(priced) / unit if priced else None,
        sum(one.cost or 0 for one in made) / unit,
        sum(one.unknown for one in made),
        sum(one.cost - one.estimated for one in both) / unit if both else None,
    )


def told(sums):
    return (
        *(sums.tasks, sums.pictures, sums.estimated, sums.charged),
        *(sums.unknown, sums.difference),
    )


def fill(ledger, store, history, made):
    """Into the database, through the ledger where a person's hand is in it."""
    ids = {}
    for one in made:
        owed = (("charge", 9.0),) if one.pending else ()
        ids[one] = store(
            one.account, one.state, one.at, one.remote, one.cost, one.estimated, one.model, owed
        )
    with apsw.Connection(str(history)) as connection:
        for one, task_id in ids.items():
            for place in range(one.pictures):
                connection.execute(
                    "INSERT INTO output(task_id, position, remote_id, state, path)"
                    " VALUES (?, ?, '', 'kept', ?)",
                    (task_id, place, f"{task_id}-{place}.png"),
                )
    for name in TAGS:
        ledger.marks.change_tags([ids[one] for one in made if name in one.tags], add=[name])
    for name in COLLECTIONS:
        ledger.marks.create_collection(name)
    numbers = {each.name: each.id for each in ledger.marks.collections()}
    for name, number in numbers.items():
        with apsw.Connection(str(history)) as connection:
            for one, task_id in ids.items():
                if name in one.collections:
                    connection.execute(
                        "INSERT INTO collected SELECT ?, id, task_id FROM output"
                        " WHERE task_id = ? AND position < 2",
                        (number, task_id),
                    )
    gone = [ids[one] for one in made if one.fate != "here"]
    with apsw.Connection(str(history)) as connection:
        for task_id in gone:
            connection.execute("UPDATE output SET trashed_at = 1.0 WHERE task_id = ?", (task_id,))
            connection.execute("UPDATE task SET trashed_at = 1.0 WHERE id = ?", (task_id,))
    ledger.trash.delete(Pieces(tasks=tuple(ids[one] for one in made if one.fate == "deleted")))
    return ids


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("zone_name", DAYS)
def test_sums_are_those_of_an_addition_of_its_own(ledger, store, history, clock, zone_name, seed):
    chance = random.Random(f"{zone_name} {seed}")
    zone = clock(zone_name)
    made = [Made(chance, zone, DAYS[zone_name]) for _ in range(100)]
    ids = fill(ledger, store, history, made)
    for one in chance.sample([one for one in made if one.fate == "deleted"], 5):
        if one.remembered and one.counts:  # as a version before names were kept would have left it
            with apsw.Connection(str(history)) as connection:
                connection.execute(
                    "UPDATE deleted_task SET tags = NULL, collections = NULL, model = NULL,"
                    " pictures = NULL, estimated = NULL WHERE created_at = ?",
                    (one.at,),
                )
            for same in made:
                if same.at == one.at and same.fate == "deleted":
                    same.names_kept, same.pictures, same.estimated = False, 0, None
    counted = [one for one in made if one.counts and one.remembered]
    # What was deleted tells no state: what was asked for stands as it is remembered.
    counted += [
        one
        for one in made
        if not one.counts
        and one.fate == "deleted"
        and one.remembered
        and one.account not in {SANDBOX, IMPORTED}
    ]
    days = sorted({one.day for one in made})
    spans = [ALL, Span(days[1]), Span(None, days[-2]), Span(days[1], days[-2])]
    spans += [Span(day, day) for day in chance.sample(days, 3)]
    for span, by in itertools.product(spans, Grouping):
        within = [
            one
            for one in counted
            if (span.first is None or one.day >= span.first)
            and (span.last is None or one.day <= span.last)
        ]
        wanted = defaultdict(list)
        for one in within:
            for key in one.keys(by):
                wanted[key].append(one)
        report = ledger.spending.of(by, span)
        assert told(report.total) == added_up(within)
        assert {row.key if not row.deleted else None: told(row.sums) for row in report.rows} == {
            key: added_up(some) for key, some in wanted.items()
        }
        assert len(report.rows) == len(wanted)
        per_day = defaultdict(list)
        for one in within:
            per_day[one.day.isoformat()].append(one)
        assert [(row.key, told(row.sums)) for row in report.days] == [
            (day, added_up(per_day[day])) for day in sorted(per_day)
        ]
        for row in report.rows:
            if row.deleted:
                continue
            here = {ids[one] for one in wanted[row.key] if one.fate == "here"}
            assert set(ledger.ids(Query(query_of(by, row, span))).ids) == here
        unknown = {ids[one] for one in within if one.fate == "here" and one.unknown}
        assert set(ledger.ids(Query(unknown_in(span))).ids) == unknown
    assert ledger.spending.of(Grouping.TAG, ALL).total.charged == ledger.spent_since(
        -1e12, without_account=SANDBOX
    ) - sum(
        Decimal(one.cost or 0).scaleb(-12)
        for one in made
        if one not in counted and one.account != SANDBOX and one.remembered
    )


def test_pictures_are_counted_as_they_come_and_stay_counted_when_they_are_deleted(ledger, add):
    task = add()
    for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
        ledger.move(task.id, state, at=1.0, remote_id="r")
    task = ledger.set_outputs(task.id, ["a", "b", "c"])

    def pictures():
        return ledger.spending.of(Grouping.DAY, ALL).total.pictures

    assert pictures() == 0
    for output in task.outputs:
        task = ledger.keep_output(output.id, path=f"{output.remote_id}.png", **PICTURE)
    assert pictures() == 3
    one, other, _ = task.outputs
    ledger.break_output(one.id, PictureGone())
    assert pictures() == 2
    ledger.keep_output(one.id, path="a.png", **PICTURE)
    assert pictures() == 3
    ledger.trash.put(Pieces(pictures=(other.id,)), at=2.0)
    ledger.trash.delete(Pieces(pictures=(other.id,)))
    assert ledger.task(task.id).outputs != task.outputs
    assert pictures() == 3
    ledger.move(task.id, TaskState.KEPT, at=2.0)
    ledger.trash.put(Pieces(tasks=(task.id,)), at=3.0)
    assert pictures() == 3
    ledger.trash.delete(Pieces(tasks=(task.id,)))
    assert pictures() == 3


def test_a_history_of_before_knows_how_many_pictures_it_made(tmp_path):
    path = tmp_path / "history.sqlite3"
    shutil.copyfile(SAMPLES / "history-v11.sqlite3", path)
    opened = Ledger(path)
    tasks = opened.tasks(range(1, 40))
    made = {task.id: sum(output.was_kept for output in task.outputs) for task in tasks}
    opened.close()
    assert sum(made.values()) > 3
    with apsw.Connection(str(path)) as connection:
        assert dict(connection.execute("SELECT id, pictures FROM task")) == made


def test_a_tag_that_differs_in_case_from_a_deleted_one_is_the_same(ledger, store):
    gone, here = store(cost=1), store(cost=2)
    ledger.marks.change_tags([gone], add=["Client-A"])
    ledger.trash.put(Pieces(tasks=(gone,)), at=1.0)
    ledger.trash.delete(Pieces(tasks=(gone,)))
    ledger.marks.change_tags([here], add=["other"])  # what nothing has any more is forgotten
    ledger.marks.change_tags([here], add=["client-a"], remove=["other"])
    [row] = ledger.spending.of(Grouping.TAG, ALL).rows
    assert (row.key, row.sums.tasks, row.sums.charge) == ("client-a", 2, 3)


def test_what_changes_is_added_up_anew(ledger, store):
    first = store(cost=1)
    assert ledger.spending.of(Grouping.DAY, ALL).total.charge == 1
    store(cost=2)
    assert ledger.spending.of(Grouping.DAY, ALL).total.charge == 3
    ledger.update(first, cost=Decimal("0.5"))
    assert ledger.spending.of(Grouping.DAY, ALL).total.charged == Decimal("0.500000000002")


@pytest.mark.parametrize("at", [-1e18, -5.0, 0.0, 1e11, 1e300])
def test_what_no_clock_can_have_meant_is_not_lost(ledger, store, at):
    store(cost=1)
    store(cost=2, at=at)
    for by in Grouping:
        report = ledger.spending.of(by, ALL)
        assert report.total.charge == sum(row.sums.charge for row in report.rows) == 3


def test_nothing_was_spent_in_an_empty_history_or_outside_of_it(ledger, store):
    empty = ledger.spending.of(Grouping.TAG, ALL)
    assert (empty.rows, empty.days, empty.total.tasks) == ((), (), 0)
    assert empty.total.estimated is None
    store(account=SANDBOX, cost=5)
    assert ledger.spending.of(Grouping.DAY, ALL) == replace(empty, by=Grouping.DAY)
    store(cost=5)
    for span in (Span(date(2030, 1, 1)), Span(None, date(2000, 1, 1))):
        assert ledger.spending.of(Grouping.MODEL, span).rows == ()
