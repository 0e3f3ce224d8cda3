"""The inputs of the model in words, by their names on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.recipe.limits import ANY
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.formats import both

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.recipe.inputs import Input, Value
    from cartoonmix_desktop.core.recipe.limits import Limits

_LABELS = {
    "prompt": _("Prompt"),
    "negativePrompt": _("Negative prompt"),
    "width": _("Width"),
    "height": _("Height"),
    "samples": _("Samples"),
    "steps": _("Steps"),
    "scale": _("Guidance scale"),
    "scheduler": _("Scheduler"),
    "clipSkip": _("Clip skip"),
    "seed": _("Seed"),
    "callbackUrl": _("Callback URL"),
}
_IN_SENTENCES = {
    "prompt": _("prompt"),
    "negativePrompt": _("negative prompt"),
    "width": _("width"),
    "height": _("height"),
    "samples": _("samples"),
    "steps": _("steps"),
    "scale": _("guidance scale"),
    "scheduler": _("scheduler"),
    "clipSkip": _("clip skip"),
    "seed": _("seed"),
    "callbackUrl": _("callback URL"),
}
_HELP = {
    "prompt": _(
        "What the picture shows, in words separated by commas. (word:1.2) gives a word more weight."
    ),
    "negativePrompt": _(
        "What the picture should not show. The default names three embeddings against common flaws."
    ),
    "width": _("Width of each picture in pixels."),
    "height": _("Height of each picture in pixels."),
    "samples": _("How many pictures one run makes."),
    "steps": _("How many times the picture is refined; more takes longer and costs more."),
    "scale": _("How strictly the picture follows the prompt; 4 is loose, 12 is strict."),
    "scheduler": _("The method that refines the picture from step to step."),
    "clipSkip": _(
        "How many of the text encoder's last layers to skip; "
        "higher follows the prompt more loosely."
    ),
    "seed": _("Where the noise starts. The same seed and recipe give the same pictures."),
    "callbackUrl": _("Wiro posts the finished task to this address. Leave empty for none."),
}
_ADVICE = {
    "not a multiple of 8": _("Multiples of 8 are safest; other sizes may be refused."),
    "far from 512": _(
        "The model was trained near 512; much larger pictures tend to repeat heads and limbs."
    ),
    "many steps": _("More than 50 steps rarely look better; the server may refuse them."),
}


def label_of(entry: Input) -> str:
    """What stands at an input."""
    return _LABELS.get(entry.name, entry.label)


def in_sentence(entry: Input) -> str:
    """An input inside a sentence: ``"negative prompt"``."""
    return _IN_SENTENCES.get(entry.name, entry.label)


def help_of(entry: Input) -> str:
    """What an input is, in a sentence."""
    return _HELP.get(entry.name, "")


def advice_of(entry: Input, value: Value, limits: Limits = ANY) -> str:
    """A soft word on a value; empty if there is nothing to be said.

    Args:
        entry: the input.
        value: as it would be sent.
        limits: what the server says of the input.
    """
    if said := _limits_words(value, limits):
        return said
    advice = entry.advise(value)
    return _ADVICE[advice.name] if advice is not None else ""


def _limits_words(value: Value, limits: Limits) -> str:
    """What the server's own page says against a value; empty for nothing."""
    if limits.out_of_range(value):
        low, high = _figure(limits.low), _figure(limits.high)
        if not high:
            return _("Wiro lists values from {low} on.").format(low=low)
        if not low:
            return _("Wiro lists values up to {high}.").format(high=high)
        return _("Wiro lists values from {low} to {high}.").format(low=low, high=high)
    if limits.off_step(value):
        return _("Wiro lists steps of {step}, from {low} on.").format(
            step=_figure(limits.step), low=_figure(limits.low or 0)
        )
    if isinstance(value, str) and limits.not_listed(value):
        return _("Wiro does not list this option.")
    return ""


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def listed(names: Sequence[str]) -> str:
    """``"Prompt, Steps and Seed"``."""
    if len(names) == 1:
        return names[0]
    return both(", ".join(names[:-1]), names[-1])
