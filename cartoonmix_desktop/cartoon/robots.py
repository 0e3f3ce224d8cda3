"""A friendly robot, in head units: its head is about two wide."""

from __future__ import annotations

from cartoonmix_desktop.cartoon.brush import (
    Brush,
    ellipse,
    ribbon,
    smooth,
    symmetric,
    trace,
)
from cartoonmix_desktop.cartoon.palette import WHITE, Colour, dark, lit


def body(brush: Brush, coat: Colour, eyes: Colour, reach: float) -> None:
    """Neck, trunk and arms."""
    low = max(reach, 3) + 1
    for side in (-1, 1):
        arm = [(side * 1.2, 1.6), (side * 1.65, 2.3), (side * 1.55, low)]
        brush.fill(
            ribbon(arm, 0.34, start=1, end=1),
            dark(coat, 0.35),
            dark(coat, 0.5),
            volume=0.06,
        )
        brush.fill(
            ellipse(side * 1.22, 1.68, 0.42),
            lit(coat, 0.3),
            dark(coat, 0.25),
            volume=0.1,
        )
    for k in range(4):
        brush.fill(ellipse(0, 0.95 + 0.13 * k, 0.36, 0.1), (126, 130, 146), (66, 68, 84))
    right = [(0, 1.3), (0.8, 1.36), (1.12, 1.7), (1.16, 2.6), (1.1, low), (0, low)]
    brush.fill(symmetric(right), lit(coat, 0.35), coat, dark(coat, 0.3), volume=0.16)
    brush.fill(ellipse(0, 2.1, 0.4), dark(coat, 0.5), dark(coat, 0.3), volume=0.05)
    brush.glow(0, 2.1, 0.75, eyes, 0.7)
    brush.fill(ellipse(0, 2.1, 0.27), lit(eyes, 0.75), eyes)
    for side in (-1, 1):
        for y in (1.62, 2.7):
            brush.fill(ellipse(side * 0.82, y, 0.07), (210, 214, 226), (96, 98, 112))


def head(brush: Brush, coat: Colour, eyes: Colour, *, turn: float, glad: bool) -> None:
    """A helmet with a screen for a face."""
    brush.line([(0, -1.0), (0.02, -1.35), (0.0, -1.6)], 0.08, (150, 154, 170), start=1, end=1)
    brush.glow(0, -1.7, 0.4, eyes, 0.8)
    brush.fill(ellipse(0, -1.7, 0.16), lit(eyes, 0.7), eyes)
    for side in (-1, 1):
        brush.fill(
            ellipse(side * 1.2, 0.02, 0.2, 0.34),
            dark(coat, 0.2),
            dark(coat, 0.45),
            volume=0.06,
        )
    right = trace("0,-1.04 0.8,-1 1.16,-0.66 1.22,0 1.16,0.6 0.8,0.92 0,0.96")
    brush.fill(symmetric(right), lit(coat, 0.45), coat, dark(coat, 0.28), volume=0.17)
    visor = trace("0,-0.62 0.7,-0.6 0.94,-0.36 0.96,0.05 0.92,0.42 0.66,0.6 0,0.62")
    front = brush.at(turn * 0.08, 0)
    screen = front.fill(symmetric(visor), (24, 28, 52), (40, 48, 88), volume=0.05)
    for side in (-1, 1):
        eye = front.at(side * 0.42 + turn * 0.06, -0.08)
        eye.glow(0, 0, 0.5, eyes, 0.75, clip=screen)
        if glad:
            eye.line(
                [(-0.2, 0.08), (0, -0.16), (0.2, 0.08)],
                0.13,
                lit(eyes, 0.6),
                start=0.8,
                end=0.8,
            )
        else:
            eye.fill(ellipse(0, 0, 0.18, 0.22), lit(eyes, 0.75), eyes)
            eye.fill(ellipse(-0.06, -0.08, 0.055), WHITE)
    smile = [(-0.2, 0.3), (0, 0.39), (0.2, 0.3)]
    front.line(smile, 0.075, lit(eyes, 0.6), start=0.8, end=0.8)
    sheen = smooth(trace("-0.8,-0.5 -0.3,-0.58 -0.62,0.5 -0.84,0.3"))
    front.fill(sheen, WHITE, clip=screen, opacity=0.12)
