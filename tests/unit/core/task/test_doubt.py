"""Which of the server's tasks is ours: only what can hardly be wrong is decided by itself."""

from __future__ import annotations

import html
import json
import unicodedata
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.doubt import Candidate, Claim, match, named
from cartoonmix_desktop.core.task.likeness import Difference, contradicts
from cartoonmix_desktop.core.task.remote import RemoteTask

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


def test_a_task_that_others_made_may_be_ours_and_never_is_by_itself():
    claims, listed = [Claim(1, FOX, 1000.0)], [remote(7, 1003.0), remote(8, 1004.0)]
    certain, found = match(claims, listed, others={"7"}, ahead=0.0, slack=15.0)
    assert [(one.remote_id, one.anothers) for one in found[1]] == [("8", False), ("7", True)]
    assert certain == {1: found[1][0]}
    assert match(claims, listed[:1], others={"7"}, ahead=0.0, slack=15.0)[0] == {}


@pytest.mark.parametrize("created", [983.9, 1075.1])
def test_a_task_of_another_time_is_not_ours(created):
    assert possible([Claim(1, FOX, 1000.0)], [remote(7, created)]) == {1: []}


@pytest.mark.parametrize("created", [984, 999, 1000, 1075])
def test_clocks_may_differ_a_little_and_answers_take_a_minute(created):
    assert decided([Claim(1, FOX, 1000.0)], [remote(7, float(created))]) == {1: "7"}


def test_the_servers_clock_may_be_hours_ahead():
    claims = [Claim(1, FOX, 1000.0)]
    assert decided(claims, [remote(7, 8203.0)], ahead=7200.0) == {1: "7"}
    assert decided(claims, [remote(7, 1003.0)], ahead=7200.0) == {}


RED = GenerationRequest.build({"prompt": "a (red) fox"})
LONG = GenerationRequest.build({"prompt": "a “red” fox & a <hare>, café " * 20, "seed": "a word"})


@pytest.mark.parametrize(
    ("sent", "told", "differences"),
    [
        (FOX, {"prompt": "a fox\nin the snow "}, [Difference.PROMPT_WRITTEN]),
        (FOX, {"prompt": "a fox in the snow"}, [Difference.PROMPT_WRITTEN]),
        (LONG, {"prompt": html.escape(LONG.prompt)}, [Difference.PROMPT_WRITTEN]),
        (LONG, {"prompt": json.dumps(LONG.prompt)[1:-1]}, [Difference.PROMPT_WRITTEN]),
        (LONG, {"prompt": unicodedata.normalize("NFD", LONG.prompt)}, [Difference.PROMPT_WRITTEN]),
        (LONG, {"prompt": LONG.prompt.replace('"', '\\"')}, []),
        (LONG, {"prompt": LONG.prompt.strip()}, [Difference.PROMPT_WRITTEN]),
        (LONG, {"prompt": LONG.prompt[:255]}, [Difference.PROMPT_SHORTENED]),
        (LONG, {"prompt": LONG.prompt[:252] + "..."}, [Difference.PROMPT_SHORTENED]),
        (LONG, {"prompt": html.escape(LONG.prompt)[:250]}, [Difference.PROMPT_SHORTENED]),
        (FOX, {"prompt": "a fox in the sn ..."}, [Difference.PROMPT_SHORTENED]),
        (RED, {"prompt": "a \\(red\\)  fox"}, [Difference.PROMPT_WRITTEN]),
        (FOX, {"prompt": "cartoon style, a fox in the snow"}, [Difference.PROMPT]),
        (LONG, {"seed": 654321}, [Difference.SEED]),
        (FOX, {"width": "504", "height": "504"}, [Difference.SIZE]),
        (FOX, {"negativePrompt": "", "steps": "21"}, [Difference.OTHER_INPUT]),
        (FOX, {"scale": "7.50001"}, [Difference.OTHER_INPUT]),
    ],
)
def test_what_is_near_may_be_it_and_never_is_by_itself(sent, told, differences):
    parameters = {name: str(value) for name, value in sent.body().items()} | told
    claims, listed = [Claim(1, sent, 1000.0)], [remote(7, 1003.0, parameters=parameters)]
    certain, found = match(claims, listed, ahead=0.0, slack=15.0)
    if not differences:
        assert certain
        return
    assert certain == {}
    assert [[*one.differences] for one in found[1]] == [differences]


