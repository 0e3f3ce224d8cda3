from __future__ import annotations

import json
import threading
from decimal import Decimal

import apsw
import pytest

from cartoonmix_desktop.core.errors import (
    DatabaseDamaged,
    DatabaseForeign,
    DatabaseTooNew,
    DiskFull,
    FolderUnusable,
    OutcomeUnknown,
    PictureGone,
    RateLimited,
    TaskFailed,
)
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.search.result_set import milliseconds
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import MOVES, SANDBOX, UNFINISHED, OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.database import Interrupted
from cartoonmix_desktop.storage.history.ledger import Ledger

PICTURE = {"size": 10, "sha256": "ab" * 32, "width": 512, "height": 768, "at": 5.0}


def raw(history, query, *values):
    connection = apsw.Connection(str(history))
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def path_to(state):
    """The shortest way from queued to ``state``."""
    ways = [[TaskState.QUEUED]]
    while ways:
        way = ways.pop(0)
        if way[-1] is state:
            return way[1:]
        ways += [[*way, step] for step in sorted(MOVES[way[-1]]) if step not in way]
    raise AssertionError(state)


def bring(ledger, task, state):
    for step in path_to(state):
        task = ledger.move(task.id, step, at=1.0)
    return task


# --- adding and reading --------------------------------------------------------------------------


def test_a_task_is_the_same_after_a_restart(ledger, history):
    values = {
        "prompt": '雪 \ud800 \0 "quote"\nsecond line',
        "steps": 20,
        "scale": 7.5,
        "seed": "007",
    }
    request = GenerationRequest.build(values)
    request = GenerationRequest(request.model, {**request.values, **values})
    added = ledger.add(request, SANDBOX, "me", at=1700000000.25, uid="f" * 32)
    assert added.state is TaskState.QUEUED
    assert added.request == request
    assert (added.account, added.uid, added.created_at) == (SANDBOX, "f" * 32, 1700000000.25)
    ledger.close()
    again = Ledger(history)
    assert again.task(added.id) == added
    assert {k: type(v) for k, v in again.task(added.id).request.values.items()} == {
        k: type(v) for k, v in request.values.items()
    }
    again.close()


def test_ids_grow_and_the_same_task_is_not_stored_twice(ledger, add):
    first, second = add(), add()
    assert second.id > first.id
    with pytest.raises(apsw.ConstraintError):
        ledger.add(first.request, "a", "me", at=1.0, uid=first.uid)
    assert len(ledger.ids()) == 2


def test_several_tasks_come_in_the_order_asked(ledger, add):
    tasks = [add(f"number {n}") for n in range(5)]
    asked = [tasks[3].id, 999, tasks[0].id, tasks[4].id, tasks[3].id]
    assert [task.id for task in ledger.tasks(asked)] == [
        tasks[3].id,
        tasks[0].id,
        tasks[4].id,
        tasks[3].id,
    ]
    assert ledger.tasks([]) == []


def test_an_unknown_id_is_a_key_error(ledger):
    with pytest.raises(KeyError):
        ledger.task(1)
    with pytest.raises(KeyError):
        ledger.move(1, TaskState.SENDING, at=1.0)
    with pytest.raises(KeyError):
        ledger.update(1, status="x")
    with pytest.raises(KeyError):
        ledger.set_outputs(1, ["a"])
    with pytest.raises(KeyError):
        ledger.retry_outputs(1)
    with pytest.raises(KeyError):
        ledger.keep_output(1, path="x", **PICTURE)
    with pytest.raises(KeyError):
        ledger.break_output(1, PictureGone())


@pytest.mark.parametrize(
    "stored", ['{"model": "m"}', "[]", "null", "{", '{"model": 3, "values": [1]}']
)
def test_a_request_of_another_version_is_read_as_well_as_can_be(ledger, history, add, stored):
    task = add()
    raw(history, "UPDATE task SET request = ? WHERE id = ?", stored, task.id)
    request = ledger.task(task.id).request
    assert dict(request.values) == {}
    assert request.title == ""


