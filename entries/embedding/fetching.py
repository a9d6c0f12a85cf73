"""Asks another site for a few kilobytes, and trusts it in nothing.

An editor's paste makes this server ask: so never a host within the newsroom's own network (the address that was
checked is the one that is connected to, whatever the name leads to a moment later), HTTPS on its own port only, no
more bytes and no more time than it takes.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Self
from urllib.parse import urljoin, urlsplit

PORT = 443
LIMIT = 256 * 1024  # bytes
REDIRECTS = 2
JSON = ("application/json", "application/json+oembed", "text/javascript")  # the last: X, at times
HTML = ("text/html",)
CONTEXT = ssl.create_default_context()
# Ways to write an IPv4 address as an IPv6 one, which a gateway would translate back.
_TRANSLATED = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class Unreachable(Exception):
    """It gave no answer that can be used; the message says why."""


def fetch(address: str, *, hosts: frozenset[str], content_types: tuple[str, ...], deadline: float) -> bytes:
    """The body at an `https:` address of one of `hosts`, by `deadline` on the monotonic clock. Raises Unreachable."""
    for _ in range(REDIRECTS + 1):
        with _answer(address, hosts, deadline) as answer:
            if 300 <= answer.status < 400:
                address = urljoin(address, answer.headers.get("Location", ""))
                continue
            if answer.status != 200:
                raise Unreachable(f"status {answer.status}")
            if answer.headers.get_content_type() not in content_types or "Content-Encoding" in answer.headers:
                raise Unreachable(f"content type {answer.headers.get_content_type()}")
            return _body(answer)
    raise Unreachable("redirects without end")


def leads_to(address: str, *, hosts: frozenset[str], deadline: float) -> str:
    """Where a short link leads. Nobody goes there."""
    with _answer(address, hosts, deadline) as answer:
        return urljoin(address, answer.headers.get("Location", ""))


def public_addresses(host: str) -> list[str]:
    """The IP addresses of that name; Unreachable if any is not of the public internet."""
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)}
    if not found or not all(_is_public(address) for address in found):
        raise Unreachable("not a public host")
    return sorted(found, key=len)  # IPv4 first: many servers have no way out for the other


def _is_public(written: str) -> bool:
    address = ipaddress.ip_address(written.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in net for net in _TRANSLATED):
            return False
        address = address.ipv4_mapped or address
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@contextmanager
def _answer(address: str, hosts: frozenset[str], deadline: float) -> Iterator[http.client.HTTPResponse]:
    try:
        parts = urlsplit(address)
        if parts.scheme != "https" or parts.netloc not in hosts:
            raise Unreachable("another host")
        with _Connection(parts.netloc, deadline) as connection:
            target = f"{parts.path or '/'}{parts.query and '?' + parts.query}"
            headers = {"Host": parts.netloc, "Accept": "*/*", "User-Agent": "Liveblog", "Connection": "close"}
            connection.request("GET", target, headers=headers)
            with connection.getresponse() as answer:
                yield answer
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(type(error).__name__) from error


def _body(answer: http.client.HTTPResponse) -> bytes:
    body = answer.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise Unreachable("too long")
    return body


class _Connection(http.client.HTTPConnection):
    """Connected to an address that was checked, and cut off at the deadline, however slowly bytes trickle in."""

    def __init__(self, host: str, deadline: float) -> None:
        super().__init__(host, PORT)
        self.deadline = deadline
        self.watchdog: Timer | None = None

    def connect(self) -> None:
        raw = self._reach()
        self.sock = secure = CONTEXT.wrap_socket(raw, server_hostname=self.host, do_handshake_on_connect=False)
        self.watchdog = Timer(self._left(), _cut_off, [secure])
        self.watchdog.daemon = True
        self.watchdog.start()
        secure.do_handshake()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        # Not in close(), which http.client calls when it hands the answer out: that is still to be read.
        if self.watchdog:
            self.watchdog.cancel()
        self.close()

    def _reach(self) -> socket.socket:
        failure = OSError("no address")
        for address in public_addresses(self.host)[:3]:
            try:
                return socket.create_connection((address, PORT), timeout=self._left())
            except OSError as error:
                failure = error
        raise failure

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _cut_off(connected: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        # Not SSLSocket's own, which takes the state away that the reading thread is using.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
