"""Inflating before Pillow does: the same pictures as Pillow alone, and no damaged ones."""

from __future__ import annotations

import io
import random
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cartoonmix_desktop.core.errors import NotAPicture, PictureError, PictureTruncated
from cartoonmix_desktop.core.picture_formats import MOST_PIXELS
from cartoonmix_desktop.storage.files import png
from cartoonmix_desktop.storage.files.decoding import decode


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


def inflated(data: bytes) -> bytes:
    return png.inflated(data, MOST_PIXELS)


def outcome(data: bytes) -> object:
    """What comes of a PNG: what it shows and tells, or the kind of refusal."""
    try:
        image = decode(data)
    except PictureError as error:
        return type(error)
    return image.mode, image.size, image.tobytes(), image.info


@pytest.fixture
def by_pillow_alone(monkeypatch):
    """As on a system for which libdeflate has no wheel."""
    monkeypatch.setitem(sys.modules, "deflate", None)
    png._libdeflate.cache_clear()
    yield
    png._libdeflate.cache_clear()


def test_without_libdeflate_pillow_does_all(by_pillow_alone):
    whole = written(noise("RGB"))
    assert not png.inflates_fast()
    assert inflated(whole) is whole
    assert outcome(whole)[2] == by_pillow(whole).tobytes()
    middle = len(whole) // 2
    damaged = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    assert outcome(damaged) is NotAPicture
    name, body = next(part for part in chunks(whole) if part[0] == b"IDAT")
    few = zlib.compress(zlib.decompress(body)[:-10])
    parts = [(name, few) if part[0] == b"IDAT" else part for part in chunks(whole)]
    assert outcome(joined(parts)) is PictureTruncated


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_stays_what_it_is(mode):
    data = written(noise(mode))
    plain = inflated(data)
    assert plain != data
    assert by_pillow(plain).mode == mode
    assert by_pillow(plain).tobytes() == by_pillow(data).tobytes() == noise(mode).tobytes()


def test_few_colours_take_less_than_a_byte():
    image = Image.new("P", (101, 40))
    image.putdata([random.Random(number).randrange(4) for number in range(4040)])
    image.putpalette(bytes(range(12)))
    data = written(image, bits=2)
    assert inflated(data) != data
    assert by_pillow(inflated(data)).tobytes() == image.tobytes()


def test_what_is_told_around_the_pixels_stays():
    info = PngInfo()
    info.add_itxt("parameters", "ein Füchslein")
    data = written(noise("RGB"), pnginfo=info, dpi=(72, 72), icc_profile=b"profile")
    data = joined([*chunks(data)[:-1], (b"tEXt", b"Comment\0behind"), END])
    assert by_pillow(inflated(data)).info == by_pillow(data).info
    assert [name for name, _ in chunks(inflated(data))] == [name for name, _ in chunks(data)]


def test_pixels_may_come_in_many_chunks_and_more_than_a_block():
    image = noise("RGB", (200, 150))
    plain = inflated(in_pieces(written(image), 1000))
    assert [name for name, _ in chunks(plain)] == [b"IHDR", b"IDAT", b"IEND"]
    assert len(chunks(plain)[1][1]) > 90_000
    assert by_pillow(plain).tobytes() == image.tobytes()


def test_the_frames_behind_an_animated_picture_stay():
    frames = [noise("RGB"), noise("RGB").rotate(180)]
    data = written(frames[0], save_all=True, append_images=frames[1:])
    plain = Image.open(io.BytesIO(inflated(data)))
    assert plain.n_frames == 2
    plain.seek(1)
    assert plain.tobytes() == frames[1].tobytes()


HEADER, PIXELS, END = chunks(written(noise("RGB")))
RAW = zlib.decompress(PIXELS[1])
LINE = 1 + 3 * 37
INTERLACED = (b"IHDR", HEADER[1][:-1] + b"\x01")


def packed(raw: bytes) -> tuple[bytes, bytes]:
    return b"IDAT", zlib.compress(raw)


def lines_in_passes() -> bytes:
    """Pixels of 37 x 23, in the seven passes of Adam7."""
    passes = [(5, 3), (5, 3), (10, 3), (9, 6), (19, 6), (18, 12), (37, 11)]
    return b"".join(bytes((1 + 3 * columns) * lines) for columns, lines in passes)


