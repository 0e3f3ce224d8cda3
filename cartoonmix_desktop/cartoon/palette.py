"""Colours: by name, and how light and shadow change them."""

from __future__ import annotations

import colorsys

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

WHITE: Colour = (255, 255, 255)
GOLD: Colour = (236, 190, 92)

HAIR: dict[str, Colour] = {
    "purple": (126, 74, 178),
    "violet": (126, 74, 178),
    "lavender": (168, 146, 216),
    "brown": (112, 66, 40),
    "brunette": (98, 58, 38),
    "chestnut": (128, 68, 38),
    "blonde": (240, 196, 104),
    "blond": (240, 196, 104),
    "golden": (240, 190, 84),
    "yellow": (246, 206, 86),
    "black": (46, 42, 62),
    "dark": (52, 42, 52),
    "red": (186, 52, 38),
    "ginger": (218, 104, 44),
    "auburn": (146, 58, 38),
    "orange": (232, 124, 46),
    "blue": (58, 108, 206),
    "teal": (34, 148, 152),
    "turquoise": (54, 186, 190),
    "aqua": (86, 192, 206),
    "pink": (240, 132, 176),
    "green": (72, 158, 98),
    "silver": (188, 194, 212),
    "grey": (150, 154, 168),
    "gray": (150, 154, 168),
    "white": (232, 232, 242),
    "rainbow": (126, 74, 178),
}

EYES: dict[str, Colour] = {
    "purple": (142, 84, 206),
    "violet": (142, 84, 206),
    "pink": (232, 96, 158),
    "blue": (58, 132, 222),
    "green": (58, 162, 96),
    "brown": (132, 78, 42),
    "hazel": (158, 116, 56),
    "amber": (222, 148, 42),
    "golden": (226, 168, 50),
    "yellow": (232, 188, 58),
    "red": (202, 48, 48),
    "orange": (230, 122, 40),
    "grey": (126, 142, 162),
    "gray": (126, 142, 162),
    "silver": (156, 170, 190),
    "black": (58, 50, 62),
    "dark": (72, 52, 46),
    "teal": (32, 158, 164),
    "turquoise": (44, 180, 186),
}

CLOTH: dict[str, Colour] = {
    "red": (196, 46, 52),
    "crimson": (168, 30, 52),
    "blue": (52, 94, 190),
    "navy": (38, 52, 104),
    "black": (50, 48, 62),
    "white": (236, 234, 238),
    "green": (58, 138, 88),
    "emerald": (28, 142, 100),
    "olive": (122, 128, 66),
    "yellow": (244, 196, 66),
    "gold": (222, 170, 62),
    "golden": (222, 170, 62),
    "orange": (234, 124, 48),
    "purple": (120, 72, 168),
    "violet": (120, 72, 168),
    "pink": (240, 142, 178),
    "brown": (126, 82, 54),
    "beige": (216, 190, 156),
    "cream": (240, 224, 196),
    "grey": (136, 142, 154),
    "gray": (136, 142, 154),
    "silver": (176, 184, 200),
    "teal": (30, 134, 140),
    "turquoise": (52, 176, 180),
}

SKIN: tuple[Colour, ...] = (
    (255, 222, 198),
    (250, 208, 176),
    (240, 190, 152),
    (214, 156, 116),
    (168, 112, 78),
    (124, 80, 58),
)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Between two colours: 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def dark(colour: Colour, amount: float = 0.3) -> Colour:
    """In shadow: darker, cooler and a little richer."""
    hue, light, rich = colorsys.rgb_to_hls(*(channel / 255 for channel in colour))
    toward = 0.72  # shadows lean to violet
    if rich > 0.05:
        delta = ((toward - hue + 0.5) % 1) - 0.5
        hue = (hue + delta * 0.12 * amount) % 1
    rgb = colorsys.hls_to_rgb(hue, light * (1 - amount), min(1.0, rich * (1 + amount * 0.15)))
    return mix(_bytes(rgb), (38, 26, 74), amount * 0.22)


def lit(colour: Colour, amount: float = 0.3) -> Colour:
    """In light: brighter and warmer."""
    return mix(colour, (255, 247, 228), amount)


def skin_shadow(skin: Colour, amount: float = 0.4) -> Colour:
    """Skin in shadow: rosy, not orange."""
    return mix(dark(skin, amount * 0.35), (128, 52, 84), amount * 0.85)


def hued(colour: Colour, turn: float) -> Colour:
    """The colour with its hue turned by a share of the circle."""
    hue, light, rich = colorsys.rgb_to_hls(*(channel / 255 for channel in colour))
    return _bytes(colorsys.hls_to_rgb((hue + turn) % 1, light, rich))


def _bytes(rgb: tuple[float, float, float]) -> Colour:
    red, green, blue = (max(0, min(255, round(channel * 255))) for channel in rgb)
    return red, green, blue
