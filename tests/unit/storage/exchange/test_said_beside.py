"""What a picture says beside its recipe, and older files of ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngInfo

from cartoonmix_desktop.storage.exchange.metadata import read_embedded
from cartoonmix_desktop.storage.exchange.recipe_files import read_all
from tests.interchange.reading import CASES


def read(name):
    with Image.open(CASES / name) as picture:
        picture.load()
        return read_embedded(picture)


@pytest.mark.parametrize(
    "name", ["our_export_comment_type_byte.jpg", "our_sidecar_not_openable.txt"]
)
def test_our_older_exports_and_sidecars_are_read(name):
    values = read_all(CASES / name).recipe.values
    assert (values["prompt"], values["negativePrompt"]) == ("a fox in the snow, cartoon", "")
    assert (values["seed"], values["steps"], values["clipSkip"]) == ("1234567890", 28, 2)


def test_stars_and_keywords_of_windows_are_read():
    xmp = read("windows_rating.jpg").xmp
    assert (xmp.rating, xmp.tags) == (4, ("fox", "snow"))


def test_a_time_with_a_zone_is_that_time():
    wanted = datetime(2025, 7, 1, 3, tzinfo=UTC).timestamp()
    assert read("taken_in_tokyo_with_offset.jpg").taken_at == wanted


def test_midjourney_is_read_from_the_description_of_a_jpeg(tmp_path):
    file = tmp_path / "m.jpg"
    exif = Image.Exif()
    exif[0x010E] = "a fox --ar 3:2 --seed 5 Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3e3"
    Image.new("RGB", (8, 8)).save(file, exif=exif)
    reading = read_all(file)
    assert (reading.tool, dict(reading.others)) == ("Midjourney", {"ar": "3:2"})
    assert reading.recipe.values == {"prompt": "a fox", "negativePrompt": "", "seed": "5"}


def test_a_text_behind_the_pixels_is_read_without_them(tmp_path, monkeypatch):
    file = tmp_path / "fox.png"
    said = PngInfo()
    said.add(
        b"tEXt",
        b"parameters\0" + b"a fox\nSteps: 28, CFG scale: 6.5, Seed: 7",
        after_idat=True,
    )
    Image.new("RGB", (8, 8)).save(file, pnginfo=said)
    monkeypatch.setattr(ImageFile, "load", None)  # would raise
    assert read_all(file).recipe.values["prompt"] == "a fox"


def test_what_invokeai_copies_as_json_is_read(tmp_path):
    file = tmp_path / "fox.json"
    file.write_text('{"positive_prompt": "a fox", "negative_prompt": "", "clip_skip": 0}')
    reading = read_all(file)
    assert reading.tool == "InvokeAI"
    assert reading.recipe.values == {"prompt": "a fox", "negativePrompt": "", "clipSkip": 1}
