"""A picture to be filled, its hour and the light it throws on the subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon.brush import Brush, Point, smooth
from cartoonmix_desktop.cartoon.palette import Colour, dark, mix

if TYPE_CHECKING:
    import random


@dataclass(frozen=True, slots=True)
class Light:
    """How the place lights its subject.

    Attributes:
        rim: colour of the edge that faces the light.
        tint: what the subject's own colours are multiplied with.
    """

    rim: Colour
    tint: Colour


LIGHTS = {
    "day": Light((255, 250, 226), (255, 253, 246)),
    "night": Light((176, 206, 255), (190, 196, 244)),
    "sunset": Light((255, 204, 132), (255, 208, 192)),
    "dark": Light((226, 182, 255), (218, 200, 240)),
    "lamps": Light((255, 214, 140), (250, 216, 190)),
    "studio": Light((255, 248, 238), (252, 246, 250)),
}

SKIES: dict[str, tuple[Colour, ...]] = {
    "day": ((58, 132, 218), (112, 180, 238), (178, 220, 248), (232, 244, 250)),
    "night": ((10, 12, 40), (26, 30, 84), (58, 54, 126), (120, 92, 158)),
    "sunset": ((60, 48, 116), (156, 76, 132), (240, 130, 108), (255, 192, 118), (255, 226, 160)),
    "dark": ((20, 18, 44), (44, 36, 82), (84, 58, 112), (134, 84, 122)),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture to be filled: local units are its smaller side.

    Attributes:
        brush: origin at the upper left corner.
        width: in units, at least 1.
        height: in units, at least 1.
        time: ``"day"``, ``"night"``, ``"sunset"`` or ``"dark"``.
        side: -1 when the light comes from the left, 1 from the right.
        rng: makes pictures differ.
    """

    brush: Brush
    width: float
    height: float
    time: str
    side: int
    rng: random.Random

    @property
    def horizon(self) -> float:
        """Where sky and ground meet."""
        return self.height * 0.66

    def hazy(self, colour: Colour, distance: float) -> Colour:
        """A colour seen through the air of the hour; distance 0 to 1."""
        air = SKIES[self.time][-2]
        if self.time in {"night", "dark"}:
            colour = mix(dark(colour, 0.55), SKIES[self.time][1], 0.25)
        elif self.time == "sunset":
            colour = mix(dark(colour, 0.3), (150, 70, 96), 0.3)
        return mix(colour, air, distance)

    def slab(self, top: list[Point], *colours: Colour) -> None:
        """Everything below a soft line from left to right."""
        path = [*smooth(top, closed=False), (self.width + 0.2, self.height + 0.1)]
        self.brush.fill([*path, (-0.2, self.height + 0.1)], *colours)

    def hills(self, y: float, rise: float, count: int, *colours: Colour) -> None:
        """A soft ridge across the picture."""
        step = (self.width + 0.4) / count
        points = [(-0.2 + step * i, y - rise * self.rng.uniform(0, 1)) for i in range(count + 1)]
        self.slab(points, *colours)
