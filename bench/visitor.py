"""A visitor of an election night: opens the page and follows it by stream or by questions, through whatever happens.

What static/entries/wire.js does when something fails: a question comes next, then another try for a stream, later each
time. Times are shorter than a browser's by `HASTE`.
"""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field

from bench.reader import Page, Reader, Wrong, delta_of, page_of

HASTE = 2
PATIENCE = 15.0  # seconds for an answer
SILENCE = 40.0


@dataclass
class Night:
    """What all of them have in common, and what they leave."""

    host: str
    port: int
    slug: str
    failures: list[tuple[float, str]] = field(default_factory=list)  # when, and what
    wrong: list[str] = field(default_factory=list)  # what no reader may be told
    published: dict[int, float] = field(default_factory=dict)  # seq to when
    seen: list[tuple[str, int, float]] = field(default_factory=list)  # how, seq, when
    pages: dict[bytes, Page] = field(default_factory=dict)
    goal: int | None = None  # the last seq, once there is one

    @property
    def address(self) -> str:
        return f"/live/{self.slug}/"


class Failed(Exception):  # a request has
    pass


def jitter(seconds: float) -> float:
    return seconds * (0.5 + random.random())  # noqa: S311


class Visitor:
    def __init__(self, night: Night, *, is_streaming: bool, loses_its_way: float | None) -> None:
        self._night = night
        self._is_streaming = is_streaming
        self._loses_its_way = loses_its_way  # seconds after it came, for some
        self._pace = 10.0
        self._stream_at = 0.0
        self._failed = 0
        self._lost_at = 0.0
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.reader: Reader | None = None

    async def visit(self) -> None:
        losing = asyncio.create_task(self._lose_its_way())
        try:
            while not self.is_there:
                rest = await self._step()
                if not self.is_there:
                    await asyncio.sleep(rest)
        except Wrong as error:
            self._night.wrong.append(str(error))
        finally:
            losing.cancel()
            self._close()

    @property
    def is_there(self) -> bool:
        return self.reader is not None and self._night.goal is not None and self.reader.seq >= self._night.goal

    async def _step(self) -> float:
        """One page, question or stream; returns how long to rest."""
        try:
            if self.reader is None or self.reader.needs_new_page:
                await self._open()
                return 0
            if self._is_streaming and time.monotonic() >= self._stream_at:
                await self._stream()
                return jitter(0.7 / HASTE)
            await self._ask()
            self._failed = 0
        except (Failed, OSError, EOFError, TimeoutError, ValueError) as error:
            self._close()
            if time.monotonic() - self._lost_at > 1:
                self._night.failures.append((time.time(), f"{type(error).__name__}: {error}"))
            self._failed += 1
            self._stream_at = time.monotonic() + jitter(min(60.0, 4.0 ** (self._failed - 1)) / HASTE)
            return jitter(min(30.0, 0.8 * 2**self._failed) / HASTE)
        return max(0.0, self._stream_at - time.monotonic()) if self._is_streaming else jitter(self._pace / HASTE)

    async def _open(self) -> None:
        text = await self.get(self._night.address)
        page = self._night.pages.setdefault(text, page_of(text.decode()))
        if self.reader is None:
            self.reader = Reader(page)
        else:
            self.reader.open(page)

    async def _ask(self) -> None:
        assert self.reader
        self._take("poll", await self.get(f"{self._night.address}changes/{self.reader.seq}/"))

    def _take(self, how: str, data: bytes) -> None:
        assert self.reader
        delta = delta_of(data)
        self._pace = delta["poll"]
        before = self.reader.seq
        if self.reader.take(delta):
            now = time.time()
            self._night.seen += [(how, seq, now) for seq in range(before + 1, self.reader.seq + 1)]

    async def get(self, path: str) -> bytes:
        async with asyncio.timeout(PATIENCE):
            reader, writer = self._connection or await self._connected()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._night.host}\r\n\r\n".encode())
            status, headers = await _head(reader)
            body = await reader.readexactly(int(headers[b"content-length"]))
        if status != 200:
            raise Failed(f"{status} for {path}")
        return body

    async def _stream(self) -> None:
        """Until it ends, or all is told."""
        assert self.reader
        self._close()
        path = f"{self._night.address}stream/?since={self.reader.seq}"
        async with asyncio.timeout(PATIENCE):
            reader, writer = await self._connected()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._night.host}\r\n\r\n".encode())
            status, _ = await _head(reader)
        if status != 200:
            raise Failed(f"{status} for a stream")
        text = b""
        while not self.is_there:
            async with asyncio.timeout(SILENCE):
                size = int(await reader.readuntil(b"\r\n"), 16)
                text += (await reader.readexactly(size + 2))[:-2]
            if not size:
                raise Failed("The stream ended.")
            *events, text = text.split(b"\n\n")
            for event in events:
                for line in event.split(b"\n"):
                    if line.startswith(b"data: "):
                        self._take("stream", line.removeprefix(b"data: "))
            self._failed = 0

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._connection = await asyncio.open_connection(self._night.host, self._night.port, limit=2**20)
        return self._connection

    async def _lose_its_way(self) -> None:
        """A tunnel: the connection is gone, and comes again by the cursor."""
        if self._loses_its_way is not None:
            await asyncio.sleep(self._loses_its_way)
            self._lost_at = time.monotonic()
            self._close()

    def _close(self) -> None:
        if self._connection:
            with suppress(RuntimeError):
                self._connection[1].transport.abort()
        self._connection = None


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    pairs = (line.partition(b":")[::2] for line in lines if line)
    return int(first.split()[1]), {name.lower(): value.strip() for name, value in pairs}


def lags(seen: list[tuple[str, int, float]], published: dict[int, float], how: str) -> list[float]:
    return sorted(at - published[seq] for kind, seq, at in seen if kind == how and seq in published)