def test_an_error_of_another_version_is_read_as_well_as_can_be(ledger, history, add):
    task = add()
    raw(history, "UPDATE task SET error = ?", json.dumps({"kind": "FromTheFuture", "x": 1}))
    assert ledger.task(task.id).error is not None


COUNT = {*UNFINISHED, TaskState.KEPT, TaskState.UNKNOWN}


def kept_picture(ledger, task):
    listed = ledger.set_outputs(task.id, ["1", "2"])
    for output in listed.outputs:
        task = ledger.keep_output(output.id, path=f"{output.id}.png", **PICTURE)
    return task


@pytest.mark.parametrize("state", list(TaskState))
def test_the_same_is_found_where_its_pictures_are_kept_or_on_their_way(ledger, state):
    request = GenerationRequest.build({"prompt": "a fox", "seed": "7"})
    task = ledger.add(request, "me", "us", at=1.0, uid="1" * 32)
    kept_picture(ledger, task)
    bring(ledger, task, state)
    assert ledger.same(request, "me") == (task.id if state in COUNT else None)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "a Fox"},
        {"negativePrompt": ""},
        {"samples": 3},
        {"steps": 21},
        {"scale": 4.5},
        {"scheduler": "DDIM"},
        {"clipSkip": 3},
        {"width": 520},
        {"height": 520},
        {"seed": "07"},
        {"callbackUrl": "https://example.com/"},
    ],
)
def test_what_differs_in_one_input_is_not_the_same(ledger, change):
    values = {"prompt": "a fox", "seed": "7"}
    ledger.add(GenerationRequest.build(values), "me", "us", at=1.0, uid="1" * 32)
    assert ledger.same(GenerationRequest.build(values), "me") == 1
    assert ledger.same(GenerationRequest.build(values), "another") is None
    assert ledger.same(GenerationRequest.build(values | change), "me") is None


def test_what_is_in_the_trash_is_not_the_same_and_the_newest_is_told(ledger):
    request = GenerationRequest.build({"prompt": "a fox"})
    tasks = [ledger.add(request, "me", "us", at=float(n), uid=f"{n:032}") for n in range(4)]
    for task in tasks:
        kept_picture(ledger, task)
        bring(ledger, task, TaskState.KEPT)
    assert ledger.same(request, "me") == 4
    ledger.trash.put(Pieces(tasks=(4,)), at=9.0)
    assert ledger.same(request, "me") == 3
    pictures = tuple(output.id for output in ledger.task(3).outputs)
    ledger.trash.put(Pieces(pictures=pictures), at=9.0)
    assert ledger.same(request, "me") == 2


# --- moves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", TaskState)
def test_only_legal_moves_are_made(ledger, history, add, state):
    for to in TaskState:
        task = bring(ledger, add(), state)
        moves = raw(history, "SELECT state, at FROM move ORDER BY id")
        if to in MOVES[state]:
            assert ledger.move(task.id, to, at=9.0).state is to
            moves.append((to.value, 9.0))
        else:
            with pytest.raises(ValueError, match="cannot go from"):
                ledger.move(task.id, to, at=9.0, status="never")
            assert ledger.task(task.id) == task
        assert raw(history, "SELECT state, at FROM move ORDER BY id") == moves


def test_a_move_takes_its_changes_along(ledger, add):
    task = add()
    ledger.move(task.id, TaskState.SENDING, at=1.0)
    moved = ledger.move(task.id, TaskState.ACCEPTED, at=2.0, remote_id="2221", token="t")
    assert (moved.state, moved.remote_id, moved.token) == (TaskState.ACCEPTED, "2221", "t")
    error = TaskFailed(server_message="<b>bad</b>")
    failed = ledger.move(
        task.id,
        TaskState.FAILED,
        at=3.0,
        status="task_postprocess_end",
        verdict=Verdict.FAILED,
        error=error,
        cost=Decimal("0.0100"),
        seconds=6.5,
    )
    assert repr(failed) == repr(ledger.task(task.id))
    assert failed.verdict is Verdict.FAILED
    assert str(failed.error) == str(error)
    assert str(failed.cost) == "0.01"
    assert failed.seconds == 6.5


