"""A recipe in words: a line of its figures, or all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.difference import Change
from cartoonmix_desktop.core.recipe.inputs import Kind
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.formats import clock, day_words, local, pictures
from cartoonmix_desktop.wording.recipe.inputs import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.recipe.difference import Part
    from cartoonmix_desktop.core.recipe.inputs import Input, Value
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task

_SIZE = {"width", "height"}
_FACTS = {
    "scale": _("guidance scale {value}"),
    "clipSkip": _("clip skip {value}"),
    "seed": _("seed {value}"),
}
_UNTOLD = _("unknown")
_NONE = _("none")
_DIFFERENCES = {
    Change.SAME: "{text}",
    Change.REMOVED: _("[removed: {text}]"),
    Change.ADDED: _("[added: {text}]"),
}
_SAME_UNKNOWN = _("Same recipe and seed as a task that may have been started")
_SAME_WAITING = _("Same recipe and seed as a waiting task")
_SAME_RUNNING = _("Same recipe and seed as a task in progress")
_SAME_UNFETCHED = _("Same recipe and seed as a task whose pictures can be fetched again")


def recipe_facts(request: GenerationRequest, *, seen: bool = False) -> str:
    """The figures: ``"512 × 512 · 4 samples · 20 steps · guidance scale 4 · Euler · … · seed 7"``.

    Args:
        request: what was asked for; inputs of other models are passed over.
        seen: leave out size and number, which pictures tell themselves.
    """
    values = request.values
    facts = []
    if not seen and set(values) >= _SIZE:
        facts.append(f"{values['width']} × {values['height']}")
    for entry in CARTOONMIX:
        said = entry.name in _SIZE or (seen and entry.name == "samples")
        if entry.name in values and not (said or entry.advanced or entry.kind is Kind.LONG_TEXT):
            facts.append(_fact(entry, values[entry.name]))
    return " · ".join(facts)


def recipe_text(request: GenerationRequest) -> str:
    """All of it, one input a line, long texts first and apart."""
    values = request.values
    known = [entry for entry in CARTOONMIX if str(values.get(entry.name, "")).strip()]
    long = [entry for entry in known if entry.kind is Kind.LONG_TEXT]
    paragraphs = [f"{label_of(entry)}: {str(values[entry.name]).strip()}" for entry in long]
    return "\n\n".join((*paragraphs, recipe_facts(request)))


def value_words(entry: Input | None, value: object) -> str:
    """A value as people read it, or that there is none.

    Args:
        entry: whose it is; None for an input of another model.
        value: as it is sent; None where it is not told.
    """
    if entry is None:
        return _NONE if value is None else str(value)
    if value is None:
        return _UNTOLD
    if entry.kind is Kind.CHOICE:
        return next((o.label for o in entry.options if o.value == value), str(value))
    return str(value) if str(value).strip() else _NONE


def difference_words(parts: Sequence[Part]) -> str:
    """A difference for who cannot see it: ``"a [removed: red] [added: blue] fox"``."""
    return "".join(_DIFFERENCES[part.kind].format(text=part.text) for part in parts)


def _fact(entry: Input, value: Value) -> str:
    if entry.kind is Kind.CHOICE:
        return value_words(entry, value)
    # Values are written as in the form, where they can be typed again.
    if entry.name == "samples":
        return ngettext("{n} sample", "{n} samples", _whole(value)).format(n=value)
    if entry.name == "steps":
        return ngettext("{n} step", "{n} steps", _whole(value)).format(n=value)
    return _FACTS[entry.name].format(value=value)


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def same_words(task: Task, now: float) -> str:
    """That this is the recipe of ``task``, whose pictures are kept or on their way.

    Args:
        task: the one made before.
        now: unix seconds.
    """
    if task.state is TaskState.UNKNOWN:
        return _SAME_UNKNOWN
    if task.state is TaskState.QUEUED:
        return _SAME_WAITING
    if not task.at_rest:
        return _SAME_RUNNING
    if not task.kept:
        return _SAME_UNFETCHED
    then, today = local(task.created_at), local(now).date()
    kept = pictures(len(task.kept))
    match (today - then.date()).days:
        case 0:
            words = _("Same recipe and seed as today, {time} ({pictures})")
        case 1:
            words = _("Same recipe and seed as yesterday, {time} ({pictures})")
        case _:
            words = _("Same recipe and seed as {day} ({pictures})")
    return words.format(day=day_words(then.date(), today), time=clock(then), pictures=kept)
