"""Rows as the API tells of them. What it is given was chosen by visible() or known(); nothing is chosen here."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from entries.addresses import absolute, absolute_html
from entries.api import schemas
from entries.api.values import Confidence
from entries.domain.deltas import Delta
from entries.labels import instant
from entries.models import Entry, Post, Series
from entries.pressure import pressure
from entries.sanitising import plain_text


def series(row: Series) -> schemas.Series:
    return schemas.Series(
        slug=row.slug,
        title=row.title,
        description=row.description,
        url=absolute(row.get_absolute_url()),
        posts_url=f"{_address('api:posts')}?series={row.slug}",
        posts=row.visible_posts,
        first_day=row.first_day.isoformat(),
        last_day=row.last_day.isoformat(),
        feeds=_feeds("series-feed", row.slug),
    )


def post(row: Post) -> schemas.Post:
    """Of a row with its head."""
    address = row.get_absolute_url()
    return schemas.Post(
        uid=str(row.uid),
        slug=row.slug,
        url=absolute(address),
        headline=row.headline,
        standfirst=row.standfirst,
        byline=row.byline,
        authors=row.authors,
        date=row.date.isoformat(),
        state="live" if row.is_live else "ended",
        seq=row.seq,
        published_at=_instant(row.published_at),
        ended_at=_instant(row.ended_at),
        changed_at=instant(row.changed_at),
        next_update_at=_instant(row.next_update_at),
        related=[absolute_html(line, address) for line in row.related],
        map=_map(row),
        credit=row.credit_line,
        series=_series_of(row),
        feeds=_feeds("post-feed", row.slug),
        stream_url=absolute(reverse("entries:stream", args=[row.slug])),
        changes_url=f"{_address('api:changes', row.slug)}?since=0",
        entries_url=_address("api:entries", row.slug),
    )


def entry(row: Entry) -> schemas.Entry:
    """Of a visible one, with its post."""
    assert row.published_at  # noqa: S101  # the database holds what is out to this
    assert row.modified_at  # noqa: S101
    return schemas.Entry(
        is_removed=False,
        **_identity(row),
        label=row.label,
        kind="original" if row.is_original else "update",
        topic=row.topic,
        html=absolute_html(row.html, row.get_absolute_url()),
        text=plain_text(row.html),
        byline=row.byline,
        authors=row.authors,
        confidence=_confidence(row),
        is_key=row.is_key,
        is_pinned=row.is_pinned,
        published_at=instant(row.published_at),
        modified_at=instant(row.modified_at),
        edited_at=_instant(row.edited_at),
        seq=row.seq,
        superseded_by=_successor(row),
    )


def tombstone(row: Entry) -> schemas.Tombstone:
    assert row.removed_at  # noqa: S101
    return schemas.Tombstone(
        is_removed=True,
        **_identity(row),
        seq=row.seq,
        removed_at=instant(row.removed_at),
        removal_reason=row.removal_reason,
    )


def changes(delta: Delta) -> schemas.Changes:
    return schemas.Changes(
        seq=delta.seq,
        since=delta.since,
        is_reset=delta.is_reset,
        state="ended" if delta.post.is_ended else "live",
        poll=pressure.poll(is_ended=delta.post.is_ended),
        post=post(delta.post) if delta.has_new_head else None,
        entries=[tombstone(row) if row.is_removed else entry(row) for row in delta.entries],
    )


def written(row: Entry) -> schemas.WrittenEntry:
    """For who may write it, in whatever state it is."""
    return schemas.WrittenEntry(
        id=row.pk,
        uid=str(row.uid),
        post=row.post.slug,
        url=absolute(row.get_absolute_url()) if row.is_visible else None,
        label=row.label,
        kind="original" if row.is_original else "update",
        state=_known(row.state),
        version=row.version,
        seq=row.seq,
        source=row.source,
        html=absolute_html(row.html, row.get_absolute_url()),
        topic=row.topic,
        byline=row.byline,
        confidence=_confidence(row),
        is_key=row.is_key,
        is_pinned=row.is_pinned,
        published_at=_instant(row.published_at),
        held_until=_instant(row.held_until),
        edited_at=_instant(row.edited_at),
        is_removed=row.is_removed,
        removed_at=_instant(row.removed_at),
        removal_reason=row.removal_reason,
    )


def entry_address(row: Entry) -> str:
    return _address("api:entry", row.post.slug, row.pk)


def _identity(row: Entry) -> dict[str, Any]:
    return {"id": row.pk, "uid": str(row.uid), "post": row.post.slug, "url": absolute(row.get_absolute_url())}


def _successor(row: Entry) -> schemas.Successor | None:
    newer = row.successor
    if newer is None:
        return None
    return schemas.Successor(id=newer.pk, url=absolute(newer.get_absolute_url()), label=newer.label)


def _series_of(row: Post) -> schemas.SeriesOfPost | None:
    if row.series is None:
        return None
    address = absolute(row.series.get_absolute_url())
    return schemas.SeriesOfPost(slug=row.series.slug, title=row.series.title, url=address)


def _map(row: Post) -> schemas.Map | None:
    if row.map is None:
        return None
    return schemas.Map(
        url=absolute(row.map.file.url),
        width=row.map.width,
        height=row.map.height,
        alt=row.map_alt,
        caption=row.map_caption,
        credit=row.credit_line,
    )


def _feeds(name: str, slug: str) -> schemas.Feeds:
    rss, atom, json_feed = (_address(name, slug, suffix) for suffix in ("rss", "atom", "json"))
    return schemas.Feeds(rss=rss, atom=atom, json_feed=json_feed)


def _confidence(row: Entry) -> Confidence | None:
    return _known(row.confidence) if row.confidence else None


def _known(word: str) -> Any:
    """One of an enumeration's, to which the database holds its column."""
    return word


def _instant(at: datetime | None) -> str | None:
    return instant(at) if at else None


def _address(name: str, *keys: object) -> str:
    return absolute(reverse(f"entries:{name}", args=keys))
