"""Who is at it now and by which door they came, for the log: known to whatever is called meanwhile, and passed on by
nobody. The request of `entries.journal` does not serve for that: it knows neither accounts nor commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from entries.deeds import Door
from entries.visitors import address_of

_DESK = "admin:entries_post_desk"


@dataclass(frozen=True)
class Refused:
    """What somebody had no right to; the row is written when what it would have changed is rolled back."""

    right: str
    author: Any
    of: Any


@dataclass
class Caller:
    request: HttpRequest | None = None
    without_request: Door = Door.COMMAND
    # Of the API, set when its token is known.
    token: str = ""
    token_user: Any = None
    refused: list[Refused] = field(default_factory=list)

    @property
    def door(self) -> Door:
        return _door_of(self.request) if self.request else self.without_request

    @property
    def address(self) -> str:
        return address_of(self.request) if self.request else ""

    @property
    def user(self) -> Any:
        """The account, if any. Asked by those who write alone: it may take a query."""
        user = self.token_user or getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    def refuse(self, right: str, author: Any, of: Any = None) -> None:
        refused = Refused(right, author, of)
        if self.request and refused not in self.refused:
            self.refused.append(refused)


# Where nobody has said otherwise it is a command, or a shell.
current: ContextVar[Caller] = ContextVar("caller", default=Caller())  # noqa: B039  # refuse() leaves it as it is


@contextmanager
def by(caller: Caller) -> Iterator[Caller]:
    before = current.set(caller)
    try:
        yield caller
    finally:
        current.reset(before)


@contextmanager
def by_door(door: Door) -> Iterator[Caller]:
    with by(Caller(without_request=door)) as caller:
        yield caller


def _door_of(request: HttpRequest) -> Door:
    match = request.resolver_match
    name = match.view_name if match else ""
    if name.startswith(_DESK):
        return Door.DESK
    return Door.ADMIN if name.startswith("admin:") else Door.API
