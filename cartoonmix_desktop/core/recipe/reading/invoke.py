"""InvokeAI, through its ages: `invokeai_metadata`, `sd-metadata`, and the command `Dream`."""

from __future__ import annotations

import re

from cartoonmix_desktop.core.recipe.reading.said import Said, given, json_object, sampler, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TOOL = "InvokeAI"
_STEPS = re.compile(r"\s-s\s?\d")  # the first option of every command
_OPTION = re.compile(r"(?<!\S)-([a-zA-Z])\s?([^\s-]\S*)")
_NEGATIVE = re.compile(r"(?<!\\)\[([^\[\]]*)\]")  # in a prompt of that age


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
    starts = [found.start() for found in _STEPS.finditer(text)] if len(text) <= longest else []
    if not starts:
        return None
    words = text[: starts[-1]].strip()
    if len(words) > 1 and words.startswith('"') and words.endswith('"'):
        words = words[1:-1]  # quotes inside were never escaped, and later versions set none
    prompt, negative = _words(words)
    options = dict(_OPTION.findall(text[starts[-1] :]))
    return Said(
        _TOOL,
        given(
            {
                "prompt": prompt,
                "negativePrompt": negative,
                "steps": options.get("s"),
                "scale": options.get("C"),
                "seed": options.get("S"),
                "scheduler": sampler(options.get("A", options.get("m"))),
                "width": options.get("W"),
                "height": options.get("H"),
            }
        ),
    )


def _words(prompt: Any) -> tuple[str, str]:
    """Prompt and negative prompt, which stood in brackets in it."""
    if isinstance(prompt, list):
        prompt = next((one.get("prompt") for one in prompt if isinstance(one, dict)), "")
    said = text_of(prompt)
    negative = " ".join(words.strip() for words in _NEGATIVE.findall(said))
    return _NEGATIVE.sub("", said).strip(), negative
