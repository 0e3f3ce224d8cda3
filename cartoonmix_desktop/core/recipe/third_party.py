"""Recipes as other programs write them into pictures: A1111, ComfyUI, InvokeAI, Fooocus, and ours.

Whoever wrote them may mean harm: everything is bounded, checked against the model's description and
taken as plain text; what cannot be understood is left out, and nothing here raises.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.errors import RecipeUnreadable
from cartoonmix_desktop.core.recipe import infotext
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.comfyui import NEGATIVE, POSITIVE, Graph, is_link
from cartoonmix_desktop.core.recipe.others import NONE, sound
from cartoonmix_desktop.core.recipe.recipe import (
    LARGEST,
    LONGEST_TEXT,
    Recipe,
    checked,
    from_text,
    plain,
)
from cartoonmix_desktop.core.recipe.request import GenerationRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_GRAPH = 4 * 1024**2  # characters of a ComfyUI graph that are read
_LONGEST_MODEL = 120

_SAMPLERS = {
    "euler": "EulerDiscreteScheduler",
    "euler_a": "EulerAncestralDiscreteScheduler",
    "euler_ancestral": "EulerAncestralDiscreteScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "ddim": "DDIMScheduler",
    "lms": "LMSDiscreteScheduler",
    "plms": "PNDMScheduler",
    "pndm": "PNDMScheduler",
    "ddpm": "DDPMScheduler",
}
"""Names of ComfyUI, InvokeAI and Fooocus, in small letters without what follows."""


class Texts(Struct, frozen=True):
    """What a picture says of its making, as it is written there.

    Attributes:
        own: our exact recipe.
        parameters: A1111's text, or Fooocus's JSON.
        certain: whether ``parameters`` stood where only generators write.
        graph: ComfyUI's ``prompt``.
        invoke: InvokeAI's ``invokeai_metadata``.
    """

    own: str = ""
    parameters: str = ""
    certain: bool = False
    graph: str = ""
    invoke: str = ""


class _Said(Struct, frozen=True):
    values: Mapping[str, object]
    model: str = ""
    others: Mapping[str, str] = NONE


def request_in(texts: Texts) -> GenerationRequest:
    """What was asked for, as far as it can be read; without any value when nothing can."""
    model, recipe = recipe_in(texts)
    return GenerationRequest(model, recipe.values)


def recipe_in(texts: Texts) -> tuple[str, Recipe]:
    """The model and what was asked of it, with what had to be left out; both empty for nothing."""
    model, recipe, _others = all_in(texts)
    return model, recipe


def all_in(texts: Texts) -> tuple[str, Recipe, Mapping[str, str]]:
    """As `recipe_in`, and what is said beside that no input is for."""
    if texts.own:
        try:
            return CARTOONMIX.slug, from_text(texts.own, "picture"), NONE
        except RecipeUnreadable:
            pass  # what others read may still be there
    for said in (
        _from_parameters(texts.parameters, certain=texts.certain),
        _from_invoke(texts.invoke),
        _from_graph(texts.graph),
    ):
        if said is None:
            continue
        try:
            recipe = checked(said.values, "picture")
        except RecipeUnreadable:
            continue
        others = {name: text for name, text in said.others.items() if name != "Model"}
        if "scheduler" in said.values and "scheduler" not in recipe.values:
            others["Sampler"] = str(said.values["scheduler"])  # without an equal
        return plain(said.model, lines=False)[:_LONGEST_MODEL], recipe, sound(others)
    return "", Recipe({}), NONE


def _from_parameters(text: str, *, certain: bool) -> _Said | None:
    if not text or len(text) > LARGEST:
        return None
    if (told := _object(text, LARGEST)) is not None:
        return _from_fooocus(told)
    said = infotext.parse(text)
    if said is not None:
        return _Said(given(said.values), said.others.get("Model", ""), said.others)
    return _Said(given(infotext.prompts(text[:LONGEST_TEXT]))) if certain else None


def _from_fooocus(told: Mapping[str, Any]) -> _Said | None:
    if "prompt" not in told:
        return None
    width, height = _size(told.get("resolution"))
    negative = _text(told["negative_prompt"]) if "negative_prompt" in told else None
    return _Said(
        given(
            {
                "prompt": told.get("prompt"),
                "negativePrompt": negative,
                "steps": told.get("steps"),
                "scale": told.get("guidance_scale"),
                "seed": told.get("seed"),
                "scheduler": _sampler(told.get("sampler")),
                "clipSkip": told.get("clip_skip"),
                "width": width,
                "height": height,
            }
        ),
        _text(told.get("base_model")),
    )


def _from_invoke(text: str) -> _Said | None:
    told = _object(text, LARGEST)
    if told is None:
        return None
    model = told.get("model")
    skipped = told.get("clip_skip")  # layers that are left out, where others count from 1
    return _Said(
        given(
            {
                "prompt": told.get("positive_prompt"),
                "negativePrompt": _text(told.get("negative_prompt")),
                "steps": told.get("steps"),
                "scale": told.get("cfg_scale"),
                "seed": told.get("seed"),
                "scheduler": _sampler(told.get("scheduler")),
                "width": told.get("width"),
                "height": told.get("height"),
                "clipSkip": skipped + 1 if type(skipped) is int else None,
            }
        ),
        _text(model.get("name") or model.get("model_name")) if isinstance(model, dict) else "",
    )


# --- ComfyUI: a graph of nodes; its sampler is asked where its words come from -------------------


def _from_graph(text: str) -> _Said | None:
    told = _object(text, _LARGEST_GRAPH)
    if told is None:
        return None
    graph = Graph(told)
    found: tuple[dict[str, Any], object, str | None] | None = None
    for sampler in graph.samplers():
        positive = sampler.get("positive", sampler.get("conditioning", sampler.get("cond1")))
        prompt = graph.words(positive, POSITIVE)
        if prompt is not None or (found is None and is_link(positive)):
            found = sampler, positive, prompt
        if prompt is not None:  # one that was given a picture alone may follow one with words
            break
    if found is None:
        return None
    sampler, positive, prompt = found
    # A sampler that takes none was given none.
    negative = graph.words(sampler["negative"], NEGATIVE) if "negative" in sampler else ""
    if negative == prompt:
        negative = ""  # joined to what was at hand, where it has no weight
    seed = sampler.get("seed", sampler.get("noise_seed"))
    if is_link(seed):
        seed = graph.follow(seed, ("seed", "noise_seed", "value"), int)
    latent = sampler.get("latent_image")
    return _Said(
        given(
            {
                "prompt": prompt,
                "negativePrompt": negative,
                "steps": sampler.get("steps"),
                "scale": sampler.get("cfg"),
                "seed": seed,
                "scheduler": _sampler(sampler.get("sampler_name")),
                "width": graph.follow(latent, ("width",), int),
                "height": graph.follow(latent, ("height",), int),
                "clipSkip": _clip_skip(graph.follow(positive, ("stop_at_clip_layer",), int)),
            }
        ),
        _text(graph.follow(sampler.get("model"), ("ckpt_name", "unet_name"), str)),
    )


def _clip_skip(layer: object) -> int | None:
    """ComfyUI counts the layers from behind: -1 is the last, and none left out."""
    return -layer if isinstance(layer, int) and layer < 0 else None


# --- small things --------------------------------------------------------------------------------


def _object(text: str, longest: int) -> dict[str, Any] | None:
    if not text or len(text) > longest:
        return None
    try:
        # A bare NaN, as Python writes it, is null; the same letters in a text stay as they are.
        told = json.loads(text, parse_constant=lambda _bare: None)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def given(values: Mapping[str, object]) -> dict[str, object]:
    """What is a text or a number, and not empty.

    An empty negative prompt is told as well, beside a prompt: none was wanted. Without the prompt
    nobody knows what else was taken out.
    """
    told: dict[str, object] = {
        name: value
        for name, value in values.items()
        if type(value) in {str, int, float} and value != ""
    }
    if str(told.get("prompt", "")).strip() and values.get("negativePrompt") == "":
        told["negativePrompt"] = ""
    return told


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sampler(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    name = value.lower().replace(" ", "_").removesuffix("_karras").removesuffix("_k")
    return _SAMPLERS.get(name) or _SAMPLERS.get(name.replace("sample_", "")) or value


def _size(value: object) -> tuple[object, object]:
    found = re.findall(r"\d{1,6}", value) if isinstance(value, str) else []
    return (found[0], found[1]) if len(found) >= 2 else (None, None)
