"""Places without a sky: a platform, a workshop, a plain backdrop."""

from __future__ import annotations

import math

from cartoonmix_desktop.cartoon.brush import Brush, Path, Point, ellipse, smooth, trace
from cartoonmix_desktop.cartoon.palette import WHITE, Colour, dark, hued, lit, mix
from cartoonmix_desktop.cartoon.sky import stars
from cartoonmix_desktop.cartoon.stage import LIGHTS, SKIES, Light, Stage


def station(stage: Stage) -> Light:
    """A platform with a train and hanging lamps."""
    brush, w, h = stage.brush, stage.width, stage.height
    night = stage.time in {"night", "dark"}
    sky = SKIES[stage.time]
    brush.fill([(0, 0), (w, 0), (w, h), (0, h)], *sky)
    if night:
        stars(stage, 50)
    vx, vy = w * (0.5 + stage.side * 0.12), h * 0.5
    floor = (78, 72, 104) if night else (176, 172, 180)
    brush.fill(
        [(vx, vy), (w * 2, h * 1.25), (-w, h * 1.25)],
        mix(floor, sky[-1], 0.5),
        floor,
        dark(floor, 0.3),
    )
    edge = (250, 208, 92)
    brush.fill([(vx, vy), (vx + w * 0.1, h + 0.1), (vx + w * 0.02, h + 0.1)], dark(edge, 0.1), edge)
    train = (64, 110, 150) if night else (84, 150, 186)
    face = [
        (w + 0.1, h * 0.16),
        (vx + 0.03, vy - 0.035),
        (vx + 0.03, vy + 0.03),
        (w + 0.1, h * 0.9),
    ]
    if stage.side > 0:
        face = [(2 * vx - x, y) for x, y in face]
    brush.fill(face, lit(train, 0.12), train, dark(train, 0.35))
    for i in range(6):
        t0, t1 = 0.1 + i * 0.15, 0.2 + i * 0.15
        pane = [_along(face, t, s) for t, s in ((t0, 0.2), (t1, 0.2), (t1, 0.5), (t0, 0.5))]
        brush.fill(pane, (255, 232, 170) if night else (206, 234, 246))
    roof = (46, 42, 70) if night else (128, 116, 124)
    brush.fill(
        [(vx, vy - 0.05), (w * 1.4, -h * 0.34), (-w * 0.4, -h * 0.34)], dark(roof, 0.1), roof
    )
    for i in range(4):
        t = 0.16 + 0.27 * i
        for side in (-1, 1):
            x, y = vx + side * t * w * 0.56, vy - 0.05 - t * h * 0.34
            size = 0.012 + 0.04 * t
            brush.line([(x, y - size * 3), (x, y)], size * 0.2, (28, 26, 44))
            brush.glow(x, y + size, size * 5.5, (255, 196, 104), 0.75)
            brush.fill(
                [
                    (x - size, y),
                    (x - size * 0.4, y - size * 0.9),
                    (x + size * 0.4, y - size * 0.9),
                    (x + size, y),
                ],
                (40, 40, 60),
            )
            brush.fill(ellipse(x, y + size * 0.2, size * 0.62, size * 0.5), (255, 246, 206))
    return LIGHTS["lamps"] if night else LIGHTS["day"]


