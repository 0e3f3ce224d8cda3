"""What lies under the sky: sea, snow, forest, mountains, meadow, city, castle."""

from __future__ import annotations

from cartoonmix_desktop.cartoon.brush import ellipse, smooth
from cartoonmix_desktop.cartoon.palette import WHITE, Colour, dark, lit, mix
from cartoonmix_desktop.cartoon.stage import SKIES, Stage


def sea(stage: Stage) -> None:
    """Water to the horizon, with glitter and an island."""
    brush, rng, w, h, y = stage.brush, stage.rng, stage.width, stage.height, stage.horizon
    tones = {
        "day": ((86, 178, 214), (36, 134, 190), (22, 96, 160)),
        "sunset": ((246, 172, 128), (156, 92, 128), (70, 54, 112)),
        "night": ((70, 76, 150), (26, 34, 92), (14, 18, 56)),
        "dark": ((92, 68, 118), (44, 38, 82), (24, 22, 54)),
    }[stage.time]
    stage.brush.fill([(0, y), (w, y), (w, h), (0, h)], *tones)
    x = w * 0.5 + stage.side * w * 0.3
    shine = lit(tones[0], 0.65)
    for _ in range(90):
        t = rng.random() ** 1.5
        wide = rng.uniform(0.01, 0.05) * (0.4 + 2 * t)
        at = x + rng.gauss(0, 0.06 + 0.35 * t) if rng.random() < 0.6 else rng.uniform(0, w)
        line = y + 0.006 + t * (h - y)
        brush.line(
            [(at - wide, line), (at, line - 0.003), (at + wide, line)],
            0.003 + 0.006 * t,
            shine,
            0.5,
        )
    far = stage.hazy((74, 104, 96), 0.45)
    island = [(-0.1, y + 0.004), (0.06 * w, y - 0.06), (0.16 * w, y - 0.035), (0.3 * w, y + 0.004)]
    if stage.side < 0:
        island = [(w - px, py) for px, py in island]
    brush.fill(smooth(island), lit(far, 0.2), far)


def snow(stage: Stage) -> None:
    """Snowy hills with pines."""
    y = stage.horizon
    stage.hills(y - 0.02, 0.14, 5, stage.hazy((196, 214, 240), 0.35), stage.hazy(WHITE, 0.2))
    _pines(stage, y + 0.02, 0.2, 11, (92, 128, 140), snowy=True)
    stage.hills(
        y + 0.06, 0.06, 4, stage.hazy((240, 246, 255), 0.08), stage.hazy((178, 202, 236), 0)
    )
    _pines(stage, y + 0.16, 0.34, 5, (56, 98, 104), snowy=True)
    stage.hills(y + 0.2, 0.05, 4, stage.hazy(WHITE, 0.0), stage.hazy((196, 214, 242), 0))


def _pines(
    stage: Stage, y: float, size: float, count: int, colour: Colour, *, snowy: bool = False
) -> None:
    for i in range(count):
        x = stage.width * (i + stage.rng.uniform(-0.35, 0.35)) / (count - 1)
        high = size * stage.rng.uniform(0.7, 1.2)
        tone = stage.hazy(colour, max(0.0, 0.42 - size))
        for tier in range(4):
            top = y - high * (1 - tier * 0.22)
            low = top + high * 0.4
            wide = high * (0.1 + 0.07 * tier)
            path = smooth(
                [
                    (x, top),
                    (x + wide * 0.5, low - high * 0.1),
                    (x + wide, low),
                    (x, low + high * 0.04),
                    (x - wide, low),
                    (x - wide * 0.5, low - high * 0.1),
                ]
            )
            shape = stage.brush.fill(path, lit(tone, 0.14), dark(tone, 0.25))
            if snowy:
                stage.brush.shade(shape, -high * 0.09, stage.hazy(WHITE, 0.05), 0.85)


