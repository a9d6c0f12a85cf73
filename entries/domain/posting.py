"""The only writer of entries. A function per verb, as the newsroom says it."""

from datetime import datetime
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from entries.domain import ledger
from entries.domain.ledger import Author
from entries.domain.lines import fitting
from entries.domain.refusals import (
    EmptyText,
    EntryRemoved,
    Gone,
    NotPublished,
    OriginalExists,
    PostEnded,
    StaleEdit,
    TextTooLong,
)
from entries.enums import Action, EntryKind, EntryState, PostState
from entries.models import Entry, Post
from entries.sanitising import clean_html, clean_text

_ACTIONS = {
    EntryState.DRAFT: Action.DRAFTED,
    EntryState.SCHEDULED: Action.SCHEDULED,
    EntryState.PUBLISHED: Action.PUBLISHED,
}
MAX_SOURCE = 500_000  # characters: ten times the longest entry seen in the field


class Given(TypedDict, total=False):
    """What an entry may be given besides its text and its time."""

    kind: EntryKind
    topic: str
    is_key: bool
    is_pinned: bool
    import_ref: str
    import_digest: str


def publish_entry(
    *, post: Post, author: Author, source: str, published_at: datetime | None = None, **given: Unpack[Given]
) -> Entry:
    """Out now, under the label time `published_at` (now where none is given)."""
    return _add(post, author, source, published_at or timezone.now(), EntryState.PUBLISHED, given)


def schedule_entry(*, post: Post, author: Author, source: str, published_at: datetime, **given: Unpack[Given]) -> Entry:
    """Comes out at `published_at`, by `domain.timing`; until then no public address knows of it."""
    return _add(post, author, source, published_at, EntryState.SCHEDULED, given)


def draft_entry(
    *, post: Post, author: Author, source: str, published_at: datetime | None = None, **given: Unpack[Given]
) -> Entry:
    return _add(post, author, source, published_at, EntryState.DRAFT, given)


@transaction.atomic
def release_entry(*, entry: Entry, author: Author, published_at: datetime | None = None) -> Entry:
    """A draft or a scheduled entry comes out now."""
    entry = _locked(entry)
    if entry.is_out:
        return entry
    _refuse_if_ended(entry.post)
    entry.state = EntryState.PUBLISHED
    entry.published_at = _to_the_second(published_at or entry.published_at or timezone.now())
    ledger.record_entry(entry, Action.PUBLISHED, author, fields=["state", "published_at"])
    return entry


@transaction.atomic
def reschedule_entry(*, entry: Entry, author: Author, published_at: datetime) -> Entry:
    """A draft or a scheduled entry waits for that time."""
    return _hold(entry, author, EntryState.SCHEDULED, published_at)


@transaction.atomic
def unschedule_entry(*, entry: Entry, author: Author) -> Entry:
    """A scheduled entry is a draft again."""
    return _hold(entry, author, EntryState.DRAFT, entry.published_at)


@transaction.atomic
def edit_entry(
    *,
    entry: Entry,
    author: Author,
    source: str,
    base_version: int,
    topic: str | None = None,
    published_at: datetime | None = None,
    import_digest: str | None = None,
) -> Entry:
    """Replaces the text that the editor had open as `base_version`; what is None stays as it is.

    Raises StaleEdit, with both texts, when another text was saved in between.
    """
    source = _checked(source)
    html = _rendered(source)  # before the lock: a long text must not hold up other editors
    entry = _locked(entry)
    wanted = {
        "source": source,
        "topic": entry.topic if topic is None else fitting(Entry, "topic", topic),
        "published_at": _to_the_second(published_at) or entry.published_at,
        "import_digest": entry.import_digest if import_digest is None else import_digest,
    }
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
    if entry.is_out:
        entry.edited_at = timezone.now()
    ledger.record_entry(entry, Action.EDITED, author, fields=[*changed, "html", "version", "edited_at"])
    return entry


@transaction.atomic
def remove_entry(*, entry: Entry, author: Author, reason: str = "") -> Entry:
    """Takes a published entry back: a tombstone stays, its text leaves every public address."""
    entry = _locked(entry)
    _refuse_unless_out(entry)
    if entry.is_removed:
        return entry
    entry.removed_at = timezone.now()
    entry.removal_reason = fitting(Entry, "removal_reason", reason)
    ledger.record_entry(entry, Action.REMOVED, author, fields=["removed_at", "removal_reason"])
    return entry


@transaction.atomic
def restore_entry(*, entry: Entry, author: Author) -> Entry:
    entry = _locked(entry)
    if not entry.is_removed:
        return entry
    entry.removed_at = None
    entry.removal_reason = ""
    ledger.record_entry(entry, Action.RESTORED, author, fields=["removed_at", "removal_reason"])
    return entry


@transaction.atomic
def discard_draft(*, entry: Entry) -> None:
    """Throws an entry away that no reader ever saw."""
    entry = _locked(entry)
    if not entry.is_out:
        entry.delete()


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
    post: Post, author: Author, source: str, published_at: datetime | None, state: EntryState, given: Given
) -> Entry:
    entry = Entry(author=author, published_at=_to_the_second(published_at), state=state, **given)
    entry.source = _checked(source)
    entry.html = _rendered(entry.source)
    entry.topic = fitting(Entry, "topic", entry.topic)
    entry.post = ledger.lock(post)
    _refuse_if_ended(entry.post)
    if entry.is_original and entry.post.entries.originals().exists():
        raise OriginalExists(entry.post)
    ledger.record_entry(entry, _ACTIONS[state], author, fields=[])
    return entry


def _hold(entry: Entry, author: Author, state: EntryState, published_at: datetime | None) -> Entry:
    entry = _locked(entry)
    published_at = _to_the_second(published_at)
    if entry.is_out or (entry.state, entry.published_at) == (state, published_at):
        return entry
    _refuse_if_ended(entry.post)
    entry.state = state
    entry.published_at = published_at
    ledger.record_entry(entry, _ACTIONS[state], author, fields=["state", "published_at"])
    return entry


@transaction.atomic
def _mark(entry: Entry, author: Author, field: str, value: bool, action: Action) -> Entry:
    entry = _locked(entry)
    _refuse_if_removed(entry)
    if getattr(entry, field) != value:
        setattr(entry, field, value)
        ledger.record_entry(entry, action, author, fields=[field])
    return entry


def _locked(entry: Entry) -> Entry:
    """The entry as it is now, its post's row held until the transaction ends."""
    post = ledger.lock(entry.post)
    current = Entry.objects.filter(pk=entry.pk).first()
    if current is None:
        raise Gone
    current.post = post
    return current


def _to_the_second(at: datetime | None) -> datetime | None:
    """As forms give a time back: a save that changed nothing must find the same."""
    return at and at.replace(microsecond=0)


def _checked(source: str) -> str:
    source = clean_text(source).strip()
    if len(source) > MAX_SOURCE:
        raise TextTooLong(len(source), MAX_SOURCE)
    return source


def _rendered(source: str) -> str:
    html = clean_html(source)
    if not html:
        raise EmptyText
    return html


def _refuse_if_ended(post: Post) -> None:
    if post.state == PostState.ENDED:
        raise PostEnded(post)


def _refuse_if_removed(entry: Entry) -> None:
    if entry.is_removed:
        raise EntryRemoved(entry)


def _refuse_unless_out(entry: Entry) -> None:
    if not entry.is_out:
        raise NotPublished(entry)
