"""Says, for the log, whose request it is. Of a reader's it costs a variable."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from entries.calling import Caller, by
from entries.deeds import Door
from entries.domain.noting import note_refusals

log = logging.getLogger(__name__)


def caller_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        with by(Caller(request)) as caller:
            response = get_response(request)
            if _is_refused(caller, response):
                _note(caller)
        return response

    return answer


def _is_refused(caller: Caller, response: HttpResponseBase) -> bool:
    return bool(caller.refused) or response.status_code == 403


def _note(caller: Caller) -> None:
    try:
        if not caller.refused and caller.door in (Door.DESK, Door.ADMIN) and caller.user and caller.request:
            caller.refuse(caller.request.path, caller.user)
        note_refusals(caller.refused)
    except DatabaseError:  # what could be answered is answered all the same
        log.exception("A refusal could not be written into the log of who did what.")
