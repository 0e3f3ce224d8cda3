"""The formats of pictures that are read, by their first bytes; a file's name proves nothing."""

from __future__ import annotations

SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "AVIF": ".avif", "GIF": ".gif"}
"""What is read, by Pillow's name, and how our files of it end."""

ENDINGS = (*SUFFIXES.values(), ".jpeg", ".jpe", ".jfif")
"""How files are named that are probably one of them."""

MOST_PIXELS = 64 * 1024**2
"""More than this in one picture is refused before it is decoded."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
"""How a PNG begins."""


def format_of(data: bytes) -> str:
    """Which of `SUFFIXES` the first twelve bytes announce; empty for none."""
    if data.startswith(PNG_SIGNATURE):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:12] in {b"ftypavif", b"ftypavis"}:
        return "AVIF"
    return "GIF" if data[:6] in {b"GIF87a", b"GIF89a"} else ""
