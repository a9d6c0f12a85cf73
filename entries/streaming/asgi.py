"""`stream/` before Django: one change is read and rendered once a process, and its bytes go to all open streams."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from django.db import Error

from entries import sse
from entries.announcing import listeners
from entries.domain.deltas import BadCursor, resume_from
from entries.edge.cache import Cache
from entries.measuring import tally
from entries.pressure import POLL
from entries.streaming.hub import Channel, Hub, Reader
from entries.streaming.watching import Bell, KeptAnswers, StreamNews, Watch, read_news, read_seq

type Scope = MutableMapping[str, Any]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type Application = Callable[[Scope, Any, Send], Awaitable[None]]

RETRY = 2_000  # milliseconds after which a reader who was cut off comes again
FULL, CLOSING, AWAY = 60, 1, 10  # seconds until it is worth a reader's while to try for a stream again
CATCHING_UP = 30  # seconds for a reader to take what it missed
_PATH = re.compile(r"/live/(?P<slug>[-a-zA-Z0-9_]+)/stream/")
_HEADERS = [
    (b"content-type", sse.CONTENT_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events until it has a buffer full
    (b"x-content-type-options", b"nosniff"),
]
log = logging.getLogger(__name__)


class Streams:
    """Holds streams open, and leaves all else to `inner`: a wrong cursor too, and a post that is not public.

    The thread that watches the database for it also does for the `cache`.
    """

    def __init__(self, inner: Application, *, limit: int, cache: Cache) -> None:
        self._inner = inner
        self._cache = cache
        self._limit = limit
        self._hub: Hub | None = None
        self._watch: Watch | None = None

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        hub = self._hub or self._started()
        asked = _asked(scope)
        if asked is None:
            return await self._inner(scope, receive, send)
        if hub.is_closing or hub.is_full:
            return await _refuse(send, CLOSING if hub.is_closing else FULL)
        slug, cursor = asked
        try:
            channel = await hub.enter(slug)
        except Error as error:
            log.warning("A stream of “%s” could not be opened: %s", slug, error)
            return await _refuse(send, AWAY)
        if channel is None:
            return await self._inner(scope, receive, send)
        try:
            await _stream(hub, channel, cursor, send)
        finally:
            hub.leave(channel)
        return None

    @property
    def open(self) -> int:
        return self._hub.visitors if self._hub else 0

    @property
    def is_closing(self) -> bool:
        return self._hub is not None and self._hub.is_closing

    def close(self) -> None:
        """The server stops: ends all streams within seconds, cleanly."""
        if self._hub and self._watch:
            self._hub.close()
            self._watch.stop()

    def _started(self) -> Hub:
        """The hub of the loop that runs now, with the thread that watches the database for it and for the cache."""
        loop = asyncio.get_running_loop()
        bell, store = Bell(), self._cache.store
        hub = self._hub = Hub(limit=self._limit, read_seq=read_seq, read_news=read_news, poke=bell.ring)
        news = StreamNews(seqs=hub.seqs, tell=lambda *news: loop.call_soon_threadsafe(hub.publish, *news))
        kept = KeptAnswers(keys=lambda: store.keys, drop=self._cache.drop)

        def look() -> None:
            kept.look()  # first: it is quick, and a stream may send its readers to the page
            news.look()

        self._watch = Watch(bell, look=look, is_idle=lambda: not hub.seqs() and not len(store))
        self._cache.start(loop, poke=bell.ring)
        listeners.append(lambda _: bell.ring())  # what is committed here need not be found out
        self._watch.start()
        return hub


def _asked(scope: Scope) -> tuple[str, int | None] | None:
    """The post and the cursor, where this is a stream to be held open."""
    match = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
    if match is None:
        return None
    last_event_id = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"last-event-id"), "")
    since = parse_qs(scope["query_string"].decode("latin-1")).get("since", [""])[-1]
    try:
        return match["slug"], resume_from(last_event_id, since)
    except BadCursor:
        return None


async def _stream(hub: Hub, channel: Channel, cursor: int | None, send: Send) -> None:
    if cursor is None:
        cursor = channel.seq
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _write(send, sse.opening(cursor, RETRY))
    try:
        async with asyncio.timeout(CATCHING_UP):
            cursor = await _catch_up(hub, channel, cursor, send)
    except TimeoutError as error:  # as for all who take nothing: cut, without an end to wait for
        raise asyncio.CancelledError from error
    except Error as error:  # its reader comes again, as from any stream that ended
        log.warning("A stream of “%s” ended before it had begun: %s", channel.slug, error)
    else:
        await _follow(channel, Reader(cursor), send)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _catch_up(hub: Hub, channel: Channel, cursor: int, send: Send) -> int:
    """Brings a reader to the channel's seq; returns that with no pause in which another change could fall between."""
    while cursor != channel.seq:
        seq_when_asked = channel.seq
        if news := await hub.catch_up(channel, cursor):
            await _write(send, news.chunk)
            cursor = news.seq
        elif channel.seq != seq_when_asked:
            continue  # the answer is of before that change
        elif cursor > channel.seq:
            await hub.moved(channel)
        else:
            break  # the database has been put back to an older state
    return cursor


async def _follow(channel: Channel, reader: Reader, send: Send) -> None:
    channel.readers.add(reader)
    try:
        while chunk := await reader.next():
            await _write(send, chunk)
    finally:
        channel.readers.discard(reader)


async def _write(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _refuse(send: Send, retry_after: int) -> None:
    tally.refused += 1
    sentence = f"No stream can be held open now: ask for changes/ every {POLL} seconds.".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(sentence)).encode()),
        (b"retry-after", str(retry_after).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": sentence})
