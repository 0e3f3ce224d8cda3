#!/bin/sh
# sd-parsers 0.6 tells the recipe of one JPEG or WebP for that of another, without a word: it keeps
# the last comment that it read under id(image), the address of a picture in memory, and the next
# picture may get the address of one that is gone. Whoever reads a folder in a loop, as its readme
# shows, gets some prompts, negative prompts and seeds twice, and others never. Pictures that are
# kept alive until the end are read right.
# Exits 0 as long as that is so: of 4,000 times that one is read some tell another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    sd-parsers==0.6 piexif==1.1.3 pillow==12.0.0
cat > "$folder/read.py" <<'PY'
import sys
from pathlib import Path

import piexif
import piexif.helper
from PIL import Image
from sd_parsers import ParserManager

folder, manager = Path(sys.argv[1]), ParserManager()
for number in range(400):
    text = f"fox {number}\nSteps: 9, Sampler: Euler, CFG scale: 7, Seed: {number}, Size: 8x8"
    comment = piexif.helper.UserComment.dump(text, encoding="unicode")
    exif = piexif.dump({"Exif": {piexif.ExifIFD.UserComment: comment}})
    Image.new("RGB", (8, 8)).save(folder / f"{number}.jpg", exif=exif)


def prompt_of(picture):
    return manager.parse(picture).samplers[0].prompts[0].value


left, things = 0, []
for number in range(4_000):
    things += [{} for _ in range(number % 7)]  # a program that does other things as well
    left += prompt_of(folder / f"{number % 400}.jpg") != f"fox {number % 400}"
alive = [Image.open(folder / f"{number}.jpg") for number in range(400)]
kept = sum(prompt_of(image) != f"fox {number}" for number, image in enumerate(alive))
print(f"told as another: {left} of 4,000 read one after the other, {kept} of 400 kept alive")
sys.exit(left == 0 or kept > 0)
PY
"$folder/venv/bin/python" "$folder/read.py" "$folder"
