"""A shared HTTP cache in each server process, before Django (RFC 9111): what many ask for is made once.

It sees what any cache in front of the site would see, and does by the same headers what that would do; besides, it is
told at once which answers a commit made old (`Surrogate-Key`), so nobody waits for a second to pass.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from typing import Any

from entries.announcing import listeners
from entries.caching import ALL_POSTS, post_key
from entries.edge.kept import Answer, Kept
from entries.edge.policy import RawHeaders, Terms, terms
from entries.edge.store import Address, Choice, Store
from entries.measuring import tally

type Scope = MutableMapping[str, Any]
type Event = MutableMapping[str, Any]
type Send = Callable[[Event], Awaitable[None]]
type Application = Callable[[Scope, Any, Send], Awaitable[None]]

# Answered by this cache, or no reason for another answer: the origin is asked without them.
_NOT_PASSED_ON = {
    *(b"accept-encoding", b"cookie", b"if-match", b"if-modified-since", b"if-none-match", b"if-range"),
    *(b"if-unmodified-since", b"cache-control", b"pragma"),
}
# What is said, as it is counted.
_RESULTS = {
    b"hit": "hit",
    b"hit; collapsed": "collapsed",
    b"fwd=uri-miss; stored": "miss",
    b"fwd=stale; stored": "stale",
    b"fwd=stale; fwd-status=304": "confirmed",
    **{b"hit; detail=origin-" + why: "stale_error" for why in (b"away", b"slow", b"failed")},
}
MOST = 4_000_000  # bytes of an answer that is kept while it comes
PATIENCE = 2.0  # seconds that a reader waits for the origin where there is an older answer
PAUSE = 1.0  # seconds until an origin that failed is asked again

log = logging.getLogger(__name__)


class Asked:
    """What a request says that matters here."""

    __slots__ = ("accepted", "address", "given", "is_shared", "modified_since", "none_match")

    def __init__(self, scope: Scope, session_cookie: bytes) -> None:
        headers: RawHeaders = scope["headers"]
        given = self.given = dict(headers)
        find = given.get
        self.accepted = find(b"accept-encoding", b"")
        self.none_match = find(b"if-none-match", b"")
        self.modified_since = find(b"if-modified-since", b"")
        path = scope.get("raw_path") or scope["path"].encode()
        self.address: Address = (find(b"host", b""), find(b"x-forwarded-proto", b""), path, scope["query_string"])
        # Who sends one of the first two may get what nobody else may, or a part only.
        self.is_shared = not (
            b"authorization" in given
            or b"range" in given
            or scope["method"] not in ("GET", "HEAD")
            or (b"cookie" in given and any(name == b"cookie" and session_cookie in value for name, value in headers))
        )

    def choice(self, vary: tuple[bytes, ...]) -> Choice:
        if not vary:
            return self.address, ()
        return self.address, tuple([self.given.get(name, b"") for name in vary])


class Cache:
    def __init__(self, inner: Application, *, limit: int, session_cookie: str, closed: str) -> None:
        """`limit`: bytes that may be kept. `closed`: the path below which nothing is anybody else's."""
        self.store = Store(limit)
        self._inner = inner
        self._closed = closed
        self._session_cookie = session_cookie.encode() + b"="
        # With what `store.drops` was when it was asked: whoever comes after a drop must not get what is of before.
        self._under_way: dict[Choice, tuple[int, asyncio.Task[Kept | None]]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poke: Callable[[], object] = lambda: None

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._closed):
            return await self._inner(scope, receive, send)
        asked = Asked(scope, self._session_cookie)
        if not asked.is_shared:
            return await self._inner(scope, receive, send)
        choice = asked.choice(self.store.vary(asked.address))
        kept = self.store.get(choice)
        if kept is not None and kept.is_fresh:
            return await _answer(kept, asked, scope, send, b"hit")
        return await self._ask(choice, kept, asked, scope, receive, send)

    def ready(self, scope: Scope) -> Answer | None:
        """What is sent where it is kept and there is nothing to wait for: what most readers get."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        asked = Asked(scope, self._session_cookie)
        kept = self.store.get(asked.choice(self.store.vary(asked.address)))
        if kept is None or not asked.is_shared or not kept.is_fresh:
            return None
        is_known = kept.is_known_to(asked.none_match, asked.modified_since)
        answer = kept.ready(kept.coding(asked.accepted), is_known=is_known)
        if answer is not None:
            tally.cache["hit"] += 1
        return answer

    def start(self, loop: asyncio.AbstractEventLoop, poke: Callable[[], object]) -> None:
        """In the loop that it is used in. `poke` is called when there is something again that may grow old."""
        self._loop, self._poke = loop, poke
        listeners.append(lambda slug: self.drop({post_key(slug), ALL_POSTS}))

    def drop(self, keys: Iterable[str]) -> None:
        """From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.store.drop, frozenset(keys))

    async def _ask(
        self, choice: Choice, kept: Kept | None, asked: Asked, scope: Scope, receive: Any, send: Send
    ) -> None:
        """Of many who miss together one asks the origin; the others get what it gets."""
        reason = b"stale" if kept else b"uri-miss"
        if kept and kept.beats_an_error and time.monotonic() - kept.failed_at < PAUSE:
            return await _answer(kept, asked, scope, send, b"hit; detail=origin-away")
        passing = Passing(send, scope["method"] == "HEAD")
        drops, task = self._under_way.get(choice, (-1, None))
        is_first = task is None or drops != self.store.drops
        if task is None or is_first:
            task = asyncio.create_task(self._fetch(choice, kept, asked, scope, passing))
            self._under_way[choice] = self.store.drops, task
            task.add_done_callback(partial(self._forget, choice))
        try:
            async with asyncio.timeout(PATIENCE if kept and kept.beats_an_error else None):
                found = await asyncio.shield(task)
        except TimeoutError:
            if kept is None or passing.has_begun:  # it comes, slowly
                await asyncio.shield(task)
                return None
            passing.is_over = True
            return await _answer(kept, asked, scope, send, b"hit; detail=origin-slow")
        if found is None:
            # Passed through to the first, who asked; the others ask for themselves.
            return None if is_first else await self._inner(scope, receive, send)
        if found is kept and kept.failed_at > float("-inf"):
            said = b"hit; detail=origin-failed"
        elif is_first:
            said = b"fwd=" + reason + (b"; fwd-status=304" if found is kept else b"; stored")
        else:
            said = b"hit; collapsed" if found is not kept else b"hit"
        return await _answer(found, asked, scope, send, said)

    def _forget(self, choice: Choice, task: asyncio.Task[Kept | None]) -> None:
        if self._under_way.get(choice, (0, None))[1] is task:
            del self._under_way[choice]

    async def _fetch(
        self, choice: Choice, kept: Kept | None, asked: Asked, scope: Scope, passing: "Passing"
    ) -> Kept | None:
        """What the origin answers, kept; None where that was not to be kept and went straight to who asked."""
        since, asked_at = self.store.drops, time.monotonic()
        origin = Origin(_address_text(asked.address), passing, kept)
        try:
            await self._inner(_anonymous(scope, kept), Nobody().receive, origin.take)
        except Exception as error:
            if kept is None or not kept.beats_an_error or passing.has_begun:
                raise
            log.exception("The site failed, and readers get what it said before. %s", error)
            origin.has_failed = True
        if kept and origin.has_failed:
            kept.failed_at = time.monotonic()
            return kept
        if origin.terms is None:
            return None
        if origin.status == 304 and kept:
            self.store.remove(choice)
            kept.confirm(origin.headers, origin.terms)
            found = kept
        else:
            found = Kept(origin.status, origin.headers, b"".join(origin.chunks), origin.terms)
        found.confirmed_at = asked_at  # it may be of then (RFC 9111, 4.2.3)
        was_empty = not len(self.store)
        self.store.put(asked.choice(found.terms.vary), found, since=since)
        if was_empty:  # after it is there: who is woken looks at once whether there is anything
            self._poke()
        return found


