"""Entries and what readers see of them: the only writer of them, with `waiting` for those that are not out yet.

A function per verb, as the newsroom says it.
"""

from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from entries.domain import ledger, rights
from entries.domain.lines import fitting
from entries.domain.promising import keep_promise
from entries.domain.refusals import EntryRemoved, KeyTaken, NotPublished, OriginalExists, PostEnded, StaleEdit
from entries.domain.rights import Author
from entries.domain.superseding import show_superseded
from entries.domain.texts import checked, rendered, to_the_second
from entries.enums import Action, Confidence, EntryKind, EntryState
from entries.models import Entry, Post

_ACTIONS = {
    EntryState.DRAFT: Action.DRAFTED,
    EntryState.SUBMITTED: Action.SUBMITTED,
    EntryState.SCHEDULED: Action.SCHEDULED,
    EntryState.HELD: Action.HELD,
    EntryState.PUBLISHED: Action.PUBLISHED,
}
_LINES = ("topic", "byline")


class Given(TypedDict, total=False):
    """What an entry may be given besides its text and its time."""

    # A second entry of the same uid is the first one, sent again.
    uid: UUID
    kind: EntryKind
    topic: str
    byline: str
    confidence: Confidence | str
    is_key: bool
    is_pinned: bool
    import_ref: str
    import_digest: str


def publish_entry(
    *, post: Post, author: Author, source: str, published_at: datetime | None = None, **given: Unpack[Given]
) -> Entry:
    """Out now, under the label time `published_at` (now where none is given)."""
    rights.require_publishing(author)
    return _add(post, author, source, published_at or timezone.now(), EntryState.PUBLISHED, given)


def hold_entry(
    *,
    post: Post,
    author: Author,
    source: str,
    hold: timedelta,
    published_at: datetime | None = None,
    **given: Unpack[Given],
) -> Entry:
    """Out after `hold`, by `domain.timing`, unless `waiting.undo_publication` comes first."""
    rights.require_publishing(author)
    return _add(post, author, source, published_at, EntryState.HELD, given, held_until=timezone.now() + hold)


def schedule_entry(*, post: Post, author: Author, source: str, published_at: datetime, **given: Unpack[Given]) -> Entry:
    """Comes out at `published_at`, by `domain.timing`; until then no public address knows of it."""
    rights.require_publishing(author)
    return _add(post, author, source, published_at, EntryState.SCHEDULED, given)


def draft_entry(
    *, post: Post, author: Author, source: str, published_at: datetime | None = None, **given: Unpack[Given]
) -> Entry:
    return _add(post, author, source, published_at, EntryState.DRAFT, given)


def submit_new_entry(
    *, post: Post, author: Author, source: str, published_at: datetime | None = None, **given: Unpack[Given]
) -> Entry:
    """A draft that waits for an editor's approval."""
    return _add(post, author, source, published_at, EntryState.SUBMITTED, given)


@transaction.atomic
def edit_entry(
    *,
    entry: Entry,
    author: Author,
    source: str,
    base_version: int,
    published_at: datetime | None = None,
    **given: str | None,
) -> Entry:
    """Replaces the text that the editor had open as `base_version`; what is None or not given stays as it is.

    `given`: topic, byline, confidence, import_digest. Raises StaleEdit, with both texts, when another text was saved
    in between.
    """
    source = checked(source)
    html = rendered(source)  # before the lock: a long text must not hold up other editors
    entry = ledger.lock_entry(entry)
    rights.require_changing(author, entry)
    wanted = _wanted(entry, source, published_at, given)
    changed = [name for name, value in wanted.items() if getattr(entry, name) != value]
    if not changed:
        return entry
    _refuse_if_removed(entry)
    if entry.version != base_version:
        raise StaleEdit(theirs=entry.source, yours=source)
    for name in changed:
        setattr(entry, name, wanted[name])
    entry.html = html
    entry.version += 1
    ledger.record_entry(entry, Action.EDITED, author, fields=[*changed, "html", "version"])
    if "published_at" in changed:
        show_superseded(entry)
    return entry


