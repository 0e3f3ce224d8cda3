"""Text in the lowest bits of a picture's transparency, as NovelAI hides what it made it from.

Bits stand from top to bottom, column after column: a mark, the number of bits that follow in 32,
and the text, packed with gzip.
"""

from __future__ import annotations

import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from PIL.Image import Image

_MARKS = {b"stealth_pngcomp": True, b"stealth_pnginfo": False}  # packed or not
_MARK, _LENGTH = 15, 4  # bytes
_MOST = 4 * 1024**2  # bytes of text
_GZIP = 31  # for zlib: with gzip's head


def hidden_text(image: Image) -> str:
    """What is hidden in ``image``, which is loaded; empty for nothing. Never raises."""
    from PIL import Image as Images

    if image.mode != "RGBA":
        return ""
    columns = image.getchannel("A").transpose(Images.Transpose.TRANSPOSE)
    bits = columns.tobytes()
    head = _bytes(bits[: 8 * (_MARK + _LENGTH)])
    packed = _MARKS.get(head[:_MARK])
    if packed is None:
        return ""
    length = int.from_bytes(head[_MARK:], "big")
    start = 8 * (_MARK + _LENGTH)
    if length % 8 or length > 8 * _MOST or start + length > len(bits):
        return ""
    data = _bytes(bits[start : start + length])
    if packed:
        try:
            data = zlib.decompressobj(_GZIP).decompress(data, _MOST)
        except zlib.error:
            return ""
    return data.decode("utf-8", "replace")


def _bytes(bits: bytes) -> bytes:
    """Eight bytes make one, of whose lowest bits the first is the highest."""
    digits = bits.translate(_LOWEST)
    return int(digits or b"0", 2).to_bytes(len(bits) // 8, "big") if bits else b""


_LOWEST = bytes(ord("0") + (value & 1) for value in range(256))
