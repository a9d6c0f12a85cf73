"""The maps of the demonstration story, one a day: the same isles under three states of the sea."""

import io
import math
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image, ImageChops

from entries.demonstration import geography as isles
from entries.demonstration import symbols as sign
from entries.demonstration.cartography import SCALE, Sheet, area_mask, coastline, curve
from entries.demonstration.geography import FRAME, SIZE, Line, Point
from entries.demonstration.symbols import FLOOD, GLOW, GREEN, INK, PAPER, PLUM, RED, WATER_INK
from entries.demonstration.terrain import draw_graticule, draw_land, low_ground, meridians, ocean, parallels

WIND_SPACING = 104
WINDLESS = ((isles.STORM_CENTRE, 128), (isles.BREACH, 64), (isles.STRANDWAY[0], 64))
SURGE_CONTOURS: tuple[tuple[str, Point, Line], ...] = (
    ("5.0 m", (120, 757), (
        (44, 716), (120, 757), (220, 770), (340, 720), (500, 600), (700, 540), (840, 500), *isles.STRANDWAY,
        (1120, 470), (1220, 500), (1300, 536), (1420, 560), (1556, 566), (1556, 956), (44, 956),
    )),
    ("5.4 m", (614, 830), (
        (440, 956), (520, 870), (614, 830), (730, 660), (700, 540), (840, 500), *isles.STRANDWAY,
        (1120, 470), (1206, 520), (1254, 640), (1250, 760), (1242, 860), (1250, 956),
    )),
    ("5.8 m", (908, 728), (
        (760, 670), (700, 540), (840, 500), *isles.STRANDWAY, (1120, 470), (1156, 530), (1136, 640),
        (1050, 706), (960, 730), (880, 724), (760, 670),
    )),
)  # fmt: skip

MAXCOVERAGE = Image.Quantize.MAXCOVERAGE
PALETTE_SAMPLE = (400, 250)
LAND_INK = (112, 102, 78)
NORTH: Point = (1500, 136)
MERIDIANS = tuple(f"24°{minute:02}'W" for minute in range(55, 0, -5))
PARALLELS = ("61°20'N", "61°15'N", "61°10'N")
LEGEND_CORNER = (1536, 938)
LEGEND_WIDTH = 262
LEGEND_STEP = 28


class Mark(NamedTuple):
    paint: Callable[[Sheet, Point], None]
    meaning: str


class DayChart(NamedTuple):
    title: str
    sea: Callable[[Sheet, Image.Image], None]
    events: Callable[[Sheet, Image.Image], None]
    legend: tuple[Mark, ...]


def draw_chart(day: int) -> bytes:
    """A PNG of 1600 by 1000 for day 1, 2 or 3; the same bytes at every call."""
    chart = CHARTS[day - 1]
    coasts = [coastline(outline, seed) for seed, outline in enumerate(isles.ISLANDS, start=11)]
    land = area_mask(*coasts)
    sheet = Sheet(ocean(land))
    draw_graticule(sheet)
    chart.sea(sheet, land)
    draw_land(sheet, land, coasts)
    chart.events(sheet, land)
    _draw_names(sheet)
    _draw_furniture(sheet, chart)
    return _png(sheet.image)


def _png(image: Image.Image) -> bytes:
    """In 256 colours a third of the bytes; a palette by coverage keeps the few thin lines' own colours."""
    buffer = io.BytesIO()
    sheet = image.reduce(SCALE)
    palette = sheet.resize(PALETTE_SAMPLE, Image.Resampling.NEAREST).quantize(256, MAXCOVERAGE, kmeans=1)
    sheet.quantize(palette=palette, dither=Image.Dither.NONE).save(buffer, "PNG")
    return buffer.getvalue()


def _surge_forecast(sheet: Sheet, _land: Image.Image) -> None:
    for _, _, contour in SURGE_CONTOURS:
        sheet.wash(area_mask(curve(contour)), PLUM, 0.12)
    for height, label_at, contour in SURGE_CONTOURS:
        sheet.line(curve(contour), PLUM, 1.4)
        sheet.text(label_at, height, 15, PLUM, "mm", bold=True, halo=PAPER)
    sheet.arrow(curve([(86, 916), (180, 898), (270, 852), (324, 792)]), PLUM, 6, 28)


