"""Skies: clouds, stars, the moon, the sun, and what falls from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon.brush import Path, ellipse
from cartoonmix_desktop.cartoon.palette import WHITE, Colour, mix
from cartoonmix_desktop.cartoon.stage import SKIES, Stage

if TYPE_CHECKING:
    from cartoonmix_desktop.cartoon.words import Wish


def sky(stage: Stage, wish: Wish) -> None:
    """The whole sky of the hour, with clouds and its lights."""
    brush, rng, w, h = stage.brush, stage.rng, stage.width, stage.height
    depth = stage.horizon + 0.06 if wish.place else h
    brush.fill([(0, 0), (w, 0), (w, h), (0, h)], SKIES[stage.time][-1])
    brush.fill([(0, 0), (w, 0), (w, depth), (0, depth)], *SKIES[stage.time])
    x = w * 0.5 + stage.side * w * rng.uniform(0.26, 0.36)
    if stage.time in {"night", "dark"}:
        stars(stage, 90 if stage.time == "night" else 40)
        if stage.time == "night" or wish.gaze or "moon" in wish.extras:
            _moon(stage, x, h * rng.uniform(0.14, 0.24))
    elif stage.time == "sunset":
        y = min(stage.horizon * 0.86, h * 0.6)
        brush.glow(x, y, 0.7, (255, 226, 150), 0.75)
        brush.fill(ellipse(x, y, 0.085), (255, 248, 214), (255, 216, 132))
    else:
        brush.glow(x, h * 0.08, 0.75, (255, 252, 226), 0.9)
    tones = {
        "day": (WHITE, (226, 238, 250), (186, 212, 240)),
        "sunset": ((255, 214, 166), (240, 140, 132), (170, 84, 132)),
        "night": ((92, 92, 168), (56, 56, 124), (40, 40, 100)),
        "dark": ((124, 88, 144), (76, 56, 110), (50, 40, 88)),
    }[stage.time]
    for _ in range(rng.randint(4, 6)):
        y = stage.horizon * rng.uniform(0.12, 0.85)
        size = rng.uniform(0.09, 0.2) * (0.6 + y / h)
        _cloud(stage, rng.uniform(-0.1, 1.1) * w, y, size, tones)


def _cloud(stage: Stage, x: float, y: float, size: float, tones: tuple[Colour, ...]) -> None:
    puffs: list[Path] = []
    count = stage.rng.randint(5, 8)
    for i in range(count):
        t = i / (count - 1) * 2 - 1
        radius = size * (1 - abs(t) * 0.62) * stage.rng.uniform(0.55, 0.8)
        puffs.append(ellipse(x + t * size * 1.9, y - radius * 0.7, radius * 1.15, radius))
    puffs.append(ellipse(x, y - size * 0.12, size * 2.3, size * 0.2))
    brush = stage.brush
    shape = brush.shape(*puffs)
    brush.fill(shape, *tones)
    brush.shade(shape, size * 0.3, tones[-1], 0.5)


def stars(stage: Stage, count: int) -> None:
    """Stars above the horizon."""
    for _ in range(count):
        x, y = stage.rng.uniform(0, stage.width), stage.rng.uniform(0, stage.horizon)
        size = stage.rng.choice((0.0016, 0.002, 0.0026, 0.004))
        stage.brush.fill(ellipse(x, y, size), mix(WHITE, (190, 210, 255), stage.rng.random()))
        if size > 0.003:
            stage.brush.glow(x, y, 0.02, (210, 224, 255), 0.6)


def _moon(stage: Stage, x: float, y: float) -> None:
    brush = stage.brush
    brush.glow(x, y, 0.42, (150, 164, 236), 0.7)
    brush.glow(x, y, 0.2, (226, 228, 255), 0.7)
    disc = brush.fill(ellipse(x, y, 0.085), (255, 252, 236), (232, 228, 232))
    for dx, dy, size in ((-0.02, -0.02, 0.02), (0.03, 0.015, 0.014), (-0.01, 0.04, 0.011)):
        brush.fill(ellipse(x + dx, y + dy, size), (214, 208, 220), clip=disc, opacity=0.7)


def flakes(stage: Stage) -> None:
    """Falling snow."""
    for _ in range(70):
        x, y = stage.rng.uniform(0, stage.width), stage.rng.uniform(0, stage.height)
        size = stage.rng.choice((0.004, 0.006, 0.01, 0.018))
        stage.brush.glow(x, y, size * 1.6, WHITE, 0.95)


def rain(stage: Stage) -> None:
    """Falling rain."""
    for _ in range(60):
        x, y = stage.rng.uniform(0, stage.width + 0.1), stage.rng.uniform(-0.1, stage.height)
        stage.brush.line([(x, y), (x - 0.02, y + 0.09)], 0.003, (206, 222, 244), 0.5)
