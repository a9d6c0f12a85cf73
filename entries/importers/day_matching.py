"""Which entry of a post an entry of the file is, when the day comes a second time, corrected or not."""

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from entries.enums import EntryKind
from entries.importers.day_text import DayEntry
from entries.models import Entry, Post


@dataclass(frozen=True)
class Given:
    """An entry of the file beside the one that an earlier import of its day made of it."""

    entry: DayEntry
    ref: str  # its time, and its place among those of that time
    digest: str
    known: Entry | None = None


def match(post: Post, entries: Iterable[DayEntry]) -> list[Given]:
    """By time and text; then by text alone, as its time was corrected; then by time alone, as its text was."""
    known = list(post.entries.filter(import_ref__isnull=False))
    taken = {entry.import_ref for entry in known}
    given = list(_named(entries))
    given = _paired(given, known, lambda one: (one.ref, one.digest), lambda row: (row.import_ref, row.import_digest))
    given = _paired(given, known, lambda one: (one.entry.kind, one.digest), lambda row: (row.kind, row.import_digest))
    given = _paired(given, known, lambda one: one.ref, lambda row: row.import_ref)
    return [_renamed(one, taken) for one in given]


def _named(entries: Iterable[DayEntry]) -> Iterator[Given]:
    seen: Counter[datetime] = Counter()
    for entry in entries:
        digest = hashlib.sha256(f"{entry.topic}\n{entry.source}".encode()).hexdigest()
        if entry.kind == EntryKind.ORIGINAL:
            yield Given(entry, "original", digest)
        else:
            seen[entry.published_at] += 1
            yield Given(entry, f"{entry.published_at:%Y-%m-%dT%H%M}/{seen[entry.published_at]}", digest)


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
