"""What the newsroom writes before a text, and how it writes the time: 24-hour GMT, without a colon."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from django.utils import dateformat

ORIGINAL_LABEL = "ORIGINAL ENTRY:"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# As characters of a set: between a label and its text any of them may stand.
DASHES = "\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d-"
COLONS = ":\u2236\ufe55\uff1a"
_MONTH = re.compile(
    r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    r"|dec(ember)?)",
    re.I | re.ASCII,
)
_TIME = re.compile(r"(?:(?P<date>\d{4}-\d\d-\d\d)[T ]+|(?P<day>\d{1,2}) +(?P<month>[a-z]+) +)?(?P<clock>\S+)", re.I)
_CLOCK = re.compile(r"(\d{1,2})[:.h]?(\d{2})")


def clock(at: datetime) -> str:
    """`1716`"""
    return f"{at.astimezone(UTC):%H%M}"


def instant(at: datetime) -> str:
    """`2024-12-03T17:16:00Z`, for machines."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def update_label(at: datetime, day: date) -> str:
    """`UPDATE 1716 GMT:`, or with its date when `at` is not of the post's own day."""
    at = at.astimezone(UTC)
    if at.date() == day:
        return f"UPDATE {clock(at)} GMT:"
    return f"UPDATE {at.day} {MONTHS[at.month - 1]} {clock(at)} GMT:"


def coverage_label(day: date, seen_from: date) -> str:
    """`Monday’s Coverage:`; more than six days back a weekday says nothing, so the date stands there."""
    if timedelta(0) <= seen_from - day <= timedelta(days=6):
        name = WEEKDAYS[day.weekday()]
    else:
        name = dateformat.format(day, "j F" if day.year == seen_from.year else "j F Y")
    return f"{name}’s Coverage:"


def parse_clock(text: str) -> time:
    """The time that `1716`, `17:16`, `17.16` or `716` names; ValueError for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise ValueError(f"“{text}” is not a time of day")
    return time(int(match[1]), int(match[2]))


def label_time(text: str, day: date, now: datetime) -> datetime:
    """The moment that `1716` names in a post of that day, or `4 Dec 0032` or `2024-12-04T0032`; ValueError for others.

    Past midnight a post of yesterday goes on, and a clock that today has come to already is today's.
    """
    given = _TIME.fullmatch(text.strip())
    if not given:
        raise ValueError(f"“{text}” is not a time")
    at = parse_clock(given["clock"])
    if given["date"]:
        return datetime.combine(date.fromisoformat(given["date"]), at, UTC)
    if given["day"]:
        return datetime.combine(_nearest(int(given["day"]), parse_month(given["month"]), day), at, UTC)
    today = datetime.combine(now.astimezone(UTC).date(), at, UTC)
    return today if day == today.date() - timedelta(days=1) and today <= now else datetime.combine(day, at, UTC)


def _nearest(day: int, month: int, to: date) -> date:
    """In the year that puts it nearest; ValueError where there is no such day."""
    days = []
    for year in (to.year - 1, to.year, to.year + 1):
        with suppress(ValueError):  # 29 February is not in every year
            days.append(date(year, month, day))
    if not days:
        raise ValueError(f"there is no day {day} in month {month}")
    return min(days, key=lambda one: abs(one - to))


def time_text(at: datetime, day: date) -> str:
    """As label_time reads it: `1716`, or `2024-12-04 0032` when it is not of the post's own day."""
    at = at.astimezone(UTC)
    return clock(at) if at.date() == day else f"{at:%Y-%m-%d} {clock(at)}"


def parse_month(name: str) -> int:
    """1 to 12 for an English month's name or what it is shortened to; ValueError for anything else."""
    if not _MONTH.fullmatch(name):
        raise ValueError(f"“{name}” is not a month")
    return MONTHS.index(name[:3].upper()) + 1
