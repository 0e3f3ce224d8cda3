"""Garments, in head units: the chin is at 1.2, shoulders from 1.5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon.brush import (
    Brush,
    Path,
    Shape,
    ellipse,
    ribbon,
    smooth,
    trace,
)
from cartoonmix_desktop.cartoon.palette import (
    GOLD,
    WHITE,
    Colour,
    dark,
    lit,
    mix,
    skin_shadow,
)

if TYPE_CHECKING:
    from cartoonmix_desktop.cartoon.brush import Point

KINDS = ("sweater", "dress", "shirt", "hoodie", "robe", "armour", "sailor")


@dataclass(frozen=True, slots=True)
class Clothes:
    """A garment.

    Attributes:
        kind: one of `KINDS`.
        colour: of its cloth.
        skin: of who wears it.
        broad: how wide the shoulders are; 1 is slender.
        reach: how far down the picture goes, in head units.
    """

    kind: str
    colour: Colour
    skin: Colour
    broad: float
    reach: float

    def draw(self, brush: Brush) -> None:
        """Neck, body and garment."""
        self._neck(brush)
        low = self.reach
        right = [
            (0.28, 1.5),
            (0.62, 1.58),
            (1.12, 1.72),
            (1.46, 2.02),
            (1.62, 2.6),
            (1.72, 3.4),
            (1.85, low + 1),
        ]
        outline = [(x * self.broad if y > 1.55 else x, y) for x, y in right]
        body = smooth([*outline, *[(-x, y) for x, y in reversed(outline)]])
        base = self.colour if self.kind != "sailor" else mix(self.colour, WHITE, 1)
        if self.kind == "dress":
            skin = brush.fill(body, self.skin, dark(self.skin, 0.08), volume=0.14)
            brush.glow(0, 1.4, 0.62, skin_shadow(self.skin, 0.4), 0.75, 0.42, clip=skin)
        else:
            brush.fill(body, lit(base, 0.1), base, dark(base, 0.22), volume=0.16)
        for side in (-1, 1):
            spine: list[Point] = [
                (side * 1.12 * self.broad, 2.25),
                (side * 1.14 * self.broad, 2.9),
                (side * 1.2 * self.broad, low + 1),
            ]
            if self.kind != "dress":
                brush.fill(
                    ribbon(spine, 0.1, start=0, end=1), dark(base, 0.32), opacity=0.55, blur=0.03
                )
        {
            "sweater": self._sweater,
            "dress": self._dress,
            "shirt": self._shirt,
            "hoodie": self._hoodie,
            "robe": self._robe,
            "armour": self._armour,
            "sailor": self._sailor,
        }[self.kind](brush, brush.shape(body))

    def _neck(self, brush: Brush) -> None:
        wide = 0.33 * (0.5 + self.broad / 2)
        path = smooth(
            [
                (-wide, 0.8),
                (wide, 0.8),
                (wide * 0.95, 1.35),
                (wide * 1.6, 1.75),
                (0, 2.0),
                (-wide * 1.6, 1.75),
                (-wide * 0.95, 1.35),
            ]
        )
        shape = brush.fill(path, self.skin, volume=0.07)
        brush.fill(
            ellipse(0, 0.98, 0.62, 0.46),
            skin_shadow(self.skin, 0.5),
            clip=shape,
            opacity=0.8,
            blur=0.04,
        )

    def _sweater(self, brush: Brush, body: Shape | None) -> None:
        for k in range(-9, 10):
            spine = [(k * 0.2, 1.6), (k * 0.205, 2.6), (k * 0.21, self.reach + 1)]
            brush.fill(
                ribbon(spine, 0.03, start=1, end=1),
                dark(self.colour, 0.25),
                clip=body,
                opacity=0.35,
            )
        collar = _collar(0.46, 1.22, 0.5, 1.62)
        shape = brush.fill(
            collar, lit(self.colour, 0.2), self.colour, dark(self.colour, 0.15), volume=0.09
        )
        for k in range(-4, 5):
            brush.fill(
                ribbon(
                    [(k * 0.1, 1.15), (k * 0.112, 1.4), (k * 0.12, 1.75)], 0.028, start=1, end=1
                ),
                dark(self.colour, 0.35),
                clip=shape,
                opacity=0.5,
            )

    def _dress(self, brush: Brush, body: Shape | None) -> None:
        b, low = self.broad, self.reach + 1
        neckline = [
            (-1.02 * b, 1.66),
            (-0.72, 1.98),
            (-0.42, 2.32),
            (0, 2.46),
            (0.42, 2.32),
            (0.72, 1.98),
            (1.02 * b, 1.66),
        ]
        bodice = [
            *smooth(neckline, closed=False),
            (1.36 * b, 2.1),
            (1.2 * b, 3.0),
            (1.0, 3.7),
            (1.3, low),
            (-1.3, low),
            (-1.0, 3.7),
            (-1.2 * b, 3.0),
            (-1.36 * b, 2.1),
        ]
        brush.fill(
            bodice, lit(self.colour, 0.12), self.colour, dark(self.colour, 0.25), volume=0.12
        )
        for side in (-1, 1):
            puff = trace("0.9,1.66 1.3,1.7 1.66,2.1 1.7,2.6 1.36,2.72 1.08,2.5")
            path = smooth([(x * b * side, y) for x, y in puff])
            shape = brush.fill(
                path, lit(self.colour, 0.2), self.colour, dark(self.colour, 0.2), volume=0.13
            )
            for k in range(3):
                fold = [
                    (side * b * (1.16 + 0.14 * k), 1.8),
                    (side * b * (1.22 + 0.14 * k), 2.2),
                    (side * b * (1.2 + 0.13 * k), 2.6),
                ]
                brush.fill(ribbon(fold, 0.04), dark(self.colour, 0.35), clip=shape, opacity=0.5)
        trim = [(x, y + 0.0) for x, y in neckline]
        brush.fill(ribbon(trim, 0.09, start=0.8, end=0.8), lit(self.colour, 0.45))
        for k in range(-2, 3):
            fold = [(k * 0.22, 3.0), (k * 0.26, 3.6), (k * 0.5, low)]
            brush.fill(ribbon(fold, 0.06), dark(self.colour, 0.35), clip=body, opacity=0.4)

    def _shirt(self, brush: Brush, body: Shape | None) -> None:
        open_neck = smooth(trace("-0.3,1.4 0.3,1.4 0.02,2.06 -0.02,2.06"))
        brush.fill(open_neck, dark(self.skin, 0.15), self.skin)
        brush.fill(
            ribbon([(0, 2.0), (0, 3), (0, self.reach + 1)], 0.05, start=1, end=1),
            dark(self.colour, 0.3),
            clip=body,
            opacity=0.6,
        )
        for k in range(6):
            brush.fill(
                ellipse(0.06, 2.3 + 0.5 * k, 0.05), lit(self.colour, 0.6), dark(self.colour, 0.2)
            )
        for side in (-1, 1):
            path = trace("0.28,1.3 0.62,1.55 0.56,1.98 0.02,2.1")
            brush.fill(
                smooth([(x * side, y) for x, y in path], detail=4),
                lit(self.colour, 0.3),
                self.colour,
                volume=0.07,
            )

    def _hoodie(self, brush: Brush, body: Shape | None) -> None:
        hood = smooth(
            trace(
                "-0.4,1.2 -0.95,1.5 -0.85,1.85 0,2.3 0.85,1.85 0.95,1.5 0.4,1.2 "
                "0.42,1.62 0,1.95 -0.42,1.62"
            )
        )
        brush.fill(
            ribbon([(0, 1.9), (0, 3), (0, self.reach + 1)], 0.07, start=1, end=1),
            dark(self.colour, 0.4),
            clip=body,
        )
        brush.fill(smooth([(-0.36, 1.5), (0.36, 1.5), (0, 2.05)]), (240, 238, 240), (206, 206, 216))
        brush.fill(hood, lit(self.colour, 0.24), self.colour, dark(self.colour, 0.12), volume=0.12)
        for side in (-1, 1):
            cord = [(side * 0.28, 2.02), (side * 0.32, 2.35), (side * 0.29, 2.66)]
            brush.fill(ribbon(cord, 0.055, start=1, end=1), WHITE, (220, 220, 228))

    def _robe(self, brush: Brush, body: Shape | None) -> None:
        brush.fill(
            smooth(trace("-0.34,1.4 0.34,1.4 0.05,2.25 -0.05,2.25")),
            lit(self.colour, 0.75),
            lit(self.colour, 0.45),
        )
        low = self.reach + 1
        for side in (1, -1):
            lap = [
                (side * 0.3, 1.35),
                (side * 0.3, 1.7),
                (-side * 0.05, 2.3),
                (-side * 0.3, 3.0),
                (-side * 0.34, low),
            ]
            brush.fill(
                ribbon(lap, 0.22, start=0.9, end=1), GOLD, dark(GOLD, 0.25), clip=body, volume=0.05
            )
            inner = [(x, y) for x, y in lap]
            brush.fill(ribbon(inner, 0.06, start=1, end=1), dark(self.colour, 0.2), clip=body)
        for side in (-1, 1):
            cape = [
                (0.36, 1.42),
                (1.0, 1.58),
                (1.6, 1.95),
                (1.9, 2.8),
                (2.2, low),
                (1.5, low),
                (1.05, 2.6),
                (0.7, 2.0),
            ]
            path = smooth([(x * self.broad * side, y) for x, y in cape])
            brush.fill(path, dark(self.colour, 0.1), dark(self.colour, 0.35), volume=0.12)
        gem = brush.at(0, 1.98, 0.17)
        gem.fill(ellipse(0, 0, 1.3), lit(GOLD, 0.3), dark(GOLD, 0.2), volume=0.2)
        gem.fill(ellipse(0, 0, 0.9), (150, 240, 236), (36, 128, 170))
        gem.fill(ellipse(-0.25, -0.3, 0.3), WHITE, opacity=0.9)

    def _armour(self, brush: Brush, body: Shape | None) -> None:
        steel = mix(self.colour, (188, 198, 218), 0.45)
        plate = smooth(
            trace(
                "-0.5,1.66 0,1.86 0.5,1.66 1,1.95 0.95,2.8 0.6,3.5 0,3.7 -0.6,3.5 -0.95,2.8 -1,1.95"
            )
        )
        brush.fill(plate, lit(steel, 0.5), steel, dark(steel, 0.35), lit(steel, 0.1), clip=body)
        brush.line([(0, 1.9), (0, 2.7), (0, 3.6)], 0.05, lit(steel, 0.7), 0.8)
        for side in (-1, 1):
            for k in range(3):
                cap = ellipse(
                    side * self.broad * (1.3 + 0.05 * k),
                    2.42 - 0.27 * k,
                    0.62 - 0.06 * k,
                    0.44 - 0.03 * k,
                    turn=side * 24,
                )
                brush.fill(cap, lit(steel, 0.6), steel, dark(steel, 0.35), volume=0.08)
            rim = [(side * 0.5, 1.66), (side * 0.24, 1.8), (0, 1.87)]
            brush.line(rim, 0.09, GOLD, start=1, end=1)
        collar = _collar(0.5, 1.36, 0.62, 1.6)
        brush.fill(collar, lit(steel, 0.5), dark(steel, 0.3), volume=0.08)
        brush.at(0, 2.3, 0.22).fill(ellipse(0, 0, 0.8), (150, 230, 255), (40, 110, 200), volume=0.2)

    def _sailor(self, brush: Brush, body: Shape | None) -> None:
        navy = self.colour
        brush.fill(smooth([(-0.32, 1.4), (0.32, 1.4), (0, 2.1)]), self.skin, dark(self.skin, 0.1))
        right = trace("0.3,1.34 0.85,1.52 1.3,1.86 1.1,2.2 0.55,2.3 0.06,2.42")
        for side in (-1, 1):
            path = smooth([(x * side, y) for x, y in right], detail=6)
            shape = brush.fill(path, lit(navy, 0.16), navy, volume=0.06)
            for inset in (0.0, 0.09):
                edge = [
                    (1.18 - inset, 1.9),
                    (1.02 - inset, 2.1 - inset),
                    (0.5, 2.2 - inset),
                    (0.1, 2.28 - inset),
                ]
                brush.fill(
                    ribbon([(x * side, y) for x, y in edge], 0.03, start=1, end=1),
                    WHITE,
                    clip=shape,
                )
        red = (222, 62, 76)
        for side in (-1, 1):
            bow = trace("0.02,2.36 0.42,2.16 0.6,2.36 0.42,2.6")
            brush.fill(
                smooth([(x * side, y) for x, y in bow]), lit(red, 0.2), dark(red, 0.1), volume=0.06
            )
            tail = [(side * 0.05, 2.4), (side * 0.2, 2.8), (side * 0.3, 3.2)]
            brush.fill(ribbon(tail, 0.2, start=0.5, end=0.9), red, dark(red, 0.2), volume=0.04)
        brush.fill(ellipse(0, 2.38, 0.12, 0.11), lit(red, 0.15), dark(red, 0.2))
        brush.shade(body, 0.12, (170, 178, 210), 0.35)


def _collar(top_wide: float, top: float, low_wide: float, low: float) -> Path:
    """A collar: a band that hangs lower in the middle."""
    right = [(top_wide, top), (low_wide, low), (0, low + 0.2)]
    left = [(-low_wide, low), (-top_wide, top), (0, top + 0.2)]
    return smooth([*right, *left])