def _gale(sheet: Sheet, land: Image.Image) -> None:
    """Wind turning about the storm's centre, against the clock as it does north of the equator."""
    for x in range(FRAME[0] + 48, FRAME[2] - 40, WIND_SPACING):
        for y in range(FRAME[1] + 60, FRAME[3] - 20, WIND_SPACING):
            tip = _downwind((x, y))
            if _is_open_water((x, y), land) and _is_open_water(tip, land):
                sheet.arrow([(x, y), tip], (*WATER_INK, 120), 1.6, 11)
    for radius in (14, 28, 42):
        sheet.disc(isles.STORM_CENTRE, radius, (*WATER_INK, 30), WATER_INK, 1.6)


def _downwind(at: Point) -> Point:
    dx, dy = at[0] - isles.STORM_CENTRE[0], at[1] - isles.STORM_CENTRE[1]
    reach = math.hypot(dx, dy)
    return at[0] + (dy * 46 - dx * 12) / reach, at[1] - (dx * 46 + dy * 12) / reach


def _is_open_water(at: Point, land: Image.Image) -> bool:
    """Neither ashore nor under a name or one of the chart's signs."""
    x, y = at
    names = (*isles.WATER_NAMES, *isles.ISLAND_NAMES)
    ashore = any(land.getpixel((round((x + d) * SCALE), round((y + d) * SCALE))) for d in (-14, 0, 14))
    crowded = any(abs(x - name.at[0]) < 96 and abs(y - name.at[1]) < 30 for name in names)
    signed = any(math.dist(at, sign_at) < reach for sign_at, reach in WINDLESS)
    return not (ashore or crowded or signed)


def _calm(sheet: Sheet, _land: Image.Image) -> None:
    for radius in (84, 62, 40):
        sheet.disc(isles.CANDLE, radius, (*GLOW, 80), (*GLOW, 150), 1)


def _warnings(sheet: Sheet, land: Image.Image) -> None:
    sheet.hatch(ImageChops.multiply(area_mask(curve(isles.KELDER_LEVELS)), land), RED)
    lowland = low_ground(land)
    for shore in (isles.PENNY_SHORE, isles.SALTINGS_SHORE, isles.STRAND_END):
        sheet.hatch(_ashore(lowland, shore), RED)
    sign.draw_ferries(sheet, running=(isles.MAINLAND_FERRY, isles.NORTH_FERRY))
    sign.draw_strandway(sheet, isles.STRANDWAY)
    for end in (isles.STRANDWAY[0], isles.STRANDWAY[-1]):
        sign.barrier(sheet, end)
    sign.lit(sheet, isles.CANDLE)
    sign.note(sheet, (990, 536), "Closed to all traffic", RED)
    sign.note(sheet, (216, 916), "Track of the storm", PLUM, "lm")


def _breach(sheet: Sheet, land: Image.Image) -> None:
    lowland = low_ground(land)
    for shore in (isles.PENNY_LOWER_TOWN, isles.SALTINGS_SHORE, isles.STRAND_END):
        sign.flooded(sheet, _ashore(lowland, shore))
    sign.draw_ferries(sheet, running=())
    sign.draw_cut_strandway(sheet)
    sheet.arrow(curve([(1178, 532), (1196, 512), (1226, 492)]), GREEN, 3.4, 15)
    for town in ((1236, 452), (756, 322)):
        sign.shelter(sheet, town)
    sign.dark(sheet, isles.CANDLE)
    sign.draw_gauges(sheet)
    sign.note(sheet, (1004, 536), "Breach: 90 m", RED)
    sign.note(sheet, (196, 870), "Storm centre, stalled", WATER_INK)


