from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.recipe.difference import Change, difference, differing, words

PROMPTS = st.lists(
    st.sampled_from(
        [
            *("a", "fox", " ", ", ", "(red:1.2)", "(red:1.3)", "[", "]", "\\(", "\n"),
            *("<lora:ink:0.8>", "狐", "森の", "नमस्ते", "é", "👩‍🎨", "1.5", "\ud800", "(a b:1.1)"),
        ]
    )
    | st.text(max_size=4)
).map("".join)


def told(before, after):
    signs = {Change.SAME: "{}", Change.REMOVED: "-{}-", Change.ADDED: "+{}+"}
    return "".join(signs[part.kind].format(part.text) for part in difference(before, after))


@given(PROMPTS, PROMPTS)
def test_the_difference_leads_from_one_to_the_other(before, after):
    parts = difference(before, after)
    assert "".join(p.text for p in parts if p.kind is not Change.ADDED) == before
    assert "".join(p.text for p in parts if p.kind is not Change.REMOVED) == after
    assert all(part.text for part in parts)
    assert (before == after) == all(part.kind is Change.SAME for part in parts)


@given(PROMPTS)
def test_pieces_put_together_are_the_text(text):
    assert "".join(words(text)) == text


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("a red fox", "a blue fox", "a -red-+blue+ fox"),
        ("a red fox runs", "a blue dog runs", "a -red fox-+blue dog+ runs"),
        ("(red fox:1.2), tree", "(red fox:1.35), tree", "(red fox-:1.2-+:1.35+), tree"),
        ("(red:1.2)", "(blue:1.2)", "(-red-+blue+:1.2)"),
        ("fox", "(fox)", "+(+fox+)+"),
        ("ink <lora:a:1>", "ink <lora:b:1>", "ink -<lora:a:1>-+<lora:b:1>+"),
        ("森の狐", "森の熊", "森の-狐-+熊+"),
        ("a fox", "a fox, night", "a fox+, night+"),
        ("1girl, smile", "1girl", "1girl-, smile-"),
        ("", "new", "+new+"),
        ("same", "same", "same"),
    ],
)
def test_words_are_told_apart_as_people_would(before, after, wanted):
    assert told(before, after) == wanted


def test_novels_are_compared_in_no_time():
    one = " ".join(f"word{n % 97} ({n}:1.{n % 9})," for n in range(2_000))[:20_000]
    other = " ".join(f"word{n % 89} [{n}:1.{n % 7}]," for n in range(2_000))[:20_000]
    started = time.perf_counter()
    few = random.Random(1).choices("xyz", k=4_000)
    repeated = (" ".join(few[:2_000]), " ".join(few[2_000:]))
    for pair in ((one, other), (one, one + " end"), ("a " * 9_000, "b a " * 4_500), repeated):
        parts = difference(*pair)
        assert "".join(p.text for p in parts if p.kind is not Change.ADDED) == pair[0]
    assert time.perf_counter() - started < 2


def test_a_typed_number_is_the_number_it_means():
    stored = {"prompt": "a fox", "steps": 20, "scale": 7.5, "seed": "7", "other": 1}
    typed = {"prompt": "a fox", "steps": " 20", "scale": "7,5", "seed": "7", "other": "1"}
    assert differing(stored, typed) == []
    assert differing(stored, typed | {"steps": "21", "extra": "x"}) == ["steps", "extra"]
    assert differing(stored, {"prompt": "a fox"}) == ["steps", "scale", "seed", "other"]
