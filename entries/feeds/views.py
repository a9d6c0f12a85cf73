"""The addresses of feeds. An unchanged one is told from one query."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from entries.addresses import absolute
from entries.caching import answer, shared
from entries.feeds.documents import FEEDS, Document, from_post, post_document, posts_document
from entries.feeds.sheets import PostsSheet
from entries.forms.feeds import BeforeForm, SliceForm
from entries.models import Post
from entries.models.post import PostQuerySet
from entries.slicing import settled_at


@require_safe
@shared
def post_feed(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible().with_head(), slug=slug)
    asked, now = SliceForm(request.GET).slice, timezone.now()
    settled = settled_at(post, asked, now)
    tag = (post.pk, post.seq, settled)
    make = partial(post_document, post, asked, suffix, now)
    return _answer(request, suffix, asked.search, tag, settled, make)


@require_safe
@shared
def site_feed(request: HttpRequest, suffix: str) -> HttpResponse:
    return _posts_feed(request, Post.objects.visible(), suffix, is_series=False)


@require_safe
@shared
def series_feed(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    return _posts_feed(request, Post.objects.visible().filter(series__slug=slug), suffix, is_series=True)


@require_safe
@shared
def style(request: HttpRequest) -> HttpResponse:
    """What makes a page of a feed for a person who opens one in a browser."""
    return render(request, "entries/feed.css", content_type="text/css; charset=utf-8")


def _posts_feed(request: HttpRequest, posts: PostQuerySet, suffix: str, *, is_series: bool) -> HttpResponse:
    sheet = PostsSheet.of(posts, BeforeForm(request.GET).before_post)
    # A series of drafts only is not public yet.
    if is_series and not sheet.rows:
        raise Http404
    make = partial(posts_document, sheet, suffix, is_series=is_series)
    return _answer(request, suffix, from_post(sheet.before), sheet.rows, sheet.changed_at, make)


def _answer(
    request: HttpRequest, suffix: str, search: str, tag: object, changed_at: datetime, make: Callable[[], Document]
) -> HttpResponse:
    def feed() -> HttpResponse:
        return _for_browsers(request, suffix, FEEDS[suffix](request, document=make()))

    response = answer(request, tag, feed, changed_at=changed_at)
    patch_vary_headers(response, ["Sec-Fetch-Dest"])
    # https://www.w3.org/TR/websub/#discovery
    hubs = [] if search else settings.WEBSUB_HUBS  # they are told of whole feeds
    links = [*((hub, "hub") for hub in hubs), (absolute(request.path) + search, "self")]
    response.headers["Link"] = ", ".join(f'<{address}>; rel="{rel}"' for address, rel in links)
    if hubs:  # they ask two seconds after a change, and must not get what was there before
        patch_cache_control(response, public=True, max_age=0, s_maxage=1, stale_if_error=86400)
    return response


def _for_browsers(request: HttpRequest, suffix: str, response: HttpResponse) -> HttpResponse:
    """Browsers show a feed by its stylesheet where it is called XML, and its source where it is called a feed."""
    if request.headers.get("Sec-Fetch-Dest") == "document" and suffix != "json":
        response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return response
