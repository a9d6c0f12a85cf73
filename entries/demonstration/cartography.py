"""A sheet to draw maps on: lines, hatching and lettering in sheet units, anti-aliased by supersampling."""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFont

from entries.demonstration.geography import SIZE, Point

type RGB = tuple[int, int, int]
type Box = tuple[float, float, float, float]
type Colour = RGB | tuple[int, int, int, int]

SCALE = 2
PIXELS = (SIZE[0] * SCALE, SIZE[1] * SCALE)
SLANT = 0.22
COAST_ROUGHNESS = 0.17
COAST_DETAIL = 2.5


def scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def coastline(outline: Sequence[Point], seed: int) -> list[Point]:
    """The outline closed and broken up by displaced midpoints, as coasts are at every scale."""
    rng = random.Random(seed)
    points = [*outline, outline[0]]
    while max(math.dist(a, b) for a, b in pairwise(points)) > COAST_DETAIL:
        broken = [point for a, b in pairwise(points) for point in (a, _displaced(a, b, rng))]
        points = [*broken, points[-1]]
    return points


def _displaced(a: Point, b: Point, rng: random.Random) -> Point:
    push = rng.gauss(0, COAST_ROUGHNESS)
    return (a[0] + b[0]) / 2 + push * (a[1] - b[1]), (a[1] + b[1]) / 2 + push * (b[0] - a[0])


def curve(points: Sequence[Point], steps: int = 24) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    ends = [points[0], *points, points[-1]]
    quads = zip(ends, ends[1:], ends[2:], ends[3:], strict=False)
    return [_on_curve(quad, i / steps) for quad in quads for i in range(steps)] + [points[-1]]


def _on_curve(quad: tuple[Point, Point, Point, Point], t: float) -> Point:
    w = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
    x, y = (sum(k * p[axis] for k, p in zip(w, quad, strict=True)) / 2 for axis in (0, 1))
    return x, y


def stretch(points: Sequence[Point], start: float, end: float) -> list[Point]:
    """The part of the line between two distances along it."""
    part, done = [], 0.0
    for a, b in pairwise(points):
        side = math.dist(a, b)
        part += [_between(a, b, (d - done) / side) for d in (max(start, done), min(end, done + side))
                 if side and start <= done + side and done <= end]  # fmt: skip
        done += side
    return part


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def length(points: Sequence[Point]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(points))


def area_mask(*areas: Sequence[Point]) -> Image.Image:
    mask = Image.new("L", PIXELS)
    draw = ImageDraw.Draw(mask)
    for area in areas:
        draw.polygon(scaled(area), fill=255)
    return mask


class Sheet:
    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.draw = ImageDraw.Draw(image, "RGBA")

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        self.draw.line(scaled(points), fill=colour, width=round(width * SCALE), joint="curve")

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        self.draw.polygon(scaled(points), fill=fill)

    def box(self, box: Box, fill: Colour | None, edge: Colour, width: float) -> None:
        corners = [round(side * SCALE) for side in box]
        self.draw.rectangle(corners, fill=fill, outline=edge, width=round(width * SCALE))

    def disc(self, at: Point, radius: float, fill: Colour, edge: Colour, width: float = 1.5) -> None:
        centre = (at[0] * SCALE, at[1] * SCALE)
        self.draw.circle(centre, radius * SCALE, fill=fill, outline=edge, width=round(width * SCALE))

    def dashed(self, points: Sequence[Point], colour: Colour, width: float, dash: float, gap: float) -> None:
        for piece in self._dashes(points, dash, gap):
            self.line(piece, colour, width)

    @staticmethod
    def _dashes(points: Sequence[Point], dash: float, gap: float) -> Iterator[list[Point]]:
        count = math.ceil(length(points) / (dash + gap))
        for i in range(count):
            yield stretch(points, i * (dash + gap), i * (dash + gap) + dash)

    def arrow(self, points: Sequence[Point], colour: Colour, width: float, head: float) -> None:
        whole = length(points)
        self.line(stretch(points, 0, whole - head * 0.8), colour, width)
        (x, y), (tip_x, tip_y) = stretch(points, whole - head, whole)[0], points[-1]
        dx, dy = (tip_x - x) * 0.42, (tip_y - y) * 0.42
        self.polygon([(tip_x, tip_y), (x - dy, y + dx), (x + dy, y - dx)], colour)

    def cross(self, at: Point, arm: float, colour: Colour, width: float) -> None:
        x, y = at
        self.line([(x - arm, y - arm), (x + arm, y + arm)], colour, width)
        self.line([(x - arm, y + arm), (x + arm, y - arm)], colour, width)

    def wash(self, mask: Image.Image, colour: RGB, strength: float) -> None:
        """Lay colour on the area; like the hatching it works on the area's own box only, for speed."""
        box = mask.getbbox() or (0, 0, 1, 1)
        self.image.paste(colour, box[:2], mask.crop(box).point(lambda value: int(value * strength)))

    def hatch(self, mask: Image.Image, colour: RGB, spacing: float = 6, width: float = 1.6) -> None:
        box = mask.getbbox() or (0, 0, 1, 1)
        area = mask.crop(box)
        stripes = Image.new("L", area.size)
        draw = ImageDraw.Draw(stripes)
        for x in range(-area.height, area.width, round(spacing * SCALE)):
            draw.line([(x, area.height), (x + area.height, 0)], fill=255, width=round(width * SCALE))
        self.image.paste(colour, box[:2], ImageChops.multiply(stripes, area))

    def text(
        self, at: Point, text: str, size: float, colour: Colour, anchor: str = "lm", *, bold: bool = False,
        halo: Colour | None = None,
    ) -> None:  # fmt: skip
        where, font = (at[0] * SCALE, at[1] * SCALE), ImageFont.load_default(size * SCALE)
        weight = size * SCALE / 40 if bold else 0
        if halo:
            self.draw.text(where, text, halo, font, anchor, stroke_width=weight + 2.4 * SCALE)
        self.draw.text(where, text, colour, font, anchor, stroke_width=weight)

    def lettering(
        self, at: Point, text: str, size: float, colour: RGB, *, tracking: float = 0,
        angle: float = 0, slanted: bool = False,
    ) -> None:  # fmt: skip
        """Spaced capitals and slanted water names, centred on the point."""
        mask = _spaced(text, size, tracking)
        if slanted:
            shear = (1, SLANT, -SLANT * mask.height / 2, 0, 1, 0)
            mask = mask.transform(mask.size, Image.Transform.AFFINE, shear, Image.Resampling.BICUBIC)
        mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        corner = round(at[0] * SCALE - mask.width / 2), round(at[1] * SCALE - mask.height / 2)
        self.image.paste(colour, corner, mask)


def _spaced(text: str, size: float, tracking: float) -> Image.Image:
    font = ImageFont.load_default(size * SCALE)
    gap, margin = tracking * SCALE, size * SCALE
    width = font.getlength(text) + gap * (len(text) - 1)
    mask = Image.new("L", (math.ceil(width + 2 * margin), math.ceil(2 * margin)))
    draw, x = ImageDraw.Draw(mask), margin
    for letter in text:
        draw.text((x, margin), letter, 255, font, "lm")
        x += font.getlength(letter) + gap
    return mask
