"""How often a password or a code may be tried, so that guessing is hopeless and nobody can shut out a colleague.

Wrong ones are counted by account and place together, by place, and, in a browser where that account has logged in
before, by that browser alone. What strangers do elsewhere is never counted against a browser that is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entries.domain.logins import is_place_of
from entries.enums import TryKind
from entries.models import Try
from entries.visitors import Origin, account_of

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
KEPT = timedelta(hours=2)


@dataclass(frozen=True)
class Limit:
    most: int
    within: timedelta


DEVICE = Limit(10, QUARTER)  # a browser that is known, for one account
PAIR = Limit(5, QUARTER)  # one account from one place
PLACE = Limit(30, QUARTER)  # all accounts from one place
# So many wrong ones for one account, from wherever, are an attack; strangers then have but a few each.
ATTACK = Limit(20, HOUR)
PAIR_UNDER_ATTACK = Limit(2, HOUR)
# Of six digits, three of a million are right, and who tries them knows the password: so, for all strangers together.
CODES = Limit(20, HOUR)


class TooManyTries(Exception):
    """The answer is the same whether there is such an account or not."""

    def __init__(self, wait: timedelta, kind: TryKind) -> None:
        self.seconds = ceil(wait.total_seconds())
        minutes = -(-self.seconds // 60)
        again = ngettext(
            "Too many wrong tries. Try again in %(count)s minute.",
            "Too many wrong tries. Try again in %(count)s minutes.",
            minutes,
        ) % {"count": minutes}
        instead = _("In a browser where you have logged in before you need not wait.")
        if kind == TryKind.CODE:
            instead = _("With a recovery code, or in a browser where you have logged in before, you need not wait.")
        super().__init__(_("%(again)s %(instead)s") % {"again": again, "instead": instead})


def begin_try(*, kind: TryKind, name: str, origin: Origin) -> Try:
    """Counted before it is looked at, so that a hundred at once are a hundred. `was_right` takes it back."""
    now = timezone.now()
    asked = Try(kind=kind, account=account_of(name), place=origin.place, device=origin.device, at=now)
    _refuse_if_too_many(asked, name)  # before anything is written, for who is refused may go on asking
    asked.save()
    try:
        _refuse_if_too_many(asked, name)
    except TooManyTries:
        asked.delete()
        raise
    return asked


def was_right(asked: Try) -> None:
    same = Try.objects.filter(kind=asked.kind, account=asked.account, device=asked.device)
    (same if asked.device else same.filter(place=asked.place)).delete()


def forget_tries(*, now: datetime) -> None:
    Try.objects.filter(at__lt=now - KEPT).delete()


def forget_tries_of(name: str) -> None:
    Try.objects.filter(account=account_of(name)).delete()


def _refuse_if_too_many(asked: Try, name: str) -> None:
    waits = [wait for rows, limit in _limits(asked, name) if (wait := _wait(asked, rows, limit))]
    if waits:
        raise TooManyTries(max(waits), TryKind(asked.kind))


def _limits(asked: Try, name: str) -> Iterator[tuple[QuerySet[Try], Limit]]:
    of_account = Try.objects.filter(kind=asked.kind, account=asked.account)
    if asked.device:
        yield of_account.filter(device=asked.device), DEVICE
        return
    of_account = of_account.filter(device="")
    pair = of_account.filter(place=asked.place)
    yield pair, PAIR
    of_place = Try.objects.filter(kind=asked.kind, place=asked.place, device="")
    # A newsroom shares its address with whoever tries things there: an account that works there is held to itself.
    if _is_full(asked, of_place, PLACE) and not is_place_of(name, asked.place):
        yield of_place, PLACE
    if _is_full(asked, of_account, ATTACK) and not is_place_of(name, asked.place):
        yield (of_account, CODES) if asked.kind == TryKind.CODE else (pair, PAIR_UNDER_ATTACK)


def _is_full(asked: Try, rows: QuerySet[Try], limit: Limit) -> bool:
    return _wait(asked, rows, limit) is not None


def _wait(asked: Try, rows: QuerySet[Try], limit: Limit) -> timedelta | None:
    """Until the oldest of too many no longer counts."""
    others = rows.filter(at__gt=asked.at - limit.within).exclude(pk=asked.pk).order_by("-at")
    times = list(others.values_list("at", flat=True)[: limit.most])
    return times[-1] + limit.within - asked.at if len(times) == limit.most else None
