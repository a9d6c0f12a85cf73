"""“Next update by 1530 GMT”: what readers are promised, until an update keeps it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from entries.domain import ledger, rights
from entries.domain.refusals import NotLive, PastTime
from entries.domain.rights import Author
from entries.domain.texts import to_the_second
from entries.enums import Action
from entries.models import Entry, Post


@transaction.atomic
def promise_update(*, post: Post, author: Author, by: datetime | None) -> Post:
    """None takes the promise back."""
    rights.require_publishing(author)
    post = ledger.lock(post)
    by = to_the_second(by)
    if post.next_update_at == by:
        return post
    if by and not post.is_live:
        raise NotLive(post)
    if by and by <= timezone.now():
        raise PastTime
    return _promised(post, by, author)


def keep_promise(entry: Entry, author: Author) -> None:
    """An update that has just come out is the one that was promised. The caller holds the post's row."""
    if entry.is_out and not entry.is_original and entry.post.next_update_at:
        _promised(entry.post, None, author)


def _promised(post: Post, by: datetime | None, author: Author) -> Post:
    post.next_update_at = by
    ledger.record_head(post, Action.PROMISED, author, fields=["next_update_at"])
    return post
