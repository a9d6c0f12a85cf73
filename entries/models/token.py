from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def in_force(self, now: datetime) -> Self:
        """What opens the API: of an active account, neither revoked nor run out."""
        lasts = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(lasts, revoked_at=None, user__is_active=True)


class ApiToken(models.Model):
    """What a program shows in place of a name and a password. Only `entries.domain` writes it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("account")
    )
    name = models.CharField(_("what it is for"), max_length=100)
    # SHA-256 of the token, which itself is kept nowhere: whoever reads the database has nothing to show.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # By which its owner tells it from their others.
    start = models.CharField(_("begins with"), max_length=12, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    # To the hour: a request that writes nothing else should not write this.
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(_("runs out (GMT)"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"