def test_another_recipe_is_another_task():
    hare = GenerationRequest.build({"prompt": "two hares under a tree", "seed": "77"})
    assert possible([Claim(1, FOX, 1000.0)], [remote(7, 1003.0, hare)]) == {1: []}
    again = GenerationRequest.build({**FOX.body(), "seed": "654321"})  # nobody changes a seed
    assert possible([Claim(1, FOX, 1000.0)], [remote(7, 1003.0, again)]) == {1: []}


@pytest.mark.parametrize(
    ("told", "ahead"),
    [
        (1003.0 + 3 * 3600, 0.0),  # local time
        (1003.0 - 9.5 * 3600, 0.0),
        (1003.0 + 5.75 * 3600 + 40, 40.0),
        (1003.0, 86_400.0),  # a wrong date beside it
    ],
)
def test_a_time_that_cannot_be_judged_is_left_to_the_person(told, ahead):
    claims, listed = [Claim(1, FOX, 1000.0)], [remote(7, told)]
    certain, found = match(claims, listed, ahead=ahead, slack=15.0)
    assert certain == {}
    [candidate] = found[1]
    assert candidate.differences == (Difference.TIME,)
    assert candidate.created == pytest.approx(1003.0)


def test_what_tells_no_time_is_not_told_as_told_wrongly():
    [candidate] = match([Claim(1, FOX, 1000.0)], [remote(7, None)], ahead=0.0, slack=15.0)[1][1]
    assert (candidate.differences, candidate.exact) == ((), False)


@pytest.mark.parametrize(("hours", "may_be"), [(14.25, True), (-14.25, True), (14.5, False)])
def test_no_place_is_further_from_another(hours, may_be):
    claims, listed = [Claim(1, FOX, 100_000.0)], [remote(7, 100_001.0 + hours * 3600)]
    assert possible(claims, listed) == {1: ["7"] if may_be else []}


def test_local_time_is_known_beside_a_clock_that_is_wrong():
    listed = [remote(7, 1001.0 + 500 + 7200)]
    assert possible([Claim(1, FOX, 1000.0)], listed, ahead=500.0) == {1: ["7"]}


def test_what_names_another_member_comes_last():
    near = {name: str(value) for name, value in FOX.body().items()} | {"width": "504"}
    listed = [remote(7, 1001.0), remote(8, 1002.0, parameters=near), remote(9, None)]
    _certain, found = match([Claim(1, FOX, 1000.0)], listed, others={"7"}, ahead=0.0, slack=15.0)
    assert [one.remote_id for one in found[1]] == ["9", "8", "7"]


def test_time_counts_before_the_number():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1010.0)]
    assert decided(claims, [remote(9, 1001.0), remote(8, 1011.0)]) == {1: "9", 2: "8"}


def test_what_is_uncertain_of_one_recipe_is_no_matter_to_another():
    other = GenerationRequest.build({**FOX.body(), "seed": "99"})
    claims = [Claim(1, FOX, 1000.0), Claim(2, other, 1001.0)]
    assert decided(claims, [remote(7, None), remote(8, 1002.0, other)]) == {2: "8"}


def test_what_is_nearest_comes_first_and_does_not_stand_in_the_way():
    claims = [Claim(1, FOX, 1000.0)]
    near = {name: str(value) for name, value in FOX.body().items()}
    listed = [
        remote(5, 1001.0, parameters=near | {"prompt": "cartoon, a fox", "width": "504"}),
        remote(6, 1002.0, parameters=near | {"prompt": "a fox in the snow"}),
        remote(7, 1003.0 + 3600),
    ]
    assert possible(claims, listed) == {1: ["6", "7", "5"]}
    exact = remote(8, 1004.0)
    assert decided(claims, [*listed, exact]) == {1: "8"}
    assert possible(claims, [*listed, exact])[1][0] == "8"


