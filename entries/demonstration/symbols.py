"""What the charts of the demonstration story put on the terrain: signs, routes and notes."""

from collections.abc import Sequence

from PIL import Image

from entries.demonstration import geography as isles
from entries.demonstration.cartography import Colour, Sheet, area_mask, curve, length, stretch
from entries.demonstration.geography import Line, Point

INK = (44, 52, 58)
PAPER = (246, 242, 232)
WATER_INK = (58, 94, 116)
ROAD = (128, 92, 66)
FERRY = (34, 62, 96)
IDLE = (104, 118, 126)
RED = (172, 46, 36)
AMBER = (198, 118, 24)
FLOOD = (44, 100, 160)
GREEN = (30, 108, 82)
LIGHT = (250, 212, 84)
GLOW = (255, 240, 190)
PLUM = (102, 58, 110)


def along(line: Sequence[Point], share: float) -> Point:
    return stretch(line, 0, length(line) * share)[-1]


def note(sheet: Sheet, at: Point, text: str, colour: Colour, anchor: str = "mm") -> None:
    sheet.text(at, text, 16, colour, anchor, bold=True, halo=PAPER)


def draw_ferries(sheet: Sheet, running: Sequence[Line]) -> None:
    for route in isles.FERRIES:
        if route in running:
            sheet.dashed(curve(route), FERRY, 2.4, 9, 6)
        else:
            sheet.dashed(curve(route), IDLE, 1.6, 3, 7)
            sheet.cross(along(curve(route), 0.5), 6, IDLE, 2.4)


def draw_strandway(sheet: Sheet, road: Sequence[Point]) -> None:
    sheet.line(curve(road), ROAD, 6)
    sheet.line(curve(road), PAPER, 2.6)


def draw_cut_strandway(sheet: Sheet) -> None:
    road = curve(isles.STRANDWAY)
    breach_at = isles.BREACH[0]
    draw_strandway(sheet, [point for point in road if point[0] < breach_at - 13])
    draw_strandway(sheet, [point for point in road if point[0] > breach_at + 13])
    gap(sheet, isles.BREACH)


def gap(sheet: Sheet, at: Point) -> None:
    sheet.disc(at, 12, (*RED, 60), RED, 2)
    sheet.cross(at, 5, RED, 3)


def barrier(sheet: Sheet, at: Point) -> None:
    x, y = at
    sheet.box((x - 10, y - 4, x + 10, y + 4), RED, PAPER, 1)
    sheet.box((x - 4, y - 2, x + 4, y + 2), PAPER, PAPER, 1)


def flooded(sheet: Sheet, mask: Image.Image) -> None:
    sheet.wash(mask, FLOOD, 0.5)
    sheet.hatch(mask, FLOOD)


def shelter(sheet: Sheet, at: Point) -> None:
    x, y = at
    sheet.box((x - 9, y - 6, x + 9, y + 9), GREEN, PAPER, 1)
    sheet.polygon([(x - 12, y - 5), (x, y - 15), (x + 12, y - 5)], GREEN)


def lit(sheet: Sheet, at: Point) -> None:
    x, y = at
    for dx, dy in ((16, 0), (-16, 0), (0, 16), (0, -16), (11, 11), (-11, 11), (11, -11), (-11, -11)):
        sheet.line([(x + dx * 0.62, y + dy * 0.62), (x + dx, y + dy)], AMBER, 2)
    sheet.disc(at, 7, LIGHT, INK)


def dark(sheet: Sheet, at: Point) -> None:
    sheet.disc(at, 9, INK, PAPER)
    sheet.cross(at, 3.4, PAPER, 1.8)


def draw_gauges(sheet: Sheet) -> None:
    for gauge_at, reading, label_at in isles.GAUGES:
        gauge(sheet, gauge_at)
        note(sheet, label_at, reading, FLOOD)


def gauge(sheet: Sheet, at: Point) -> None:
    x, y = at
    sheet.polygon([(x - 8, y - 12), (x + 8, y - 12), (x, y + 2)], FLOOD)


def boat(sheet: Sheet, at: Point) -> None:
    x, y = at
    sheet.polygon([(x - 9, y + 1), (x + 9, y + 1), (x + 5, y + 6), (x - 5, y + 6)], GREEN)
    sheet.polygon([(x - 1, y - 1), (x - 1, y - 12), (x + 7, y - 1)], GREEN)


def ship(sheet: Sheet, at: Point) -> None:
    x, y = at
    sheet.polygon([(x - 17, y), (x + 17, y), (x + 12, y + 8), (x - 13, y + 8)], RED)
    sheet.box((x - 10, y - 7, x + 2, y), RED, RED, 1)
    sheet.box((x - 5, y - 13, x - 1, y - 6), RED, RED, 1)


def line_sample(sheet: Sheet, at: Point, colour: Colour, width: float, dash: float = 48, gap: float = 1) -> None:
    sheet.dashed([(at[0] - 20, at[1]), (at[0] + 20, at[1])], colour, width, dash, gap)


def road_sample(sheet: Sheet, at: Point) -> None:
    line_sample(sheet, at, ROAD, 6)
    line_sample(sheet, at, PAPER, 2.6)


def running_sample(sheet: Sheet, at: Point) -> None:
    line_sample(sheet, at, FERRY, 2.4, 9, 6)


def idle_sample(sheet: Sheet, at: Point) -> None:
    line_sample(sheet, at, IDLE, 1.6, 3, 7)
    sheet.cross(at, 6, IDLE, 2.4)


def relief_sample(sheet: Sheet, at: Point) -> None:
    line_sample(sheet, at, RED, 2.6, 3, 6)


def warning_sample(sheet: Sheet, at: Point) -> None:
    sheet.hatch(area_mask(_patch(at)), RED)


def flooded_sample(sheet: Sheet, at: Point) -> None:
    flooded(sheet, area_mask(_patch(at)))


def sodden_sample(sheet: Sheet, at: Point) -> None:
    sheet.hatch(area_mask(_patch(at)), FLOOD)


def surge_sample(sheet: Sheet, at: Point) -> None:
    sheet.wash(area_mask(_patch(at)), PLUM, 0.3)
    line_sample(sheet, (at[0], at[1] - 9), PLUM, 1.4)


def evacuation_sample(sheet: Sheet, at: Point) -> None:
    sheet.arrow([(at[0] - 20, at[1]), (at[0] + 20, at[1])], GREEN, 3.4, 15)


def _patch(at: Point) -> Line:
    x, y = at
    return (x - 20, y - 9), (x + 20, y - 9), (x + 20, y + 9), (x - 20, y + 9)
