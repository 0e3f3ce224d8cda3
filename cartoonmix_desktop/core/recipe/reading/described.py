"""Tools that write where pictures are described: NovelAI, Draw Things, Midjourney."""

from __future__ import annotations

import re

from cartoonmix_desktop.core.recipe.reading.said import (
    Said,
    given,
    json_object,
    rest,
    sampler,
    size,
    text_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_MIDJOURNEY = re.compile(r"\s--\w|\bJob ID: [0-9a-f-]{36}")
_OPTIONS = re.compile(r"\s--(\w+)((?:\s+(?!--|Job ID:)\S+)*)")
_JOB = re.compile(r"\bJob ID: ([0-9a-f-]{36})\s*$")


def read_novelai(said: Mapping[str, str], longest: int) -> Said | None:
    """NovelAI: text chunks, or the same in the lowest bits of the alpha channel."""
    told = json_object(said.get("Comment", ""), longest)
    if told is None or not (said.get("Software") == "NovelAI" or "uc" in told):
        return None
    used = {
        *("prompt", "uc", "steps", "scale", "seed", "sampler", "width", "height", "n_samples"),
        *("signed_hash", "request_type"),
    }
    return Said(
        "NovelAI",
        given(
            {
                "prompt": told.get("prompt") or said.get("Description"),
                "negativePrompt": text_of(told.get("uc")),
                "steps": told.get("steps"),
                "scale": told.get("scale"),
                "seed": told.get("seed"),
                "scheduler": sampler(told.get("sampler")),
                "width": told.get("width"),
                "height": told.get("height"),
            }
        ),
        said.get("Source", ""),
        rest(told, used),
    )


def read_draw_things(text: str, longest: int) -> Said | None:
    """Draw Things: an object in the user comment of XMP."""
    told = json_object(text, longest)
    if told is None or "c" not in told:
        return None
    more = told.get("v2")
    exact = more if isinstance(more, dict) else {}
    width, height = size(told.get("size"))
    return Said(
        "Draw Things",
        given(
            {
                "prompt": told.get("c"),
                "negativePrompt": text_of(told.get("uc")),
                "steps": told.get("steps"),
                "scale": told.get("scale"),
                "seed": told.get("seed"),
                "scheduler": sampler(told.get("sampler")),
                "width": exact.get("width", width),
                "height": exact.get("height", height),
                "clipSkip": exact.get("clipSkip"),
            }
        ),
        text_of(told.get("model")),
        rest(told, {"c", "uc", "steps", "scale", "seed", "sampler", "size", "model"}),
    )


def read_midjourney(text: str, longest: int) -> Said | None:
    """Midjourney: a description that ends in options and the number of its job."""
    if len(text) > longest or not _JOB.search(text) or not _MIDJOURNEY.search(text):
        return None
    job = _JOB.search(text)
    words = text[: job.start()] if job else text
    options = {name: value.strip() for name, value in _OPTIONS.findall(f"{words} ")}
    first = re.search(r"\s--\w", words)
    prompt = (words[: first.start()] if first else words).strip()
    negative, seed = options.pop("no", ""), options.pop("seed", "")
    others = {name: value or "true" for name, value in options.items()}
    values = {"prompt": prompt, "negativePrompt": negative, "seed": seed}
    return Said("Midjourney", given(values), "", others)
