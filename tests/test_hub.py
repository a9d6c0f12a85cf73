"""The fan-out of one process: who is told what, with readers that are a few lines each and no database."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from entries.streaming import hub as hub_module
from entries.streaming.asgi import _catch_up
from entries.streaming.hub import MAX_READING, MAX_WAITING, SLICE, Channel, Hub, News, Reader
from tests.loops import run_in_loop

pytestmark = pytest.mark.once

SLUG = "the-road-is-cut"


class Post:
    """What the database would say, and how often it was asked."""

    def __init__(self, seq: int = 5) -> None:
        self.seq = seq
        self.pokes = 0
        self.asked: list[int | str] = []

    def read_seq(self, slug: str) -> int | None:
        self.asked.append(slug)
        return self.seq if slug == SLUG else None

    def read_news(self, slug: str, since: int) -> News:
        self.asked.append(since)
        return News(since, self.seq, f"{since}-{self.seq} ".encode())

    def poke(self) -> None:
        self.pokes += 1

    def hub(self, limit: int = 10_000) -> Hub:
        return Hub(limit=limit, read_seq=self.read_seq, read_news=self.read_news, poke=self.poke)

    def change(self, hub: Hub) -> News:
        news = News(self.seq, self.seq + 1, f"{self.seq}-{self.seq + 1} ".encode())
        self.seq += 1
        hub.publish(SLUG, news)
        return news


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run_in_loop(work())


async def channel_of(hub: Hub) -> Channel:
    channel = await hub.enter(SLUG)
    assert channel is not None
    return channel


async def taken(reader: Reader) -> bytes:
    return await asyncio.wait_for(reader.next(), timeout=5)


def joined(channel: Channel, seq: int) -> Reader:
    reader = Reader(seq)
    channel.readers.add(reader)
    return reader


def test_a_change_reaches_every_reader_once_as_the_very_same_bytes() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()
        channel = await channel_of(hub)
        readers = [joined(channel, 5) for _ in range(SLICE * 2 + 1)]
        news = post.change(hub)
        got = [await taken(reader) for reader in readers]
        assert all(chunk == news.chunk for chunk in got)
        assert {reader.seq for reader in readers} == {6}
        hub.publish(SLUG, news)  # told twice by a thread that had not heard yet
        second = post.change(hub)
        assert [await taken(reader) for reader in readers] == [second.chunk] * len(readers)

    run(work)


def test_changes_come_in_order_and_what_waits_is_written_at_once() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()
        reader = joined(await channel_of(hub), 5)
        for _ in range(4):
            post.change(hub)
        await asyncio.sleep(0)
        assert await taken(reader) == b"5-6 6-7 7-8 8-9 "

    run(work)


def test_who_is_ahead_of_this_process_waits_until_it_has_noticed() -> None:
    async def work() -> None:
        post = Post(seq=6)
        hub = post.hub()
        channel = await channel_of(hub)
        channel.seq = 5  # the last change has not been noticed yet, and the reader's page has it
        assert await hub.catch_up(channel, 6) is None
        waiting = asyncio.create_task(hub.moved(channel))
        await asyncio.sleep(0)
        assert (waiting.done(), post.pokes) == (False, 2)
        hub.publish(SLUG, News(5, 6, b"5-6 "))
        await waiting

    run(work)


def test_who_joins_after_a_change_was_noticed_is_not_told_it_again() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()
        channel = await channel_of(hub)
        before = joined(channel, 5)
        post.change(hub)
        after = joined(channel, 6)
        post.change(hub)
        await asyncio.sleep(0)
        assert (await taken(before), await taken(after)) == (b"5-6 6-7 ", b"6-7 ")

    run(work)


def test_a_storm_of_readers_costs_one_look_for_the_post_and_one_a_cursor() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()

        async def come_back(cursor: int) -> News | None:
            return await hub.catch_up(await channel_of(hub), cursor)

        got = await asyncio.gather(*(come_back(cursor) for cursor in [2, 3] * 500))
        assert {news.chunk for news in got if news} == {b"2-5 ", b"3-5 "}
        assert sorted(map(str, post.asked)) == ["2", "3", SLUG]
        assert post.pokes == 1

    run(work)


def test_the_next_change_makes_what_was_read_for_a_cursor_stale() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()
        channel = await channel_of(hub)
        before = await hub.catch_up(channel, 2)
        post.change(hub)
        after = await hub.catch_up(channel, 2)
        assert before == News(2, 5, b"2-5 ")
        assert after == News(2, 6, b"2-6 ")

    run(work)


def test_one_who_leaves_while_catching_up_takes_nothing_from_the_others() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()
        channel = await channel_of(hub)
        leaving, staying = (asyncio.create_task(hub.catch_up(channel, 2)) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == News(2, 5, b"2-5 ")

    run(work)


class Slow(Post):
    """A database that takes as long as the test likes."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = threading.Event()

    def read_news(self, slug: str, since: int) -> News:
        self.may_go.wait(10)
        return super().read_news(slug, since)


def test_questions_of_those_who_have_left_are_not_asked() -> None:
    async def work() -> None:
        post = Slow()
        hub = post.hub()
        channel = await channel_of(hub)
        crowd = [asyncio.create_task(hub.catch_up(channel, cursor)) for cursor in (1, 2, 3, 4)]
        await asyncio.sleep(0.01)
        for leaving in crowd[:3]:
            leaving.cancel()
        await asyncio.wait(crowd[:3])
        post.may_go.set()
        assert await crowd[3] == News(4, 5, b"4-5 ")
        assert post.asked == [SLUG, 1, 4]  # the first was under way

    run(work)


