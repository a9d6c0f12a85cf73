"""RSS 2.0 of the site (an item a post) and of one post (an item an entry). Feed objects serve all requests at once:
they keep nothing on themselves."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.html import format_html
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from entries.addresses import absolute, absolute_html
from entries.caching import shared
from entries.excerpts import excerpt
from entries.imaging import CONTENT_TYPES
from entries.models import Entry, Post
from entries.rendering import entry_body, run_in_topic

POSTS_IN_FEED = 20
MARKUP = 3  # one more with each change to what a feed says of the same post
NAMESPACES = {
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


class FullTextRss(Rss201rev2Feed):
    """RSS 2.0 with the whole text (`content:encoded`), pictures (`media:content`) and the time of the last change."""

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | NAMESPACES

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        # After the description: readers that know one of the two take the last.
        handler.addQuickElement("content:encoded", item["content"])
        if item["updateddate"]:
            handler.addQuickElement("atom:updated", item["updateddate"].isoformat())
        if item["map_of"]:
            _add_map(handler, item["map_of"])


class _LiveFeed(Feed):
    """What the two feeds share. Addresses come from SITE_URL and never from the request."""

    feed_type = FullTextRss
    item_guid_is_permalink = False

    def item_link(self, item: Post | Entry) -> str:
        return absolute(item.get_absolute_url())

    def item_guid(self, item: Post | Entry) -> str:
        """For life: made of nothing that an editor can change."""
        return item.uid.urn

    def item_pubdate(self, item: Post | Entry) -> datetime | None:
        return item.published_at


class _SiteFeed(_LiveFeed):
    description = _("Live coverage, one item a post")

    def title(self) -> str:
        return settings.SITE_NAME

    def link(self) -> str:
        return absolute(reverse("entries:front"))

    def feed_url(self) -> str:
        return absolute(reverse("entries:site-feed"))

    def items(self) -> list[Post]:
        entries = Prefetch("entries", Entry.objects.visible().newest_first())
        return list(Post.objects.visible().with_head().newest_first().prefetch_related(entries)[:POSTS_IN_FEED])

    def item_title(self, item: Post) -> str:
        return item.headline

    def item_description(self, item: Post) -> str:
        return item.standfirst or next((excerpt(entry.html, 300) for entry in item.entries.all()), item.headline)

    def item_author_name(self, item: Post) -> str | None:
        return item.byline or None

    def item_updateddate(self, item: Post) -> datetime:
        return item.changed_at

    def item_extra_kwargs(self, item: Post) -> dict[str, Any]:
        text = render_to_string("entries/feed_post.html", {"post": item, "entries": item.entries.all()})
        return {"content": absolute_html(text), "map_of": item}


class _PostFeed(_LiveFeed):
    def get_object(self, request: HttpRequest, post: Post) -> Post:
        return post

    def title(self, post: Post) -> str:
        return post.headline

    def link(self, post: Post) -> str:
        return absolute(post.get_absolute_url())

    def feed_url(self, post: Post) -> str:
        return absolute(reverse("entries:post-feed", args=[post.slug]))

    def description(self, post: Post) -> str:
        return post.standfirst or post.headline

    def items(self, post: Post) -> list[Entry]:
        return list(post.entries.visible().by_time().reverse())

    def item_title(self, item: Entry) -> str:
        confidence = f"[{item.get_confidence_display()}]" if item.confidence else ""
        return " ".join(filter(None, [item.label, confidence, run_in_topic(item), excerpt(item.html, 80)]))

    def item_author_name(self, item: Entry) -> str | None:
        return item.byline or item.post.byline or None

    def item_description(self, item: Entry) -> str:
        return excerpt(item.html, 300)

    def item_updateddate(self, item: Entry) -> datetime | None:
        return item.edited_at

    def item_extra_kwargs(self, item: Entry) -> dict[str, Any]:
        content = absolute_html(entry_body(item, *_leads(item)))
        return {"content": content, "map_of": item.post if item.is_original else None}


def _leads(entry: Entry) -> list[str]:
    """What stands in brackets before the text."""
    confidence = [entry.get_confidence_display()] if entry.confidence else []
    newer = entry.successor
    superseded = [render_to_string("entries/_superseded.html", {"newer": newer})] if newer else []
    return [format_html("<b>[{}]</b>", said) for said in confidence + superseded]


def _add_map(handler: SimplerXMLGenerator, post: Post) -> None:
    """https://www.rssboard.org/media-rss"""
    if post.map is None:
        return
    image = {
        "url": absolute(post.map.file.url),
        "medium": "image",
        "type": CONTENT_TYPES[str(post.map.file).rpartition(".")[2]],
        "fileSize": str(post.map.size),
        "width": str(post.map.width),
        "height": str(post.map.height),
    }
    handler.startElement("media:content", AttributesImpl(image))
    for name, text in (("media:description", post.map_alt), ("media:credit", post.map_credit)):
        if text:
            handler.addQuickElement(name, text)
    handler.endElement("media:content")


def _edition() -> str:
    """Changes with what every feed of the site says, whatever its posts do."""
    return hashlib.sha256(
        f"{MARKUP} {settings.SITE_URL} {settings.SITE_NAME} {settings.LANGUAGE_CODE}".encode()
    ).hexdigest()[:8]


def _answer(request: HttpRequest, tag: str, changed_at: datetime, make: Callable[[], HttpResponse]) -> HttpResponse:
    """304 for a reader that has this state already; otherwise what `make` returns, with its validators."""
    etag = f'"{tag}-{_edition()}"'
    # A date says nothing about changes within its second (RFC 9110, 8.8.2.2), so a fresh one is not given.
    is_settled = timezone.now() - changed_at > timedelta(seconds=2)
    modified = int(changed_at.timestamp()) if is_settled else None
    response = get_conditional_response(request, etag=etag, last_modified=modified) or make()
    response.headers["ETag"] = etag
    if modified:
        response.headers["Last-Modified"] = http_date(modified)
    else:
        del response.headers["Last-Modified"]
    return response


@require_safe
@shared
def site_feed(request: HttpRequest) -> HttpResponse:
    posts = Post.objects.visible().newest_first()[:POSTS_IN_FEED]
    rows = list(posts.values_list("pk", "seq", "changed_at"))
    tag = hashlib.sha256(repr([row[:2] for row in rows]).encode()).hexdigest()[:32]
    changed_at = max((row[2] for row in rows), default=datetime.fromtimestamp(0, UTC))
    return _answer(request, tag, changed_at, lambda: _SiteFeed()(request))


@require_safe
@shared
def post_feed(request: HttpRequest, slug: str) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible().with_head(), slug=slug)
    return _answer(request, f"{post.pk}-{post.seq}", post.changed_at, lambda: _PostFeed()(request, post=post))
