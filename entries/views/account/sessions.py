"""Sessions that know where they are."""

from contextlib import suppress

from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from entries.domain.logins import note_seen
from entries.visitors import address_of, remember_device


class LoginMiddleware(SessionMiddleware):
    """Asks the database nothing for whoever is not logged in, and for an editor nothing besides the session itself."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.facts = {  # type: ignore[attr-defined]
            "agent": request.headers.get("User-Agent", "")[:300],
            "address": address_of(request),
        }

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        login = getattr(getattr(request, "session", None), "row", None)
        if login and login.user_id:
            with suppress(DatabaseError):  # a page that could be made is not lost for that
                note_seen(login, now=timezone.now(), **request.session.facts)  # type: ignore[attr-defined]
        name = getattr(request, "logged_in_as", None)
        if name:
            remember_device(request, response, name)
        return response
