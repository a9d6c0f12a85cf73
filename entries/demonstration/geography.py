"""The Harrow Isles, which do not exist: outlines, places and routes in sheet units (1600 by 1000)."""

from typing import NamedTuple

type Point = tuple[float, float]
type Line = tuple[Point, ...]


class Place(NamedTuple):
    name: str
    at: Point
    label_at: Point
    anchor: str = "lm"
    size: float = 17


class Lettering(NamedTuple):
    text: str
    at: Point
    size: float
    tracking: float = 0
    angle: float = 0


SIZE = (1600, 1000)
FRAME = (44, 44, 1556, 956)
UNITS_PER_KM = 30.0
MINUTE_OF_LATITUDE = 55.6
MINUTE_OF_LONGITUDE = 27.0

GREAT_HARROW: Line = (
    (455, 395), (505, 372), (520, 330), (600, 318), (650, 280), (735, 290), (760, 335), (800, 330),
    (845, 360), (872, 410), (848, 452), (900, 498), (868, 536), (822, 548), (798, 566), (752, 572),
    (748, 590), (800, 598), (828, 640), (790, 700), (720, 728), (668, 706), (630, 730), (600, 768),
    (540, 735), (516, 672), (440, 650), (396, 590), (440, 536), (422, 500), (404, 450),
)  # fmt: skip
LITTLE_HARROW: Line = (
    (1086, 466), (1112, 448), (1110, 400), (1180, 352), (1222, 366), (1262, 338), (1330, 390),
    (1340, 430), (1376, 462), (1350, 520), (1296, 540), (1262, 604), (1214, 596), (1196, 560),
    (1164, 552), (1148, 568), (1112, 530),
)  # fmt: skip
SALLOW: Line = (
    (876, 806), (925, 772), (985, 786), (1040, 776), (1086, 822), (1066, 858), (1000, 880), (925, 862),
)  # fmt: skip
OUTER_HARROW: Line = (
    (166, 480), (216, 428), (262, 446), (272, 505), (306, 528), (292, 560), (312, 600), (262, 656),
    (206, 626), (214, 570), (176, 548),
)  # fmt: skip
TERN_HOLM: Line = ((1352, 214), (1390, 184), (1448, 196), (1462, 236), (1420, 262), (1372, 252))
CANDLE_ROCK: Line = ((994, 200), (1004, 182), (1024, 180), (1040, 194), (1034, 212), (1008, 218))
SKERRIES: tuple[Line, ...] = (
    ((1152, 700), (1168, 692), (1178, 704), (1162, 714)),
    ((1188, 718), (1200, 712), (1208, 722), (1196, 730)),
    ((1160, 730), (1174, 728), (1176, 742), (1164, 744)),
    ((352, 380), (366, 372), (372, 386), (358, 392)),
    ((334, 398), (342, 394), (346, 404), (338, 408)),
    ((1484, 282), (1494, 276), (1502, 286), (1490, 292)),
    ((478, 792), (490, 786), (500, 798), (486, 804)),
)
ISLANDS = (GREAT_HARROW, LITTLE_HARROW, SALLOW, OUTER_HARROW, TERN_HOLM, CANDLE_ROCK, *SKERRIES)

RIVER_KELDER: Line = ((574, 468), (612, 492), (622, 530), (664, 546), (690, 578), (732, 578), (756, 582))
ROADS: tuple[Line, ...] = (
    ((806, 556), (840, 530), (896, 499)),
    ((806, 556), (770, 480), (724, 400), (726, 304)),
    ((806, 556), (720, 530), (600, 560), (500, 610), (414, 586)),
    ((1090, 468), (1140, 470), (1190, 496), (1236, 476)),
    ((1190, 496), (1180, 530), (1168, 548)),
)
STRANDWAY: Line = ((898, 498), (940, 504), (990, 496), (1040, 482), (1088, 467))
STORM_CENTRE: Point = (196, 800)
BREACH: Point = (1004, 492)
LOCK: Point = (780, 584)
LOCK_GATES: Line = ((805, 567), (811, 585), (799, 602))
CANDLE: Point = (1016, 198)

