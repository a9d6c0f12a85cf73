"""Which entry of a post an entry of the file is, when the day comes a second time, corrected or not."""

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from entries.domain.embeds import EMBED
from entries.enums import EntryKind
from entries.importers.day_text import DayEntry
from entries.models import Entry, Post
from entries.rendering import run_in_topic
from entries.sanitising import clean_html, plain_text


@dataclass(frozen=True)
class Given:
    """An entry of the file beside the one that an earlier import of its day made of it."""

    entry: DayEntry
    ref: str  # its time, and its place among those of that time
    digest: str
    known: Entry | None = None
    reads_alike: bool = False  # `known` has the same label and words already


def match(post: Post, entries: Iterable[DayEntry]) -> list[Given]:
    """By time and text; then by text alone, as its time was corrected; then by time alone, as its text was."""
    return _matched(list(_named(entries)), list(post.entries.filter(import_ref__isnull=False)))


def match_pasted(post: Post, entries: Iterable[DayEntry]) -> list[Given]:
    """As `match`, but first by label and words: what stands in the post may be written or corrected by hand."""
    known = list(post.entries.order_by("pk"))
    given = _paired(list(_named(entries)), known, lambda one: _reading(_as_row(one.entry)), _reading)
    return _matched([replace(one, reads_alike=one.known is not None) for one in given], known, may_replace=_as_brought)


def _as_brought(row: Entry) -> bool:
    """Not written on by hand since: another text of its minute may be its correction."""
    return row.version == 1 or row.import_digest == _digest(row.topic, row.source)


def _matched(
    given: list[Given], known: list[Entry], may_replace: Callable[[Entry], bool] = lambda _: True
) -> list[Given]:
    taken = {row.import_ref for row in [*known, *(one.known for one in given if one.known)]}
    given = _paired(given, known, lambda one: (one.ref, one.digest), lambda row: (row.import_ref, row.import_digest))
    given = _paired(given, known, lambda one: (one.entry.kind, one.digest), lambda row: (row.kind, row.import_digest))
    replaceable = [row for row in known if may_replace(row)]
    given = _paired(given, replaceable, lambda one: one.ref, lambda row: row.import_ref)
    return [_renamed(one, taken) for one in given]


def _named(entries: Iterable[DayEntry]) -> Iterator[Given]:
    seen: Counter[datetime] = Counter()
    for entry in entries:
        digest = _digest(entry.topic, entry.source)
        if entry.kind == EntryKind.ORIGINAL:
            yield Given(entry, "original", digest)
        else:
            seen[entry.published_at] += 1
            yield Given(entry, f"{entry.published_at:%Y-%m-%dT%H%M}/{seen[entry.published_at]}", digest)


def _digest(topic: str, source: str) -> str:
    return hashlib.sha256(f"{topic}\n{source}".encode()).hexdigest()


def _as_row(entry: DayEntry) -> Entry:
    html = clean_html(entry.source)
    return Entry(kind=entry.kind, published_at=entry.published_at, topic=entry.topic, html=html)


def _reading(entry: Entry) -> Hashable:
    """An update's label has no seconds, that of an original entry no time; a text may be nothing but an image."""
    minute = entry.published_at and entry.published_at.replace(second=0, microsecond=0)
    # What another site told of an embed is not in the file.
    html = clean_html(entry.source) if EMBED in entry.html else entry.html
    words = plain_text(html) or html
    return entry.kind, None if entry.is_original else minute, f"{run_in_topic(entry)} {words}".strip()


def _paired(
    given: list[Given],
    known: list[Entry],
    key_of_given: Callable[[Given], Hashable],
    key_of_known: Callable[[Entry], Hashable],
) -> list[Given]:
    """Those without an entry yet get one of the same key, which leaves `known`."""
    free = {key_of_known(row): row for row in reversed(known)}
    paired = [one if one.known else replace(one, known=free.pop(key_of_given(one), None)) for one in given]
    gone = {one.known.pk for one in paired if one.known}
    known[:] = [row for row in known if row.pk not in gone]
    return paired


def _renamed(one: Given, taken: set[str | None]) -> Given:
    """A new entry whose name went to another one that has moved gets a name of its own."""
    if one.known or one.ref not in taken:
        return one
    ref = next(name for number in count(1) if (name := f"{one.ref}/{number}") not in taken)
    taken.add(ref)
    return replace(one, ref=ref)
