"""Every input of the model has words, and its name for scripts is the same in every language."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.wording.recipe.inputs import (
    advice_of,
    help_of,
    in_sentence,
    label_of,
    listed,
)


@pytest.mark.parametrize("entry", CARTOONMIX.inputs, ids=lambda entry: entry.name)
def test_every_input_explains_itself_in_a_sentence(entry):
    assert label_of(entry) == entry.label
    assert in_sentence(entry).casefold() == entry.label.casefold()
    assert help_of(entry).endswith(".")


def test_every_advice_has_its_sentence():
    said = {
        advice_of(CARTOONMIX[name], value)
        for name, value in (("width", 513), ("height", 2048), ("steps", 60))
    }
    assert len(said) == 3
    assert all(words.endswith(".") for words in said)
    assert advice_of(CARTOONMIX["width"], 512) == ""
    known = {advice.name for entry in CARTOONMIX for advice in entry.advice}
    assert len(known) == len(said)


def test_names_are_listed():
    assert listed(["Prompt"]) == "Prompt"
    assert listed(["Prompt", "Steps", "Seed"]) == "Prompt, Steps and Seed"