def test_what_is_anothers_for_certain_is_no_candidate_of_its_neighbour():
    other = GenerationRequest.build({**FOX.body(), "seed": "99"})
    claims = [Claim(1, FOX, 1000.0), Claim(2, other, 1001.0)]
    assert possible(claims, [remote(8, 1002.0, other)]) == {1: [], 2: ["8"]}


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
def test_strange_values_are_not_ours_by_themselves(strange):
    parameters = dict(FOX.body()) | {"steps": strange}
    claims, listed = [Claim(1, FOX, 1000.0)], [remote(7, 1000.0, parameters=parameters)]
    assert decided(claims, listed) == {}
    assert possible(claims, listed) == {1: ["7"]}


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


def test_identical_clicks_with_more_tasks_are_left_to_the_person():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1001.0)]
    assert decided(claims, [remote(7 + n, 1002.0) for n in range(3)]) == {}


def test_of_identical_clicks_with_fewer_tasks_the_first_have_them():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1001.0), Claim(3, FOX, 1002.0)]
    listed = [remote(8, 1003.0), remote(7, 1002.0)]
    assert decided(claims, listed) == {1: "7", 2: "8"}
    assert possible(claims, listed)[3] == []


def test_identical_clicks_of_different_times_do_not_disturb_each_other():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 5000.0)]
    assert decided(claims, [remote(7, 5001.0)]) == {2: "7"}


def test_a_chain_of_overlapping_times_is_one_group():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1080.0), Claim(3, FOX, 1160.0)]
    listed = [remote(7, 1070.0), remote(8, 1150.0)]  # 7 fits 1 and 2, 8 fits 2 and 3
    assert decided(claims, listed) == {1: "7", 2: "8"}


def test_what_only_one_of_equal_siblings_can_have_is_its_own_while_others_are_being_sent():
    claims = [
        Claim(1, FOX, 1000.0),
        Claim(2, FOX, 1050.0, open=True),
        Claim(3, FOX, 1060.0, open=True),
    ]
    # The second task may be that of either that is being sent; the first is too old for both.
    listed = [remote(7, 1001.0), remote(8, 1055.0)]
    assert decided(claims, listed) == {1: "7"}
    assert decided(claims, [remote(8, 1061.0)]) == {}


def test_many_equal_siblings_of_a_busy_queue_are_all_found():
    claims = [Claim(n, FOX, 1000.0 + n, open=n > 90) for n in range(100)]
    listed = [remote(1000 + n, 1001.0 + n) for n in range(100)]
    assert decided(claims, listed) == {n: str(1000 + n) for n in range(91)}


def test_the_task_of_a_run_whose_answer_may_still_come_is_not_taken():
    claims = [Claim(1, FOX, 1000.0), Claim(2, FOX, 1010.0, open=True)]
    assert decided(claims, [remote(7, 1011.0)]) == {}
    assert decided(claims, [remote(7, 1011.0), remote(8, 1011.0)]) == {1: "7"}


def test_a_candidate_is_told_as_the_server_tells_it_on_our_clock():
    task = remote(7, 8203.0, cost=Decimal("0.0035"))
    certain, found = match([Claim(1, FOX, 1000.0)], [task], ahead=7200.0, slack=15.0)
    wanted = Candidate("7", "t7", 1003.0, "task_start", Decimal("0.0035"), exact=True)
    assert (certain, found) == ({1: wanted}, {1: (wanted,)})


def test_candidates_that_are_alike_come_in_the_order_of_time_and_then_of_their_ids():
    listed = [remote(9, 1004.0), remote(12, 1003.0), remote(8, 1004.0), remote(7, None)]
    assert possible([Claim(1, FOX, 1000.0)], listed) == {1: ["12", "8", "9", "7"]}


def test_ends_of_lines_and_empty_texts_make_no_other_recipe():
    request = GenerationRequest.build({"prompt": "a fox\r\nin the snow", "negativePrompt": ""})
    told = {name: str(value) for name, value in request.body().items()}
    told |= {"prompt": "a fox\nin the snow"}
    del told["negativePrompt"]
    task = remote(7, 1003.0, parameters=told)
    assert decided([Claim(1, request, 1000.0)], [task]) == {1: "7"}


