"""Whether bytes are a whole picture, and its thumbnail. Every byte here came from outside.

Pillow is imported when the first picture comes, not with the program.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, BinaryIO

from cartoonmix_desktop.core import picture_formats
from cartoonmix_desktop.core.errors import NotAPicture, PictureTooLarge, PictureTruncated
from cartoonmix_desktop.core.picture_formats import MOST_PIXELS
from cartoonmix_desktop.core.recipe.orientation import UPRIGHT
from cartoonmix_desktop.storage.files import png
from cartoonmix_desktop.storage.files.picture_ends import end_of

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL_SIDE = 256
"""Pixels of a thumbnail's longer side."""

_ORIENTATION = 0x0112  # of EXIF


def format_of(data: bytes) -> str:
    """Which of `picture_formats.SUFFIXES` the first bytes announce.

    Raises:
        NotAPicture: none of them.
    """
    if kind := picture_formats.format_of(data):
        return kind
    raise NotAPicture(detail="of no format that is read" if data else "no bytes")


def decode(data: bytes) -> Image:
    """The fully decoded picture; of one that moves, the first.

    Args:
        data: a whole file; more may stand behind the picture.

    Raises:
        NotAPicture: another format, or damaged.
        PictureTruncated: the picture stops before its end.
        PictureTooLarge: more than `MOST_PIXELS`.
    """
    kind = format_of(data)
    end = end_of(data, kind)
    if end is None:
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
    # It turns the picture by boxes of its own, which Pillow tells as EXIF.
    return upright(image, image.getexif().get(_ORIENTATION, UPRIGHT)) if kind == "AVIF" else image
