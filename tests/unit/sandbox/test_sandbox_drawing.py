from __future__ import annotations

import io

import pytest
from PIL import Image, ImageStat

from cartoonmix_desktop.cartoon.compose import draw


def picture(prompt, *, seed="1", index=0, size=(192, 192), negative="", scale=4.0):
    data = draw(prompt, negative, seed, index, *size, scale)
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return data, image


def colour_of(image, box):
    """Mean red, green and blue of a box given in shares of the picture."""
    w, h = image.size
    left, top, right, bottom = box
    part = image.convert("RGB").crop((int(left * w), int(top * h), int(right * w), int(bottom * h)))
    return ImageStat.Stat(part).mean


@pytest.mark.parametrize(
    "size", [(64, 64), (64, 2048), (2048, 64), (96, 160), (333, 217), (512, 768)]
)
def test_every_size_is_obeyed(size):
    assert picture("girl, castle, sunset", size=size)[1].size == size


def test_the_same_recipe_gives_the_same_bytes_and_any_change_gives_others():
    recipe = {"prompt": "girl, city", "seed": "7", "index": 1, "negative": "x", "size": (96, 96)}
    first = picture(**recipe)[0]
    assert picture(**recipe)[0] == first
    changes = ({"prompt": "girl,  city"}, {"seed": "8"}, {"index": 2}, {"negative": ""})
    for change in (*changes, {"scale": 12.0}):
        assert picture(**{**recipe, **change})[0] != first


def test_pictures_say_what_drew_them():
    image = picture("girl")[1]
    assert image.text["Software"] == "CartoonMix Desktop sandbox"


def test_the_mark_is_in_the_corner():
    image = picture("girl", size=(512, 512))[1].convert("L")
    corner = image.crop((370, 480, 508, 508))
    low, high = corner.getextrema()
    assert high > 220  # light letters
    assert low < 110  # on a dark ground


@pytest.mark.parametrize("index", range(4))
def test_hair_follows_the_words(index):
    top = (0.4, 0.14, 0.6, 0.24)
    red = colour_of(picture("portrait, red short hair", index=index)[1], top)
    blue = colour_of(picture("portrait, blue short hair", index=index)[1], top)
    assert red[0] > red[2] + 40
    assert blue[2] > blue[0] + 40


@pytest.mark.parametrize("index", range(3))
def test_clothes_follow_the_words(index):
    chest = (0.4, 0.9, 0.6, 0.98)
    green = colour_of(picture("girl, bob hair, green sweater", index=index)[1], chest)
    red = colour_of(picture("girl, bob hair, red sweater", index=index)[1], chest)
    assert green[1] > green[0] + 20
    assert red[0] > red[1] + 40


def test_the_hour_follows_the_words():
    sky = (0, 0, 1, 0.12)
    day = sum(colour_of(picture("lighthouse, noon")[1], sky))
    night = sum(colour_of(picture("lighthouse, night")[1], sky))
    assert day > night + 150


@pytest.mark.parametrize(
    "prompt",
    [
        "cat, scarf",
        "fox, crown, glasses",
        "dog in a blue sweater, mountains",
        "dragon, castle",
        "robot, rain",
        "ship, night",
        "house, winter",
        "car",
        "sunflower",
        "tree, forest",
        "wizard with a white beard",
        "knight in armour, ponytail",
        "princess, twintails, surprised",
        "boy, hoodie, station, happy",
        "woman in a shirt, bun, elf, freckles, jewelry",
        "curly orange hair, robe, sea, moon",
        "serafuku, hair flower, long wavy hair",
    ],
)
def test_everything_that_can_be_named_is_drawn_and_differs_from_its_neighbours(prompt):
    drawn = [picture(prompt, index=index, size=(80, 96))[0] for index in range(2)]
    assert drawn[0] != drawn[1]
    for data in drawn:
        extrema = Image.open(io.BytesIO(data)).convert("L").getextrema()
        assert extrema[1] - extrema[0] > 100
