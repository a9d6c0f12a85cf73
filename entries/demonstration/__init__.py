"""A story to try the product with: three days on the Harrow Isles, which do not exist."""

from dataclasses import dataclass

SERIES_TITLE = "The Great Tide"
SERIES_DESCRIPTION = (
    "A storm, three tides and four miles of road across the sea: live coverage from the Harrow "
    "Isles, where the Strandway has joined two islands for sixty-one years."
)


@dataclass(frozen=True)
class DemoDay:
    """One day of the story; updates are named by their label in the file, as `1842`."""

    file: str
    headline: str
    standfirst: str
    map_alt: str
    map_caption: str
    key: tuple[str, ...]
    pinned: str


DAYS: tuple[DemoDay, ...] = (
    DemoDay(
        file="day1.md",
        headline="Harrow Isles Shut the Sea-Road and Wait for the Water",
        standfirst=(
            "Three tides, each higher than the last, are bearing down on the one road between the "
            "islands. Penny Quay has packed its kitchens into vans and gone uphill."
        ),
        map_alt=(
            "Map of the Harrow Isles. Shading marks the forecast water, highest in the Bight, south of "
            "the Strandway, which is barred at both ends. Flood warnings cover Penny Quay, Strand End, "
            "Saltings and the Kelder Levels; two of five ferries are running."
        ),
        map_caption="The Bight is a funnel, and the Strandway lies across its narrow end.",
        key=("1842",),
        pinned="1510",
    ),
    DemoDay(
        file="day2.md",
        headline="The Sea-Road Is Cut, but Kelder Lock Holds",
        standfirst=(
            "The second tide tore a hole in the Strandway and put out the Candle. The third, the "
            "highest ever measured in Stennard, came within a hand’s breadth of the town."
        ),
        map_alt=(
            "Map of the Harrow Isles with the storm’s centre to the south-west and wind arrows turning "
            "about it. A red cross marks the breach in the middle of the Strandway; Penny Quay’s lower "
            "town, Strand End and the Saltings shore are under water, every ferry is suspended and the "
            "Candle is dark."
        ),
        map_caption="The breach when the tide turned, with the highest water read at three gauges.",
        key=("0941",),
        pinned="1534",
    ),
    DemoDay(
        file="day3.md",
        headline="Forty Small Boats Where the Road Used to Be",
        standfirst=(
            "With 112 metres of the Strandway gone, everything that floats on the Harrow Isles is "
            "carrying what the road once did. A ship with a bridge on her decks is on the way."
        ),
        map_alt=(
            "Map of the Harrow Isles after the storm. A line of small boats curves across the Bight "
            "south of the gap in the Strandway, from Strand End to Penny Quay; a relief ship approaches "
            "from the south, three of five ferries are running and the Candle is lit again."
        ),
        map_caption="The small boats’ crossing keeps to the lee of what is left of the road.",
        key=("1452",),
        pinned="1226",
    ),
)
