"""What every answer of Django's goes through last: closed to what it needs none of, and whole without a database."""

import sys
from collections.abc import Callable
from functools import cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from entries.away import is_away, told

# Names that browsers do not know each write a warning into the reader's console. Players need fullscreen, autoplay,
# encrypted-media and picture-in-picture, which their frames are given one by one.
_UNUSED = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone"),
    *("midi", "payment", "serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(f"{name}=()" for name in _UNUSED)
# What becomes of a page that is opened, framed or left: feeds and data are none, and their policy says what is needed.
# Each of these costs a poll's answer a hundredth.
_OF_PAGES = ("Cross-Origin-Opener-Policy", "Referrer-Policy", "X-Frame-Options")
OF_DATA = "default-src 'none'; frame-ancestors 'none'"
UNKEPT = "max-age=0, no-cache, no-store, must-revalidate, private"


class Guard:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return guarded(request, self._get_response(request))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return told(request, error, _said(request)) if is_away(error) else None


def guarded(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    headers = response.headers
    kind = headers.get("Content-Type", "").partition(";")[0]
    if kind == "text/html":  # nothing else asks for anything
        headers["Permissions-Policy"] = PERMISSIONS
    if request.path.startswith(_newsroom()):
        if "no-store" not in headers.get("Cache-Control", ""):
            headers["Cache-Control"] = UNKEPT
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
    elif kind != "text/html":
        for name in _OF_PAGES:
            headers.pop(name, None)
        if kind.endswith("json"):
            headers["Content-Security-Policy"] = OF_DATA
    return response


@cache
def _newsroom() -> str:
    return reverse("admin:index")


def _said(request: HttpRequest) -> HttpResponse:
    """A page for who reads pages. What else asks (polls, feeds, programs, the desk's script) gets the sentence."""
    accepted = request.headers.get("Accept", "")
    if "text/html" in accepted:
        return HttpResponse(render_to_string("503.html"), status=503)
    sentence = _("This cannot be shown at the moment. Please try again in a minute.")
    if "application/json" in accepted:
        return JsonResponse({"error": sentence}, status=503)
    return HttpResponse(f"{sentence}\n", status=503, content_type="text/plain; charset=utf-8")


def broken(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500. What fails outside of views, in a session that cannot be read, comes by here alone."""
    error = sys.exc_info()[1]
    if error is not None and is_away(error):
        return told(request, error, _said(request))
    response = server_error(request)
    response.headers["Cache-Control"] = "no-store"
    return response