def test_a_move_whose_change_is_wrong_is_no_move(ledger, history, add):
    task = add()
    with pytest.raises(ValueError, match="uid"):
        ledger.move(task.id, TaskState.SENDING, at=1.0, status="x", uid="0" * 32)
    assert ledger.task(task.id) == task
    assert raw(history, "SELECT count(*) FROM move") == [(1,)]


def test_facts_can_be_taken_back(ledger, add):
    task = bring(ledger, add(), TaskState.SENDING)
    cause = OutcomeUnknown(cause="NoAnswer")
    unknown = ledger.move(task.id, TaskState.UNKNOWN, at=1.0, error=cause, owner="you")
    assert str(unknown.error) == str(cause)
    assert ledger.move(task.id, TaskState.QUEUED, at=2.0, error=None).error is None
    assert ledger.owners() == {"you"}


def test_errors_keep_their_facts(ledger, add):
    error = RateLimited("Run", 96, "slow down", 429, retry_after=1.5)
    assert str(ledger.update(add().id, error=error).error) == str(error)


def test_the_request_changes_only_while_queued_and_is_found_by_its_new_words(ledger, add):
    task = add("a castle")
    new = GenerationRequest.build({"prompt": "a lighthouse"})
    assert ledger.update(task.id, request=new).request == new
    assert not list(ledger.ids(Query("castle")))
    found = ledger.ids(Query("light"))
    assert list(found) == [task.id]
    assert list(found.moments) == [milliseconds(task.created_at)]
    ledger.move(task.id, TaskState.SENDING, at=1.0)
    with pytest.raises(ValueError, match="request"):
        ledger.update(task.id, request=task.request)
    with pytest.raises(ValueError, match="state"):
        ledger.update(task.id, state=TaskState.KEPT)
    assert ledger.task(task.id).request == new
    assert not list(ledger.ids(Query("castle")))


# --- outputs -------------------------------------------------------------------------------------


def ids_of(task):
    return [output.remote_id for output in task.outputs]


def states_of(task):
    return [output.state for output in task.outputs]


def test_outputs_are_created_once_and_kept_ones_stay(ledger, add):
    task = bring(ledger, add(), TaskState.DOWNLOADING)
    two = ledger.set_outputs(task.id, ["a", "b"])
    assert [o.position for o in two.outputs] == [0, 1]
    assert states_of(two) == [OutputState.PENDING, OutputState.PENDING]
    kept = ledger.keep_output(two.outputs[0].id, path="2026-11/a.png", **PICTURE)
    broken = ledger.break_output(two.outputs[1].id, PictureGone(detail="410"))
    assert states_of(broken) == [OutputState.KEPT, OutputState.BROKEN]
    assert isinstance(broken.outputs[1].error, PictureGone)
    more = ledger.set_outputs(task.id, ["a", "b", "c"])
    assert repr(more.outputs[:2]) == repr(broken.outputs)
    assert more.outputs[0] == kept.outputs[0]
    assert more.outputs[2].state is OutputState.PENDING
    assert len(ledger.set_outputs(task.id, []).outputs) == 3
    retried = ledger.retry_outputs(task.id)
    assert states_of(retried) == [OutputState.KEPT, OutputState.PENDING, OutputState.PENDING]
    assert retried.outputs[1].error is None
    assert retried == ledger.tasks([task.id])[0]


def test_outputs_listed_in_another_order_keep_their_places(ledger, add):
    task = ledger.set_outputs(add().id, ["a", "b"])
    ledger.keep_output(task.outputs[0].id, path="a", **PICTURE)
    turned = ledger.set_outputs(task.id, ["new", "b", "a"])
    assert ids_of(turned) == ["a", "b", "new"]
    assert states_of(turned) == [OutputState.KEPT, OutputState.PENDING, OutputState.PENDING]
    assert [output.position for output in turned.outputs] == [0, 1, 2]
    assert ids_of(ledger.set_outputs(task.id, ["b", "a", "new"])) == ids_of(turned)
    assert ids_of(ledger.set_outputs(task.id, ["x", "y", "z", "a", "b", "new"])) == [
        *ids_of(turned),
        *("x", "y", "z"),
    ]