def test_a_truth_is_no_text():
    request = GenerationRequest.build({"prompt": "True"})
    told = request.body() | {"prompt": True}
    assert decided([Claim(1, request, 1000.0)], [remote(7, 1003.0, parameters=told)]) == {}


def test_different_recipes_are_told_apart():
    hare = GenerationRequest.build({"prompt": "a hare"})
    claims = [Claim(1, FOX, 1000.0), Claim(2, hare, 1000.0)]
    assert decided(claims, [remote(7, 1001.0, hare), remote(8, 1001.0)]) == {1: "8", 2: "7"}


# --- a task under an id of ours ------------------------------------------------------------------

DRAGON = GenerationRequest.build(
    {
        "prompt": "(masterpiece, best quality), a green dragon above the café, snow",
        "negativePrompt": "blurry",
        "seed": "1838217",
        "width": 500,
    }
)
SENT = {name: str(value) for name, value in DRAGON.body().items()}


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"prompt": ""},
        {"prompt": None},
        {"prompt": ["another"]},
        {"prompt": "?????"},
        {"prompt": SENT["prompt"].strip().upper()},
        {"prompt": SENT["prompt"][:24]},
        {"prompt": SENT["prompt"].replace("é", "e").replace(",", " ,\n")},
        {"prompt": SENT["prompt"].replace("é", "&eacute;")},
        {"prompt": f"cartoon style, {SENT['prompt']}, 8k"},
        {"prompt": "ejderha, karda, bir kahvehanenin üstünde"},  # translated; the seed is ours
        {"prompt": "a green dragon", "width": "512", "steps": "30"},
        {"negativePrompt": "bad hands, blurry"},
        {"negativePrompt": "everything ugly"},
        {"width": "512", "height": "512", "samples": "1"},
        {"width": 500.0, "seed": 1838217.0, "scale": "4.0000", "scheduler": "EulerDiscrete"},
        {"seed": "7"},
        {"seed": "random", "steps": "many", "samples": True},
        {"clipSkip": "3", "width": "512"},
        # Two facts against it, and a third that says nothing:
        {"steps": "30", "samples": "1", "negativePrompt": ""},
        {"steps": "30", "samples": "1", "negativePrompt": "blurry hands"},
        {"steps": "30", "samples": "1", "scheduler": ["DDIM"]},
        {"steps": "30", "samples": "1", "scheduler": True},
        {"steps": "30", "samples": "1", "scheduler": "Euler"},
        {"steps": "30", "samples": "1", "scheduler": "EulerDiscreteScheduler v2"},
    ],
    ids=str,
)
def test_a_server_may_write_inputs_its_own_way(told):
    assert not contradicts(DRAGON, SENT | told)


@pytest.mark.parametrize(
    "told",
    [
        {"prompt": "a castle by the sea", "seed": "123456"},
        {"prompt": "(masterpiece, best quality), two cats in a garden, night", "seed": "9"},
        {"prompt": "(masterpiece, best quality), a blue dragon, snow", "seed": "9"},
        {"seed": "9", "steps": "30"},
        {"seed": "9", "width": "768"},
        {"steps": "30", "samples": "1", "scheduler": "DDIM"},
        {"steps": "30", "samples": "1", "negativePrompt": "ugly"},
        {"steps": "30", "samples": "1", "negativePrompt": "ugly hands"},
        {"steps": "30", "samples": "1", "height": "768"},
    ],
    ids=str,
)
def test_inputs_of_another_recipe_are_told_apart(told):
    assert contradicts(DRAGON, SENT | told)


def test_a_wholly_other_prompt_is_enough_where_the_seed_is_everybodys():
    usual = GenerationRequest.build({"prompt": "a fox in the snow"})
    sent = {name: str(value) for name, value in usual.body().items()}
    assert contradicts(usual, sent | {"prompt": "somebody else's castle"})
    assert contradicts(usual, {"prompt": "b7f2"})
    assert not contradicts(usual, sent)
    east = GenerationRequest.build({"prompt": "雪の中の狐"})
    assert not contradicts(east, {"prompt": "雪の中の"})
    assert contradicts(east, {"prompt": "海辺に立つ城"})


