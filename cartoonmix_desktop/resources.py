"""Where the program's data files are: icons, translations, inspirations."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    bundle = getattr(sys, "_MEIPASS", None)
    package = Path(__file__).resolve().parent
    candidates = (
        package.parent / "resources",  # a checkout
        package / "_resources",  # an installed package
        *((Path(bundle) / "resources",) if bundle else ()),  # a frozen program
    )
    # An unrelated "resources" folder may lie beside an installed package: ours holds icons.
    found: Path | None = next((path for path in candidates if (path / "icons").is_dir()), None)
    if found is None:
        raise FileNotFoundError("the program's resources folder is missing")
    return found


def resource(name: str) -> Path:
    """The data file of this name.

    Args:
        name: relative to ``resources/``, with forward slashes, e.g. ``"icons/dice.svg"``.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    return _root() / name
