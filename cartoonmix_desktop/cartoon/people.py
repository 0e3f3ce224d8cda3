"""A person, from the waist or closer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon import accessories, clothes
from cartoonmix_desktop.cartoon.brush import Brush, ellipse, ribbon, smooth, trace
from cartoonmix_desktop.cartoon.face import EXPRESSIONS, Face
from cartoonmix_desktop.cartoon.hair import Hair, flower
from cartoonmix_desktop.cartoon.palette import (
    CLOTH,
    EYES,
    HAIR,
    SKIN,
    Colour,
    dark,
    lit,
    mix,
    skin_shadow,
)

if TYPE_CHECKING:
    import random

    from cartoonmix_desktop.cartoon.words import Wish

_HAIR_LIKELY = (
    "brown",
    "black",
    "blonde",
    "auburn",
    "chestnut",
    "ginger",
    "teal",
    "pink",
    "silver",
)
_EYES_LIKELY = ("blue", "green", "brown", "hazel", "amber", "violet")
_CLOTH_LIKELY = ("teal", "crimson", "navy", "gold", "emerald", "purple", "cream", "orange")


def cloth_colour(wish: Wish, rng: random.Random) -> Colour:
    """The clothes' colour: as wished, or one that suits."""
    likely = CLOTH[rng.choice(_CLOTH_LIKELY)]
    if wish.cloth:
        return wish.cloth
    return CLOTH["navy"] if wish.clothes == "sailor" else likely


def draw(brush: Brush, wish: Wish, cloth: Colour, reach: float, rng: random.Random) -> None:
    """Draw a person.

    Args:
        brush: origin in the middle of the head, one unit half a face wide.
        wish: of the prompt; what it leaves open is left to ``rng``.
        cloth: colour of the clothes.
        reach: how far down the picture goes, in units.
        rng: makes people differ.
    """
    male = (wish.gender or rng.choice(("female", "female", "male"))) == "male"
    skin = rng.choice(SKIN[:3] if rng.random() < 0.65 else SKIN)
    hair_colour = wish.hair or HAIR[rng.choice(_HAIR_LIKELY[:6] if male else _HAIR_LIKELY)]
    tips = wish.tips or mix(hair_colour, lit(hair_colour, 0.35), rng.random())
    styles = (
        ("short", "short", "quiff", "quiff", "curly")
        if male
        else ("long", "long", "wavy", "bob", "ponytail", "bun", "twintails")
    )
    style = wish.style or rng.choice(styles)
    if style == "long" and not male and rng.random() < 0.35:
        style = "wavy"
    turn = rng.choice((-1, 1)) * rng.uniform(0.15, 0.9)
    expression = wish.expression or rng.choice(EXPRESSIONS[:3])
    if expression == "serious" and rng.random() < 0.2:
        expression = "gentle"
    gaze = (
        turn * 0.5 + rng.uniform(-0.3, 0.3),
        -1.0 if wish.gaze == "up" else rng.uniform(-0.3, 0.2),
    )
    lean = rng.uniform(-8, 8) + (turn * -4 if wish.gaze == "up" else 0)
    part = -turn * 0.3
    hair = Hair(style, hair_colour, tips, part, rng.uniform(-0.25, 0.25), rng)
    brows = dark(hair_colour, 0.25) if sum(hair_colour) < 560 else dark(hair_colour, 0.42)
    face = Face(
        skin,
        wish.eyes or EYES[rng.choice(_EYES_LIKELY[:5] if male else _EYES_LIKELY)],
        brows,
        mix(skin, (206, 62, 84), 0.55),
        expression,
        turn,
        gaze,
        soft=not male,
    )
    kind = wish.clothes or rng.choice(
        clothes.KINDS[:4] if not male else clothes.KINDS[:1] + clothes.KINDS[2:4]
    )
    body = brush.at(-turn * 0.08, 0, 1, lean * 0.2)
    head = brush.at(0, 0, 1, lean)
    hair.behind(head)
    clothes.Clothes(kind, cloth, skin, 1.14 if male else 0.94, reach).draw(body)
    if "jewelry" in wish.extras:
        accessories.jewelry(body, necklace=True)
    if "scarf" in wish.extras:
        accessories.scarf(body, cloth)
    _head(head, face, elf="elf" in wish.extras)
    if "freckles" in wish.extras:
        for side in (-1, 1):
            for _ in range(7):
                spot = (side * 0.6 + rng.uniform(-0.2, 0.2), 0.47 + rng.uniform(-0.1, 0.1))
                head.fill(ellipse(*spot, 0.022), dark(skin, 0.35), opacity=0.6)
    if "beard" in wish.extras:
        _beard(head, mix(hair_colour, (240, 240, 245), 0.1))
    hair.before(head, head.shape(face.outline()), skin_shadow(skin, 0.5))
    if "glasses" in wish.extras:
        accessories.glasses(head.at(turn * 0.16, gaze[1] * 0.05))
    _headwear(head, wish, cloth, turn)
    if "jewelry" in wish.extras and style in {"short", "bun", "ponytail", "bob"}:
        accessories.jewelry(head, necklace=False)