def _relief(sheet: Sheet, land: Image.Image) -> None:
    sheet.hatch(_ashore(low_ground(land), isles.PENNY_LOWER_TOWN), FLOOD)
    sign.draw_ferries(sheet, running=(isles.MAINLAND_FERRY, isles.NORTH_FERRY, isles.SALLOW_FERRY))
    sign.draw_cut_strandway(sheet)
    sheet.line(curve(isles.SMALL_BOATS), GREEN, 2.4)
    for share in (0.14, 0.32, 0.5, 0.68, 0.86):
        sign.boat(sheet, sign.along(curve(isles.SMALL_BOATS), share))
    sheet.dashed(curve(isles.RELIEF_SHIP), RED, 2.6, 3, 6)
    sign.ship(sheet, sign.along(curve(isles.RELIEF_SHIP), 0.4))
    sign.lit(sheet, isles.CANDLE)
    sign.note(sheet, (1004, 462), "Gap: 112 m", RED)
    sign.note(sheet, (1008, 600), "Small boats", GREEN)


def _ashore(lowland: Image.Image, shore: Line) -> Image.Image:
    return ImageChops.multiply(area_mask(shore), lowland)


def _draw_names(sheet: Sheet) -> None:
    for name in isles.ISLAND_NAMES:
        sheet.lettering(name.at, name.text, name.size, LAND_INK, tracking=name.tracking, angle=name.angle)
    for name in isles.WATER_NAMES:
        sheet.lettering(
            name.at, name.text, name.size, WATER_INK, tracking=name.tracking, angle=name.angle, slanted=True
        )
    for town in isles.TOWNS:
        sheet.disc(town.at, town.size / 4, PAPER, INK, 2)
        sheet.text(town.label_at, town.name, town.size, INK, town.anchor, halo=(*PAPER, 150))
    sheet.line(isles.LOCK_GATES, INK, 2.4)
    for landmark in isles.LANDMARKS:
        sheet.text(landmark.label_at, landmark.name, landmark.size, INK, landmark.anchor, halo=(*PAPER, 150))
    for peak in isles.PEAKS:
        x, y = peak.at
        sheet.polygon([(x - 6, y + 5), (x + 6, y + 5), (x, y - 6)], LAND_INK)
        sheet.text(peak.label_at, peak.name, peak.size, LAND_INK, peak.anchor)


def _draw_furniture(sheet: Sheet, chart: DayChart) -> None:
    _draw_border(sheet)
    _draw_title(sheet, chart.title)
    _draw_legend(sheet, chart.legend)
    _draw_north(sheet, NORTH)


def _draw_border(sheet: Sheet) -> None:
    left, top, right, bottom = FRAME
    for edge in ((0, 0, left, SIZE[1]), (right, 0, *SIZE), (0, 0, SIZE[0], top), (0, bottom, *SIZE)):
        sheet.box(edge, PAPER, PAPER, 0)
    _draw_minutes(sheet)
    sheet.box(FRAME, None, INK, 1.5)
    sheet.box((left - 8, top - 8, right + 8, bottom + 8), None, INK, 1)
    for x, label in zip(meridians(5), MERIDIANS, strict=False):
        sheet.text((x, top - 20), label, 13, INK, "mm")
        sheet.text((x, bottom + 20), label, 13, INK, "mm")
    for y, label in zip(parallels(5), PARALLELS, strict=False):
        sheet.lettering((left - 22, y), label, 13, INK, angle=90)
        sheet.lettering((right + 22, y), label, 13, INK, angle=270)


def _draw_minutes(sheet: Sheet) -> None:
    """The chequered scale of minutes between the two neat lines."""
    left, top, right, bottom = FRAME
    for x in meridians(1)[::2]:
        for edge in (top - 8, bottom):
            sheet.box((x, edge + 2, min(x + isles.MINUTE_OF_LONGITUDE, right), edge + 6), INK, INK, 0)
    for y in parallels(1)[::2]:
        for edge in (left - 8, right):
            sheet.box((edge + 2, y, edge + 6, min(y + isles.MINUTE_OF_LATITUDE, bottom)), INK, INK, 0)


