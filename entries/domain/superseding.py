"""“Superseded by UPDATE 1740 GMT”: an update whose readers are sent to a newer one, which says it better."""

from django.db import transaction

from entries.domain import ledger, rights
from entries.domain.refusals import CannotSupersede, EntryRemoved, NotPublished
from entries.domain.rights import Author
from entries.enums import Action
from entries.models import Entry


@transaction.atomic
def supersede_entry(*, entry: Entry, by: Entry, author: Author) -> Entry:
    """Readers of `entry` are sent to `by`, as long as they have that one. Like a pin, the last word stands."""
    rights.require_publishing(author)
    entry = ledger.lock_entry(entry)
    _refuse_unless_standing(entry)
    newer = entry.post.entries.updates().standing().filter(pk=by.pk).first()
    if entry.is_original or newer is None or entry.pk in _chain(newer):
        raise CannotSupersede(entry, by)
    return _point(entry, newer, Action.SUPERSEDED, author)


@transaction.atomic
def unsupersede_entry(*, entry: Entry, author: Author) -> Entry:
    rights.require_publishing(author)
    entry = ledger.lock_entry(entry)
    _refuse_unless_standing(entry)
    return _point(entry, None, Action.UNSUPERSEDED, author)


def show_superseded(entry: Entry) -> None:
    """What `entry` superseded tells of it: readers get those anew. The caller holds the post's row."""
    if not entry.is_out:
        return
    for older in entry.supersedes.standing():
        older.post = entry.post
        ledger.show_again(older)


def _point(entry: Entry, newer: Entry | None, action: Action, author: Author) -> Entry:
    if entry.superseded_by_id != (newer and newer.pk):
        entry.superseded_by = newer
        ledger.record_entry(entry, action, author, fields=["superseded_by"])
    return entry


def _chain(entry: Entry) -> set[int]:
    """The entry, what superseded it, what superseded that …"""
    of_post = entry.post.entries.exclude(superseded_by=None)
    next_of = dict(of_post.values_list("pk", "superseded_by_id"))
    chain: set[int] = set()
    key: int | None = entry.pk
    while key and key not in chain:
        chain.add(key)
        key = next_of.get(key)
    return chain


def _refuse_unless_standing(entry: Entry) -> None:
    if not entry.is_out:
        raise NotPublished(entry)
    if entry.is_removed:
        raise EntryRemoved(entry)
