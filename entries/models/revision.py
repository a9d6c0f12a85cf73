from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from entries.enums import Action, EntryState
from entries.labels import gmt
from entries.models.entry import GRACE

if TYPE_CHECKING:
    from entries.models.post import Post


class RevisionQuerySet(models.QuerySet["Revision"]):
    def of_head(self, post: "Post") -> Self:
        """Of the post's own lines."""
        return self.filter(post=post, entry=None)

    def corrections(self, post: "Post") -> Self:
        """What readers had and have otherwise now, newest first: entries and the post's own lines as they were changed
        after their grace minute, and what is removed.

        Of what is removed, or never was out, no text is among them.
        """
        opened = self.of_head(post).filter(action=Action.OPENED).order_by("id").values("created_at")[:1]
        edits = Q(action=Action.EDITED, entry__removed_at=None, created_at__gt=F("entry__out_at") + GRACE)
        heads = Q(action=Action.EDITED, entry=None, created_at__gt=Subquery(opened) + GRACE)
        removals = Q(~Exists(_later_removals()), action=Action.REMOVED, entry__removed_at__isnull=False)
        is_told = edits & _HAS_READERS | heads | removals & _HAS_READERS
        return self.filter(is_told, post=post, seq__isnull=False).select_related("entry").order_by("-seq")

    def with_version_before(self) -> Self:
        """Each with `before_id`, of what readers had until then."""
        earlier = Revision.objects.filter(seq__lt=OuterRef("seq"))
        of_entry = earlier.filter(entry=OuterRef("entry"))
        of_head = earlier.filter(entry=None, post=OuterRef("post"))
        return self.annotate(before_id=Coalesce(_newest(of_entry), _newest(of_head)))


_HAS_READERS = Q(entry__state=EntryState.PUBLISHED, entry__out_at__isnull=False)


def _later_removals() -> "QuerySet[Revision]":
    return Revision.objects.filter(entry=OuterRef("entry"), action=Action.REMOVED, seq__gt=OuterRef("seq"))


def _newest(revisions: "QuerySet[Revision]") -> Subquery:
    return Subquery(revisions.order_by("-seq").values("pk")[:1])


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

    # Filled by with_version_before.
    before_id: int | None

    objects = RevisionQuerySet.as_manager()

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
        return f"{self.get_action_display()} {self.created_at:%Y-%m-%d} {gmt(self.created_at)}"
