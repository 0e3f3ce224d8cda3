"""Whether bytes are a whole picture, and its thumbnail. Every byte here came from outside.

Pillow is imported when the first picture comes, not with the program.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, BinaryIO

from cartoonmix_desktop.core.errors import NotAPicture, PictureTooLarge, PictureTruncated
from cartoonmix_desktop.core.recipe.orientation import UPRIGHT
from cartoonmix_desktop.storage.files import png

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 64 * 1024**2
"""More than this in one picture is refused before it is decoded."""

THUMBNAIL_SIDE = 256
"""Pixels of a thumbnail's longer side."""

_JPEG = b"\xff\xd8\xff"
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")  # neither data, restart mark nor padding

SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
"""The formats that are accepted, by Pillow's name."""


def format_of(data: bytes) -> str:
    """Which of `SUFFIXES` the first bytes announce.

    Raises:
        NotAPicture: none of them.
    """
    if data.startswith(png.SIGNATURE):
        return "PNG"
    if data.startswith(_JPEG):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise NotAPicture(detail="neither PNG, JPEG nor WebP" if data else "no bytes")


def decode(data: bytes) -> Image:
    """The fully decoded picture.

    Args:
        data: a whole file; more may stand behind the picture.

    Raises:
        NotAPicture: another format, or damaged.
        PictureTruncated: the picture stops before its end.
        PictureTooLarge: more than `MOST_PIXELS`.
    """
    kind = format_of(data)
    end = _END[kind](data)
    if end is None or end > len(data):
        raise PictureTruncated(detail=f"the {kind} stops at byte {len(data)}")
    return _decode(data[:end], kind)


def upright(image: Image, orientation: int) -> Image:
    """``image`` as it is to be seen; itself if it is stored so."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    turn = turns.get(orientation)
    return image if turn is None else image.transpose(turn)


def thumbnail_of(image: Image, orientation: int = UPRIGHT) -> bytes:
    """``image`` scaled down to `THUMBNAIL_SIDE`: a JPEG, or WebP if something shines through.

    By whole factors first, which is exact, and into the format that is written twenty times as
    fast: a library is scaled in little more time than it takes to decode it.

    Args:
        image: of `decode`.
        orientation: see `orientation_of`.

    Raises:
        NotAPicture: it decodes and cannot be shown: its colours are missing, say.
    """
    from PIL.Image import Resampling

    file = io.BytesIO()
    try:
        clear = image.has_transparency_data
        mode = "RGBA" if clear else "RGB"
        seen = image if image.mode == mode else image.convert(mode)
        scale = min(1.0, THUMBNAIL_SIDE / max(seen.size))
        size = max(1, round(scale * seen.width)), max(1, round(scale * seen.height))
        factor = seen.width // size[0]
        if (size[0] * factor, size[1] * factor) == seen.size:
            small = seen.reduce(factor)  # all that there is to be done, and without a copy
        else:
            small = seen.resize(size, Resampling.HAMMING, reducing_gap=1)
        upright(small, orientation).save(file, "WEBP" if clear else "JPEG", quality=88)
    except Exception as error:  # what a damaged picture makes Pillow raise is not documented
        raise NotAPicture(detail=f"cannot be shown: {type(error).__name__}") from error
    return file.getvalue()


def open_picture(file: BinaryIO, kind: str) -> Image:
    """A picture of which only the head was read: its size and the texts in it.

    Args:
        file: a whole file, at its beginning.
        kind: what `format_of` said.

    Raises:
        NotAPicture: damaged.
        PictureTooLarge: more than `MOST_PIXELS`.
    """
    from PIL import Image

    # Pillow warns of harmless oddities, on the error stream of a program without one.
    warnings.filterwarnings("ignore", module=r"PIL\b")
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
    try:
        image = Image.open(file, formats=[kind])
        if image.width * image.height <= MOST_PIXELS:
            return image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass  # told below
    except Exception as error:  # damaged bytes make decoders raise nearly anything
        raise NotAPicture(detail=f"damaged {kind}: {type(error).__name__}") from error
    raise PictureTooLarge(detail=f"more than {MOST_PIXELS} pixels")


def _decode(data: bytes, kind: str) -> Image:
    from PIL.ImageFile import ImageFile

    if kind == "PNG":
        data = png.inflated(data, MOST_PIXELS)
    image = open_picture(io.BytesIO(data), kind)
    try:
        if isinstance(image, ImageFile):
            image.decodermaxblock = len(data)  # in one call: after each a thread queues for Python
        image.load()
    except Exception as error:
        raise NotAPicture(detail=f"damaged {kind}: {type(error).__name__}") from error
    return image


def _jpeg_end(data: bytes) -> int | None:
    at = 2
    while marker := _JPEG_MARKER.search(data, at):
        at = marker.end()
        if marker[1] == b"\xd9":  # end of image
            return at
        if marker[1] != b"\x01":  # all others have a length, which counts itself
            at += int.from_bytes(data[at : at + 2], "big")
    return None


def _webp_end(data: bytes) -> int | None:
    return 8 + int.from_bytes(data[4:8], "little")


_END = {"PNG": png.end_of, "JPEG": _jpeg_end, "WEBP": _webp_end}
"""Where each format says that it ends; None if the bytes stop before they say so."""
