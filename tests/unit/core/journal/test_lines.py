"""What is written into the journal comes back, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.journal import records
from cartoonmix_desktop.core.journal.lines import LONGEST, Kind, Line, read, written
from cartoonmix_desktop.core.journal.records import KINDS, Marks, PictureMarks, Recipe, body, told

UID = "0123456789abcdef" * 2
texts = st.text()  # also halves of characters
names = texts.filter(lambda text: len(text) < 100)
values = st.dictionaries(names, st.none() | st.integers(-(2**53), 2**53) | texts)
moments = st.floats(0, 4e9)
recipes = st.builds(
    Recipe, names, values, moments, names, st.sampled_from(["", UID]), names, st.none() | names
)
marks = st.builds(
    Marks,
    st.lists(names).map(tuple),
    texts,
    st.lists(st.builds(PictureMarks, st.integers(0, 9), st.booleans(), st.integers(0, 5))).map(
        tuple
    ),
)


@given(recipes.filter(lambda r: r.estimated is None or len(r.estimated) <= 40) | marks)
def test_a_record_comes_back(record):
    line = written(KINDS[type(record)], UID, body(record))
    assert line.count(b"\n") == 1
    back = read(line)
    assert back is not None
    assert (back.kind, back.key) == (KINDS[type(record)], UID)
    assert told(back) == record


@given(st.binary(max_size=120))
def test_nothing_else_is_a_line(junk):
    assert read(junk) is None


@given(st.data())
def test_a_line_in_which_anything_changed_is_none(data):
    line = bytearray(written(Kind.SEARCH, UID, b'{"name":"a fox"}'))
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] ^= data.draw(st.integers(1, 255))
    assert read(bytes(line)) is None
    assert read(bytes(line[:at])) is None


def test_what_is_endless_is_not_read():
    assert read(written(Kind.SEARCH, UID, b'"' + b"a" * LONGEST + b'"')) is None


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"nan", b'{"name":1}', b"[" * 100_000, b"\xff"]
)
def test_a_line_that_does_not_tell_what_its_kind_tells_tells_nothing(kind, text):
    line = read(written(kind, UID, text))
    assert line is not None
    assert told(line) is None or (kind is Kind.MARKS and told(line) == Marks())


def test_what_a_later_version_adds_is_passed_over():
    line = read(written(Kind.COLLECTION, UID, b'{"name":"cats","colour":"red"}'))
    assert line is not None
    assert told(line) == records.Collection("cats")


def test_no_field_could_hold_a_secret():
    fields = {name for record in KINDS for name in record.__struct_fields__}
    assert fields.isdisjoint({"token", "key", "secret", "url", "address", "owner"})


def test_half_a_character_stands_in_a_request_alone():
    text = (
        b'{"model": "m", "values": {"prompt": "\\ud83d"}, "made": 1.0, "account": "a\\ud800",'
        b' "others": {"x": "\\udfff"}}'
    )
    record = told(Line(Kind.RECIPE, "0" * 32, text))
    assert isinstance(record, Recipe)
    assert record.values == {"prompt": "\ud83d"}
    assert (record.account, record.others) == ("a?", {"x": "?"})
