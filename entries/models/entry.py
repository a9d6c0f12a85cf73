import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.bylines import authors_of
from entries.enums import Confidence, EntryKind, EntryState, PostState
from entries.excerpts import excerpt
from entries.labels import ORIGINAL_LABEL, update_label
from entries.models.post import Post

# What is changed so soon after it came out belongs to its first version.
GRACE = timedelta(minutes=1)
# No page shows these.
_OFF_PAGE = {
    *("source", "words", "version", "held_until", "removal_reason", "author_id", "created_at"),
    *("import_ref", "import_digest"),
}
# What a page tells of the entry that superseded another.
_OF_SUCCESSOR = ("kind", "state", "published_at", "removed_at")


def _later_than(entry: "Entry") -> Q:
    return Q(published_at__gt=entry.published_at) | Q(published_at=entry.published_at, id__gt=entry.pk)


class EntryQuerySet(models.QuerySet["Entry"]):
    def standing(self) -> Self:
        """Published and not removed."""
        return self.out().filter(removed_at__isnull=True)

    def visible(self) -> Self:
        """What the public may read: standing, in a post that is public."""
        return self.standing().exclude(post__state=PostState.DRAFT)

    def going_out(self) -> Self:
        """What comes out by itself, at its time or when its hold ends."""
        return self.filter(state__in=(EntryState.SCHEDULED, EntryState.HELD))

    def waiting(self) -> Self:
        """What no reader has seen yet, of which the desk is told."""
        return self.exclude(state=EntryState.PUBLISHED)

    def with_successor(self) -> Self:
        """Without which each superseded entry that is shown costs a query."""
        return self.select_related("superseded_by")

    def for_page(self) -> Self:
        """With those columns alone that a page shows: the text is stored three times over, and its successor's is read
        by nobody there."""
        columns = [field.attname for field in Entry._meta.concrete_fields if field.attname not in _OFF_PAGE]
        return self.with_successor().only(*columns, *(f"superseded_by__{name}" for name in _OF_SUCCESSOR))

    def out(self) -> Self:
        """What readers saw once, the removed with it: the desk's stack. Each names what superseded it."""
        return self.filter(state=EntryState.PUBLISHED).with_successor()

    def marked(self) -> Self:
        """What every page leads to: key moments, pins, the original."""
        return self.filter(Q(is_key=True) | Q(is_pinned=True) | Q(kind=EntryKind.ORIGINAL))

    def saying(self, words: Iterable[str]) -> Self:
        """Those with each of the words in them, as entries.searching folds words."""
        return self.filter(*(Q(words__contains=word) for word in words))

    def known(self) -> Self:
        """What the public may know of: the visible, and the removed, of which it is told only that they are gone."""
        return self.out().exclude(post__state=PostState.DRAFT)

    def updates(self) -> Self:
        return self.filter(kind=EntryKind.UPDATE)

    def originals(self) -> Self:
        return self.filter(kind=EntryKind.ORIGINAL)

    def within(self, start: datetime, span: timedelta) -> Self:
        last = start + (span - timedelta.resolution)  # the calendar may end there
        return self.filter(published_at__gte=start, published_at__lte=last)

    def newest_first(self) -> Self:
        """As they stand on the page: the pinned on top, the original always at the bottom (`original` < `update`)."""
        return self.order_by("-kind", "-is_pinned", "-published_at", "-id")

    def by_time(self) -> Self:
        """Oldest first, the original before all."""
        return self.order_by("kind", "published_at", "id")

    def by(self, author: str, post: Post) -> Self:
        """Those of one post that name this author, alone or with others."""
        wanted = author.casefold()
        bylines = self.order_by().values_list("byline", flat=True).distinct()
        theirs = [line for line in bylines if wanted in map(str.casefold, authors_of(line or post.byline))]
        return self.filter(byline__in=theirs)

    def latest_times(self, posts: Iterable[Post]) -> dict[int, datetime]:
        """Post id to the time of its newest visible update."""
        rows = self.visible().updates().filter(post__in=[post.pk for post in posts]).values("post")
        return dict(rows.annotate(latest=Max("published_at")).values_list("post", "latest"))

    def newest_known_at(self, seq: int) -> "Entry | None":
        """Where a reader who knew the post up to `seq` had come to. A pin stands above all, wherever they were."""
        return self.filter(published_seq__lte=seq, is_pinned=False).by_time().last()

    def earlier_than(self, entry: "Entry") -> Self:
        """By time, the original before all."""
        return (
            self.none() if entry.is_original else self.exclude(_later_than(entry), kind=entry.kind).exclude(pk=entry.pk)
        )

    def counts_since(self, seq: int) -> dict[str, int]:
        """`new`, and how many of them are `key` moments, for a reader who knew the post up to `seq`."""
        return self.filter(published_seq__gt=seq).aggregate(new=Count("pk"), key=Count("pk", filter=Q(is_key=True)))

    def latest_time(self) -> datetime | None:
        """Of the newest update of one post."""
        return self.updates().by_time().reverse().values_list("published_at", flat=True).first()

    def after(self, entry: "Entry") -> "Entry | None":
        """The entry that stands next above in the order of time; the original is the first of all."""
        later = self if entry.is_original else self.above(entry)
        return later.updates().by_time().select_related("post").first()

    def before(self, entry: "Entry") -> "Entry | None":
        if entry.is_original:
            return None
        earlier = self.updates().below(entry).by_time()
        return earlier.select_related("post").last() or self.originals().select_related("post").first()

    def above(self, entry: "Entry") -> Self:
        """Those that stand further up, by their time."""
        return self.filter(_later_than(entry))

    def below(self, entry: "Entry") -> Self:
        """Those that stand further down, by their time."""
        return self.exclude(_later_than(entry)).exclude(pk=entry.pk)

    def due(self, now: datetime) -> Self:
        is_due = Q(state=EntryState.SCHEDULED, published_at__lte=now) | Q(state=EntryState.HELD, held_until__lte=now)
        return self.filter(is_due)


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
