"""The texts of a PNG, read without Pillow: to import it takes longer than all the rest.

They are what Pillow would call them and make of them; see `metadata.said_in`.
"""

from __future__ import annotations

import os
import zlib

from cartoonmix_desktop.core.errors import NotAPicture, PictureTooLarge
from cartoonmix_desktop.core.picture_formats import MOST_PIXELS, PNG_SIGNATURE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

_MOST_CHUNKS = 10_000
_MOST_BESIDE = 32 * 1024**2  # bytes of what is no pixel, and of what it is inflated to
_LARGEST = 4 * 1024**2  # bytes of one text, inflated
_END = b"\0\0\0\0IEND\xaeB`\x82"
_PIXELS = {b"IDAT", b"fdAT"}
_WITH_ALPHA = 6  # the type of colour


class Utf8(str):
    """A text that is UTF-8 by its kind; others should be Latin-1."""

    __slots__ = ()


class PngTexts:
    """What stands in a PNG beside its pixels, also behind them.

    Attributes:
        info: texts by their names.
        transparent: whether each pixel has its own transparency, where texts can be hidden.
        has_exif: whether it carries EXIF, which is not read here.
        without_pixels: a file with all of it, for who reads that.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read them.

        Args:
            file: at its beginning; from outside.

        Raises:
            NotAPicture: it is damaged.
            PictureTooLarge: it has more than `MOST_PIXELS`.
        """
        self.info: dict[str, Any] = {}
        self.has_exif = False
        self._room = _MOST_BESIDE
        kept = [file.read(len(PNG_SIGNATURE))]
        head = b""
        room = _MOST_BESIDE
        for _ in range(_MOST_CHUNKS):
            begin = file.read(8)
            length, kind = int.from_bytes(begin[:4], "big"), begin[4:]
            if kind in _PIXELS:
                file.seek(length + 4, os.SEEK_CUR)
                continue
            room -= length
            if len(begin) < 8 or room < 0 or kind == b"IEND":
                break
            rest = file.read(length + 4)
            if len(rest) < length + 4:
                break
            kept += begin, rest
            body, told = rest[:-4], rest[-4:]
            if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(told, "big"):
                raise NotAPicture(detail="damaged PNG: a sum")
            head = head or (body if kind == b"IHDR" else b"")
            self._take(kind, body)
        if len(head) < 13:
            raise NotAPicture(detail="damaged PNG: no head")
        width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
        if width * height > MOST_PIXELS:
            raise PictureTooLarge(detail=f"more than {MOST_PIXELS} pixels")
        self.transparent = head[9] == _WITH_ALPHA
        self.without_pixels = b"".join([*kept, _END])

    def _take(self, kind: bytes, body: bytes) -> None:
        name, _, rest = body.partition(b"\0")
        told: bytes | None
        match kind:
            case b"eXIf":
                self.has_exif = True
                return
            case b"tEXt":
                told = rest
            case b"zTXt":
                told = self._inflated(rest[1:])  # behind the way it is compressed
            case b"iTXt":
                packed, text = rest[:1], rest[2:].split(b"\0", 2)  # language and title before it
                told = text[2] if len(text) == 3 else None
                if told is not None and packed == b"\1":
                    told = self._inflated(told)
            case _:
                return
        if told is None or len(told) > self._room:
            return
        self._room -= len(told)
        key = name.decode("latin-1")
        self.info[key] = (
            Utf8(told, "utf-8", "replace") if kind == b"iTXt" else told.decode("latin-1")
        )

    def _inflated(self, data: bytes) -> bytes | None:
        """None for what is damaged."""
        stream = zlib.decompressobj()
        try:
            told = stream.decompress(data, _LARGEST)
        except zlib.error:
            return None
        if stream.unconsumed_tail:
            raise NotAPicture(detail="a text in it is too long")
        return told if stream.eof else None
