"""Recipes as texts that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.recipe import infotext
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.others import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task


def text_of_task(task: Task) -> str:
    """As A1111 writes it, with what is known beside the inputs."""
    drawn = {"Drawn by": "CartoonMix Desktop sandbox"} if task.is_sandbox else {}
    return text_of_request(task.request, {**task.others, **drawn})


def text_of_request(request: GenerationRequest, others: Mapping[str, str] = NONE) -> str:
    """As A1111 writes it; ``others`` are settings that no input is for."""
    title = CARTOONMIX.title if request.model == CARTOONMIX.slug else request.model
    told = {**others, "Model": title}
    return infotext.compose(request.body(), {name: text for name, text in told.items() if text})
