"""Ways to export under names, as the window keeps them and the command line takes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.task.naming import USUAL
from cartoonmix_desktop.services.transfer.exporting import EXACT, FORMATS, XMP, ExportPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTING = "export_presets"
"""Under which they are kept in the settings, each by its name."""

LONGEST_NAME = 60

_SIDECARS = ("", ".txt", ".json", XMP)
_BY_DEFAULT = {"recipe": True, "marks": True, "ai_made": True}
FOR_A_CLIENT: Mapping[str, Any] = MappingProxyType(
    {
        "kind": "JPEG",
        "quality": 90,
        "long_edge": 2048,
        "template": "{number}",
        "recipe": False,
        "marks": False,
    }
)
"""What most hand over: no recipe, numbered, 2048 pixels at the longer side."""


def sound(stored: object) -> dict[str, dict[str, Any]]:
    """What was kept, without what is none of it; the file may have been edited by hand."""
    if not isinstance(stored, dict):
        return {}
    return {
        name: dict(way)
        for name, way in stored.items()
        if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and isinstance(way, dict)
    }


def plan_from(way: Mapping[str, Any], folder: Path) -> ExportPlan:
    """How pictures are exported; what is missing or odd in ``way`` takes the usual."""

    def text(name: str, otherwise: str = "") -> str:
        given = way.get(name)
        return given if isinstance(given, str) else otherwise

    def number(name: str, least: int, most: int, otherwise: int) -> int:
        given = way.get(name)
        known = isinstance(given, int) and not isinstance(given, bool) and least <= given <= most
        return given if known and isinstance(given, int) else otherwise

    kind, sidecar = text("kind", FORMATS[0]), text("sidecar")
    # Who wanted nothing of it, when that was one choice, had no stars in it either.
    told = _BY_DEFAULT | {"marks": way.get("recipe") is not False}
    return ExportPlan(
        folder=folder,
        template=text("template").strip() or USUAL,
        kind=kind if kind in {*FORMATS, EXACT} else FORMATS[0],
        quality=number("quality", 1, 100, 90),
        sidecar=sidecar if sidecar in _SIDECARS else "",
        long_edge=number("long_edge", 0, 100_000, 0),
        title=text("title"),
        creator=text("creator"),
        **{name: way[name] if type(way.get(name)) is bool else told[name] for name in told},
    )
