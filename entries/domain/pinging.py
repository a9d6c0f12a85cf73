"""Pings WebSub hubs: “these feeds have changed”. https://www.w3.org/TR/websub/

How a publisher says so is left to hub and publisher. All that are in use take `hub.mode=publish` with the feed as
`hub.url`, repeated for several, as PubSubHubbub 0.3 had it.
"""

import logging
import time
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from entries import outside
from entries.domain.telling import MOMENT, clock_from
from entries.models import Ping, Series
from entries.topics import topics

PATIENCE = 10.0  # seconds for an answer
LEASE = timedelta(minutes=1)  # after which somebody else may ping: who began was killed
BUDGET = timedelta(seconds=20)  # of one pass
AT_ONCE = 50
FIRST, MOST = timedelta(seconds=5), timedelta(minutes=10)  # between one try and the next
TRIES = 24  # three hours
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

log = logging.getLogger(__name__)


def hubs_due(now: datetime) -> list[str]:
    if not settings.WEBSUB_HUBS:
        return []
    due = Ping.objects.due(now).filter(hub__in=settings.WEBSUB_HUBS)
    return list(due.order_by().values_list("hub", flat=True).distinct())


def ping_due(*, hub: str, now: datetime) -> int:
    """Pings the hub for each post that it has not heard of; returns for how many it took that.

    Any number of processes may call this at once: each post is pinged for by one of them.
    """
    clock, taken = clock_from(now), 0
    for ping in Ping.objects.due(now).filter(hub=hub).select_related("post")[:AT_ONCE]:
        if clock() - now > BUDGET:
            break
        if not _claim(ping, clock()):
            continue
        problem = _ping(ping)
        if not problem:
            _keep(ping, clock())
            taken += 1
        elif not _try_again(ping, problem, clock()):
            break
    return taken


def _claim(ping: Ping, now: datetime) -> bool:
    is_first = Ping.objects.filter(pk=ping.pk, try_at=ping.try_at)
    return bool(is_first.update(try_at=now + LEASE))


def _ping(ping: Ping) -> str:
    """Empty where the hub took it, else why it did not."""
    form = [("hub.mode", "publish"), *(("hub.url", topic) for topic in topics(ping.post, _series(ping)))]
    deadline = time.monotonic() + PATIENCE
    try:
        answer = outside.post(ping.hub, body=urlencode(form).encode(), headers=FORM, deadline=deadline)
    except outside.Unreachable as error:
        return str(error)
    return "" if 200 <= answer.status < 300 else f"status {answer.status}"


def _series(ping: Ping) -> list[Series]:
    """The post's own, and those that it was in when the hub last heard of it: their feeds have lost it."""
    heads = ping.post.revisions.of_head(ping.post)
    before = heads.filter(seq__lte=ping.told_seq).order_by("-seq")[:1]
    states = [*before, *heads.filter(seq__gt=ping.told_seq)]
    keys = {ping.post.series_id, *(state.snapshot.get("series_id") for state in states)}
    return list(Series.objects.filter(pk__in=keys - {None}).order_by("pk"))


def _keep(ping: Ping, now: datetime) -> None:
    """What changed since it was read waits for a ping of its own."""
    Ping.objects.filter(pk=ping.pk).update(told_seq=ping.seq, tries=0, try_at=now + MOMENT)


def _try_again(ping: Ping, problem: str, now: datetime) -> bool:
    """Whether the hub may be asked for other posts meanwhile: it answered, and refused this one."""
    host = urlsplit(ping.hub).hostname
    if ping.tries + 1 >= TRIES:
        log.warning("The hub at %s was told of %s for the last time: %s.", host, ping.post.slug, problem)
        Ping.objects.filter(pk=ping.pk).update(told_seq=ping.seq, tries=0)
        return True
    if not ping.tries:
        log.warning("The hub at %s could not be told of %s, and will be again: %s.", host, ping.post.slug, problem)
    again = now + min(FIRST * 2**ping.tries, MOST)
    Ping.objects.filter(pk=ping.pk).update(tries=ping.tries + 1, try_at=again)
    if problem.startswith("status 4") and problem != "status 429":
        return True
    # Row by row: who waits for one while holding another could meet an editor's transaction that does the same.
    for other in Ping.objects.due(now).filter(hub=ping.hub):
        Ping.objects.filter(pk=other.pk, try_at=other.try_at).update(try_at=again)
    return False