STENNARD_QUAY: Point = (824, 590)
MAINLAND_FERRY: Line = (STENNARD_QUAY, (854, 636), (858, 730), (812, 840), (790, 956))
SALLOW_FERRY: Line = (STENNARD_QUAY, (886, 616), (944, 700), (984, 780))
PENNY_FERRY: Line = ((1156, 570), (1112, 640), (1052, 710), (1000, 780))
WEST_FERRY: Line = ((398, 590), (370, 602), (336, 584), (304, 548))
NORTH_FERRY: Line = ((738, 288), (800, 236), (940, 254), (1120, 262), (1250, 226), (1352, 222))
FERRIES = (MAINLAND_FERRY, SALLOW_FERRY, PENNY_FERRY, WEST_FERRY, NORTH_FERRY)
SMALL_BOATS: Line = ((892, 512), (926, 556), (1000, 574), (1080, 562), (1124, 546))
RELIEF_SHIP: Line = ((1100, 956), (1126, 890), (1132, 790), (1098, 680), (1060, 596))

KELDER_LEVELS: Line = (
    (648, 566), (690, 544), (740, 546), (784, 566), (782, 600), (740, 606), (690, 614), (652, 596),
    (648, 566),
)  # fmt: skip
PENNY_SHORE: Line = ((1090, 490), (1210, 500), (1240, 620), (1130, 620), (1080, 560))
PENNY_LOWER_TOWN: Line = ((1116, 510), (1200, 510), (1216, 560), (1200, 610), (1130, 600), (1090, 550))
SALTINGS_SHORE: Line = ((240, 490), (330, 480), (346, 610), (300, 640), (250, 600))
STRAND_END: Line = ((820, 440), (920, 450), (930, 540), (850, 570), (810, 530))

TOWNS = (
    Place("Stennard", (806, 556), (800, 532), "rm", 21),
    Place("Ropewick", (728, 302), (718, 270), "mm"),
    Place("Westering", (414, 586), (426, 602), "lm"),
    Place("Penny Quay", (1166, 548), (1192, 622), "mm", 18),
    Place("Upper Marrow", (1236, 476), (1248, 476)),
    Place("Sallow Town", (992, 796), (984, 822), "mm"),
    Place("Saltings", (292, 540), (276, 540), "rm"),
    Place("Tern Holm", (1372, 226), (1406, 282), "mm"),
)
LANDMARKS = (
    Place("The Candle", CANDLE, (1016, 166), "mm", 16),
    Place("Kelder Lock", LOCK, (754, 622), "mm", 15),
)
PEAKS = (
    Place("Harrow Fell 412 m", (570, 366), (582, 366), "lm", 14),
    Place("Marrow Hill 186 m", (1176, 388), (1187, 388), "lm", 13),
)
ISLAND_NAMES = (
    Lettering("GREAT HARROW", (596, 430), 26, 7),
    Lettering("LITTLE HARROW", (1240, 420), 19, 3),
    Lettering("SALLOW", (980, 848), 16, 4),
    Lettering("OUTER HARROW", (238, 690), 16, 3),
)
WATER_NAMES = (
    Lettering("Harrow Sound", (986, 384), 23, 3, -14),
    Lettering("The Bight", (1000, 642), 23, 3),
    Lettering("West Roads", (352, 470), 17, 1.5, -62),
    Lettering("The Lambs", (1192, 768), 15, 0.5),
    Lettering("NORTHERN OCEAN", (776, 122), 20, 9),
)
GAUGES: tuple[tuple[Point, str, Point], ...] = (
    (LOCK, "5.86 m", (754, 645)),
    ((1146, 574), "5.71 m", (1088, 600)),
    ((1000, 784), "5.44 m", (1050, 762)),
)