def _draw_title(sheet: Sheet, title: str) -> None:
    sheet.box((70, 70, 486, 196), PAPER, INK, 1.2)
    sheet.box((75, 75, 481, 191), None, INK, 0.6)
    sheet.lettering((278, 108), "THE HARROW ISLES", 27, INK, tracking=4)
    sheet.line([(150, 132), (406, 132)], INK, 0.8)
    sheet.text((278, 151), title, 17, RED, "mm", bold=True)
    sheet.text((278, 174), "Harrow Survey Office · heights above chart datum", 13, INK, "mm")


def _draw_legend(sheet: Sheet, legend: tuple[Mark, ...]) -> None:
    right, bottom = LEGEND_CORNER
    left, top = right - LEGEND_WIDTH, bottom - 88 - LEGEND_STEP * len(legend)
    sheet.box((left, top, right, bottom), PAPER, INK, 1.2)
    for row, mark in enumerate(legend):
        y = top + 24 + row * LEGEND_STEP
        mark.paint(sheet, (left + 34, y))
        sheet.text((left + 66, y), mark.meaning, 15, INK)
    sheet.line([(left + 18, bottom - 70), (right - 18, bottom - 70)], INK, 0.6)
    _draw_scale(sheet, (left + 26, bottom - 38))


def _draw_scale(sheet: Sheet, at: Point) -> None:
    x, y = at
    for kilometre in range(6):
        mark = x + kilometre * isles.UNITS_PER_KM
        fill = INK if kilometre % 2 == 0 else PAPER
        sheet.box((mark, y, mark + isles.UNITS_PER_KM, y + 6), fill, INK, 0.8)
        if kilometre % 2 == 0:
            sheet.text((mark, y - 12), str(kilometre), 13, INK, "mm")
    sheet.text((x + 6 * isles.UNITS_PER_KM, y - 12), "6 km", 13, INK, "mm")
    sheet.text((x, y + 20), "Four miles of sea-road: 6.4 km", 12, LAND_INK)


def _draw_north(sheet: Sheet, at: Point) -> None:
    x, y = at
    sheet.disc(at, 25, (*PAPER, 120), INK, 1)
    sheet.polygon([(x, y - 38), (x - 9, y + 16), (x, y + 8)], INK)
    sheet.polygon([(x, y - 38), (x + 9, y + 16), (x, y + 8)], PAPER)
    sheet.line([(x, y - 38), (x + 9, y + 16), (x, y + 8), (x, y - 38)], INK, 0.8)
    sheet.text((x, y - 50), "N", 19, INK, "mm", bold=True)


RUNNING = Mark(sign.running_sample, "Ferry running")
SUSPENDED = Mark(sign.idle_sample, "Ferry suspended")
STRANDWAY = Mark(sign.road_sample, "The Strandway")
CANDLE_LIT = Mark(sign.lit, "The Candle, lit")

CHARTS = (
    DayChart("The sea-road shut before the surge", _surge_forecast, _warnings, (
        STRANDWAY, Mark(sign.barrier, "Barrier down"), Mark(sign.surge_sample, "Forecast water level"),
        Mark(sign.warning_sample, "Flood warning"), RUNNING, SUSPENDED, CANDLE_LIT,
    )),
    DayChart("The sea-road cut at the second tide", _gale, _breach, (
        STRANDWAY, Mark(sign.gap, "Breach"), Mark(sign.flooded_sample, "Under water"),
        Mark(sign.gauge, "Highest water"), Mark(sign.evacuation_sample, "Way to high ground"),
        Mark(sign.shelter, "Shelter"), SUSPENDED, Mark(sign.dark, "The Candle, dark"),
    )),
    DayChart("Small boats where the road used to be", _calm, _relief, (
        STRANDWAY, Mark(sign.gap, "Gap in the road"), Mark(sign.boat, "Small-boat crossing"),
        Mark(sign.relief_sample, "Relief ship"), Mark(sign.sodden_sample, "Ground still sodden"),
        RUNNING, SUSPENDED, CANDLE_LIT,
    )),
)  # fmt: skip
