"""Values of an axis, rows of a table, and what names them."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.sweep.axes import Axis, Misfit, axis_of
from cartoonmix_desktop.core.sweep.batch import Line, batch_name, read_table, rows_of


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("steps=10,20, 30", "10 20 30"),
        ("steps=10-30 (+5)", "10 15 20 25 30"),
        ("steps=10..30+5", "10 15 20 25 30"),
        ("steps=30-10 (-10)", "30 20 10"),
        ("steps=1-10 [4]", "1 4 7 10"),
        ("steps=1..10/4", "1 4 7 10"),
        ("steps=1..4", "1 2 3 4"),
        ("steps=4-1,9", "4 3 2 1 9"),
        ("steps=1..2/5", "1 2"),  # between whole numbers there is none, and none comes twice
        ("steps=7..9/1", "7"),
        ("scale=1..2/5", "1 1.25 1.5 1.75 2"),
        ("scale=0.1..0.5+0.1", "0.1 0.2 0.3 0.4 0.5"),
        ("clip-skip=1,2", "1 2"),
        ("seed=1..3,random,a-b", "1 2 3 random a-b"),
        ("scheduler=euler,ddim", "euler ddim"),
    ],
)
def test_lists_and_ranges(given, values):
    assert axis_of(given).values == tuple(values.split())


def test_a_comma_between_quotes_is_text():
    assert axis_of('prompt=red,"blue, deep"') == Axis("prompt", ("red", "blue, deep"))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("steps", "no_values"),
        ("steps=,", "no_values"),
        ("color=1", "unknown_field"),
        ("callbackUrl=https://example.org", "unknown_field"),
        ("steps=1..9+0", "bad_range"),
        ("steps=9-1 (+1)", "bad_range"),
        ("steps=1..9/0", "bad_range"),
        ("steps=1..9+1.1.1", "bad_range"),
        ("seed=1..999999999999999999", "too_many"),
        ("steps=1..9/999999999999999999", "too_many"),
    ],
)
def test_what_cannot_be_meant(given, reason):
    with pytest.raises(Misfit) as told:
        axis_of(given)
    assert told.value.reason == reason


def rows(table, *sweeps, jsonl=False, name="0" * 16, **base):
    lines = read_table(table, jsonl=jsonl)
    return rows_of(name, lines, [axis_of(sweep) for sweep in sweeps], base)


def test_rows_and_axes_are_multiplied_the_last_fastest():
    made, bad = rows(
        b'\xef\xbb\xbfprompt,steps\r\na red fox,7\r\n\r\n"red\nlake",\r\n',
        "prompt=red,blue",
        "scale=1,2",
    )
    assert not bad
    assert [(r["prompt"], r["steps"], r["scale"]) for r in (row.request for row in made)] == [
        *(("a red fox", 7, 1), ("a red fox", 7, 2), ("a blue fox", 7, 1), ("a blue fox", 7, 2)),
        *(("red\nlake", 20, 1), ("red\nlake", 20, 2)),
        *(("blue\nlake", 20, 1), ("blue\nlake", 20, 2)),
    ]
    assert [row.number for row in made] == [*range(1, 9)]
    uids = {row.uid(attempt) for row in made for attempt in (0, 1)}
    assert len(uids) == 16
    assert {len(uid) for uid in uids} == {32}
    assert {row.attempt(row.uid(258)) for row in made} == {258}


def test_a_bad_line_is_named_and_the_others_keep_their_numbers():
    made, bad = rows(
        b'{"prompt": "a"}\n\n{"prompt": "b", "steps": "many"}\nnonsense\n{"steps": true}\n'
        b'{"colour": 1}\n[1]\n{"prompt": "red"}\n',
        jsonl=True,
    )
    assert [line.number for line in bad] == [3, 4, 5, 6, 7]
    assert [row.number for row in made] == [1, 7]
    made, bad = rows(b"prompt,steps\na,1\nb,2,3\nc,x\n")
    assert ([row.number for row in made], [line.number for line in bad]) == ([1], [3, 4])
    made, bad = rows(b"prompt\nfox\nred fox\n", "prompt=red,blue")
    assert [line.misfit.reason for line in bad] == ["not_held"]
    assert [row.number for row in made] == [3, 4]


@pytest.mark.parametrize(
    ("table", "reason"),
    [(b"prompt,colour\n", "unknown_field"), (b"steps,steps\n", "twice"), (b"\xff", "not_text")],
)
def test_a_table_that_is_none(table, reason):
    with pytest.raises(Misfit) as told:
        read_table(table, jsonl=False)
    assert told.value.reason == reason


def test_too_many_are_counted_and_not_made():
    with pytest.raises(Misfit) as told:
        rows_of("", [Line(1, {})], [axis_of(f"{n}=1..9999") for n in ("steps", "seed")], {})
    assert (told.value.reason, told.value.value) == ("too_many", str(9999 * 9999))


def test_a_drawn_seed_belongs_to_its_row():
    table = b"prompt,seed\na,random\na,random\n"
    first, again = rows(table)[0], rows(table)[0]
    assert first == again
    assert first[0].request["seed"] != first[1].request["seed"]
    assert rows(table, name="1" * 16)[0][0].request["seed"] != first[0].request["seed"]


def test_a_batch_is_named_by_its_work():
    names = {
        batch_name(*told)
        for told in ((b"a", [], {}, "x"), (b"b", [], {}, "x"), (b"a", ["steps=1"], {}, "x"))
    }
    assert len(names | {batch_name(b"a", [], {}, "y"), batch_name(b"a", [], {"seed": 1}, "x")}) == 5