def _along(face: Path, t: float, s: float) -> Point:
    """A point on a face given by its four corners: ``t`` across, ``s`` down."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = face
    top, low = (ax + (bx - ax) * t, ay + (by - ay) * t), (dx + (cx - dx) * t, dy + (cy - dy) * t)
    return top[0] + (low[0] - top[0]) * s, top[1] + (low[1] - top[1]) * s


def room(stage: Stage) -> Light:
    """Shelves of books and bottles, a window, candles."""
    brush, rng, w, h = stage.brush, stage.rng, stage.width, stage.height
    brush.fill([(0, 0), (w, 0), (w, h), (0, h)], (52, 34, 54), (92, 56, 58), (60, 36, 46))
    window = w * (0.5 + stage.side * 0.3)
    frame = [
        (window - 0.15, 0.5),
        (window - 0.15, 0.2),
        *_arch(window, 0.2, 0.15),
        (window + 0.15, 0.5),
    ]
    brush.glow(window, 0.3, 0.5, (110, 120, 210), 0.6)
    pane = brush.fill(frame, (24, 28, 84), (74, 76, 150), (140, 110, 170))
    for _ in range(14):
        x, y = window + rng.uniform(-0.14, 0.14), rng.uniform(0.08, 0.45)
        brush.fill(ellipse(x, y, 0.003), WHITE, clip=pane)
    brush.line([(window, 0.04), (window, 0.5)], 0.014, (60, 38, 42), start=1, end=1)
    brush.line([(window - 0.15, 0.27), (window + 0.15, 0.27)], 0.012, (60, 38, 42), start=1, end=1)
    glass = ((96, 210, 160), (222, 96, 160), (110, 160, 240), (246, 190, 84), (170, 120, 230))
    left, right = (0.0, w * 0.6) if stage.side > 0 else (w * 0.4, w)
    for row in range(int(h / 0.27) + 1):
        y = 0.24 + row * 0.27
        x = left + 0.03
        while x < right - 0.03:
            if rng.random() < 0.45:
                _bottle(brush, x, y, rng.uniform(0.8, 1.2), rng.choice(glass))
                x += 0.085
            else:
                wide, high = rng.uniform(0.022, 0.036), rng.uniform(0.1, 0.15)
                cover = rng.choice(
                    ((150, 60, 66), (70, 96, 130), (176, 130, 70), (90, 120, 86), (110, 76, 120))
                )
                brush.fill(
                    [(x, y), (x, y - high), (x + wide, y - high), (x + wide, y)],
                    cover,
                    dark(cover, 0.3),
                )
                x += wide + 0.006
        brush.fill(
            [(left, y), (right, y), (right, y + 0.022), (left, y + 0.022)],
            (138, 88, 62),
            (84, 50, 44),
        )
    for _ in range(7):
        _candle(
            brush, rng.uniform(0.05, w - 0.05), h * rng.uniform(0.5, 0.98), rng.uniform(0.7, 1.3)
        )
    for _ in range(30):
        brush.glow(
            rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.004, 0.014), (255, 214, 140), 0.9
        )
    return LIGHTS["lamps"]


def _arch(x: float, y: float, radius: float) -> Path:
    return [
        (x - radius * math.cos(math.pi * k / 12), y - radius * math.sin(math.pi * k / 12))
        for k in range(13)
    ]


def _bottle(brush: Brush, x: float, y: float, scale: float, colour: Colour) -> None:
    at = brush.at(x + 0.03, y, scale)
    at.glow(0, -0.04, 0.09, colour, 0.5)
    body = smooth(
        trace(
            "-0.012,-0.1 -0.012,-0.075 -0.034,-0.03 -0.024,0 0.024,0 0.034,-0.03 "
            "0.012,-0.075 0.012,-0.1"
        )
    )
    at.fill(body, lit(colour, 0.4), colour, dark(colour, 0.2))
    at.fill(ellipse(-0.014, -0.03, 0.005, 0.014), WHITE, opacity=0.7)
    at.fill(trace("-0.014,-0.115 0.014,-0.115 0.012,-0.095 -0.012,-0.095"), (150, 104, 70))


def _candle(brush: Brush, x: float, y: float, scale: float) -> None:
    at = brush.at(x, y, scale)
    at.glow(0, -0.03, 0.2, (255, 172, 74), 0.75)
    at.fill(trace("-0.018,0 0.018,0 0.018,0.12 -0.018,0.12"), (255, 238, 204), (214, 170, 140))
    at.fill(smooth(trace("0,-0.06 0.012,-0.02 0,0 -0.012,-0.02")), (255, 250, 216), (255, 178, 66))


def studio(stage: Stage, accent: Colour) -> Light:
    """A plain backdrop that answers ``accent``, with soft lights."""
    brush, rng, w, h = stage.brush, stage.rng, stage.width, stage.height
    base = hued(mix(accent, (150, 150, 170), 0.35), rng.choice((0.5, 0.45, 0.55, 0.08, -0.08)))
    if sum(base) < 210:
        base = lit(base, 0.25)
    brush.fill([(0, 0), (w, 0), (w, h), (0, h)], lit(base, 0.25), base, dark(base, 0.38))
    brush.glow(w * 0.5 - stage.side * 0.1, h * 0.4, 0.75, lit(base, 0.75), 0.7)
    for _ in range(18):
        x, y, size = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.02, 0.085)
        tone = lit(hued(base, rng.uniform(-0.07, 0.07)), 0.55)
        brush.fill(ellipse(x, y, size), tone, opacity=rng.uniform(0.1, 0.3), blur=0.004)
    for _ in range(14):
        brush.glow(rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.006, 0.016), WHITE, 0.8)
    return LIGHTS["studio"]
