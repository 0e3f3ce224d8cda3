"""What comes from outside, changed in every way that costs little."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

_ODD = (
    *(b"\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"'", b'"', b"\\", b"{", b"[", b"]"),
    *(b"null", b"NaN", b"1e999", b"-1", b"9" * 40, b"\\ud800", "\u202e".encode(), b"%s", b"../"),
)
_WORDS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "NaN",
        "../x",
        "a\0b",
        "\ud800",
        "9" * 50,
        "<b>",
        "{a|b}",
        "__x__",
        "'; --",
        "C:\\x",
        "\u202e",
    ]
)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from([0, -1, 2**31, 2**63])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | _WORDS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=15,
)


class Data(bytes):
    """Bytes that are told by their number and hash, however many they are."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, {hashlib.sha256(self).hexdigest()[:16]}>"


@st.composite
def changed(draw: st.DrawFn, seeds: Sequence[bytes], most: int = 6) -> Data:
    """One of some samples, with a few bytes overwritten, cut, doubled, or put in from another."""
    data = bytearray(draw(st.sampled_from(list(seeds))))
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([1, 1, 2, 4, 16, 256, 4096]))
        match draw(st.integers(0, 5)):
            case 0:
                data[at : at + length] = draw(st.binary(min_size=1, max_size=8))
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length] * draw(st.integers(1, 3))
            case 3:
                odd = draw(st.sampled_from(_ODD))
                data[at : at + draw(st.sampled_from([0, len(odd)]))] = odd
            case 4:
                other = draw(st.sampled_from(list(seeds)))
                there = draw(st.integers(0, len(other)))
                data[at : at + length] = other[there : there + length]
            case 5:
                del data[at:]
    return Data(data)


def objects(sample: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    """A sample of which some values are others, some are missing, and some are new."""

    def mixed(told: tuple[dict[str, object], list[str], dict[str, object]]) -> dict[str, object]:
        other, missing, more = told
        return {k: v for k, v in (sample | more | other).items() if k not in missing}

    names = st.sampled_from(sorted(sample))
    return st.tuples(
        st.dictionaries(names, JSON, max_size=4),
        st.lists(names, max_size=2),
        st.dictionaries(_WORDS, JSON, max_size=2),
    ).map(mixed)


def alike(sample: object) -> st.SearchStrategy[Any]:
    """Other values of the same types, of which some are those of the sample."""
    match sample:
        case bool():
            return st.booleans()
        case str():
            return st.just(sample) | _WORDS
        case int():
            return st.just(sample) | st.integers(0, 2**53)
        case float():
            return st.just(sample) | st.floats(-1e9, 1e11)
        case [first, *_]:
            return st.lists(alike(first), max_size=3)
        case dict():
            fixed = {name: alike(value) for name, value in sample.items()}
            return st.fixed_dictionaries({}, optional=fixed) | st.fixed_dictionaries(fixed)
        case _:
            return st.just(sample)


def written(value: object) -> bytes:
    """As it comes on the wire, half characters and all."""
    return json.dumps(value).encode()


def texts(*pieces: str) -> st.SearchStrategy[str]:
    """Pieces of a language in any order, with anything between."""
    return st.lists(st.sampled_from(pieces) | _WORDS, max_size=25).map("".join)
