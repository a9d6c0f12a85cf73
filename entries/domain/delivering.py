"""Sends webhooks what they are to hear: each in its order, at least once, as it is when it is sent."""

import logging
import random
import time
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import F

from entries import outside
from entries.deeds import Deed
from entries.domain.noting import note
from entries.domain.signing import signed
from entries.domain.telling import clock_from
from entries.models import Delivery, Webhook
from entries.outside import Answer
from entries.payloads import payload

PATIENCE = 15.0  # seconds for an answer
LEASE = timedelta(minutes=2)  # after which somebody else may send: who began was killed
BUDGET = timedelta(seconds=30)  # of one pass
# Between one try of a delivery and the next: in all three days.
AGAIN = [
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)),
    *(timedelta(hours=3), timedelta(hours=8), timedelta(hours=16), timedelta(hours=20), timedelta(hours=24)),
]
# So often a delivery that fails keeps those behind it waiting, for the sake of their order.
OVERTAKEN = 3
# More failures in a row than one delivery alone can make: nothing gets through.
OUTAGE = OVERTAKEN + 1
MOST = timedelta(minutes=5)  # of rest for a webhook that fails
MOST_ASKED = timedelta(hours=1)  # of rest that it may ask for itself
OFF_AFTER = timedelta(days=3)
JSON = {"Content-Type": "application/json"}

log = logging.getLogger(__name__)


def webhooks_due(now: datetime) -> list[int]:
    return list(Webhook.objects.due(now).values_list("pk", flat=True))


def deliver_due(*, webhook: int, now: datetime) -> int:
    """Sends the webhook of that key what is due, until one delivery fails; returns how many arrived.

    Any number of processes may call this at once: one of them sends.
    """
    if not _claim(webhook, now):
        return 0
    clock, rest, arrived = clock_from(now), timedelta(0), 0
    while not rest and clock() - now < BUDGET:
        receiver = Webhook.objects.active().filter(pk=webhook).first()
        delivery = _next(receiver, clock()) if receiver else None
        if not receiver or not delivery:
            break
        answer = _send(receiver, delivery, clock())
        rest = _keep(receiver, delivery, answer, clock())
        arrived += not rest
    # Unless that took so long that somebody else is at it.
    Webhook.objects.filter(pk=webhook, try_at=now + LEASE).update(try_at=clock() + rest)
    return arrived


def _claim(webhook: int, now: datetime) -> bool:
    return bool(Webhook.objects.active().filter(pk=webhook, try_at__lte=now).update(try_at=now + LEASE))


def _next(webhook: Webhook, at: datetime) -> Delivery | None:
    waiting = webhook.deliveries.waiting().order_by("id")
    first = waiting.due(at).select_related("post__series", "entry__superseded_by").first()
    if first and waiting.filter(id__lt=first.pk, tries__lt=OVERTAKEN).exclude(try_at__lte=at).exists():
        return None
    return first


def _send(webhook: Webhook, delivery: Delivery, at: datetime) -> Answer:
    body = payload(delivery)
    headers = signed(webhook, delivery.message, body, at) | JSON
    try:
        return outside.post(webhook.address, body=body, headers=headers, deadline=time.monotonic() + PATIENCE)
    except outside.Unreachable as error:
        return Answer(0, str(error))


def _keep(webhook: Webhook, delivery: Delivery, answer: Answer, at: datetime) -> timedelta:
    """What came of it. Nothing where it arrived, else for how long the webhook is left alone."""
    if 200 <= answer.status < 300:
        _arrived(webhook, delivery, answer, at)
        return timedelta(0)
    return _failed(webhook, delivery, answer, at)


def _arrived(webhook: Webhook, delivery: Delivery, answer: Answer, at: datetime) -> None:
    told = _told(answer)
    Delivery.objects.filter(pk=delivery.pk).update(tries=F("tries") + 1, try_at=None, delivered_at=at, answer=told)
    Webhook.objects.filter(pk=webhook.pk).update(failures=0, failing_since=None, last_answer=told)
    if webhook.failures >= OUTAGE:  # it is back, and need not wait for the rest
        webhook.deliveries.waiting().update(try_at=at)


def _failed(webhook: Webhook, delivery: Delivery, answer: Answer, at: datetime) -> timedelta:
    told = _told(answer)
    later = _jittered(AGAIN[delivery.tries]) if delivery.tries < len(AGAIN) else None
    Delivery.objects.filter(pk=delivery.pk).update(tries=F("tries") + 1, try_at=later and at + later, answer=told)
    since = webhook.failing_since or at
    log.warning("The webhook at %s could not be told of %s: %s.", webhook, delivery, answer.status or answer.said)
    is_off = answer.status == HTTPStatus.GONE or at - since >= OFF_AFTER
    off = {"is_active": False, "off_at": at} if is_off else {}
    with transaction.atomic():
        # If that is where it still is.
        is_there = Webhook.objects.filter(pk=webhook.pk, address=webhook.address).update(
            failures=F("failures") + 1, failing_since=since, last_answer=told, **off
        )
        if off and is_there:
            note(Deed.WEBHOOK_OFF, webhook, by=None)
    rests = [_jittered(min(timedelta(seconds=2 ** min(webhook.failures + 1, 16)), MOST))]
    rests.append(min(timedelta(seconds=answer.retry_after), MOST_ASKED))
    if later and delivery.tries + 1 < OVERTAKEN:  # nothing goes before it
        rests.append(later)
    return max(rests)


def _told(answer: Answer) -> str:
    return " ".join(filter(None, [str(answer.status or ""), answer.said]))


def _jittered(span: timedelta) -> timedelta:
    """Up to a tenth more, so that what failed together does not come back together."""
    return span * random.uniform(1, 1.1)  # noqa: S311
