"""Inflating before Pillow does: the same pictures, and the same refusals, as Pillow alone."""

from __future__ import annotations

import io
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cartoonmix_desktop.core.errors import PictureError
from cartoonmix_desktop.storage import png
from cartoonmix_desktop.storage.decoding import decode


def noise(mode: str, size: tuple[int, int] = (37, 23)) -> Image.Image:
    bits = {"1": 1, "I;16": 16}.get(mode, 8 * len(mode))
    line = (size[0] * bits + 7) // 8
    image = Image.frombytes(mode, size, random.Random(7).randbytes(line * size[1]))
    if mode == "P":
        image.putpalette(random.Random(8).randbytes(768))
    return image


def written(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(name + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + name + body + checksum


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def joined(parts: list[tuple[bytes, bytes]]) -> bytes:
    return png.SIGNATURE + b"".join(chunk(name, body) for name, body in parts)


def in_pieces(data: bytes, size: int) -> bytes:
    """The same with its pixels in many chunks, some of them empty."""
    parts = []
    for name, body in chunks(data):
        if name != b"IDAT":
            parts.append((name, body))
            continue
        for first in range(0, len(body), size):
            parts += [(b"IDAT", body[first : first + size]), (b"IDAT", b"")]
    return joined(parts)


def by_pillow(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    image.load()
    return image


def outcome(data: bytes) -> object:
    """What comes of a PNG: what it shows and tells, or the kind of refusal."""
    try:
        image = decode(data)
    except PictureError as error:
        return type(error)
    return image.mode, image.size, image.tobytes(), image.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_stays_what_it_is(mode):
    data = written(noise(mode))
    plain = png.inflated(data)
    assert plain != data
    assert by_pillow(plain).mode == mode
    assert by_pillow(plain).tobytes() == by_pillow(data).tobytes() == noise(mode).tobytes()


def test_few_colours_take_less_than_a_byte():
    image = Image.new("P", (101, 40))
    image.putdata([random.Random(number).randrange(4) for number in range(4040)])
    image.putpalette(bytes(range(12)))
    data = written(image, bits=2)
    assert png.inflated(data) != data
    assert by_pillow(png.inflated(data)).tobytes() == image.tobytes()


def test_what_is_told_around_the_pixels_stays():
    info = PngInfo()
    info.add_itxt("parameters", "ein Füchslein")
    data = written(noise("RGB"), pnginfo=info, dpi=(72, 72), icc_profile=b"profile")
    data = joined([*chunks(data)[:-1], (b"tEXt", b"Comment\0behind"), END])
    assert by_pillow(png.inflated(data)).info == by_pillow(data).info
    assert [name for name, _ in chunks(png.inflated(data))] == [name for name, _ in chunks(data)]


def test_pixels_may_come_in_many_chunks_and_more_than_a_block():
    image = noise("RGB", (200, 150))
    plain = png.inflated(in_pieces(written(image), 1000))
    assert [name for name, _ in chunks(plain)] == [b"IHDR", b"IDAT", b"IEND"]
    assert len(chunks(plain)[1][1]) > 90_000
    assert by_pillow(plain).tobytes() == image.tobytes()


def test_the_frames_behind_an_animated_picture_stay():
    frames = [noise("RGB"), noise("RGB").rotate(180)]
    data = written(frames[0], save_all=True, append_images=frames[1:])
    plain = Image.open(io.BytesIO(png.inflated(data)))
    assert plain.n_frames == 2
    plain.seek(1)
    assert plain.tobytes() == frames[1].tobytes()


HEADER, PIXELS, END = chunks(written(noise("RGB")))
RAW = zlib.decompress(PIXELS[1])


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([HEADER, END], id="no pixels"),
        pytest.param([PIXELS, HEADER, END], id="no header first"),
        pytest.param([(b"IHDR", HEADER[1][:-1] + b"\x01"), PIXELS, END], id="interlaced"),
        pytest.param([(b"IHDR", HEADER[1][:5]), PIXELS, END], id="half a header"),
        pytest.param([(b"IHDR", bytes(8) + HEADER[1][8:]), PIXELS, END], id="of no size"),
        pytest.param([HEADER, (b"IDAT", zlib.compress(RAW[:-5])), END], id="pixels missing"),
        pytest.param([HEADER, (b"IDAT", zlib.compress(RAW + b"12")), END], id="too many pixels"),
        pytest.param([HEADER, (b"IDAT", PIXELS[1][:-9]), END], id="cut off"),
        pytest.param([HEADER, (b"IDAT", PIXELS[1][:-1] + b"?"), END], id="another sum"),
        pytest.param(
            [HEADER, (b"IDAT", PIXELS[1][:99]), (b"tEXt", b"a\0b"), (b"IDAT", PIXELS[1][99:]), END],
            id="something between",
        ),
    ],
)
def test_what_is_not_plain_is_left_to_pillow(parts):
    data = joined(parts)
    assert png.inflated(data) is data


def test_what_gains_nothing_or_is_large_is_left_to_pillow(monkeypatch):
    flat = written(Image.new("RGB", (200, 200)))
    assert png.inflated(flat) is flat
    data = written(noise("RGB"))
    monkeypatch.setattr(png, "MOST_INFLATED", len(RAW) - 1)
    assert png.inflated(data) is data


@given(data=st.data())
def test_damaged_pictures_are_judged_as_pillow_judges_them(data):
    whole = bytearray(in_pieces(written(noise("RGB", (40, 30))), 700))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(len(whole) - 40, len(whole)))])
    with pytest.MonkeyPatch.context() as patch:
        found = outcome(damaged)
        patch.setattr(png, "inflated", lambda given: given)
        assert found == outcome(damaged)
