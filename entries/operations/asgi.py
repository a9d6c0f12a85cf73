"""What stands around everything else: counts requests and names them, and answers `/healthz`, `/readyz` and `/metrics`
itself, for they are of use when all behind it is not well."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from entries.edge.cache import Cache
from entries.edge.kept import Answer
from entries.journal import current
from entries.measuring import Durations, cache_bytes, cache_entries, loop_lag, streams_open, tally
from entries.operations.access import may_look
from entries.operations.exposition import CONTENT_TYPE, exposition, measure_process
from entries.operations.figures import figures
from entries.operations.probing import Probe
from entries.operations.readiness import OK, Readiness
from entries.operations.watched import Watched, route_of
from entries.streaming.asgi import Streams

type Scope = MutableMapping[str, Any]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PERIOD = 1.0  # seconds between what this process tells the others
PATIENCE = 2.0  # seconds that a look at the figures waits for the database
LEFT = 499  # as nginx has it: who asked did not wait for the answer
log = logging.getLogger("entries.requests")


class Operations:
    def __init__(
        self, streams: Streams, cache: Cache, *, token: str, is_public: bool, slow: float, logs_all: bool
    ) -> None:
        """`slow`: seconds from which a request is worth a line in the log."""
        self._streams = streams
        self._cache = cache
        self._access = {"token": token, "is_public": is_public}
        self._slow = slow
        self._logs_all = logs_all
        self._readiness = Readiness()
        self._figures = Probe(figures)
        self._telling: asyncio.Task[None] | None = None
        self._own = {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        answer = None if self._logs_all else self._cache.ready(scope)
        if answer is not None:
            return await self._give(answer, scope, send)
        if scope["type"] != "http":
            return await self._streams(scope, receive, send)
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell_for_ever())
        path = scope["path"]
        if path in self._own:
            current.set(None)  # or it would be taken for the request before on the same connection
            return await self._answer(scope, send, self._own[path])
        asked = Watched(scope, send)
        current.set(asked)
        if path.endswith("/stream/"):  # lasts for hours, and is counted where it is held open
            return await self._streams(scope, receive, send)
        began = time.perf_counter()
        try:
            await self._streams(scope, receive, asked.send)
        except asyncio.CancelledError:
            asked.status = asked.status or LEFT
            raise
        except Exception:
            asked.status = asked.status or 500
            raise
        else:
            asked.status = asked.status or LEFT  # Django returns without a word when who asked is gone
        finally:
            self._note(asked, time.perf_counter() - began)

    async def _give(self, answer: Answer, scope: Scope, send: Send) -> None:
        began = time.perf_counter()
        start, body = answer
        try:
            await send(start)
            await send(body)
        finally:
            seconds = time.perf_counter() - began
            if seconds < self._slow:
                _count(("GET", route_of(scope["path"]), start["status"]), seconds)
            else:
                asked = Watched(scope, send, start["status"])
                current.set(asked)
                self._note(asked, seconds)

    def close(self) -> None:
        """The server stops."""
        self._streams.close()

    def _note(self, asked: Watched, seconds: float) -> None:
        _count(asked.key(), seconds)
        if self._logs_all or seconds >= self._slow or asked.status >= 500:
            _write(asked, seconds)

    async def _answer(self, scope: Scope, send: Send, answer: Callable[..., Awaitable[None]]) -> None:
        if scope["path"] != "/healthz" and not may_look(scope, **self._access):  # type: ignore[arg-type]
            return await _send(scope, send, 404, "Not found\n")
        if scope["method"] not in ("GET", "HEAD"):
            return await _send(scope, send, 405, "Not allowed\n", extra=[(b"allow", b"GET, HEAD")])
        return await answer(scope, send)

    async def _healthz(self, scope: Scope, send: Send) -> None:
        await _send(scope, send, 200, "ok\n")

    async def _readyz(self, scope: Scope, send: Send) -> None:
        checks = await self._readiness.checks()
        checks["server"] = "It is stopping." if self._streams.is_closing else OK
        is_ready = all(said == OK for said in checks.values())
        text = json.dumps({"ready": is_ready, "checks": checks}, ensure_ascii=False) + "\n"
        await _send(scope, send, 200 if is_ready else 503, text, "application/json")

    async def _metrics(self, scope: Scope, send: Send) -> None:
        found = await self._figures.answer(PATIENCE)
        self._tell()
        await _send(scope, send, 200, await asyncio.to_thread(exposition, found), CONTENT_TYPE)

    async def _tell_for_ever(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(PERIOD)
            loop_lag.set(max(time.monotonic() - began - PERIOD, 0))
            try:
                self._tell()
            except Exception:
                log.exception("What was counted could not be told.")

    def _tell(self) -> None:
        streams_open.set(self._streams.open)
        cache_bytes.set(self._cache.store.size)
        cache_entries.set(len(self._cache.store))
        measure_process()
        tally.tell()


def _count(key: tuple[str, str, int], seconds: float) -> None:
    known = tally.requests.get(key)
    if known is None:
        known = tally.requests[key] = Durations()
    known.add(seconds)


def _write(asked: Watched, seconds: float) -> None:
    method, route, status = asked.key()
    milliseconds = round(seconds * 1000, 1)
    fields = {"method": method, "path": asked.path, "route": route, "status": status, "milliseconds": milliseconds}
    log.info("%(method)s %(path)s %(status)d in %(milliseconds)s ms", fields, extra={"fields": fields})


async def _send(
    scope: Scope,
    send: Send,
    status: int,
    text: str | bytes,
    kind: str = "text/plain; charset=utf-8",
    extra: list[tuple[bytes, bytes]] | None = None,
) -> None:
    body = text.encode() if isinstance(text, str) else text
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-robots-tag", b"noindex"),
        *(extra or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
