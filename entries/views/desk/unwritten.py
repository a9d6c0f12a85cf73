"""What an editor is told when the database cannot be written: its disk is full, or it is away."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from entries.away import is_away, told
from entries.views.account.logging_in import FIELDS

type View = Callable[..., HttpResponseBase]


def saying_when_unwritten(view: View) -> View:
    """Nothing of what was sent was written then, and nothing of it is lost: the desk's script sends it again by
    itself, and a plain form comes back with it."""

    @wraps(view)
    def saying(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **given)
        except Error as error:
            if request.method != "POST" or not is_away(error):
                raise
            return told(request, error, _said(request))

    return saying


def _said(request: HttpRequest) -> HttpResponse:
    sentence = _(
        "Nothing can be written at the moment: the disk is full, or the database is away. Your text is kept here; tell "
        "who looks after the site."
    )
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"error": sentence}, status=503)
    sent = [(name, value) for name, values in request.POST.lists() if name not in FIELDS for value in values]
    # Without what is asked of the database: who it is, and what they were to be told.
    context = {"sent": sent, "error": sentence, "is_popup": True, "messages": []}
    return render(request, "admin/entries/desk/unwritten.html", context, status=503)
