"""How a camera was held when it took a picture, as EXIF in the file says.

Asked of the bytes, so that all who show a picture, whichever decoder they use, turn it alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

UPRIGHT = 1
"""What EXIF calls a picture that is to be seen as it is stored; 2 to 8 are the other ways."""

_TURNED = range(2, 9)
_ON_ITS_SIDE = range(5, 9)
_PNG, _JPEG, _WEBP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF"
_EXIF = b"Exif\0\0"  # in front of it in a JPEG, and in some others
_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
_ORIENTATION, _SHORT = 0x0112, 3  # the tag, and the type of its value


def orientation_of(data: bytes) -> int:
    """`UPRIGHT`, or 2 to 8.

    Args:
        data: a whole PNG, JPEG or WebP, from outside; anything else is upright.
    """
    if data.startswith(_PNG):
        parts = _chunks(data, len(_PNG), b"eXIf")
    elif data.startswith(_JPEG):
        parts = _segments(data)
    elif data.startswith(_WEBP):
        parts = _riff(data, b"EXIF")
    else:
        return UPRIGHT
    return next((_in_exif(exif.removeprefix(_EXIF)) for exif in parts), UPRIGHT)


def seen_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height of a picture as it is seen, from those that are stored."""
    return size[::-1] if orientation in _ON_ITS_SIDE else size


def _chunks(data: bytes, at: int, wanted: bytes) -> Iterator[bytes]:
    while name := data[at + 4 : at + 8]:
        length = int.from_bytes(data[at : at + 4], "big")
        if name == wanted:
            yield data[at + 8 : at + 8 + length]
        if name == b"IEND":  # anything may stand behind it
            return
        at += 12 + length


def _segments(data: bytes) -> Iterator[bytes]:
    at = len(_JPEG)
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != b"\xda":  # the pixels follow
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if data[at + 1 : at + 2] == b"\xe1" and body.startswith(_EXIF):
            yield body
        at += 2 + length


def _riff(data: bytes, wanted: bytes) -> Iterator[bytes]:
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")  # anything may stand behind it
    while at < end and (name := data[at : at + 4]):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if name == wanted:
            yield data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _in_exif(tiff: bytes) -> int:
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return UPRIGHT

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    first = number(4, 4)
    for at in range(first + 2, min(first + 2 + 12 * number(first, 2), len(tiff)), 12):
        if number(at, 2) == _ORIENTATION:
            value = number(at + 8, 2)
            return value if number(at + 2, 2) == _SHORT and value in _TURNED else UPRIGHT
    return UPRIGHT
