"""Tokens of programs: made, shown once, used, revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from entries.deeds import Deed
from entries.domain import rights
from entries.domain.lines import fitting
from entries.domain.noting import note
from entries.domain.rights import Author
from entries.models import ApiToken

MARK = "lb_"  # by which scanners for leaked secrets, and people, know one
SHOWN = 8  # characters by which it is told from others: 30 bits of its 256
NOTED_EVERY = timedelta(hours=1)


@transaction.atomic
def make_token(*, user: User, name: str, author: Author, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can be told again."""
    rights.require_giving_tokens(author, user)
    token = MARK + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user,
        name=fitting(ApiToken, "name", name),
        digest=_digest(token),
        start=token[:SHOWN],
        expires_at=expires_at,
    )
    note(Deed.TOKEN_MADE, row, by=author, detail=f"{row.start}… of {user}")
    return row, token


def find_token(token: str) -> ApiToken | None:
    """The one in force that this is, noted as used.

    Looked up by its digest: how long that takes tells nothing of any token, for nobody can choose a digest's letters.
    """
    now = timezone.now()
    row = ApiToken.objects.in_force(now).select_related("user").filter(digest=_digest(token)).first()
    if row:
        _note_use(row, now)
    return row


@transaction.atomic
def revoke_token(*, token: ApiToken, author: Author) -> None:
    rights.require_giving_tokens(author, token.user)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        note(Deed.TOKEN_REVOKED, token, by=author, detail=f"{token.start}… of {token.user}")


def _note_use(row: ApiToken, now: datetime) -> None:
    if row.last_used_at is None or row.last_used_at <= now - NOTED_EVERY:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
        ApiToken.objects.filter(unnoted, pk=row.pk).update(last_used_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
