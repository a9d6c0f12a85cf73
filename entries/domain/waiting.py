"""Entries that are not out yet: drafts, texts for approval, the scheduled, and those held for a moment before they go.

What is out already is out: to release it once more is nothing, all else is refused.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from entries.deeds import Deed
from entries.domain import ledger, rights
from entries.domain.noting import note
from entries.domain.promising import keep_promise
from entries.domain.refusals import OutAlready, PostEnded, TextChanged
from entries.domain.rights import Author
from entries.domain.texts import to_the_second
from entries.enums import Action, EntryState
from entries.models import Entry


@transaction.atomic
def release_entry(
    *,
    entry: Entry,
    author: Author,
    published_at: datetime | None = None,
    hold: timedelta = timedelta(0),
    base_version: int | None = None,
) -> Entry:
    """Comes out now, or after `hold`; for a text that waits for approval this is the approval.

    `base_version`: the text that was looked at; TextChanged where it is another one by now.
    """
    rights.require_publishing(author)
    entry = ledger.lock_entry(entry)
    if entry.is_out:
        return entry
    if base_version is not None and entry.version != base_version:
        raise TextChanged(entry)
    if hold:
        return _move(entry, EntryState.HELD, Action.HELD, author, published_at, held_until=timezone.now() + hold)
    # A label of a time to come would stand above all others.
    at = published_at or min(entry.published_at or timezone.now(), timezone.now())
    entry = _move(entry, EntryState.PUBLISHED, Action.PUBLISHED, author, at)
    keep_promise(entry, author)
    return entry


@transaction.atomic
def reschedule_entry(*, entry: Entry, author: Author, published_at: datetime) -> Entry:
    """It waits for that time."""
    rights.require_publishing(author)
    entry = ledger.lock_entry(entry)
    return _move(entry, EntryState.SCHEDULED, Action.SCHEDULED, author, published_at)


@transaction.atomic
def keep_as_draft(*, entry: Entry, author: Author, published_at: datetime | None) -> Entry:
    """A draft, again or still; `published_at` is for its label, and None leaves that to the moment it goes out."""
    entry = ledger.lock_entry(entry)
    rights.require_changing(author, entry)
    return _move(entry, EntryState.DRAFT, Action.DRAFTED, author, published_at)


@transaction.atomic
def unschedule_entry(*, entry: Entry, author: Author) -> Entry:
    """A draft again, which keeps its time."""
    return keep_as_draft(entry=entry, author=author, published_at=entry.published_at)


@transaction.atomic
def undo_publication(*, entry: Entry, author: Author) -> Entry:
    """Takes a held entry back before anybody has seen it."""
    rights.require_publishing(author)
    entry = ledger.lock_entry(entry)
    if not entry.is_held and not entry.is_out:
        return entry
    return _move(entry, EntryState.DRAFT, Action.UNDONE, author, entry.published_at)


@transaction.atomic
def submit_entry(*, entry: Entry, author: Author) -> Entry:
    """For approval."""
    entry = ledger.lock_entry(entry)
    rights.require_changing(author, entry)
    if entry.is_submitted:
        return entry
    return _move(entry, EntryState.SUBMITTED, Action.SUBMITTED, author, entry.published_at)


@transaction.atomic
def return_entry(*, entry: Entry, author: Author) -> Entry:
    """Back from the approval queue to who wrote it: by an editor, or by themselves."""
    entry = ledger.lock_entry(entry)
    rights.require_changing(author, entry)
    if entry.is_draft:
        return entry
    return _move(entry, EntryState.DRAFT, Action.RETURNED, author, entry.published_at)


@transaction.atomic
def discard_draft(*, entry: Entry, author: Author) -> None:
    """Throws an entry away that no reader ever saw."""
    entry = ledger.lock_entry(entry)
    rights.require_changing(author, entry)
    if entry.is_out:
        raise OutAlready(entry)
    note(Deed.ENTRY_DISCARDED, entry, by=author)
    entry.delete()


def _move(
    entry: Entry,
    state: EntryState,
    action: Action,
    author: Author,
    published_at: datetime | None,
    held_until: datetime | None = None,
) -> Entry:
    published_at = to_the_second(published_at)
    if entry.is_out:
        raise OutAlready(entry)
    if (entry.state, entry.published_at) == (state, published_at):
        return entry
    if entry.post.is_ended and state != EntryState.DRAFT:
        raise PostEnded(entry.post)
    entry.state = state
    entry.published_at = published_at
    entry.held_until = held_until
    ledger.record_entry(entry, action, author, fields=["state", "published_at", "held_until"])
    return entry
