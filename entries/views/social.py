"""Drawn cards of posts and entries."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from entries.caching import shared
from entries.cards import entry_poster, post_poster
from entries.drawing.poster import Poster, drawn
from entries.models import Entry, Post
from entries.views.media import PICTURE_POLICY


@require_safe
@shared
@csp_override(PICTURE_POLICY)
def post_card(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _drawn(request, post_poster(get_object_or_404(Post.objects.visible().with_head(), slug=slug)))


@require_safe
@shared
@csp_override(PICTURE_POLICY)
def entry_card(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    entry = Entry.objects.known().select_related("post__series").filter(post__slug=slug, pk=pk).first()
    if entry is None:
        raise Http404
    if entry.is_removed:
        return HttpResponse(status=410, content_type="text/plain; charset=utf-8")
    return _drawn(request, entry_poster(entry))


def _drawn(request: HttpRequest, poster: Poster) -> HttpResponseBase:
    """304 for who has this very card; whatever else changed, its words did not."""
    etag = f'"{poster.etag}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(drawn(poster), content_type="image/png")
    response.headers["ETag"] = etag
    return response
