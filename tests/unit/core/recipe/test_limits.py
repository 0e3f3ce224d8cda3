"""What a server says of its inputs is advice, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.recipe.limits import ANY, Limits, read_limits


def read(**item: object) -> Limits:
    return read_limits({"parameters": [{"items": [{"id": "steps", **item}]}]}).get("steps", ANY)


def test_numbers_come_as_texts_too() -> None:
    assert read(min="1", max=50, step="0.5") == Limits(1, 50, 0.5)
    assert read(options=[{"value": "DDIM"}, "euler", {"value": ""}, None]) == Limits(
        options=frozenset({"ddim", "euler"})
    )


@pytest.mark.parametrize("bad", [None, "", "x", True, [], {}, "NaN", "inf", "9" * 99])
def test_what_cannot_be_read_limits_nothing(bad: object) -> None:
    assert read(min=bad, max=bad, step=bad, options=bad) == ANY


def test_a_range_that_holds_nothing_is_none() -> None:
    assert read(min="0", max="0") == ANY
    assert read(min="5", max="1") == ANY
    assert read(step="0") == ANY


def test_values_are_judged() -> None:
    limits = Limits(1, 50, 0.1, frozenset({"ddim"}))
    assert [limits.out_of_range(value) for value in (0, 1, 50, 51, "x")] == [
        *(True, False, False, True, False)
    ]
    assert not any(limits.off_step(value) for value in (1, 1.1, 4.3, 49.9, "x"))
    assert limits.off_step(4.35)
    assert not limits.not_listed(" DDIM ")
    assert limits.not_listed("PNDM")
    assert not ANY.out_of_range(10**40)
    assert not ANY.off_step(0.123)
    assert not ANY.not_listed("x")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["parameters", "items", "id", "min", "max", "step", "options", "value"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(values, values, st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_nothing_told_is_an_error(told: object, items: object, value: float) -> None:
    for tool in ({"parameters": told}, {"parameters": [{"items": items}]}):
        for limits in read_limits(tool).values():
            limits.out_of_range(value)
            limits.off_step(value)
            limits.not_listed(str(value))