@transaction.atomic
def remove_entry(*, entry: Entry, author: Author, reason: str = "") -> Entry:
    """Takes a published entry back: a tombstone stays, its text leaves every public address."""
    rights.require_publishing(author)
    entry = ledger.lock_entry(entry)
    if not entry.is_out:
        raise NotPublished(entry)
    if entry.is_removed:
        return entry
    entry.removed_at = timezone.now()
    entry.removal_reason = fitting(Entry, "removal_reason", reason)
    ledger.record_entry(entry, Action.REMOVED, author, fields=["removed_at", "removal_reason"])
    show_superseded(entry)
    return entry


@transaction.atomic
def restore_entry(*, entry: Entry, author: Author) -> Entry:
    rights.require_publishing(author)
    entry = ledger.lock_entry(entry)
    if not entry.is_removed:
        return entry
    entry.removed_at = None
    entry.removal_reason = ""
    ledger.record_entry(entry, Action.RESTORED, author, fields=["removed_at", "removal_reason"])
    show_superseded(entry)
    return entry


def pin_entry(*, entry: Entry, author: Author) -> Entry:
    return _mark(entry, author, "is_pinned", True, Action.PINNED)


def unpin_entry(*, entry: Entry, author: Author) -> Entry:
    return _mark(entry, author, "is_pinned", False, Action.UNPINNED)


def mark_key(*, entry: Entry, author: Author) -> Entry:
    return _mark(entry, author, "is_key", True, Action.MARKED_KEY)


def unmark_key(*, entry: Entry, author: Author) -> Entry:
    return _mark(entry, author, "is_key", False, Action.UNMARKED_KEY)


@transaction.atomic
def _add(
    post: Post,
    author: Author,
    source: str,
    published_at: datetime | None,
    state: EntryState,
    given: Given,
    held_until: datetime | None = None,
) -> Entry:
    entry = Entry(author=author, published_at=to_the_second(published_at), state=state, held_until=held_until, **given)
    entry.source = checked(source)
    entry.html = rendered(entry.source)
    for name in _LINES:
        setattr(entry, name, fitting(Entry, name, getattr(entry, name)))
    entry.post = ledger.lock(post)
    rights.require_writing(author, entry.post)
    if sent_before := Entry.objects.filter(uid=entry.uid).select_related("post").first():
        return _same(sent_before, entry)
    if entry.post.is_ended and state != EntryState.DRAFT:
        raise PostEnded(entry.post)
    if entry.is_original and entry.post.entries.originals().exists():
        raise OriginalExists(entry.post)
    ledger.record_entry(entry, _ACTIONS[state], author, fields=[])
    keep_promise(entry, author)
    return entry


def _same(sent_before: Entry, entry: Entry) -> Entry:
    """What was sent before, whatever has become of it since; of another text it would be no answer."""
    first = sent_before.revisions.first()
    known = (sent_before.post_id, sent_before.author_id, first and first.snapshot["source"])
    if known != (entry.post.pk, entry.author_id, entry.source):
        raise KeyTaken
    return sent_before


def _wanted(entry: Entry, source: str, published_at: datetime | None, given: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in given.items() if value is not None}
    lines = {name: fitting(Entry, name, said[name]) for name in _LINES if name in said}
    return {"source": source, "published_at": to_the_second(published_at) or entry.published_at} | said | lines


@transaction.atomic
def _mark(entry: Entry, author: Author, field: str, value: bool, action: Action) -> Entry:
    entry = ledger.lock_entry(entry)
    rights.require_changing(author, entry)
    _refuse_if_removed(entry)
    if getattr(entry, field) != value:
        setattr(entry, field, value)
        ledger.record_entry(entry, action, author, fields=[field])
    return entry


def _refuse_if_removed(entry: Entry) -> None:
    if entry.is_removed:
        raise EntryRemoved(entry)
