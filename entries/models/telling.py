"""Who is told of changes, and what they have still to be told. Only `entries.domain` writes these."""

import uuid
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from entries.enums import Happening


class PingQuerySet(models.QuerySet["Ping"]):
    def waiting(self) -> Self:
        return self.filter(told_seq__lt=F("seq"))

    def due(self, now: datetime) -> Self:
        return self.waiting().filter(try_at__lte=now).order_by("try_at", "id")


class Ping(models.Model):
    """How far a WebSub hub knows of a post: one row, however often it changes."""

    hub = models.CharField(max_length=300)
    post = models.ForeignKey("entries.Post", models.CASCADE, related_name="+")
    # The post's seq at its last change, and at the last one that the hub was told of.
    seq = models.PositiveBigIntegerField()
    told_seq = models.PositiveBigIntegerField()
    tries = models.PositiveSmallIntegerField(default=0)
    # Not before. Moved on by who sends, so that nobody else does until that would have ended.
    try_at = models.DateTimeField()

    objects = PingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "hub"], name="ping_once_a_hub")]
        # PingQuerySet.due: asked every second, so it holds nothing but what waits.
        indexes = [models.Index(fields=["try_at"], name="ping_due", condition=Q(told_seq__lt=F("seq")))]


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def due(self, now: datetime) -> Self:
        """Those with something to hear, who waited longest first."""
        has_due = Exists(Delivery.objects.due(now).filter(webhook=OuterRef("pk")))
        return self.active().filter(has_due, try_at__lte=now).order_by("try_at", "id")


class Webhook(models.Model):
    """An address that hears of changes, signed with a secret of its own."""

    address = models.CharField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    series = models.ForeignKey(
        "entries.Series", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("series")
    )
    is_active = models.BooleanField(_("active"), default=True)
    secret = models.CharField(_("secret"), max_length=100, editable=False)
    # The one before, with which is signed too until receivers have the new one.
    former_secret = models.CharField(max_length=100, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    # Not before. Moved on by who sends, so that nobody else does until that would have ended.
    try_at = models.DateTimeField(editable=False)
    # In a row, and since when.
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    # When it was switched off for what it answered, and not by an administrator.
    off_at = models.DateTimeField(null=True, editable=False)
    last_answer = models.CharField(_("last answer"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [models.Index(fields=["id"], name="webhook_active", condition=Q(is_active=True))]

    def __str__(self) -> str:
        """Its host alone: what stands behind that may be as good as a password, and this goes into logs."""
        return urlsplit(self.address).hostname or ""


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        return self.filter(try_at__isnull=False)

    def due(self, now: datetime) -> Self:
        return self.filter(try_at__lte=now)


class Delivery(models.Model):
    """That a webhook is to hear of one change. What it hears is made when it is sent."""

    # Stays the same however often it is sent.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Without a constraint: a webhook that is deleted meanwhile must not undo an editor's save.
    webhook = models.ForeignKey(
        Webhook, models.CASCADE, db_constraint=False, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.CharField(_("event"), max_length=20, choices=Happening)
    post = models.ForeignKey("entries.Post", models.CASCADE, related_name="+", verbose_name=_("post"))
    entry = models.ForeignKey("entries.Entry", models.CASCADE, null=True, related_name="+", verbose_name=_("entry"))
    # The post's seq that the change took.
    seq = models.PositiveBigIntegerField(_("change"))
    created_at = models.DateTimeField(_("when"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    # Null once it has arrived, or was tried often enough.
    try_at = models.DateTimeField(_("next try"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    answer = models.CharField(_("last answer"), max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        default_permissions = ("view",)
        indexes = [
            # DeliveryQuerySet.waiting, of one webhook in its order: it holds nothing but what waits.
            models.Index(
                fields=["webhook", "id", "try_at"], name="delivery_waiting", condition=Q(try_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.seq}"

    @property
    def message(self) -> str:
        """Its number, as the receiver has it in `webhook-id`."""
        return f"msg_{self.uid.hex}"