def test_outputs_whose_ids_changed_are_the_same_outputs(ledger, add):
    task = ledger.set_outputs(add().id, ["a", "b"])
    ledger.keep_output(task.outputs[0].id, path="a", **PICTURE)
    renamed = ledger.set_outputs(task.id, ["x", "y"])
    assert ids_of(renamed) == ["a", "y"]
    assert states_of(renamed) == [OutputState.KEPT, OutputState.PENDING]


@pytest.mark.parametrize("remote_ids", [["", "", ""], ["a", "a", "a"]])
def test_outputs_that_cannot_be_told_apart_are_told_by_place(ledger, add, remote_ids):
    task = add()
    assert len(ledger.set_outputs(task.id, remote_ids).outputs) == 3
    assert len(ledger.set_outputs(task.id, remote_ids).outputs) == 3


def test_a_kept_output_carries_its_facts(ledger, add):
    output = ledger.set_outputs(add().id, ["a"]).outputs[0]
    ledger.break_output(output.id, PictureGone())
    kept = ledger.keep_output(output.id, path="p", **PICTURE).outputs[0]
    assert (kept.path, kept.size, kept.sha256, kept.width, kept.height, kept.error) == (
        "p",
        10,
        "ab" * 32,
        512,
        768,
        None,
    )


# --- questions about all of it -------------------------------------------------------------------


@pytest.mark.parametrize("state", TaskState)
def test_unfinished_is_what_the_core_says(ledger, add, state):
    task = bring(ledger, add(), state)
    assert ledger.unfinished() == ([task] if state in UNFINISHED else [])
    assert ledger.owners() == ({"me"} if state in UNFINISHED else set())


def test_unfinished_tasks_come_oldest_first_whatever_the_clock_said(ledger, add):
    tasks = [
        add(at=moment, owner=owner) for moment, owner in [(30.0, "b"), (10.0, "a"), (20.0, "b")]
    ]
    bring(ledger, tasks[1], TaskState.RUNNING)
    assert [task.id for task in ledger.unfinished()] == [task.id for task in tasks]


def test_adopting_takes_the_unfinished_ones_once(ledger, add):
    mine, running, queued = add(owner="me"), add(owner="dead"), add(owner="dead")
    running = bring(ledger, running, TaskState.RUNNING)
    bring(ledger, add(owner="dead"), TaskState.KEPT)
    assert ledger.owners() == {"me", "dead"}
    assert ledger.adopt(["dead", "long gone"], "me") == [running, queued]
    assert ledger.adopt(["dead"], "other") == []
    assert ledger.owners() == {"me"}
    assert mine.id in [task.id for task in ledger.unfinished()]


def test_spending_is_added_up_exactly(ledger, add):
    for moment, account, cost in [
        (99.0, "wiro-1", "5"),
        (100.0, "wiro-1", "0.1"),
        (101.0, "wiro-2", "0.2"),
        (102.0, SANDBOX, "7"),
        (103.0, "wiro-1", None),
    ]:
        task = add(at=moment, account=account)
        ledger.update(task.id, cost=None if cost is None else Decimal(cost))
    assert ledger.spent_since(100.0, without_account=SANDBOX) == Decimal("0.3")
    assert ledger.spent_since(104.0, without_account=SANDBOX) == Decimal(0)


@pytest.mark.parametrize("told", ["-0.01", "NaN", "Infinity", "1e30"])
def test_what_is_no_amount_is_not_known(ledger, add, told):
    assert ledger.update(add().id, cost=Decimal(told)).cost is None


def test_what_was_expected_stays_beside_the_charge(ledger):
    requests = [GenerationRequest.build({"prompt": str(number)}) for number in range(3)]
    known = (Decimal("0.000000000001"), None, Decimal("0.0035"))
    stored = ledger.queue_order.add(
        requests, "wiro-1", "me", at=1.0, uids=["a", "b", "c"], estimates=known
    )
    assert [task.estimated for task in stored] == list(known)
    assert ledger.update(stored[0].id, cost=Decimal(1)).estimated == known[0]


