"""Recipes as other programs write them into pictures: A1111, ComfyUI, InvokeAI, Fooocus, and ours.

Whoever wrote them may mean harm: everything is bounded, checked against the model's description and
taken as plain text; what cannot be understood is left out, and nothing here raises.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeGuard

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
_MOST_LOOKS = 2_000  # at nodes: a graph can lead around in ever more ways
_LONGEST_MODEL = 120
_WORDS = ("text", "text_g", "string", "value", "prompt", "wildcard_text", "populated_text")
_PART = re.compile(r"(string|text)_?(\d{1,3}|[a-h])")  # of a node that joins texts
_WORDLESS = "ConditioningZeroOut"  # a node that leaves nothing of the words it is given

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
    graph = _Graph(told)
    sampler = graph.sampler()
    positive = sampler.get("positive", sampler.get("conditioning"))
    if not _is_link(positive):
        return None
    seed = sampler.get("seed", sampler.get("noise_seed"))
    if _is_link(seed):
        seed = graph.follow(seed, ("seed", "noise_seed", "value"), int)
    latent = sampler.get("latent_image")
    return _Said(
        _given(
            {
                "prompt": graph.follow(positive, _WORDS, str),
                "negativePrompt": graph.follow(sampler.get("negative"), _WORDS, str),
                "steps": sampler.get("steps"),
                "scale": sampler.get("cfg"),
                "seed": seed,
                "scheduler": _sampler(sampler.get("sampler_name")),
                "width": graph.follow(latent, ("width",), int),
                "height": graph.follow(latent, ("height",), int),
            }
        ),
        _text(graph.follow(sampler.get("model"), ("ckpt_name", "unet_name"), str)),
    )


class _Graph:
    """Nodes by their names, each with its inputs: values, and links to other nodes."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._nodes: dict[str, dict[str, Any]] = {
            name: node["inputs"] if node.get("class_type") != _WORDLESS else {}
            for name, node in told.items()
            if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
        }
        self._left = _MOST_LOOKS
        self._within = 0  # nodes that join texts, each asked by the one before

    def sampler(self) -> dict[str, Any]:
        """What is told to the sampler, also by the nodes that some samplers are put together of."""
        nodes = self._nodes.values()
        whole = [n for n in nodes if _is_link(n.get("positive")) and "steps" in n]
        parts = [n for n in nodes if _is_link(n.get("guider"))]
        others = [n for n in nodes if _is_link(n.get("positive"))]
        # Of several, a second one refines the first one's picture.
        found = dict(next(iter((*whole, *parts, *others)), {}))
        for name in ("guider", "noise", "sampler", "sigmas"):
            if _is_link(link := found.get(name)):
                found = self._nodes.get(link[0], {}) | found
        return found

    def follow(self, link: object, names: Iterable[str], kind: type) -> object:
        """The first value of such a name and kind on the way back from a link."""
        waiting: list[tuple[object, int]] = [(link, 0)]
        seen: set[str] = set()
        while waiting and self._left:
            at, depth = waiting.pop(0)
            if not _is_link(at) or at[0] in seen or depth > _DEEPEST:
                continue
            self._left -= 1
            seen.add(at[0])
            node = self._nodes.get(at[0], {})
            if kind is str and (joined := self._joined(node)):
                return joined
            for name in names:
                value = node.get(name)
                if type(value) is kind and value != "":
                    return value
            waiting += [(value, depth + 1) for value in node.values() if _is_link(value)]
        return None

    def _joined(self, node: Mapping[str, Any]) -> str:
        """The words of a node that puts texts together; empty if it is none."""
        between = node.get("delimiter", node.get("separator"))
        if not isinstance(between, str) or self._within > _DEEPEST:
            return ""
        parts = [node[name] for name in sorted(node) if _PART.fullmatch(name)]
        self._within += 1
        words = [self.follow(p, _WORDS, str) if _is_link(p) else p for p in parts]
        self._within -= 1
        return between.join(w for w in words if isinstance(w, str) and w)[: LONGEST_TEXT + 1]


def _is_link(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


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
