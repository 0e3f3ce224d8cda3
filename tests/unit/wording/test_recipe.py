from __future__ import annotations

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.wording.recipe.facts import recipe_facts, recipe_text


def test_the_figures_in_one_line() -> None:
    request = GenerationRequest.build({"prompt": "a fox", "seed": "9", "samples": 1, "scale": 7.5})
    assert recipe_facts(request) == (
        "512 × 512 · 1 sample · 20 steps · guidance scale 7.5 · Euler · clip skip 4 · seed 9"
    )
    assert recipe_facts(request, seen=True).startswith("20 steps · ")


def test_what_is_not_known_is_passed_over() -> None:
    other = GenerationRequest("another/model", {"prompt": "a fox", "steps": 3, "strength": 0.5})
    assert recipe_facts(other) == "3 steps"
    odd = GenerationRequest("another/model", {"scheduler": "Mine"})
    assert recipe_facts(odd) == "Mine"


def test_all_of_it() -> None:
    request = GenerationRequest.build({"prompt": " a fox\nin snow ", "negativePrompt": ""})
    prompt, figures = recipe_text(request).split("\n\n")
    assert prompt == "Prompt: a fox\nin snow"
    assert figures == recipe_facts(request)
    assert "Negative prompt: blur" in recipe_text(
        GenerationRequest.build({"prompt": "a fox", "negativePrompt": "blur"})
    )
