"""The tables in docs/interchange.md, which the tests make."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DOC = Path(__file__).resolve().parents[2] / "docs" / "interchange.md"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as Markdown."""
    every = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in every)


def stands_in_docs(name: str) -> str:
    """The table of this name, as it stands there."""
    found = _place(name).search(DOC.read_text("utf-8"))
    assert found is not None, f"{DOC.name} has no place for the table {name}"
    return found[2].strip()


def write_into_docs(name: str, made: str) -> None:
    """Put a table in the place of the one of before."""
    before = DOC.read_text("utf-8")
    DOC.write_text(_place(name).sub(lambda m: f"{m[1]}\n{made}\n{m[3]}", before), "utf-8")


def _place(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: made by the tests -->)(.*?)(<!-- end -->)", re.DOTALL)
