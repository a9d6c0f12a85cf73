"""Logins: where accounts are logged in, the second step, and tries that went wrong. Only `entries.domain`, and for
sessions Django, write them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.enums import TryKind


class Login(AbstractBaseSession):
    """Django's session, which says as well whose it is and where."""

    # By which its owner's pages name it: the key would open it.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="logins", null=True)
    agent = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=45, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    # To a few minutes: a request that writes nothing else should not write this.
    seen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[BaseSessionManager] = BaseSessionManager()

    class Meta:
        default_permissions = ()
        verbose_name = _("login")
        verbose_name_plural = _("logins")

    def __str__(self) -> str:
        return f"{self.uid}"  # Django's own would print the key


class SecondStep(models.Model):
    """The codes that an account's app makes. One that is here is in force."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_step")
    # The secret is made of this and of SECRET_KEY: whoever reads the database alone can make no codes.
    nonce = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    # Of 30 seconds each, since 1970: the one whose code was used last. That and all before it are no longer taken.
    last_step = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        verbose_name = _("second step")
        verbose_name_plural = _("second steps")

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """For who has lost the phone. Each opens once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    # SHA-256 of the account's id and 80 random bits.
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return f"{self.pk}"


class Try(models.Model):
    """A password or a code that was not right, or is just being looked at. Kept for an hour or two."""

    kind = models.CharField(max_length=10, choices=TryKind)
    account = models.CharField(max_length=32)  # entries.visitors.account_of
    place = models.CharField(max_length=50, blank=True)
    device = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        indexes = [
            models.Index(fields=["account", "kind", "at"], name="try_by_account"),
            models.Index(fields=["place", "kind", "at"], name="try_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
