from __future__ import annotations

import pytest

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.request import GenerationRequest


def test_builds_what_the_form_says_with_the_defaults():
    request = GenerationRequest.build({"prompt": "a fox", "steps": "30"})
    assert request.model == CARTOONMIX.slug
    assert request["prompt"] == "a fox"
    assert request["steps"] == 30
    assert request["width"] == 512


def test_refuses_what_cannot_be_meant():
    with pytest.raises(InputError) as caught:
        GenerationRequest.build({"steps": "many"})
    assert caught.value.field == "steps"


def test_tells_all_errors_by_field():
    _values, wrong = CARTOONMIX.check({"prompt": "", "steps": "many", "width": "64"})
    assert {error.field: error.reason for error in wrong} == {
        "prompt": "empty",
        "steps": "not_a_number",
    }
    assert CARTOONMIX.check({})[1] == []


def test_the_body_is_every_input_without_an_empty_callback():
    body = GenerationRequest.build({}).body()
    assert body.keys() == {entry.name for entry in CARTOONMIX} - {"callbackUrl"}
    assert body["scale"] == 4
    address = "https://example.org/done"
    assert GenerationRequest.build({"callbackUrl": address}).body()["callbackUrl"] == address


def test_an_empty_negative_prompt_is_sent():
    assert GenerationRequest.build({"negativePrompt": ""}).body()["negativePrompt"] == ""


def test_cannot_be_changed():
    source = {"prompt": "a fox"}
    request = GenerationRequest("model", source)
    source["prompt"] = "a wolf"
    assert request.prompt == "a fox"
    with pytest.raises(TypeError):
        request.values["prompt"] = "a wolf"
    with pytest.raises(AttributeError):
        request.model = "another"
    request.body()["prompt"] = "a wolf"
    assert request.prompt == "a fox"


def test_equal_requests_have_equal_hashes():
    one = GenerationRequest("model", {"prompt": "a fox", "scale": 4})
    for same in (
        GenerationRequest("model", {"scale": 4, "prompt": "a fox"}),
        GenerationRequest("model", {"prompt": "a fox", "scale": 4.0}),
    ):
        assert one == same
        assert hash(one) == hash(same)
    assert len({one, GenerationRequest("model", {"prompt": "a fox", "scale": 5})}) == 2
    assert one != GenerationRequest("other", {"prompt": "a fox", "scale": 4})


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("a fox", "a fox"),
        ("\n  \n  a   fox\tin red \nsecond line", "a fox in red"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_the_title_is_the_first_line_that_says_something(prompt, title):
    assert GenerationRequest("model", {"prompt": prompt}).title == title


def test_a_request_of_a_model_without_a_prompt_has_no_title():
    assert GenerationRequest("model", {"image": "x"}).title == ""
