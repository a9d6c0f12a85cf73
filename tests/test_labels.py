from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from entries.enums import EntryKind
from entries.importers.day_labels import BadDay, Label, read_credit, read_label
from entries.labels import clock, coverage_label, label_time, parse_clock, parse_month, time_text, update_label
from tests.factories import DAY

TUESDAY = DAY  # 3 December 2024


def update(hour: int, minute: int, rest: str = "", **more: Any) -> Label:
    return Label(7, EntryKind.UPDATE, **{"clock": time(hour, minute), "day": None, "topic": "", "rest": rest} | more)


def original(rest: str = "", at: time | None = None) -> Label:
    return Label(7, EntryKind.ORIGINAL, at, None, "", rest)


# What readers see


@pytest.mark.parametrize(
    ("at", "label"),
    [
        (datetime(2024, 12, 3, 17, 16, tzinfo=UTC), "UPDATE 1716 GMT:"),
        (datetime(2024, 12, 3, 0, 5, tzinfo=UTC), "UPDATE 0005 GMT:"),
        (datetime(2024, 12, 4, 0, 32, tzinfo=UTC), "UPDATE 4 DEC 0032 GMT:"),
        (datetime(2024, 12, 2, 23, 59, 59, tzinfo=UTC), "UPDATE 2 DEC 2359 GMT:"),
        (datetime(2025, 1, 1, 0, 0, tzinfo=UTC), "UPDATE 1 JAN 0000 GMT:"),
    ],
)
def test_a_label_carries_the_date_only_where_it_is_not_the_posts(at: datetime, label: str) -> None:
    assert update_label(at, TUESDAY) == label


def test_a_label_is_in_gmt_wherever_its_time_came_from() -> None:
    at = datetime.fromisoformat("2024-12-04T02:16:00+09:00")
    assert (clock(at), update_label(at, TUESDAY)) == ("1716", "UPDATE 1716 GMT:")


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2024, 12, 3), "Tuesday’s Coverage:"),
        (date(2024, 12, 2), "Monday’s Coverage:"),
        (date(2024, 11, 27), "Wednesday’s Coverage:"),
        (date(2024, 11, 26), "26 November’s Coverage:"),
        (date(2024, 12, 4), "4 December’s Coverage:"),
        (date(2023, 12, 31), "31 December 2023’s Coverage:"),
    ],
)
def test_a_coverage_label_names_the_weekday_for_six_days_and_then_the_date(day: date, label: str) -> None:
    assert coverage_label(day, TUESDAY) == label


@pytest.mark.parametrize("text", ["1716", "17:16", "17.16", "17h16", " 1716 "])
def test_a_clock_is_read_with_any_mark_in_it(text: str) -> None:
    assert parse_clock(text) == time(17, 16)