def head(at: int, value: int) -> tuple[bytes, bytes]:
    body = bytearray(HEADER[1])
    body[at] = value
    return b"IHDR", bytes(body)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([INTERLACED, packed(lines_in_passes()), END], id="interlaced"),
        pytest.param([HEADER, packed(RAW + b"12"), END], id="too many pixels"),
        pytest.param([HEADER, packed(RAW + RAW), END], id="twice as many"),
    ],
)
def test_what_is_whole_and_not_plain_is_left_to_pillow(parts):
    data = joined(parts)
    assert inflated(data) is data
    assert decode(data).size == (37, 23)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([HEADER, END], id="no pixels"),
        pytest.param([PIXELS, HEADER, END], id="no header first"),
        pytest.param([HEADER, HEADER, PIXELS, END], id="two headers"),
        pytest.param([(b"IHDR", HEADER[1][:5]), PIXELS, END], id="half a header"),
        pytest.param([(b"IHDR", bytes(8) + HEADER[1][8:]), PIXELS, END], id="of no size"),
        pytest.param([head(10, 1), PIXELS, END], id="unknown compression"),
        pytest.param([head(11, 1), PIXELS, END], id="unknown filters"),
        pytest.param([head(12, 2), PIXELS, END], id="unknown passes"),
        pytest.param([head(9, 3), packed(bytes(38 * 23)), END], id="no palette"),
        pytest.param([HEADER, (b"PIXL", b""), PIXELS, END], id="unknown and needed"),
        pytest.param([HEADER, packed(b"\7" + RAW[1:]), END], id="unknown filter"),
        pytest.param([HEADER, (b"IDAT", b"?" + PIXELS[1][1:]), END], id="no stream"),
        pytest.param([HEADER, (b"IDAT", PIXELS[1][:-1] + b"?"), END], id="another sum"),
        pytest.param(
            [HEADER, (b"IDAT", PIXELS[1][:99]), (b"tEXt", b"a\0b"), (b"IDAT", PIXELS[1][99:]), END],
            id="something between",
        ),
    ],
)
def test_what_is_damaged_is_no_picture(parts):
    with pytest.raises(NotAPicture):
        decode(joined(parts))


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("missing", [1, 5, LINE, 12 * LINE])
@pytest.mark.parametrize("at_once", [png._MOST_AT_ONCE, 0])
def test_a_picture_with_too_few_pixels_is_refused(monkeypatch, flat, interlaced, missing, at_once):
    """Pillow takes whole lines for whole pictures, and leaves the rest of them black."""
    monkeypatch.setattr(png, "_MOST_AT_ONCE", at_once)
    raw = lines_in_passes() if interlaced else bytes(len(RAW)) if flat else RAW
    data = joined([INTERLACED if interlaced else HEADER, packed(raw), END])
    assert decode(data).size == (37, 23)
    data = joined([INTERLACED if interlaced else HEADER, packed(raw[:-missing]), END])
    with pytest.raises(PictureTruncated):
        decode(data)


def test_a_stream_that_does_not_end_is_refused():
    with pytest.raises(PictureTruncated):
        decode(joined([HEADER, (b"IDAT", PIXELS[1][:-4]), END]))


def test_pixels_whose_sum_is_wrong_are_refused():
    data = bytearray(in_pieces(written(noise("RGB")), 500))
    at = data.index(b"IDAT") + 4 + 500  # behind the pixels of the first piece
    data[at] ^= 1
    with pytest.raises(NotAPicture):
        decode(bytes(data))


def test_what_lies_behind_the_picture_is_not_part_of_it():
    assert decode(joined([HEADER, PIXELS, END, (b"MPVX", b"a film")])).size == (37, 23)


def test_what_is_large_is_left_to_pillow(monkeypatch):
    data = written(noise("RGB"))
    monkeypatch.setattr(png, "MOST_INFLATED", len(RAW) - 1)
    assert inflated(data) is data


def is_whole(data: bytes) -> bool:
    """Whether all sums are right, the parts in order and the pixels there; 40 x 30 of them."""
    parts, at = [], 8
    while not parts or parts[-1][0] != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        parts.append((data[at + 4 : at + 8], data[at + 8 : end - 4]))
        if parts[-1][0] != b"IEND" and data[at:end] != chunk(*parts[-1]):
            return False
        at = end
    stream = zlib.decompressobj()
    pixels = stream.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    return stream.eof and len(pixels) == 30 * (1 + 3 * 40)


@given(data=st.data())
def test_damaged_pictures_are_judged_as_pillow_judges_them_or_stricter(data):
    whole = bytearray(in_pieces(written(noise("RGB", (40, 30))), 700))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(len(whole) - 40, len(whole)))])
    with pytest.MonkeyPatch.context() as patch:
        found = outcome(damaged)
        patch.setattr(png, "inflated", lambda given, _most: given)
        by_pillow_alone = outcome(damaged)
    if isinstance(found, type):
        assert isinstance(by_pillow_alone, type) or not is_whole(damaged)
    else:
        assert found == by_pillow_alone
