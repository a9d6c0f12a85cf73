"""One request as it goes by."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve

from entries.journal import Asking, current

type Event = MutableMapping[str, Any]
type Send = Callable[[Event], Awaitable[None]]

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
LONGEST = 300  # characters of a path that is remembered: longer ones are a stranger's, and would fill memory


class Watched(Asking):
    __slots__ = ("send_on", "status")

    def __init__(self, scope: Any, send: Send, status: int = 0) -> None:
        self._id = ""
        self.scope = scope
        self.send_on = send
        self.status = status

    def send(self, event: Event) -> Awaitable[None]:
        if not self.status:
            self.status = event.get("status", 0)
        return self.send_on(event)

    def key(self) -> tuple[str, str, int]:
        """What it is counted under."""
        method, path = self.scope["method"], self.scope["path"]
        return method if method in METHODS else "OTHER", route_of(path), self.status

    @property
    def path(self) -> str:
        """Without its query, which may be what a reader looked for."""
        raw: bytes = self.scope.get("raw_path") or self.scope["path"].encode()
        return raw[:LONGEST].decode("latin-1").partition("?")[0].encode("unicode_escape").decode()


def route_of(path: str) -> str:
    """The name of an address and never the address: there are as many as the site has kinds of pages."""
    return _route_of(path) if len(path) <= LONGEST else "long"


@lru_cache(1024)
def _route_of(path: str) -> str:
    if path.startswith(settings.STATIC_URL):
        return "static"
    try:
        return resolve(path).view_name or "unnamed"
    except Resolver404:
        return "none"


def naming(send: Send) -> Send:
    """Tells who asked the id of their request, where the answer is theirs alone: a cache would tell it to others."""

    def told(event: Event) -> Awaitable[None]:
        asking = current.get()
        if asking and event["type"] == "http.response.start" and not _is_for_all(event["headers"]):
            event = {**event, "headers": [*event["headers"], (b"x-request-id", asking.id.encode())]}
        return send(event)

    return told


def _is_for_all(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"cache-control" and b"public" in value.lower() for name, value in headers)
