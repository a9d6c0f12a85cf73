"""The wire: what changed, as JSON. Its HTML is the page's own, from the page's own templates."""

import json
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from entries import sse
from entries.coverage import lead_lines
from entries.domain.deltas import Delta
from entries.fragments import entry_html, moment_html
from entries.hours import Hour
from entries.labels import instant
from entries.models import Entry, Post
from entries.pressure import pressure


def delta_json(delta: Delta) -> bytes:
    """One line of UTF-8. The same for every reader who asks from the same `since`."""
    return json.dumps(_delta_dict(delta), ensure_ascii=False, separators=(",", ":")).encode()


def delta_event(delta: Delta) -> bytes:
    """The same as a server-sent event, from which a reader resumes at `delta.seq`."""
    return sse.event(delta_json(delta), delta.seq)


def _delta_dict(delta: Delta) -> dict[str, Any]:
    return {
        **({"reset": True} if delta.is_reset else {}),
        "seq": delta.seq,
        "since": delta.since,
        "state": str(delta.post.state),
        "poll": pressure.poll(is_ended=delta.post.is_ended),
        **({"post": _post_dict(delta.post)} if delta.has_new_head else {}),
        **({"hours": [_hour_dict(hour) for hour in delta.hours]} if delta.hours else {}),
        "entries": [_entry_dict(entry) for entry in delta.entries],
    }


def _post_dict(post: Post) -> dict[str, Any]:
    context = head_context(post, Post.objects.before(post), post.entries.visible().latest_time())
    return {
        "headline": post.headline,
        "standfirst": post.standfirst,
        "ended_at": instant(post.ended_at) if post.ended_at else None,
        "head_html": _rendered("_post_head", context),
        "lead_html": _rendered("_lead_lines", context),
        "map_html": _rendered("_map", context),
    }


def head_context(post: Post, previous: Post | None, latest: datetime | None) -> dict[str, Any]:
    """What the templates of a post's own lines show; `latest` is the time of its newest update."""
    return {
        "post": post,
        "previous": previous,
        "lead_lines": lead_lines(post, previous),
        "latest": latest,
    }


def _entry_dict(entry: Entry) -> dict[str, Any]:
    if entry.is_removed:
        return {"id": entry.pk, "seq": entry.seq, "removed": True}
    return {
        "id": entry.pk,
        "seq": entry.seq,
        "published_at": instant(entry.published_at) if entry.published_at else None,
        "key": entry.is_key,
        "pinned": entry.is_pinned,
        "html": entry_html(entry).strip(),
        **({"moment_html": moment_html(entry, is_on_page=True).strip()} if entry.is_key_moment else {}),
    }


def _hour_dict(hour: Hour) -> dict[str, Any]:
    """Without HTML where there is nothing to show any more."""
    return {"hour": hour.start, "html": _rendered("_hour", {"hour": hour}) if hour.is_shown else ""}


def _rendered(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"entries/{name}.html", context).strip()