def test_totals_count_kept_pictures(ledger, add):
    assert ledger.totals() == (0, 0)
    assert not ledger.has_pictures()
    outputs = ledger.set_outputs(add().id, ["a", "b", "c"]).outputs
    ledger.keep_output(outputs[0].id, path="a", **{**PICTURE, "size": 3})
    ledger.keep_output(outputs[1].id, path="b", **{**PICTURE, "size": 4})
    assert ledger.totals() == (2, 7)
    assert ledger.has_pictures()


def test_small_facts_last(ledger, history):
    assert ledger.state("paused") == ""
    assert ledger.state("paused", "no") == "no"
    ledger.set_state("paused", "97")
    ledger.set_state("paused", "96")
    ledger.close()
    again = Ledger(history)
    assert again.state("paused", "no") == "96"
    again.close()


def test_the_data_version_tells_of_others_only(ledger, history, add):
    before = ledger.data_version()
    add()
    assert ledger.data_version() == before
    other = Ledger(history)
    other.set_state("a", "b")
    assert ledger.data_version() != before
    other.close()


# --- search --------------------------------------------------------------------------------------


FOUND = {
    "": [3, 2, 1, 0],
    "cast": [0],
    "CASTLE night": [0],
    "night cast": [0],
    "castle day": [],
    "astle": [0],
    "cafe": [1],
    "café": [1],
    "ng_deep": [1],
    "deepneg": [1],
    "城": [2],
    "雪の": [2],
    "の城": [2],
    "城雪": [],
    "雪 月": [2],
    "夜景": [2],
    "성": [3],
    "замок": [3],
    "ЗАМ": [3],
    "ｃａｓｔｌｅ": [0],
    '"': [3, 2, 1, 0],
    'cast"le': [],
    '"castle': [0],
    "(cast:1.2)": [],
    "(castle:1.2)": [0],
    "castle*": [0],
    "castle OR day": [0],
    "NOT castle": [3, 2, 1],
    "castle -": [0],
    "prompt:castle": [0],
    "NEAR(castle night)": [],
    "^castle": [0],
    "castle + ": [0],
    "{castle}": [0],
    "\\castle\\": [0],
    "%": [3, 2, 1, 0],
    "purple\0hair": [0],
    'purple"hair': [0],
    "purple\0": [0],
    "\ud800": [3, 2, 1, 0],
}


def test_search_finds_by_words_in_any_script(ledger, add):
    tasks = [
        add("a (castle:1.2) night, purple hair"),
        add("Café", negative="ng_deepnegative_v1_75t"),
        add("雪の城と月", negative="夜景"),
        add("겨울성 замок"),
    ]
    places = {task.id: place for place, task in enumerate(tasks)}
    found = {search: [places[one] for one in ledger.ids(Query(search))] for search in FOUND}
    assert found == FOUND


@pytest.mark.parametrize(
    "search",
    ["a" * 100_000, "w " * 50_000, "雪城" * 10_000, '"*' * 9_999],
    ids=["word", "words", "run", "quotes"],
)
def test_a_pasted_book_is_searched_too(ledger, add, search):
    add()
    assert len(ledger.ids(Query(search))) <= 1


def test_newest_first_by_the_time_of_the_click(ledger, add):
    second, third, first, fourth = add(at=20.0), add(at=10.0), add(at=30.5), add(at=10.0)
    for search in ("", "wizard"):
        found = ledger.ids(Query(search))
        assert list(found) == [first.id, second.id, fourth.id, third.id]
        assert list(found.moments) == [10_000, 10_000, 20_000, 30_500]
        assert found.whole
        # What was learnt from that answer: here, ids say nothing of the time.
        assert list(ledger.ids(Query(search), 2)) == [first.id, second.id]


@pytest.mark.parametrize("search", ["", "wizard"])
def test_the_newest_come_first_when_asked_for_a_few(ledger, add, search):
    tasks = [add(at=float(n)) for n in range(5)]
    found = ledger.ids(Query(search), 2)
    assert list(found) == [tasks[4].id, tasks[3].id]
    assert list(found.moments) == [3000, 4000]
    assert not found.whole
    for most in (5, 6):
        assert list(ledger.ids(Query(search), most)) == [task.id for task in reversed(tasks)]
        assert ledger.ids(Query(search), most).whole


