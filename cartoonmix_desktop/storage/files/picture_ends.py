"""Where a picture ends, as its format says: what stands behind it belongs to somebody else."""

from __future__ import annotations

import re

from cartoonmix_desktop.storage.files import png

_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")  # neither data, restart mark nor padding
_BOX_NAME = re.compile(rb"[A-Za-z0-9 ]{4}")
_COLOURS = 0x80  # of GIF: a table of colours follows
_GIF_HEAD, _GIF_IMAGE_HEAD = 13, 9


def end_of(data: bytes, kind: str) -> int | None:
    """Bytes up to the end of a picture; None if they stop before it says so.

    Args:
        data: that begins with a picture.
        kind: what `core.picture_formats.format_of` said of it.
    """
    end = _END[kind](data)
    return None if end is None or end > len(data) else end


def _jpeg(data: bytes) -> int | None:
    at = 2
    while marker := _JPEG_MARKER.search(data, at):
        at = marker.end()
        if marker[1] == b"\xd9":  # end of image
            return at
        if marker[1] != b"\x01":  # all others have a length, which counts itself
            at += int.from_bytes(data[at : at + 2], "big")
    return None


def _webp(data: bytes) -> int | None:
    return 8 + int.from_bytes(data[4:8], "little")


def _avif(data: bytes) -> int | None:
    """Boxes, one behind the other; the last may say that it goes to the end of the file."""
    at = 0
    while _BOX_NAME.fullmatch(data, at + 4, at + 8):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length < 8:
            return None if length else len(data)
        at += length
    return at


def _gif(data: bytes) -> int | None:
    at = _GIF_HEAD + _colours(data, 10)
    while (mark := data[at : at + 1]) in {b"!", b","}:
        # An extension has a label, an image a head, colours and the size of its codes.
        at += 2 if mark == b"!" else 2 + _GIF_IMAGE_HEAD + _colours(data, at + _GIF_IMAGE_HEAD)
        while length := data[at : at + 1]:
            at += 1 + length[0]
            if not length[0]:
                break
    return at + 1 if mark == b";" else None


def _colours(data: bytes, at: int) -> int:
    """Bytes of the table of colours that the flags at ``at`` announce."""
    flags = int.from_bytes(data[at : at + 1], "big")
    return 3 << (flags & 7) + 1 if flags & _COLOURS else 0


_END = {"PNG": png.end_of, "JPEG": _jpeg, "WEBP": _webp, "AVIF": _avif, "GIF": _gif}
