import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.bylines import authors_of
from entries.enums import Confidence, EntryKind, EntryState
from entries.excerpts import excerpt
from entries.labels import ORIGINAL_LABEL, update_label
from entries.models.entries import EntryQuerySet

# What is changed so soon after it came out belongs to its first version.
GRACE = timedelta(minutes=1)


class Entry(models.Model):
    """A timestamped text inside a post. Only `entries.domain` writes it."""

    # Feeds know the entry by this for life. The desk chooses it, so that a text sent twice is one entry.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    post = models.ForeignKey("entries.Post", models.CASCADE, related_name="entries", verbose_name=_("post"))
    kind = models.CharField(_("kind"), max_length=8, choices=EntryKind, default=EntryKind.UPDATE)
    state = models.CharField(_("state"), max_length=9, choices=EntryState, default=EntryState.DRAFT)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    byline = models.CharField(_("byline"), max_length=200, blank=True)
    confidence = models.CharField(_("confidence"), max_length=11, choices=Confidence, blank=True)
    source = models.TextField(_("text"))
    html = models.TextField(editable=False)
    # Topic and text as entries.searching folds them.
    words = models.TextField(default="", editable=False)
    # The time in the label. A scheduled entry has it before it is out.
    published_at = models.DateTimeField(_("time (GMT)"), null=True)
    # Undo send: until then its editor can take it back, and nobody else knows of it.
    held_until = models.DateTimeField(null=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    # Since when readers could have it, by the clock: the time in the label may be any other.
    out_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    # When it last came back after a removal.
    restored_at = models.DateTimeField(null=True, editable=False)
    removal_reason = models.CharField(_("reason"), max_length=500, blank=True)
    is_key = models.BooleanField(_("key moment"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    # A newer update of the same post that says it better.
    superseded_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="supersedes", verbose_name=_("superseded by")
    )
    # The post's seq at this entry's last change that readers could see; 0 before it is out.
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    # The post's seq at which it first came out: what is above a reader's is new to them, however old its label.
    published_seq = models.PositiveBigIntegerField(default=0, editable=False)
    # Counts the texts that this entry has had. Two editors are in conflict only over a text, never over a pin.
    version = models.PositiveIntegerField(default=1, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    import_ref = models.CharField(max_length=250, null=True, editable=False)
    # SHA-256 of the text that the import brought; another one says that the file was changed since.
    import_digest = models.CharField(max_length=64, blank=True, editable=False)

    # Filled by the desk for who looks at it.
    may_change: bool

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        permissions = [("publish_entry", "Can publish entries and change published ones")]
        indexes = [
            # EntryQuerySet.by_time within a post, from either end.
            # With what decides whether an entry is on a page: to count pages off, no text need be read.
            models.Index(
                fields=["post", "kind", "published_at", "id", "state", "removed_at", "is_key", "is_pinned"],
                name="entry_of_post_by_time",
            ),
            # PostQuerySet.with_changes: SQLite cannot use the partial index of entry_seq_used_once for it.
            models.Index(fields=["post", "seq"], name="entry_changed_since"),
            # EntryQuerySet.due: asked once a second, so it holds nothing but what waits.
            models.Index(fields=["published_at"], name="entry_due", condition=Q(state=EntryState.SCHEDULED)),
            models.Index(fields=["held_until"], name="entry_held", condition=Q(state=EntryState.HELD)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["post"], name="entry_one_original_a_post", condition=Q(kind=EntryKind.ORIGINAL)
            ),
            models.UniqueConstraint(fields=["post", "seq"], name="entry_seq_used_once", condition=Q(seq__gt=0)),
            models.UniqueConstraint(fields=["post", "import_ref"], name="entry_imported_once"),
            models.CheckConstraint(name="entry_kind_known", condition=Q(kind__in=EntryKind.values)),
            models.CheckConstraint(name="entry_state_known", condition=Q(state__in=EntryState.values)),
            models.CheckConstraint(
                name="entry_out_has_time",
                condition=~Q(state__in=(EntryState.SCHEDULED, EntryState.PUBLISHED)) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(name="entry_confidence_known", condition=Q(confidence__in=["", *Confidence.values])),
            models.CheckConstraint(
                name="entry_held_has_end",
                condition=Q(state=EntryState.HELD, held_until__isnull=False)
                | (~Q(state=EntryState.HELD) & Q(held_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="entry_out_has_seq",
                condition=Q(state=EntryState.PUBLISHED, seq__gt=0) | (~Q(state=EntryState.PUBLISHED) & Q(seq=0)),
            ),
            models.CheckConstraint(name="entry_superseded_by_another", condition=~Q(superseded_by=F("id"))),
            models.CheckConstraint(
                name="entry_removed_was_out", condition=Q(removed_at__isnull=True) | Q(state=EntryState.PUBLISHED)
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("entries:entry", args=[self.post.slug, self.pk])

    @property
    def is_original(self) -> bool:
        return self.kind == EntryKind.ORIGINAL

    @property
    def is_key_moment(self) -> bool:
        return self.is_key and not self.is_original

    @property
    def is_out(self) -> bool:
        """Published, and so known to readers, be it as a tombstone."""
        return self.state == EntryState.PUBLISHED

    @property
    def is_draft(self) -> bool:
        return self.state == EntryState.DRAFT

    @property
    def is_scheduled(self) -> bool:
        return self.state == EntryState.SCHEDULED

    @property
    def is_submitted(self) -> bool:
        return self.state == EntryState.SUBMITTED

    @property
    def is_held(self) -> bool:
        return self.state == EntryState.HELD

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    @property
    def is_visible(self) -> bool:
        return self.is_out and not self.is_removed and self.post.is_visible

    @property
    def authors(self) -> list[str]:
        """Its own, else the post's."""
        return authors_of(self.byline or self.post.byline)

    @property
    def modified_at(self) -> datetime | None:
        """Of what has its time in the label: that, or when its text was changed or came back."""
        return max(filter(None, (self.published_at, self.edited_at, self.restored_at)), default=None)

    @property
    def is_corrected(self) -> bool:
        """Changed after its grace minute, so that readers may have read another version."""
        return bool(self.out_at and self.edited_at and self.edited_at > self.out_at + GRACE)

    @property
    def successor(self) -> "Entry | None":
        """What superseded it, while readers have that."""
        newer = self.superseded_by
        if newer is None or not newer.is_out or newer.is_removed:
            return None
        newer.post = self.post  # always the same
        return newer

    @property
    def label(self) -> str:
        if self.is_original:
            return str(ORIGINAL_LABEL)
        if self.published_at is None:
            return gettext("UPDATE:")
        return update_label(self.published_at, self.post.date)

    @property
    def name(self) -> str:
        """The label as it stands within a line."""
        return self.label.removesuffix(":")

    @property
    def title(self) -> str:
        """As the desk calls it: by its label, or its first words where it has no time yet."""
        return self.label if self.is_original or self.published_at else excerpt(self.html, 40)
