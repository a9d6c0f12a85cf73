"""Which entries there are to be found, and in which order. Every reader of them goes by these."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Max, Q

from entries.bylines import authors_of
from entries.enums import EntryKind, EntryState, PostState
from entries.models.post import Post

if TYPE_CHECKING:
    from entries.models.entry import Entry

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
        columns = [field.attname for field in self.model._meta.concrete_fields if field.attname not in _OFF_PAGE]
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
