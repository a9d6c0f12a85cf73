"""A day as a newsroom keeps it: lines above the map, credit, updates newest first, original entry."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from entries.domain.refusals import TextTooLong
from entries.domain.texts import MAX_SOURCE
from entries.enums import EntryKind
from entries.importers.day_labels import BadDay, Label, is_label, read_credit, read_label
from entries.importers.day_markup import UNDERLINE, Markup, Renderer, stops_midway
from entries.sanitising import clean_html, clean_text, plain_text


@dataclass(frozen=True)
class DayEntry:
    kind: EntryKind
    published_at: datetime
    topic: str
    source: str  # HTML
    line: int = field(default=0, compare=False)  # of its label; the same entry may stand in any


@dataclass(frozen=True)
class Day:
    date: date
    headline: str  # empty where the text has none
    related: tuple[str, ...]  # inline HTML, in their order above the map
    credit: str
    entries: tuple[DayEntry, ...]  # oldest first, the original entry before all


@dataclass(frozen=True)
class _Part:
    label: Label
    lines: list[str] = field(default_factory=list)

    @property
    def is_bare(self) -> bool:
        return not self.label.rest and not self.lines


_H1 = re.compile(r"^#\s+(?P<headline>.+)$")
_LIST_MARK = re.compile(r"^(?:[-*+>]|\d+[.)]|#+)\s+")
# Word processors end a line with these.
_OTHER_LINE_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")


def decode_day(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 with its mark."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding != "utf-16" and b"\0" in data:
        raise BadDay(_line_at(data, data.index(b"\0")), _("this is not a text file: save the day as text."))
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        sentence = _("these bytes are not UTF-8: save the file as UTF-8 text.")
        raise BadDay(_line_at(data, error.start), sentence) from error
    if not text.replace("\ufeff", "").strip():
        raise BadDay(1, _("the file is empty: give it at least an original entry."))
    return text


def parse_day(text: str, *, date: date, markup: Markup, needs_original: bool = True) -> Day:
    """Raises BadDay, with the line, where a part is missing, empty or impossible."""
    lines = _lines(text)
    renderer = Renderer(lines, markup)
    head, parts = _split(lines, renderer)
    labels = [part.label for part in parts]
    _check_order(labels, len(lines), needs_original=needs_original)
    headline, related, credit = _read_head(head, renderer)
    times = _times(labels, date)
    entries = tuple(_entry(part, times[part.label.line], renderer) for part in reversed(parts))
    return Day(date, headline, related, credit, entries)


def _line_at(data: bytes, place: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", data[:place])) + 1


def _lines(text: str) -> list[str]:
    text = clean_text(_OTHER_LINE_ENDS.sub("\n", text)).replace("\ufeff", "")
    # To Markdown a line with a no-break space in it is not blank.
    lines = [line if line.strip() else "" for line in text.split("\n")]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def _split(lines: list[str], renderer: Renderer) -> tuple[list[str], list[_Part]]:
    head: list[str] = []
    parts: list[_Part] = []
    for number, (above, line) in enumerate(pairwise(["", *lines]), 1):
        is_text = number in renderer.verbatim or (parts and renderer.wraps_lines and _goes_on(above, line))
        if label := None if is_text else read_label(number, line):
            parts.append(_Part(label))
        elif not (parts and parts[-1].is_bare and renderer.markup is Markup.MARKDOWN and UNDERLINE.match(line)):
            (parts[-1].lines if parts else head).append(line)
    return head, parts


def _goes_on(above: str, line: str) -> bool:
    """Whether what looks like a label is a part of the sentence that the line above began."""
    if is_label(above, alone=True) or not is_label(line) or is_label(line, alone=True):
        return False
    return stops_midway(above)


def _check_order(labels: list[Label], last_line: int, *, needs_original: bool) -> None:
    originals = [label for label in labels if label.kind == EntryKind.ORIGINAL]
    if not originals and needs_original:
        raise BadDay(last_line, _("the day has no original entry: put “ORIGINAL ENTRY:” before its text."))
    if not labels:
        raise BadDay(1, _("there is no update in this text: put a label like “UPDATE 1716 GMT:” above each."))
    if len(originals) > 1:
        sentence = _("this is a second original entry, the first is in line %(number)d: a day has one.")
        raise BadDay(originals[1].line, sentence % {"number": originals[0].line})
    if originals and labels[-1] is not originals[0]:
        below = labels[labels.index(originals[0]) + 1]
        raise BadDay(below.line, _("this update stands below the original entry: put updates above it, newest first."))


def _times(labels: list[Label], day: date) -> dict[int, datetime]:
    """Line of a label to its time. Upwards the day goes on, so a clock that falls back has passed midnight."""
    times: dict[int, datetime] = {}
    latest = datetime.combine(day, time.min, UTC)
    for label in reversed(labels):
        at = datetime.combine(latest.date(), label.clock or time.min, UTC)
        if label.day:
            at = _dated(label, latest)
        elif at < latest:
            at = _next_day(at, label)
        times[label.line] = latest = at
    return times


def _next_day(at: datetime, label: Label) -> datetime:
    try:
        return at + timedelta(days=1)
    except OverflowError as error:
        raise BadDay(label.line, _("this update is of a day after the last year there is: check the date.")) from error


def _dated(label: Label, latest: datetime) -> datetime:
    """A label with its own day, in the year that puts it nearest to the entry below it."""
    day, month = label.day or (0, 0)
    candidates = []
    for year in (latest.year - 1, latest.year, latest.year + 1):
        with suppress(ValueError):  # 29 February is not in every year
            candidates.append(datetime.combine(date(year, month, day), label.clock or time.min, UTC))
    if not candidates:
        sentence = _("there is no day %(day)d in month %(month)d: write the date like 4 DEC.")
        raise BadDay(label.line, sentence % {"day": day, "month": month})
    return min(candidates, key=lambda at: abs(at - latest))


def _read_head(head: list[str], renderer: Renderer) -> tuple[str, tuple[str, ...], str]:
    headline = credit = ""
    related: list[str] = []
    for line in map(str.strip, filter(None, head)):
        if not credit and (credited := read_credit(line)):
            what, who = credited[0], plain_text(renderer.line(credited[1]))
            credit = who if what.startswith("Map") else f"{what}: {who}"
        elif renderer.markup is Markup.PLAIN:
            related.append(renderer.line(line))
        elif not headline and (match := _H1.match(line)):
            headline = plain_text(renderer.line(match["headline"].rstrip("# ")))
        elif not headline and related and re.match(r"^=+$", line):
            headline = plain_text(related.pop())
        elif not UNDERLINE.match(line):
            related.append(renderer.line(_LIST_MARK.sub("", line)))
    return headline, tuple(related), credit


def _entry(part: _Part, at: datetime, renderer: Renderer) -> DayEntry:
    label = part.label
    html = renderer.blocks([label.rest, *part.lines])
    clean = clean_html(html)
    if not plain_text(clean) and "<img" not in clean:
        if label.kind == EntryKind.ORIGINAL:
            raise BadDay(label.line, _("this original entry has no text: write some under its label."))
        raise BadDay(label.line, _("this update has no text: write some under its label."))
    if len(html) > MAX_SOURCE:
        raise BadDay(label.line, str(TextTooLong(len(html), MAX_SOURCE)))
    return DayEntry(label.kind, at, label.topic, html, label.line)
