"""What a reader finds, and what all of them need."""

from __future__ import annotations

import json
import re
from types import MappingProxyType

from cartoonmix_desktop.core.facts import Frozen
from cartoonmix_desktop.core.recipe.others import NONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from typing import Any

SAMPLERS: Mapping[str, str] = MappingProxyType(
    {
        "euler": "EulerDiscreteScheduler",
        "euler_a": "EulerAncestralDiscreteScheduler",
        "euler_ancestral": "EulerAncestralDiscreteScheduler",
        "dpmpp_2m": "DPMSolverMultistepScheduler",
        "dpm++_2m": "DPMSolverMultistepScheduler",
        "dpm++2m": "DPMSolverMultistepScheduler",
        "ddim": "DDIMScheduler",
        "lms": "LMSDiscreteScheduler",
        "plms": "PNDMScheduler",
        "pndm": "PNDMScheduler",
        "ddpm": "DDPMScheduler",
    }
)
"""Names of samplers in small letters, with ``_`` between their words and without their schedule."""

_SCHEDULES = (
    *("_karras", "_k", "_trailing", "_ays", "_normal", "_simple", "_discrete"),
    *("_exponential", "_sgm_uniform", "_beta"),
)


class Said(Frozen):
    """What a picture says of its making, as one reader understood it; nothing is checked yet.

    Attributes:
        tool: that wrote it.
        values: wire name to what is said; what is not said is absent.
        model: as it is called there; empty if not told.
        others: what no input is for, texts by name.
    """

    tool: str
    values: Mapping[str, object]
    model: str = ""
    others: Mapping[str, str] = NONE


def json_object(text: str, longest: int) -> dict[str, Any] | None:
    """An object of JSON, if ``text`` is one; never raises."""
    if not text or len(text) > longest or not text.lstrip().startswith("{"):
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


def rest(told: Mapping[str, Any], used: Container[str]) -> dict[str, str]:
    """The texts and numbers of an object that no input was made of."""
    return {
        name: str(value)
        for name, value in told.items()
        if name not in used and type(value) in {str, int, float, bool} and value != ""
    }


def text_of(value: object) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""


def sampler(value: object) -> str | None:
    """The scheduler on the wire that a sampler is; its own name where there is none."""
    if not isinstance(value, str):
        return None
    name = re.sub(r"[ \-]+", "_", value.strip().lower()).removeprefix("k_").removeprefix("sample_")
    for schedule in _SCHEDULES:
        name = name.removesuffix(schedule)
    return SAMPLERS.get(name, value)


def size(value: object) -> tuple[object, object]:
    """Width and height of ``"512x768"`` or ``"(512, 768)"``; None where it is none."""
    found = re.findall(r"\d{1,6}", value) if isinstance(value, str) else []
    return (found[0], found[1]) if len(found) >= 2 else (None, None)
