"""Vector shapes with volume on an image: soft outlines, gradients, light and shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from cartoonmix_desktop.cartoon.palette import Colour, dark, lit

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
Path = list[Point]
Box = tuple[int, int, int, int]


@cache
def _traced(text: str) -> tuple[Point, ...]:
    pairs = (pair.split(",") for pair in text.split())
    return tuple((float(x), float(y)) for x, y in pairs)


def trace(text: str) -> Path:
    """The points of an outline written down as ``"x,y x,y …"``."""
    return list(_traced(text))


def smooth(points: Sequence[Point], *, closed: bool = True, detail: int = 8) -> Path:
    """A soft curve through ``points`` (Catmull-Rom), ``detail`` pieces between two of them."""
    count = len(points)
    path: Path = []
    for i in range(count if closed else count - 1):
        p0, p1, p2, p3 = (
            points[(i + k) % count] if closed else points[min(max(i + k, 0), count - 1)]
            for k in (-1, 0, 1, 2)
        )
        for step in range(detail):
            t = step / detail
            path.append(
                (_spline(p0[0], p1[0], p2[0], p3[0], t), _spline(p0[1], p1[1], p2[1], p3[1], t))
            )
    if not closed:
        path.append(points[-1])
    return path


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def ellipse(x: float, y: float, rx: float, ry: float | None = None, turn: float = 0) -> Path:
    """An ellipse, turned by degrees."""
    ry = rx if ry is None else ry
    sin, cos = math.sin(math.radians(turn)), math.cos(math.radians(turn))
    path = []
    for i in range(48):
        a, b = rx * math.cos(i * math.tau / 48), ry * math.sin(i * math.tau / 48)
        path.append((x + a * cos - b * sin, y + a * sin + b * cos))
    return path


def ribbon(spine: Sequence[Point], width: float, *, start: float = 0, end: float = 0) -> Path:
    """A stroke along a soft curve: ``width`` in the middle, shares of it at its ends."""
    line = smooth(spine, closed=False)
    last = len(line) - 1
    halves = []
    for i in range(last + 1):
        t = i / last
        floor = start + (end - start) * t
        halves.append(width / 2 * (floor + (1 - floor) * math.sin(math.pi * t) ** 0.7))
    return _around(line, halves)


def lock(spine: Sequence[Point], width: float) -> Path:
    """A lock of hair along a soft curve: full near its root, ending in a point."""
    line = smooth(spine, closed=False)
    last = len(line) - 1
    return _around(
        line,
        [
            width / 2 * min(1.0, 0.5 + 2.4 * i / last) * (1 - i / last) ** 0.62
            for i in range(last + 1)
        ],
    )


def _around(line: Path, halves: Sequence[float]) -> Path:
    """The outline of a line with half its width at each point."""
    left: Path = []
    right: Path = []
    last = len(line) - 1
    for i, ((x, y), half) in enumerate(zip(line, halves, strict=True)):
        (ax, ay), (bx, by) = line[max(i - 1, 0)], line[min(i + 1, last)]
        length = math.hypot(bx - ax, by - ay) or 1
        nx, ny = -(by - ay) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def symmetric(right: Sequence[Point]) -> Path:
    """A closed soft outline from its right half, top to bottom."""
    left = [(-x, y) for x, y in reversed(right) if x]
    return smooth([*right, *left])


@dataclass(frozen=True, slots=True)
class Shape:
    """What a fill has covered: an 8-bit mask and where it lies on the image."""

    mask: Image.Image
    box: Box


@dataclass(frozen=True, slots=True)
class Brush:
    """Draws in local coordinates: x to the right, y down, one unit long ``unit`` pixels.

    Attributes:
        image: RGB, drawn on.
        x: pixels of the local origin.
        y: pixels of the local origin.
        unit: pixels of one local unit.
        turn: degrees, clockwise.
        light: direction to the light, e.g. ``(-0.6, -0.8)``.
        silhouette: everything filled is also marked here, None for nothing.
    """

    image: Image.Image
    x: float = 0
    y: float = 0
    unit: float = 1
    turn: float = 0
    light: Point = (-0.6, -0.8)
    silhouette: Image.Image | None = None
    _trig: Point = field(default=(0, 1), init=False)

    def __post_init__(self) -> None:
        angle = math.radians(self.turn)
        object.__setattr__(self, "_trig", (math.sin(angle), math.cos(angle)))

    def at(self, x: float, y: float, scale: float = 1, turn: float = 0) -> Brush:
        """A brush whose origin is at a local point, scaled and turned."""
        px, py = self._pixel((x, y))
        return replace(self, x=px, y=py, unit=self.unit * scale, turn=self.turn + turn)

    def _pixel(self, point: Point) -> Point:
        sin, cos = self._trig
        x, y = point[0] * self.unit, point[1] * self.unit
        return self.x + x * cos - y * sin, self.y + x * sin + y * cos

    def shape(self, *paths: Sequence[Point]) -> Shape | None:
        """The mask of all ``paths`` together; None if it lies outside the image."""
        outlines = [[self._pixel(point) for point in path] for path in paths]
        xs = [x for outline in outlines for x, _ in outline]
        ys = [y for outline in outlines for _, y in outline]
        left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
        right = min(self.image.width, math.ceil(max(xs)) + 1)
        bottom = min(self.image.height, math.ceil(max(ys)) + 1)
        if left >= right or top >= bottom:
            return None
        mask = Image.new("L", (right - left, bottom - top))
        draw = ImageDraw.Draw(mask)
        for outline in outlines:
            draw.polygon([(x - left, y - top) for x, y in outline], fill=255)
        return Shape(mask, (left, top, right, bottom))

    def fill(
        self,
        path: Sequence[Point] | Shape | None,
        *colours: Colour,
        clip: Shape | None = None,
        opacity: float = 1,
        volume: float = 0,
        blur: float = 0,
    ) -> Shape | None:
        """Fill ``path`` with a gradient from top to bottom.

        Args:
            path: local points, or a shape of this brush.
            colours: one for a flat fill, more for a gradient.
            clip: draw only where this shape is.
            opacity: 0 to 1.
            volume: depth of light and shadow at its edges, in local units; 0 for none.
            blur: softness of its edge, in local units.

        Returns:
            What was covered; None if nothing.
        """
        shape = path if path is None or isinstance(path, Shape) else self.shape(path)
        if shape is None:
            return None
        mask, box = shape.mask, shape.box
        if blur:
            mask, box = self._softened(shape, blur * self.unit)
        if clip is not None:
            mask = ImageChops.multiply(mask, _within(clip, box))
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        if len(colours) == 1:
            self.image.paste(colours[0], box, mask)
        else:
            self.image.paste(gradient((mask.width, mask.height), colours), box, mask)
        if self.silhouette is not None and clip is None and opacity == 1 and not blur:
            self.silhouette.paste(255, box, mask)
        if volume:
            mid = colours[len(colours) // 2]
            self.shade(shape, volume, dark(mid, 0.42), 0.6)
            self.shade(shape, -volume * 0.45, lit(mid, 0.6), 0.5)
        return shape

    def block(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A plain upright rectangle: the quick way for a great many."""
        px, py = self._pixel((x, y))
        box = (round(px), round(py), round(px + width * self.unit), round(py + height * self.unit))
        self.image.paste(colour, box)

    def shade(self, shape: Shape | None, depth: float, colour: Colour, opacity: float) -> None:
        """A soft band inside the shape: away from the light, or towards it for negative depth."""
        if shape is None:
            return
        pixels = depth * self.unit
        dx, dy = round(self.light[0] * pixels), round(self.light[1] * pixels)
        if not dx and not dy:
            return
        # A soft band needs no more detail than its softness: found on a smaller copy.
        radius = abs(pixels) * 0.45
        factor = max(1, int(radius / 2))
        small = shape.mask if factor == 1 else shape.mask.reduce(factor)
        moved = Image.new("L", small.size)
        moved.paste(small, (round(dx / factor), round(dy / factor)))
        band = ImageChops.subtract(small, moved).filter(ImageFilter.GaussianBlur(radius / factor))
        band = band.point([round(level * opacity) for level in range(256)])
        if factor > 1:
            band = band.resize(shape.mask.size, Image.Resampling.BILINEAR)
        self.image.paste(colour, shape.box, ImageChops.multiply(band, shape.mask))

    def glow(
        self,
        x: float,
        y: float,
        rx: float,
        colour: Colour,
        opacity: float = 1,
        ry: float | None = None,
        clip: Shape | None = None,
    ) -> None:
        """A soft spot that fades to its rim."""
        px, py = self._pixel((x, y))
        wide, high = rx * self.unit, (rx if ry is None else ry) * self.unit
        box = (round(px - wide), round(py - high), round(px + wide) + 1, round(py + high) + 1)
        spot = _spot(opacity).resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR)
        if clip is not None:
            spot = ImageChops.multiply(spot, _within(clip, box))
        self.image.paste(colour, box, spot)

    def line(
        self,
        spine: Sequence[Point],
        width: float,
        colour: Colour,
        opacity: float = 1,
        **ends: float,
    ) -> None:
        """A stroke along a soft curve; ``start`` and ``end`` as in `ribbon`."""
        self.fill(ribbon(spine, width, **ends), colour, opacity=opacity)

    def _softened(self, shape: Shape, radius: float) -> tuple[Image.Image, Box]:
        pad = math.ceil(radius * 2)
        left, top, right, bottom = shape.box
        mask = Image.new("L", (right - left + 2 * pad, bottom - top + 2 * pad))
        mask.paste(shape.mask, (pad, pad))
        return _blurred(mask, radius), (left - pad, top - pad, right + pad, bottom + pad)


