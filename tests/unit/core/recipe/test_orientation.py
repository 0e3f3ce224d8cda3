from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cartoonmix_desktop.core.recipe.orientation import UPRIGHT, orientation_of, seen_size


def held(kind: str, orientation: int | None, order: str = ">") -> bytes:
    exif = Image.Exif()
    exif.endian = order
    exif[0x010F] = "A camera"
    exif[0x0110] = "Its model"
    if orientation is not None:
        exif[0x0112] = orientation
    file = io.BytesIO()
    Image.new("RGB", (8, 4)).save(file, kind, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_it_is_what_the_camera_wrote(kind, orientation, order):
    assert orientation_of(held(kind, orientation, order)) == orientation


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", [None, 0, 9, 600])
def test_whatever_else_is_upright(kind, orientation):
    assert orientation_of(held(kind, orientation)) == UPRIGHT
    file = io.BytesIO()
    Image.new("RGB", (8, 4)).save(file, kind)
    assert orientation_of(file.getvalue()) == UPRIGHT
    assert orientation_of(b"") == UPRIGHT


@pytest.mark.parametrize(("kind", "begins"), [("PNG", 8), ("WEBP", 12)])
def test_what_stands_behind_the_end_is_not_looked_at(kind, begins):
    file = io.BytesIO()
    Image.new("RGB", (8, 4)).save(file, kind)
    upright, turned = file.getvalue(), held(kind, 6)
    assert orientation_of(upright + turned[begins:]) == UPRIGHT
    looks = 0

    class Counted(bytes):
        def __getitem__(self, key):
            nonlocal looks
            looks += 1
            return bytes.__getitem__(self, key)

    assert orientation_of(Counted(upright + bytes(100_000))) == UPRIGHT
    assert looks < 100


def test_on_its_side_width_and_height_change_places():
    sizes = [seen_size((8, 4), orientation) for orientation in range(1, 9)]
    assert sizes == [(8, 4)] * 4 + [(4, 8)] * 4


@given(data=st.data())
def test_damage_raises_nothing(data):
    whole = bytearray(held(data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"])), 6))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert orientation_of(bytes(whole[: data.draw(st.integers(0, len(whole)))])) in range(1, 9)
