"""The few facts of XMP that pictures are exchanged with: marks, source, time, our recipe."""

from __future__ import annotations

import re

from cartoonmix_desktop.core.facts import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_SDCPP = "https://github.com/leejet/stable-diffusion.cpp/ns/1.0/"
_OWN = "urn:cartoonmix-desktop:recipe#"
_SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_SOURCE = re.compile(rf"(?:{_SOURCES.replace('http:', 'https?:')})?([A-Za-z]{{1,60}})")
_REJECTED = -1

MOST_TAGS = 200
"""Of one picture that are read."""

BY_MODEL = "trainedAlgorithmicMedia"
"""The source of what a trained model made; see the IPTC's digital source types."""

BY_PROGRAM = "algorithmicMedia"
"""The source of what a program drew without any model, as the sandbox does."""


class Xmp(Frozen):
    """What it says.

    Attributes:
        rating: 1 to 5 stars, 0 for none.
        rejected: whether the picture was put aside.
        tags: names, clean; a label is one.
        source: the last part of a digital source type, e.g. `BY_MODEL`; empty if not told.
        creator: the program that made the picture.
        description: a sentence about it.
        created_at: unix seconds, whole; None if not told.
        recipe: our exact recipe, in formats without text chunks.
        title: of the picture.
        author: who made it, a person.
        comment: what EXIF's user comment would be, as Draw Things writes it.
        parameters: A1111's text, as stable-diffusion.cpp writes it.
    """

    rating: int = 0
    rejected: bool = False
    tags: tuple[str, ...] = ()
    source: str = ""
    creator: str = ""
    description: str = ""
    created_at: float | None = None
    recipe: str = ""
    title: str = ""
    author: str = ""
    comment: str = ""
    parameters: str = ""

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return self != Xmp()

    def without_recipe(self) -> Xmp:
        """All but our recipe."""
        return self.but(recipe="")


def read_xmp(packet: bytes) -> Xmp:
    """What a packet says; one that cannot be understood says nothing. Never raises."""
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:  # no XMP has any; bombs do
        return Xmp()
    from xml.etree import ElementTree as ET  # few pictures carry any

    from cartoonmix_desktop.core.task.marks import MOST_STARS, clean_name

    try:
        root = ET.fromstring(packet.strip(b"\0 \r\n\t"))  # noqa: S314  without entities
    except (ET.ParseError, ValueError, LookupError):
        return Xmp()
    told: dict[str, list[str]] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        for name, value in _facts(description):
            told.setdefault(name, []).append(value)

    def first(space: str, name: str) -> str:
        return next(iter(told.get(f"{{{space}}}{name}", [])), "")

    rating = _number(first(_XMP, "Rating"))
    source = _SOURCE.fullmatch(first(_IPTC, "DigitalSourceType"))
    said = [*told.get(f"{{{_DC}}}subject", [])[:MOST_TAGS], first(_XMP, "Label")]
    tags = map(clean_name, said)
    return Xmp(
        rating=rating if 0 < rating <= MOST_STARS else 0,
        rejected=rating == _REJECTED,
        tags=tuple(dict.fromkeys(filter(None, tags))),
        source=source[1] if source else "",
        creator=first(_XMP, "CreatorTool"),
        description=first(_DC, "description"),
        created_at=_moment(first(_XMP, "CreateDate")),
        recipe=first(_OWN, "recipe"),
        title=first(_DC, "title"),
        author=first(_DC, "creator"),
        comment=first(_EXIF, "UserComment"),
        parameters=first(_SDCPP, "parameters"),
    )


def write_xmp(xmp: Xmp, *, recipe: str = "") -> str:
    """A packet that `read_xmp` understands; empty when there is nothing to say."""
    from xml.sax.saxutils import escape, quoteattr

    simple = {
        "xmp:Rating": str(_REJECTED if xmp.rejected else xmp.rating or ""),
        "xmp:CreatorTool": xmp.creator,
        "xmp:CreateDate": "" if xmp.created_at is None else _stamp(xmp.created_at),
        "Iptc4xmpExt:DigitalSourceType": _SOURCES + xmp.source if xmp.source else "",
        "xmlns:cartoonmix": _OWN if recipe else "",
        "cartoonmix:recipe": recipe,
    }
    attributes = "".join(
        f"\n   {name}={quoteattr(_sound(value))}" for name, value in simple.items() if value
    )
    lists = (
        ("subject", "Bag", "", xmp.tags),
        ("title", "Alt", ' xml:lang="x-default"', (xmp.title,)),
        ("description", "Alt", ' xml:lang="x-default"', (xmp.description,)),
        ("creator", "Seq", "", (xmp.author,)),
    )
    parts = []
    for name, kind, language, values in lists:
        items = [f"<rdf:li{language}>{escape(_sound(value))}</rdf:li>" for value in values if value]
        if items:  # each on a line of its own: darktable counts on what is between them
            lines = f"<dc:{name}>", f"<rdf:{kind}>", *items, f"</rdf:{kind}>", f"</dc:{name}>"
            parts += [f"\n   {line}" for line in lines]
    if not attributes and not parts:
        return ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f' <rdf:RDF xmlns:rdf="{_RDF}">\n'
        f'  <rdf:Description rdf:about="" xmlns:xmp="{_XMP}" xmlns:dc="{_DC}"\n'
        f'   xmlns:Iptc4xmpExt="{_IPTC}"{attributes}>'
        f"{''.join(parts)}</rdf:Description>\n"
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )


def _facts(description: Element) -> Iterator[tuple[str, str]]:
    """Attributes, and elements that hold a text or a list of texts."""
    yield from description.attrib.items()
    for child in description:
        items = [item.text or "" for item in child.iter(f"{{{_RDF}}}li")]
        if (resource := child.get(f"{{{_RDF}}}resource")) is not None:
            items = [resource]
        for item in items or [child.text or ""]:
            yield child.tag, item.strip()


def _number(text: str) -> int:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return 0


def _stamp(moment: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(moment), UTC).isoformat()


def _moment(text: str) -> float | None:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except (ValueError, OverflowError, OSError):
        return None


def _sound(text: str) -> str:
    """What XML can hold: no control characters, no half of a surrogate pair."""
    sound = text.encode("utf-8", "replace").decode()
    kept = (c for c in sound if (c >= " " or c in "\t\n") and c not in "\ufffe\uffff")
    return "".join(kept)
