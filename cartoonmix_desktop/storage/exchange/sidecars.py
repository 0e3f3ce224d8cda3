"""Files beside a picture that speak of it: texts and JSON of generators, XMP of photo programs.

They are small, and read only where they lie; what cannot be read says nothing.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import RecipeUnreadable
from cartoonmix_desktop.core.recipe.third_party import Reading
from cartoonmix_desktop.storage.exchange.recipe_files import read_all
from cartoonmix_desktop.storage.exchange.xmp import Xmp, read_xmp

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 512 * 1024  # bytes of XMP


def recipe_beside(picture: Path) -> Reading:
    """What ``fox.txt``, ``fox.json`` or ``fox.png.json`` tell of ``fox.png``; empty for nothing."""
    for suffix in (".txt", ".json"):
        for beside in (picture.with_suffix(suffix), picture.with_name(picture.name + suffix)):
            try:
                reading = read_all(beside)
            except RecipeUnreadable:
                continue
            if reading.tool:
                return reading
    return Reading()


def with_marks_beside(picture: Path, said: Xmp) -> Xmp:
    """``said`` with the stars and names of ``fox.png.xmp`` or ``fox.xmp``, which are the newer."""
    for beside in (picture.with_name(f"{picture.name}.xmp"), picture.with_suffix(".xmp")):
        try:
            about = beside.stat()  # before it is opened: to open a pipe would wait for its writer
            if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
                continue
            with beside.open("rb") as file:
                found = read_xmp(file.read(_LARGEST))
        except (OSError, ValueError):
            continue
        if found.rating or found.rejected:
            said = said.but(rating=found.rating, rejected=found.rejected)
        return said.but(tags=tuple(dict.fromkeys((*said.tags, *found.tags))))
    return said