@pytest.mark.parametrize("text", ["", "17", "2400", "2561", "17:60", "17-16", "171600", "noon", "-716"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_clock(text)


@pytest.mark.parametrize(("name", "month"), [("DEC", 12), ("december", 12), ("Sept", 9), ("sep", 9), ("May", 5)])
def test_a_month_is_read_by_its_name_or_what_it_is_shortened_to(name: str, month: int) -> None:
    assert parse_month(name) == month


@pytest.mark.parametrize("name", ["", "de", "decade", "Marvel", "Juno", "мая"])
def test_what_only_starts_like_a_month_is_none(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_month(name)


# What desks type


@pytest.mark.parametrize(
    "line",
    [
        "UPDATE 1716 GMT:",
        "UPDATE, 1716 GMT:",
        "UPDATE: 1716 GMT",
        "UPDATE 1716 GMT",
        "UPDATE 17:16 GMT —",
        "UPDATE 17.16 GMT –",
        "UPDATE 17h16 GMT -",
        "UPDATE 1716GMT--",
        "UPDATE — 1716 GMT ―",
        "UPDATE (1716 GMT):",
        "Updated 1716 UTC:",
        "update 1716 gmt :",
        "UPDATE 1716Z:",
        "UPDATE 1716 hrs GMT:",
        "UPDATE 5:16 p.m. GMT:",
        "UPDATE 5.16pm GMT:",
        "1716 GMT:",
        "17:16 GMT −",
        "UPDATE １７１６ GMT：",
        "\tUPDATE  1716\tGMT: \t",
        "\N{NO-BREAK SPACE}UPDATE\N{NO-BREAK SPACE}1716\N{NARROW NO-BREAK SPACE}GMT:\N{NO-BREAK SPACE}",
        "\N{ZERO WIDTH SPACE}UPDATE 1716 GMT:",
        "**UPDATE 1716 GMT:**",
        "**UPDATE 1716 GMT**:",
        "***UPDATE 1716 GMT:***",
        "_UPDATE 1716 GMT:_",
        "_UPDATE 1716 GMT_:",
        "__UPDATE 1716 GMT__",
        "## UPDATE 1716 GMT",
        "### UPDATE 1716 GMT: ###",
        "#### **UPDATE 1716 GMT** ####",
    ],
)
def test_an_updates_label_is_known_however_it_is_typed(line: str) -> None:
    assert read_label(7, line) == update(17, 16)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("UPDATE 1716 GMT: The text.", update(17, 16, "The text.")),
        ("UPDATE 1716 GMT -- The text.", update(17, 16, "The text.")),
        ("UPDATE 1716 GMT—The text.", update(17, 16, "The text.")),
        ("**UPDATE 1716 GMT:** The text.", update(17, 16, "The text.")),
        ("**UPDATE 1716 GMT: ** The text.", update(17, 16, "The text.")),
        ("**UPDATE 1716 GMT:** **The** text.", update(17, 16, "**The** text.")),
        ("**UPDATE 1716 GMT: The text.**", update(17, 16, "**The text.**")),
        ("UPDATE 1716 GMT: *The* text.", update(17, 16, "*The* text.")),
        ("UPDATE 1716 GMT: 0832 GMT: it began.", update(17, 16, "0832 GMT: it began.")),
        ("UPDATE 12:05 am GMT: Text.", update(0, 5, "Text.")),
        ("UPDATE 12 pm GMT: Text.", update(12, 0, "Text.")),
        ("UPDATE 0000 GMT: Text.", update(0, 0, "Text.")),
        ("UPDATE 2359 GMT: Text.", update(23, 59, "Text.")),
    ],
)
def test_what_runs_in_with_a_label_is_its_text(line: str, label: Label) -> None:
    assert read_label(7, line) == label


@pytest.mark.parametrize(
    ("line", "topic", "rest"),
    [
        ("1716 GMT: Syria. Rebels advance.", "Syria", "Rebels advance."),
        ("UPDATE 1716 GMT: South Korea. “No,” he said.", "South Korea", "“No,” he said."),
        ("1716 GMT: **Syria.** Rebels advance.", "Syria", "Rebels advance."),
        ("1716 GMT: **Syria**. Rebels advance.", "Syria", "Rebels advance."),
        ("**1716 GMT: Syria.** Rebels advance.", "Syria", "Rebels advance."),
        ("1716 GMT: Côte d’Ivoire. Rebels advance.", "", "Côte d’Ivoire. Rebels advance."),
        ("1716 GMT: Syria.", "", "Syria."),
        ("1716 GMT: Rebels advance. More follows.", "", "Rebels advance. More follows."),
        ("1716 GMT: Mr. Brown spoke.", "", "Mr. Brown spoke."),
        ("1716 GMT: Foreign Minister Dr. Brown spoke.", "", "Foreign Minister Dr. Brown spoke."),
        ("1716 GMT: U.S. troops leave.", "", "U.S. troops leave."),
        ("1716 GMT: Dec. 3 saw more.", "", "Dec. 3 saw more."),
        ("1716 GMT: No. 10 agrees.", "", "No. 10 agrees."),
        (f"1716 GMT: {'L' + 'o' * 90}ng. It is.", "", f"{'L' + 'o' * 90}ng. It is."),
    ],
)
def test_a_topic_runs_in_before_the_text_and_an_abbreviation_is_none(line: str, topic: str, rest: str) -> None:
    assert read_label(7, line) == update(17, 16, rest, topic=topic)


@pytest.mark.parametrize(
    "line",
    [
        "UPDATE 4 DEC 0032 GMT:",
        "UPDATE, 4 Dec., 0032 GMT:",
        "UPDATE 4th December 00:32 GMT —",
        "UPDATE 4 December 2024, 0032 GMT:",
        "UPDATE Dec. 4, 0032 GMT:",
        "UPDATE December 4th at 0032 GMT:",
        "UPDATE Wednesday, 4 December 0032 GMT:",
        "4 DEC 0032 GMT:",
    ],
)
def test_a_label_may_carry_its_date(line: str) -> None:
    assert read_label(7, line) == update(0, 32, day=(4, 12))


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("ORIGINAL ENTRY:", original()),
        ("ORIGINAL ENTRY", original()),
        ("Original Post —", original()),
        ("**ORIGINAL ENTRY:**", original()),
        ("## ORIGINAL ENTRY", original()),
        ("ORIGINAL ENTRY: It began.", original("It began.")),
        ("**ORIGINAL ENTRY**: It began.", original("It began.")),
        ("ORIGINAL\N{NO-BREAK SPACE}ENTRY – It began.", original("It began.")),
        ("ORIGINAL ENTRY, 0600 GMT: It began.", original("It began.", time(6))),
        ("ORIGINAL ENTRY (06:00 GMT):", original(at=time(6))),
    ],
)
def test_the_original_entrys_label_is_known_however_it_is_typed(line: str, label: Label) -> None:
    assert read_label(7, line) == label


