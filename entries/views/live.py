"""What changed since N, for open pages and whoever else follows a post."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from entries import sse
from entries.caching import View, shared
from entries.domain.deltas import BadCursor, Delta, changes_since, parse_cursor, resume_from
from entries.models import Post
from entries.serialisers import delta_event, delta_json

RETRY = 10_000  # milliseconds


def _refusing_bad_cursors(view: View) -> View:
    @wraps(view)
    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except BadCursor as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain; charset=utf-8")

    return refusing


@require_safe
@shared
@_refusing_bad_cursors
def changes(request: HttpRequest, slug: str, since: str) -> HttpResponseBase:
    delta = _changes_since(slug, parse_cursor(since))
    response = HttpResponse(delta_json(delta), content_type="application/json")
    if delta.is_from_the_future:  # a moment later that seq may be there, and the answer another
        response.headers["Cache-Control"] = "no-store"
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
@never_cache
@_refusing_bad_cursors
def stream(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The stream cut off after what is there already: its reader resumes, as from any that broke.

    For what entries.streaming does not hold open: HEAD, a wrong cursor, and servers that are not asynchronous.
    """
    cursor = resume_from(request.headers.get("Last-Event-ID"), request.GET.get("since"))
    if cursor is None:
        post = get_object_or_404(Post.objects.visible(), slug=slug)
        return HttpResponse(sse.opening(post.seq, RETRY), content_type=sse.CONTENT_TYPE)
    delta = _changes_since(slug, cursor)
    news = delta_event(delta) if delta.is_reset or delta.seq > cursor else b""
    return HttpResponse([sse.opening(delta.seq, RETRY), news], content_type=sse.CONTENT_TYPE)


def _changes_since(slug: str, since: int) -> Delta:
    try:
        return changes_since(slug, since)
    except Post.DoesNotExist as error:
        raise Http404 from error
