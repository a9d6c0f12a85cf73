"""Who has a stream open in this process, and the way of one change to all of them. Knows nothing of what it carries.

Everything here belongs to the event loop; other threads come in by `loop.call_soon_threadsafe`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from entries.measuring import stream_delay, tally
from entries.sse import HEARTBEAT

# Chunks that may wait for a slow reader, who is then cut off and catches up by its cursor. Behind them are the
# server's buffer and the kernel's, so these are some seconds of a busy post.
MAX_WAITING = 32
# Readers who are handed a chunk before the loop looks after everybody else: some 5 ms of writing.
SLICE = 250
# Seconds for which the news of a cursor are kept: a storm of readers who come back needs no more.
KEPT = 2.0
# Cursors that are being read or wait for it. A storm has some dozens; who makes up more is refused, as when it is full.
MAX_READING = 64
HEARTBEAT_PERIOD = 15.0  # seconds; proxies cut what is silent for 30 and more
NOT_PUBLIC = -1
PATIENCE = 1.0  # seconds for readers to take the end of their streams when the server stops


@dataclass(frozen=True)
class News:
    """What brings a reader who knows a post up to `since` to `seq`, as bytes that all of them share."""

    since: int
    seq: int
    chunk: bytes
    changed_at: float | None = None  # Unix time, of a change that is news to all


class Reader:
    """One open stream: what waits to be written, and the task that writes it, which is the one that made this."""

    __slots__ = ("_arrival", "_task", "_waiting", "seq")

    def __init__(self, seq: int) -> None:
        self.seq = seq  # what it knows, or is being told
        self._waiting: list[bytes] = []
        self._arrival: asyncio.Future[None] | None = None
        self._task = asyncio.current_task()

    def put(self, chunk: bytes) -> None:
        if len(self._waiting) == MAX_WAITING:
            tally.cut += 1
            self.cut()
            return
        self._waiting.append(chunk)
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def next(self) -> bytes:
        """All that is to be written now; empty when the stream is to end."""
        if not self._waiting:
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
            self._arrival = None
        chunks, self._waiting = self._waiting, []
        return b"" if b"" in chunks else b"".join(chunks)

    def end(self) -> None:
        self.put(b"")

    def cut(self) -> None:
        """Ends it whatever it is doing: its task may be waiting for somebody who takes nothing."""
        if self._task is not None:
            self._task.cancel()


@dataclass(eq=False)
class Reading:
    """News on their way from the database, and how many wait for them."""

    future: asyncio.Future[News | None]
    waiting: int = 0


class Channel:
    """The streams of one post. Each is told what brings it to `seq`, and joins when it has come so far."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.seq = NOT_PUBLIC
        self.opening: asyncio.Future[None]
        self.visitors = 0
        self.readers: set[Reader] = set()
        # Cursor to the news from there; of use until the next change.
        self.catching_up: dict[int, Reading] = {}
        self.moving: asyncio.Future[None] | None = None


