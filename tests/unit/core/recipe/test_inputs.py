from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.recipe.inputs import Advice, Input, Kind, Model, Option

WHOLE = Input("steps", "Steps", Kind.WHOLE, 20, minimum=1)
DECIMAL = Input("scale", "Guidance scale", Kind.DECIMAL, 4)
TEXT = Input("seed", "Seed", Kind.TEXT, "123456")
PROMPT = Input("prompt", "Prompt", Kind.LONG_TEXT, "a cat", required=True)
URL = Input("callbackUrl", "Callback URL", Kind.URL, "")
CHOICE = Input(
    "scheduler",
    "Scheduler",
    Kind.CHOICE,
    "EulerDiscreteScheduler",
    options=(Option("EulerDiscreteScheduler", "Euler"), Option("DDIMScheduler", "DDIM")),
)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("20", 20),
        (" 20 ", 20),
        ("+20", 20),
        ("20.0", 20),
        ("1e3", 1000),
        ("007", 7),
        (20, 20),
        (20.0, 20),
        ("9" * 40, int("9" * 40)),
        ("２０", 20),
    ],
)
def test_whole_numbers(raw, value):
    parsed = WHOLE.parse(raw)
    assert parsed == value
    assert type(parsed) is int


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("4", 4),
        (" 4,5 ", 4.5),
        ("4.5", 4.5),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5),
        ("-5", -5),
        ("−5", -5),
        ("0", 0),
        ("1e-3", 0.001),
        (7.25, 7.25),
        (1e-7, 1e-7),
        ("1e300", 1e300),
    ],
)
def test_decimal_numbers(raw, value):
    assert DECIMAL.parse(raw) == value


@pytest.mark.parametrize("raw", ["4", "4.0", 4, 4.0])
def test_a_decimal_that_is_whole_is_sent_as_the_page_does(raw):
    assert repr(DECIMAL.parse(raw)) == "4"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("abc", "not_a_number"),
        ("NaN", "not_a_number"),
        ("nan", "not_a_number"),
        ("inf", "not_a_number"),
        ("-Infinity", "not_a_number"),
        (float("nan"), "not_a_number"),
        (float("inf"), "not_a_number"),
        ("1e999", "not_a_number"),
        ("1e", "not_a_number"),
        ("1_000", "not_a_number"),
        ("1 000", "not_a_number"),
        ("1,000", "not_a_number"),
        ("20,0", "not_a_number"),
        ("1,000,000", "not_a_number"),
        ("0x10", "not_a_number"),
        ("20 steps", "not_a_number"),
        (".", "not_a_number"),
        ("--5", "not_a_number"),
        (True, "not_a_number"),
        ("9" * 5000, "not_a_number"),
        ("\ud800", "not_a_number"),
        ("-5", "too_small"),
        ("0", "too_small"),
        ("−1", "too_small"),
        ("20.5", "not_whole"),
        ("1e-3", "too_small"),
    ],
)
def test_what_cannot_be_meant_as_a_whole_number(raw, reason):
    with pytest.raises(InputError) as caught:
        WHOLE.parse(raw)
    assert (caught.value.field, caught.value.reason) == ("steps", reason)
    assert len(caught.value.value) <= 40


@given(st.integers(min_value=1, max_value=10**39))
def test_every_whole_number_arrives_exactly(number):
    assert WHOLE.parse(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_decimal_arrives_exactly(number):
    assert DECIMAL.parse(number) == number
    assert DECIMAL.parse(repr(number)) == number


@given(st.text(st.characters(codec=None)) | st.integers() | st.floats() | st.none())
def test_nothing_crashes_and_all_that_passes_can_be_sent(raw):
    for entry in (WHOLE, DECIMAL, TEXT, PROMPT, URL, CHOICE):
        with contextlib.suppress(InputError):
            str(entry.parse(raw)).encode("utf-8")


@given(st.text())
def test_text_is_sent_as_it_was_written(text):
    assert TEXT.parse(text) == text
    if text.strip():
        assert PROMPT.parse(text) == text


@pytest.mark.parametrize("blank", ["", "  ", "\n\t"])
def test_a_required_text_is_not_blank(blank):
    with pytest.raises(InputError) as caught:
        PROMPT.parse(blank)
    assert caught.value.reason == "empty"
    assert TEXT.parse(blank) == blank


def test_half_a_character_is_replaced():
    assert TEXT.parse("cat \ud83d here") == "cat ? here"


@pytest.mark.parametrize(
    "raw",
    ["EulerDiscreteScheduler", "eulerdiscretescheduler", "Euler", " euler ", "EULER"],
)
def test_a_choice_is_known_by_value_and_by_label(raw):
    assert CHOICE.parse(raw) == "EulerDiscreteScheduler"


@pytest.mark.parametrize("raw", ["", "Heun", "Euler,DDIM", "x" * 500])
def test_a_choice_that_is_not_offered(raw):
    with pytest.raises(InputError) as caught:
        CHOICE.parse(raw)
    assert caught.value.reason == "unknown_option"
    assert len(caught.value.value) <= 80


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("", ""),
        ("  ", ""),
        ("https://example.org/done?id=1", "https://example.org/done?id=1"),
        (" http://10.0.0.5:8080/ ", "http://10.0.0.5:8080/"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("http://[::1]:9/", "http://[::1]:9/"),
    ],
)
def test_web_addresses(raw, value):
    assert URL.parse(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        "example.org",
        "ftp://example.org/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://two words.example/",
        "https://example.org/a b",
        "http://[::1/",
        "https://example.org/\ud800",
    ],
)
def test_what_is_no_web_address(raw):
    with pytest.raises(InputError) as caught:
        URL.parse(raw)
    assert (caught.value.field, caught.value.reason) == ("callbackUrl", "not_a_url")


MODEL = Model("owner/a model", "A model", (PROMPT, WHOLE, CHOICE))


def test_a_model_fills_in_what_is_missing():
    values, wrong = MODEL.check({"prompt": "a fox"})
    assert values == {"prompt": "a fox", "steps": 20, "scheduler": "EulerDiscreteScheduler"}
    assert wrong == []


def test_a_model_tells_all_that_is_wrong_and_keeps_what_is_right():
    values, wrong = MODEL.check({"prompt": " ", "steps": "many", "scheduler": "DDIM", "moon": 1})
    assert values == {"scheduler": "DDIMScheduler"}
    assert {(error.field, error.reason) for error in wrong} == {
        ("prompt", "empty"),
        ("steps", "not_a_number"),
        ("moon", "unknown_field"),
    }


def test_a_model_finds_its_inputs():
    assert MODEL["steps"] is WHOLE
    assert [entry.name for entry in MODEL] == ["prompt", "steps", "scheduler"]
    with pytest.raises(KeyError):
        MODEL["moon"]


def test_advice_is_said_and_refuses_nothing():
    side = Input(
        "width",
        "Width",
        Kind.WHOLE,
        512,
        advice=(Advice("eights", multiple_of=8), Advice("large", above=1024)),
    )
    eights, large = side.advice
    assert side.advise(512) is None
    assert side.advise(513) == eights
    assert side.advise(2048) == large
    assert side.advise("513") is None
    assert side.parse("513") == 513
    assert side.parse("2048") == 2048
