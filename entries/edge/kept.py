"""An answer as it is kept: its bytes in each encoding, made once, and the headers that go with them."""

import asyncio
import gzip
import re
import time
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from itertools import count
from typing import Any

import brotli

from entries.edge.policy import RawHeaders, Terms

# The two events of ASGI.
type Answer = tuple[MutableMapping[str, Any], MutableMapping[str, Any]]

# What changes from one time to the next, or is of the connection or the encoding.
_NOT_KEPT = {
    *(b"age", b"cache-status", b"connection", b"content-encoding", b"content-length", b"keep-alive"),
    *(b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
}
# Headers of a 304 (RFC 9110, 15.4.5): what else there is to say, the reader was told with what they have.
_OF_NOT_MODIFIED = {b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"}
_ENCODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"br": lambda body: brotli.compress(body, quality=5),
    b"gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
_WORTHWHILE = 200  # bytes; below that an encoding saves nothing
_TEXT = re.compile(rb"text/|[^;]*[/+](?:json|xml|javascript)\b")
_TAG = re.compile(rb'(?:W/)?("[^"]*")|(\*)')
_numbers = count(1)


class Kept:
    """One answer to one address."""

    def __init__(self, status: int, headers: RawHeaders, body: bytes, terms: Terms) -> None:
        self.number = next(_numbers)
        self.status = status
        self.terms = terms
        self.body = body
        self.is_dropped = False
        self.failed_at = float("-inf")
        self._headers = [(name.lower(), value) for name, value in headers if name.lower() not in _NOT_KEPT]
        given = dict(self._headers)
        self.etag = given.get(b"etag", b"")
        self._strong = self.etag.removeprefix(b"W/")
        self.modified = given.get(b"last-modified", b"")
        self.is_text = bool(_TEXT.match(given.get(b"content-type", b"")))
        # Encoded twice it is seldom more than once as long again.
        self.size = len(body) * (1 + self.is_text) + sum(len(name) + len(value) for name, value in headers) + 1000
        self.confirmed_at = time.monotonic()
        self._encoded: dict[bytes, asyncio.Future[bytes]] = {}
        self._starts: dict[tuple[bytes, bool], RawHeaders] = {}
        self._ready: dict[tuple[bytes, bool], tuple[int, Answer]] = {}

    @property
    def age(self) -> float:
        return time.monotonic() - self.confirmed_at

    @property
    def is_fresh(self) -> bool:
        return not self.is_dropped and self.age < self.terms.fresh_for

    @property
    def beats_an_error(self) -> bool:
        return self.age < self.terms.fresh_for + self.terms.better_than_errors_for

    def confirm(self, headers: RawHeaders, terms: Terms) -> None:
        """The origin says that it is still so (RFC 9111, 4.3.4)."""
        fresh = {name.lower(): value for name, value in headers if name.lower() not in _NOT_KEPT}
        fresh.pop(b"content-type", None)
        self._headers = [(name, value) for name, value in self._headers if name not in fresh] + [*fresh.items()]
        self.terms = terms
        self.is_dropped = False
        self.failed_at = float("-inf")
        self.confirmed_at = time.monotonic()
        self._starts.clear()
        self._ready.clear()

    def coding(self, accepted: bytes) -> bytes:
        """The best that is worth it; empty for none."""
        return best_coding(accepted) if self.is_text and len(self.body) >= _WORTHWHILE else b""

    async def encoded(self, coding: bytes) -> bytes:
        """Made once, in a thread: the loop has others to look after."""
        if not coding:
            return self.body
        if coding not in self._encoded:
            work = asyncio.get_running_loop().run_in_executor(None, _ENCODERS[coding], self.body)
            self._encoded[coding] = work
        return await asyncio.shield(self._encoded[coding])

    def is_known_to(self, none_match: bytes, modified_since: bytes) -> bool:
        """Whether the reader has it already (RFC 9110, 13.2.2)."""
        if none_match:
            own = self._strong
            if none_match.removeprefix(b"W/") == own:  # as most send it
                return True
            return bool(own) and any(found[1] == own or found[2] for found in _TAG.finditer(none_match))
        return bool(self.modified) and self.modified == modified_since

    def ready(self, coding: bytes, *, is_known: bool) -> "Answer | None":
        """What is sent to one who gets what is kept, made once a second; None while its encoding is being made."""
        age = int(self.age)
        second, answer = self._ready.get((coding, is_known), (-1, None))
        if answer is None or second != age:
            encoded = self._encoded.get(coding)
            if is_known:
                body = b""
            elif not coding:
                body = self.body
            elif encoded is not None and encoded.done():
                body = encoded.result()
            else:
                return None
            answer = self.answer(coding, None if is_known else body, b"hit")
            self._ready[coding, is_known] = age, answer
        return answer

    def answer(self, coding: bytes, body: bytes | None, said: bytes) -> "Answer":
        """As ASGI has it. `body` is None for a 304; `said` is for Cache-Status (RFC 9211)."""
        age = int(self.age)
        status = b"liveblog; %b; ttl=%d" % (said, self.terms.fresh_for - age)
        headers = [*self._start(coding, body), (b"age", b"%d" % age), (b"cache-status", status)]
        start = {"type": "http.response.start", "status": 304 if body is None else self.status, "headers": headers}
        return start, {"type": "http.response.body", "body": body or b""}

    def _start(self, coding: bytes, body: bytes | None) -> RawHeaders:
        """The headers but those that are told anew each time."""
        known = self._starts.get((coding, body is None))
        if known is None:
            known = self._starts[coding, body is None] = self._made_start(coding, None if body is None else len(body))
        return known

    def _made_start(self, coding: bytes, length: int | None) -> RawHeaders:
        headers = [(name, value) for name, value in self._headers if name != b"vary"]
        if coding and self.etag:
            weak = b"W/" + self.etag.removeprefix(b"W/")
            headers = [(name, weak if name == b"etag" else value) for name, value in headers]
        vary = b", ".join([*self.terms.vary, *([b"Accept-Encoding"] if self.is_text else [])])
        headers += [(b"vary", vary)] if vary else []
        if length is None:
            needed = _OF_NOT_MODIFIED if self.etag else _OF_NOT_MODIFIED | {b"last-modified"}
            return [(name, value) for name, value in headers if name in needed]
        if coding:
            headers.append((b"content-encoding", coding))
        headers.append((b"content-length", str(length).encode()))
        return headers


@lru_cache(512)
def best_coding(accepted: bytes) -> bytes:
    """`br` or `gzip` where the reader takes it (RFC 9110, 12.5.3); empty where it takes neither."""
    weights: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, parameter = part.strip().partition(";")
        weights[name.strip()] = _weight(parameter)
    best = max((b"br", b"gzip"), key=lambda coding: weights.get(coding.decode(), weights.get("*", 0.0)))
    return best if weights.get(best.decode(), weights.get("*", 0.0)) > 0 else b""


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
