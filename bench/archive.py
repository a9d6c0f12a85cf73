"""Posts by the thousand, written to the database at once and as entries.domain would leave them one by one.

tests/test_bench.py holds the rows of both against each other.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from bench import prose
from entries import hours
from entries.domain import ledger
from entries.domain.texts import rendered
from entries.enums import Action, EntryKind, EntryState, PostState
from entries.models import Entry, Post, Revision, Series
from entries.sanitising import plain_text
from entries.searching import folded

BATCH = 500
LAST = date(2026, 11, 20)
BEGINNING = "<p>It began at dawn.</p>"
_BEFORE_UPDATES = 3  # changes: created, its original entry, opened


def fill(*, posts: int, updates: int, series: Series | None = None, first: int = 0, ended: bool = False) -> list[Post]:
    """A post a day, back from the last one, with so many updates over its day. `first`: the number of the first."""
    made: list[Post] = []
    for start in range(first, first + posts, BATCH):
        numbers = range(start, min(start + BATCH, first + posts))
        with transaction.atomic():
            made += _batch([_post(number, updates, series, ended) for number in numbers], updates)
    return made


def _post(number: int, updates: int, series: Series | None, ended: bool) -> Post:
    day = LAST - timedelta(days=number)
    opened = _at(day, 0, updates)
    seq = _BEFORE_UPDATES + updates + ended
    post = Post(
        slug=f"day-{number}", date=day, headline=f"Day {number}", series=series, state=PostState.LIVE, seq=seq,
        head_seq=seq if ended else _BEFORE_UPDATES, published_at=opened, changed_at=_at(day, updates + ended, updates),
    )  # fmt: skip
    if ended:
        post.state, post.ended_at = PostState.ENDED, post.changed_at
    return post


def _at(day: date, change: int, updates: int) -> datetime:
    """When the change of that number since the opening came: they are spread over sixteen hours."""
    started = datetime.combine(day, time(6), UTC)
    return (started + timedelta(hours=16) * change / max(updates + 1, 1)).replace(microsecond=0)


def _batch(posts: list[Post], updates: int) -> list[Post]:
    Post.objects.bulk_create(posts)
    entries = Entry.objects.bulk_create(entry for post in posts for entry in _entries(post, updates))
    of_post: dict[int, list[Entry]] = {post.pk: [] for post in posts}
    for entry in entries:
        of_post[entry.post_id].append(entry)
    Revision.objects.bulk_create(row for post in posts for row in _revisions(post, of_post[post.pk]))
    for post in posts:
        post.hours = _hours(of_post[post.pk])
        Post.objects.filter(pk=post.pk).update(hours=post.hours)
    return posts


def _entries(post: Post, updates: int) -> Iterator[Entry]:
    yield _entry(post, BEGINNING, 2, _at(post.date, 0, updates), EntryKind.ORIGINAL)
    for number in range(updates):
        at = _at(post.date, number + 1, updates)
        yield _entry(post, prose.update(number), _BEFORE_UPDATES + 1 + number, at, EntryKind.UPDATE)


def _entry(post: Post, source: str, seq: int, at: datetime, kind: EntryKind) -> Entry:
    html = rendered(source)
    return Entry(
        post=post, kind=kind, state=EntryState.PUBLISHED, source=source, html=html, published_at=at, out_at=at,
        words=folded(f" {plain_text(html)}"), seq=seq, published_seq=seq,
    )  # fmt: skip


def _hours(entries: list[Entry]) -> list[dict[str, Any]]:
    found: list[hours.Hour] = []
    counted: dict[str, hours.Hour] = {}
    for entry in entries:
        if not entry.is_original and entry.published_at:
            start = hours.start_of(entry.published_at)
            hour = counted.get(start, hours.Hour(start))
            counted[start] = replace(hour, updates=hour.updates + 1, newest=entry.pk)
            found = hours.recounted(found, [counted[start]], entry.seq)
    return hours.stored(found)


def _revisions(post: Post, entries: list[Entry]) -> Iterator[Revision]:
    head = {name: ledger._plain(getattr(post, name)) for name in ledger.POST_FIELDS}
    opened = post.published_at
    assert opened
    drafted = {**head, "state": PostState.DRAFT}
    yield Revision(post=post, seq=1, action=Action.CREATED, created_at=opened, snapshot=drafted)
    yield Revision(
        post=post, seq=3, action=Action.OPENED, created_at=opened, snapshot={**head, "state": PostState.LIVE}
    )
    for entry in entries:
        assert entry.out_at
        told = {name: ledger._plain(getattr(entry, name)) for name in ledger.ENTRY_FIELDS}
        yield Revision(
            post=post, entry=entry, seq=entry.seq, action=Action.PUBLISHED, created_at=entry.out_at, snapshot=told
        )
    if post.is_ended:
        yield Revision(post=post, seq=post.seq, action=Action.ENDED, created_at=post.changed_at, snapshot=head)
