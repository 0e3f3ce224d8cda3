"""Tools that write one object of JSON: SwarmUI, Fooocus and its kin, Easy Diffusion, mflux."""

from __future__ import annotations

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
    from typing import Any

_PENULTIMATE = {"true": 2, "false": 1}
"""A1111's count of what Easy Diffusion has a switch for."""


def read_object(text: str, longest: int) -> Said | None:
    """What an object says, whoever of these wrote it.

    Args:
        text: JSON.
        longest: characters that are read.
    """
    told = json_object(text, longest)
    if told is None:
        return None
    if isinstance(swarm := told.get("sui_image_params"), dict):
        return _swarm(swarm)
    if "mflux_version" in told:
        return _mflux(told)
    if "Prompt" in told and "Negative" in told:
        return _ruined_fooocus(told)
    if "num_inference_steps" in told:
        return easy_diffusion(told)
    return _fooocus(told) if "prompt" in told else None


def _swarm(told: Mapping[str, Any]) -> Said:
    """SwarmUI 0.9.7: `parameters` in PNG, the user comment in JPEG."""
    used = {
        *("prompt", "negativeprompt", "model", "seed", "steps", "cfgscale", "width", "height"),
        *("sampler", "clipstopatlayer", "images"),
    }
    return Said(
        "SwarmUI",
        given(
            {
                "prompt": told.get("prompt"),
                "negativePrompt": told.get("negativeprompt", ""),
                "steps": told.get("steps"),
                "scale": told.get("cfgscale"),
                "seed": told.get("seed"),
                "scheduler": sampler(told.get("sampler")),
                "width": told.get("width"),
                "height": told.get("height"),
                "clipSkip": layers_left_out(told.get("clipstopatlayer")),
            }
        ),
        text_of(told.get("model")),
        rest(told, used),
    )


def _ruined_fooocus(told: Mapping[str, Any]) -> Said:
    used = {
        *("Prompt", "Negative", "steps", "cfg", "width", "height", "seed", "sampler_name"),
        *("base_model_name", "clip_skip", "software"),
    }
    return Said(
        "RuinedFooocus",
        given(
            {
                "prompt": told.get("Prompt"),
                "negativePrompt": told.get("Negative"),
                "steps": told.get("steps"),
                "scale": told.get("cfg"),
                "seed": told.get("seed"),
                "scheduler": sampler(told.get("sampler_name")),
                "width": told.get("width"),
                "height": told.get("height"),
                "clipSkip": told.get("clip_skip"),
            }
        ),
        text_of(told.get("base_model_name")),
        rest(told, used),
    )


def _fooocus(told: Mapping[str, Any]) -> Said:
    """Fooocus 2.x with its own scheme of metadata."""
    width, height = size(told.get("resolution"))
    negative = text_of(told["negative_prompt"]) if "negative_prompt" in told else None
    used = {
        *("prompt", "negative_prompt", "steps", "guidance_scale", "seed", "sampler", "clip_skip"),
        *("resolution", "base_model", "full_prompt", "full_negative_prompt"),
    }
    return Said(
        "Fooocus",
        given(
            {
                "prompt": told.get("prompt"),
                "negativePrompt": negative,
                "steps": told.get("steps"),
                "scale": told.get("guidance_scale"),
                "seed": told.get("seed"),
                "scheduler": sampler(told.get("sampler")),
                "clipSkip": told.get("clip_skip"),
                "width": width,
                "height": height,
            }
        ),
        text_of(told.get("base_model")),
        rest(told, used),
    )


def easy_diffusion(told: Mapping[str, Any]) -> Said:
    """Easy Diffusion and sdkit 2: an object in the user comment, or a text chunk for each."""
    used = {
        *("prompt", "negative_prompt", "seed", "num_inference_steps", "guidance_scale", "width"),
        *("height", "sampler_name", "use_stable_diffusion_model", "clip_skip"),
    }
    return Said(
        "Easy Diffusion",
        given(
            {
                "prompt": told.get("prompt"),
                "negativePrompt": told.get("negative_prompt"),
                "steps": told.get("num_inference_steps"),
                "scale": told.get("guidance_scale"),
                "seed": told.get("seed"),
                "scheduler": sampler(told.get("sampler_name")),
                "width": told.get("width"),
                "height": told.get("height"),
                "clipSkip": _PENULTIMATE.get(str(told.get("clip_skip")).lower()),
            }
        ),
        text_of(told.get("use_stable_diffusion_model")),
        rest(told, used),
    )


def _mflux(told: Mapping[str, Any]) -> Said:
    """Mflux 0.24: the user comment."""
    used = {"prompt", "negative_prompt", "seed", "steps", "guidance", "height", "width", "model"}
    return Said(
        "mflux",
        given(
            {
                "prompt": told.get("prompt"),
                "negativePrompt": told.get("negative_prompt"),
                "steps": told.get("steps"),
                "scale": told.get("guidance"),
                "seed": told.get("seed"),
                "width": told.get("width"),
                "height": told.get("height"),
            }
        ),
        text_of(told.get("model")),
        rest(told, used),
    )


def layers_left_out(layer: object) -> int | None:
    """A1111's count of a layer that is counted from behind: -1 is the last, and none left out."""
    return -layer if isinstance(layer, int) and layer < 0 else None
