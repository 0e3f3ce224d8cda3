from __future__ import annotations

import io
import struct
import zlib
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageOps
from PySide6.QtCore import QSize
from PySide6.QtGui import QColorSpace

from cartoonmix_desktop.core.errors import NotAPicture, PictureError, PictureTooLarge
from cartoonmix_desktop.core.picture_formats import SUFFIXES
from cartoonmix_desktop.core.recipe.orientation import orientation_of
from cartoonmix_desktop.core.task.task import Output, OutputState
from cartoonmix_desktop.storage.exchange.exports import made_anew
from cartoonmix_desktop.storage.exchange.metadata import EmbeddedMetadata
from cartoonmix_desktop.storage.files.decoding import decode as check
from cartoonmix_desktop.storage.files.decoding import thumbnail_of
from cartoonmix_desktop.ui.widgets.image_decoding import (
    THUMBNAILS_BYTES,
    Picture,
    Thumbnails,
    decode,
    load,
    load_in_pool,
    thumbnail,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What libpng says of a picture that ends too early.
pytestmark = pytest.mark.qt_log_ignore("libpng", "QImageReader", "JPEG", "jpeg")

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9"/></svg>'


def encoded(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, "#3050c0" if mode != "1" else 1).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", SUFFIXES)
def test_each_format_that_is_read(kind: str) -> None:
    data = encoded(kind)
    image = decode(data)
    assert (image.width(), image.height()) == (40, 20)
    assert abs(image.pixelColor(5, 5).blue() - 0xC0) < 6


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"<html>",
        b"",
        encoded("BMP"),
        encoded("TIFF"),
        encoded("ICO", (16, 16)),
        b"RIFF\x10\0\0\0WAVE" + b"\0" * 20,
        encoded("PNG")[:60],
        b"\x89PNG\r\n\x1a\n" + SVG,
        b"\xff\xd8\xff" + b"\0" * 40,
    ],
)
def test_nothing_else_is_decoded(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        decode(data)


@pytest.mark.parametrize("amiss", ["", "a line", "a sum", "an end"])
def test_the_viewer_and_the_checker_agree_on_what_is_whole(amiss: str) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(name + body) ^ (amiss == "a sum" and name == b"IDAT")
        return len(body).to_bytes(4, "big") + name + body + checksum.to_bytes(4, "big")

    head = struct.pack(">IIBBBBB", 40, 20, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(121 * (20 - (amiss == "a line"))))
    pixels = pixels[: -4 if amiss == "an end" else None]
    data = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    for judge in (check, decode):
        with pytest.raises(PictureError) if amiss else nullcontext():
            judge(b"\x89PNG\r\n\x1a\n" + data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_viewer_thumbnail_and_export_turn_a_picture_alike(kind: str, orientation: int) -> None:
    """Its corners are told apart by their colour; so is a picture that is turned the wrong way."""
    drawn = Image.new("RGB", (64, 32), "#c03030")
    for place, color in (((0, 0), "#30a040"), ((32, 0), "#3050c0"), ((0, 16), "#c0a020")):
        drawn.paste(color, (*place, place[0] + 32, place[1] + 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    drawn.save(file, kind, exif=exif, quality=100)
    data = file.getvalue()
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))

    def looks_right(pixels: Callable[[int, int], Sequence[int]]) -> bool:
        return all(
            abs(one - other) < 24
            for x, y in ((4, 4), (4, -4), (-4, 4), (-4, -4))
            for at in [(x % expected.width, y % expected.height)]
            for one, other in zip(pixels(*at)[:3], expected.getpixel(at), strict=True)
        )

    seen = decode(data)
    assert (seen.width(), seen.height()) == expected.size
    assert looks_right(lambda x, y: seen.pixelColor(x, y).getRgb())
    small = Image.open(io.BytesIO(thumbnail_of(check(data), orientation_of(data))))
    exported = Image.open(io.BytesIO(made_anew(data, "PNG", 90, EmbeddedMetadata())[0]))
    for image in (small, exported):
        assert image.size == expected.size
        assert looks_right(lambda x, y, image=image: image.getpixel((x, y)))


def test_the_name_of_a_file_decides_nothing(tmp_path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(SVG)
    with pytest.raises(NotAPicture):
        load(file)
    file.write_bytes(encoded("WEBP"))
    assert load(file).size == QSize(40, 20)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.png")


def test_too_many_pixels_are_refused_before_decoding() -> None:
    data = encoded("PNG", (9000, 9000), "1")
    assert len(data) < 100_000
    with pytest.raises(PictureTooLarge, match="9000 × 9000"):
        decode(data)


def test_more_than_qt_allows_by_itself_is_shown() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", 5800, 5800, 16, 6, 0, 0, 0)  # 257 MB
    pixels = zlib.compressobj(1)
    packed = [pixels.compress(bytes(1 + 8 * 5800)) for _ in range(5800)]
    body = chunk(b"IHDR", head) + chunk(b"IDAT", b"".join([*packed, pixels.flush()]))
    image = decode(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b""))
    assert (image.width(), image.height()) == (5800, 5800)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF"])
def test_transparency_survives(kind: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 20), (48, 80, 192, 0)).save(buffer, kind)
    assert decode(buffer.getvalue()).pixelColor(5, 5).alpha() == 0
    opaque = encoded(kind)
    assert not decode(opaque).hasAlphaChannel()


def test_of_a_picture_that_moves_the_first_is_shown() -> None:
    for kind in ("GIF", "AVIF"):
        buffer = io.BytesIO()
        first, second = (Image.new("RGB", (40, 20), color) for color in ("#3050c0", "#c05030"))
        first.save(buffer, kind, save_all=True, append_images=[second])
        assert decode(buffer.getvalue()).pixelColor(5, 5).blue() > 0xB0


def test_colours_of_a_profile_are_honoured_by_whichever_decoder() -> None:
    kind = QColorSpace.NamedColorSpace.DisplayP3
    profile = QColorSpace(kind).iccProfile().data()
    seen = []
    for kind in ("PNG", "AVIF"):
        buffer = io.BytesIO()
        drawn = Image.new("RGB", (40, 20), (200, 100, 50))
        drawn.save(buffer, kind, icc_profile=profile, quality=100)
        seen.append(decode(buffer.getvalue()).pixelColor(5, 5).getRgb())
    assert all(abs(one - other) < 4 for one, other in zip(*seen, strict=True))
    assert seen[0][:3] != (200, 100, 50)


def test_smaller_copies(tmp_path) -> None:
    file = tmp_path / "large.png"
    file.write_bytes(encoded("PNG", (2048, 1024)))
    picture = load(file)
    widths = [level.width() for level in picture.levels]
    assert widths == [2048, 1024, 512]
    assert [picture.level(zoom).width() for zoom in (4, 1, 0.51, 0.5, 0.3, 0.25, 0.01)] == [
        2048,
        2048,
        2048,
        1024,
        1024,
        512,
        512,
    ]
    assert isinstance(picture, Picture)


@pytest.mark.parametrize("size", [(27, 56), (56, 56), (100, 3), (7, 7)])
def test_a_thumbnail_fills_its_place(size: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    striped = Image.new("RGB", (256, 128), "#c03030")
    striped.paste("#30a040", (64, 0, 192, 128))  # the middle
    striped.save(buffer, "PNG")
    image = thumbnail(buffer.getvalue(), QSize(*size))
    assert (image.width(), image.height()) == size
    assert image.pixelColor(size[0] // 2, size[1] // 2).name() == "#30a040"


async def test_decoding_happens_in_another_thread(tmp_path, theme) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(encoded("PNG"))
    assert (await load_in_pool(file)).size == QSize(40, 20)


def output(number: int) -> Output:
    return Output(number, 0, OutputState.KEPT)


async def test_the_newest_wish_first(owned, theme) -> None:
    asked: list[int] = []

    async def fetch(of: Sequence[Output]) -> list[bytes | None]:
        asked.extend(one.id for one in of)
        return [encoded("PNG")] * len(of)

    thumbnails = Thumbnails(fetch, owned.spawn)
    for number in range(10):
        assert thumbnails.get(output(number), QSize(20, 20), number) is None
    await owned.settle()
    assert asked[:4] == [9, 8, 7, 6]
    assert sorted(asked) == list(range(10))
    assert thumbnails.get(output(3), QSize(20, 20), 3) is not None


async def test_memory_is_bounded(owned, theme) -> None:
    async def fetch(of: Sequence[Output]) -> list[bytes | None]:
        return [encoded("PNG")] * len(of)

    thumbnails = Thumbnails(fetch, owned.spawn)
    edge = 1200
    size = QSize(edge, edge)
    fitting = THUMBNAILS_BYTES // (4 * edge * edge)
    for number in range(fitting + 2):
        thumbnails.get(output(number), size, number)
        await owned.settle()
        thumbnails.get(output(0), size, 0)  # the first stays in use
    assert thumbnails.get(output(0), size, 0) is not None
    assert thumbnails.get(output(fitting + 1), size, 0) is not None
    assert thumbnails.get(output(1), size, 0) is None


async def test_what_is_in_sight_stays_however_much_it_is(owned, theme) -> None:
    async def fetch(of: Sequence[Output]) -> list[bytes | None]:
        return [encoded("PNG")] * len(of)

    thumbnails = Thumbnails(fetch, owned.spawn)
    edge = 1200
    size = QSize(edge, edge)
    seen = range(THUMBNAILS_BYTES // (4 * edge * edge) + 2)
    for number in seen:
        thumbnails.get(output(number), size, number)
    thumbnails.retain(seen, len(seen) * edge * edge)
    await owned.settle()
    assert all(thumbnails.get(output(number), size, number) for number in seen)
    assert not thumbnails.busy
    thumbnails.retain(seen)  # smaller ones are looked at
    thumbnails.get(output(len(seen)), QSize(20, 20), 0)
    await owned.settle()
    assert thumbnails.get(output(0), size, 0) is None


async def test_broken_bytes_are_asked_for_once(owned, theme) -> None:
    asked: list[int] = []

    async def fetch(of: Sequence[Output]) -> list[bytes | None]:
        asked.extend(one.id for one in of)
        return [SVG] * len(of)

    thumbnails = Thumbnails(fetch, owned.spawn)
    told: list[int] = []
    thumbnails.ready.connect(told.append)
    for _ in range(3):
        thumbnails.get(output(1), QSize(20, 20), 7)
        await owned.settle()
    assert asked == [1]
    assert told == [7]
    assert thumbnails.is_missing(output(1))


async def test_what_was_missing_is_shown_once_it_may_have_come(owned, theme) -> None:
    there: list[bytes | None] = [None]

    async def fetch(of: Sequence[Output]) -> list[bytes | None]:
        return there * len(of)

    thumbnails, size = Thumbnails(fetch, owned.spawn), QSize(20, 20)
    for _ in range(2):
        assert thumbnails.get(output(1), size, 7) is None
        await owned.settle()
        there[0] = encoded("PNG")
    assert thumbnails.is_missing(output(1))
    thumbnails.look_for_all()
    assert not thumbnails.is_missing(output(1))
    thumbnails.get(output(1), size, 7)
    await owned.settle()
    assert thumbnails.get(output(1), size, 7) is not None
