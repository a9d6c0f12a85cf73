"""Between Django and the operations: methods, sizes and types of what is sent; caches, other sites' scripts."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from entries.addresses import absolute
from entries.api.problems import problem, too_large
from entries.caching import View, shared

SHAPE = 1  # one more with each change to what is told of the same rows
# For scripts of other sites: what anybody may read. To write from there no browser gets leave.
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
_PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def answering(view: View, methods: set[str]) -> View:
    """`view` for these methods; each other is told which there are."""
    readable = shared(view)
    allowed = [*(["GET", "HEAD"] if "GET" in methods else []), *sorted(methods - {"GET"}), "OPTIONS"]

    @csrf_exempt  # no cookie is looked at, so none can be misused
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={**_PREFLIGHT, "Allow": ", ".join(allowed)})
        if request.method not in allowed:
            sentence = _("This address knows %(methods)s: use one of them.") % {"methods": ", ".join(allowed)}
            return problem(405, sentence, {"Allow": ", ".join(allowed)})
        if request.method in ("GET", "HEAD"):
            return _open_to_all(_read(readable, request, *args, **kwargs))
        return _private(_unfit(request) or view(request, *args, **kwargs))

    return answered


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    detail = _(
        "There is nothing at this address: all that there are, each with a slash at its end, stand at %(address)s."
    )
    return problem(404, detail % {"address": absolute("/api/")}, CORS)


def known(request: HttpRequest, response: HttpResponse, state: object, make: Callable[[], Any]) -> Any:
    """304 for whoever has the answer of this `state` already; else what `make` makes of it, under the state's tag."""
    said = f"{SHAPE} {settings.SITE_URL} {settings.LANGUAGE_CODE} {request.get_full_path()} {state}"
    etag = f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    conditional = get_conditional_response(request, etag=etag)
    if conditional is None:
        return make()
    for name in {"ETag", "Cache-Control"} & {*response.headers}:
        conditional.headers[name] = response.headers[name]
    return conditional


def _read(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """HEAD as GET: the server drops the body."""
    method, request.method = request.method, "GET"
    try:
        return view(request, *args, **kwargs)
    finally:
        request.method = method


def _unfit(request: HttpRequest) -> HttpResponse | None:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        if len(request.body) > limit:  # Django looks at the length that is told, and it may be untold
            return too_large(limit)
    except RequestDataTooBig:
        return too_large(limit)
    except UnreadablePostError:
        return problem(400, _("What was sent broke off: send it once more."))
    if request.body and request.content_type != "application/json":
        return problem(415, _("Send JSON, and say so: “Content-Type: application/json”."))
    return None


def _open_to_all(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in CORS.items():
        response.headers[name] = value
    return response


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store"
    return response
