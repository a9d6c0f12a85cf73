import re
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.bylines import authors_of
from entries.enums import EntryState, PostState
from entries.hours import Hour, loaded

if TYPE_CHECKING:
    from entries.models.entry import Entry

PUBLIC_STATES = (PostState.LIVE, PostState.ENDED)
NEXT_STATES = {
    PostState.DRAFT: (PostState.DRAFT, PostState.LIVE),
    PostState.LIVE: (PostState.LIVE, PostState.ENDED),
    PostState.ENDED: (PostState.ENDED, PostState.LIVE),
}
# More changes of one post, or entries of a site, than come between a backup and the day it is needed.
LOST = 100_000
_CREDITED_AS = re.compile(
    r"(?:(?:Map|Photo|Photograph|Image|Picture|Graphic|Illustration|Satellite image)s?"
    r"|Karten?|Fotos?|Bild(?:er)?|Grafik(?:en)?|Satellitenbild(?:er)?|Cartes?|Infographie|Mapas?|Imagen|Gráfico"
    r"|Карта|Мапа|Фото|Зображення|Графіка|Інфографіка|(?:ال)?(?:خريطة|خرائط|صورة|رسم))\b[^:]{0,30}:",
    re.I,
)


class PostQuerySet(models.QuerySet["Post"]):
    def visible(self) -> Self:
        """What the public may know of. Every public address starts here.

        Said by what it is not: SQLite takes `state IN (…)` for a narrow search, and for the newest twenty of a series
        would look at all posts.
        """
        return self.exclude(state=PostState.DRAFT)

    def live(self) -> Self:
        return self.filter(state=PostState.LIVE)

    def open_for_updates(self) -> Self:
        return self.exclude(state=PostState.ENDED)

    def with_head(self) -> Self:
        return self.select_related("series", "map")

    def with_changes(self, since: int) -> Self:
        """A row for each entry that readers know of and that changed after `since`, as `changed`; else one without."""
        changed = Q(entries__seq__gt=since, entries__state=EntryState.PUBLISHED)
        rows = self.annotate(changed=FilteredRelation("entries", condition=changed))
        return rows.select_related("series", "map", "changed__superseded_by").order_by("changed__seq")

    def newest_first(self) -> Self:
        """Live before ended, then by day. `live` sorts after `ended`, so one index serves the order."""
        return self.order_by("-state", "-date", "-id")

    def in_state(self, state: PostState) -> Self:
        return self.filter(state=state)

    def by_day(self) -> Self:
        return self.order_by("date", "id")

    def earlier_than(self, day: date, pk: int) -> Self:
        """By day, those before the post of that day and id: looked for from that day on, and not from the other end."""
        return self.filter(Q(date__lt=day) | Q(id__lt=pk), date__lte=day)

    def opened_between(self, start: datetime, end: datetime) -> Self:
        """The last opened first."""
        return self.filter(published_at__gte=start, published_at__lte=end).order_by("-published_at", "-id")

    def latest_change(self) -> datetime | None:
        """Of the visible ones and of whatever stands in them."""
        return self.visible().order_by("-changed_at").values_list("changed_at", flat=True).first()

    def before(self, post: "Post") -> "Post | None":
        """The visible post that comes before this one in its series."""
        return self._beside(post).earlier_than(post.date, post.pk).last()

    def after(self, post: "Post") -> "Post | None":
        return self._beside(post).filter(Q(date__gt=post.date) | Q(id__gt=post.pk), date__gte=post.date).first()

    def _beside(self, post: "Post") -> Self:
        if post.series_id is None:
            return self.none()
        return self.visible().filter(series=post.series_id).by_day()


