"""The lines of a day that are not text: labels as real desks type them, and the credit line."""

import re
from dataclasses import dataclass
from datetime import time

from django.utils.translation import gettext as _

from entries.enums import EntryKind
from entries.labels import COLONS, DASHES, parse_clock, parse_month


class BadDay(ValueError):
    """The text cannot be read as a day; `str()` of it names the line and says what to do."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(_("line %(number)d: %(sentence)s") % {"number": line, "sentence": sentence})
        self.line = line


@dataclass(frozen=True)
class Label:
    line: int
    kind: EntryKind
    clock: time | None  # an original entry may have none
    day: tuple[int, int] | None  # day of the month and month, where the label gives them
    topic: str
    rest: str  # text that runs in on the label's line


# Markdown desks set a label as a heading or in bold; the marks that open with it close with it or with its text.
# What is pasted from the web brings characters that nobody sees.
# `*+` gives nothing back: a line of 50,000 spaces is looked at once and not once for each of them.
_START = r"^[\s\u200b-\u200f\u2060]*+(?:#++\s*+)?(?P<bold>[*_]++)?\s*+"
# A hyphen between two letters is a part of a word: `1716 GMT-registered`, `Photo-finish`.
_MARK = (
    rf"(?P<inside>[*_\s]*+)(?!(?<=\w)[-\u2010\u2011]\w)[{COLONS}{DASHES}]+"
    r"(?P<after>(?(bold)(?:[*_]+|\s+[*_]+(?!\S))?))"
)
_END = rf"(?:{_MARK}\s*+(?:#++\s*+|(?P<rest>.*))|[*_#\s]*+)$"
_TIME = r"(?P<clock>\d[\d:.]*+h?\d*+)\s*+(?:h(?:ou)?rs\s*+)?(?P<half>[ap]\.?m\.?)?\s*+"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATED = (
    r"(?:(?:[a-z]{3,6}day,?\s+)?"
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[a-z]{3,9})\.?"
    rf"|(?P<us_month>(?:{_MONTHS})[a-z]*)\.?\s+(?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?)"
    r"(?:,?\s+\d{4}(?=,?\s+\d))?,?\s+(?:at\s+)?)?"
)
# Known so that they are refused and not taken for text.
_OTHER_ZONES = "BST|CES?T|EES?T|WES?T|MSK|IST|JST|TRT|A?[ECMP][SD]T|[A-Z]EST"
_ENDS = r"(?![a-z\d])"  # as \b, but for the _ that closes emphasis
_UPDATE = re.compile(
    rf"{_START}UPDATED?{_ENDS}[\s,*_{COLONS}{DASHES}]*\(?{_DATED}{_TIME}"
    rf"(?P<zone>GMT|UTC|Z|{_OTHER_ZONES}){_ENDS}\)?{_END}",
    re.I,
)
_BARE = re.compile(rf"{_START}{_DATED}{_TIME}(?P<zone>GMT|UTC){_ENDS}{_END}", re.I)
_ORIGINAL = re.compile(
    rf"{_START}ORIGINAL\s+(?:ENTRY|POST){_ENDS}[\s,]*(?:\(?{_TIME}(?P<zone>GMT|UTC){_ENDS}\)?)?{_END}", re.I
)
_NO_ZONE = re.compile(rf"{_START}UPDATE[\s,]+(?P<clock>\d\d[:.]?\d\d)[*_\s]*[{COLONS}{DASHES}]+[*_\s]*$")
_CREDIT = re.compile(rf"{_START}(?P<what>Maps?|Photo|Photograph|Image|Graphic){_MARK}\s*+(?P<who>.+)$", re.I)
# One to three capitalised words and a full stop before the sentence: "Syria. Rebels have …".
_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'-]{1,24}"
_TOPIC = re.compile(
    rf"^(?P<bold>[*_]*)(?P<topic>{_WORD}(?: {_WORD}){{0,2}})"
    r"(?:\.(?P=bold)|(?P=bold)\.)\s+(?=[^\Wa-z]|[^\w\s])"
)
# Words that have a full stop of their own.
_SHORTENED = set(
    "Mr Mrs Ms Dr St Gen Col Maj Capt Lt Sgt Cpl Pvt Brig Adm Cmdr Sen Rep Gov Prof Rev Hon Amb Supt Insp Det Jr Sr "
    "No Nos Mt Ft Inc Ltd Co Corp Messrs Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec".split()
)


def read_label(number: int, line: str) -> Label | None:
    """The label that a line starts with; None for text. Raises BadDay where it is one that cannot be meant."""
    if match := _ORIGINAL.match(line):
        return Label(number, EntryKind.ORIGINAL, _clock_of(match, number), None, "", _rest_of(match))
    match = _UPDATE.match(line) or _BARE.match(line)
    if not match:
        _refuse_without_zone(number, line)
        return None
    if match["zone"].upper() not in ("GMT", "UTC", "Z"):
        raise BadDay(number, _("the label's time is in %(zone)s: give it in GMT.") % {"zone": match["zone"]})
    topic, rest = _topic_of(_rest_of(match))
    return Label(number, EntryKind.UPDATE, _clock_of(match, number), _day_of(match, number), topic, rest)


def is_label(line: str, *, alone: bool = False) -> bool:
    """Whether a line starts with a label, or is nothing but one."""
    match = _ORIGINAL.match(line) or _UPDATE.match(line) or _BARE.match(line)
    return bool(match and not (alone and match["rest"]))


def read_credit(line: str) -> tuple[str, str] | None:
    """What is credited (`Map`, `Photo`) and to whom."""
    match = _CREDIT.match(line)
    if not match:
        return None
    who = match["who"].strip() if _is_closed(match) else match["who"].rstrip("*_ ")
    return (match["what"].capitalize(), who) if who else None


def _is_closed(match: re.Match[str]) -> bool:
    """Whether the emphasis that opened before a label ended with it, and not with the text."""
    marks = f"{match['inside'] or ''}{match['after'] or ''}"
    return not match["bold"] or "*" in marks or "_" in marks


def _rest_of(match: re.Match[str]) -> str:
    rest: str = match["rest"] or ""
    return rest if not rest or _is_closed(match) else match["bold"] + rest


def _topic_of(rest: str) -> tuple[str, str]:
    match = _TOPIC.match(rest)
    if not match or match["topic"].rpartition(" ")[2] in _SHORTENED:
        return "", rest
    return match["topic"], rest[match.end() :]


def _clock_of(match: re.Match[str], number: int) -> time | None:
    if match["clock"] is None:
        return None
    try:
        return _clock(match["clock"], match["half"])
    except ValueError as error:
        sentence = _("“%(clock)s” is not a time of day: write it as four digits from 0000 to 2359.")
        raise BadDay(number, sentence % {"clock": match["clock"]}) from error


def _clock(digits: str, half: str | None) -> time:
    if not half:
        return parse_clock(digits)
    clock = parse_clock(f"{digits}00" if len(digits) <= 2 else digits)
    if not 1 <= clock.hour <= 12:
        raise ValueError("no such hour before or after noon")
    return clock.replace(hour=clock.hour % 12 + (12 if half[0] in "pP" else 0))


def _day_of(match: re.Match[str], number: int) -> tuple[int, int] | None:
    day, month = match["day"] or match["us_day"], match["month"] or match["us_month"]
    if day is None:
        return None
    try:
        return int(day), parse_month(month)
    except ValueError as error:
        sentence = _("“%(date)s” is not a date: write it like 4 DEC.")
        raise BadDay(number, sentence % {"date": f"{day} {month}"}) from error


def _refuse_without_zone(number: int, line: str) -> None:
    if match := _NO_ZONE.match(line):
        sentence = _("the label does not say that %(clock)s is GMT: write UPDATE %(clock)s GMT.")
        raise BadDay(number, sentence % {"clock": match["clock"]})
