"""Which of the server's tasks is ours: only what can hardly be wrong is decided by itself."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.doubt import Claim, match
from cartoonmix_desktop.core.remote import RemoteTask
from cartoonmix_desktop.core.request import GenerationRequest

FOX = GenerationRequest.build({"prompt": "a fox\nin the snow", "scale": 7.5})


def remote(number, created, request=FOX, **facts):
    parameters = {name: str(value) for name, value in request.body().items()}
    return RemoteTask(
        **{"id": str(number), "token": f"t{number}", "status": "task_start"}
        | {"created": created, "parameters": parameters}
        | facts
    )


def decided(claims, listed, ahead=0.0, slack=15.0):
    certain, _possible = match(claims, listed, ahead=ahead, slack=slack)
    return {task_id: candidate.remote_id for task_id, candidate in certain.items()}


def possible(claims, listed, ahead=0.0, slack=15.0):
    _certain, found = match(claims, listed, ahead=ahead, slack=slack)
    return {task_id: [c.remote_id for c in candidates] for task_id, candidates in found.items()}


def test_the_only_equal_task_of_the_time_is_ours():
    assert decided([Claim(1, FOX, 1000.0)], [remote(7, 1003.0)]) == {1: "7"}


@pytest.mark.parametrize("created", [983.9, 1075.1])
def test_a_task_of_another_time_is_not_ours(created):
    assert possible([Claim(1, FOX, 1000.0)], [remote(7, created)]) == {1: []}


@pytest.mark.parametrize("created", [984, 999, 1000, 1075])
def test_clocks_may_differ_a_little_and_answers_take_a_minute(created):
    assert decided([Claim(1, FOX, 1000.0)], [remote(7, float(created))]) == {1: "7"}


def test_the_servers_clock_may_be_hours_ahead():
    claims = [Claim(1, FOX, 1000.0)]
    assert decided(claims, [remote(7, 8203.0)], ahead=7200.0) == {1: "7"}
    assert possible(claims, [remote(7, 1003.0)], ahead=7200.0) == {1: []}


@pytest.mark.parametrize(
    "other",
    [
        {"seed": "654321"},
        {"prompt": "a fox\nin the snow "},
        {"negativePrompt": ""},
        {"steps": "21"},
        {"scale": "7.50001"},
    ],
)
def test_another_recipe_is_another_task(other):
    parameters = {name: str(value) for name, value in FOX.body().items()} | other
    assert possible([Claim(1, FOX, 1000.0)], [remote(7, 1000.0, parameters=parameters)]) == {1: []}


@pytest.mark.parametrize(
    "same",
    [
        {"steps": 20, "scale": 7.5},
        {"steps": "20.0", "scale": "7.50"},
        {"prompt": "a fox\r\nin the snow"},
        {"callbackUrl": "", "added_by_the_server": [1]},
    ],
)
def test_a_recipe_is_the_same_however_it_is_written(same):
    parameters = {name: str(value) for name, value in FOX.body().items()} | same
    assert decided([Claim(1, FOX, 1000.0)], [remote(7, 1000.0, parameters=parameters)]) == {1: "7"}


@pytest.mark.parametrize("strange", [True, [], {}, "9" * 5000, "NaN", "sNaN", float("nan")])
def test_strange_values_are_not_ours(strange):
    parameters = dict(FOX.body()) | {"steps": strange}
    assert possible([Claim(1, FOX, 1000.0)], [remote(7, 1000.0, parameters=parameters)]) == {1: []}


@pytest.mark.parametrize("untold", [{"parameters": {}}, {"parameters": {"prompt": FOX.prompt}}])
def test_what_is_not_told_is_left_to_the_person(untold):
    claims, listed = [Claim(1, FOX, 1000.0)], [remote(7, 1000.0, **untold)]
    assert decided(claims, listed) == {}
    assert possible(claims, listed) == {1: ["7"]}


def test_a_task_without_a_time_is_left_to_the_person():
    claims, listed = [Claim(1, FOX, 1000.0)], [remote(7, None)]
    assert decided(claims, listed) == {}
    assert possible(claims, listed) == {1: ["7"]}


def test_one_that_may_be_it_spoils_the_certainty_of_another():
    listed = [remote(7, 1000.0), remote(8, 1000.0, parameters={})]
    assert decided([Claim(1, FOX, 1000.0)], listed) == {}


def test_several_equal_tasks_are_left_to_the_person_in_order_of_time():
    listed = [remote(9, 1004.0), remote(7, 1002.0), remote(10, 1004.0)]
    claims = [Claim(1, FOX, 1000.0)]
    assert decided(claims, listed) == {}
    assert possible(claims, listed) == {1: ["7", "9", "10"]}


def test_identical_clicks_with_as_many_tasks_take_one_each_in_order():
    claims = [Claim(2, FOX, 1001.0), Claim(1, FOX, 1000.0)]
    listed = [remote(8, 1002.0), remote(7, 1001.0)]
    assert decided(claims, listed) == {1: "7", 2: "8"}


@pytest.mark.parametrize("count", [1, 3])
def test_identical_clicks_with_fewer_or_more_tasks_are_left_to_the_person(count):
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1001.0)]
    listed = [remote(7 + n, 1002.0) for n in range(count)]
    assert decided(claims, listed) == {}


def test_identical_clicks_of_different_times_do_not_disturb_each_other():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 5000.0)]
    assert decided(claims, [remote(7, 5001.0)]) == {2: "7"}


def test_a_chain_of_overlapping_times_is_one_group():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1080.0), Claim(3, FOX, 1160.0)]
    listed = [remote(7, 1070.0), remote(8, 1150.0)]  # 7 fits 1 and 2, 8 fits 2 and 3
    assert decided(claims, listed) == {}


def test_the_task_of_a_run_whose_answer_may_still_come_is_not_taken():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1010.0, open=True)]
    assert decided(claims, [remote(7, 1011.0)]) == {}
    assert decided(claims, [remote(7, 1011.0), remote(8, 1011.0)]) == {}


def test_different_recipes_are_told_apart():
    hare = GenerationRequest.build({"prompt": "a hare"})
    claims = [Claim(1, FOX, 1000.0), Claim(2, hare, 1000.0)]
    assert decided(claims, [remote(7, 1001.0, hare), remote(8, 1001.0)]) == {1: "8", 2: "7"}
