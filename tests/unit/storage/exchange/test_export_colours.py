"""Colours of exported pictures: their profile goes with them, or they are brought to sRGB."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import product

import pytest
from PIL import Image, ImageCms

from cartoonmix_desktop.core.errors import ExportImpossible
from cartoonmix_desktop.storage.exchange.exports import made_anew
from cartoonmix_desktop.storage.exchange.metadata import EmbeddedMetadata
from cartoonmix_desktop.storage.files.decoding import decode

WHITE = b"XYZ " + struct.pack(">4x3i", 0xF6D6, 0x10000, 0xD32D)


def profile(kind: bytes, space: bytes, target: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"wtpt": WHITE, **tags}
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    size = at + len(body)
    head = struct.pack(">I4x4x4s4s4s12x4s", size, kind, space, target, b"acsp")
    head = head[:8] + b"\x02\x10\0\0" + head[12:]
    white = struct.pack(">28x3i48x", 0xF6D6, 0x10000, 0xD32D)
    return head + white + struct.pack(">I", len(tags)) + table + body


RGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY = profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": b"curv" + struct.pack(">4xI", 0)})  # linear


def print_profile() -> bytes:
    """All that is inked with cyan alone is white, all that is inked with black is black."""
    corners = product((0, 1), repeat=4)
    grid = b"".join(bytes((0 if ink[3] else 255, 128, 128)) for ink in corners)
    same = bytes(range(256))
    matrix = struct.pack(">9i", *[0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x10000])
    body = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + same * 4 + grid + same * 3
    return profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": body})


INK = print_profile()
COLOURS = {"RGB": (200, 30, 40), "RGBA": (200, 30, 40, 255), "L": 100, "LA": (100, 255)}
COLOURS |= {"I;16": 25_700, "CMYK": (255, 0, 0, 0), "P": 0}


def picture(mode: str, carried: bytes) -> bytes:
    image = Image.new(mode, (24, 16), COLOURS[mode])
    if mode == "P":
        image.putpalette((200, 30, 40))
    file = io.BytesIO()
    image.save(file, "JPEG" if mode == "CMYK" else "PNG", quality=100, icc_profile=carried)
    return file.getvalue()


def exported(data: bytes, kind: str) -> tuple[bytes | None, int]:
    """The profile in it, and how red its first pixel is, as it stands there."""
    image = decode(made_anew(data, kind, 100, EmbeddedMetadata())[0])
    grey = image.mode.startswith("I")
    red = image.getpixel((0, 0)) // 257 if grey else image.convert("RGB").getpixel((0, 0))[0]
    return image.info.get("icc_profile"), red


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_profile_goes_with_its_colours(mode, kind):
    carried, red = exported(picture(mode, RGB), kind)
    assert carried == RGB
    assert abs(red - 200) < 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_greys_keep_theirs_as_long_as_they_are_greys(mode, kind):
    carried, red = exported(picture(mode, GREY), kind)
    assert carried == GREY
    assert abs(red - 100) < 3


@pytest.mark.parametrize(("mode", "kind"), [("L", "WEBP"), ("LA", "JPEG"), ("LA", "WEBP")])
def test_greys_that_become_colours_look_as_they_did(mode, kind):
    carried, red = exported(picture(mode, GREY), kind)
    assert carried is None
    assert abs(red - 168) < 3  # a linear 100 of 255


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_colours_for_print_become_what_their_profile_says(kind):
    carried, red = exported(picture("CMYK", INK), kind)
    assert carried is None
    assert red > 250


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("mode", "carried"), [("L", RGB), ("RGB", GREY), ("RGB", INK), ("RGB", b"none"), ("CMYK", RGB)]
)
def test_a_profile_of_other_colours_stays_behind(mode, carried, kind):
    assert exported(picture(mode, carried), kind)[0] is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_damaged_profile_stops_nothing(kind):
    assert exported(picture("CMYK", INK[:40]), kind)[0] is None


def test_what_shines_through_still_does():
    file = io.BytesIO()
    Image.new("LA", (24, 16), (100, 50)).save(file, "PNG", icc_profile=GREY)
    image = decode(made_anew(file.getvalue(), "WEBP", 100, EmbeddedMetadata())[0])
    assert image.getpixel((0, 0)) == (168, 168, 168, 50)


def deep(colour: int) -> bytes:
    """A PNG with 16 bits a channel."""
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", 8, 8, 16, colour, 0, 0, 0),
        b"IDAT": zlib.compress((b"\0" + bytes(range(16)) * channels) * 8),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts.items()
    )


@pytest.mark.parametrize(("colour", "kinds"), [(0, ["WEBP"]), (2, ["PNG", "WEBP"])])
@pytest.mark.parametrize("more", [0, 4])
def test_half_of_the_bits_are_never_lost_without_a_word(colour, kinds, more):
    data = deep(colour + more)
    for kind in ["PNG", "WEBP"] if more else kinds:
        with pytest.raises(ExportImpossible) as told:
            made_anew(data, kind, 100, EmbeddedMetadata())
        assert told.value.reason == "deep"
    for kind in ("JPEG", "WEBP"):
        assert made_anew(data, kind, 90, EmbeddedMetadata())[0]


def test_greys_keep_their_bits():
    back = decode(made_anew(deep(0), "PNG", 100, EmbeddedMetadata())[0])
    assert back.tobytes() == decode(deep(0)).tobytes()
