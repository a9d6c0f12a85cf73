import logging
from datetime import datetime

from django.db import transaction

from entries.domain import ledger
from entries.domain.waiting import release_entry
from entries.models import Entry

log = logging.getLogger(__name__)


def release_due(*, now: datetime) -> int:
    """Lets out every entry whose time has come, scheduled or held; returns how many.

    Any number of processes may call this at once: the post's row lock makes each entry come out exactly once.
    """
    due = Entry.objects.due(now).by_time().select_related("post")
    return sum(_release(entry, now) for entry in due)


def _release(entry: Entry, now: datetime) -> bool:
    try:
        return _release_if_still_due(entry, now)
    except Exception:  # one entry that cannot come out must not hold up those behind it
        log.exception("Entry %s is due and could not be released; the next try is in a second.", entry.pk)
        return False


@transaction.atomic
def _release_if_still_due(entry: Entry, now: datetime) -> bool:
    ledger.lock(entry.post)
    if not Entry.objects.due(now).filter(pk=entry.pk).exists():
        return False
    release_entry(entry=entry, author=None, published_at=entry.published_at)
    return True
