"""The one fact that is written as EXIF, as other programs read it.

Pillow writes Python's ``bytes`` as numbers of the type BYTE, which most programs do not take for a
text; a block that is ready it leaves alone.
"""

from __future__ import annotations

import struct

_BIG_ENDIAN = b"MM\0*"  # so that the comment's letters have the order of the block
_EXIF_IFD, _VERSION, _USER_COMMENT = 0x8769, 0x9000, 0x9286
_LONG, _UNDEFINED = 4, 7
_AFTER = 8 + 2 + 12 + 4  # bytes before the second directory: the head, and the first with its entry
_BEHIND = _AFTER + 2 + 2 * 12 + 4  # and before what its second entry points to


def with_user_comment(comment: bytes) -> bytes:
    """An EXIF block for a JPEG or WebP, as Pillow takes it.

    Args:
        comment: with the eight bytes that name its encoding; big-endian where that matters.
    """
    return (
        b"Exif\0\0"
        + struct.pack(">4sI", _BIG_ENDIAN, 8)
        + struct.pack(">HHHIII", 1, _EXIF_IFD, _LONG, 1, _AFTER, 0)
        + struct.pack(">HHHI4s", 2, _VERSION, _UNDEFINED, 4, b"0232")
        + struct.pack(">HHIII", _USER_COMMENT, _UNDEFINED, len(comment), _BEHIND, 0)
        + comment
    )
