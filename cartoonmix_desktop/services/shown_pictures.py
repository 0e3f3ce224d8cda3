"""Pictures of formats that Qt does not read, as pixels for the window."""

from __future__ import annotations

from msgspec import Struct

from cartoonmix_desktop.storage.files.decoding import decode


class Pixels(Struct, frozen=True):
    """A decoded picture, upright.

    Attributes:
        width: pixels.
        height: pixels.
        rgba: 4 bytes a pixel, rows one behind the other.
        clear: whether something shines through.
        profile: ICC, of its colours; empty for sRGB.
    """

    width: int
    height: int
    rgba: bytes
    clear: bool
    profile: bytes


def pixels_of(data: bytes) -> Pixels:
    """Decode a picture; of one that moves, the first. Safe in any thread.

    Raises:
        PictureError: as `storage.files.decoding.decode`.
    """
    image = decode(data)
    profile = image.info.get("icc_profile") or b""
    clear, rgba = image.has_transparency_data, image.convert("RGBA").tobytes()
    return Pixels(image.width, image.height, rgba, clear, profile)