class Passing:
    """To the one who asked, as it comes."""

    def __init__(self, send: Send, is_head: bool) -> None:
        self._send = send
        self._is_head = is_head
        self.has_begun = False
        self.is_over = False  # who asked has been answered otherwise

    async def send(self, event: Event) -> None:
        if self.is_over:
            return
        self.has_begun = True
        is_body = event["type"] == "http.response.body"
        await self._send({**event, "body": b""} if self._is_head and is_body else event)


class Origin:
    """Takes what Django answers: keeps it, or passes it on where it is not to be kept."""

    def __init__(self, address: str, passing: Passing, kept: Kept | None) -> None:
        self._address = address
        self._passing = passing
        self._kept = kept
        self.status = 0
        self.headers: RawHeaders = []
        self.chunks: list[bytes] = []
        self.terms: Terms | None = None
        self.has_failed = False

    async def take(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            await self._begin(event)
        elif self.has_failed:
            pass
        elif self.terms is None:
            await self._passing.send(event)
        else:
            self.chunks.append(event.get("body", b""))

    async def _begin(self, event: Event) -> None:
        self.status, self.headers = event["status"], list(event.get("headers", []))
        if self.status >= 500 and self._kept and self._kept.beats_an_error:
            self.has_failed = True
            return
        status = 200 if self.status == 304 else self.status  # of the answer that it confirms
        if _length(self.headers) <= MOST:
            self.terms = terms(self._address, status, self.headers)
        if self.terms is None:
            tally.cache["passed"] += 1
            forwarded = (b"cache-status", b"liveblog; fwd=" + (b"stale" if self._kept else b"uri-miss"))
            await self._passing.send({**event, "headers": [*self.headers, forwarded]})


async def _answer(kept: Kept, asked: Asked, scope: Scope, send: Send, said: bytes) -> None:
    tally.cache[_RESULTS.get(said, "other")] += 1
    coding = kept.coding(asked.accepted)
    is_known = kept.is_known_to(asked.none_match, asked.modified_since)
    start, body = kept.answer(coding, None if is_known else await kept.encoded(coding), said)
    await send(start)
    await send({**body, "body": b""} if scope["method"] == "HEAD" else body)


def _anonymous(scope: Scope, kept: Kept | None) -> Scope:
    """The same question from nobody in particular; whether it is still so, where something is kept."""
    headers = [(name, value) for name, value in scope["headers"] if name not in _NOT_PASSED_ON]
    if kept and kept.etag:
        headers.append((b"if-none-match", kept.etag))
    elif kept and kept.modified:
        headers.append((b"if-modified-since", kept.modified))
    return {**scope, "method": "GET", "headers": headers}


class Nobody:
    """Sends no body and does not go away: an answer for many does not end with the one who asked first."""

    def __init__(self) -> None:
        self._has_spoken = False

    async def receive(self) -> Event:
        if self._has_spoken:
            await asyncio.Future()
        self._has_spoken = True
        return {"type": "http.request", "body": b"", "more_body": False}


def _address_text(address: Address) -> str:
    host, proto, path, query = (part.decode("latin-1") for part in address)
    return f"{proto or 'http'}://{host}{path}{query and '?' + query}"


def _length(headers: RawHeaders) -> int:
    given = next((value for name, value in headers if name.lower() == b"content-length"), b"0")
    return int(given) if given.isdigit() else 0
