"""What an editor is told when the database cannot be written: its disk is full, or it is away."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from entries.views.account.logging_in import FIELDS

RETRY = 10  # seconds
log = logging.getLogger(__name__)

type View = Callable[..., HttpResponseBase]


def saying_when_unwritten(view: View) -> View:
    """Nothing of what was sent was written then, and nothing of it is lost: the desk's script sends it again by
    itself, and a plain form comes back with it."""

    @wraps(view)
    def saying(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **given)
        except DatabaseError as error:
            if request.method != "POST" or not _is_of_the_database(error):
                raise
            log.exception("Nothing could be written.")
            return _told(request)

    return saying


def _is_of_the_database(error: DatabaseError) -> bool:
    """And not of what it was asked. psycopg2 has no name of its own for a server that went in the middle."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def _told(request: HttpRequest) -> HttpResponse:
    sentence = _(
        "Nothing can be written at the moment: the disk is full, or the database is away. Your text is kept here; tell "
        "who looks after the site."
    )
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"error": sentence}, status=503, headers={"Retry-After": str(RETRY)})
    sent = [(name, value) for name, values in request.POST.lists() if name not in FIELDS for value in values]
    # Without what is asked of the database: who it is, and what they were to be told.
    context = {"sent": sent, "error": sentence, "is_popup": True, "messages": []}
    return render(request, "admin/entries/desk/unwritten.html", context, status=503)
