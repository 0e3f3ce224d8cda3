from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.batch import new_seed, several


def recipe(seed: str) -> GenerationRequest:
    return GenerationRequest.build({"prompt": "a fox", "seed": seed})


def seeds(made: list[GenerationRequest]) -> list[object]:
    return [request["seed"] for request in made]


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_a_fixed_seed_counts_up(seed, count):
    made = several(recipe(str(seed)), count, new_each_time=False)
    assert seeds(made) == [str(seed + n) for n in range(count)]
    assert {request.prompt for request in made} == {"a fox"}


@given(st.sampled_from(["abc", "-4", "1.5", "٣", "9" * 30, "  "]), st.integers(1, 8))
def test_a_seed_that_is_no_number_is_thrown_for_the_others(seed, count):
    made = several(GenerationRequest("m", {"seed": seed}), count, new_each_time=False)
    assert seeds(made)[0] == seed
    assert len(set(seeds(made))) == count


def test_a_new_seed_each_time_is_thrown_for_each():
    thrown = iter(["11", "12", "13"])
    made = several(recipe("7"), 4, new_each_time=True, throw=lambda: next(thrown))
    assert seeds(made) == ["7", "11", "12", "13"]
    assert 0 <= int(new_seed()) < 2**32


def test_what_was_given_stays_as_it_was():
    given_ = recipe("7")
    several(given_, 3, new_each_time=False)
    assert given_["seed"] == "7"
    assert several(given_, 1, new_each_time=True) == [given_]