class Hub:
    """`read_seq` says what seq a post has, `read_news` what is new since one; None of what is not public. Both block.

    `poke` is called when the database must be looked at though nothing in it has moved.
    """

    def __init__(
        self,
        *,
        limit: int,
        read_seq: Callable[[str], int | None],
        read_news: Callable[[str, int], News | None],
        poke: Callable[[], None],
    ) -> None:
        self._limit = limit
        self._read_seq = read_seq
        self._read_news = read_news
        self._poke = poke
        self._channels: dict[str, Channel] = {}
        self._visitors = 0
        self.is_closing = False
        self._outbox: asyncio.Queue[tuple[Channel, News]] = asyncio.Queue()
        # One at a time: a storm of readers must not become a storm on the database. Posts are opened beside it.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="stream-reading")
        self._opener = ThreadPoolExecutor(1, thread_name_prefix="stream-opening")
        self._reading = 0
        self._tasks = [asyncio.create_task(work) for work in (self._hand_out_news(), self._beat())]

    @property
    def visitors(self) -> int:
        return self._visitors

    @property
    def is_full(self) -> bool:
        return self._visitors >= self._limit or self._reading >= MAX_READING

    def seqs(self) -> dict[str, int]:
        """Of the posts that have streams. Any thread may ask."""
        return {channel.slug: channel.seq for channel in list(self._channels.values()) if channel.seq != NOT_PUBLIC}

    async def enter(self, slug: str) -> Channel | None:
        """The channel of a public post, until `leave`."""
        channel = self._channels.get(slug)
        if channel is None:
            channel = self._channels[slug] = Channel(slug)
            channel.opening = asyncio.ensure_future(self._open(channel))
        channel.visitors += 1
        self._visitors += 1
        try:
            await asyncio.shield(channel.opening)  # one reader who leaves must not take it from the others
        except BaseException:
            self.leave(channel)
            raise
        if channel.seq == NOT_PUBLIC:
            self.leave(channel)
            return None
        return channel

    def leave(self, channel: Channel) -> None:
        self._visitors -= 1
        channel.visitors -= 1
        if not channel.visitors:
            self._channels.pop(channel.slug, None)

    async def catch_up(self, channel: Channel, since: int) -> News | None:
        """News since that cursor, read once however many ask; None where the reader is as far as anybody can be."""
        reading = channel.catching_up.get(since) or self._start_reading(channel, since)
        reading.waiting += 1
        try:
            news = await asyncio.shield(reading.future)
        finally:
            reading.waiting -= 1
            # When all have gone nobody is to wait behind a question of theirs.
            if not reading.waiting and reading.future.cancel():
                channel.catching_up.pop(since, None)
        return None if news is None or news.seq == since else news

    async def moved(self, channel: Channel) -> None:
        """Waits for a change that was committed but not noticed here, as a reader knows it who came with its seq."""
        if channel.moving is None:
            channel.moving = asyncio.get_running_loop().create_future()
        self._poke()
        await asyncio.shield(channel.moving)

    def publish(self, slug: str, news: News) -> None:
        """From now on the post is known up to `news.seq`, and all who have a stream of it are on their way there."""
        channel = self._channels.get(slug)
        if channel is None or news.seq <= channel.seq:
            return
        channel.seq = news.seq
        channel.catching_up.clear()
        if channel.moving is not None:
            channel.moving.set_result(None)
            channel.moving = None
        self._outbox.put_nowait((channel, news))

    def close(self) -> None:
        """Ends all streams, cleanly where their readers take it, and takes no new ones."""
        self.is_closing = True
        for reader in self._readers():
            reader.end()
        asyncio.get_running_loop().call_later(PATIENCE, self._cut_all)

    def _start_reading(self, channel: Channel, since: int) -> Reading:
        loop = asyncio.get_running_loop()
        reading = Reading(loop.run_in_executor(self._reader, self._read_news, channel.slug, since))
        channel.catching_up[since] = reading
        self._reading += 1

        def forget() -> None:
            if channel.catching_up.get(since) is reading:
                del channel.catching_up[since]

        def note(done: asyncio.Future[News | None]) -> None:
            self._reading -= 1
            is_of_use = not done.cancelled() and done.exception() is None
            loop.call_later(KEPT if is_of_use else 0, forget)

        reading.future.add_done_callback(note)
        return reading

    async def _open(self, channel: Channel) -> None:
        seq = await asyncio.get_running_loop().run_in_executor(self._opener, self._read_seq, channel.slug)
        if seq is not None:
            channel.seq = max(channel.seq, seq)  # news may have come first
            self._poke()  # for what was committed between the reading and this line

    async def _hand_out_news(self) -> None:
        while True:
            channel, news = await self._outbox.get()
            async for reader in _in_slices(channel.readers):
                if reader.seq < news.seq:
                    reader.seq = news.seq
                    reader.put(news.chunk)
            if news.changed_at is not None:
                stream_delay.observe(max(time.time() - news.changed_at, 0))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_PERIOD)
            async for reader in _in_slices(self._readers()):
                reader.put(HEARTBEAT)

    def _readers(self) -> list[Reader]:
        return [reader for channel in self._channels.values() for reader in channel.readers]

    def _cut_all(self) -> None:
        for reader in self._readers():
            reader.cut()


async def _in_slices(readers: Iterable[Reader]) -> AsyncIterator[Reader]:
    """Those who are there now, with a breath for everybody else after each slice."""
    for number, reader in enumerate(list(readers), 1):
        yield reader
        if number % SLICE == 0:
            await asyncio.sleep(0)
