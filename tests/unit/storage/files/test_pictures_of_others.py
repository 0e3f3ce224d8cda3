"""What pictures say was wanted: those of other programs, with nothing drawn on them, and ours."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from cartoonmix_desktop.core.recipe import infotext
from cartoonmix_desktop.core.recipe.recipe import plain, to_text
from cartoonmix_desktop.core.recipe.third_party import request_in
from cartoonmix_desktop.storage.exchange.metadata import EmbeddedMetadata, encode, read_embedded
from cartoonmix_desktop.storage.exchange.recipe_files import read_recipe

FOLDER = Path(__file__).with_name("pictures_of_others")
LONG = (
    "(masterpiece, best quality:1.2), 1girl, purple hair,\n\nlooking at viewer: smiling, "
    '"quoted" words, \\(escaped\\) name, <lora:add_detail:0.8>\nBREAK\nsunset, 8:30 pm'
)
SHORT = "a fox in the snow, cartoon"
BAD = '(worst quality:1.4), bad hands, text: watermark, "signature",\nlowres'

SAID = {  # prompt, negative prompt, clip skip; None for what is not told
    "a1111_newline_in_extra_setting.png": ("a fox", "bad", 1),
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
    "dynamicprompts_template_after_settings.png": (
        "epic (children's drawing:1.2) of a barn",
        "blurry, text",
        None,
    ),
    "dynprompts_old_lines.png": (LONG, BAD, 2),
    "invoke_word_NaN_in_prompt.png": ("NaNa the cat", "", None),
    "krita_composite.png": ("a fox", "", None),
    "our_export.webp": (SHORT, "", 2),
    "png_tEXt_holds_utf8.png": ("一只橙色的猫坐在窗台上", "", None),
    "sdcpp_cjk.png": (
        "猫耳の少女、桜の木の下、水彩風, ☔ rain, naïve café",
        "低画質, 悪い手",
        2,
    ),
    "stabilitymatrix_latin1.png": (
        "naïve café scene, über cool, señorita",
        "flou, très laid",
        None,
    ),
    "uc_jis.jpg": ("a fox", "bad", None),
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


PIECES = st.sampled_from(["NaN", "-Infinity", "BaNaNa", '"', "\\", "\\(", "\n", "\xa0", "Ã©", "猫"])
WORDS = st.lists(PIECES | st.text(max_size=4), max_size=6).map(
    lambda pieces: plain("".join(pieces), lines=True).strip()
)


@settings(max_examples=60, deadline=None)
@given(WORDS.filter(bool), WORDS, st.sampled_from(["PNG", "JPEG", "WEBP"]))
@example("a cafÃ©", "BaNaNa, NaN", "PNG")  # Latin-1 whose bytes are UTF-8 as well
@example("a café", "Infinity\xa0of", "PNG")
def test_no_letter_changes_from_export_to_import(prompt, negative, kind):
    values = {"prompt": prompt, "negativePrompt": negative, "steps": 7, "seed": "3", "clipSkip": 2}
    text = infotext.compose(values)

    def brought_back(told):
        data = encode(Image.new("RGB", (8, 8)), kind, 90, told)
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return read_embedded(picture).texts

    whole = brought_back(EmbeddedMetadata(infotext=text, own=to_text(values)))
    assert whole.parameters == text
    assert dict(request_in(whole).values) == values
    if "Negative prompt:" not in prompt:  # which that format cannot say
        found = request_in(brought_back(EmbeddedMetadata(infotext=text))).values
        assert (found["prompt"], found["negativePrompt"]) == (prompt, negative)
