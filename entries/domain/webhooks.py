"""Who hears of changes: an administrator's to say."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from entries.deeds import Deed
from entries.domain import rights
from entries.domain.noting import note
from entries.domain.refusals import NoAddress
from entries.domain.rights import Author
from entries.domain.signing import new_secret
from entries.models import Delivery, Ping, Series, Webhook
from entries.outside import may_be_asked

FORMER = timedelta(days=1)  # that a secret goes on to sign when there is a new one
KEPT = timedelta(days=14)  # that deliveries can be looked at


@transaction.atomic
def add_webhook(
    *, author: Author, address: str, events: Iterable[str], series: Series | None = None, is_active: bool = True
) -> Webhook:
    rights.require_administrating(author)
    _refuse_if_unfit(address)
    webhook = Webhook.objects.create(
        address=address, events=[*events], series=series, is_active=is_active, secret=new_secret(),
        try_at=timezone.now(),
    )  # fmt: skip
    note(Deed.WEBHOOK_ADDED, webhook, by=author)
    return webhook


@transaction.atomic
def change_webhook(
    *,
    webhook: Webhook,
    author: Author,
    address: str,
    events: Iterable[str],
    series: Series | None,
    is_active: bool,
) -> Webhook:
    """One that is switched on again starts anew: what waited for it goes out, and its failures are forgotten."""
    rights.require_administrating(author)
    _refuse_if_unfit(address)
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    starts = is_active and (not webhook.is_active or address != webhook.address)
    given = {"address": address, "events": [*events], "series": series, "is_active": is_active}
    changed = [name for name, value in given.items() if getattr(webhook, name) != value]
    webhook.address, webhook.events, webhook.series, webhook.is_active = address, [*events], series, is_active
    webhook.save(update_fields=["address", "events", "series", "is_active"])
    if starts:
        _start_anew(webhook)
    if changed:
        note(Deed.WEBHOOK_CHANGED, webhook, by=author, detail=", ".join(changed))
    return webhook


@transaction.atomic
def renew_secret(*, webhook: Webhook, author: Author) -> None:
    """The former one signs beside it for a day, until the receiver has the new one."""
    rights.require_administrating(author)
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    webhook.former_secret, webhook.former_until = webhook.secret, timezone.now() + FORMER
    webhook.secret = new_secret()
    webhook.save(update_fields=["former_secret", "former_until", "secret"])
    note(Deed.SECRET_RENEWED, webhook, by=author)


@transaction.atomic
def delete_webhook(*, webhook: Webhook, author: Author) -> None:
    rights.require_administrating(author)
    note(Deed.WEBHOOK_DELETED, webhook, by=author)
    webhook.delete()


@transaction.atomic
def send_again(*, delivery: Delivery, author: Author) -> None:
    """Whatever became of it: as soon as its webhook may be spoken with, under the number that it had."""
    rights.require_administrating(author)
    Delivery.objects.filter(pk=delivery.pk).update(try_at=timezone.now(), tries=0, delivered_at=None)
    note(Deed.SENT_AGAIN, delivery.webhook, by=author, detail=f"{delivery.event} {delivery.seq}")


def forget_old(*, now: datetime) -> None:
    """What is settled goes after some days, and what nobody took in that time."""
    Delivery.objects.filter(created_at__lt=now - KEPT).delete()
    Ping.objects.filter(try_at__lt=now - KEPT, told_seq__gte=F("seq")).delete()
    # Of hubs that are no longer told.
    Ping.objects.filter(try_at__lt=now - KEPT).exclude(hub__in=settings.WEBSUB_HUBS).delete()


def _start_anew(webhook: Webhook) -> None:
    now = timezone.now()
    Webhook.objects.filter(pk=webhook.pk).update(failures=0, failing_since=None, off_at=None, try_at=now)
    webhook.deliveries.waiting().update(try_at=now, tries=0)


def _refuse_if_unfit(address: str) -> None:
    if not may_be_asked(address, settings.OUTSIDE_PRIVATE_HOSTS):
        raise NoAddress
