"""InvokeAI, through its ages: `invokeai_metadata`, `sd-metadata`, and the command `Dream`."""

from __future__ import annotations

import re
from typing import Any

from cartoonmix_desktop.core.recipe.reading.said import Said, given, json_object, sampler, text_of

_TOOL = "InvokeAI"
_COMMAND = re.compile(r'\s*"((?:\\.|[^"\\])*)"(.*)', re.DOTALL)
_OPTION = re.compile(r"-([a-zA-Z])\s*(\S+)")
_NEGATIVE = re.compile(r"\[([^\[\]]*)\]\s*$")  # at the end of a prompt of that age


def read_current(text: str, longest: int) -> Said | None:
    """InvokeAI 3 and later: one flat object."""
    told = json_object(text, longest)
    if told is None:
        return None
    model = told.get("model")
    skipped = told.get("clip_skip")  # layers that are left out, where others count from 1
    return Said(
        _TOOL,
        given(
            {
                "prompt": told.get("positive_prompt"),
                "negativePrompt": text_of(told.get("negative_prompt")),
                "steps": told.get("steps"),
                "scale": told.get("cfg_scale"),
                "seed": told.get("seed"),
                "scheduler": sampler(told.get("scheduler")),
                "width": told.get("width"),
                "height": told.get("height"),
                "clipSkip": skipped + 1 if type(skipped) is int else None,
            }
        ),
        text_of(model.get("name") or model.get("model_name")) if isinstance(model, dict) else "",
    )


def read_second(text: str, longest: int) -> Said | None:
    """InvokeAI 2: an object that holds one of the picture."""
    told = json_object(text, longest)
    image = told.get("image") if told is not None else None
    if told is None or not isinstance(image, dict):
        return None
    prompt, negative = _words(image.get("prompt"))
    return Said(
        _TOOL,
        given(
            {
                "prompt": prompt,
                "negativePrompt": negative,
                "steps": image.get("steps"),
                "scale": image.get("cfg_scale"),
                "seed": image.get("seed"),
                "scheduler": sampler(image.get("sampler")),
                "width": image.get("width"),
                "height": image.get("height"),
            }
        ),
        text_of(told.get("model_weights")) or text_of(told.get("model")),
    )


def read_first(text: str, longest: int) -> Said | None:
    """InvokeAI 1: the command that drew it, ``"a fox" -s 28 -S 7 -W 512 -H 512 -C 7.5``."""
    found = _COMMAND.match(text) if len(text) <= longest else None
    if found is None:
        return None
    prompt, negative = _words(re.sub(r"\\(.)", r"\1", found[1]))
    options = dict(_OPTION.findall(found[2]))
    return Said(
        _TOOL,
        given(
            {
                "prompt": prompt,
                "negativePrompt": negative,
                "steps": options.get("s"),
                "scale": options.get("C"),
                "seed": options.get("S"),
                "scheduler": sampler(options.get("A")),
                "width": options.get("W"),
                "height": options.get("H"),
            }
        ),
    )


def _words(prompt: Any) -> tuple[str, str]:
    """Prompt and negative prompt, which stood in brackets behind it."""
    if isinstance(prompt, list):
        prompt = next((one.get("prompt") for one in prompt if isinstance(one, dict)), "")
    said = text_of(prompt)
    found = _NEGATIVE.search(said)
    if found is None:
        return said, ""
    return said[: found.start()].strip(), found[1].strip()
