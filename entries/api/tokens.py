"""Who writes: by a token in the request's own header, which no browser sends by itself. Cookies say nothing here."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from entries.api.problems import ApiProblem
from entries.calling import current
from entries.domain.tokens import find_token

_LONGEST = 200


class Token(HttpBearer):
    def __call__(self, request: HttpRequest) -> User:
        """Not Ninja's own reading of the header: that writes what it does not expect into the log."""
        scheme, _space, token = request.headers.get(self.header, "").partition(" ")
        if scheme.lower() != self.openapi_scheme:
            detail = _("This needs a token: send it as “Authorization: Bearer …”. An administrator makes one for you.")
            raise ApiProblem(401, detail, {"WWW-Authenticate": "Bearer"})
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> User:
        row = find_token(token) if len(token) <= _LONGEST else None
        if row is None:
            detail = _("This token is not known, has run out or was revoked: ask an administrator for a new one.")
            raise ApiProblem(401, detail, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        caller = current.get()
        caller.token, caller.token_user = row.name, row.user
        return row.user


def author_of(request: HttpRequest) -> User:
    """Whose token it is."""
    author: User = request.auth  # type: ignore[attr-defined]
    return author