def forest(stage: Stage) -> None:
    """Trunks in three depths, light beams and fireflies."""
    brush, rng, w, h = stage.brush, stage.rng, stage.width, stage.height
    if stage.time == "day":
        brush.fill(
            [(0, 0), (w, 0), (w, h), (0, h)], (206, 236, 190), (150, 204, 150), (84, 148, 100)
        )
    for depth in range(3):
        near = depth / 2
        colour = mix((126, 176, 132), (44, 84, 62), near)
        tone = stage.hazy(colour, 0.4 * (1 - near))
        for i in range(7 - depth):
            x = w * (i + rng.uniform(0.1, 0.9)) / (7 - depth)
            wide = 0.022 + 0.03 * near * rng.uniform(0.7, 1.3)
            trunk = stage.hazy(mix((126, 140, 110), (72, 52, 44), near), 0.35 * (1 - near))
            path = [(x - wide, h), (x - wide * 0.5, 0), (x + wide * 0.5, 0), (x + wide, h)]
            shape = brush.fill(path, dark(trunk, 0.2), trunk)
            brush.shade(shape, wide * 0.5, dark(trunk, 0.4), 0.6)
        leaves = [
            ellipse(
                rng.uniform(-0.1, w + 0.1),
                rng.uniform(-0.12, 0.16 + 0.1 * (2 - depth)),
                rng.uniform(0.09, 0.2),
            )
            for _ in range(16)
        ]
        shape = brush.shape(*leaves)
        brush.fill(shape, dark(tone, 0.12), lit(tone, 0.16))
        stage.hills(h * (0.74 + 0.1 * depth), 0.05, 6, lit(tone, 0.12), dark(tone, 0.2))
    for _ in range(4):
        x = rng.uniform(0, w)
        beam = [
            (x, -0.05),
            (x + 0.09, -0.05),
            (x - stage.side * 0.35 + 0.2, h),
            (x - stage.side * 0.35, h),
        ]
        brush.fill(beam, lit(SKIES[stage.time][-1], 0.4), opacity=0.16, blur=0.02)
    for _ in range(26):
        brush.glow(
            rng.uniform(0, w), rng.uniform(0.1, h), rng.uniform(0.006, 0.02), (255, 250, 190), 0.9
        )


def mountains(stage: Stage) -> None:
    """Snow-capped peaks behind a meadow."""
    y, rng, w = stage.horizon, stage.rng, stage.width
    for depth in range(3):
        tone = stage.hazy(mix((126, 142, 190), (66, 92, 96), depth / 2), 0.42 - 0.18 * depth)
        x = -0.2
        while x < w + 0.2:
            wide, high = rng.uniform(0.25, 0.42), rng.uniform(0.16, 0.34) * (1 - 0.22 * depth)
            base = y + 0.1 * depth
            peak = (x + wide * 0.5, base - high)
            path = [(x - wide * 0.4, base + 0.05), peak, (x + wide * 1.4, base + 0.05)]
            stage.brush.fill(path, lit(tone, 0.1), tone)
            away = x + wide * (1.4 if stage.side < 0 else -0.4)
            stage.brush.fill(
                [peak, (x + wide * 0.55, base + 0.05), (away, base + 0.05)], dark(tone, 0.22)
            )
            if depth < 2:
                snow = stage.hazy(WHITE, 0.1)
                drop = high * 0.3
                cap = [peak, (peak[0] + drop * 0.85, peak[1] + drop * 0.9)]
                cap += [
                    (peak[0] + drop * 0.35, peak[1] + drop * 0.72),
                    (peak[0], peak[1] + drop * 1.1),
                ]
                cap += [
                    (peak[0] - drop * 0.4, peak[1] + drop * 0.7),
                    (peak[0] - drop * 0.85, peak[1] + drop * 0.9),
                ]
                stage.brush.fill(cap, snow, mix(snow, tone, 0.25))
            x += wide * rng.uniform(0.7, 1.0)
    stage.hills(y + 0.16, 0.08, 4, stage.hazy((122, 176, 108), 0.1), stage.hazy((60, 118, 84), 0))


def meadow(stage: Stage) -> None:
    """Rolling green with flowers."""
    y, rng, w, h = stage.horizon, stage.rng, stage.width, stage.height
    stage.hills(
        y - 0.02, 0.1, 4, stage.hazy((150, 196, 150), 0.4), stage.hazy((120, 178, 120), 0.2)
    )
    stage.hills(y + 0.05, 0.08, 3, stage.hazy((142, 202, 104), 0.08), stage.hazy((86, 158, 86), 0))
    stage.hills(y + 0.14, 0.05, 4, stage.hazy((118, 186, 84), 0), stage.hazy((54, 122, 70), 0))
    petals = ((255, 120, 140), (255, 214, 96), WHITE, (190, 140, 240), (255, 160, 92))
    for _ in range(60):
        t = rng.random()
        x, at, size = rng.uniform(0, w), y + 0.16 + t * (h - y - 0.16), 0.005 + 0.012 * t
        stage.brush.line(
            [(x, at), (x + 0.004, at + size * 4)], size * 0.5, stage.hazy((58, 124, 66), 0)
        )
        stage.brush.fill(ellipse(x, at, size * 1.2, size), stage.hazy(rng.choice(petals), 0.05))