def _headwear(head: Brush, wish: Wish, cloth: Colour, turn: float) -> None:
    if "hat" in wish.extras:
        accessories.wizard_hat(head, cloth)
    elif "crown" in wish.extras:
        accessories.crown(head)
    if wish.hair_flower:
        flower(head, -0.95 if turn > 0 else 0.95, -0.75, 0.34, (244, 122, 150))


def _head(brush: Brush, face: Face, *, elf: bool) -> None:
    for side in (-1, 1):
        x = side * (1.0 - face.turn * side * 0.06)
        if elf:
            tip = smooth(
                [
                    (x - side * 0.1, 0.0),
                    (x + side * 0.3, -0.2),
                    (x + side * 0.62, -0.42),
                    (x + side * 0.34, 0.14),
                    (x, 0.46),
                ]
            )
            brush.fill(tip, lit(face.skin, 0.1), dark(face.skin, 0.1), volume=0.05)
            continue
        brush.fill(ellipse(x, 0.2, 0.17, 0.27, turn=side * 10), face.skin, volume=0.05)
        brush.fill(
            ellipse(x + side * 0.01, 0.21, 0.09, 0.16, turn=side * 10),
            mix(face.skin, (214, 96, 84), 0.35),
            opacity=0.7,
        )
    shape = brush.fill(
        face.outline(),
        lit(face.skin, 0.12),
        face.skin,
        mix(face.skin, (236, 140, 120), 0.16),
        volume=0.13,
    )
    face.draw(brush, shape)


def _beard(brush: Brush, colour: Colour) -> None:
    path = smooth(
        trace(
            "-0.96,0.3 -0.72,0.56 -0.36,0.6 0,0.56 0.36,0.6 0.72,0.56 0.96,0.3 "
            "0.95,0.9 0.6,1.5 0,1.85 -0.6,1.5 -0.95,0.9"
        )
    )
    shape = brush.fill(path, colour, dark(colour, 0.12), volume=0.1)
    for k in range(-4, 5):
        brush.fill(
            ribbon([(k * 0.2, 0.6), (k * 0.19, 1.1), (k * 0.1, 1.8)], 0.05),
            dark(colour, 0.3),
            clip=shape,
            opacity=0.4,
        )
    brush.line([(-0.2, 0.76), (0, 0.81), (0.2, 0.76)], 0.05, (122, 46, 52))
    for side in (-1, 1):
        brush.fill(
            ribbon([(0, 0.63), (side * 0.24, 0.62), (side * 0.5, 0.74)], 0.16, start=0.6, end=0),
            lit(colour, 0.1),
            volume=0.03,
        )