class Post(models.Model):
    """One live blog. Only `entries.domain` writes it."""

    # Feeds know the post by this for life, whatever becomes of its address.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(
        "entries.Series", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("series")
    )
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    date = models.DateField(_("day"))
    headline = models.CharField(_("headline"), max_length=250)
    standfirst = models.TextField(_("standfirst"), blank=True)
    byline = models.CharField(_("byline"), max_length=200, blank=True)

    related_source = models.TextField(_("lines above the map"), blank=True)
    # The same lines as readers get them, a string of clean inline HTML each.
    related = models.JSONField(default=list, blank=True, editable=False)

    map = models.ForeignKey(
        "entries.Image", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("map")
    )
    map_alt = models.CharField(_("map: what it shows, for those who cannot see it"), max_length=500, blank=True)
    map_caption = models.CharField(_("map: caption"), max_length=500, blank=True)
    map_credit = models.CharField(_("map: credit"), max_length=200, blank=True)

    # Contributors see and write in no other posts.
    contributors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("contributors")
    )
    # "Next update by 1530 GMT", as promised to readers; gone when it is kept.
    next_update_at = models.DateTimeField(_("next update by"), null=True, blank=True, editable=False)

    # An object an hour from the first update to the last, as entries.hours describes it.
    hours = models.JSONField(default=list, editable=False)

    state = models.CharField(_("state"), max_length=5, choices=PostState, default=PostState.DRAFT)
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    # The seq at which the post's own lines (headline, map, state …) last changed.
    head_seq = models.PositiveBigIntegerField(default=0, editable=False)
    # The seq at which it came back from a backup. Readers may know of changes after it, which are lost.
    restored_seq = models.PositiveBigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    import_ref = models.CharField(max_length=250, unique=True, null=True, editable=False)

    # Filled by views that show many posts, with one query for all.
    latest_at: datetime | None
    # Filled by feeds of posts: the newest updates, and the original entry.
    newest: "list[Entry]"
    opening: "list[Entry]"
    # Filled by with_changes where there is one.
    changed: "Entry"

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [
            # PostQuerySet.newest_first: the front page.
            models.Index(fields=["-state", "-date", "-id"], name="post_newest_first"),
            # PostQuerySet.before, after: the neighbours in a series.
            # With what decides whether the public has it: to count a story's posts, none need be read.
            models.Index(fields=["series", "date", "id", "state"], name="post_in_series"),
            # SeriesQuerySet.latest_changes, and what a story's feed has of late.
            models.Index(fields=["series", "changed_at", "state"], name="post_in_series_changed"),
            # The site's feed and the API's list: newest first by day, and what was changed of late.
            models.Index(fields=["date", "id"], name="post_by_day"),
            models.Index(fields=["changed_at"], name="post_changed"),
            # PostQuerySet.opened_between: the news of two days.
            models.Index(fields=["published_at"], name="post_opened"),
        ]
        constraints = [
            models.CheckConstraint(name="post_state_known", condition=Q(state__in=PostState.values)),
            models.CheckConstraint(
                name="post_public_has_time", condition=Q(state=PostState.DRAFT) | Q(published_at__isnull=False)
            ),
            models.CheckConstraint(
                name="post_ended_has_time",
                condition=Q(state=PostState.ENDED, ended_at__isnull=False)
                | (~Q(state=PostState.ENDED) & Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(name="post_head_seq_within_seq", condition=Q(head_seq__lte=F("seq"))),
        ]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("entries:post", args=[self.slug])

    @property
    def authors(self) -> list[str]:
        return authors_of(self.byline)

    @property
    def timeline(self) -> list[Hour]:
        """The hours from its first update to its last."""
        return [hour for hour in loaded(self.hours) if hour.is_shown]

    @property
    def is_visible(self) -> bool:
        return self.state in PUBLIC_STATES

    @property
    def is_live(self) -> bool:
        return self.state == PostState.LIVE

    @property
    def is_ended(self) -> bool:
        return self.state == PostState.ENDED

    @property
    def next_states(self) -> tuple[PostState, ...]:
        """Where it may go from here: to stay comes first."""
        return NEXT_STATES[PostState(self.state)]

    @property
    def next_seq(self) -> int:
        """One that no reader knows as another change."""
        return self.seq + (LOST if self.seq == self.restored_seq else 1)

    def has_lost(self, seq: int) -> bool:
        """Whether that was a change which a restored backup did not have."""
        return self.restored_seq is not None and self.restored_seq < seq < self.restored_seq + LOST

    @property
    def credit_line(self) -> str:
        """`Map: Institute for the Study of War`; a credit that says what it is for (`Photo: …`) stands as it is."""
        if not self.map_credit or _CREDITED_AS.match(self.map_credit):
            return self.map_credit
        return gettext("Map: %(credit)s") % {"credit": self.map_credit}
