"""What a webhook hears: what happened, and how the post and the entry are now, as far as it is public."""

import json
from datetime import datetime
from typing import Any

from django.urls import reverse

from entries.addresses import absolute, absolute_html
from entries.labels import instant
from entries.models import Delivery, Entry, Post
from entries.sanitising import plain_text


def payload(delivery: Delivery) -> bytes:
    """JSON, as one line of UTF-8. Of an entry that was removed since there is no text in it."""
    post, entry = delivery.post, delivery.entry
    data = {"post": _post(post)}
    if entry:
        entry.post = post
        data["entry"] = _entry(entry) if entry.is_visible else _removed(entry)
    told = {"type": delivery.event, "timestamp": instant(delivery.created_at), "seq": delivery.seq, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _post(post: Post) -> dict[str, Any]:
    series = post.series
    return {
        "uid": str(post.uid),
        "seq": post.seq,
        "url": absolute(post.get_absolute_url()),
        "changes_url": absolute(reverse("entries:changes", args=[post.slug, 0])).removesuffix("0/"),
        "state": post.state,
        "date": post.date.isoformat(),
        "headline": post.headline,
        "standfirst": post.standfirst,
        "authors": post.authors,
        "series": {"title": series.title, "url": absolute(series.get_absolute_url())} if series else None,
        "published_at": _time(post.published_at),
        "ended_at": _time(post.ended_at),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    newer = entry.successor
    return _known(entry) | {
        "removed": False,
        "label": entry.label,
        "topic": entry.topic,
        "authors": entry.authors,
        "confidence": entry.confidence or None,
        "key": entry.is_key,
        "pinned": entry.is_pinned,
        "text": plain_text(entry.html),
        "html": absolute_html(entry.html, entry.get_absolute_url()),
        "published_at": _time(entry.published_at),
        "modified_at": _time(entry.modified_at),
        "superseded_by_url": absolute(newer.get_absolute_url()) if newer else None,
    }


def _removed(entry: Entry) -> dict[str, Any]:
    """As much as its page says of it."""
    return _known(entry) | {
        "removed": True,
        "removed_at": _time(entry.removed_at),
        "removal_reason": entry.removal_reason,
    }


def _known(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "uid": str(entry.uid),
        "seq": entry.seq,
        "kind": entry.kind,
        "url": absolute(entry.get_absolute_url()),
    }


def _time(at: datetime | None) -> str | None:
    return instant(at) if at else None
