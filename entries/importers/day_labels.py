"""The lines of a day that are not text: labels as real desks type them, and the credit line."""

import re
from dataclasses import dataclass
from datetime import time

from entries.enums import EntryKind
from entries.labels import parse_clock, parse_month


class BadDay(ValueError):
    """The text cannot be read as a day; `str()` of it names the line and says what to do."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line


@dataclass(frozen=True)
class Label:
    line: int
    kind: EntryKind
    clock: time | None  # an original entry may have none
    day: tuple[int, int] | None  # day of the month and month, where the label gives them
    topic: str
    rest: str  # text that runs in on the label's line


# Markdown desks set a label as a heading or in bold; the marks that open with it close with it.
_START = r"^\s*(?:#+\s*)?(?P<bold>[*_]+)?\s*"
_DASHES = "\u2010-\u2015−-"
_END = rf"[*_\s]*(?P<end>[:{_DASHES}]|$)(?(bold)[*_]*)\s*(?P<rest>.*)$"
_TIME = r"(?P<clock>\d[\d:.]*h?\d*)\s*(?P<half>[ap]\.?m\.?)?\s*"
_DATED = r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[a-z]{3,9})\.?,?\s+)?"
# Known so that they are refused and not taken for text.
_OTHER_ZONES = "BST|CES?T|EES?T|WES?T|MSK|IST|JST|TRT|A?[ECMP][SD]T|[A-Z]EST"
_UPDATE = re.compile(
    rf"{_START}UPDATED?\b[\s,:*_{_DASHES}]*\(?{_DATED}{_TIME}(?P<zone>GMT|UTC|Z|{_OTHER_ZONES})\b\)?{_END}", re.I
)
_BARE = re.compile(rf"{_START}{_DATED}{_TIME}(?P<zone>GMT|UTC)\b{_END}", re.I)
_ORIGINAL = re.compile(rf"{_START}ORIGINAL\s+(?:ENTRY|POST)\b[\s,]*(?:{_TIME}(?P<zone>GMT|UTC))?{_END}", re.I)
_CREDIT = re.compile(
    rf"{_START}(?P<what>Maps?|Photo|Photograph|Image|Graphic)[*_\s]*[:{_DASHES}](?(bold)[*_]*)\s*(?P<who>.+?)\s*$", re.I
)
# One to three capitalised words and a full stop before the sentence: "Syria. Rebels have …". Titles are not topics.
_TOPIC = re.compile(r"^(?P<topic>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2})\. +(?=\S)")
_TITLES = set("Mr Mrs Ms Dr St Gen Col Maj Capt Lt Sgt Adm Cmdr Sen Rep Gov Prof Rev Hon Amb Jr Sr No".split())


def read_label(number: int, line: str) -> Label | None:
    """The label that a line starts with; None for text. Raises BadDay where it is one that cannot be meant."""
    if match := _ORIGINAL.match(line):
        return Label(number, EntryKind.ORIGINAL, _clock_of(match, number), None, "", match["rest"])
    match = _UPDATE.match(line) or _BARE.match(line)
    if not match:
        return None
    if match["zone"].upper() not in ("GMT", "UTC", "Z"):
        raise BadDay(number, f"the label's time is in {match['zone']}: give it in GMT.")
    topic, rest = _topic_of(match["rest"])
    return Label(number, EntryKind.UPDATE, _clock_of(match, number), _day_of(match, number), topic, rest)


def read_credit(line: str) -> tuple[str, str] | None:
    """What is credited (`Map`, `Photo`) and to whom."""
    match = _CREDIT.match(line)
    return (match["what"].capitalize(), match["who"]) if match else None


def _topic_of(rest: str) -> tuple[str, str]:
    match = _TOPIC.match(rest)
    if not match or match["topic"] in _TITLES:
        return "", rest
    return match["topic"], rest[match.end() :]


def _clock_of(match: re.Match[str], number: int) -> time | None:
    if match["clock"] is None:
        return None
    try:
        clock = parse_clock(match["clock"])
        if match["half"]:
            if not 1 <= clock.hour <= 12:
                raise ValueError("no such hour before or after noon")
            clock = clock.replace(hour=clock.hour % 12 + (12 if match["half"][0] in "pP" else 0))
    except ValueError as error:
        sentence = f"“{match['clock']}” is not a time of day: write it as four digits from 0000 to 2359."
        raise BadDay(number, sentence) from error
    return clock


def _day_of(match: re.Match[str], number: int) -> tuple[int, int] | None:
    if match["day"] is None:
        return None
    try:
        return int(match["day"]), parse_month(match["month"])
    except ValueError as error:
        raise BadDay(number, f"“{match['day']} {match['month']}” is not a date: write it like 4 DEC.") from error
