"""What the newsroom writes before a text, and how it writes the time: 24-hour GMT, without a colon."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy

ORIGINAL_LABEL = gettext_lazy("ORIGINAL ENTRY:")
# English, and what is read; shown are their translations.
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SHOWN_MONTHS = (
    pgettext_lazy("month in a label", "JAN"),
    pgettext_lazy("month in a label", "FEB"),
    pgettext_lazy("month in a label", "MAR"),
    pgettext_lazy("month in a label", "APR"),
    pgettext_lazy("month in a label", "MAY"),
    pgettext_lazy("month in a label", "JUN"),
    pgettext_lazy("month in a label", "JUL"),
    pgettext_lazy("month in a label", "AUG"),
    pgettext_lazy("month in a label", "SEP"),
    pgettext_lazy("month in a label", "OCT"),
    pgettext_lazy("month in a label", "NOV"),
    pgettext_lazy("month in a label", "DEC"),
)
# How days are written, each by its English form. https://docs.djangoproject.com/en/6.1/ref/templates/builtins/#date
_DAYS = {
    "l j F Y": pgettext_lazy("format of a date", "l j F Y"),
    "l j F": pgettext_lazy("format of a date", "l j F"),
    "j F Y": pgettext_lazy("format of a date", "j F Y"),
    "j F": pgettext_lazy("format of a date", "j F"),
    "j M": pgettext_lazy("format of a date", "j M"),
    "j M Y": pgettext_lazy("format of a date", "j M Y"),
}
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


def gmt(at: datetime) -> str:
    """`1716 GMT`"""
    return _("%(clock)s GMT") % {"clock": clock(at)}


def day_text(day: date, like: str) -> str:
    """The day as the site's language has what English writes in the format `like`."""
    return dateformat.format(day, str(_DAYS[like]))


def instant(at: datetime) -> str:
    """`2024-12-03T17:16:00Z`, for machines."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"  # strftime shortens the year 24


def update_label(at: datetime, day: date) -> str:
    """`UPDATE 1716 GMT:`, or with its date when `at` is not of the post's own day."""
    at = at.astimezone(UTC)
    if at.date() == day:
        return _("UPDATE %(clock)s GMT:") % {"clock": clock(at)}
    month = _SHOWN_MONTHS[at.month - 1]
    return _("UPDATE %(day)d %(month)s %(clock)s GMT:") % {"day": at.day, "month": month, "clock": clock(at)}


def coverage_label(day: date, seen_from: date) -> str:
    """`Monday’s Coverage:`; more than six days back a weekday says nothing, so the date stands there."""
    if timedelta(0) <= seen_from - day <= timedelta(days=6):
        return _("%(weekday)s’s Coverage:") % {"weekday": dateformat.format(day, "l")}
    return _("%(date)s’s Coverage:") % {"date": day_text(day, "j F" if day.year == seen_from.year else "j F Y")}


def written_coverage_label(day: date, seen_from: date) -> str:
    """As newsrooms write it, in English."""
    with override("en"):
        return coverage_label(day, seen_from)


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
