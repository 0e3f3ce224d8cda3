"""The text inside pictures, as other generators write and read it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.infotext import (
    SAMPLERS,
    compose,
    from_user_comment,
    parse,
    to_user_comment,
)

WHOLE = """a fox (red:1.2), <lora:x:1>
second line
Negative prompt: blurry, text
more of it
Steps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 3141, Size: 512x768, Model hash: abcdef, \
Model: some model, Clip skip: 2, Lora hashes: "x: 1, y: 2", Version: v1.10"""


def test_a_whole_text():
    said = parse(WHOLE)
    assert said is not None
    assert said.values == {
        "prompt": "a fox (red:1.2), <lora:x:1>\nsecond line",
        "negativePrompt": "blurry, text\nmore of it",
        "steps": "20",
        "scheduler": "EulerAncestralDiscreteScheduler",
        "scale": "7.5",
        "seed": "3141",
        "width": "512",
        "height": "768",
        "clipSkip": "2",
    }
    assert said.others["Lora hashes"] == "x: 1, y: 2"
    assert {"Model hash", "Model", "Version"} <= said.others.keys()


def test_a_sampler_of_before_and_its_schedule():
    said = parse("fox\nSteps: 1, Sampler: DPM++ 2M Karras, Seed: 1")
    assert said is not None
    assert said.values["scheduler"] == "DPMSolverMultistepScheduler"
    assert said.others == {"Schedule type": "Karras"}


def test_a_sampler_that_is_unknown_is_kept_by_its_name():
    said = parse("fox\nSteps: 1, Sampler: UniPC, Seed: 1")
    assert said is not None
    assert said.values["scheduler"] == "UniPC"


SETTINGS = "Steps: 7, Sampler: DDIM, CFG scale: 5, Seed: 3, Size: 8x8"


@pytest.mark.parametrize(
    "behind",
    [
        ', Wildcard prompt: "a __animal__\nin the __place__", Version: v1.5.1',
        "\nTemplate: a {fox|cat}, Seed: 9\nNegative Template: blurry, Steps: 1",
        '\nTemplate: "a fox',
    ],
)
def test_lines_behind_the_settings_are_no_part_of_the_prompt(behind):
    said = parse(f"a fox\nNegative prompt: blurry\nof it\n{SETTINGS}{behind}")
    assert said is not None
    assert said.values["prompt"] == "a fox"
    assert said.values["negativePrompt"] == "blurry\nof it"
    assert (said.values["seed"], said.values["steps"]) == ("3", "7")


def test_a_line_break_in_a_setting_is_kept():
    said = parse(f'a fox\n{SETTINGS}, Wildcard prompt: "a \\"b\nc", Version: x')
    assert said is not None
    assert said.others == {"Wildcard prompt": 'a "b\nc', "Version": "x"}


@pytest.mark.parametrize("text", ["", "a fox", "a fox, style: bold, mood: calm", '{"seed": 1}'])
def test_any_other_text_is_none(text):
    assert parse(text) is None


def test_every_scheduler_has_a_name():
    assert {option.value for option in CARTOONMIX["scheduler"].options} == set(SAMPLERS.values())


def test_what_no_input_is_for_is_written_again():
    others = {
        "Sampler": "DPM++ SDE",
        "Schedule type": "Karras",
        "Model hash": "0123abcd",
        "ADetailer prompt": 'a face, "smiling"\nsoft: light',
        "Hires upscale": "2",
    }
    text = compose({"prompt": "a fox", "steps": 5, "scheduler": "DDIMScheduler"}, others)
    assert "Steps: 5, Sampler: DPM++ SDE, Schedule type: Karras, " in text
    said = parse(text)
    assert said.values["scheduler"] == "DPM++ SDE"
    assert said.others == {name: text for name, text in others.items() if name != "Sampler"}
    odd = parse(
        compose({"steps": 1, "seed": "2"}, {"a:b, {c}": "1", "huge": "x" * 20_000, "z": "3"})
    )
    assert odd.others == {"a b c": "1", "z": "3"}  # what has no room is left to the history


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), include_characters="\n"))
PROMPTS = WORDS.map(str.strip).filter(
    lambda text: not any(line.startswith("Negative prompt:") for line in text.split("\n"))
)


@given(
    PROMPTS,
    PROMPTS,
    st.integers(1, 10**9),
    st.floats(-1e9, 1e9),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1),
    st.sampled_from(sorted(SAMPLERS.values())),
    st.integers(1, 99_999),
)
def test_what_is_written_is_read(prompt, negative, steps, scale, seed, scheduler, side):
    values = {
        "prompt": prompt,
        "negativePrompt": negative,
        "steps": steps,
        "scale": scale,
        "seed": seed,
        "scheduler": scheduler,
        "width": side,
        "height": side,
        "clipSkip": 4,
        "samples": 2,
    }
    said = parse(compose(values, {"Model": 'CartoonMix, "v1.0"'}))
    assert said is not None
    assert said.values == {name: str(value) for name, value in values.items()}
    assert said.others == {"Model": 'CartoonMix, "v1.0"'}


@given(st.text())
def test_nothing_breaks_it(text):
    parse(text)
    parse(f"x\nSteps: 1, Seed: 1, Size: {text}")


@pytest.mark.parametrize(
    "piece", ["a", " ", 'a:"', "a:,", "\\", 'a: "\\', "Steps: ", "Steps: \n", 'Steps: "\n']
)
def test_long_lines_do_not_take_long(piece):
    begun = time.monotonic()
    parse(piece * 100_000)
    parse(piece * (16_000 // len(piece)))
    assert time.monotonic() - begun < 5  # of seconds, where squares would take minutes


@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + "a fox ü".encode("utf-16-be"),
        b"UNICODE\0" + "a fox ü".encode("utf-16-le"),
        b"ASCII\0\0\0" + "a fox ü".encode(),
        bytes(8) + "a fox ü".encode(),
        "a fox ü".encode(),
    ],
)
def test_a_user_comment_in_any_encoding(comment):
    assert from_user_comment(comment) == "a fox ü"


def test_a_user_comment_marked_as_japanese():
    comment = b"JIS\0\0\0\0\0" + "a fox 猫".encode("iso2022_jp")
    assert from_user_comment(comment) == "a fox 猫"


LOW_BYTES_OF_ZERO = st.text(st.sampled_from("最Ā 　\U0001f600a,:0"))  # misread, they are letters


@given(st.text() | LOW_BYTES_OF_ZERO)
def test_a_user_comment_is_read_as_it_was_written(text):
    assert from_user_comment(to_user_comment(text)) == text


@given(st.text() | LOW_BYTES_OF_ZERO)
def test_whatever_the_prompt_is_other_programs_read_it(prompt):
    text = compose({"prompt": prompt, "steps": 20, "seed": 3, "scale": 7})
    comment = to_user_comment(text)
    assert comment == b"UNICODE\0" + text.encode("utf-16-be")
    assert from_user_comment(comment) == text
    assert from_user_comment(b"UNICODE\0" + text.encode("utf-16-le")) == text


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
def test_a_mark_of_the_order_of_bytes_is_believed(order):
    assert from_user_comment(b"UNICODE\0" + "\ufeff最最".encode(order)) == "最最"
