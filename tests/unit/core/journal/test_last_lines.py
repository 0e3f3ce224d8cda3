"""Which lines of a journal still hold: the last of each kind, of each task."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.journal.last_lines import LastLines
from cartoonmix_desktop.core.journal.lines import OF_TASK, Kind, written

KEYS = [f"{number:032x}" for number in range(3)]
LATER = b"Z"


def line_of(letter: bytes, key: str, text: bytes) -> bytes:
    if letter == LATER:  # a kind that this version does not know
        rest = b"%b %b %b\n" % (letter, key.encode(), text)
        return b"%08x %b" % (zlib.crc32(rest), rest)
    return written(Kind(letter), key, text)


letters = st.sampled_from([LATER, *(kind.value for kind in Kind)])
told = st.tuples(letters, st.sampled_from(KEYS), st.sampled_from([b"1", b"[2,3]"]))


@given(st.lists(told | st.binary(max_size=60), max_size=20))
def test_the_last_of_each_kind_stands(items):
    lines = [item if isinstance(item, bytes) else line_of(*item) for item in items]
    expected: dict[str, dict[bytes, int]] = {}
    found, start = LastLines(), 0
    for item, line in zip(items, lines, strict=True):
        found.take(line, start)
        if not isinstance(item, bytes):
            of_key = expected.setdefault(item[1], {})
            for kind in OF_TASK if item[0] == Kind.GONE.value else ():
                of_key.pop(kind.value, None)
            of_key[item[0]] = start
        start += len(line)
    junk = sum(isinstance(item, bytes) for item in items)
    assert (found.read, found.passed_over) == (len(items) - junk, junk)
    places = {key: found.places(key) for key in found.every_key()}
    assert {
        key: {letter: place.start for letter, place in some.items()} for key, some in places.items()
    } == expected
    assert found.places("f" * 32) == {}
    kept = [b"".join(lines)[place.start :][: place.length] for place in found.in_order()]
    assert found.live == sum(map(len, kept))
    again = LastLines()  # what was forgotten is not missed
    for line in kept:
        again.take(line, 0)
    assert {key: set(again.places(key)) for key in again.every_key()} == {
        key: set(some) for key, some in expected.items()
    }
