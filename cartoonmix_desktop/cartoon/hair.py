"""Hair: what hangs behind the head, and what falls over it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon.brush import (
    Brush,
    Path,
    Point,
    Shape,
    ellipse,
    lock,
    ribbon,
    smooth,
    symmetric,
    trace,
)
from cartoonmix_desktop.cartoon.palette import Colour, dark, lit, mix

if TYPE_CHECKING:
    import random

LONG = ("long", "wavy", "ponytail", "twintails", "bun", "bob", "curly")
SHORT = ("short", "quiff", "curly")


@dataclass(frozen=True, slots=True)
class Hair:
    """One head of hair, in head units: the face is two wide, its chin at 1.2.

    Attributes:
        style: one of `LONG` or `SHORT`.
        colour: at the roots.
        tips: at the ends.
        part: where it parts, -0.5 to 0.5.
        sway: how far ends drift sideways.
        rng: makes locks differ.
    """

    style: str
    colour: Colour
    tips: Colour
    part: float
    sway: float
    rng: random.Random

    @property
    def _tones(self) -> tuple[Colour, ...]:
        return lit(self.colour, 0.06), self.colour, mix(self.colour, self.tips, 0.55), self.tips

    def behind(self, brush: Brush) -> None:
        """What is drawn before neck and body."""
        if self.style == "ponytail":
            self._tail(brush, 0.55, -1.2, 1 if self.part < 0 else -1)
        elif self.style == "twintails":
            self._tail(brush, 0.95, -0.75, 1)
            self._tail(brush, 0.95, -0.75, -1)
        elif self.style == "bun":
            self._knot(brush)
        shape = brush.fill(self._back(), *(dark(tone, 0.24) for tone in self._tones), volume=0.12)
        if self.style in {"long", "wavy"} and shape:
            for _ in range(14):
                x = self.rng.uniform(-1.3, 1.3)
                spine = [
                    (x * 0.5, -1.2),
                    (x, 0.2),
                    (x * 1.04 + self.sway * 0.4, 1.6),
                    (x * 0.9 + self.sway, 3),
                ]
                tone = self.rng.choice((lit(self.colour, 0.16), dark(self.tips, 0.42)))
                brush.fill(ribbon(spine, 0.1), tone, clip=shape, opacity=0.35)

    def before(self, brush: Brush, face: Shape | None, skin_shadow: Colour) -> None:
        """What is drawn over the face."""
        locks = self._locks()
        for path, _ in locks:
            low = [(x * 0.98, y + 0.1) for x, y in path]
            brush.fill(low, skin_shadow, clip=face, opacity=0.5)
        cap = brush.fill(self._cap(), lit(self.colour, 0.1), self.colour, volume=0.1)
        if self.style == "curly":
            self._curls(brush)
            return
        if self.style == "quiff":
            locks = locks[::-1]
        self._strands(brush, cap)
        if self.style in {"long", "wavy"}:
            self._over_shoulders(brush)
        for path, tone in locks:
            self._lock(brush, path, tone)
        self._shine(brush)

    def _lock(self, brush: Brush, path: Path, tone: float) -> None:
        base = mix(self.colour, (255, 240, 220), 0.05 + 0.05 * tone)
        end = mix(self.colour, self.tips, 0.6)
        shape = brush.fill(path, lit(base, 0.06), base, dark(end, 0.06), volume=0.07)
        brush.shade(shape, -0.035, lit(base, 0.5), 0.5)

    # --- outlines --------------------------------------------------------------------------------

    def _cap(self) -> Path:
        return symmetric(
            trace("0,-1.7 0.5,-1.6 0.92,-1.28 1.14,-0.8 1.18,-0.25 1.08,0.3")
            + trace("0.97,0.05 0.92,-0.45 0.6,-0.78 0,-0.9")
        )

    def _back(self) -> Path:
        s = self.sway
        if self.style == "long":
            right = [
                (1.24, -0.85),
                (1.36, 0),
                (1.4, 0.9),
                (1.46 + s, 1.9),
                (1.3 + s, 2.9),
                (0.9 + s, 3.35),
                (0.4 + s, 3.1),
            ]
            left = [
                (-0.3 + s, 3.2),
                (-0.85 + s, 3.4),
                (-1.25 + s, 2.85),
                (-1.44 + s, 1.9),
                (-1.4, 0.9),
                (-1.36, 0),
                (-1.24, -0.85),
            ]
            return smooth(
                [
                    (0, -1.7),
                    (0.52, -1.6),
                    (0.96, -1.28),
                    *right,
                    *left,
                    (-0.96, -1.28),
                    (-0.52, -1.6),
                ]
            )
        if self.style == "wavy":
            right = [
                (1.28, -0.8),
                (1.5, 0),
                (1.38, 0.7),
                (1.66, 1.4),
                (1.5 + s, 2.1),
                (1.7 + s, 2.7),
                (1.1 + s, 3.1),
                (0.5, 2.9),
            ]
            left = [(x * -1 + 2 * s * (y > 2), y) for x, y in reversed(right)]
            return smooth(
                [
                    (0, -1.72),
                    (0.54, -1.62),
                    (1.0, -1.28),
                    *right,
                    *left,
                    (-1.0, -1.28),
                    (-0.54, -1.62),
                ]
            )
        if self.style == "bob":
            return symmetric(
                trace(
                    "0,-1.7 0.52,-1.6 0.98,-1.26 1.26,-0.78 1.38,0 1.42,0.75 1.2,1.28 0.7,1.2 0,1.1"
                )
            )
        if self.style == "curly":
            return symmetric(trace("0,-1.5 0.9,-1.3 1.25,-0.7 1.28,0 1.05,0.5 0.5,0.7 0,0.7"))
        return symmetric(
            trace("0,-1.68 0.5,-1.58 0.94,-1.24 1.18,-0.75 1.2,0 1.02,0.62 0.55,0.9 0,0.9")
        )

    def _locks(self) -> list[tuple[Path, float]]:
        """Fringe: outline and brightness of each lock, drawn in this order."""
        p = self.part
        if self.style == "quiff":
            return [(lock(spine, width), self.rng.random()) for spine, width in self._swept()]
        fall = {"short": -0.25, "bob": -0.1}.get(self.style, 0.0)
        tips = [(-1.1, 0.72 + fall), (1.1, 0.72 + fall), (-0.99, 0.25 + fall * 0.6)]
        tips += [(0.99, 0.25 + fall * 0.6), (-0.74, -0.1), (0.74, -0.1), (-0.46, -0.26)]
        tips += [(0.48, -0.26), (p * 0.5 - 0.16, -0.36), (p * 0.5 + 0.18, -0.4)]
        locks = []
        for tip_x, tip_y in tips:
            x = tip_x + self.rng.uniform(-0.06, 0.06)
            y = tip_y + self.rng.uniform(-0.09, 0.07)
            out = x - p
            side = 1 if out > 0 else -1
            high = -1.4 + 0.24 * abs(out)
            spine = [
                (p, -1.6),
                (p + out * 0.55, high),
                (p + out * 0.98, high + (y - high) * 0.5),
                (x - side * (0.14 if abs(x) < 0.9 else 0.06), y),
            ]
            width = 0.5 if abs(x) > 0.9 else 0.46
            locks.append((lock(spine, width), self.rng.random()))
        return locks

    def _swept(self) -> list[tuple[Path, float]]:
        """Locks brushed up and to one side."""
        side = 1 if self.part < 0 else -1
        swept: list[tuple[Path, float]] = []
        for k in range(7):
            root = -0.92 + 0.3 * k
            rise = 1.62 + 0.26 * (1 - abs(k - 3) / 3) + self.rng.uniform(-0.05, 0.05)
            tip = root + 0.62 + self.rng.uniform(-0.1, 0.1)
            spine: Path = [
                (root * side, -0.66 - 0.12 * (1 - abs(k - 3) / 3)),
                ((root - 0.02) * side, -1.2),
                ((root + 0.22) * side, -rise + 0.12),
                (tip * side, -rise),
            ]
            swept.append((spine, 0.56))
        sides = ([(edge * 0.75, -1.1), (edge * 1.1, -0.6), (edge * 1.06, 0.2)] for edge in (-1, 1))
        return [*swept, *((spine, 0.3) for spine in sides)]

    # --- details ---------------------------------------------------------------------------------

    def _strands(self, brush: Brush, cap: Shape | None) -> None:
        for i in range(11):
            x = -1.1 + i * 0.22
            spine = [
                (self.part, -1.5),
                ((x + self.part) / 2, -1.35),
                (x * 1.05, -0.7),
                (x * 1.1, 0.1),
            ]
            brush.fill(ribbon(spine, 0.05), dark(self.colour, 0.3), clip=cap, opacity=0.45)

    def _shine(self, brush: Brush) -> None:
        """A broken band of light around the crown."""
        tone = lit(self.colour, 0.6)
        spots = []
        for i in range(13):
            x = -0.84 + i * 0.14
            y = -1.2 + 0.42 * x * x
            high = self.rng.uniform(0.05, 0.17)
            spots.append(ellipse(x, y + high * 0.3, 0.085, high, turn=x * 40))
        side = 1 if brush.light[0] > 0 else -1
        spots = [spot for spot in spots if (spot[0][0] - 0.08) * side > -0.62]
        brush.fill(brush.shape(*spots), tone, opacity=0.5, blur=0.03)

    def _over_shoulders(self, brush: Brush) -> None:
        for side in (-1, 1):
            for k, width in ((0, 0.46), (1, 0.34)):
                x = side * (1.1 + 0.14 * k)
                wave = 0.14 if self.style == "wavy" else 0.04
                spine: list[Point] = [
                    (side * 0.82, -0.8),
                    (x, 0.1),
                    (x + side * wave, 0.9),
                    (x - side * wave + self.sway * 0.3, 1.6),
                    (x - side * 0.1 + self.sway * 0.6, 2.3 + 0.3 * k),
                ]
                shape = brush.fill(
                    ribbon(spine, width, start=0.3, end=0.02), *self._tones[1:], volume=0.08
                )
                inner = [(px - side * 0.05, py) for px, py in spine]
                brush.fill(ribbon(inner, 0.05), dark(self.colour, 0.3), clip=shape, opacity=0.5)

    def _tail(self, brush: Brush, x: float, y: float, side: int) -> None:
        for k in range(3):
            reach = 1.5 + 0.22 * k
            spine: list[Point] = [
                (side * x, y),
                (side * (reach + 0.1), y - 0.1 + 0.15 * k),
                (side * (reach + 0.3), y + 1.1),
                (side * (reach + 0.05) + self.sway * 0.4, y + 2.1),
                (side * (reach + 0.3 - 0.3 * k) + self.sway, y + 3.0 - 0.25 * k),
            ]
            tones = (self.colour, mix(self.colour, self.tips, 0.5), self.tips)
            brush.fill(ribbon(spine, 0.62 - 0.1 * k, start=0.4, end=0.03), *tones, volume=0.1)
        brush.fill(ellipse(side * (x + 0.12), y + 0.02, 0.17, 0.2), (226, 84, 110), volume=0.06)

    def _knot(self, brush: Brush) -> None:
        shape = brush.fill(
            ellipse(0.08, -1.86, 0.5, 0.44),
            lit(self.colour, 0.1),
            dark(self.colour, 0.12),
            volume=0.14,
        )
        for k in range(3):
            spine = [(-0.4, -1.85 + 0.12 * k), (0.05, -2.12 + 0.16 * k), (0.5, -1.85 + 0.12 * k)]
            brush.fill(ribbon(spine, 0.045), dark(self.colour, 0.35), clip=shape, opacity=0.6)

    def _curls(self, brush: Brush) -> None:
        spots = trace("-1.2,0.1 1.2,0.1 -1.3,-0.35 1.3,-0.35 -1.2,-0.85 1.2,-0.85")
        spots += trace("-0.85,-1.28 0.85,-1.28 0,-1.62 -0.45,-1.5 0.45,-1.5")
        spots += trace("-0.72,-0.86 0.72,-0.86 -0.36,-0.84 0.34,-0.86 0,-0.82")
        spots += trace("-0.98,-0.5 0.98,-0.5 -0.4,-1.15 0.4,-1.15 0,-1.2")
        spots += [(-1.1, 0.5), (1.1, 0.5)]
        curls = [(x, y, self.rng.uniform(0.27, 0.33)) for x, y in spots]
        shape = brush.shape(*(ellipse(x, y, size) for x, y, size in curls))
        brush.fill(shape, lit(self.colour, 0.14), self.colour, self.tips)
        brush.shade(shape, 0.12, dark(self.colour, 0.4), 0.6)
        for x, y, size in curls:
            start = self.rng.uniform(0, math.tau)
            spiral = [
                (
                    x + size * (1 - k * 0.11) * math.cos(start + k * 0.85),
                    y + size * (1 - k * 0.11) * math.sin(start + k * 0.85),
                )
                for k in range(8)
            ]
            brush.fill(ribbon(spiral, 0.075), dark(self.colour, 0.3), clip=shape, opacity=0.55)
            inner = [(px - 0.04, py - 0.05) for px, py in spiral]
            brush.fill(ribbon(inner[:6], 0.06), lit(self.colour, 0.45), clip=shape, opacity=0.55)
        brush.shade(shape, -0.05, lit(self.colour, 0.5), 0.5)


def flower(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    """A five-petalled flower."""
    at = brush.at(x, y, size)
    for k in range(5):
        petal = at.at(0, 0, 1, 72 * k)
        petal.fill(ellipse(0, -0.6, 0.42, 0.52), lit(colour, 0.35), colour, volume=0.1)
    at.fill(ellipse(0, 0, 0.3), (255, 232, 130), (240, 176, 70), volume=0.08)
