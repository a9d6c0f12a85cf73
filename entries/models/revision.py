from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entries.enums import Action


class Revision(models.Model):
    """What a post or an entry said after one change. Rows are only ever added."""

    post = models.ForeignKey("entries.Post", models.CASCADE, related_name="revisions", verbose_name=_("post"))
    # Null where the change was to the post's own lines.
    entry = models.ForeignKey(
        "entries.Entry", models.CASCADE, null=True, related_name="revisions", verbose_name=_("entry")
    )
    # The post's seq that the change took; null where readers saw nothing of it (drafts).
    seq = models.PositiveBigIntegerField(_("change"), null=True)
    action = models.CharField(_("action"), max_length=12, choices=Action)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("when"))
    # Field name to value, of the fields that domain.ledger names.
    snapshot = models.JSONField(_("text"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["post", "seq"], name="revision_seq_used_once", condition=Q(seq__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.created_at:%Y-%m-%d %H%M} GMT"
