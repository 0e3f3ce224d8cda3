"""Recipes in files and pictures that anybody may have made."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cartoonmix_desktop.core.errors import FolderUnusable, RecipeUnreadable
from cartoonmix_desktop.core.recipe.infotext import OWN_KEY
from cartoonmix_desktop.core.recipe.recipe import LARGEST, to_text
from cartoonmix_desktop.storage.exchange.recipe_files import read_recipe, write_recipe

TEXT = "a fox, red\nNegative prompt: blurry\nSteps: 7, Sampler: DDIM, CFG scale: 5, Seed: 3"
VALUES = {
    "prompt": "a fox, red",
    "negativePrompt": "blurry",
    "steps": 7,
    "scheduler": "DDIMScheduler",
    "scale": 5,
    "seed": "3",
}


def png(path, *, compressed=False, international=False, **texts):
    info = PngInfo()
    for key, value in texts.items():
        key = key.replace("_", "-")
        if international:
            info.add_itxt(key, value, zip=compressed)
        else:
            info.add_text(key, value, zip=compressed)
    Image.new("RGB", (8, 8)).save(path, "PNG", pnginfo=info)
    return path


def reason_of(path):
    with pytest.raises(RecipeUnreadable) as refused:
        read_recipe(path)
    return refused.value.reason


def test_a_recipe_file_round_trip(tmp_path):
    path = tmp_path / "fox.cartoonmix"
    write_recipe(path, VALUES)
    write_recipe(path, VALUES)
    assert read_recipe(path).values == VALUES
    assert [each.name for each in path.parent.glob("*.tmp")] == []


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FolderUnusable):
        write_recipe(tmp_path / "none" / "fox.cartoonmix", VALUES)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("international", [False, True])
def test_a_png_of_another_generator(tmp_path, compressed, international):
    path = png(
        tmp_path / "a.png", parameters=TEXT, compressed=compressed, international=international
    )
    assert read_recipe(path).values == VALUES


@pytest.mark.parametrize(("ending", "kind"), [("jpg", "JPEG"), ("webp", "WEBP")])
def test_exif_of_another_generator(tmp_path, ending, kind):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + TEXT.encode("utf-16-be")
    path = tmp_path / f"a.{ending}"
    Image.new("RGB", (8, 8)).save(path, kind, exif=exif)
    assert read_recipe(path).values == VALUES


def test_our_own_exact_recipe_comes_first(tmp_path):
    own = to_text({"prompt": "an owl", "steps": 3})
    path = png(tmp_path / "a.png", **{OWN_KEY: own, "parameters": TEXT})
    assert read_recipe(path).values == {"prompt": "an owl", "steps": 3}


def test_the_head_says_what_a_file_is_and_not_its_name(tmp_path):
    path = png(tmp_path / "a.png", parameters=TEXT)
    assert read_recipe(path.rename(tmp_path / "a.cartoonmix")).values == VALUES


def test_files_without_a_recipe(tmp_path):
    assert reason_of(png(tmp_path / "a.png")) == "no_recipe"
    assert reason_of(png(tmp_path / "b.png", parameters="just a fox")) == "no_recipe"
    (tmp_path / "c.txt").write_text("words")
    assert reason_of(tmp_path / "c.txt") == "no_recipe"
    assert reason_of(tmp_path / "none.png") == "not_a_file"
    assert reason_of(tmp_path / "c.txt" / "below") in {"unreadable", "not_a_file"}
    assert reason_of(tmp_path) == "not_a_file"
    assert reason_of(tmp_path / ("n" * 300)) == "unreadable"
    (tmp_path / "large.cartoonmix").write_bytes(b" " * (LARGEST + 10))
    assert reason_of(tmp_path / "large.cartoonmix") == "too_long"


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
def test_nothing_is_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert reason_of(tmp_path / "pipe.png") == "not_a_file"
    assert reason_of(Path("/dev/zero")) == "not_a_file"


def test_bombs_and_damage_are_refused(tmp_path):
    path = png(tmp_path / "a.png", parameters=TEXT)
    whole = path.read_bytes()
    for at in range(8, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            read_recipe(path)
        except RecipeUnreadable:
            pass
    bomb = b"parameters\0\0" + zlib.compress(bytes(50_000_000))
    chunk = len(bomb).to_bytes(4) + b"zTXt" + bomb + zlib.crc32(b"zTXt" + bomb).to_bytes(4)
    path.write_bytes(whole[:33] + chunk + whole[33:])
    assert reason_of(path) == "unreadable"
    huge = tmp_path / "huge.png"
    Image.new("1", (9000, 9000)).save(huge)
    assert reason_of(huge) == "unreadable"
