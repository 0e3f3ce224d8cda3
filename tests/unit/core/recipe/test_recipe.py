"""Recipes from outside: only what can be meant, bounded, as plain text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import InputError, RecipeUnreadable
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.recipe import LARGEST, LONGEST_TEXT, checked, from_text, to_text


def reasons(recipe):
    return {(error.field, error.reason) for error in recipe.left_out}


def test_what_cannot_be_used_is_left_out_and_named():
    recipe = checked(
        {
            "prompt": "a fox",
            "steps": "many",
            "width": 640,
            "colour": "red",
            "callbackUrl": "https://example.org/tell-me",
            "scheduler": "DDIM",
            "samples": True,
            "seed": ["1"],
            "negativePrompt": "x" * (LONGEST_TEXT + 1),
        },
        "link",
    )
    assert recipe.values == {"prompt": "a fox", "width": 640, "scheduler": "DDIMScheduler"}
    assert reasons(recipe) == {
        ("steps", "not_a_number"),
        ("colour", "unknown_field"),
        ("callbackUrl", "not_from_outside"),
        ("samples", "not_a_value"),
        ("seed", "not_a_value"),
        ("negativePrompt", "too_long"),
    }


def test_text_is_plain():
    said = "a\u202efox\x00\x1b[2J\r\nin <b>red</b>\tcoat\x85"
    assert checked({"prompt": said}, "link").values["prompt"] == "afox[2J\nin <b>red</b>\tcoat"
    assert checked({"prompt": "half \ud83d a pair"}, "link").values["prompt"] == "half  a pair"
    assert checked({"seed": " 12\n34 "}, "link").values["seed"] == "12 34"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [({}, "nothing"), ({"steps": "x"}, "nothing"), ({str(i): i for i in range(65)}, "too_long")],
)
def test_a_recipe_of_nothing_is_refused(raw, reason):
    with pytest.raises(RecipeUnreadable) as refused:
        checked(raw, "link")
    assert refused.value.reason == reason


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "prompt": st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), min_size=1).filter(
            str.strip
        ),
        "steps": st.integers(1, 10**6),
        "scale": st.floats(-1e6, 1e6),
        "seed": st.from_regex(r"[0-9a-z]{1,12}", fullmatch=True),
        "scheduler": st.sampled_from([o.value for o in CARTOONMIX["scheduler"].options]),
    },
).filter(bool)


@given(VALUES)
def test_a_recipe_file_gives_back_what_was_saved(values):
    assert from_text(to_text(values), "a").values == values


def test_a_recipe_file_tells_no_callback_address():
    text = to_text(CARTOONMIX.defaults() | {"callbackUrl": "https://example.org/mine"})
    assert "callbackUrl" not in text
    assert "example.org" not in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no_recipe"),
        ("[]", "no_recipe"),
        ("[" * 100_000, "no_recipe"),
        ('{"format": "other"}', "no_recipe"),
        ({"version": 2}, "newer"),
        ({"version": "1"}, "no_recipe"),
        ({"version": True}, "no_recipe"),
        ({"values": []}, "no_recipe"),
        ({"values": {}}, "nothing"),
        ({"model": "someone/Else"}, "other_model"),
        (b"\xff\xfe\x00", "no_recipe"),
        (b" " * (LARGEST + 1), "too_long"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_other_files_are_refused(content, reason):
    if isinstance(content, dict):
        whole = json.loads(to_text({"prompt": "a fox"}))
        content = json.dumps(whole | content)
    with pytest.raises(RecipeUnreadable) as refused:
        from_text(content, "fox.cartoonmix")
    assert (refused.value.source, refused.value.reason) == ("fox.cartoonmix", reason)


@given(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.floats())
)
def test_nothing_from_outside_breaks_it(raw):
    try:
        recipe = checked(raw, "link")
    except RecipeUnreadable:
        return
    values, errors = CARTOONMIX.check(recipe.values)
    assert errors == []
    assert recipe.values.items() <= values.items()
    assert all(isinstance(error, InputError) for error in recipe.left_out)