def gradient(size: tuple[int, int], colours: Sequence[Colour]) -> Image.Image:
    """Colours from top to bottom, evenly spaced."""
    column = Image.new("RGB", (1, len(colours)))
    column.putdata(list(colours))
    # A bilinear upscale is flat for half a source pixel at both ends: cut those away.
    return column.resize(
        size, Image.Resampling.BILINEAR, box=(0, 0.5, 1, max(len(colours) - 0.5, 0.51))
    )


@cache
def _spot(opacity: float) -> Image.Image:
    # Pillow's radial gradient is 0 in the middle and 255 at the corners' distance.
    return Image.radial_gradient("L").point(
        [round(255 * opacity * max(0.0, 1 - level / 180) ** 1.6) for level in range(256)]
    )


def _blurred(mask: Image.Image, radius: float) -> Image.Image:
    """Blurred; large radii on a smaller copy, which looks the same and is far quicker."""
    factor = max(1, int(radius / 2))
    if factor == 1:
        return mask.filter(ImageFilter.GaussianBlur(radius))
    small = mask.reduce(factor).filter(ImageFilter.GaussianBlur(radius / factor))
    return small.resize(mask.size, Image.Resampling.BILINEAR)


def _within(clip: Shape, box: Box) -> Image.Image:
    """The clip's mask as seen through ``box``."""
    left, top, right, bottom = box
    seen = Image.new("L", (right - left, bottom - top))
    seen.paste(clip.mask, (clip.box[0] - left, clip.box[1] - top))
    return seen
