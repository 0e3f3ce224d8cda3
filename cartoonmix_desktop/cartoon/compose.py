"""One picture: its words read, painted larger than asked, scaled down, graded and marked."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, PngImagePlugin

from cartoonmix_desktop.cartoon import backgrounds, creatures, people, things
from cartoonmix_desktop.cartoon.brush import Brush, Point
from cartoonmix_desktop.cartoon.stage import Stage
from cartoonmix_desktop.cartoon.words import Wish, read

if TYPE_CHECKING:
    from cartoonmix_desktop.cartoon.stage import Light

MARK = "Sandbox drawing"
SOFTWARE = "CartoonMix Desktop sandbox"


def draw(
    prompt: str, negative: str, seed: str, index: int, width: int, height: int, scale: float
) -> bytes:
    """Draw one picture; the same arguments always give the same bytes.

    Args:
        prompt: whose words steer subject, colours, clothes, place and hour.
        negative: words that are not to be drawn.
        seed: any text.
        index: of the picture among its task's samples.
        width: pixels.
        height: pixels.
        scale: guidance; higher is more colourful.

    Returns:
        A PNG file.
    """
    digest = hashlib.sha256(f"{seed}\n{index}\n{prompt}\n{negative}".encode()).digest()
    rng = random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 - drawing, not secrecy
    picture = _paint(read(prompt, negative), rng, width, height)
    picture = ImageEnhance.Color(picture).enhance(min(max(0.94 + scale * 0.02, 0.8), 1.3))
    _mark(picture)
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", SOFTWARE)
    file = io.BytesIO()
    picture.save(file, "PNG", pnginfo=info, compress_level=4)
    return file.getvalue()


def _paint(wish: Wish, rng: random.Random, width: int, height: int) -> Image.Image:
    factor = _oversampling(width, height)
    unit = min(width, height)
    wide, high = width / unit, height / unit
    side = rng.choice((-1, 1))
    time = wish.time or ("night" if wish.place == "room" else "day")
    is_thing = wish.subject in things.PLACES
    if is_thing and not wish.place:
        wish = replace(wish, place=things.PLACES[wish.subject])
    cloth = people.cloth_colour(wish, rng)
    backdrop = Image.new("RGB", (width, height))
    stage = Stage(Brush(backdrop, unit=unit), wide, high, time, side, rng)
    light = backgrounds.paint(stage, wish, wish.hair or wish.colour or cloth)
    if "lighthouse" in wish.extras and not is_thing:
        far = stage.brush.at(wide * (0.5 + side * 0.34), stage.horizon + 0.08, 0.5)
        things.draw(far, replace(wish, subject="lighthouse"), rng, glows=time != "day")
    # A lens that looks at somebody leaves the distance soft.
    backdrop = backdrop.filter(ImageFilter.GaussianBlur(unit * (0.0015 if is_thing else 0.005)))
    size = (round(width * factor), round(height * factor))
    image = backdrop.resize(size, Image.Resampling.BICUBIC)
    silhouette = Image.new("L", image.size)
    scale = unit * factor
    brush = Brush(image, 0, 0, scale, 0, (side * 0.65, -0.75), silhouette)
    if is_thing:
        x, y = wide / 2 - side * wide * rng.uniform(0.02, 0.12), high * rng.uniform(0.86, 0.91)
        brush = brush.at(x, y, min(0.72 * high, 0.72 + 0.2 * (wide - 1)))
        things.draw(brush, wish, rng, glows=time != "day")
    else:
        hat = "hat" in wish.extras
        head = 0.235 if wish.close else rng.uniform(0.175, 0.215)
        head *= 0.84 if hat else 1
        x = wide / 2 + rng.uniform(-0.07, 0.07) * wide
        y = min(high * 0.46, 0.66) + (0.08 if hat else 0)
        brush = brush.at(x, y, head)
        figure = people.draw if wish.subject == "person" else creatures.draw
        figure(brush, wish, cloth, (high - y) / head, rng)
    _light(image, silhouette, light, brush.unit * (0.02 if is_thing else 0.1), brush.light)
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    _vignette(image)
    return image


def _oversampling(width: int, height: int) -> float:
    """How many times larger it is painted, so that edges come out soft."""
    longest = max(width, height)
    if longest <= 160:
        return 4
    if longest <= 320:
        return 3
    return 2 if width * height <= 1_200_000 else 1.5


def _light(
    image: Image.Image, silhouette: Image.Image, light: Light, reach: float, towards: Point
) -> None:
    """Lay the place's light on the subject: its air, and a bright edge towards the source."""
    tinted = ImageChops.multiply(image, Image.new("RGB", image.size, light.tint))
    image.paste(tinted, (0, 0), silhouette)
    moved = Image.new("L", silhouette.size)
    moved.paste(silhouette, (round(-towards[0] * reach), round(-towards[1] * reach)))
    edge = ImageChops.subtract(silhouette, moved).reduce(4)
    edge = edge.filter(ImageFilter.GaussianBlur(reach / 9))
    edge = ImageChops.multiply(edge.resize(image.size, Image.Resampling.BILINEAR), silhouette)
    image.paste(light.rim, (0, 0), edge.point([round(v * 0.85) for v in range(256)]))


def _vignette(image: Image.Image) -> None:
    shade = Image.radial_gradient("L").point([max(0, round((v - 110) * 0.55)) for v in range(256)])
    image.paste((24, 16, 40), (0, 0), shade.resize(image.size, Image.Resampling.BILINEAR))


def _mark(image: Image.Image) -> None:
    """Say in a corner what this is."""
    size = max(7.0, min(image.size) * 0.026)
    font = ImageFont.load_default(size)
    pad = size * 0.6
    left, top, right, bottom = font.getbbox(MARK)
    x, y = image.width - (right - left) - 2 * pad, image.height - (bottom - top) - 2.2 * pad
    layer = Image.new("L", image.size)
    ImageDraw.Draw(layer).rounded_rectangle(
        (x - pad * 0.4, y - pad * 0.4, image.width - pad * 0.6, image.height - pad * 0.6),
        pad * 0.6,
        fill=96,
    )
    image.paste((16, 14, 24), (0, 0), layer)
    ImageDraw.Draw(image).text(
        (x + pad * 0.3, y - top + pad * 0.3), MARK, fill=(240, 240, 246), font=font
    )
