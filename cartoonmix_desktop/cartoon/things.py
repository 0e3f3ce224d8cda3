"""Things that stand in a scene: lighthouse, ship, house, car, flower and tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon.brush import Brush, Path, ellipse, ribbon, smooth, trace
from cartoonmix_desktop.cartoon.palette import CLOTH, WHITE, Colour, dark, lit, mix

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from cartoonmix_desktop.cartoon.words import Wish

_WOOD: Colour = (134, 90, 62)
_LEAF: Colour = (92, 168, 84)
_GLASS: Colour = (176, 220, 242)
_WARM: Colour = (255, 226, 140)

PLACES = {
    "lighthouse": "sea",
    "ship": "sea",
    "house": "meadow",
    "car": "city",
    "flower": "meadow",
    "tree": "meadow",
}
"""Where each stands when the prompt does not say."""


def draw(brush: Brush, wish: Wish, rng: random.Random, *, glows: bool) -> None:
    """Draw the thing that the prompt names.

    Args:
        brush: origin where it stands, one unit its height.
        wish: of the prompt.
        rng: makes them differ.
        glows: whether it is dark enough for lights.
    """
    likely = rng.choice(("red", "teal", "blue", "orange", "crimson"))
    colour = wish.colour or CLOTH[likely]
    table: dict[str, Callable[[Brush, Colour, random.Random, bool], None]] = {
        "lighthouse": _lighthouse,
        "ship": _ship,
        "house": _house,
        "car": _car,
        "flower": _flower,
        "tree": _tree,
    }
    table[wish.subject](brush, colour, rng, glows)


def _lighthouse(brush: Brush, colour: Colour, rng: random.Random, glows: bool) -> None:
    rock: Colour = (118, 104, 108)
    for x, y, wide, high in (
        (0.0, 0.06, 0.5, 0.15),
        (-0.3, 0.1, 0.22, 0.1),
        (0.28, 0.1, 0.28, 0.11),
    ):
        boulder = [
            (x - wide, y + 0.04),
            (x - wide * 0.7, y - high * 0.6),
            (x - wide * 0.1, y - high),
        ]
        boulder += [(x + wide * 0.6, y - high * 0.7), (x + wide, y + 0.04), (x, y + 0.12)]
        brush.fill(smooth(boulder, detail=4), lit(rock, 0.2), dark(rock, 0.3), volume=0.03)
    grass = trace("-0.36,-0 -0.1,-0.1 0.2,-0.1 0.38,-0.01 0.1,0.03 -0.2,0.03")
    brush.fill(smooth(grass), lit(_LEAF, 0.25), dark(_LEAF, 0.15), volume=0.02)
    cottage = trace("0.08,-0.04 0.08,-0.2 0.34,-0.2 0.34,-0.02")
    brush.fill(cottage, (250, 244, 232), (214, 200, 196), volume=0.02)
    brush.fill(
        [(0.04, -0.19), (0.21, -0.31), (0.38, -0.19)],
        lit(colour, 0.1),
        dark(colour, 0.2),
        volume=0.02,
    )
    brush.fill(ellipse(0.25, -0.12, 0.025, 0.035), _WARM if glows else dark(_GLASS, 0.3))
    tower: Path = trace("-0.15,-0.03 -0.09,-0.76 0.09,-0.76 0.15,-0.03")
    body = brush.fill(tower, (252, 248, 240), (226, 216, 216))
    for k in range(3):
        y = -0.2 - 0.22 * k
        brush.fill(
            [(-0.2, y), (0.2, y + 0.03), (0.2, y - 0.08), (-0.2, y - 0.11)],
            lit(colour, 0.08),
            colour,
            clip=body,
        )
    brush.shade(body, 0.09, dark(colour, 0.6), 0.4)
    for y in (-0.34, -0.57):
        brush.fill(ellipse(0, y, 0.022, 0.034), _WARM if glows else (70, 84, 116))
    brush.fill(trace("-0.055,-0.03 -0.055,-0.12 0.055,-0.12 0.055,-0.03"), _WOOD, dark(_WOOD, 0.3))
    brush.fill(trace("-0.13,-0.76 -0.13,-0.79 0.13,-0.79 0.13,-0.76"), dark(colour, 0.35))
    for side in (-1, 1):
        beam = [(0, -0.86), (side * 2.2, -1.14), (side * 2.2, -0.7)]
        brush.fill(beam, (255, 244, 190), opacity=0.34 if glows else 0.12, blur=0.02)
    brush.fill(
        trace("-0.075,-0.79 -0.075,-0.92 0.075,-0.92 0.075,-0.79"), (255, 250, 210), (255, 214, 110)
    )
    for k in (-1, 0, 1):
        brush.line(
            [(k * 0.05, -0.79), (k * 0.05, -0.85), (k * 0.05, -0.92)],
            0.01,
            (60, 50, 62),
            start=1,
            end=1,
        )
    brush.glow(0, -0.86, 0.3 if glows else 0.16, (255, 240, 170), 0.9)
    brush.fill(
        smooth(trace("-0.11,-0.915 -0.05,-0.98 0,-1.03 0.05,-0.98 0.11,-0.915 0,-0.9")),
        lit(colour, 0.2),
        dark(colour, 0.25),
        volume=0.02,
    )
    for _ in range(4):
        x, y, size = rng.uniform(-0.9, 0.9), rng.uniform(-1.0, -0.45), rng.uniform(0.03, 0.05)
        for side in (-1, 1):
            brush.line(
                [
                    (x, y),
                    (x + side * size * 0.6, y - size * 0.5),
                    (x + side * size * 1.3, y - size * 0.1),
                ],
                0.012,
                (250, 250, 252),
                start=0.8,
            )


def _ship(brush: Brush, colour: Colour, rng: random.Random, glows: bool) -> None:
    at = brush.at(0, 0, 1, rng.uniform(-4, 4))
    at.line([(0, -0.08), (0, -0.5), (0, -0.98)], 0.026, dark(_WOOD, 0.15), start=1, end=1)
    main = trace("0.03,-0.94 0.34,-0.62 0.5,-0.2 0.25,-0.16 0.03,-0.17")
    at.fill(
        smooth([(0.03, -0.94), *main[1:]], detail=6), (255, 252, 244), (232, 218, 214), volume=0.05
    )
    fore = trace("-0.03,-0.88 -0.24,-0.56 -0.4,-0.2 -0.2,-0.17 -0.03,-0.18")
    at.fill(smooth(fore, detail=6), lit(colour, 0.15), dark(colour, 0.12), volume=0.05)
    at.fill([(0, -0.98), (0.16, -0.95), (0, -0.9)], lit(colour, 0.1), dark(colour, 0.1))
    hull = smooth(
        trace(
            "-0.52,-0.13 -0.3,-0.1 0,-0.09 0.3,-0.1 0.55,-0.15 0.42,0.06 "
            "0.2,0.12 -0.22,0.12 -0.42,0.04"
        )
    )
    shape = at.fill(hull, lit(_WOOD, 0.2), _WOOD, dark(_WOOD, 0.35), volume=0.05)
    at.fill(
        ribbon([(-0.54, -0.1), (0, -0.05), (0.56, -0.12)], 0.045, start=1, end=1), WHITE, clip=shape
    )
    for k in range(4):
        at.fill(ellipse(-0.27 + 0.18 * k, 0.01, 0.028), _WARM if glows else (70, 60, 72))
    for k in range(5):
        wave = [(-0.62 + 0.26 * k, 0.1), (-0.5 + 0.26 * k, 0.06), (-0.36 + 0.26 * k, 0.11)]
        brush.line(wave, 0.04, (236, 248, 252), 0.85)


def _house(brush: Brush, colour: Colour, rng: random.Random, glows: bool) -> None:
    brush = brush.at(0, 0, 0.86)
    wall: Colour = (252, 240, 216)
    brush.fill(ellipse(0, 0.02, 0.62, 0.06), (40, 70, 50), opacity=0.4, blur=0.03)
    brush.fill(
        trace("0.2,-0.72 0.2,-1 0.33,-1 0.33,-0.6"), (176, 110, 96), (130, 76, 74), volume=0.02
    )
    for k in range(4):
        brush.glow(0.28 + 0.05 * k, -1.1 - 0.11 * k, 0.08 + 0.025 * k, (246, 244, 250), 0.65)
    brush.fill(trace("-0.45,0 -0.45,-0.45 0.45,-0.45 0.45,0"), wall, dark(wall, 0.16), volume=0.05)
    brush.fill([(-0.45, -0.44), (0, -0.86), (0.45, -0.44)], wall, volume=0.03)
    for side in (-1, 1):
        eave = smooth(
            [
                (side * 0.62, -0.38),
                (side * 0.3, -0.7),
                (0, -0.98),
                (0, -0.84),
                (side * 0.28, -0.58),
                (side * 0.52, -0.34),
            ],
            detail=4,
        )
        brush.fill(eave, lit(colour, 0.18), dark(colour, 0.2), volume=0.04)
    pane = _WARM if glows else _GLASS
    for x, y, size in ((-0.27, -0.24, 0.09), (0.27, -0.24, 0.09), (0, -0.58, 0.075)):
        if glows:
            brush.glow(x, y, 0.24, (255, 200, 100), 0.6)
        brush.fill(
            [
                (x - size, y - size),
                (x + size, y - size),
                (x + size, y + size),
                (x - size, y + size),
            ],
            lit(pane, 0.4),
            pane,
        )
        brush.line([(x, y - size), (x, y), (x, y + size)], 0.016, WHITE, start=1, end=1)
        brush.line([(x - size, y), (x, y), (x + size, y)], 0.016, WHITE, start=1, end=1)
        brush.line(
            [(x - size * 1.3, y + size), (x, y + size), (x + size * 1.3, y + size)],
            0.035,
            _WOOD,
            start=1,
            end=1,
        )
        for k in range(4):
            petal = rng.choice(((250, 120, 150), (255, 210, 90), (200, 130, 240)))
            brush.fill(ellipse(x - size + k * size * 0.66, y + size - 0.02, 0.022), petal)
    door = smooth(trace("-0.085,0 -0.085,-0.2 0,-0.28 0.085,-0.2 0.085,0"), detail=5)
    brush.fill(door, lit(colour, 0.05), dark(colour, 0.3), volume=0.02)
    brush.fill(ellipse(0.05, -0.12, 0.012), (255, 220, 130))
    for x in (-0.52, -0.4, 0.42, 0.55):
        brush.fill(ellipse(x, -0.05, 0.11, 0.1), lit(_LEAF, 0.3), dark(_LEAF, 0.2), volume=0.04)


def _car(brush: Brush, colour: Colour, rng: random.Random, glows: bool) -> None:
    at = brush.at(0, 0, 0.84, rng.uniform(-1, 1))
    at.fill(ellipse(0, 0.0, 0.72, 0.05), (20, 18, 34), opacity=0.6, blur=0.03)
    for x in (-0.38, 0.4):
        at.fill(ellipse(x, -0.1, 0.15), (44, 42, 54), (22, 20, 30))
    body = smooth(
        trace(
            "-0.7,-0.14 -0.7,-0.32 -0.5,-0.42 -0.34,-0.64 -0.04,-0.72 0.24,-0.64 "
            "0.4,-0.42 0.64,-0.35 0.72,-0.2 0.66,-0.09 0,-0.07 -0.62,-0.08"
        )
    )
    at.fill(body, lit(colour, 0.35), colour, dark(colour, 0.28), volume=0.08)
    for pane in (
        trace("-0.3,-0.42 -0.23,-0.58 -0.06,-0.64 -0.06,-0.42"),
        trace("0,-0.42 0,-0.645 0.2,-0.58 0.3,-0.42"),
    ):
        shape = at.fill(smooth(pane, detail=3), lit(_GLASS, 0.4), dark(_GLASS, 0.25))
        at.fill(
            [
                (pane[0][0], -0.38),
                (pane[0][0] + 0.1, -0.7),
                (pane[0][0] + 0.16, -0.7),
                (pane[0][0] + 0.06, -0.38),
            ],
            WHITE,
            clip=shape,
            opacity=0.5,
        )
    at.line(
        [(-0.03, -0.4), (-0.03, -0.28), (-0.02, -0.1)], 0.012, dark(colour, 0.4), start=1, end=1
    )
    at.line([(0.05, -0.34), (0.09, -0.345), (0.13, -0.34)], 0.022, (230, 230, 238), start=1, end=1)
    for x in (-0.38, 0.4):
        at.fill(ellipse(x, -0.1, 0.13), (58, 56, 68), (30, 28, 38))
        at.fill(ellipse(x, -0.1, 0.075), (236, 238, 244), (140, 144, 158))
        at.fill(ellipse(x, -0.1, 0.03), (96, 98, 112))
    at.fill(ellipse(0.655, -0.27, 0.045, 0.06), (255, 252, 224), (255, 222, 130))
    at.fill(ellipse(-0.69, -0.28, 0.025, 0.05), (236, 70, 70))
    if glows:
        at.fill([(0.68, -0.28), (1.7, -0.42), (1.7, 0.02)], (255, 240, 180), opacity=0.4, blur=0.03)
        at.glow(0.67, -0.27, 0.22, (255, 244, 196), 0.9)
    at.line([(-0.72, -0.13), (0, -0.12), (0.72, -0.14)], 0.04, (222, 224, 232), start=1, end=1)


def _flower(brush: Brush, colour: Colour, rng: random.Random, glows: bool) -> None:
    del glows
    for x, y, size in ((-0.36, -0.5, 0.62), (0.38, -0.42, 0.55), (0.0, -0.74, 1.0)):
        sway = rng.uniform(-0.06, 0.06)
        brush.line(
            [(x * 0.5, 0.1), (x * 0.8 + sway, y * 0.4), (x, y)],
            0.035 * size + 0.012,
            (70, 140, 72),
            start=1,
            end=0.8,
        )
        for side in (-1, 1):
            leaf = [
                (x * 0.7, y * 0.3),
                (x * 0.7 + side * 0.12, y * 0.45),
                (x * 0.7 + side * 0.26, y * 0.4),
            ]
            brush.fill(
                ribbon(leaf, 0.11 * size, start=0.2), lit(_LEAF, 0.2), dark(_LEAF, 0.2), volume=0.02
            )
        at = brush.at(x, y, 0.26 * size, rng.uniform(0, 30))
        petals = 12
        for ring, reach in ((0, 1.0), (1, 0.74)):
            for k in range(petals):
                petal = at.at(0, 0, reach, 360 / petals * (k + ring / 2))
                tone = lit(colour, 0.1 + 0.25 * ring)
                petal.fill(
                    smooth(trace("0,-0.1 0.2,-0.6 0.13,-1 0,-1.08 -0.13,-1 -0.2,-0.6")),
                    lit(tone, 0.25),
                    dark(tone, 0.1),
                    volume=0.06,
                )
        at.fill(ellipse(0, 0, 0.4), (255, 214, 110), (206, 126, 52), volume=0.1)
        for _ in range(26):
            at.fill(
                ellipse(rng.gauss(0, 0.17), rng.gauss(0, 0.17), 0.03),
                mix((255, 238, 170), (150, 84, 40), rng.random()),
            )


def _tree(brush: Brush, colour: Colour, rng: random.Random, glows: bool) -> None:
    del glows
    leaf = (
        colour
        if colour in {CLOTH["pink"], CLOTH["orange"], CLOTH["red"], CLOTH["yellow"]}
        else _LEAF
    )
    brush.fill(ellipse(0, 0.02, 0.5, 0.06), (30, 60, 44), opacity=0.45, blur=0.03)
    trunk = smooth(
        trace(
            "-0.18,0.03 -0.09,-0.1 -0.07,-0.4 -0.16,-0.6 0.16,-0.6 0.07,-0.4 0.09,-0.1 0.2,0.03 0,0"
        )
    )
    brush.fill(trunk, _WOOD, dark(_WOOD, 0.25), volume=0.04)
    for side in (-1, 1):
        brush.line(
            [(0, -0.3), (side * 0.14, -0.48), (side * 0.3, -0.58)],
            0.06,
            dark(_WOOD, 0.1),
            start=1,
            end=0.4,
        )
    crown = trace(
        "0,-0.98 -0.2,-0.9 0.2,-0.9 -0.34,-0.72 0.34,-0.72 0,-0.76 -0.18,-0.62 0.18,-0.62 "
        "-0.28,-0.58 0.28,-0.58"
    )
    for ring, tone in enumerate((dark(leaf, 0.25), leaf, lit(leaf, 0.25))):
        size, pull = 0.2 - 0.045 * ring, 1 - 0.2 * ring
        puffs = []
        for x, y in crown:
            at_x = x * pull + brush.light[0] * 0.06 * ring + rng.uniform(-0.03, 0.03)
            at_y = (
                -0.76 + (y + 0.76) * pull + brush.light[1] * 0.05 * ring + rng.uniform(-0.03, 0.03)
            )
            puffs.append(ellipse(at_x, at_y, size * rng.uniform(0.85, 1.1)))
        shape = brush.fill(brush.shape(*puffs), lit(tone, 0.12), tone)
        brush.shade(shape, 0.06, dark(tone, 0.3), 0.5)
        brush.shade(shape, -0.025, lit(tone, 0.5), 0.5)
    for _ in range(18):
        brush.fill(
            ellipse(
                rng.gauss(0, 0.4), rng.uniform(-1.05, 0.05), 0.012, 0.008, turn=rng.uniform(0, 90)
            ),
            lit(leaf, 0.3),
        )
