"""Scarf, hats, jewelry and glasses, in head units: the face is two wide, its chin at 1.2."""

from __future__ import annotations

import math

from cartoonmix_desktop.cartoon.brush import Brush, Path, ellipse, ribbon, smooth, trace
from cartoonmix_desktop.cartoon.palette import GOLD, WHITE, Colour, dark, lit


def scarf(brush: Brush, colour: Colour) -> None:
    """A scarf around the neck with one end hanging."""
    tail = [(0.42, 1.5), (0.62, 2.1), (0.56, 2.9)]
    shape = brush.fill(
        ribbon(tail, 0.5, start=0.8, end=0.9), colour, dark(colour, 0.15), volume=0.08
    )
    for k in range(3):
        y = 2.3 + 0.2 * k
        brush.fill(
            [(0.2, y), (0.95, y + 0.03), (0.95, y + 0.1), (0.2, y + 0.07)],
            lit(colour, 0.6),
            clip=shape,
        )
    wrap = smooth(trace("-0.82,1.2 0,1.46 0.82,1.2 0.9,1.55 0,1.9 -0.9,1.55"))
    shape = brush.fill(wrap, lit(colour, 0.14), dark(colour, 0.14), volume=0.12)
    for k in range(4):
        fold = [(-0.8, 1.28 + 0.09 * k), (0, 1.55 + 0.09 * k), (0.8, 1.28 + 0.09 * k)]
        brush.fill(ribbon(fold, 0.03), dark(colour, 0.35), clip=shape, opacity=0.5)


def wizard_hat(brush: Brush, colour: Colour) -> None:
    """A pointed hat with a bent tip."""
    cone = smooth(
        trace(
            "-0.98,-1.02 -0.78,-1.75 -0.45,-2.4 0.1,-2.95 0.62,-2.9 0.5,-2.7 "
            "0.62,-2.2 0.9,-1.6 1,-1.02 0,-0.86"
        )
    )
    shape = brush.fill(cone, lit(colour, 0.14), colour, dark(colour, 0.15), volume=0.16)
    for x, y, size in (
        (-0.25, -2.05, 0.13),
        (0.35, -1.75, 0.1),
        (0.05, -2.5, 0.08),
        (-0.55, -1.6, 0.07),
    ):
        brush.fill(star(x, y, size), (255, 226, 130), clip=shape)
    brim = smooth(trace("-1.75,-0.86 -1,-1.14 0,-1.2 1,-1.14 1.75,-0.86 1,-0.72 0,-0.66 -1,-0.72"))
    brush.fill(brim, lit(colour, 0.2), dark(colour, 0.2), volume=0.09)
    band = ribbon([(-0.96, -1.22), (0, -1.06), (0.97, -1.22)], 0.24, start=0.9, end=0.9)
    brush.fill(band, GOLD, dark(GOLD, 0.25), volume=0.04)


def crown(brush: Brush) -> None:
    """A small golden crown."""
    points: Path = trace(
        "-0.62,-1.28 -0.72,-1.78 -0.4,-1.52 -0.22,-1.92 0,-1.56 0.22,-1.92 "
        "0.4,-1.52 0.72,-1.78 0.62,-1.28 0,-1.16"
    )
    brush.fill(points, lit(GOLD, 0.5), GOLD, dark(GOLD, 0.2), volume=0.07)
    for x, y in ((-0.72, -1.8), (-0.22, -1.94), (0.22, -1.94), (0.72, -1.8)):
        brush.fill(ellipse(x, y, 0.07), WHITE, (230, 210, 230))
    brush.fill(ellipse(0, -1.34, 0.09), (250, 120, 150), (190, 30, 80))


def jewelry(brush: Brush, *, necklace: bool = True) -> None:
    """Earrings and a necklace."""
    for side in (-1, 1):
        brush.fill(ellipse(side * 1.02, 0.5, 0.05), GOLD)
        drop = smooth(
            [(side * 1.03, 0.54), (side * 1.1, 0.76), (side * 1.03, 0.86), (side * 0.96, 0.76)]
        )
        brush.fill(drop, lit(GOLD, 0.6), dark(GOLD, 0.1), volume=0.03)
        brush.glow(side * 1.0, 0.72, 0.05, WHITE, 0.9)
    if necklace:
        brush.line(trace("-0.6,1.62 -0.35,2 0,2.16 0.35,2 0.6,1.62"), 0.05, GOLD, start=1, end=1)
        brush.fill(ellipse(0, 2.24, 0.11, 0.13), lit(GOLD, 0.5), dark(GOLD, 0.15))
        brush.fill(ellipse(0, 2.24, 0.07, 0.085), (255, 170, 210), (196, 60, 140))
        brush.glow(-0.03, 2.2, 0.04, WHITE, 1)


def glasses(brush: Brush) -> None:
    """Round glasses."""
    for side in (-1, 1):
        for size, colour, opacity in ((0.4, (52, 44, 56), 1.0), (0.36, WHITE, 0.0)):
            if opacity:
                rim = ellipse(side * 0.44, 0.16, size)
                brush.fill(
                    [*rim, rim[0], *reversed(ellipse(side * 0.44, 0.16, size - 0.045)), rim[0]],
                    colour,
                )
        brush.fill(ellipse(side * 0.44, 0.16, 0.35), WHITE, opacity=0.1)
        brush.line(
            [(side * 0.84, 0.12), (side * 0.95, 0.1), (side * 1.03, 0.1)],
            0.045,
            (52, 44, 56),
            start=1,
            end=1,
        )
    brush.line([(-0.06, 0.1), (0, 0.07), (0.06, 0.1)], 0.045, (52, 44, 56), start=1, end=1)


def star(x: float, y: float, size: float) -> Path:
    """A star of five points."""
    return [
        (
            x + size * (1 if k % 2 == 0 else 0.45) * math.sin(k * math.pi / 5),
            y - size * (1 if k % 2 == 0 else 0.45) * math.cos(k * math.pi / 5),
        )
        for k in range(10)
    ]
