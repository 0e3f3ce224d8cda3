"""A recipe in words: a line of its figures, or all of it. Free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.difference import Change
from cartoonmix_desktop.core.recipe.inputs import Kind
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.wording.formats import day_words, local, pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.recipe.difference import Part
    from cartoonmix_desktop.core.recipe.inputs import Input, Value
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task

_COUNTED = {"samples", "steps"}
_SIZE = {"width", "height"}


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
    paragraphs = [f"{entry.label}: {str(values[entry.name]).strip()}" for entry in long]
    return "\n\n".join((*paragraphs, recipe_facts(request)))


def value_words(entry: Input, value: object) -> str:
    """A value as people read it, or that there is none."""
    if value is None:
        return "not told"
    if entry.kind is Kind.CHOICE:
        return next((o.label for o in entry.options if o.value == value), str(value))
    return str(value) if str(value).strip() else "none"


def difference_words(parts: Sequence[Part]) -> str:
    """A difference for who cannot see it: ``"a [removed: red] [added: blue] fox"``."""
    said = {Change.SAME: "{}", Change.REMOVED: "[removed: {}]", Change.ADDED: "[added: {}]"}
    return "".join(said[part.kind].format(part.text) for part in parts)


def _fact(entry: Input, value: Value) -> str:
    if entry.kind is Kind.CHOICE:
        return value_words(entry, value)
    name = entry.label.lower()
    if entry.name in _COUNTED:
        return f"{value} {name.removesuffix('s') if value == 1 else name}"
    return f"{name} {value}"


def same_words(task: Task, now: float) -> str:
    """That this is the recipe of ``task``, whose pictures are kept or on their way.

    Args:
        task: the one made before.
        now: unix seconds.
    """
    if task.state is TaskState.UNKNOWN:
        return "Same recipe and seed as a task that may have been started"
    if task.state is TaskState.QUEUED:
        return "Same recipe and seed as a waiting task"
    if not task.at_rest:
        return "Same recipe and seed as a task that is being made"
    if not task.kept:
        return "Same recipe and seed as a task whose pictures can be fetched again"
    then = local(task.created_at)
    day = day_words(then.date(), local(now).date())
    if day in {"Today", "Yesterday"}:
        day = f"{day.lower()}, {then.hour:02}:{then.minute:02}"
    return f"Same recipe and seed as {day} ({pictures(len(task.kept))})"
