"""Faces: eyes that look back, brows, nose and mouth."""

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
from cartoonmix_desktop.cartoon.palette import WHITE, Colour, dark, lit, mix, skin_shadow

if TYPE_CHECKING:
    from cartoonmix_desktop.cartoon.brush import Point

EXPRESSIONS = ("smiling", "laughing", "gentle", "serious", "surprised")


@dataclass(frozen=True, slots=True)
class Face:
    """Features in head units: the face is two wide, its chin at 1.2.

    Attributes:
        skin: colour.
        eyes: colour of the iris.
        brows: colour.
        lips: colour.
        expression: one of `EXPRESSIONS`.
        turn: of the head, -1 to 1, positive to the picture's right.
        gaze: where the eyes look, -1 to 1 each.
        soft: whether lashes and lips are drawn full.
    """

    skin: Colour
    eyes: Colour
    brows: Colour
    lips: Colour
    expression: str
    turn: float
    gaze: Point
    soft: bool

    def outline(self) -> Path:
        """The face without ears."""
        jaw = trace("0.97,0.34 0.8,0.72 0.44,1.04 0.16,1.19")
        if not self.soft:
            jaw = trace("0.98,0.42 0.88,0.8 0.52,1.12 0.2,1.25")
        right = [(0.6, -1.12), (0.95, -0.6), (1.0, -0.06), *jaw]
        lean = self.turn * 0.07
        left = [(-x + lean * max(0, y) * 1.2, y) for x, y in reversed(right)]
        right = [(x + lean * max(0, y) * 1.2, y) for x, y in right]
        return smooth([(0, -1.25), *right, (lean * 1.3, 1.22 if self.soft else 1.27), *left])

    def draw(self, brush: Brush, shape: Shape | None) -> None:
        """Draw all features upon the face's ``shape``."""
        shift = self.turn * 0.16
        lift = self.gaze[1] * 0.07
        front = brush.at(shift, lift)
        blush = mix(self.skin, (242, 96, 96), 0.5)
        for side in (-1, 1):
            front.glow(side * 0.6, 0.52, 0.34, blush, 0.75, 0.22, clip=shape)
        self._nose(front.at(shift * 0.4, 0))
        for side in (-1, 1):
            far = 1 - max(0.0, side * self.turn) * 0.16
            eye = front.at(side * 0.44 * (0.96 + 0.04 * far), 0.16)
            self._eye(eye, side, far)
            self._brow(eye, side)
        self._mouth(front.at(shift * 0.3, 0.76))

    # --- eyes ------------------------------------------------------------------------------------

    def _eye(self, brush: Brush, side: int, far: float) -> None:
        high = {"laughing": 0.92, "serious": 0.86, "surprised": 1.1}.get(self.expression, 1.0)
        high *= 1.0 if self.soft else 0.84

        def to(path: Path) -> Path:
            return [(x * side * far, y * high) for x, y in path]

        white = trace("-0.27,0.06 -0.16,-0.2 0.06,-0.3 0.24,-0.16 0.31,0.02")
        white += [(0.22, 0.22), (0.0, 0.3), (-0.18, 0.2)]
        socket = mix(self.skin, (150, 70, 70), 0.3)
        brush.fill(to(ellipse(0.02, -0.02, 0.36, 0.36)), socket, opacity=0.35, blur=0.06)
        ball = brush.fill(to(smooth(white)), (214, 214, 230), (252, 252, 255), WHITE)
        self._iris(brush.at(self.gaze[0] * 0.07, self.gaze[1] * 0.06 + 0.01), ball, high)
        shadow = mix(dark(self.skin, 0.5), (90, 90, 140), 0.4)
        top = trace("-0.3,0 -0.16,-0.16 0.06,-0.25 0.26,-0.12 0.33,-0.3 0,-0.5 -0.3,-0.3")
        brush.fill(to(smooth(top)), shadow, clip=ball, opacity=0.35)
        lash = mix(dark(self.brows, 0.6), (24, 16, 28), 0.6)
        upper = trace("-0.29,0.07 -0.17,-0.21 0.06,-0.315 0.25,-0.18 0.34,-0.04")
        brush.fill(to(ribbon(upper, 0.1 if self.soft else 0.075, start=0.25, end=0.5)), lash)
        if self.soft:
            for (x, y), (ex, ey) in (((0.3, -0.1), (0.45, -0.16)), ((0.25, -0.18), (0.38, -0.28))):
                brush.fill(
                    to(
                        ribbon(
                            [(x - 0.05, y), ((x + ex) / 2, y - 0.015), (ex, ey)],
                            0.06,
                            start=0.9,
                            end=0.0,
                        )
                    ),
                    lash,
                )
        low = trace("-0.14,0.25 0.02,0.3 0.2,0.23 0.29,0.08")
        brush.fill(to(ribbon(low, 0.022, start=0.1, end=0.8)), lash, opacity=0.35)
        crease = trace("-0.22,-0.2 -0.05,-0.36 0.14,-0.38 0.3,-0.24")
        brush.fill(to(ribbon(crease, 0.03)), skin_shadow(self.skin, 0.5), opacity=0.6)

    def _iris(self, brush: Brush, ball: Shape | None, high: float) -> None:
        rx, ry = 0.205, 0.25 * high
        deep = dark(self.eyes, 0.62)
        brush.fill(ellipse(0, 0, rx, ry), deep, clip=ball)
        brush.fill(
            ellipse(0, 0.01, rx * 0.88, ry * 0.9),
            dark(self.eyes, 0.45),
            self.eyes,
            lit(self.eyes, 0.35),
            clip=ball,
        )
        brush.fill(ellipse(0, 0.0, rx * 0.5, ry * 0.52), dark(deep, 0.5), clip=ball)
        brush.fill(
            ellipse(0, ry * 0.55, rx * 0.55, ry * 0.26),
            lit(self.eyes, 0.6),
            clip=ball,
            opacity=0.55,
            blur=0.02,
        )
        to_light = 1 if brush.light[0] > 0 else -1
        brush.fill(ellipse(to_light * 0.075, -0.1 * high, 0.075, 0.085), WHITE, clip=ball)
        brush.fill(ellipse(-to_light * 0.075, 0.11 * high, 0.036), WHITE, clip=ball, opacity=0.9)

    def _brow(self, brush: Brush, side: int) -> None:
        inner, outer, lift = {
            "serious": (0.055, -0.01, 0.02),
            "surprised": (-0.06, -0.02, -0.12),
            "laughing": (-0.02, 0.03, -0.05),
        }.get(self.expression, (0.0, 0.02, -0.02))
        y = -0.47 + lift
        spine = [(side * -0.26, y + inner), (side * 0.04, y - 0.09), (side * 0.34, y + outer)]
        brush.fill(ribbon(spine, 0.075 if self.soft else 0.12, start=0.75, end=0.05), self.brows)

    # --- nose and mouth --------------------------------------------------------------------------

    def _nose(self, brush: Brush) -> None:
        tone = skin_shadow(self.skin, 0.35)
        away = -1 if brush.light[0] > 0 else 1
        brush.glow(away * 0.07, 0.46, 0.11, tone, 0.55, 0.1)
        brush.glow(-away * 0.02, 0.4, 0.08, lit(self.skin, 0.7), 0.85, 0.08)
        brush.line(
            [(-0.075, 0.51), (0, 0.535), (0.075, 0.51)], 0.028, skin_shadow(self.skin, 0.6), 0.8
        )

    def _mouth(self, brush: Brush) -> None:
        line = mix(dark(self.skin, 0.55), (120, 30, 44), 0.5)
        if self.expression == "laughing":
            path = smooth(
                trace(
                    "-0.3,-0.05 -0.15,-0.03 0,-0.02 0.15,-0.03 0.3,-0.05 0.2,0.16 0,0.23 -0.2,0.16"
                )
            )
            inside = brush.fill(path, (110, 28, 44), (146, 40, 56))
            brush.fill(ellipse(0, 0.21, 0.17, 0.1), (236, 112, 118), clip=inside)
            brush.fill(trace("-0.3,-0.1 0.3,-0.1 0.24,0.035 -0.24,0.035"), WHITE, clip=inside)
            brush.line(trace("-0.33,-0.06 -0.15,-0.03 0,-0.02 0.15,-0.03 0.33,-0.06"), 0.03, line)
            return
        if self.expression == "surprised":
            inside = brush.fill(ellipse(0, 0.05, 0.1, 0.13), self.lips)
            brush.fill(ellipse(0, 0.06, 0.065, 0.09), (120, 34, 48), clip=inside)
            return
        curve = {"serious": -0.005, "smiling": 0.085}.get(self.expression, 0.05)
        wide = {"serious": 0.19, "smiling": 0.27}.get(self.expression, 0.22)
        if self.soft:
            upper = [
                (-wide * 0.85, -curve * 0.6),
                (-0.06, -0.055),
                (0, -0.035),
                (0.06, -0.055),
                (wide * 0.85, -curve * 0.6),
                (0, curve + 0.01),
            ]
            brush.fill(smooth(upper), dark(self.lips, 0.1), opacity=0.85)
            lower = [
                (-wide * 0.75, 0),
                (0, curve - 0.01),
                (wide * 0.75, 0),
                (wide * 0.4, curve + 0.07),
                (0, curve + 0.1),
                (-wide * 0.4, curve + 0.07),
            ]
            brush.fill(smooth(lower), self.lips, lit(self.lips, 0.15), opacity=0.9)
            brush.glow(0, curve + 0.045, 0.09, WHITE, 0.55, 0.035)
        else:
            brush.glow(0, curve + 0.12, 0.16, dark(self.skin, 0.3), 0.4, 0.05)
        spine = [
            (-wide, -curve),
            (-wide * 0.5, curve * 0.5),
            (0, curve),
            (wide * 0.5, curve * 0.5),
            (wide, -curve),
        ]
        brush.line(spine, 0.034, line, start=0.5, end=0.5)
