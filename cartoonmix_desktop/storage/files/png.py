"""The chunks of a PNG, and its pixels inflated before Pillow unfilters them.

Half the time that Pillow takes over a PNG goes into inflating, line by line. libdeflate inflates
the same in one go, three times as fast, and tells at once whether all of them are there. Whatever
is not quite plain is left to Pillow.
"""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cartoonmix_desktop.core.errors import NotAPicture, PictureTruncated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"

MOST_INFLATED = 16 * 1024**2
"""Bytes of pixels beyond which they are not inflated here: they are held twice for a moment."""

_KEPT = 8 * 1024**2
"""Bytes; twice as many is what pictures of usual sizes need while they are decoded."""

_MOST_AT_ONCE = 256 * 1024**2
"""Bytes of pixels up to which they are inflated in one go: what Pillow needs for the largest."""

_PIECE = 1024**2  # bytes that are inflated at a time, where it is not done in one go
_HEADER = struct.Struct(">4sIIBBBBB")
"""Its name, then width, height, depth, type of colour, compression, filter, interlace."""

_DEPTH = 24  # where the bits of a channel stand
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the type of colour
_INDEXED = 3  # the type of colour that needs a palette
_PASSES = {  # by interlace: left, top and steps of the pixels in each pass
    0: ((0, 0, 1, 1),),
    1: (
        *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
        *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
    ),
}
_HARMLESS = 0x20  # bit of a name's first letter when what it names may be passed over
_ENVELOPE = 12  # length, name and sum of a chunk
_BLOCK = 0xFFFF  # most that a stored block can hold
_NO_COMPRESSION = b"\x78\x01"  # how a zlib stream begins


