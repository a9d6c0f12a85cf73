"""Sea and land as they lie under every chart: depth tints, graticule, hills and coasts."""

import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps

from entries.demonstration import geography as isles
from entries.demonstration.cartography import PIXELS, Sheet, curve
from entries.demonstration.geography import FRAME, SIZE, Point

SEA_TINTS = ((146, 180, 195), (160, 191, 204), (176, 204, 213), (194, 217, 222), (214, 230, 231))
SEA_DEPTHS = (14.0, 40.0, 78.0, 122.0)
RELIEF_DARK, RELIEF_MID, RELIEF_LIGHT = (176, 170, 138), (233, 227, 206), (253, 250, 240)
COAST = (92, 98, 92)
RIVER = (104, 154, 182)
ROAD = (150, 118, 92)
GRATICULE = (255, 255, 255, 96)

LOW_SIZE = (400, 250)
MID_SIZE = (800, 500)
LOW_GROUND = 226


def ocean(land: Image.Image) -> Image.Image:
    shallows = _shallows(land.resize(LOW_SIZE, Image.Resampling.BOX)).resize(SIZE, Image.Resampling.BICUBIC)
    sea = Image.new("RGB", SIZE, SEA_TINTS[0])
    for depth, tint in zip(SEA_DEPTHS, SEA_TINTS[1:], strict=True):
        sea.paste(tint, mask=_above(shallows, depth))
    return sea.resize(PIXELS, Image.Resampling.BILINEAR)


def _shallows(land: Image.Image) -> Image.Image:
    """Nearness to land, 0 to 255 and a little rough, as a sea floor is."""
    near, far = (land.filter(ImageFilter.GaussianBlur(radius)).convert("F") for radius in (7, 22))
    rough, fine = _noise(LOW_SIZE, 36, 5), _noise(LOW_SIZE, 14, 6)
    floor: Image.Image = ImageMath.lambda_eval(
        lambda a: a["near"] * 0.5 + a["far"] * 1.1 + a["rough"] * 0.16 + a["fine"] * 0.07 - 26,
        near=near, far=far, rough=rough, fine=fine,
    )  # fmt: skip
    return floor


def _above(field: Image.Image, level: float) -> Image.Image:
    return field.point(lambda value: value * 180 - level * 180).convert("L")


def _noise(size: tuple[int, int], grain: int, seed: int) -> Image.Image:
    cells = (size[0] // grain + 1, size[1] // grain + 1)
    grains = Image.frombytes("L", cells, random.Random(seed).randbytes(cells[0] * cells[1]))
    return grains.convert("F").resize(size, Image.Resampling.BICUBIC)


def draw_graticule(sheet: Sheet) -> None:
    left, top, right, bottom = FRAME
    for x in meridians(5):
        sheet.line([(x, top), (x, bottom)], GRATICULE, 1)
    for y in parallels(5):
        sheet.line([(left, y), (right, y)], GRATICULE, 1)


def meridians(minutes: int) -> list[float]:
    return _every(isles.MINUTE_OF_LONGITUDE * minutes, FRAME[0], FRAME[2])


def parallels(minutes: int) -> list[float]:
    return _every(isles.MINUTE_OF_LATITUDE * minutes, FRAME[1], FRAME[3])


def _every(step: float, start: float, end: float) -> list[float]:
    return [start + step * i for i in range(1, int((end - start) / step) + 1)]


def draw_land(sheet: Sheet, land: Image.Image, coasts: Sequence[Sequence[Point]]) -> None:
    relief = ImageOps.colorize(_hillshade(land), RELIEF_DARK, RELIEF_LIGHT, RELIEF_MID)
    sheet.image.paste(relief.resize(PIXELS, Image.Resampling.BICUBIC), mask=land)
    for coast in coasts:
        sheet.line(coast, COAST, 1.2)
    sheet.line(curve(isles.RIVER_KELDER), RIVER, 2.5)
    for road in isles.ROADS:
        sheet.line(curve(road), ROAD, 1.6)


def _hillshade(land: Image.Image) -> Image.Image:
    """Light from the north-west on hills that rise inland."""
    inland = land.resize(MID_SIZE, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(13)).convert("F")
    rough, fine = _noise(MID_SIZE, 34, 8), _noise(MID_SIZE, 11, 9)
    height = ImageMath.lambda_eval(
        lambda a: a["inland"] * (a["rough"] * 0.9 + a["fine"] * 0.32 + 30) / 255,
        inland=inland, rough=rough, fine=fine,
    )  # fmt: skip
    shade: Image.Image = ImageMath.lambda_eval(
        lambda a: (a["here"] - a["up"]) * 5 + 128, here=height, up=ImageChops.offset(height, 2, 2)
    )
    return shade.convert("L")


def low_ground(land: Image.Image) -> Image.Image:
    """A mask of the land nearest the sea, where floods come first."""
    inland = land.resize(MID_SIZE, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(9))
    near = inland.point(lambda value: 255 if value < LOW_GROUND else 0)
    return ImageChops.multiply(near.resize(PIXELS, Image.Resampling.BICUBIC), land)
