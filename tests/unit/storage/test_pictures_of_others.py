"""Pictures that other programs wrote, with nothing drawn on them: what each says is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from cartoonmix_desktop.core.foreign import request_in
from cartoonmix_desktop.storage.metadata import read_embedded
from cartoonmix_desktop.storage.recipe_files import read_recipe

FOLDER = Path(__file__).with_name("pictures_of_others")
LONG = (
    "(masterpiece, best quality:1.2), 1girl, purple hair,\n\nlooking at viewer: smiling, "
    '"quoted" words, \\(escaped\\) name, <lora:add_detail:0.8>\nBREAK\nsunset, 8:30 pm'
)
SHORT = "a fox in the snow, cartoon"
BAD = '(worst quality:1.4), bad hands, text: watermark, "signature",\nlowres'

SAID = {  # prompt, negative prompt, clip skip; None for what is not told
    "a1111_old_karras.png": (LONG, BAD, 2),
    "a1111_plain.png": (SHORT, "", 2),
    "civitai_prompt_removed.png": (None, None, None),
    "comfy_bare_nan_token.png": ("plain words with a bare NaN token beside", "blurry", None),
    "comfy_clip_skip.png": (LONG, BAD, 2),
    "comfy_controlnet.png": (LONG, BAD, None),
    "comfy_efficiency.png": (LONG, BAD, None),
    "comfy_flux_advanced.png": (LONG, "", None),
    "comfy_flux_encodeflux.png": (LONG, "", None),
    "comfy_negative_empty_follows.png": (LONG, "", None),
    "comfy_primitive_string.png": (LONG, BAD, None),
    "comfy_showtext_wildcard.png": (LONG, BAD, None),
    "comfy_size_links.png": (LONG, BAD, None),
    "comfy_std_nan.png": ("portrait of BaNaNa the robot, NaN, cartoon", "blurry", None),
    "comfy_two_samplers_reversed_order.png": (LONG, BAD, None),
    "comfy_word_NaN_in_prompt.png": (
        "portrait of NaNa and her grandmother Nani, NaNNY McPhee poster",
        "blurry",
        None,
    ),
    "invoke_word_NaN_in_prompt.png": ("NaNa the cat", "", None),
    "krita_composite.png": ("a fox", "", None),
    "our_export.webp": (SHORT, "", 2),
}


@pytest.mark.parametrize("name", SAID)
def test_opened_and_imported_it_says_the_same(name):
    opened = read_recipe(FOLDER / name).values
    with Image.open(FOLDER / name) as picture:
        picture.load()
        imported = request_in(read_embedded(picture).texts).values
    assert dict(opened) == dict(imported)
    told = tuple(opened.get(key) for key in ("prompt", "negativePrompt", "clipSkip"))
    assert told == SAID[name]


def test_every_picture_is_looked_at():
    assert {path.name for path in FOLDER.iterdir()} == SAID.keys()
