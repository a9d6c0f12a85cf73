from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Count, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from entries.models.post import PUBLIC_STATES, Post


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible(self) -> Self:
        """Those with a post that the public may know of: each with the number of these, their first and last day."""
        public = Q(posts__state__in=PUBLIC_STATES)
        days = {"first_day": Min("posts__date", filter=public), "last_day": Max("posts__date", filter=public)}
        return self.annotate(visible_posts=Count("posts", filter=public), **days).filter(visible_posts__gt=0)

    def latest_changes(self) -> list[tuple[str, datetime]]:
        """Address of each that is public, and when one of its posts last changed."""
        newest = Post.objects.visible().filter(series=OuterRef("pk")).order_by("-changed_at").values("changed_at")
        rows = self.annotate(latest=Subquery(newest[:1])).filter(latest__isnull=False).order_by("slug")
        return list(rows.values_list("slug", "latest"))


class Series(models.Model):
    """A running story: many posts, in order."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)

    # Filled by SeriesQuerySet.visible.
    visible_posts: int
    first_day: date
    last_day: date

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            # The desk and the importers know a series by its title.
            models.UniqueConstraint(Lower("title"), name="series_title_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("entries:series", args=[self.slug])
