"""Marks on real SQLite: what is changed, how it is counted, and that it can be taken back."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from cartoonmix_desktop.core.errors import NameTaken
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.search.result_set import packed
from cartoonmix_desktop.core.task.marks import PictureMark, Target, clean_name, clean_names
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.marks import MOST_TOLD
from cartoonmix_desktop.storage.history.schema import _MARKS, HISTORY


@pytest.fixture
def kept(ledger, add):
    """Adds a task with so many pictures."""

    def make(count: int = 4, **facts):
        task = add(**facts)
        task = ledger.set_outputs(task.id, [f"{task.id}-{n}" for n in range(count)])
        for output in task.outputs:
            task = ledger.keep_output(
                output.id, path=f"{output.id}.png", size=9, sha256="0", width=8, height=8, at=1.0
            )
        return task

    return make


def seen(ledger, *tasks):
    """Everything that marks can change of tasks."""
    return [
        (task.tags, task.note, [(o.favourite, o.rating, o.rejected) for o in task.outputs])
        for task in ledger.tasks([task.id for task in tasks])
    ]


def test_a_mark_is_of_pictures_and_a_task_stands_for_all_of_its(ledger, kept, add):
    one, other, bare = kept(), kept(2), add()
    marks = ledger.marks
    done = marks.mark(Target(tasks=(one.id, bare.id)), PictureMark.RATING, 4)
    assert (done.count, done.tasks) == (4, (one.id,))
    assert {o.rating for o in ledger.task(one.id).outputs} == {4}
    done = marks.mark(Target(outputs=(other.outputs[1].id,)), PictureMark.FAVOURITE, 1)
    assert done.count == 1
    assert [o.favourite for o in ledger.task(other.id).outputs] == [False, True]
    again = marks.mark(Target(outputs=(other.outputs[1].id,)), PictureMark.FAVOURITE, 1)
    assert (again.changes, again.count, again.tasks) == (b"", 0, ())


def test_pictures_that_are_not_there_yet_are_not_judged(ledger, add):
    task = add()
    task = ledger.set_outputs(task.id, ["a"])
    target = Target((task.id,), (task.outputs[0].id,))
    assert not ledger.marks.mark(target, PictureMark.REJECTED, 1).changes


@pytest.mark.parametrize(
    ("mark", "value"), [(PictureMark.RATING, 6), (PictureMark.FAVOURITE, 2), ("rejected", -1)]
)
def test_impossible_values_are_refused(ledger, mark, value):
    with pytest.raises(ValueError, match="cannot be"):
        ledger.marks.mark(Target((1,)), mark, value)


def test_every_change_can_be_taken_back_and_made_again(ledger, kept, add):
    tasks = [kept(), kept(2), add()]
    ids = [task.id for task in tasks]
    marks = ledger.marks
    target = Target(tuple(ids))
    marks.mark(Target(outputs=(tasks[0].outputs[0].id,)), PictureMark.RATING, 2)
    marks.set_note(ids[1:2], "before")
    marks.create_collection("Old")
    (old,) = marks.collections()
    changes = [
        lambda: marks.mark(target, PictureMark.RATING, 5),
        lambda: marks.mark(target, PictureMark.FAVOURITE, 1),
        lambda: marks.mark(target, PictureMark.REJECTED, 1),
        lambda: marks.set_note(ids, "for the café"),
        lambda: marks.change_tags(ids, add=["Client A", "wip"]),
        lambda: marks.change_tags(ids[:1], add=["more"], remove=["client a"]),
        lambda: marks.set_note(ids, ""),
        lambda: marks.collect(old.id, target, inside=True),
        lambda: marks.collect(old.id, Target(outputs=(tasks[0].outputs[0].id,)), inside=False),
        lambda: marks.create_collection("Covers", target),
        lambda: marks.rename_collection(old.id, "New"),
        lambda: marks.delete_collection(old.id),
        lambda: marks.save_search("Mine", "rating:>3"),
        lambda: marks.save_search("Mine", "rating:5"),
        lambda: marks.rename_search(marks.saved_searches()[0].id, "Ours"),
        lambda: marks.delete_search(marks.saved_searches()[0].id),
    ]

    def everything():
        return (
            seen(ledger, *tasks),
            marks.tags(),
            marks.collections(),
            marks.saved_searches(),
            list(ledger.ids(Query("cafe"))),
            list(ledger.ids(Query('tag:"client a"'))),
            list(ledger.ids(Query("in:old"))),
        )

    states, records = [everything()], []
    for change in changes:
        records.append(change())
        assert records[-1].changes
        states.append(everything())
        assert states[-1] != states[-2]
    for place in reversed(range(len(changes))):
        marks.take_back(records[place].changes)
        assert everything() == states[place]
    for place, record in enumerate(records):
        assert set(marks.repeat(record.changes).tasks) == set(record.tasks)
        assert everything() == states[place + 1]


def test_of_very_many_it_is_told_that_they_are_many_and_all_come_back(ledger, kept):
    tasks = [kept(8) for _ in range(MOST_TOLD + 1)]  # more than one piece of a changeset
    ids = packed(task.id for task in tasks)
    marks, before = ledger.marks, seen(ledger, *tasks)
    rated = marks.mark(Target(ids), PictureMark.RATING, 5)
    tagged = marks.change_tags(ids, add=["a", "b"])
    noted = marks.set_note(ids, "a note")
    assert (rated.count, tagged.count, noted.count) == (8 * len(tasks), len(tasks), len(tasks))
    assert rated.tasks is tagged.tasks is noted.tasks is None
    assert marks.mark(Target(ids[1:]), PictureMark.FAVOURITE, 1).tasks == tuple(ids[1:])
    after = seen(ledger, *tasks)
    for done in (noted, tagged, rated):
        assert marks.take_back(done.changes).tasks is None
    assert [marks_of[:2] for marks_of in seen(ledger, *tasks)] == [((), "")] * len(tasks)
    assert {rating for *_, pictures in seen(ledger, *tasks) for _, rating, _ in pictures} == {0}
    for done in (rated, tagged, noted):
        assert marks.repeat(done.changes).tasks is None
    assert seen(ledger, *tasks) == after != before


def test_tasks_are_counted_whose_tags_change(ledger, add):
    one, other, third = add(), add(), add()
    marks, ids = ledger.marks, [one.id, other.id, third.id]
    assert marks.change_tags([one.id], add=["x"]).count == 1
    assert marks.change_tags(ids[:2], add=["x", "X", "y"]).count == 2
    assert marks.change_tags(ids, add=["x"]).count == 1
    assert marks.change_tags(ids, add=["new"], remove=["y"]).count == 3
    assert marks.change_tags(ids, remove=["y", "nothing"]).count == 0
    assert marks.change_tags(ids, add=["x"], remove=["x", "new"]).count == 3
    assert marks.tags() == [("x", 3)]


def test_what_is_gone_meanwhile_is_left_alone(ledger, kept):
    task = kept(1)
    other = kept(1)
    marks = ledger.marks
    rated = marks.mark(Target((task.id, other.id)), PictureMark.RATING, 3)
    tagged = marks.change_tags([task.id, other.id], add=["x"])
    marks.mark(Target((other.id,)), PictureMark.RATING, 1)  # by another process, say
    with ledger._database.writing() as connection:
        connection.execute("DELETE FROM task WHERE id = ?", (task.id,))
    marks.take_back(tagged.changes)
    marks.take_back(rated.changes)
    assert ledger.task(other.id).outputs[0].rating == 1
    marks.repeat(tagged.changes)
    assert ledger.task(other.id).tags == ("x",)
    assert not list(ledger.ids(Query("wizard", "tag:nothing")))
    assert list(ledger.ids(Query("wizard"))) == [other.id]


def test_a_deleted_task_takes_its_marks_along(ledger, kept):
    task = kept(1)
    marks = ledger.marks
    marks.change_tags([task.id], add=["x"])
    marks.set_note([task.id], "a note")
    marks.create_collection("c", Target((task.id,)))
    with ledger._database.writing() as connection:
        connection.execute("DELETE FROM task WHERE id = ?", (task.id,))
        for table in ("note", "task_tag", "collected", "output"):
            assert not connection.execute(f"SELECT * FROM {table}").fetchall(), table
    assert marks.tags() == []
    assert marks.collections()[0].count == 0


def test_one_tag_whatever_its_case(ledger, add):
    one, other = add(), add()
    ledger.marks.change_tags([one.id], add=["Café", "  two\n words "])
    ledger.marks.change_tags([other.id], add=["cafe"])
    assert ledger.marks.tags() == [("Café", 2), ("two words", 1)]
    ledger.marks.change_tags([one.id, other.id], remove=["CAFÉ"])
    assert ledger.marks.tags() == [("two words", 1)]
    assert ledger.task(one.id).tags == ("two words",)


def test_a_failed_task_has_tags_and_notes(ledger, add):
    task = add()
    ledger.marks.set_note([task.id], " why?\0 ")
    ledger.marks.change_tags([task.id], add=["again"])
    assert (ledger.task(task.id).note, ledger.task(task.id).tags) == ("why?", ("again",))


def test_a_name_is_given_once(ledger):
    marks = ledger.marks
    marks.create_collection("Covers")
    marks.create_collection("Others")
    for name in ("covers", " COVERS ", "", '"'):
        with pytest.raises(NameTaken):
            marks.create_collection(name)
    others = next(c for c in marks.collections() if c.name == "Others")
    with pytest.raises(NameTaken):
        marks.rename_collection(others.id, "cövers")
    marks.rename_collection(others.id, "OTHERS")
    assert [c.name for c in marks.collections()] == ["Covers", "OTHERS"]


def test_saved_searches_follow_a_collection_to_its_new_name(ledger):
    marks = ledger.marks
    marks.create_collection("Covers")
    marks.create_collection("Covers 2")
    for name, query in (("a", 'in:"Covers" castle'), ("b", 'in:"Covers 2"'), ("c", "Covers")):
        marks.save_search(name, query)
    before = [each.query for each in marks.saved_searches()]
    renamed = marks.rename_collection(marks.collections()[0].id, "100 % best")
    assert [each.query for each in marks.saved_searches()] == [
        'in:"100 % best" castle',
        'in:"Covers 2"',
        "Covers",
    ]
    marks.take_back(renamed.changes)
    assert [each.query for each in marks.saved_searches()] == before


@pytest.mark.parametrize(
    ("query", "then"),
    [
        ("in:Covers castle", 'in:"100 % best" castle'),
        ("in:covers", 'in:"100 % best"'),
        ("castle OR -(in: COVERS | fox)", 'castle OR -(in:"100 % best" | fox)'),
        ("collection:Covers,in:covers", "collection:Covers,in:covers"),  # one name, of nothing
        ("collection:“cövers” 城 in:covers;", 'collection:"100 % best" 城 in:"100 % best"'),
        ("in:cov", "in:cov"),
        ("in:covers-2", "in:covers-2"),
        ("tag:covers prompt:covers", "tag:covers prompt:covers"),
        ('"in:covers" \'in:covers', '"in:covers" \'in:covers'),
    ],
)
def test_a_saved_search_follows_however_it_names_a_collection(ledger, query, then):
    marks = ledger.marks
    marks.create_collection("Covers")
    marks.create_collection("Covers 2")
    marks.save_search("a", query)
    marks.rename_collection(marks.collections()[0].id, "100 % best")
    assert [each.query for each in marks.saved_searches()] == [then]


def test_a_bare_name_is_followed_with_a_dash_for_its_space(ledger):
    marks = ledger.marks
    marks.create_collection("Client 01")
    marks.save_search("a", "in:client-01")
    marks.save_search("b", 'in:"client-01"')  # between quotes, a dash is one
    marks.rename_collection(marks.collections()[0].id, "Best")
    assert [each.query for each in marks.saved_searches()] == ['in:"Best"', 'in:"client-01"']


def test_a_search_saved_in_other_letters_takes_the_place_of_the_one_there_is(ledger):
    marks = ledger.marks
    marks.save_search("covers", "rating:>3")
    [first] = marks.saved_searches()
    saved = marks.save_search("CÖVERS", "rating:5")
    [now] = marks.saved_searches()
    assert (now.id, now.name, now.query) == (first.id, "CÖVERS", "rating:5")
    marks.take_back(saved.changes)
    assert marks.saved_searches() == [first]


def test_of_two_in_other_letters_the_one_of_the_very_name_is_replaced(ledger):
    marks = ledger.marks
    with ledger._database.writing() as connection:  # as an earlier version let happen
        connection.execute(
            "INSERT INTO saved_search(name, query) VALUES ('covers', 'a'), ('Covers', 'b')"
        )
    marks.save_search("Covers", "c")
    assert {each.name: each.query for each in marks.saved_searches()} == {
        "covers": "a",
        "Covers": "c",
    }


def test_tags_are_counted_of_what_can_be_found(ledger, add):
    one, other, solo = add(), add(), add()
    marks = ledger.marks
    marks.change_tags([one.id, other.id], add=["both"])
    marks.change_tags([solo.id], add=["solo"])
    with ledger._database.writing() as connection:
        connection.execute("UPDATE task SET trashed_at = 1 WHERE id IN (?, ?)", (other.id, solo.id))
    assert marks.tags() == [("both", 1), ("solo", 0)]


def test_a_selection_is_judged_by_all_of_it(ledger, kept, add):
    tasks, bare = [kept(2) for _ in range(3)], add()
    ids = packed(task.id for task in tasks)
    last = tasks[2].outputs[1].id
    marks, mark = ledger.marks, PictureMark.FAVOURITE
    marks.mark(Target(ids[:2], (tasks[2].outputs[0].id,)), mark, 1)
    assert marks.all_have(Target(ids[:2]), mark)
    assert not marks.all_have(Target(ids), mark)
    assert not marks.all_have(Target(outputs=(last,)), mark)
    marks.mark(Target(outputs=(last,)), mark, 1)
    assert marks.all_have(Target(ids), mark)
    marks.mark(Target(ids), PictureMark.RATING, 2)
    assert marks.has_pictures(Target(ids))
    assert marks.has_pictures(Target(outputs=(last,)))
    assert not marks.has_pictures(Target((bare.id,)))

    marks.change_tags(ids, add=["batch"])
    marks.change_tags(ids[2:], add=["last"])
    assert marks.tag_counts(packed((*ids, bare.id))) == {"batch": 3, "last": 1}
    assert marks.tag_counts((bare.id,)) == {}

    assert marks.common_note(ids) == ""
    marks.set_note(ids[:2], "redo")
    assert marks.common_note(ids[:2]) == "redo"
    assert marks.common_note(ids) == ""
    marks.set_note(ids[2:], "Redo")
    assert marks.common_note(ids) == ""


def test_a_collection_is_found_whatever_quotes_its_name_has(ledger, kept):
    marks = ledger.marks
    task = kept(1)
    marks.create_collection("Covers", Target(tasks=[task.id]))
    marks.save_search("mine", 'in:"Covers" castle')
    for name in ("The “best” of 2026", "„Client“ 07"):
        marks.rename_collection(marks.collections()[0].id, name)
        assert [each.query for each in marks.saved_searches()] == [f'in:"{name}" castle']
        assert list(ledger.ids(Query(within=f'in:"{name}"'))) == [task.id]


def test_names_are_one_clean_line():
    assert clean_name(' a\t"b"\n c\0 \ud800') == "a b c ?"
    assert len(clean_name("x" * 500)) == 80
    assert clean_names("a, b,,a\nc") == ("a", "b", "c")


def test_thousands_of_pictures_are_one_step(ledger):
    with ledger._database.writing() as connection:
        connection.executemany(
            "INSERT INTO task(id, uid, account, owner, request, state, created_at)"
            " VALUES (?, ?, 'a', 'o', '{}', 'kept', 0)",
            ((n, str(n)) for n in range(1, 5001)),
        )
        connection.executemany(
            "INSERT INTO output(task_id, position, remote_id, state) VALUES (?, ?, '', 'kept')",
            ((n, place) for n in range(1, 5001) for place in range(4)),
        )
    everyone = Target(tuple(range(1, 5001)))
    done = ledger.marks.mark(everyone, PictureMark.FAVOURITE, 1)
    assert done.count == 20_000
    assert len(ledger.ids(Query("is:favourite"))) == 5000
    ledger.marks.take_back(done.changes)
    assert not list(ledger.ids(Query("is:favourite")))


def test_an_older_history_is_searched_as_a_new_one(tmp_path):
    """Tasks of before this version are found by parts of words and by their figures."""
    path = tmp_path / "old.sqlite3"
    before = replace(HISTORY, migrations=HISTORY.migrations[: HISTORY.migrations.index(_MARKS)])
    database = Database(path, before)
    values = {
        "prompt": "a Lighthouse, 雪の城",
        "negativePrompt": "blurry",
        "steps": 33,
        "seed": "7",
    }
    requests = (json.dumps({"model": "futurist/CartoonMix v1.0", "values": values}), "{}", "broken")
    with database.writing() as connection:
        for number, request in enumerate(requests, 1):
            connection.execute(
                "INSERT INTO task(id, uid, account, owner, request, state, created_at)"
                " VALUES (?, ?, 'a', 'o', ?, 'kept', ?)",
                (number, str(number), request, number),
            )
    database.close()
    ledger = Ledger(path)
    for query in ("ightho", "雪の", "cartoonmix", "steps:33 seed:7", "negative:blur"):
        assert list(ledger.ids(Query(query))) == [1], query
    assert list(ledger.ids()) == [3, 2, 1]
    assert [task.request.prompt for task in ledger.tasks([1, 2, 3])] == [values["prompt"], "", ""]
    ledger.close()
