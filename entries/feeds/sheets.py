"""Which posts stand in a document of the site's or of a series' feed, known from one query without their texts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import NamedTuple, Self

from django.db.models import Q

from entries.models.post import Post, PostQuerySet

POSTS_A_SHEET = 20
CHANGED = 10  # posts of late that stand in the first sheet, wherever they are by day


class Row(NamedTuple):
    pk: int
    seq: int
    changed_at: datetime
    day: date
    series: str | None
    about: str | None


@dataclass(frozen=True)
class PostsSheet:
    """`before`: the day and the id of the post that the sheet before ended with."""

    before: tuple[date, int] | None
    rows: list[Row]  # by day, the newest first

    @classmethod
    def of(cls, posts: PostQuerySet, before: tuple[date, int] | None) -> Self:
        within = posts.earlier_than(*before) if before else posts
        found = within.by_day().reverse()[: POSTS_A_SHEET + 1]
        if not before:
            late = posts.order_by("-changed_at")[:CHANGED]
            shown = Q(pk__in=found.values("pk")) | Q(pk__in=late.values("pk"))
            found = Post.objects.visible().filter(shown).by_day().reverse()
        rows = found.values_list("pk", "seq", "changed_at", "date", "series__title", "series__description")
        return cls(before, [Row(*row) for row in rows])

    @cached_property
    def keys(self) -> list[int]:
        late = sorted(self.rows, key=lambda row: row.changed_at, reverse=True)[: 0 if self.before else CHANGED]
        return [row.pk for row in self.rows if row in self._page or row in late]

    @property
    def _page(self) -> list[Row]:
        return self.rows[:POSTS_A_SHEET]

    @property
    def older(self) -> tuple[date, int] | None:
        """Where the next one begins, if there is one."""
        last = self._page[-1] if len(self.rows) > POSTS_A_SHEET else None
        return (last.day, last.pk) if last else None

    @property
    def changed_at(self) -> datetime:
        return max((row.changed_at for row in self.rows), default=datetime.fromtimestamp(0, UTC))
