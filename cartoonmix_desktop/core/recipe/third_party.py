"""Recipes as other programs write them into pictures: A1111, ComfyUI, InvokeAI, Fooocus, and ours.

Whoever wrote them may mean harm: everything is bounded, checked against the model's description and
taken as plain text; what cannot be understood is left out, and nothing here raises.
"""

from __future__ import annotations

from cartoonmix_desktop.core.errors import RecipeUnreadable
from cartoonmix_desktop.core.facts import Frozen
from cartoonmix_desktop.core.recipe import infotext
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.comfyui import NEGATIVE, POSITIVE, Graph, is_link
from cartoonmix_desktop.core.recipe.others import NONE, sound
from cartoonmix_desktop.core.recipe.reading.described import (
    read_draw_things,
    read_midjourney,
    read_novelai,
)
from cartoonmix_desktop.core.recipe.reading.invoke import read_current, read_first, read_second
from cartoonmix_desktop.core.recipe.reading.objects import (
    easy_diffusion,
    layers_left_out,
    read_object,
)
from cartoonmix_desktop.core.recipe.reading.said import (
    Said,
    given,
    json_object,
    sampler,
    text_of,
)
from cartoonmix_desktop.core.recipe.recipe import (
    LARGEST,
    LONGEST_TEXT,
    Recipe,
    checked,
    from_text,
    plain,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cartoonmix_desktop.core.recipe.request import GenerationRequest

_LARGEST_GRAPH = 4 * 1024**2  # characters of a ComfyUI graph that are read
_LONGEST_MODEL = 120
_WIDTHS = ("width", "empty_latent_width")
_HEIGHTS = ("height", "empty_latent_height")
_LAYERS = ("stop_at_clip_layer",)
_BY_VERSION = {"stable-diffusion.cpp": "stable-diffusion.cpp", "Fooocus": "Fooocus"}


OURS = "CartoonMix Desktop"
"""The tool that we are."""

_NO_RECIPE = Recipe({})


class Texts(Frozen):
    """What a picture says of its making, as it is written there.

    Attributes:
        own: our exact recipe.
        parameters: A1111's text, or Fooocus's JSON.
        certain: whether ``parameters`` stood where only generators write.
        graph: ComfyUI's ``prompt``.
        chunks: other texts by their names: those of PNG, ``alpha`` for what the lowest bits of
            transparency hold, ``xmp`` for a user comment there.
    """

    own: str = ""
    parameters: str = ""
    certain: bool = False
    graph: str = ""
    chunks: Mapping[str, str] = NONE


class Reading(Frozen):
    """What was read.

    Attributes:
        tool: that wrote it; empty where there is no recipe.
        model: as it is called there.
        recipe: what was asked of it, with what had to be left out.
        others: what no input is for.
    """

    tool: str = ""
    model: str = ""
    recipe: Recipe = _NO_RECIPE
    others: Mapping[str, str] = NONE


def request_in(texts: Texts) -> GenerationRequest:
    """What was asked for, as far as it can be read; without any value when nothing can."""
    from cartoonmix_desktop.core.recipe.request import GenerationRequest  # which `recipe` needs not

    reading = reading_in(texts)
    return GenerationRequest(reading.model, reading.recipe.values)


def reading_in(texts: Texts) -> Reading:
    """All that can be read; empty for nothing. Never raises."""
    if texts.own:
        try:
            return Reading(OURS, CARTOONMIX.slug, from_text(texts.own, "picture"))
        except RecipeUnreadable:
            pass  # what others read may still be there
    for reader in _READERS:
        said = reader(texts)
        if said is None:
            continue
        try:
            recipe = checked(said.values, "picture")
        except RecipeUnreadable:
            continue
        others = {name: text for name, text in said.others.items() if name != "Model"}
        if "scheduler" in said.values and "scheduler" not in recipe.values:
            others["Sampler"] = str(said.values["scheduler"])  # without an equal
        model = plain(said.model, lines=False)[:_LONGEST_MODEL]
        return Reading(said.tool, model, recipe, sound(others))
    return Reading()


def _parameters(texts: Texts) -> Said | None:
    text = texts.parameters
    if not text or len(text) > LARGEST:
        return None
    if json_object(text, LARGEST) is not None:
        return read_object(text, LARGEST)
    said = infotext.parse(text)
    if said is not None:
        tool = "A1111"
        if version := said.others.get("Version", ""):
            tool = next((name for part, name in _BY_VERSION.items() if part in version), tool)
        values = dict(said.values)
        if "scheduler" in values:
            values["scheduler"] = sampler(values["scheduler"])
        return Said(tool, given(values), said.others.get("Model", ""), said.others)
    values = given(infotext.prompts(text[:LONGEST_TEXT]))
    return Said("A1111", values) if texts.certain else None


def _easy_diffusion(texts: Texts) -> Said | None:
    chunks = texts.chunks
    if "num_inference_steps" not in chunks and "guidance_scale" not in chunks:
        return None
    return easy_diffusion({**chunks, "prompt": texts.graph or chunks.get("prompt", "")})


def _novelai(texts: Texts) -> Said | None:
    if (said := read_novelai(texts.chunks, LARGEST)) is not None:
        return said
    for text in (texts.chunks.get("alpha", ""), texts.parameters):
        if (told := json_object(text, LARGEST)) is not None:
            chunks = {name: value for name, value in told.items() if isinstance(value, str)}
            if (said := read_novelai(chunks, LARGEST)) is not None:
                return said
    return None


def _chunk(name: str, read: Callable[[str, int], Said | None]) -> Callable[[Texts], Said | None]:
    """A reader of one text."""
    return lambda texts: read(texts.chunks.get(name, ""), LARGEST)


# --- ComfyUI: a graph of nodes; its sampler is asked where its words come from -------------------


def _graph(texts: Texts) -> Said | None:
    told = json_object(texts.graph, _LARGEST_GRAPH)
    if told is None:
        return None
    graph = Graph(told)
    found: tuple[dict[str, Any], object, str | None] | None = None
    for node in graph.samplers():
        positive = node.get("positive", node.get("conditioning", node.get("cond1")))
        prompt = graph.words(positive, POSITIVE)
        if prompt is not None or (found is None and is_link(positive)):
            found = node, positive, prompt
        if prompt is not None:  # one that was given a picture alone may follow one with words
            break
    if found is None:
        return None
    node, positive, prompt = found
    # A sampler that takes none was given none.
    negative = graph.words(node["negative"], NEGATIVE) if "negative" in node else ""
    if negative == prompt:
        negative = ""  # joined to what was at hand, where it has no weight
    seed = node.get("seed", node.get("noise_seed"))
    if is_link(seed):
        seed = graph.follow(seed, ("seed", "noise_seed", "value"), int)
    name = node.get("sampler_name")
    if is_link(name):
        name = graph.follow(name, ("sampler_name", "sampler", "value"), str)
    latent = node.get("latent_image")
    return Said(
        "ComfyUI",
        given(
            {
                "prompt": prompt,
                "negativePrompt": negative,
                "steps": graph.number(node.get("steps"), ("steps",)),
                "scale": _scale(graph, node, positive),
                "seed": seed,
                "scheduler": sampler(name),
                "width": graph.side(latent, _WIDTHS),
                "height": graph.side(latent, _HEIGHTS),
                "clipSkip": layers_left_out(graph.follow(positive, _LAYERS, int)),
            }
        ),
        text_of(graph.follow(node.get("model"), ("ckpt_name", "unet_name"), str)),
    )


def _scale(graph: Graph, node: Mapping[str, Any], positive: object) -> object:
    """What stands at the words, for models that are guided by them, comes before the sampler's."""
    for kind in (float, int):
        if (found := graph.follow(positive, ("guidance",), kind)) is not None:
            return found
    return graph.number(node.get("cfg", node.get("cfg_conds")), ("cfg",))


_READERS: tuple[Callable[[Texts], Said | None], ...] = (
    _easy_diffusion,
    _parameters,
    _chunk("invokeai_metadata", read_current),
    _chunk("sd-metadata", read_second),
    _chunk("Dream", read_first),
    _novelai,
    _chunk("xmp", read_draw_things),
    _graph,
    _chunk("Description", read_midjourney),
)
"""The surest first: what one of them understands, no other is asked."""
