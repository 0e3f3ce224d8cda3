"""The chunks of a PNG, and its pixels inflated before Pillow unfilters them.

Half the time that Pillow takes over a PNG goes into inflating, line by line. libdeflate inflates
the same in one go, three times as fast. Whatever is not quite plain is left to Pillow, which
alone says whether a file is a picture.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"

MOST_INFLATED = 16 * 1024**2
"""Bytes of pixels beyond which they are not inflated here: they are held twice for a moment."""

LEAST_PACKED = 1 / 10
"""Share of those bytes below which there is so little to inflate that it is not worth the copy."""

_HEADER = struct.Struct(">IIBBBBB")  # width, height, depth, colour, compression, filter, interlace
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the type of colour
_ENVELOPE = 12  # length, name and sum of a chunk
_BLOCK = 0xFFFF  # most that a stored block can hold
_NO_COMPRESSION = b"\x78\x01"  # how a zlib stream begins


def end_of(data: bytes) -> int | None:
    """Where a PNG says that it ends; None if the bytes stop before they say so."""
    for name, _, end in _chunks(data):
        if name == b"IEND":
            return end
    return None


def inflated(data: bytes) -> bytes:
    """The same picture as a PNG whose pixels are stored instead of compressed.

    Args:
        data: a whole PNG, from outside.

    Returns:
        ``data`` itself if that gains nothing, or it is in any way unlike what was expected.
    """
    import deflate

    size = _size_of_pixels(data)
    chunks = [(at, end) for name, at, end in _chunks(data) if name == b"IDAT"]
    if not chunks or not 0 < size <= MOST_INFLATED:
        return data
    begin, end = chunks[0][0], chunks[-1][1]
    if end - begin < LEAST_PACKED * size:
        return data
    if sum(last - first for first, last in chunks) != end - begin:
        return data  # something lies between them
    view = memoryview(data)
    packed = b"".join(view[first + 8 : last - 4] for first, last in chunks)
    try:
        pixels = deflate.zlib_decompress(packed, size)
    except deflate.DeflateError:
        return data
    if len(pixels) != size:
        return data
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


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and end of each chunk; the last may end behind ``data``."""
    at = len(SIGNATURE)
    while at + _ENVELOPE <= len(data):
        end = at + _ENVELOPE + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at, end
        at = end


def _size_of_pixels(data: bytes) -> int:
    """Bytes of the filtered lines; 0 if they are interlaced or nothing to be sure of."""
    if data[12:16] != b"IHDR" or len(data) < 16 + _HEADER.size:
        return 0
    width, height, depth, colour, _, _, interlace = _HEADER.unpack_from(data, 16)
    line: int = 1 + (width * depth * _CHANNELS.get(colour, 0) + 7) // 8
    return 0 if interlace else height * line