def test_a_question_that_nobody_wants_any_more_ends(ledger):
    endless = "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    timer = threading.Timer(0.05, ledger.interrupt)
    timer.start()
    with pytest.raises(Interrupted), ledger._database.reading() as connection:
        connection.execute(endless).fetchall()
    timer.join()
    assert not list(ledger.ids())


# --- trouble -------------------------------------------------------------------------------------


def test_a_newer_history_is_left_untouched(ledger, history, add):
    add()
    ledger.close()
    raw(history, "PRAGMA user_version = 999")
    before = history.read_bytes()
    files = sorted(history.parent.iterdir())
    with pytest.raises(DatabaseTooNew) as caught:
        Ledger(history)
    assert caught.value.path == str(history)
    assert history.read_bytes() == before
    assert sorted(history.parent.iterdir()) == files


def test_a_newer_version_still_in_the_journal_is_refused_too(ledger, history):
    # The writer is open: nothing has reached the main file yet.
    with ledger._database.writing() as connection:
        connection.pragma("user_version", 999)
    with pytest.raises(DatabaseTooNew):
        Ledger(history)


@pytest.mark.parametrize(
    "bytes_", [b"not a database at all " * 50, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_a_damaged_history_is_told_and_left(history, bytes_):
    history.write_bytes(bytes_)
    with pytest.raises(DatabaseDamaged) as caught:
        Ledger(history)
    assert caught.value.path == str(history)
    assert history.read_bytes() == bytes_


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE x(' WHERE 1",
        "DROP TABLE output; PRAGMA user_version = 10",
    ],
)
def test_a_history_that_is_ours_by_its_head_alone_is_told(ledger, history, change):
    ledger.close()
    raw(history, change)
    with pytest.raises(DatabaseDamaged):
        Ledger(history)


def test_a_history_of_a_later_file_format_is_told(ledger, history):
    ledger.close()
    content = bytearray(history.read_bytes())
    content[47] = 9  # of the schema; SQLite knows up to 4
    history.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        Ledger(history)


def test_a_history_cut_short_is_told(ledger, history, add):
    for _ in range(50):
        add()
    ledger.close()
    history.write_bytes(history.read_bytes()[: 4096 * 3])
    with pytest.raises(DatabaseDamaged):
        Ledger(history)


def test_damage_met_later_is_told(ledger, history, add):
    task = add("long " * 500)
    for _ in range(30):
        add("long " * 500)
    ledger.close()
    content = bytearray(history.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    history.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        Ledger(history).task(task.id)


def test_the_database_of_another_program_is_not_taken(history):
    raw(history, "CREATE TABLE theirs (a)")
    before = history.read_bytes()
    with pytest.raises(DatabaseDamaged):
        Ledger(history)
    assert history.read_bytes() == before


def test_a_folder_in_the_way_is_told(history):
    history.mkdir()
    with pytest.raises(DatabaseForeign) as caught:
        Ledger(history)
    assert caught.value.path == str(history)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FolderUnusable):
        Ledger(tmp_path / "nowhere" / "history.sqlite3")


def test_a_full_disk_is_told_and_loses_nothing(ledger, add):
    task = add()
    connection = ledger._database._connection
    connection.pragma("max_page_count", connection.pragma("page_count"))
    request = GenerationRequest.build({"prompt": "long " * 20_000})
    with pytest.raises(DiskFull):
        ledger.add(request, "a", "me", at=1.0, uid="e" * 32)
    assert ledger.unfinished() == [task]
    connection.pragma("max_page_count", 1_000_000)
    assert ledger.add(request, "a", "me", at=1.0, uid="e" * 32).request == request


def test_a_read_only_history_can_be_read_and_says_so_when_written(ledger, add):
    task = add()
    ledger._database._connection.pragma("query_only", 1)
    assert ledger.task(task.id) == task
    with pytest.raises(FolderUnusable):
        ledger.move(task.id, TaskState.SENDING, at=1.0)


def test_closing_twice_is_harmless(ledger):
    ledger.close()
    ledger.close()


def test_writes_are_durable_and_rows_are_checked(ledger, history):
    with ledger._database.reading() as connection:
        assert connection.pragma("synchronous") == 2  # FULL
        assert connection.pragma("foreign_keys") == 1
        assert connection.pragma("journal_mode") == "wal"
    with pytest.raises(apsw.ConstraintError):
        raw(history, "INSERT INTO fact(key, value) VALUES ('a', zeroblob(3))")


# --- size ----------------------------------------------------------------------------------------


def test_questions_about_100_000_tasks_use_an_index(ledger):
    with ledger._database.writing() as connection:
        values = json.dumps({"model": "m", "values": {"prompt": "castle"}})
        connection.executemany(
            "INSERT INTO task(id, uid, account, owner, request, state, created_at)"
            " VALUES (?, ?, 'a', 'o', ?, 'kept', ?)",
            ((n, str(n), values, float(n)) for n in range(1, 100_001)),
        )
        for table in ("task_text", "task_part"):
            connection.executemany(
                f"INSERT INTO {table}(rowid, prompt, negative_prompt) VALUES (?, ?, '')",
                ((n, f"castle word{n % 1000}") for n in range(1, 100_001)),
            )
    assert len(ledger.ids()) == 100_000
    assert len(ledger.ids(Query("c"))) == 100_000
    assert list(ledger.ids(Query("word7 castle")))[:2] == [99799, 99798]
    assert len(ledger.ids(Query("castle word77"))) == 100 * 11
    assert ledger.tasks([100_000, 50_000])[1].created_at == 50_000.0
    assert ledger.unfinished() == []
    with ledger._database.reading() as connection:
        for query in (
            "SELECT id FROM task WHERE trashed_at IS NULL ORDER BY created_at DESC, id DESC",
            "SELECT id FROM unfinished",
            "SELECT DISTINCT owner FROM unfinished",
            "SELECT cost FROM task WHERE cost IS NOT NULL AND created_at >= 3 AND account <> 'x'",
            "SELECT count(*), sum(size) FROM output WHERE state = 'kept' AND trashed_at IS NULL",
        ):
            plan = " ".join(row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + query))
            assert "INDEX" in plan, (query, plan)
            assert "TEMP B-TREE FOR ORDER" not in plan, (query, plan)


