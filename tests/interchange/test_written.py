"""Our exports before the programs of others, at pinned versions.

``make interchange`` writes what they read into the docs. It needs a package registry, exiftool,
exiv2 and ImageMagick.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cartoonmix_desktop.core.recipe import infotext, recipe
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.storage.exchange.exports import made_anew
from cartoonmix_desktop.storage.exchange.metadata import EmbeddedMetadata
from cartoonmix_desktop.storage.exchange.xmp import BY_MODEL, Xmp
from tests.interchange.docs import table, write_into_docs

pytestmark = [pytest.mark.interchange, pytest.mark.timeout(600)]

PACKAGES = ("sd-parsers==0.6", "sd-prompt-reader==1.3.5", "piexif==1.1.3", "pillow==12.0.0")
LONG = (
    '(masterpiece:1.2), 1girl,\n\nlooking at viewer: smiling, "quoted", \\(escaped\\) name, '
    "<lora:add_detail:0.8>\nBREAK\nsunset, 8:30 pm"
)
PROMPTS = {
    "short": ("a fox in the snow, cartoon", "blurry"),
    "long": (LONG, '(worst quality:1.4), bad hands, text: watermark, "signature",\nlowres'),
    "letters": ("猫耳の少女、桜の木の下、水彩風, naïve café", "低画質, 悪い手"),
    "emoji": ("🦊 in the snow ☔", ""),
}
OTHERS = {"Model": "CartoonMix v1.0", "Model hash": "0123abcd", "Hires upscaler": "4x-UltraSharp"}
XMP = Xmp(4, tags=("client & co", "狐"), source=BY_MODEL, title="A <fox>", author="Ann & co")
PHOTO = {
    "rating": 4,
    "tags": ["client & co", "狐"],
    "source": f"http://cv.iptc.org/newscodes/digitalsourcetype/{BY_MODEL}",
    "title": "A <fox>",
    "creator": "Ann & co",
}
KINDS = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}
READ = Path(__file__).with_name("readers.py")
RECIPE = ("prompt", "negative", "steps", "scale", "seed", "sampler", "size", "model")
READERS = {  # what each is asked for, and where it reads no text
    "sd-parsers 0.6": (RECIPE, ()),
    "sd-prompt-reader 1.3.5": (RECIPE, ()),
    "piexif 1.1.3": (("text",), (".png",)),
    "exiftool": (("text", *PHOTO), ()),
    "exiv2": (("text", *PHOTO), (".png",)),
    "ImageMagick": (("text",), ()),
}
BEFORE = {
    "sd-parsers 0.6": (32, 32, 32),
    "sd-prompt-reader 1.3.5": (32, 1, 1),
    "piexif 1.1.3": (0, 0, 0),
    "exiftool": (16, 16, 16),
    "exiv2": (12, 12, 12),
    "ImageMagick": (2, 4, 0),
}
"""How much each read right of the same before the comment had its type; no title, no creator."""

THEIRS = {
    # It knows no letters beyond the first 65,536.
    *(("exiv2", f"emoji{suffix}", "text") for suffix in (".jpg", ".webp")),
    # It looks for EXIF behind a mark that WebP does not have.
    *(("ImageMagick", f"{name}.webp", "text") for name in PROMPTS),
    # It passes over international texts.
    *(("ImageMagick", f"{name}.png", "text") for name in ("letters", "emoji")),
}
"""What cannot be helped from here: reader, file and field."""


def test_what_others_read_of_our_exports(tmp_path):
    folder = tmp_path / "exported"
    folder.mkdir()
    wanted = exports(folder)
    said = read_by_others(tmp_path / "env", folder)
    wrong = set()
    rows = []
    for title, (fields, textless) in READERS.items():
        reader = title.partition(" ")[0]
        cells = []
        for suffix, before in zip(KINDS, BEFORE[title], strict=True):
            asked = [
                (reader, f"{name}{suffix}", field)
                for name in PROMPTS
                for field in fields
                if field != "text" or suffix not in textless
            ]
            missed = {
                one for one in asked if said[reader][one[1]].get(one[2]) != wanted[one[1]][one[2]]
            }
            wrong |= missed
            cells.append(f"{before} → {len(asked) - len(missed)} of {len(asked)}" if asked else "–")
        version = "" if " " in title else f" {said['versions'][reader]}"
        rows.append((title + version, *cells))
    write_into_docs("written", table(("read by", *KINDS.values()), rows))
    assert wrong == THEIRS


def exports(folder: Path) -> dict[str, dict[str, Any]]:
    """Write the pictures; gives what is to be read of each, by its name."""
    file = io.BytesIO()
    Image.effect_noise((64, 96), 50).convert("RGB").save(file, "PNG")
    wanted = {}
    for name, (prompt, negative) in PROMPTS.items():
        values = GenerationRequest.build(
            {"prompt": prompt, "negativePrompt": negative, "steps": 28, "scale": 6.5, "seed": "77"}
        ).values
        text = infotext.compose(values, OTHERS)
        metadata = EmbeddedMetadata(text, recipe.to_text(values), XMP)
        for suffix, kind in KINDS.items():
            data, _ = made_anew(file.getvalue(), kind, 90, metadata)
            (folder / f"{name}{suffix}").write_bytes(data)
            said = (prompt, negative, "28", "6.5", "77", "Euler", "512x512", OTHERS["Model"])
            told = dict(zip(RECIPE, said, strict=True))
            wanted[f"{name}{suffix}"] = PHOTO | told | {"text": text}
    return wanted


def read_by_others(env: Path, folder: Path) -> dict[str, Any]:
    """Put the readers into an environment of their own, and ask them."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(env)], check=True)
    python = env / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    # Without what they bring for windows of their own.
    install = [*uv, "pip", "install", "--quiet", "--no-deps", "--python", str(python), *PACKAGES]
    subprocess.run(install, check=True)
    done = subprocess.run([python, READ, folder], check=True, capture_output=True, timeout=300)
    return json.loads(done.stdout)