class _Head(Struct, frozen=True):
    width: int
    height: int
    bits: int  # of a pixel
    indexed: bool  # whether it needs a palette
    interlace: int

    def size(self) -> int:
        """Bytes of the filtered lines."""
        size = 0
        for left, top, across, down in _PASSES[self.interlace]:
            columns, lines = -(-(self.width - left) // across), -(-(self.height - top) // down)
            if columns > 0 < lines:
                size += lines * (1 + (columns * self.bits + 7) // 8)
        return size


def end_of(data: bytes) -> int | None:
    """Where a PNG says that it ends; None if the bytes stop before they say so."""
    for name, _, end in _chunks(data):
        if name == b"IEND":
            return end
    return None


def is_deep(data: bytes) -> bool:
    """Whether a PNG, which is whole, has 16 bits a channel."""
    return data[_DEPTH] == 16


def inflated(data: bytes, most_pixels: int) -> bytes:
    """The same picture as a PNG whose pixels are stored instead of compressed.

    On the way it is held to what Pillow lets pass, and no viewer shows: sums that are wrong, pixels
    that are missing, and parts without which it cannot be understood.

    Args:
        data: a whole PNG, from outside.
        most_pixels: one that says it has more is left alone.

    Returns:
        ``data`` itself if that gains nothing, or it is in any way unlike what was expected.

    Raises:
        NotAPicture: it is damaged.
        PictureTruncated: it has fewer pixels than it says.
    """
    head = _head(data)
    if head.width * head.height > most_pixels:
        return data
    deflate = _libdeflate()
    crc32 = zlib.crc32 if deflate is None else deflate.crc32
    size, chunks = head.size(), _pixel_chunks(data, head.indexed)
    view = memoryview(data)
    for first, last in chunks:
        if crc32(view[first + 4 : last - 4]) != int.from_bytes(view[last - 4 : last]):
            raise NotAPicture(detail="damaged PNG: a sum")
    parts = [view[first + 8 : last - 4] for first, last in chunks]
    pixels: bytes | bytearray = b""
    if deflate is not None and size <= _MOST_AT_ONCE:
        _keep_what_is_freed()
        with suppress(deflate.DeflateError):
            pixels = deflate.zlib_decompress(b"".join(parts), size)
    if len(pixels) != size:
        _check_pixels(parts, size)
        return data
    if deflate is None or head.interlace or size > MOST_INFLATED:
        return data
    begin, end = chunks[0][0], chunks[-1][1]
    stored: list[bytes | memoryview] = [b"IDAT", _NO_COMPRESSION]
    for at in range(0, size, _BLOCK):
        block = memoryview(pixels)[at : at + _BLOCK]
        last_one = at + _BLOCK >= size
        stored += struct.pack("<BHH", last_one, len(block), len(block) ^ 0xFFFF), block
    stored.append(deflate.adler32(pixels).to_bytes(4, "big"))
    length = sum(map(len, stored)) - 4
    checksum = 0
    for part in stored:
        checksum = deflate.crc32(part, checksum)
    ends = length.to_bytes(4, "big"), checksum.to_bytes(4, "big")
    return b"".join([view[:begin], ends[0], *stored, ends[1], view[end:]])


@cache
def _libdeflate() -> Any:
    """The library; None where it has no wheel for the system, and Pillow does all by itself."""
    try:
        import deflate
    except ImportError:
        return None
    return deflate


def inflates_fast() -> bool:
    """Whether PNGs are inflated before Pillow gets them."""
    return _libdeflate() is not None


@cache
def _keep_what_is_freed() -> None:
    """Let the memory of one picture serve the next.

    glibc gives back what is free beyond twice the largest block that was freed so far. Each picture
    would take it anew, page by page, which costs as much as inflating does.
    """
    bytearray(_KEPT)


def _pixel_chunks(data: bytes, indexed: bool) -> list[tuple[int, int]]:
    """Begin and end of each chunk of pixels, if all that may not be passed over is in order."""
    needed = [c for c in _chunks(data) if not (c[0].isalpha() and c[0][0] & _HARMLESS)]
    chunks = [(at, end) for name, at, end in needed if name == b"IDAT"]
    palettes = [end - at - _ENVELOPE for name, at, end in needed if name == b"PLTE"]
    usual = [b"IHDR", *[b"PLTE"] * bool(palettes), *[b"IDAT"] * len(chunks), b"IEND"]
    together = chunks and chunks[-1][1] - chunks[0][0] == sum(end - at for at, end in chunks)
    coloured = not indexed or (palettes and palettes[0] > 0 == palettes[0] % 3)
    if [name for name, _, _ in needed] != usual or not together or not coloured:
        raise NotAPicture(detail="damaged PNG: its parts")
    return chunks


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and end of each chunk up to the last; it may end behind ``data``."""
    at = len(SIGNATURE)
    while at + _ENVELOPE <= len(data):
        end = at + _ENVELOPE + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        yield name, at, end
        if name == b"IEND":
            return
        at = end


def _check_pixels(parts: Iterable[memoryview], size: int) -> None:
    """Raise unless a stream inflates to ``size`` bytes and ends well, or to more: no harm in it."""
    stream, found = zlib.decompressobj(), 0
    try:
        for part in (*parts, memoryview(b"")):
            got = len(stream.decompress(part, _PIECE))
            found += got
            while found <= size and (stream.unconsumed_tail or got == _PIECE):
                got = len(stream.decompress(stream.unconsumed_tail, _PIECE))
                found += got
    except zlib.error as error:
        raise NotAPicture(detail="damaged PNG: its pixels") from error
    if found < size or (found == size and not stream.eof):
        raise PictureTruncated(detail="pixels are missing")


def _head(data: bytes) -> _Head:
    try:
        name, *head = _HEADER.unpack_from(data, len(SIGNATURE) + 4)
    except struct.error:
        name, head = b"", [0] * 7
    width, height, depth, colour, packing, filtering, interlace = head
    if name != b"IHDR" or packing or filtering or interlace not in _PASSES:
        raise NotAPicture(detail="damaged PNG: its head")
    return _Head(width, height, depth * _CHANNELS.get(colour, 0), colour == _INDEXED, interlace)
