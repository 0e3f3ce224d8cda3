"""Cats, foxes, dogs, dragons and robots, dressed if the words say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon import accessories, clothes, robots
from cartoonmix_desktop.cartoon.brush import (
    Brush,
    Path,
    Shape,
    ellipse,
    ribbon,
    smooth,
    symmetric,
    trace,
)
from cartoonmix_desktop.cartoon.palette import (
    EYES,
    HAIR,
    WHITE,
    Colour,
    dark,
    lit,
    mix,
)

if TYPE_CHECKING:
    import random

    from cartoonmix_desktop.cartoon.words import Wish

_FURS = {
    "cat": ("orange", "grey", "black", "white", "brown"),
    "fox": ("ginger",),
    "dog": ("golden", "brown", "chestnut", "white"),
    "dragon": ("green", "teal", "red", "purple"),
    "robot": ("silver", "teal", "orange", "white"),
}
_EYES_LIKELY = {
    "cat": ("green", "amber", "blue"),
    "fox": ("amber", "green"),
    "dog": ("brown", "hazel"),
    "dragon": ("amber", "yellow", "green"),
    "robot": ("turquoise", "blue", "green"),
}
_INK: Colour = (44, 28, 38)
_PINK: Colour = (244, 140, 150)


@dataclass(frozen=True, slots=True)
class Creature:
    """One animal or robot, in head units: its head is about two wide.

    Attributes:
        kind: ``"cat"``, ``"fox"``, ``"dog"``, ``"dragon"`` or ``"robot"``.
        coat: fur, scales or paint.
        eyes: their colour.
        turn: of the head, -1 to 1.
        glad: whether the mouth is open.
        rng: makes them differ.
    """

    kind: str
    coat: Colour
    eyes: Colour
    turn: float
    glad: bool
    rng: random.Random = field(repr=False)

    @property
    def pale(self) -> Colour:
        """Colour of chest and muzzle."""
        return mix(self.coat, (255, 248, 238), 0.86)

    # --- body ------------------------------------------------------------------------------------

    def body(self, brush: Brush, reach: float) -> None:
        """What is below the head."""
        if self.kind == "robot":
            robots.body(brush, self.coat, self.eyes, reach)
            return
        if self.kind == "dragon":
            self._wings(brush)
        else:
            self._tail(brush)
        low = max(reach, 3.2) + 1
        right = [(0.5, 0.6), (0.78, 1.1), (1.05, 1.9), (1.22, 2.8), (1.3, low)]
        outline = smooth([*right, *[(-x, y) for x, y in reversed(right)]])
        shape = brush.fill(outline, self.coat, self.coat, dark(self.coat, 0.22), volume=0.16)
        chest = trace("0,0.7 0.46,0.9 0.62,1.5 0.5,2.1 0.3,2.5 0,2.75")
        tone = lit(self.coat, 0.55) if self.kind == "dragon" else self.pale
        brush.fill(symmetric(chest), tone, dark(tone, 0.1), clip=shape)
        if self.kind == "dragon":
            for k in range(6):
                y = 1.3 + 0.3 * k
                brush.line([(-0.5, y), (0, y + 0.1), (0.5, y)], 0.04, dark(self.coat, 0.2), 0.6)
        else:
            for k in range(5):
                x = (k - 2) * 0.2
                tuft = [(x, 1.2), (x * 1.1, 1.6), (x * 0.9 + 0.05, 1.95 + 0.1 * (k % 2))]
                brush.fill(ribbon(tuft, 0.08), dark(tone, 0.14), clip=shape, opacity=0.5)
        for side in (-1, 1):
            leg = [(side * 0.62, 1.7), (side * 0.5, 2.6), (side * 0.5, low)]
            brush.fill(ribbon(leg, 0.05, end=1), dark(self.coat, 0.4), opacity=0.4, blur=0.04)

    def _tail(self, brush: Brush) -> None:
        side = 1 if self.turn < 0 else -1
        wide = {"fox": 0.95, "dog": 0.5}.get(self.kind, 0.42)
        spine = [
            (side * 0.8, 3.4),
            (side * 1.9, 3.0),
            (side * 2.15, 1.9),
            (side * 1.75, 0.9),
            (side * 1.9, 0.3),
        ]
        shape = brush.fill(
            ribbon(spine, wide, start=0.6, end=0.15), self.coat, dark(self.coat, 0.12), volume=0.14
        )
        if self.kind == "fox":
            tip = [
                (side * 1.0, 0.2),
                (side * 2.6, 0.2),
                (side * 2.6, 1.02),
                (side * 1.8, 0.82),
                (side * 1.0, 1.02),
            ]
            brush.fill(smooth(tip), self.pale, clip=shape)

    def _wings(self, brush: Brush) -> None:
        for side in (-1, 1):
            wing: Path = trace(
                "0.5,1.6 1.2,0.2 2.5,-0.9 2.45,0 2.75,0.7 2.2,0.9 2.2,1.6 1.6,1.55 1.2,2.1"
            )
            path = smooth([(x * side, y) for x, y in wing], detail=6)
            skin = mix(self.coat, (250, 160, 90), 0.45)
            shape = brush.fill(path, lit(skin, 0.25), dark(skin, 0.2), volume=0.1)
            for x, y in ((2.45, 0.0), (2.7, 0.7), (2.2, 1.55)):
                bone = [
                    (side * 1.2, 0.2),
                    (side * (x + 1.2) / 2, (y + 0.2) / 2 - 0.1),
                    (side * x, y),
                ]
                brush.fill(ribbon(bone, 0.09, start=1, end=0.2), dark(self.coat, 0.15), clip=shape)
            arm = [(side * 0.5, 1.6), (side * 1.2, 0.2), (side * 2.5, -0.9)]
            brush.fill(ribbon(arm, 0.2, start=1, end=0.2), self.coat, volume=0.04)

    # --- head ------------------------------------------------------------------------------------

    def head(self, brush: Brush) -> None:
        """The head with its face."""
        if self.kind == "robot":
            robots.head(brush, self.coat, self.eyes, turn=self.turn, glad=self.glad)
            return
        if self.kind == "dragon":
            self._horns(brush)
        if self.kind != "dog":
            self._ears(brush)
        shape = brush.fill(
            self._skull(), lit(self.coat, 0.12), self.coat, dark(self.coat, 0.08), volume=0.15
        )
        front = brush.at(self.turn * 0.14, 0)
        self._markings(front, shape)
        for side in (-1, 1):
            self._eye(front.at(side * 0.5, -0.02), side)
        self._snout(front, shape)
        if self.kind == "dog":
            self._flaps(brush)

    def _skull(self) -> Path:
        if self.kind == "fox":
            return symmetric(
                trace(
                    "0,-1.04 0.4,-0.98 0.76,-0.72 0.99,-0.28 1.14,0.2 1.42,0.55 0.9,0.78 "
                    "0.4,1.02 0,1.12"
                )
            )
        if self.kind == "dog":
            return symmetric(
                trace("0,-1.1 0.4,-1.04 0.76,-0.8 0.98,-0.35 1.02,0.15 0.92,0.65 0.5,1.02 0,1.1")
            )
        if self.kind == "dragon":
            return symmetric(
                trace(
                    "0,-1.06 0.4,-1 0.76,-0.76 0.99,-0.32 0.98,0.1 0.86,0.5 0.8,0.85 "
                    "0.45,1.08 0,1.12"
                )
            )
        return symmetric(
            trace(
                "0,-1 0.4,-0.95 0.78,-0.74 1.04,-0.34 1.17,0.1 1.22,0.45 0.9,0.78 0.45,0.98 0,1.02"
            )
        )

    def _ears(self, brush: Brush) -> None:
        high = {"fox": -2.0, "dragon": -0.4}.get(self.kind, -1.72)
        for side in (-1, 1):
            if self.kind == "dragon":
                fin: Path = trace("0.85,-0.2 1.5,-0.6 1.42,-0.25 1.6,0 1.3,0.1 1.2,0.35 0.9,0.2")
                brush.fill(
                    smooth([(x * side, y) for x, y in fin], detail=5),
                    lit(self.coat, 0.3),
                    dark(self.coat, 0.1),
                    volume=0.07,
                )
                continue
            ear = [(0.28, -0.78), (0.52, -1.3), (0.98, high), (1.16, -1.2), (1.08, -0.4)]
            path = smooth([(x * side, y) for x, y in ear], detail=7)
            tip = dark(self.coat, 0.75) if self.kind == "fox" else self.coat
            brush.fill(path, tip, self.coat, self.coat, volume=0.1)
            inner = [(0.5, -0.86), (0.66, -1.25), (0.94, high + 0.34), (1.02, -1.15), (0.95, -0.62)]
            tone = mix(self.pale, _PINK, 0.5 if self.kind == "cat" else 0.12)
            brush.fill(smooth([(x * side, y) for x, y in inner], detail=7), tone, dark(tone, 0.15))
            for k in range(3):
                hair = [
                    (side * (0.5 + 0.13 * k), -0.7),
                    (side * (0.6 + 0.12 * k), -1.0),
                    (side * (0.7 + 0.11 * k), -1.2),
                ]
                brush.fill(ribbon(hair, 0.08, start=0.9), self.pale, opacity=0.9)

    def _flaps(self, brush: Brush) -> None:
        for side in (-1, 1):
            ear = trace("0.62,-0.98 1.05,-0.92 1.45,-0.3 1.55,0.45 1.3,0.85 1.02,0.5 0.9,-0.2")
            tone = dark(self.coat, 0.22)
            brush.fill(
                smooth([(x * side, y) for x, y in ear]),
                lit(tone, 0.1),
                tone,
                dark(tone, 0.2),
                volume=0.12,
            )

    def _horns(self, brush: Brush) -> None:
        bone: Colour = (248, 232, 204)
        for side in (-1, 1):
            horn = [(side * 0.45, -0.75), (side * 0.72, -1.3), (side * 0.62, -1.85)]
            shape = brush.fill(
                ribbon(horn, 0.36, start=0.95, end=0.05), bone, dark(bone, 0.3), volume=0.06
            )
            for k in range(3):
                y = -1.05 - 0.22 * k
                brush.fill(
                    ribbon([(side * 0.3, y), (side * 0.6, y + 0.06), (side * 0.95, y)], 0.04),
                    dark(bone, 0.4),
                    clip=shape,
                    opacity=0.6,
                )
        for k in range(3):
            brush.fill(
                [(-0.16, -0.9), (0, -1.5 + 0.16 * k), (0.16, -0.9)],
                lit(self.coat, 0.4),
                dark(self.coat, 0.1),
            )

    def _markings(self, brush: Brush, shape: Shape | None) -> None:
        if self.kind == "fox":
            for side in (-1, 1):
                cheek = trace("0,0.42 0.34,0.3 0.78,0.36 1.5,0.4 1.2,1 0.3,1.3 0,1.2")
                brush.fill(
                    smooth([(x * side, y) for x, y in cheek]),
                    self.pale,
                    dark(self.pale, 0.06),
                    clip=shape,
                )
        elif self.kind == "cat":
            stripe = dark(self.coat, 0.34)
            for x, high in ((-0.26, 0.3), (0, 0.42), (0.26, 0.3)):
                mark = [(x, -0.98), (x * 0.9, -0.8 + high * 0.2), (x * 0.8, -0.9 + high)]
                brush.fill(ribbon(mark, 0.12, start=0.9), stripe, clip=shape, opacity=0.75)
            for side in (-1, 1):
                for k in range(2):
                    mark = [
                        (side * 1.25, 0.2 + 0.22 * k),
                        (side * 1.05, 0.22 + 0.2 * k),
                        (side * 0.84, 0.28 + 0.16 * k),
                    ]
                    brush.fill(ribbon(mark, 0.1, start=0.9), stripe, clip=shape, opacity=0.7)
        elif self.kind == "dog":
            blaze = trace("0,-1.1 0.16,-0.9 0.13,-0.3 0.34,0.2 0,0.4")
            brush.fill(symmetric(blaze), self.pale, clip=shape, opacity=0.9)
        else:
            for _ in range(10):
                x, y = self.rng.uniform(-0.8, 0.8), self.rng.uniform(-0.9, -0.45)
                brush.fill(ellipse(x, y, 0.08, 0.06), dark(self.coat, 0.2), clip=shape, opacity=0.5)

    def _eye(self, brush: Brush, side: int) -> None:
        almond = trace("-0.3,0.1 -0.17,-0.2 0.08,-0.29 0.3,-0.12 0.35,0 0.2,0.24 -0.08,0.28")
        path = smooth([(x * side, y) for x, y in almond])
        brush.fill([(x * 1.16, y * 1.16) for x, y in path], _INK)
        white = mix(WHITE, self.eyes, 0.15)
        ball = brush.fill(path, dark(white, 0.12), white)
        look = self.turn * 0.06
        iris = ellipse(look, 0, 0.24, 0.275)
        brush.fill(iris, dark(self.eyes, 0.5), self.eyes, lit(self.eyes, 0.4), clip=ball)
        slit = 0.08 if self.kind in {"cat", "fox", "dragon"} else 0.14
        brush.fill(ellipse(look, 0, slit * 1.2, 0.2 if slit < 0.1 else 0.17), _INK, clip=ball)
        to_light = 1 if brush.light[0] > 0 else -1
        brush.fill(ellipse(look + to_light * 0.09, -0.11, 0.085, 0.095), WHITE, clip=ball)
        brush.fill(ellipse(look - to_light * 0.08, 0.12, 0.04), WHITE, clip=ball, opacity=0.9)
        brow = [(side * -0.22, -0.42), (side * 0.05, -0.52), (side * 0.32, -0.42)]
        brush.fill(ribbon(brow, 0.09, start=0.4, end=0.1), dark(self.coat, 0.3), opacity=0.6)

    def _snout(self, brush: Brush, shape: Shape | None) -> None:
        at = brush.at(self.turn * 0.06, 0)
        tone = lit(self.coat, 0.35) if self.kind == "dragon" else self.pale
        wide = {"dog": 0.5, "dragon": 0.66}.get(self.kind, 0.42)
        if self.glad:
            mouth = at.fill(
                smooth(trace("-0.26,0.72 0,0.78 0.26,0.72 0.16,0.98 0,1.04 -0.16,0.98")),
                (122, 34, 50),
            )
            at.fill(ellipse(0, 1.0, 0.15, 0.13), _PINK, dark(_PINK, 0.1), clip=mouth)
        puffs = [ellipse(side * wide * 0.42, 0.6, wide * 0.62, 0.25) for side in (-1, 1)]
        muzzle = at.shape(*puffs, ellipse(0, 0.48, wide * 0.6, 0.24))
        at.fill(muzzle, lit(tone, 0.2), tone, dark(tone, 0.1), clip=shape)
        at.shade(muzzle, 0.06, dark(tone, 0.25), 0.5)
        line = dark(mix(self.coat, _INK, 0.5), 0.3)
        if self.kind == "dragon":
            for side in (-1, 1):
                at.fill(
                    ellipse(side * 0.2, 0.46, 0.07, 0.05, turn=side * -20), dark(self.coat, 0.55)
                )
                at.fill([(side * 0.24, 0.76), (side * 0.3, 0.92), (side * 0.37, 0.74)], WHITE)
        else:
            nose = smooth(trace("-0.15,0.36 0,0.33 0.15,0.36 0.1,0.48 0,0.54 -0.1,0.48"))
            at.fill(
                nose,
                _PINK if self.kind == "cat" else _INK,
                dark(_PINK, 0.2) if self.kind == "cat" else (24, 16, 24),
            )
            at.fill(ellipse(-0.05, 0.39, 0.045, 0.025), WHITE, opacity=0.7)
            at.line([(0, 0.53), (0, 0.6), (0, 0.66)], 0.03, line, start=1, end=1)
        for side in (-1, 1):
            at.line(
                [(0, 0.66), (side * 0.14, 0.77), (side * 0.32, 0.7)],
                0.034,
                line,
                start=0.8,
                end=0.3,
            )
            if self.kind in {"cat", "fox"}:
                for k in range(3):
                    whisker = [
                        (side * 0.42, 0.56 + 0.08 * k),
                        (side * 0.9, 0.5 + 0.12 * k),
                        (side * 1.4, 0.52 + 0.2 * k),
                    ]
                    at.line(whisker, 0.018, WHITE, 0.85, start=1, end=0.2)
            at.glow(side * 0.72, 0.42, 0.24, _PINK, 0.5, 0.15)


def draw(brush: Brush, wish: Wish, cloth: Colour, reach: float, rng: random.Random) -> None:
    """Draw the animal or robot that the prompt names.

    Args:
        brush: origin in the middle of the head, one unit half a head wide.
        wish: of the prompt; what it leaves open is left to ``rng``.
        cloth: colour of what it wears, if it wears anything.
        reach: how far down the picture goes, in units.
        rng: makes them differ.
    """
    kind = wish.subject
    named = wish.colour if not wish.cloth and kind != "fox" else None
    coat = wish.hair or named or HAIR[rng.choice(_FURS[kind])]
    eyes = wish.eyes or EYES[rng.choice(_EYES_LIKELY[kind])]
    glad = wish.expression in {"laughing", "surprised"} or (
        not wish.expression and rng.random() < 0.5
    )
    creature = Creature(kind, coat, eyes, rng.uniform(-0.9, 0.9), glad, rng)
    creature.body(brush, reach)
    if wish.clothes:
        tag_counts = wish.clothes if wish.clothes != "dress" else "robe"
        clothes.Clothes(tag_counts, cloth, creature.pale, 0.92, reach).draw(brush.at(0, -0.25))
    head = brush.at(0, 0, 1, rng.uniform(-8, 8))
    if "scarf" in wish.extras:
        accessories.scarf(brush.at(0, -0.45), cloth)
    creature.head(head)
    if "hat" in wish.extras:
        accessories.wizard_hat(head.at(0, 0.22, 0.94), cloth)
    elif "crown" in wish.extras:
        accessories.crown(head.at(0, 0.35, 0.8))
    if "glasses" in wish.extras:
        accessories.glasses(head.at(creature.turn * 0.14, -0.18, 1.1))
