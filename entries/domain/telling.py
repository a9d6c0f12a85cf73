"""What others are to be told of a change, written down in the transaction that makes it: so a change that is rolled
back is told to nobody, and none is forgotten when a process dies. `pinging` and `delivering` send it later."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, When

from entries.enums import Action, Happening
from entries.models import Delivery, Entry, Ping, Post, Webhook

# What changes within one is one ping. Longer than a shared cache may hold a feed, or a hub would find the old one.
MOMENT = timedelta(seconds=2)
OF_ENTRIES = {
    Action.PUBLISHED: Happening.PUBLISHED,
    Action.EDITED: Happening.EDITED,
    Action.REMOVED: Happening.REMOVED,
    Action.RESTORED: Happening.RESTORED,
}
OF_POSTS = {
    Action.OPENED: Happening.OPENED,
    Action.REOPENED: Happening.OPENED,
    Action.EDITED: Happening.POST_EDITED,
    Action.ENDED: Happening.ENDED,
}


def tell_hubs(post: Post) -> None:
    """That the post has its new `seq`. The caller holds its row.

    A hub that was told everything hears of it in a moment; for one that is still to be told, or is being told now,
    there is only more to tell.
    """
    if not settings.WEBSUB_HUBS or not post.is_visible:
        return
    soon = post.changed_at + MOMENT
    rows = Ping.objects.filter(post=post, hub__in=settings.WEBSUB_HUBS)
    try_at = Case(When(told_seq=F("seq"), then=soon), default=F("try_at"))
    if rows.update(seq=post.seq, try_at=try_at) < len(settings.WEBSUB_HUBS):
        known = set(rows.values_list("hub", flat=True))
        missing = [hub for hub in settings.WEBSUB_HUBS if hub not in known]
        Ping.objects.bulk_create(
            Ping(hub=hub, post=post, seq=post.seq, told_seq=post.seq - 1, try_at=soon) for hub in missing
        )


def tell_webhooks(post: Post, entry: Entry | None, action: Action) -> None:
    """Of a change that was just made; readers must know of the post. The caller holds its row."""
    event = (OF_ENTRIES if entry else OF_POSTS).get(action)
    if event is None or not post.is_visible:
        return
    webhooks = Webhook.objects.active().values_list("pk", "events", "series_id")
    told = [key for key, events, series in webhooks if event in events and series in (None, post.series_id)]
    if told:
        given = {"event": event, "post": post, "entry": entry, "seq": post.seq, "created_at": post.changed_at}
        Delivery.objects.bulk_create(Delivery(webhook_id=key, try_at=post.changed_at, **given) for key in told)


def clock_from(now: datetime) -> Callable[[], datetime]:
    """What time it is, as it was `now` when this was called: another server may take its time to answer."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)
