"""What ships, made by others or by us, and the forms in which it is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from definitions import BUILD

FILE = BUILD / "inventory.json"
"""What the last freezing has taken, for what is made of it afterwards."""


@dataclass
class Part:
    """Something that ships, made by others or by us.

    Attributes:
        name: as people know it.
        version: as it counts itself.
        licence: SPDX expression.
        purl: package URL, which tells it from all others.
        homepage: an address, or empty.
        texts: of its licence.
        within: name of the part that it is linked into or came in; empty if it stands alone.
        files: places in the bundle, with forward slashes.
    """

    name: str
    version: str
    licence: str
    purl: str
    homepage: str = ""
    texts: list[str] = field(default_factory=list)
    within: str = ""
    files: set[str] = field(default_factory=set)


def write(parts: list[Part]) -> None:
    """Keep the list for what is made of it after freezing."""
    told = [asdict(part) | {"files": sorted(part.files)} for part in parts]
    FILE.write_text(json.dumps(told, indent=1), "utf-8")


def read() -> list[Part]:
    """The list of the last freezing."""
    told = json.loads(FILE.read_text("utf-8"))
    return [Part(**each | {"files": set(each["files"])}) for each in told]


def as_licences(parts: list[Part]) -> str:
    """What the program shows of every part, as JSON."""
    shown = [
        {
            "name": part.name,
            "version": part.version,
            "licence": part.licence,
            "homepage": part.homepage,
            "within": part.within,
            "texts": part.texts,
        }
        for part in parts
    ]
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"


def as_text(parts: list[Part]) -> str:
    """The same to read without the program; a text that several share stands once."""
    lines: list[str] = ["What CartoonMix Desktop is made of, and under which licences.", ""]
    numbers: dict[str, int] = {}
    for part in parts:
        for text in part.texts:
            numbers.setdefault(text, len(numbers) + 1)
        told = ", ".join(str(numbers[text]) for text in part.texts)
        lines.append(f"{part.name} {part.version}: {part.licence}" + f" (text {told})" * bool(told))
    for text, number in numbers.items():
        lines += ["", f"=== Text {number} ".ljust(100, "="), "", text.strip()]
    return "\n".join(lines) + "\n"
