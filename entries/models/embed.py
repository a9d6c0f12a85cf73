from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class EmbedQuerySet(models.QuerySet["Embed"]):
    def due(self, now: datetime) -> Self:
        """Those whose site is to be asked, for the first time or again."""
        return self.filter(try_at__lte=now).order_by("try_at")


class Embed(models.Model):
    """What another site told of a post or a video there, kept as plain text. Only `entries.domain` writes it."""

    # As `entries.embedding` makes it of all forms of the address.
    address = models.CharField(_("address"), max_length=500, unique=True)
    provider = models.CharField(_("site"), max_length=20)
    title = models.CharField(_("title"), max_length=300, blank=True)
    author = models.CharField(_("author"), max_length=300, blank=True)
    author_url = models.CharField(max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    posted_at = models.DateTimeField(_("posted"), null=True)
    # Where it is not made of the address alone.
    player = models.CharField(max_length=500, blank=True)
    learned_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # When its site is asked next; null once it has answered, or has been asked often enough.
    try_at = models.DateTimeField(null=True)

    objects = EmbedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("embed")
        verbose_name_plural = _("embeds")
        indexes = [
            # EmbedQuerySet.due: asked every few seconds, so it holds nothing but what waits.
            models.Index(fields=["try_at"], name="embed_due", condition=models.Q(try_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def is_learned(self) -> bool:
        return self.learned_at is not None
