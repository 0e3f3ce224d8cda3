"""Values whose annotations are their facts."""

from __future__ import annotations

import copy

import pytest

from cartoonmix_desktop.core.facts import Frozen


class Fox(Frozen):
    name: str
    tails: int = 1


def test_facts_are_given_by_place_or_by_name():
    assert Fox("red") == Fox(name="red") == Fox("red", 1) == copy.deepcopy(Fox("red"))
    assert {Fox("red"), Fox("red", tails=1)} == {Fox("red")}
    assert Fox("red", 9) != Fox("red")
    assert Fox("red", 9).but(name="white") == Fox("white", 9)
    assert repr(Fox("red")) == "Fox(name='red', tails=1)"


def test_facts_do_not_change():
    with pytest.raises(AttributeError):
        Fox("red").tails = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), (("red", 1, 2), {}), (("red",), {"name": "red"}), (("red",), {"ears": 2})],
)
def test_facts_that_are_missing_or_of_no_such_class_are_refused(given, named):
    with pytest.raises(TypeError, match="Fox takes"):
        Fox(*given, **named)
