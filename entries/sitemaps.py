"""The pages that search engines are to look at. Addresses come from SITE_URL and never from the request.

Pages that are not to be found in search (views of the moment, lists of corrections) are in none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from entries.addresses import absolute
from entries.models import Entry, Post, Series

LIMIT = 2_000  # addresses a map: the protocol allows 50,000, and this many take a fifth of a second
NEWS_LIMIT = 1_000  # https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
NEWS = timedelta(days=2)


@dataclass(frozen=True)
class Line:
    location: str
    lastmod: datetime | None


class _Map(Sitemap):
    limit = LIMIT

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


class PageMap(_Map):
    """The front page and the series."""

    def items(self) -> Sequence[Line]:
        front = Line(reverse("entries:front"), Post.objects.latest_change())
        of_series = Series.objects.latest_changes()
        return [front, *(Line(reverse("entries:series", args=[slug]), at) for slug, at in of_series)]

    def location(self, item: Line) -> str:
        return item.location

    def lastmod(self, item: Line) -> datetime | None:
        return item.lastmod


class PostMap(_Map):
    def items(self) -> QuerySet[Post]:
        return Post.objects.visible().order_by("id").only("slug", "changed_at")

    def lastmod(self, item: Post) -> datetime:
        return item.changed_at


class EntryMap(_Map):
    def items(self) -> QuerySet[Entry]:
        entries = Entry.objects.visible().select_related(None).select_related("post").order_by("id")
        return entries.only("published_at", "edited_at", "restored_at", "post__slug")

    def lastmod(self, item: Entry) -> datetime | None:
        return item.modified_at


SECTIONS: dict[str, type[_Map]] = {"pages": PageMap, "posts": PostMap, "entries": EntryMap}


def map_lines() -> list[Line]:
    """All maps that hold anything. None of them changes without a post."""
    latest = Post.objects.latest_change()
    return [
        Line(_address(section, page), latest)
        for section, kind in SECTIONS.items()
        if (paginator := kind().paginator).count
        for page in paginator.page_range
    ]


def _address(section: str, page: int) -> str:
    address = absolute(reverse("entries:sitemap-section", args=[section]))
    return f"{address}?p={page}" if page > 1 else address