@pytest.mark.parametrize(("seed", "telling"), [("12345", False), ("654321", True)])
def test_a_seed_of_six_digits_is_nobody_elses(seed, telling):
    request = GenerationRequest.build({"prompt": "a fox", "seed": seed})
    assert contradicts(request, {"prompt": "ein Schneetier", "seed": seed}) is not telling
    assert contradicts(request, {"prompt": "ein Schneetier"})


def test_the_smallest_seeds_are_used_as_they_are():
    for seed in ("0", "1"):
        request = GenerationRequest.build({"prompt": "a fox", "seed": seed})
        assert contradicts(request, {"prompt": "a fox", "seed": "5", "steps": "21"})


def test_half_of_the_words_of_a_negative_prompt_are_too_few():
    request = GenerationRequest.build({"prompt": "a fox", "negativePrompt": "blurry hands"})
    told = {"prompt": "a fox", "steps": "21", "samples": "1"}
    assert contradicts(request, told | {"negativePrompt": "blurry feet"})
    assert not contradicts(request, told | {"negativePrompt": "blurry hands, feet"})


def test_a_seed_may_be_a_word():
    request = GenerationRequest.build({"prompt": "a fox", "seed": "winter"})
    assert contradicts(request, {"prompt": "a fox", "seed": "summer", "steps": "21"})
    assert not contradicts(request, {"prompt": "a fox", "seed": "1181724", "steps": "21"})


def test_a_seed_that_servers_may_reduce_says_nothing():
    for seed in ("-1", "99999999999", "2147483648"):
        request = GenerationRequest.build({"prompt": "a fox", "seed": seed})
        assert not contradicts(request, {"prompt": "a fox", "seed": "5", "steps": "21"})


@pytest.mark.parametrize(
    ("task", "fits"),
    [
        (remote(7, 1003.0), True),
        (remote(7, None), True),
        (remote(7, 1003.0, parameters={}), True),
        (remote(7, 1003.0, parameters={"prompt": "fox in the snow!"}), True),
        (remote(7, None, parameters={}), False),
        (remote(7, None, parameters={"prompt": "a fox in the snow"}), False),
        (remote(7, 400.0), False),
        (remote(7, 1100.0), False),
        (remote(7, 1003.0, parameters={"prompt": "a castle"}), False),
    ],
)
def test_what_the_answer_named_is_ours_unless_something_is_against_it(task, fits):
    found = named(Claim(1, FOX, 1000.0), task, ahead=0.0, slack=15.0)
    assert (found is not None) is fits
    assert found is None or found.remote_id == "7"


def test_what_was_named_is_told_as_the_server_tells_it_on_our_clock():
    task = remote(7, 8203.0, cost=Decimal("0.0035"))
    found = named(Claim(1, FOX, 1000.0), task, ahead=7200.0, slack=15.0)
    assert found == Candidate("7", "t7", 1003.0, "task_start", Decimal("0.0035"), exact=True)
    bare = named(Claim(1, FOX, 1000.0), remote(7, 1003.0, parameters={}), ahead=0.0, slack=15.0)
    assert bare == Candidate("7", "t7", 1003.0, "task_start", exact=False)


@pytest.mark.parametrize("prompt", ["ein Füchschen", "лиса в шарфе", "一只狐狸"])
@pytest.mark.parametrize(
    "told",
    [
        lambda text: "".join(f"&#{ord(sign)};" for sign in text),
        lambda text: json.dumps(text)[1:-1],
        lambda text: text.encode().decode("latin-1"),
        lambda text: text.encode("utf-8").decode("cp1252", "replace").replace("\ufffd", "?"),
    ],
)
def test_a_prompt_told_escaped_or_in_a_wrong_encoding_is_no_other(prompt, told):
    request = GenerationRequest.build({"prompt": prompt})
    if "?" not in told(prompt):  # what is lost of it cannot be read back
        assert not contradicts(request, {"prompt": told(prompt)})
    assert contradicts(request, {"prompt": told("something else, été")})
