"""A day as a newsroom keeps it: lines above the map, credit, updates newest first, original entry."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from entries.enums import EntryKind
from entries.importers.day_labels import BadDay, Label, read_credit, read_label
from entries.importers.day_markup import Markup, Renderer
from entries.sanitising import clean_html, clean_text, plain_text


@dataclass(frozen=True)
class DayEntry:
    kind: EntryKind
    published_at: datetime
    topic: str
    source: str  # HTML


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


_H1 = re.compile(r"^#\s+(?P<headline>.+?)\s*#*$")
_SENTENCE_END = re.compile(r"[.!?…:;”’\"')\]*_>]\s*$")


def decode_day(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 with its mark."""
    if not data.strip():
        raise BadDay(1, "the file is empty: give it at least an original entry.")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding != "utf-16" and b"\0" in data:
        raise BadDay(data[: data.index(b"\0")].count(b"\n") + 1, "this is not a text file: save the day as text.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadDay(line, "these bytes are not UTF-8: save the file as UTF-8 text.") from error


def parse_day(text: str, *, date: date, markup: Markup) -> Day:
    """Raises BadDay, with the line, where a part is missing, empty or impossible."""
    lines = clean_text(text).split("\n")
    renderer = Renderer("\n".join(lines), markup)
    head, parts = _split(lines, renderer)
    _check_order([part.label for part in parts], len(lines))
    headline, related, credit = _read_head(head, renderer)
    times = _times([part.label for part in parts], date)
    entries = tuple(_entry(part, times[part.label.line], renderer) for part in reversed(parts))
    return Day(date, headline, related, credit, entries)


def _split(lines: list[str], renderer: Renderer) -> tuple[list[str], list[_Part]]:
    head: list[str] = []
    parts: list[_Part] = []
    for number, line in enumerate(lines, 1):
        label = read_label(number, line)
        if label and not (label.rest and parts and renderer.wraps_lines and _is_open(parts[-1].lines)):
            parts.append(_Part(label))
        else:
            (parts[-1].lines if parts else head).append(line)
    return head, parts


def _is_open(lines: list[str]) -> bool:
    """Whether the last line stops in the middle of a sentence: what follows only looks like a label."""
    last = lines[-1].strip() if lines else ""
    return bool(last) and not last.startswith(("#", ">", "-", "*", "[")) and not _SENTENCE_END.search(last)


def _check_order(labels: list[Label], last_line: int) -> None:
    originals = [label for label in labels if label.kind == EntryKind.ORIGINAL]
    if not originals:
        raise BadDay(last_line, "the day has no original entry: put “ORIGINAL ENTRY:” before its text.")
    if len(originals) > 1:
        raise BadDay(
            originals[1].line,
            f"this is a second original entry, the first is in line {originals[0].line}: a day has one.",
        )
    if labels[-1] is not originals[0]:
        below = labels[labels.index(originals[0]) + 1]
        raise BadDay(below.line, "this update stands below the original entry: put updates above it, newest first.")


def _times(labels: list[Label], day: date) -> dict[int, datetime]:
    """Line of a label to its time. Upwards the day goes on, so a clock that falls back has passed midnight."""
    times: dict[int, datetime] = {}
    latest = datetime.combine(day, time.min, UTC)
    for label in reversed(labels):
        at = datetime.combine(latest.date(), label.clock or time.min, UTC)
        if label.day:
            at = _dated(label, latest)
        elif at < latest:
            at += timedelta(days=1)
        times[label.line] = latest = at
    return times


def _dated(label: Label, latest: datetime) -> datetime:
    """A label with its own day, in the year that puts it nearest to the entry below it."""
    day, month = label.day or (0, 0)
    candidates = []
    for year in (latest.year - 1, latest.year, latest.year + 1):
        with suppress(ValueError):  # 29 February is not in every year
            candidates.append(datetime.combine(date(year, month, day), label.clock or time.min, UTC))
    if not candidates:
        raise BadDay(label.line, f"there is no day {day} in month {month}: write the date like 4 DEC.")
    return min(candidates, key=lambda at: abs(at - latest))


def _read_head(head: list[str], renderer: Renderer) -> tuple[str, tuple[str, ...], str]:
    headline = credit = ""
    related: list[str] = []
    for line in filter(str.strip, head):
        if not credit and (credited := read_credit(line)):
            what, who = credited[0], plain_text(renderer.line(credited[1]))
            credit = who if what.startswith("Map") else f"{what}: {who}"
        elif not headline and renderer.markup is Markup.MARKDOWN and (match := _H1.match(line)):
            headline = plain_text(renderer.line(match["headline"]))
        else:
            related.append(renderer.line(line.strip()))
    return headline, tuple(related), credit


def _entry(part: _Part, at: datetime, renderer: Renderer) -> DayEntry:
    label = part.label
    html = renderer.blocks([label.rest, *part.lines])
    if not clean_html(html):
        what = "original entry" if label.kind == EntryKind.ORIGINAL else "update"
        raise BadDay(label.line, f"this {what} has no text: write some under its label.")
    return DayEntry(label.kind, at, label.topic, html)
