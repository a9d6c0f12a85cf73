"""What a public answer says to the caches between the site and its readers."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.gzip import gzip_page

from entries.edition import edition

SETTLED = timedelta(seconds=2)
ALL_POSTS = "posts"  # of what shows more than one post


def post_key(slug: str) -> str:
    """Of what shows something of that post."""
    return f"post-{slug}"


def answer(
    request: HttpRequest,
    tag: object,
    make: Callable[[], HttpResponse],
    *,
    changed_at: datetime | None = None,
    keys: str = "",
) -> HttpResponse:
    """What `make` returns; for who has it already 304, for which nothing is made.

    `tag` has all that decides what is in it, but for the code and the settings; `changed_at` says when it last became
    another. `keys`, besides its post's: of what else it shows.
    """
    etag = f'"{sha256(repr(tag).encode()).hexdigest()[:24]}-{edition()}"'
    # A date says nothing about changes within its second (RFC 9110, 8.8.2.2), so a fresh one is not given.
    modified = int(changed_at.timestamp()) if changed_at and timezone.now() - changed_at > SETTLED else None
    response = get_conditional_response(request, etag=etag, last_modified=modified) or make()
    response.headers["ETag"] = etag
    if modified:
        response.headers["Last-Modified"] = http_date(modified)
    else:
        del response.headers["Last-Modified"]
    if keys:
        response.headers["Surrogate-Key"] = keys
    return response


def minute() -> int:
    """Of now: for the tag of what says when it was made."""
    return int(time.time()) // 60


class View(Protocol):
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def shared(view: View) -> View:
    """For answers that are the same for everyone and change with any publication.

    A browser asks each time. A shared cache may hold the answer for one second, which makes of any number of readers
    one request a second and of a correction a second's wait, and may show its last copy while the site is away.
    By `Surrogate-Key` they may drop it sooner. A view that has said something else of an answer is believed.
    """

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code in (200, 304, 410) and "Cache-Control" not in response:
            patch_cache_control(
                response, public=True, max_age=0, s_maxage=1, stale_while_revalidate=5, stale_if_error=86400
            )
            keys = filter(None, [_own_key(request), response.headers.get("Surrogate-Key")])
            response.headers["Surrogate-Key"] = " ".join(keys)
        return response

    return gzip_page(cached)


def _own_key(request: HttpRequest) -> str:
    """By its address: that of one post, or of all."""
    match = request.resolver_match
    is_of_post = match is not None and "slug" in match.kwargs and "series/" not in match.route
    return post_key(match.kwargs["slug"]) if match and is_of_post else ALL_POSTS
