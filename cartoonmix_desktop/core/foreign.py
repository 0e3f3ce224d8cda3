"""Recipes as other programs write them into pictures: A1111, ComfyUI, InvokeAI, Fooocus, and ours.

Whoever wrote them may mean harm: everything is bounded, checked against the model's description and
taken as plain text; what cannot be understood is left out, and nothing here raises.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core import infotext
from cartoonmix_desktop.core.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.errors import RecipeUnreadable
from cartoonmix_desktop.core.recipe import LARGEST, LONGEST_TEXT, checked, from_text, plain
from cartoonmix_desktop.core.request import GenerationRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LARGEST_GRAPH = 4 * 1024**2  # characters of a ComfyUI graph that are read
_DEEPEST = 24  # nodes from a sampler to the words it was given
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


def request_in(texts: Texts) -> GenerationRequest:
    """What was asked for, as far as it can be read; without any value when nothing can."""
    if texts.own:
        try:
            return GenerationRequest(CARTOONMIX.slug, from_text(texts.own, "picture").values)
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
            values = checked(said.values, "picture").values
        except RecipeUnreadable:
            continue
        return GenerationRequest(plain(said.model, lines=False)[:_LONGEST_MODEL], values)
    return GenerationRequest("", {})


def _from_parameters(text: str, *, certain: bool) -> _Said | None:
    if not text or len(text) > LARGEST:
        return None
    if text.lstrip().startswith("{"):
        return _from_fooocus(text)
    said = infotext.parse(text)
    if said is not None:
        return _Said(_given(said.values), said.others.get("Model", ""))
    return _Said({"prompt": text[:LONGEST_TEXT]}) if certain else None


def _from_fooocus(text: str) -> _Said | None:
    told = _object(text, LARGEST)
    if told is None or "prompt" not in told:
        return None
    width, height = _size(told.get("resolution"))
    return _Said(
        _given(
            {
                "prompt": told.get("prompt"),
                "negativePrompt": told.get("negative_prompt"),
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
    return _Said(
        _given(
            {
                "prompt": told.get("positive_prompt"),
                "negativePrompt": told.get("negative_prompt"),
                "steps": told.get("steps"),
                "scale": told.get("cfg_scale"),
                "seed": told.get("seed"),
                "scheduler": _sampler(told.get("scheduler")),
                "width": told.get("width"),
                "height": told.get("height"),
                "clipSkip": told.get("clip_skip"),
            }
        ),
        _text(model.get("name") or model.get("model_name")) if isinstance(model, dict) else "",
    )


# --- ComfyUI: a graph of nodes; its sampler is asked where its words come from -------------------


def _from_graph(text: str) -> _Said | None:
    told = _object(text, _LARGEST_GRAPH)
    if told is None:
        return None
    nodes: dict[str, dict[str, Any]] = {
        name: node["inputs"]
        for name, node in told.items()
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
    }
    samplers = [
        node for node in nodes.values() if _is_link(node.get("positive")) and "steps" in node
    ] or [node for node in nodes.values() if _is_link(node.get("positive"))]
    if not samplers:
        return None
    sampler = samplers[0]  # a second one refines the first one's picture
    words = ("text", "text_g", "string", "value", "prompt", "wildcard_text", "populated_text")
    prompt = _follow(nodes, sampler["positive"], words, str)
    negative = _follow(nodes, sampler.get("negative"), words, str)
    seed = sampler.get("seed", sampler.get("noise_seed"))
    if _is_link(seed):
        seed = _follow(nodes, seed, ("seed", "noise_seed", "value"), int)
    latent = sampler.get("latent_image")
    model = _follow(nodes, sampler.get("model"), ("ckpt_name", "unet_name"), str)
    return _Said(
        _given(
            {
                "prompt": prompt,
                "negativePrompt": negative,
                "steps": sampler.get("steps"),
                "scale": sampler.get("cfg"),
                "seed": seed,
                "scheduler": _sampler(sampler.get("sampler_name")),
                "width": _follow(nodes, latent, ("width",), int),
                "height": _follow(nodes, latent, ("height",), int),
            }
        ),
        _text(model),
    )


def _is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _follow(
    nodes: Mapping[str, dict[str, Any]], link: object, names: Iterable[str], kind: type
) -> object:
    """The first value of such a name and kind on the way back from a link."""
    waiting: list[tuple[object, int]] = [(link, 0)]
    seen: set[str] = set()
    while waiting:
        at, depth = waiting.pop(0)
        if not (isinstance(at, list) and _is_link(at)) or at[0] in seen or depth > _DEEPEST:
            continue
        seen.add(at[0])
        node = nodes.get(at[0], {})
        for name in names:
            value = node.get(name)
            if type(value) is kind and value != "":
                return value
        waiting += [(value, depth + 1) for value in node.values() if _is_link(value)]
    return None


# --- small things --------------------------------------------------------------------------------


def _object(text: str, longest: int) -> dict[str, Any] | None:
    if not text or len(text) > longest:
        return None
    try:
        told = json.loads(text.replace("NaN", "null"))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _given(values: Mapping[str, object]) -> dict[str, object]:
    """What is a text or a number, and not empty."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, str | int | float) and value != ""
    }


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
