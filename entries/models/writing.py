from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entries.labels import gmt

# The desk says every few seconds that somebody is at it; a phone in a tunnel may miss a word or two.
PRESENT = timedelta(seconds=20)


class Writing(models.Model):
    """A text under an editor's hands, kept every few seconds, until it is saved or thrown away. Its author alone sees
    it; colleagues are told that somebody is writing."""

    # The uid of the entry that is to become of it. The device chose it, so two devices never write over each other.
    uid = models.UUIDField(primary_key=True)
    post = models.ForeignKey("entries.Post", models.CASCADE, related_name="writings")
    # Null for a new entry, and for one that was thrown away meanwhile: the text stays.
    entry = models.ForeignKey("entries.Entry", models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # The form's fields by name, as typed.
    fields = models.JSONField()
    kept_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-kept_at"]
        verbose_name = _("unfinished text")
        verbose_name_plural = _("unfinished texts")

    def __str__(self) -> str:
        return f"{self.author} {gmt(self.kept_at)}"

    def is_present(self, now: datetime) -> bool:
        return self.seen_at > now - PRESENT

    @property
    def as_initial(self) -> dict[str, Any]:
        """For the form, which goes on under the same uid."""
        marks = {name: bool(self.fields.get(name)) for name in ("is_key", "is_pinned", "base_is_key", "base_is_pinned")}
        return {**self.fields, **marks, "uid": self.uid}
