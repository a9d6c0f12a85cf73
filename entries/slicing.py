"""What a subscriber asked for of a post, and the sheet of its feed that it comes to.

A sheet holds ENTRIES_A_SHEET entries and leads to the next one, older, by the id of its last: whatever comes or goes
meanwhile, none is passed over. The first one also has what was changed of late, wherever it stands: to a subscriber who
reads no other, corrections and removals come as surely as news.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from urllib.parse import urlencode
from uuid import UUID, uuid5

from entries.hours import HOUR, Hour, loaded, start_of
from entries.models import Entry, Post
from entries.models.entries import EntryQuerySet

ENTRIES_A_SHEET = 100
HOURS_A_SHEET = 48
CHANGES = 100  # of late


@dataclass(frozen=True)
class Slice:
    """The address of a feed of a post, taken apart."""

    is_key_only: bool = False
    author: str = ""
    is_digest: bool = False
    before: str = ""  # the id of the entry, or the hour, that the sheet before ended with

    @property
    def search(self) -> str:
        """`?key=1&author=Ann+Lee`; empty for the whole of the post."""
        given = {
            "key": "1" if self.is_key_only else "",
            "author": self.author,
            "digest": "hourly" if self.is_digest else "",
            "before": self.before,
        }
        said = {name: value for name, value in given.items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def first(self) -> "Slice":
        return replace(self, before="")


@dataclass(frozen=True)
class Digest:
    """The updates of an hour that is over, the oldest first."""

    post: Post
    start: datetime
    entries: list[Entry]
    uid: UUID
    # When the last of its updates was taken back.
    removed_at: datetime | None

    @property
    def published_at(self) -> datetime:
        """When the hour was over, or the coverage."""
        return min(filter(None, (self.start + HOUR, self.post.ended_at)))

    @property
    def modified_at(self) -> datetime:
        modified = (entry.modified_at for entry in self.entries)
        return max(filter(None, (self.published_at, self.removed_at, *modified)))


@dataclass(frozen=True)
class Removed:
    uid: UUID
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Sheet:
    """The newest first, an original entry last."""

    items: list[Entry | Digest]
    removed: list[Removed]
    older: Slice | None


def sheet_of(post: Post, asked: Slice, now: datetime) -> Sheet:
    """Of a post that the caller may show."""
    asked_for = _asked_for(post, asked)
    return _digests(post, asked, asked_for, now) if asked.is_digest else _entries(post, asked, asked_for)


def settled_at(post: Post, asked: Slice, now: datetime) -> datetime:
    """When the feed last became another: a digest also does so by the clock."""
    if not asked.is_digest or post.is_ended:
        return post.changed_at
    return max(post.changed_at, now.replace(minute=0, second=0, microsecond=0))


def _asked_for(post: Post, asked: Slice) -> EntryQuerySet:
    known = post.entries.known()
    if asked.is_key_only:
        known = known.filter(is_key=True)
    return known.by(asked.author, post) if asked.author else known


def _entries(post: Post, asked: Slice, asked_for: EntryQuerySet) -> Sheet:
    last = asked_for.filter(pk=asked.before).first() if asked.before.isdecimal() else None
    within = asked_for.earlier_than(last) if last else asked_for
    found = list(within.by_time().reverse()[: ENTRIES_A_SHEET + 1])
    page = found[:ENTRIES_A_SHEET]
    older = replace(asked, before=str(page[-1].pk)) if len(found) > ENTRIES_A_SHEET else None
    if older and not last:
        page += asked_for.filter(seq__gt=post.seq - CHANGES).exclude(pk__in=[entry.pk for entry in page])
        page.sort(key=lambda entry: (not entry.is_original, entry.published_at, entry.pk), reverse=True)
    return Sheet([*_standing(post, page)], _tombstones(page), older)


def _digests(post: Post, asked: Slice, asked_for: EntryQuerySet, now: datetime) -> Sheet:
    over = [hour for hour in reversed(loaded(post.hours)) if post.is_ended or hour.at + HOUR <= now]
    left = [hour for hour in over if not asked.before or hour.start < asked.before]
    page = left[:HOURS_A_SHEET]
    older = replace(asked, before=page[-1].start) if len(left) > HOURS_A_SHEET else None
    span = (page[-1].at, page[0].at + HOUR - page[-1].at) if page else (now, HOUR * 0)
    updates = asked_for.updates().within(*span).by_time().reverse()
    items: list[Entry | Digest] = []
    removed: list[Removed] = []
    for start, of_hour in groupby(updates, _hour):
        digest = _digest(post, asked, Hour(start), list(of_hour)[::-1])
        if digest.entries:
            items.append(digest)
        else:
            removed.append(Removed(digest.uid, digest.modified_at))
    # With the oldest, as on every page.
    originals = [] if older else _standing(post, asked_for.originals())
    return Sheet([*items, *originals], removed, older)


def _digest(post: Post, asked: Slice, hour: Hour, entries: list[Entry]) -> Digest:
    uid = uuid5(post.uid, hour.start + asked.first.search)
    removed_at = max((entry.removed_at for entry in entries if entry.removed_at), default=None)
    return Digest(post, hour.at, _standing(post, entries), uid, removed_at)


def _standing(post: Post, entries: Iterable[Entry]) -> list[Entry]:
    standing = [entry for entry in entries if not entry.is_removed]
    for entry in standing:
        entry.post = post
    return standing


def _tombstones(entries: Iterable[Entry]) -> list[Removed]:
    return [Removed(entry.uid, at, entry.removal_reason) for entry in entries if (at := entry.removed_at)]


def _hour(entry: Entry) -> str:
    return start_of(entry.published_at) if entry.published_at else ""
