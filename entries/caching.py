"""What a public answer says to the caches between the site and its readers."""

from functools import wraps
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page


class View(Protocol):
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def shared(view: View) -> View:
    """For answers that are the same for everyone and change with any publication.

    A browser asks each time. A shared cache may hold the answer for one second, which makes of any number of readers
    one request a second and of a correction a second's wait, and may show its last copy while the site is away.
    A view that has said something else of an answer is believed.
    """

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code in (200, 304, 410) and "Cache-Control" not in response:
            patch_cache_control(
                response, public=True, max_age=0, s_maxage=1, stale_while_revalidate=5, stale_if_error=86400
            )
        return response

    return gzip_page(cached)
