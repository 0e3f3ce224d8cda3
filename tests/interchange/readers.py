"""Run by the Python of an environment that holds other programs' readers; it knows nothing of ours.

``python readers.py FOLDER`` prints, by reader and file, what each says of the pictures there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import piexif
import piexif.helper
from PIL import Image
from sd_parsers import ParserManager
from sd_prompt_reader.image_data_reader import ImageDataReader

PHOTO = ("rating", "tags", "source", "title", "creator")
_read: list[Image.Image] = []  # sd-parsers takes two pictures at one address for the same
_EXIFTOOL = ("Rating", "Subject", "DigitalSourceType", "Title", "Creator")
_EXIV2 = (
    *("Xmp.xmp.Rating", "Xmp.dc.subject", "Xmp.iptcExt.DigitalSourceType"),
    *("Xmp.dc.title", "Xmp.dc.creator"),
)


def output_of(*command: str) -> str:
    """What a program prints; empty when it refuses."""
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace")


def by_sd_parsers(path: Path) -> dict[str, object]:
    """Its first sampler, and what it has of the rest."""
    _read.append(Image.open(path))
    told = ParserManager().parse(_read[-1])
    if told is None:
        return {}
    sampler = told.samplers[0]
    return {
        "prompt": "".join(prompt.value for prompt in sampler.prompts),
        "negative": "".join(prompt.value for prompt in sampler.negative_prompts),
        "steps": sampler.parameters.get("steps"),
        "scale": sampler.parameters.get("cfg_scale"),
        "seed": sampler.parameters.get("seed"),
        "sampler": sampler.name,
        "size": told.metadata.get("Size"),
        "model": sampler.model.name if sampler.model else None,
    }


def by_sd_prompt_reader(path: Path) -> dict[str, object]:
    """What its window shows."""
    told = ImageDataReader(str(path))
    return {
        "prompt": told.positive,
        "negative": told.negative,
        **{name: told.parameter[name] for name in ("steps", "seed", "sampler", "size", "model")},
        "scale": told.parameter["cfg"],
    }


def by_piexif(path: Path) -> dict[str, object]:
    """As A1111, Forge and Infinite Image Browsing: Pillow finds the block, piexif the comment."""
    with Image.open(path) as image:
        comment = piexif.load(image.info["exif"])["Exif"][piexif.ExifIFD.UserComment]
    return {"text": piexif.helper.UserComment.load(comment)}


def by_exiftool(path: Path) -> dict[str, object]:
    """Its names, in its own words."""
    [told] = json.loads(output_of("exiftool", "-json", "-struct", str(path)))
    said = {name: told.get(key) for name, key in zip(PHOTO, _EXIFTOOL, strict=True)}
    said["creator"] = "".join(said["creator"] or [])
    return {"text": told.get("Parameters") or told.get("UserComment"), **said}


def by_exiv2(path: Path) -> dict[str, object]:
    """One key after the other: a text may hold anything, also what looks like the next."""

    def value(key: str) -> str:
        return output_of("exiv2", "-K", key, "-Pt", str(path)).removesuffix("\n")

    said: dict[str, object] = {n: value(k) for n, k in zip(PHOTO, _EXIV2, strict=True)}
    said |= {
        "rating": int(value(_EXIV2[0]) or 0),
        "tags": value(_EXIV2[1]).split(", "),
        "title": value(_EXIV2[3]).removeprefix('lang="x-default" '),
    }
    if path.suffix != ".png":  # it reads no texts of a PNG
        said["text"] = value("Exif.Photo.UserComment").removeprefix("charset=Unicode ")
    return said


def by_imagemagick(path: Path) -> dict[str, object]:
    """The comment in EXIF is a row of numbers to it, whoever wrote it: they are put together."""
    if path.suffix == ".png":
        return {"text": output_of("identify", "-format", "%[parameters]", str(path))}
    numbers = output_of("identify", "-format", "%[EXIF:UserComment]", str(path))
    return {"text": bytes(map(int, numbers.split(", ")))[8:].decode("utf-16-be")}


READERS = {
    "sd-parsers": by_sd_parsers,
    "sd-prompt-reader": by_sd_prompt_reader,
    "piexif": by_piexif,
    "exiftool": by_exiftool,
    "exiv2": by_exiv2,
    "ImageMagick": by_imagemagick,
}


def main() -> None:
    """Each reader before each file; what it raises is what it says."""
    exiv2 = output_of("exiv2", "--version").split()
    magick = output_of("identify", "-version").split()
    said: dict[str, dict[str, object]] = {
        "versions": {
            "exiftool": output_of("exiftool", "-ver").strip(),
            "exiv2": exiv2[1] if len(exiv2) > 1 else "",
            "ImageMagick": magick[2] if len(magick) > 2 else "",
        }
    }
    for name, read in READERS.items():
        for path in sorted(Path(sys.argv[1]).iterdir()):
            if name == "piexif" and path.suffix == ".png":
                continue
            try:
                told = read(path)
            except Exception as error:  # noqa: BLE001  it is their code
                told = {"raised": f"{type(error).__name__}: {error}"}
            said.setdefault(name, {})[path.name] = told
    print(json.dumps(said, default=str))  # noqa: T201


if __name__ == "__main__":
    main()
