"""The one place that moves a post's `seq`. Callers are in a transaction and hold the post's row."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from entries import hours
from entries.announcing import announce
from entries.domain.noting import note_action
from entries.domain.refusals import Gone
from entries.domain.rights import Author
from entries.domain.telling import tell_hubs, tell_webhooks
from entries.enums import Action
from entries.models import Entry, Post, Revision
from entries.sanitising import plain_text
from entries.searching import folded

ENTRY_FIELDS = (
    "topic", "byline", "confidence", "source", "html", "published_at", "is_key", "is_pinned", "removal_reason",
    "superseded_by_id",
)  # fmt: skip
# Set with every change of an entry, whatever it was.
STAMPED = ("words", "seq", "published_seq", "edited_at", "restored_at", "out_at")
POST_FIELDS = (
    "series_id", "date", "headline", "standfirst", "byline", "related_source",
    "map_id", "map_alt", "map_caption", "map_credit", "next_update_at", "state",
)  # fmt: skip

# What decides whether, when and as what an entry counts.
COUNTED_BY = {"state", "published_at", "removed_at", "is_key"}


def lock(post: Post) -> Post:
    """The post as it is now. Until the transaction ends nobody else gets a seq of it, so seqs commit in their order.

    SQLite has no row locks; there the transaction itself is the only writer (`transaction_mode=IMMEDIATE`).
    """
    try:
        return Post.objects.select_for_update().get(pk=post.pk)
    except Post.DoesNotExist as error:
        raise Gone from error


def lock_entry(entry: Entry) -> Entry:
    """The entry as it is now, its post's row held until the transaction ends."""
    post = lock(entry.post)
    current = Entry.objects.filter(pk=entry.pk).first()
    if current is None:
        raise Gone
    current.post = post
    return current


def record_head(post: Post, action: Action, author: Author, *, fields: list[str]) -> None:
    """Saves `fields` of the post's own row as one change."""
    post.head_seq = _next_seq(post)
    post.save(update_fields=[*fields, "seq", "head_seq", "changed_at"])
    _keep(post, None, post.seq, action, author)
    tell_webhooks(post, None, action)


def record_entry(entry: Entry, action: Action, author: Author, *, fields: list[str]) -> None:
    """Saves `fields` of an entry, or the whole of a new one, as one change of its locked post.

    What readers cannot see (a draft, a scheduled text) leaves a revision and takes no seq.
    """
    entry.words = folded(f"{entry.topic} {plain_text(entry.html)}")
    touched = _hours_touched(entry, fields)
    if entry.is_out:
        entry.seq = _next_seq(entry.post)
        entry.published_seq = entry.published_seq or entry.seq
        _tell_when(entry, action)
    entry.save(update_fields=[*fields, *STAMPED] if entry.pk else None)
    if entry.is_out:
        _recount(entry.post, touched)
        entry.post.save(update_fields=["seq", "changed_at", "hours"])
    _keep(entry.post, entry, entry.seq or None, action, author)
    if entry.is_out:
        tell_webhooks(entry.post, entry, action)


def show_again(entry: Entry) -> None:
    """A change of the locked post: readers get the entry anew, of which only what it tells of another one changed."""
    entry.seq = _next_seq(entry.post)
    entry.post.save(update_fields=["seq", "changed_at"])
    entry.save(update_fields=["seq"])


def _tell_when(entry: Entry, action: Action) -> None:
    if action == Action.EDITED:
        entry.edited_at = entry.post.changed_at
    if action == Action.RESTORED:
        entry.restored_at = entry.post.changed_at
    if entry.is_visible:
        entry.out_at = entry.out_at or entry.post.changed_at


def _hours_touched(entry: Entry, fields: list[str]) -> set[str]:
    """Those whose count may be another one after the change; asked before it is saved."""
    if entry.is_original or not entry.is_out or (entry.pk and not COUNTED_BY & {*fields}):
        return set()
    before = Entry.objects.filter(pk=entry.pk).values_list("published_at", flat=True) if entry.pk else ()
    return {hours.start_of(at) for at in (*before, entry.published_at) if at}


def _recount(post: Post, touched: set[str]) -> None:
    if touched:
        now = [_counted(post, hours.Hour(start)) for start in touched]
        post.hours = hours.stored(hours.recounted(hours.loaded(post.hours), now, post.seq))


def _counted(post: Post, hour: hours.Hour) -> hours.Hour:
    updates = post.entries.standing().updates().within(hour.at, hours.HOUR).by_time()
    rows = list(updates.values_list("id", "is_key"))
    newest = rows[-1][0] if rows else None
    return replace(hour, updates=len(rows), key_moments=sum(is_key for _, is_key in rows), newest=newest)


def _next_seq(post: Post) -> int:
    post.seq = post.next_seq
    post.changed_at = timezone.now()
    announce(post.slug)
    tell_hubs(post)
    return post.seq


def _keep(post: Post, entry: Entry | None, seq: int | None, action: Action, author: Author) -> None:
    row, names = (entry, ENTRY_FIELDS) if entry else (post, POST_FIELDS)
    revision = Revision.objects.create(
        post=post,
        entry=entry,
        seq=seq,
        action=action,
        author=author,
        # One moment with what it stamped: by it is told what came within a grace minute.
        created_at=post.changed_at if seq else timezone.now(),
        snapshot={name: _plain(getattr(row, name)) for name in names},
    )
    note_action(action, row, author, detail=f"revision {revision.pk}")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
