"""What the database says of the newsroom. The same in every process, so it is asked when somebody looks."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Max
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from entries.models import Delivery, Entry, Ping, Post, Webhook
from entries.operations.readiness import refuse_missing_file

type Figures = list[tuple[str, str, float]]
log = logging.getLogger(__name__)


def figures() -> Figures | None:
    """None while the database is away."""
    try:
        refuse_missing_file()
        return [*_of_posts(timezone.now()), *_of_deliveries()]
    except Exception as error:
        log.warning("The database cannot be asked for its figures. %s", error)
        return None


def families(found: Figures | None) -> Iterator[Metric]:
    is_up = found is not None
    yield GaugeMetricFamily("liveblog_database_up", "Whether the database answered", value=float(is_up))
    for name, text, value in found or ():
        yield GaugeMetricFamily(name, text, value=value)


class Families:
    """As a registry has them."""

    def __init__(self, found: Figures | None) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return families(self._found)


def _of_posts(now: datetime) -> Figures:
    """Not a figure a post: there is a new one each day, and all would be kept for ever."""
    posts = dict(Post.objects.live().values_list("pk", "published_at"))
    updates = Entry.objects.standing().updates().filter(post__in=Post.objects.live()).order_by()
    posts |= dict(updates.values_list("post").annotate(Max("published_at")))
    ages = [(now - at).total_seconds() for at in posts.values() if at] or [0.0]
    return [
        ("liveblog_posts_live", "Live posts", len(posts)),
        ("liveblog_update_age_seconds", "Since the newest update of any live post", max(min(ages), 0)),
        ("liveblog_quietest_post_age_seconds", "Since the last update of the quietest live post", max(*ages, 0)),
    ]


def _of_deliveries() -> Figures:
    deliveries, pings, webhooks = Delivery.objects.waiting(), Ping.objects.waiting(), Webhook.objects
    return [
        ("liveblog_deliveries_waiting", "Messages that wait for their webhooks", deliveries.count()),
        ("liveblog_deliveries_failing", "Those that failed at least once", deliveries.filter(tries__gt=0).count()),
        ("liveblog_pings_waiting", "Posts of which hubs are still to be told", pings.count()),
        ("liveblog_pings_failing", "Those that failed at least once", pings.filter(tries__gt=0).count()),
        ("liveblog_webhooks_failing", "Webhooks that failed last", webhooks.active().filter(failures__gt=0).count()),
        ("liveblog_webhooks_off", "Webhooks switched off for failing", webhooks.filter(off_at__isnull=False).count()),
    ]