def city(stage: Stage) -> None:
    """A skyline behind a street."""
    rng, w, h, y = stage.rng, stage.width, stage.height, stage.horizon
    glows = stage.time != "day"
    for depth in range(3):
        tone = stage.hazy(mix((150, 168, 206), (74, 82, 122), depth / 2), 0.4 - 0.17 * depth)
        x = -0.05
        while x < w:
            wide = rng.uniform(0.07, 0.14)
            top = y - rng.uniform(0.1, 0.42) * (1.1 - 0.2 * depth) + 0.08 * depth
            block = [(x, top), (x + wide, top), (x + wide, h), (x, h)]
            stage.brush.fill(block, lit(tone, 0.1), dark(tone, 0.15))
            pane = 0.013
            for row in range(int((h - top) / (pane * 2.4))):
                for column in range(int(wide / (pane * 1.9))):
                    if rng.random() < 0.45:
                        px, py = x + 0.012 + column * pane * 1.9, top + 0.018 + row * pane * 2.4
                        shines = rng.choice(((255, 214, 120), (255, 190, 96), (190, 226, 255)))
                        colour = mix(tone, shines, 0.85 if glows else 0.3)
                        stage.brush.block(px, py, pane, pane, colour)
            x += wide + rng.uniform(0, 0.02)
    road = stage.hazy((96, 98, 112), 0.12)
    stage.slab([(-0.2, h * 0.86), (w / 2, h * 0.855), (w + 0.2, h * 0.86)], lit(road, 0.1), road)
    kerb = [(-0.1, h * 0.862), (w / 2, h * 0.857), (w + 0.1, h * 0.862)]
    stage.brush.line(kerb, 0.014, lit(road, 0.35), start=1, end=1)
    for k in range(int(w / 0.2) + 1):
        dash = [(k * 0.2, h * 0.945), (k * 0.2 + 0.05, h * 0.945), (k * 0.2 + 0.1, h * 0.945)]
        stage.brush.line(dash, 0.012, lit(road, 0.6), start=1, end=1)
    if glows:
        for _ in range(14):
            colour = rng.choice(((255, 180, 90), (255, 110, 150), (120, 190, 255)))
            stage.brush.glow(
                rng.uniform(0, w), rng.uniform(y, h), rng.uniform(0.03, 0.09), colour, 0.5
            )


def castle(stage: Stage) -> None:
    """Towers on a hill."""
    brush, w, y = stage.brush, stage.width, stage.horizon
    stage.hills(y, 0.14, 4, stage.hazy((134, 160, 176), 0.4), stage.hazy((96, 132, 130), 0.25))
    place = brush.at(w * (0.5 - stage.side * 0.22), y + 0.04, 0.42)
    wall, roof = stage.hazy((222, 208, 214), 0.12), stage.hazy((92, 108, 186), 0.05)
    for x, wide, high in (
        (-0.5, 0.2, 0.6),
        (0.5, 0.22, 0.7),
        (-0.24, 0.18, 0.9),
        (0.26, 0.16, 1.0),
        (0, 0.24, 1.25),
    ):
        tower = [
            (x - wide / 2, 0.4),
            (x - wide / 2, -high),
            (x + wide / 2, -high),
            (x + wide / 2, 0.4),
        ]
        place.fill(tower, lit(wall, 0.2), dark(wall, 0.18), volume=0.05)
        place.fill(
            [(x - wide * 0.68, -high), (x, -high - wide * 1.9), (x + wide * 0.68, -high)],
            lit(roof, 0.2),
            dark(roof, 0.2),
            volume=0.05,
        )
        shines = (255, 214, 130) if stage.time != "day" else dark(wall, 0.5)
        for k in range(2):
            place.fill(ellipse(x, -high + 0.16 + k * 0.24, 0.025, 0.045), shines)
    stage.hills(y + 0.1, 0.06, 4, stage.hazy((112, 170, 104), 0.1), stage.hazy((58, 118, 86), 0))
