"""The description against the figures that the model's page publishes."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import Kind

PUBLISHED = {
    "prompt": (
        Kind.LONG_TEXT,
        (
            "(masterpiece, top quality, best quality, official art, beautiful and aesthetic:1.2), "
            "1girl, beautiful, high detailed, purple hair with a hint of pink, pink eyes, dark "
            "lighting, serious face, looking the sky, sky, medium shot, black sweater, jewelry"
        ),
    ),
    "negativePrompt": (Kind.LONG_TEXT, "bad-hands-5 EasyNegativeV2 ng_deepnegative_v1_75t"),
    "samples": (Kind.WHOLE, 4),
    "steps": (Kind.WHOLE, 20),
    "scale": (Kind.DECIMAL, 4),
    "seed": (Kind.TEXT, "123456"),
    "clipSkip": (Kind.WHOLE, 4),
    "width": (Kind.WHOLE, 512),
    "height": (Kind.WHOLE, 512),
    "scheduler": (Kind.CHOICE, "EulerDiscreteScheduler"),
}


def test_offers_the_ten_inputs_of_the_page_and_the_callback():
    assert {entry.name for entry in CARTOONMIX} == PUBLISHED.keys() | {"callbackUrl"}


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_kind_and_default_are_those_of_the_page(name, published):
    entry = CARTOONMIX[name]
    assert (entry.kind, entry.default) == published


def test_the_callback_is_advanced_and_empty():
    callback = CARTOONMIX["callbackUrl"]
    assert callback.advanced
    assert callback.default == ""
    assert [entry.name for entry in CARTOONMIX if entry.advanced] == ["callbackUrl"]


def test_offers_each_scheduler_once():
    options = CARTOONMIX["scheduler"].options
    assert sorted(option.value for option in options) == [
        "DDIMScheduler",
        "DDPMScheduler",
        "DPMSolverMultistepScheduler",
        "EulerAncestralDiscreteScheduler",
        "EulerDiscreteScheduler",
        "LMSDiscreteScheduler",
        "PNDMScheduler",
    ]
    labels = [option.label for option in options]
    assert len(set(labels)) == len(labels)
    assert not any("Scheduler" in label for label in labels)


def test_the_defaults_pass_unchanged():
    assert CARTOONMIX.check({}) == (CARTOONMIX.defaults(), [])


def test_the_defaults_need_no_advice():
    assert [entry.advise(entry.default) for entry in CARTOONMIX] == [None] * len(CARTOONMIX.inputs)


@pytest.mark.parametrize("name", ["width", "height", "samples", "steps"])
def test_sizes_and_counts_begin_at_one(name):
    assert CARTOONMIX.check({name: "0"})[1][0].reason == "too_small"
    assert CARTOONMIX.check({name: "-64"})[1][0].reason == "too_small"
    assert CARTOONMIX.check({name: "1"})[1] == []


def test_no_range_is_invented():
    daring = {
        "samples": "400",
        "steps": "5000",
        "width": "8191",
        "height": "8191",
        "scale": "-3",
        "clipSkip": "0",
        "seed": "",
        "negativePrompt": "",
    }
    assert CARTOONMIX.check(daring)[1] == []


def test_speaks_the_slug_of_the_page():
    assert CARTOONMIX.slug == "futurist/CartoonMix v1.0"
