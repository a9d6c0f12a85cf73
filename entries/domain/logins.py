"""Where accounts are logged in."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from entries.deeds import Deed
from entries.domain.noting import note
from entries.models import Login
from entries.visitors import place_of

NOTED_EVERY = timedelta(minutes=5)


def logins_of(user: User) -> QuerySet[Login]:
    return Login.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")


@transaction.atomic
def end_login(*, user: User, uid: UUID) -> None:
    _end(user, Login.objects.filter(user=user, uid=uid))


@transaction.atomic
def end_logins(*, user: User, but: str | None = None) -> None:
    """All of that account's; `but` is the key of one that stays."""
    _end(user, Login.objects.filter(user=user).exclude(session_key=but or ""))


def _end(user: User, logins: QuerySet[Login]) -> None:
    number, _ = logins.delete()
    if number:
        note(Deed.ENDED_ELSEWHERE, user, detail=f"{number}×")


def note_seen(login: Login, *, address: str, agent: str, now: datetime) -> None:
    if login.seen_at > now - NOTED_EVERY:
        return
    unnoted = Login.objects.filter(pk=login.pk, seen_at__lte=now - NOTED_EVERY)
    unnoted.update(seen_at=now, address=address, agent=agent)


def is_place_of(name: str, place: str) -> bool:
    """Whether that account is logged in there already."""
    addresses = Login.objects.filter(user__username=name, expire_date__gt=timezone.now()).values_list("address")
    return bool(place) and any(place_of(address) == place for (address,) in addresses)


def forget_logins(*, now: datetime) -> None:
    Login.objects.filter(expire_date__lt=now).delete()
