"""How much is read of pictures that other tools made, for docs/interchange.md.

``.venv/bin/python -m tests.interchange.reading`` renews the table there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.recipe.third_party import reading_in
from cartoonmix_desktop.storage.exchange.metadata import read_embedded
from cartoonmix_desktop.storage.files.decoding import decode
from tests.interchange.docs import table, write_into_docs

CASES = Path(__file__).with_name("cases")
_OTHERS = Path(__file__).parents[1] / "unit" / "storage" / "files" / "pictures_of_others"
FIELDS = (
    *("prompt", "negativePrompt", "seed", "steps", "scale", "scheduler", "width", "height"),
    *("clipSkip", "model"),
)


def read_from(path: Path) -> dict[str, Any]:
    """What an import takes from a picture: its inputs by wire name, and its model."""
    try:
        reading = reading_in(read_embedded(decode(path.read_bytes())).texts)
    except CartoonMixError:
        return {}
    return {**reading.recipe.values, "model": reading.model}


def read_table() -> str:
    """A row a tool: how many of the fields that its pictures tell are read right."""
    rows: dict[tuple[str, str], list[int]] = {}
    wrong: dict[tuple[str, str], list[str]] = {}
    for case in json.loads((CASES / "truth.json").read_text("utf-8")):
        name = case["file"]
        found = read_from(next(p for p in (_OTHERS / name, CASES / name) if p.exists()))
        row = rows.setdefault((case["tool"], case["version"]), [0, 0, 0])
        told = [field for field in FIELDS if case[field] is not None]
        right = [f for f in told if f in found and str(found[f]) == str(case[f])]
        for at, count in enumerate((1, len(right), len(told))):
            row[at] += count
        if missed := [field for field in told if field not in right]:
            wrong.setdefault((case["tool"], case["version"]), []).append(
                f"{name}: {', '.join(missed)}" if right else f"{name}: nothing is read"
            )
    lines = [
        (tool, version, pictures, f"{right} of {told}", "; ".join(wrong.get((tool, version), [])))
        for (tool, version), (pictures, right, told) in rows.items()
    ]
    totals = [sum(column) for column in zip(*rows.values(), strict=True)]
    lines.append(("all", "", totals[0], f"{totals[1]} of {totals[2]}", ""))
    return table(("tool", "version seen", "pictures", "fields right", "not right"), lines)


if __name__ == "__main__":
    write_into_docs("read", read_table())
