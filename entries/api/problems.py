"""What went wrong, in one shape: RFC 9457."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core import signals
from django.core.exceptions import SuspiciousOperation
from django.db import Error, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from entries.away import is_away, told
from entries.domain.refusals import (
    EntryRemoved,
    Gone,
    KeyTaken,
    NotAllowed,
    NotPublished,
    OriginalExists,
    OutAlready,
    PostEnded,
    Refusal,
    StaleEdit,
    TextChanged,
)

MEDIA_TYPE = "application/problem+json"
# All other refusals are of what was sent: 422.
_STATUSES: dict[type[Refusal], int] = {
    NotAllowed: 403,
    Gone: 404,
    **dict.fromkeys((StaleEdit, TextChanged, OutAlready, EntryRemoved, NotPublished, PostEnded, OriginalExists), 409),
}
# What these are told with, where a refusal has no more to say.
_MEMBERS: dict[int, dict[str, Any]] = {409: {"version": None, "theirs": None, "yours": None}, 422: {"errors": []}}
_PLACES = {"path", "query", "header", "body"}
log = logging.getLogger(__name__)


class ApiProblem(Exception):
    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.members = status, detail, headers, members


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> HttpResponse:
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    return HttpResponse(json.dumps(told), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def too_large(limit: int) -> HttpResponse:
    sentence = _("What was sent is too large: at most %(limit)s bytes fit. Make two updates of it.")
    return problem(413, sentence % {"limit": limit})


def tell_problems(api: NinjaAPI) -> None:
    """Every exception that leaves an operation of `api` becomes an answer."""
    for kind, answer in _ANSWERS.items():
        api.add_exception_handler(kind, answer)


def _problem(request: HttpRequest, error: ApiProblem) -> HttpResponse:
    return problem(error.status, error.detail, error.headers, **error.members)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = next((status for kind, status in _STATUSES.items() if isinstance(refusal, kind)), 422)
    if isinstance(refusal, KeyTaken):
        sentence = _("This Idempotency-Key came with another text before: send this one under a new key.")
        return problem(422, sentence, errors=[])
    return problem(status, str(refusal), **_MEMBERS.get(status, {}))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [_fault(fault) for fault in error.errors]
    named = " ".join(f"“{fault['field']}”: {fault['message']}" for fault in faults)
    detail = _("What was sent is not as it should be; correct it and send it again. %(faults)s") % {"faults": named}
    return problem(422, detail, errors=faults)


def _fault(error: dict[str, Any]) -> dict[str, str]:
    place, *path = error["loc"]
    if place == "body":
        path = path[1:]  # the name that the body has within the program
    message = str(error["msg"]).removeprefix("Value error, ")
    field = ".".join(str(part) for part in path)
    return {"place": place if place in _PLACES else "body", "field": field, "message": message}


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(400, _("What was sent cannot be read as JSON: send one object in UTF-8."))


def _at_once(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    """Two requests that the database could not let both through; nothing of this one was written."""
    log.warning("A change by the API met another: %s", error)
    detail = _("Another change came at the same moment: send this once more.")
    return problem(409, detail, **_MEMBERS[409])


def _of_the_database(request: HttpRequest, error: Error) -> HttpResponse:
    if not is_away(error):
        return _broken(request, error)
    if request.method in ("GET", "HEAD"):
        detail = _("This cannot be shown at the moment. Please try again in a minute.")
    else:
        detail = _("The database is full or away, and nothing of this was written: send it again in a while.")
    return told(request, error, problem(503, detail))


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own fault, told as Django tells it: to the log, and to tests."""
    log.error("%s %s", request.method, request.path, exc_info=error)
    signals.got_request_exception.send(sender=None, request=request)
    return problem(500, _("Something is broken here, and it is in our log: try again later."))


_ANSWERS: dict[type[Exception], Any] = {
    ApiProblem: _problem,
    Refusal: _refused,
    ValidationError: _invalid,
    HttpError: _unreadable,  # of those that Ninja raises only this is left
    SuspiciousOperation: _unreadable,
    IntegrityError: _at_once,
    Error: _of_the_database,
    Exception: _broken,
}