@pytest.mark.parametrize(
    "line",
    [
        "",
        "The desk’s UPDATE 1716 GMT: was the last.",
        "He wrote “UPDATE 1716 GMT:” above it.",
        "UPDATE 1716 GMT was the last word.",
        "Update 2: the road is open.",
        "Update 2024: what changed",
        "UPDATE: the road is open.",
        "Updates 1716 GMT",
        "At 1716 GMT: silence.",
        "1716 GMT-registered ships lay off the port.",
        "1716 GMT the siren went.",
        "1716: the treaty was signed.",
        "The ORIGINAL ENTRY: it stays.",
        "Original entry points were closed.",
        "> UPDATE 1716 GMT:",
        "- UPDATE 1716 GMT:",
        "Map: Survey Office",
    ],
)
def test_words_that_only_look_like_a_label_are_text(line: str) -> None:
    assert read_label(7, line) is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("UPDATE 2561 GMT:", "“2561” is not a time of day: write it as four digits from 0000 to 2359."),
        ("2400 GMT: Text.", "“2400” is not a time of day: write it as four digits from 0000 to 2359."),
        ("UPDATE 17:16:30 GMT:", "“17:16:30” is not a time of day: write it as four digits from 0000 to 2359."),
        ("UPDATE 13:16 pm GMT:", "“13:16” is not a time of day: write it as four digits from 0000 to 2359."),
        ("ORIGINAL ENTRY, 2460 GMT:", "“2460” is not a time of day: write it as four digits from 0000 to 2359."),
        ("UPDATE 1716 EST:", "the label's time is in EST: give it in GMT."),
        ("UPDATE 1716 CET — Text.", "the label's time is in CET: give it in GMT."),
        ("UPDATE 4 DCE 0032 GMT:", "“4 DCE” is not a date: write it like 4 DEC."),
        ("UPDATE 1716:", "the label does not say that 1716 is GMT: write UPDATE 1716 GMT."),
    ],
)
def test_a_label_that_cannot_be_meant_is_refused_with_its_line(line: str, sentence: str) -> None:
    with pytest.raises(BadDay) as refused:
        read_label(7, line)
    assert (refused.value.line, str(refused.value)) == (7, f"line 7: {sentence}")


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Map: Survey Office", ("Map", "Survey Office")),
        ("MAP — Survey Office ", ("Map", "Survey Office")),
        ("Map - Survey Office", ("Map", "Survey Office")),
        ("**Map:** Survey Office", ("Map", "Survey Office")),
        ("*Map: Survey Office*", ("Map", "Survey Office")),
        ("_Map_: Survey Office", ("Map", "Survey Office")),
        ("Photo: A. Brown: the pier", ("Photo", "A. Brown: the pier")),
        ("Photo-essay: the pier", None),
        ("Maps of the pier: where to look", None),
        ("The map: where to look", None),
        ("Map:", None),
    ],
)
def test_a_credit_line_says_what_is_credited_and_to_whom(line: str, credit: tuple[str, str] | None) -> None:
    assert read_credit(line) == credit


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("4 Dec 0032", datetime(2024, 12, 4, 0, 32, tzinfo=UTC)),
        ("4 december 00:32", datetime(2024, 12, 4, 0, 32, tzinfo=UTC)),
        ("2 JAN 0700", datetime(2025, 1, 2, 7, 0, tzinfo=UTC)),  # the year that puts it nearest
        ("29 Feb 0700", datetime(2024, 2, 29, 7, 0, tzinfo=UTC)),
        ("2023-12-04 0032", datetime(2023, 12, 4, 0, 32, tzinfo=UTC)),
    ],
)
def test_a_typed_time_may_carry_its_day(typed: str, expected: datetime) -> None:
    now = datetime(2024, 12, 5, 18, 0, tzinfo=UTC)
    assert label_time(typed, DAY, now) == expected
    assert label_time(time_text(expected, DAY), DAY, now) == expected


@pytest.mark.parametrize("typed", ["31 Feb 1200", "4 Foo 1200", "2024-13-01 1200", "", "1716 please", "4 Dec"])
def test_a_typed_time_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        label_time(typed, DAY, datetime(2024, 12, 3, 18, 0, tzinfo=UTC))
