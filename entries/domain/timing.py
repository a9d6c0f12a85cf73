from datetime import datetime

from django.db import transaction

from entries.domain import ledger
from entries.domain.posting import release_entry
from entries.models import Entry


def release_due(*, now: datetime) -> int:
    """Lets out every scheduled entry whose time has come; returns how many.

    Any number of processes may call this at once: the post's row lock makes each entry come out exactly once.
    """
    return sum(_release_if_due(entry, now) for entry in Entry.objects.due(now).by_time().select_related("post"))


@transaction.atomic
def _release_if_due(entry: Entry, now: datetime) -> bool:
    ledger.lock(entry.post)
    if not Entry.objects.due(now).filter(pk=entry.pk).exists():
        return False
    release_entry(entry=entry, author=None)
    return True
