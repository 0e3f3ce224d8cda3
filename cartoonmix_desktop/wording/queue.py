"""The queue in words: its rows, and why nothing of it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.formats import number, pictures
from cartoonmix_desktop.wording.tasks.states import NO_PROMPT

if TYPE_CHECKING:
    from cartoonmix_desktop.core.recipe.request import GenerationRequest

_SHORT_SEED = 12  # characters

QUEUE = _("Queue")
FOLDED = _("queue")
"""In ``"Show queue"``."""

PAUSE = _("Pause")
PAUSE_NAME = _("Pause queue")
PAUSE_HELP = _("Send nothing more until you resume.")
RESUME = _("Resume")
RESUME_NAME = _("Resume queue")
RESUME_HELP = _("Send the waiting tasks.")
PAUSED = _("Paused. Running tasks will finish.")
PUT_BACK = _("Put back")
BEING_EDITED = _("being edited")
_SEED = _("seed {seed}")


def waiting(count: int) -> str:
    """``"12 waiting"``."""
    return ngettext("{n} waiting", "{n} waiting", count).format(n=number(count))


def removed(count: int) -> str:
    """So many tasks were taken out."""
    return ngettext("{n} task removed", "{n} tasks removed", count).format(n=number(count))


def title_of(request: GenerationRequest) -> str:
    """The first words of a row."""
    return request.title or NO_PROMPT


def seed_of(request: GenerationRequest) -> str:
    """``"seed 7"``; empty if the request tells none."""
    seed = str(request.values.get("seed", "")).strip()
    return _SEED.format(seed=seed) if seed else ""


def facts_of(request: GenerationRequest) -> str:
    """``"512 × 768 · 4 pictures · seed 7"``, as far as the request tells."""
    values = request.values
    facts = []
    if "width" in values and "height" in values:
        facts.append(f"{values['width']} × {values['height']}")
    if isinstance(samples := values.get("samples"), int):
        facts.append(pictures(samples))
    if seed := str(values.get("seed", "")).strip():
        facts.append(_SEED.format(seed=seed[:_SHORT_SEED]))
    return " · ".join(facts)


def row_words(request: GenerationRequest) -> str:
    """A row in a line."""
    return f"{title_of(request)} – {facts_of(request)}"


def numbered(position: int, words: str) -> str:
    """A row in a line with its position, for those who listen."""
    return f"{number(position)}. {words}"
