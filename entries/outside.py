"""Speaks with other servers, and trusts them in nothing.

An editor's paste and an administrator's form make this server speak: so never with a host within the newsroom's own
network (the address that was checked is the one that is connected to, whatever the name leads to a moment later), by
HTTPS on its own port only, for no more bytes and no more time than it takes. Where changes are told, hosts are an
exception that the operator named in OUTSIDE_PRIVATE_HOSTS, each with its port.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from types import MappingProxyType
from typing import Self
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

PORT = 443
SAID = 200  # characters that are kept of what a server says to a POST
HEADERS = {"Accept": "*/*", "User-Agent": "Liveblog", "Connection": "close"}
CONTEXT = ssl.create_default_context()
# Ways to write an IPv4 address as an IPv6 one, which a gateway would translate back.
_TRANSLATED = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class Unreachable(Exception):
    """It gave no answer that can be used; the message says why."""


@dataclass(frozen=True)
class Answer:
    """To a POST. `said`: the beginning of its text where it was no success."""

    status: int
    said: str = ""
    retry_after: int = 0  # seconds that it asks for


def may_be_asked(address: str, private_hosts: Collection[str]) -> bool:
    """Whether by its form that is an address to speak with: no name is looked up."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or not address.isascii() or any(map(str.isspace, address)):
        return False
    if parts.netloc.lower() in private_hosts:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and port in (None, PORT)


def post(address: str, *, body: bytes, headers: Mapping[str, str], deadline: float) -> Answer:
    """What it answers, by `deadline` on the monotonic clock; a redirect is an answer. Raises Unreachable."""
    own = settings.OUTSIDE_PRIVATE_HOSTS
    with asked(address, deadline=deadline, method="POST", body=body, headers=headers, private_hosts=own) as answer:
        if 200 <= answer.status < 300:
            return Answer(answer.status)  # whatever it goes on to say, and however slowly
        after = answer.headers.get("Retry-After", "")
        return Answer(answer.status, _said(answer), int(after) if after.isdecimal() and len(after) < 7 else 0)


@contextmanager
def asked(
    address: str,
    *,
    deadline: float,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
    private_hosts: Collection[str] = (),
) -> Iterator[http.client.HTTPResponse]:
    """The answer, still to be read."""
    if not may_be_asked(address, private_hosts):
        raise Unreachable("not an address to speak with")
    try:
        parts = urlsplit(address)
        with _Connection(parts, deadline, parts.netloc.lower() in private_hosts) as connection:
            target = f"{parts.path or '/'}{parts.query and '?' + parts.query}"
            connection.request(method, target, body=body, headers={**HEADERS, "Host": parts.netloc, **headers})
            with connection.getresponse() as answer:
                yield answer
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(type(error).__name__) from error


def public_addresses(host: str) -> list[str]:
    """The IP addresses of that name; Unreachable if any is not of the public internet."""
    found = _addresses(host, PORT)
    if not found or not all(_is_public(address) for address in found):
        raise Unreachable("not a public host")
    return found


def _addresses(host: str, port: int) -> list[str]:
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    return sorted(found, key=len)  # IPv4 first: many servers have no way out for the other


def _is_public(written: str) -> bool:
    address = ipaddress.ip_address(written.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in net for net in _TRANSLATED):
            return False
        address = address.ipv4_mapped or address
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _said(answer: http.client.HTTPResponse) -> str:
    try:
        text = answer.read(4 * SAID).decode(errors="replace")
    except (OSError, http.client.HTTPException):  # its status was heard
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:SAID]


class _Connection(http.client.HTTPConnection):
    """Connected to an address that was checked, and cut off at the deadline, however slowly bytes trickle in."""

    def __init__(self, parts: SplitResult, deadline: float, is_private: bool) -> None:
        self.is_secure = parts.scheme == "https"
        self.is_private = is_private
        own_port = parts.port or (443 if self.is_secure else 80)
        super().__init__(parts.hostname or "", own_port if is_private else PORT)
        self.deadline = deadline
        self.watchdog: Timer | None = None

    def connect(self) -> None:
        self.sock = raw = self._reach()
        if self.is_secure:
            self.sock = CONTEXT.wrap_socket(raw, server_hostname=self.host, do_handshake_on_connect=False)
        self.watchdog = Timer(self._left(), _cut_off, [self.sock])
        self.watchdog.daemon = True
        self.watchdog.start()
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        # Not in close(), which http.client calls when it hands the answer out: that is still to be read.
        if self.watchdog:
            self.watchdog.cancel()
        self.close()

    def _reach(self) -> socket.socket:
        failure = OSError("no address")
        found = _addresses(self.host, self.port) if self.is_private else public_addresses(self.host)
        for address in found[:3]:
            try:
                return socket.create_connection((address, self.port), timeout=self._left())
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
