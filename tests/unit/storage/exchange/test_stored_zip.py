"""What a zip lists, against what `zipfile` reads of it; and a manifest, piece by piece."""

from __future__ import annotations

import io
import itertools
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.storage.exchange.archive_listing import Manifest, Unbelievable, manifest
from cartoonmix_desktop.storage.exchange.stored_zip import ZipDamaged, begin, entries

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
HASH = "0f" * 32


def packed(files, comment=b"", *, wide=False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        made.comment = comment
        for name, data in files.items():
            with made.open(zipfile.ZipInfo(name), "w", force_zip64=wide) as file:
                file.write(data)
    return out.getvalue()


@given(
    st.dictionaries(NAMES, st.binary(max_size=50), max_size=5),
    st.binary(max_size=50),
    st.booleans(),
)
def test_a_zip_is_read_as_zipfile_reads_it(files, comment, wide):
    file = io.BytesIO(packed(files, comment.replace(b"PK", b""), wide=wide))
    found = {}
    for entry in [*entries(file)]:
        begin(file, entry.offset, entry.raw)
        found[entry.name] = file.read(entry.size)
        assert not entry.packed
    with zipfile.ZipFile(file) as same:
        assert found == {info.filename: same.read(info) for info in same.infolist()}


@given(st.data())
def test_one_that_was_damaged_is_refused_or_read_and_nothing_else(data):
    whole = packed({"a.png": b"abc", "b/ä.png": b"", "c": b"x" * 99}, wide=data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(whole) - 1))
    other = bytearray(whole)
    other[at] = data.draw(st.integers(0, 255))
    file = io.BytesIO(bytes(other[: data.draw(st.sampled_from([at, len(whole)]))]))
    try:
        for entry in [*entries(file)]:
            begin(file, entry.offset, entry.raw)
            assert entry.packed or entry.offset + entry.size <= len(whole)
    except ZipDamaged:
        pass


def test_what_does_not_fit_in_32_bits_stands_elsewhere(monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    files = {"a": b"x" * 30, "b": b"y" * 20, "c": b""}
    file = io.BytesIO(packed(files, wide=True))
    found = {}
    for entry in [*entries(file)]:
        begin(file, entry.offset, entry.raw)
        found[entry.name] = file.read(entry.size)
    assert found == files


@given(st.lists(st.tuples(NAMES, st.integers(0, 2**48)), min_size=1), st.integers(1, 40))
def test_a_manifest_is_read_in_pieces_as_it_was_written(named, length):
    files = [(name, size, HASH) for name, size in named]
    whole = "".join(manifest({"version": 1, "format": "x"}, files)).encode()
    read = Manifest(whole[at : at + length] for at in range(0, len(whole), length))
    assert read.facts == {"version": 1, "format": "x"}
    assert [*read.files()] == files


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"files": []}',
        '{"files": {}}',
        '{"version": 1 2, "files": {',
        '{"files": {"a": [1, "0f"]}}',
        f'{{"files": {{"a": [-1, "{HASH}"]}}}}',
        f'{{"files": {{"\\ud800": [1, "{HASH}"]}}}}',
        f'{{"files": {{"a": [1, "{HASH}"]}}',
        f'{{"files": {{"a": [1, "{HASH}"]}}}} and more',
        f'{{"files": {{"a": [1, "{HASH}"] "b": [1, "{HASH}"]}}}}',
        '{"files": {"\xff',
    ],
)
def test_what_is_no_manifest_is_refused(text):
    with pytest.raises(Unbelievable):
        [*Manifest([text.encode("latin-1")]).files()]


@pytest.mark.parametrize("start", ["", '{"files": {', '{"files": {"'])
def test_of_one_without_an_end_no_more_is_read_than_one_file_takes(start):
    taken = itertools.count()
    pieces = (b"a" * 1_000 for _ in taken)
    with pytest.raises(Unbelievable):
        [*Manifest(itertools.chain([start.encode()], pieces)).files()]
    assert next(taken) < 40
