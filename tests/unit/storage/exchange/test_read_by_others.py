"""What is exported, read by programs that share no line with ours."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys

import piexif
import piexif.helper
import pytest
from PIL import Image

from cartoonmix_desktop.core.recipe import infotext, recipe
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.storage.exchange.exports import made_anew
from cartoonmix_desktop.storage.exchange.metadata import EmbeddedMetadata
from cartoonmix_desktop.storage.exchange.xmp import BY_MODEL, Xmp, write_xmp

PROMPTS = {"plain": 'a fox, "red" scarf\nsnow 狐 é, steps: 3', "emoji": "🦊 in the snow"}
XMP = Xmp(4, tags=("client & co", "狐"), source=BY_MODEL, title="A <fox>", author="Ann & co")
TEXTS = {
    name: infotext.compose(
        GenerationRequest.build({"prompt": prompt, "negativePrompt": "blurry, 悪い"}).values
    )
    for name, prompt in PROMPTS.items()
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Files by the name of their prompt and their ending, and an XMP file."""
    folder = tmp_path_factory.mktemp("exported")
    file = io.BytesIO()
    Image.effect_noise((64, 96), 50).convert("RGB").save(file, "PNG")
    for name, prompt in PROMPTS.items():
        own = recipe.to_text(GenerationRequest.build({"prompt": prompt}).values)
        metadata = EmbeddedMetadata(TEXTS[name], own, XMP)
        for kind in ("PNG", "JPEG", "WEBP"):
            data, suffix = made_anew(file.getvalue(), kind, 90, metadata)
            (folder / f"{name}{suffix}").write_bytes(data)
    (folder / "beside.xmp").write_text(write_xmp(XMP, recipe=own), "utf-8")
    return folder


def said_by(program, *arguments):
    """What another program says; every Linux that runs the tests has them."""
    if sys.platform != "linux" and shutil.which(program) is None:
        pytest.skip(f"{program} comes with the system packages of Linux alone")
    done = subprocess.run((program, *arguments), capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
@pytest.mark.parametrize("name", PROMPTS)
def test_a1111_and_its_kin_read_the_comment(exported, name, suffix):
    """As they do: Pillow finds the block, piexif the comment."""
    with Image.open(exported / f"{name}{suffix}") as image:
        comment = piexif.load(image.info["exif"])["Exif"][piexif.ExifIFD.UserComment]
    assert piexif.helper.UserComment.load(comment) == TEXTS[name]


def test_exiftool_reads_all_of_it(exported):
    files = sorted(exported.iterdir())
    told = json.loads(said_by("exiftool", "-json", "-struct", *map(str, files)))
    assert len(told) == 7
    for path, facts in zip(files, told, strict=True):
        assert (facts["Rating"], facts["Subject"]) == (4, ["client & co", "狐"])
        assert facts["DigitalSourceType"].endswith("/trainedAlgorithmicMedia")
        assert (facts["Title"], facts["Creator"]) == ("A <fox>", ["Ann & co"])
        if path.suffix != ".xmp":
            key = "Parameters" if path.suffix == ".png" else "UserComment"
            assert facts[key] == TEXTS[path.stem], path.name


def test_exiv2_reads_all_of_it(exported):
    """As digiKam, darktable and others do, which stand on it; it reads no comment with emoji."""
    files = [*exported.glob("plain.*"), exported / "beside.xmp"]
    for path in files:
        told = said_by("exiv2", "-PEXkt", str(path))
        assert re.search(r"Xmp\.dc\.subject +client & co, 狐\n", told)
        assert re.search(r"Xmp\.xmp\.Rating +4\n", told)
        for fact in ("trainedAlgorithmicMedia", 'lang="x-default" A <fox>', "Ann & co"):
            assert fact in told, (path.name, fact)
        if path.suffix in {".jpg", ".webp"}:
            assert TEXTS["plain"] in told