# --- what is owed --------------------------------------------------------------------------------


def test_a_reason_of_another_version_hides_no_task(ledger, history, add):
    task = add()
    ledger.update(task.id, owed=(Aftercare(Owed.CHARGE, 1.0, 4.0),))
    raw(history, "INSERT INTO aftercare VALUES (?, 'a new one', 1, 4, 0, NULL)", task.id)
    assert ledger.tasks([task.id])[0].owed == (Aftercare(Owed.CHARGE, 1.0, 4.0),)
    assert [one.id for one, _owner in ledger.in_aftercare()] == [task.id]
    ledger.update(task.id, owed=())
    assert ledger.in_aftercare() == []


# --- the log -------------------------------------------------------------------------------------


def test_a_move_is_logged_once_it_is_on_the_disk(ledger, add, caplog):
    task = add()
    caplog.set_level("DEBUG")
    ledger.move(task.id, TaskState.SENDING, at=1.0)
    with pytest.raises(ValueError, match="cannot be changed"):
        ledger.move(task.id, TaskState.ACCEPTED, at=1.0, uid="not allowed")
    ledger.move(task.id, TaskState.UNKNOWN, at=1.0)
    assert [m for m in caplog.messages if m.startswith("move")] == [
        f"move task={task.id} from=queued to=sending",
        f"move task={task.id} from=sending to=unknown",
    ]


def test_a_charge_is_logged_when_it_is_new(ledger, add, caplog):
    caplog.set_level("DEBUG")
    task = add()
    for cost in ("0.05", "0.05", None, "0.060"):
        ledger.update(task.id, cost=cost and Decimal(cost))
    assert [m for m in caplog.messages if m.startswith("charge")] == [
        f"charge task={task.id} usd=0.05",
        f"charge task={task.id} usd=0.06",
    ]