def test_who_makes_cursors_up_finds_it_full_and_a_post_is_opened_all_the_same() -> None:
    async def work() -> None:
        post = Slow()
        post.seq = MAX_READING + 5
        hub = post.hub()
        channel = await channel_of(hub)
        hub.leave(channel)
        crowd = [asyncio.create_task(hub.catch_up(channel, cursor)) for cursor in range(MAX_READING)]
        await asyncio.sleep(0)
        assert hub.is_full
        assert (await channel_of(hub)).seq == post.seq
        post.may_go.set()
        await asyncio.gather(*crowd)
        assert not hub.is_full

    run(work)


@pytest.mark.parametrize("noticed", [4, 5])
def test_a_change_while_the_answer_is_on_its_way_is_not_lost(noticed: int) -> None:
    """The answer says that there is nothing beyond 5, and 6 is handed out to all who have joined before it arrives."""

    class Late(Slow):
        def read_news(self, slug: str, since: int) -> News:
            answer = Post.read_news(self, slug, since)
            self.may_go.wait(10)
            return answer

    async def work() -> None:
        post = Late()
        hub = post.hub()
        channel = await channel_of(hub)
        channel.seq = 4
        written: list[bytes] = []

        async def send(message: Any) -> None:
            written.append(message["body"])

        coming = asyncio.create_task(_catch_up(hub, channel, 5, send))
        await asyncio.sleep(0.01)
        for seq in range(noticed, 6):
            post.seq = seq + 1
            hub.publish(SLUG, News(seq, seq + 1, b""))
        post.may_go.set()
        assert (await coming, written) == (6, [b"5-6 "])

    run(work)


def test_what_was_read_for_a_cursor_is_kept_for_a_storm_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "KEPT", 0.01)

    async def work() -> None:
        post = Post()
        hub = post.hub()
        channel = await channel_of(hub)
        await hub.catch_up(channel, 2)
        assert list(channel.catching_up) == [2]
        while channel.catching_up:
            await asyncio.sleep(0.005)
        await hub.catch_up(channel, 2)
        assert post.asked == [SLUG, 2, 2]

    run(work)


def test_a_database_that_fails_is_asked_again_by_the_next_reader() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()
        failures = [OSError("away"), OSError("away")]

        def read_seq(slug: str) -> int | None:
            if failures:
                raise failures.pop()
            return post.read_seq(slug)

        hub._read_seq = read_seq
        for _ in range(2):
            with pytest.raises(OSError, match="away"):
                await hub.enter(SLUG)
        assert (await channel_of(hub)).seq == 5
        assert hub._visitors == 1

    run(work)


def test_a_slow_reader_is_cut_off_and_nobody_else_is() -> None:
    async def work() -> None:
        post = Post()
        hub = post.hub()
        channel = await channel_of(hub)
        is_stuck = asyncio.Event()

        async def take_nothing() -> None:
            joined(channel, 5)
            await is_stuck.wait()

        slow = asyncio.create_task(take_nothing())
        await asyncio.sleep(0)
        quick = joined(channel, 5)
        got = b""
        for _ in range(MAX_WAITING):
            post.change(hub)
            got += await taken(quick)
        assert not slow.cancelling()
        post.change(hub)
        got += await taken(quick)
        assert slow.cancelling()
        assert got == b"".join(f"{seq}-{seq + 1} ".encode() for seq in range(5, 5 + MAX_WAITING + 1))

    run(work)


def test_past_the_limit_the_hub_is_full_until_somebody_leaves() -> None:
    async def work() -> None:
        hub = Post().hub(limit=2)
        channels = [await channel_of(hub), await channel_of(hub)]
        assert hub.is_full
        hub.leave(channels[0])
        assert not hub.is_full

    run(work)


def test_a_post_without_readers_is_forgotten_and_one_that_is_not_public_never_known() -> None:
    async def work() -> None:
        hub = Post().hub()
        assert await hub.enter("a-draft") is None
        assert (hub.seqs(), hub._visitors) == ({}, 0)
        channel = await channel_of(hub)
        assert hub.seqs() == {SLUG: 5}
        hub.leave(channel)
        assert (hub.seqs(), hub._visitors) == ({}, 0)

    run(work)


def test_closing_ends_every_stream_and_cuts_who_does_not_take_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "PATIENCE", 0.01)

    async def work() -> None:
        hub = Post().hub()
        channel = await channel_of(hub)

        async def take_nothing() -> None:
            joined(channel, 5)
            await asyncio.Event().wait()

        stuck = asyncio.create_task(take_nothing())
        await asyncio.sleep(0)
        reader = joined(channel, 5)
        hub.close()
        assert await taken(reader) == b""
        channel.readers.discard(reader)
        assert hub.is_closing
        with pytest.raises(asyncio.CancelledError):
            await stuck

    run(work)


def test_silence_is_broken_by_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "HEARTBEAT_PERIOD", 0.01)

    async def work() -> None:
        hub = Post().hub()
        reader = joined(await channel_of(hub), 5)
        assert (await taken(reader)).startswith(b":\n\n")

    run(work)
